// Customers, and what is kept and shown of who they are.
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {after, test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {useServer} from './harness.mjs';
import {answer, Peer} from './peer.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having} from './scenario.mjs';

const target = await Peer.open({pays: true});
after(() => target.close());
const server = useServer({settings: {
    'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '5s',
    'cashback.retry_schedule': '', 'logging.level': 'debug',
}});
const cashback = new Cashback(server);
const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const period = () => `from=${day(-1)}&to=${day(1)}`;

test('customers are made, found and renamed', async () => {
    const document = cpf();
    const made = await cashback.post('/customers/', {document, name: '  Ana Maria  '});
    assertAnswer(made, {status: 201, headers: {location: made.body.detail_url, etag: /^"\d+"$/}, body: {
        id: anyId, detail_url: /\/api\/customers\/\d+\/$/, document, name: 'Ana Maria', created_at: anyInstant, updated_at: anyInstant, erased_at: null,
        cashbacks_url: `${server.origin}/api/cashbacks/?customer=${made.body.id}`,
    }});
    assertAnswer(await cashback.post('/customers/', {document, name: 'Other'}), {status: 400, body: {document: ['customer with this document already exists.']}});
    for (const bad of ['a\nb', 'a\u001b[31mb', 'a\u0085b'])
        assertAnswer(await cashback.post('/customers/', {document: cpf(), name: bad}), {status: 400, body: {name: ['Control characters are not allowed.']}});
    assertMatches(await cashback.read('/customers/?q=ana%20mar'), having({count: 1, results: [made.body]}));
    const etag = {headers: {'if-match': made.headers.etag}};
    assertAnswer(await cashback.patch(made.body.detail_url, {name: 'Ana Lima'}, etag), {status: 200, body: having({name: 'Ana Lima'})});
    assertAnswer(await cashback.patch(made.body.detail_url, {name: 'Ana Reis'}, etag), {status: 412});
    assertAnswer(await cashback.put(made.body.detail_url, {document, name: 'Ana Reis'}), {status: 200});
    assertAnswer(await cashback.put(made.body.detail_url, {name: 'Ana'}), {status: 400, body: {document: ['This field is required.']}});
    assertAnswer(await cashback.patch(made.body.detail_url, {document: cpf()}), {status: 400, body: {document: [/cannot be changed/]}});
    assertAnswer(await cashback.patch(made.body.detail_url, {document}), {status: 200, body: having({name: 'Ana Reis'})});
    assertAnswer(await cashback.get('/customers/999999'), {status: 404});
});

test('what is no customer is refused', async () => {
    assertAnswer(await cashback.post('/customers/', {}), {status: 400, body: {document: ['This field is required.'], name: ['This field is required.']}});
    for (const document of ['00000000000', '11111111111', '33535353535', '1114447773', '111.444.777/35', '', 'x'])
        assertAnswer(await cashback.post('/customers/', {document, name: 'x'}), {status: 400, body: {document: [/valid CPF/]}});
    assertAnswer(await cashback.post('/customers/', {document: cpf(), name: ' '}), {status: 400, body: {name: ['This field may not be blank.']}});
    assertAnswer(await cashback.post('/customers/', {document: cpf(), name: 'x'.repeat(151)}), {status: 400, body: {name: [/150 characters/]}});
});

test('a purchase makes its customer, and the name that came last counts', async () => {
    const document = cpf();
    const first = await cashback.make('/cashback', purchase({customer: {document, name: 'Ana'}}));
    const second = await cashback.make('/cashback', purchase({customer: {document, name: 'Ana Souza'}}));
    assert.equal(first.customer.id, second.customer.id);
    assertMatches(await cashback.read(first.customer.detail_url), having({name: 'Ana Souza'}));
    assert.equal((await cashback.read((await cashback.read(first.customer.detail_url)).cashbacks_url)).count, 2);
});

test('a customer of whom something is open is not erased', async () => {
    target.script('/pay', answer(500));
    const failed = await cashback.until(await cashback.send(), 'failed');
    assertAnswer(await cashback.delete(failed.customer.detail_url), {status: 409, body: {detail: /1/}, lacks: [failed.customer.document]});
    target.script('/pay', answer(201));
    await cashback.post(`/cashbacks/${failed.id}/retry`);
    await cashback.until(failed, 'confirmed');
    assertAnswer(await cashback.delete(failed.customer.detail_url), {status: 204});
});

test('of one who is erased nothing is left but the ledger, under a pseudonym', async () => {
    const document = cpf();
    const name = `Zenaide ${document.slice(0, 4)}`;
    target.script('/pay', (exchange) => answer(201, {body: JSON.stringify({document, message: `paid to ${document}`})})(exchange));
    const paid = await cashback.make('/cashback', purchase({customer: {document, name}}));
    const dotted = document.replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4');
    const file = `reference,document,amount\n${dotted},${document},5.00\n${dotted},${document},77.00\nof ${dotted},,1.00\n`;
    const compared = await server.post(`/api/reconciliation/imports?${period()}&name=of%20${dotted}.csv`, {type: 'text/csv', body: file});
    assertAnswer(compared, {status: 201, body: having({name: /^of \*/})});
    const before = await cashback.ledger(paid);
    assertAnswer(await cashback.delete(paid.customer.detail_url), {status: 204});
    const customer = await cashback.read(paid.customer.detail_url);
    assertMatches(customer, having({document: null, erased_at: anyInstant, name: (text) => text.length > 0 && !text.includes('Zenaide')}));
    const now = await cashback.read(paid.detail_url);
    assertMatches(now, having({state: 'confirmed', cashback: '5.00', customer: having({document: null, name: customer.name})}));
    assert.deepEqual(await cashback.ledger(paid), before);
    assertAnswer(await cashback.patch(paid.customer.detail_url, {name: 'x'}), {status: 404});
    assertAnswer(await cashback.delete(paid.customer.detail_url), {status: 404});
    assertMatches(await cashback.read('/customers/?erased=true&ordering=-id'), having({results: (rows) => rows.some(({id}) => id === customer.id)}));
    for (const list of ['/cashbacks', '/customers/', '/reconciliation/imports', compared.body.lines_url, paid.reversals_url, '/cashbacks/export']) {
        const {text} = await cashback.get(`${list}${list.includes('export') ? '' : '?page_size=100'}`);
        for (const trace of [document, dotted, name]) assert.ok(!text.includes(trace), list);
    }
    const after = await server.post(`/api/reconciliation/imports?${period()}`, {type: 'text/csv', body: `reference,document,amount\n${paid.delivery.message},${document},5.00\n`});
    assertMatches((await cashback.read(`${after.body.lines_url}?verdict=matched`)).results, [having({cashback: paid.detail_url, document: null})]);
    const again = await cashback.make('/cashback', purchase({customer: {document, name: 'Back again'}}));
    assert.notEqual(again.customer.id, paid.customer.id);
    target.script('/pay', answer(201));
});

test('what one who is erased bought is known when it is sent again, with and without a key', async () => {
    const document = cpf();
    const key = {headers: {'idempotency-key': `till-${document}`}};
    const [keyed, keyless] = [purchase({customer: {document, name: 'Ana'}}), purchase({customer: {document, name: 'Ana'}})];
    const paid = [await cashback.make('/cashback', keyed, key), await cashback.make('/cashback', keyless)];
    assertAnswer(await cashback.delete(paid[0].customer.detail_url, {headers: {'if-match': '"77"'}}), {status: 412});
    assertAnswer(await cashback.delete(paid[0].customer.detail_url), {status: 204});
    const payments = target.requestsOf('/pay').length;
    for (const [one, again] of [[paid[0], await cashback.post('/cashback', keyed, key)], [paid[1], await cashback.post('/cashback', keyless)]])
        assertAnswer(again, {status: 200, body: having({id: one.id, state: 'confirmed', customer: having({document: null, name: /^erased-/})}), lacks: [document]});
    assert.equal(target.requestsOf('/pay').length, payments);
    await server.stop();
    for (const name of readdirSync(server.data).filter((one) => /catalog/.test(one)))
        assert.ok(!readFileSync(path.join(server.data, name)).includes(document), name);
    await server.start();
    assertAnswer(await cashback.post('/cashback', keyless), {status: 200, body: having({id: paid[1].id})});
});

test('erased documents are in no file of the catalog, and no log has one', async () => {
    const document = cpf();
    const paid = await cashback.make('/cashback', purchase({customer: {document, name: 'Quitéria'}}));
    await cashback.get(`/cashbacks?document=${document}`);
    await cashback.delete(paid.customer.detail_url);
    await server.stop();
    const files = readdirSync(server.data, {recursive: true, withFileTypes: true}).filter((one) => one.isFile() && /catalog/.test(one.name));
    assert.ok(files.length > 0);
    for (const file of files) {
        const bytes = readFileSync(path.join(file.parentPath ?? file.path, file.name));
        assert.ok(!bytes.includes(document) && !bytes.includes('Quitéria'), file.name);
    }
    await server.start();
    assert.ok(!server.output.includes(document));
    assert.ok(!server.output.includes(document.replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4')));
});

test('the audit log has no document', async () => {
    const document = cpf();
    await cashback.make('/customers/', {document, name: 'Ana'});
    const dotted = document.replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4');
    const note = `Asked by ${document}, ${dotted}`;
    const rule = await cashback.make('/cashback/rules', {product: 'C', rate: '15', note});
    const masked = /^Asked by \*{3}\.\*{3}\.\*{3}-\d\d, \*{3}\.\*{3}\.\*{3}-\d\d$/;
    assertMatches(rule, having({note: masked}));
    const paid = await cashback.make('/cashback', purchase());
    const {body: returned} = await cashback.post(`/cashbacks/${paid.id}/reverse`, {reason: note});
    assertMatches(returned, having({reason: masked}));
    await cashback.post(`/cashbacks/${paid.id}/reversals/${returned.id}/settle`, {note});
    assertMatches((await cashback.read(paid.ledger_url)).results.at(-1), having({kind: 'settled', note: masked}));
    target.script('/pay', answer(502));
    const unknown = await cashback.until(await cashback.send(), 'unknown');
    target.script('/pay', answer(201));
    await cashback.post(`/cashbacks/${unknown.id}/resolve`, {outcome: 'paid', note});
    assertMatches((await cashback.read(unknown.ledger_url)).results.at(-1), having({kind: 'confirmed', note: masked}));
    const {text} = await server.get('/api/v1/audit?limit=100');
    assert.ok(text.includes('customer') && text.includes('Asked by') && !text.includes(document) && !text.includes(dotted));
});
