// Seed 004's client from end to end, what is refused, and that a purchase counts once.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {answer, hang, Peer} from './peer.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having} from './scenario.mjs';

const theirs = (one) => JSON.stringify({createdAt: '2026-01-02T03:04:05.678Z', message: 'Cashback criado com sucesso!',
    id: 'NaN', document: one.document, cashback: one.cashback});
const target = await Peer.open({pays: true});
const pay = (exchange) => answer(201, {body: theirs(exchange.request.json)})(exchange);
target.script('/pay', pay);
const server = useServer({
    settings: {'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '10s',
        'cashback.target_authorization': 'Bearer of ours'},
    prepare: async () => { await server.user('ana'); },
});
const cashback = new Cashback(server);
after(() => target.close());

// With the target's answer withheld.
async function whileItHangs(work) {
    target.script('/pay', hang());
    try {
        return await work();
    } finally {
        target.script('/pay', pay);
    }
}

test('the seed\'s client logs in, sends a purchase and gets what the target said', async () => {
    const login = await server.post('/api/token/', {token: null, json: {username: 'ana', password: server.passwords.ana}});
    const asAna = {token: null, headers: {authorization: `Bearer ${login.body.access}`}};
    const document = cpf();
    const sent = {sold_at: '2026-01-02 00:00:00', customer: {document, name: 'Ana'}, total: '100.00', products: [
        {type: 'A', value: '10.00', qty: 1}, {type: 'B', value: '10.00', qty: 1}, {type: 'C', value: '20.00', qty: 4}]};
    const made = await cashback.post('/cashback', sent, asAna);
    assertAnswer(made, {status: 201, headers: {location: made.body.detail_url, 'cache-control': 'no-store'}, body: {
        id: anyId, detail_url: `${server.origin}/api/cashbacks/${made.body.id}/`, state: 'confirmed',
        customer: {id: anyId, detail_url: /\/api\/customers\/\d+\/$/, document, name: 'Ana'}, application: 'ana',
        sold_at: '2026-01-02T00:00:00.000000Z', received_at: anyInstant, total: '100.00',
        cashback: '13.50', earned: '13.50', reversed: '0.00', target: target.origin, confirmed_at: anyInstant,
        answer: {status: 201, error: null, answered_at: anyInstant,
            body: {createdAt: '2026-01-02T03:04:05.678Z', message: 'Cashback criado com sucesso!', id: 'NaN', document, cashback: '13.50'}},
        delivery: {id: anyId, message: /^msg_/},
        products: [{number: 1, type: 'A', value: '10.00', qty: 1, cashback: '0.50'}, {number: 2, type: 'B', value: '10.00', qty: 1, cashback: '1.00'},
            {number: 3, type: 'C', value: '20.00', qty: 4, cashback: '12.00'}],
        explain_url: `${made.body.detail_url}explain/`, ledger_url: `${made.body.detail_url}ledger/`, reversals_url: `${made.body.detail_url}reversals/`,
    }});
    const [request] = target.requestsFor(made.body.delivery.message);
    assert.equal(request.body, `{"document":"${document}","cashback":"13.50"}`);
    assert.equal(request.headers.authorization, 'Bearer of ours');
    assert.deepEqual(await cashback.read(`/cashbacks/${made.body.id}`), made.body);
    assert.deepEqual(await cashback.ledger(made.body), ['earned 13.50', 'sent 13.50', 'confirmed 13.50']);

    const {products, ...row} = made.body;
    assert.equal(products.length, 3);
    assert.deepEqual((await cashback.read(`/cashbacks/?document=${document}`)).results, [row]);
    const {body} = await cashback.get(`/customers/?document=${document}`, asAna);
    assertMatches(body, having({count: 1, results: [having({document, name: 'Ana'})]}));
});

test('a document may have dots and dash, amounts may be numbers, times may have an offset', async () => {
    const plain = cpf();
    const document = plain.replace(/^(...)(...)(...)(..)$/, '$1.$2.$3-$4');
    const body = `{"sold_at":"2026-02-03T04:05:06-03:00","customer":{"document":"${document}","name":"Ana"},` +
        '"total":0.30,"products":[{"type":"A","value":0.10,"qty":"3"}],"store":"more than we ask for"}';
    assertAnswer(await server.post('/api/cashback', {body, type: 'application/json'}), {status: 201, body: having({
        sold_at: '2026-02-03T07:05:06.000000Z', total: '0.30', cashback: '0.02', customer: having({document: plain})})});
});

const wrongFields = [
    ['nothing at all', {}, {sold_at: ['This field is required.'], customer: ['This field is required.'], total: ['This field is required.'], products: ['This field is required.']}],
    ['a document that fails its check digits', {customer: {document: '00000000000', name: 'x'}}, having({customer: {document: [/valid CPF/]}})],
    ['a document whose last digit is wrong', {customer: {document: '33535353535', name: 'x'}}, having({customer: {document: [/valid CPF/]}})],
    ['a customer without a name', {customer: {document: '11144477735'}}, having({customer: {name: ['This field is required.']}})],
    ['a sale of tomorrow', {sold_at: new Date(Date.now() + 2 * 86_400_000).toISOString()}, having({sold_at: [/future/]})],
    ['a sale of another age', {sold_at: '1999-01-01 00:00:00'}, having({sold_at: [/too old/]})],
    ['a time that is none', {sold_at: 'yesterday'}, having({sold_at: [/wrong format/]})],
    ['a type that is not known', {products: [{type: 'A', value: '1.00', qty: 1}, {type: 'Z', value: '99.00', qty: 1}]}, {products: [{}, {type: [/“Z”/]}]}],
    ['no products', {products: []}, having({products: ['This list may not be empty.']})],
    ['a value of nothing', {products: [{type: 'A', value: '0.00', qty: 1}]}, having({products: [{value: [/0\.01/]}]})],
    ['a third decimal', {products: [{type: 'A', value: '1.005', qty: 1}]}, having({products: [{value: [/2 decimal places/]}]})],
    ['an exponent', {total: '1e2'}, having({total: ['A valid number is required.']})],
    ['half a piece', {products: [{type: 'A', value: '1.00', qty: 1.5}]}, having({products: [{qty: ['A valid integer is required.']}]})],
    ['no pieces', {products: [{type: 'A', value: '1.00', qty: 0}]}, having({products: [{qty: [/greater than or equal to 1/]}]})],
    ['a total that is a centavo off', {total: '99.99'}, {total: ['The lines come to 100.00, the total says 99.99.']}],
    ['faults here and there', {total: 'x', products: [{}, {type: 'A', value: '1.00', qty: 1}, 5]},
        having({total: ['A valid number is required.'], products: [having({type: ['This field is required.']}), {}, {non_field_errors: [/dictionary/]}]})],
    ['more lines than there may be', {products: Array(1001).fill({type: 'A', value: '0.01', qty: 1})}, having({products: [/1000/]})],
];
for (const [name, fields, body] of wrongFields) {
    test(`refused with a reason for each field: ${name}`, async () => {
        const json = Object.keys(fields).length ? {...purchase(), ...fields} : {};
        assertAnswer(await cashback.post('/cashback', json), {status: 400, body});
        assert.equal((await cashback.get(`/cashbacks?document=${json.customer?.document ?? cpf()}`)).body.count ?? 0, 0);
    });
}

test('what is no JSON, no object or of another type is refused', async () => {
    assertAnswer(await server.post('/api/cashback', {body: '{"sold_at":', type: 'application/json'}), {status: 400, body: {detail: /^JSON parse error/}});
    assertAnswer(await cashback.post('/cashback', [1]), {status: 400, body: {non_field_errors: [/dictionary/]}});
    assertAnswer(await server.post('/api/cashback', {body: 'x', type: 'text/plain'}), {status: 415});
    assertAnswer(await server.post('/api/cashback', {body: `"${'x'.repeat(600_000)}"`, type: 'application/json'}), {status: 413});
    assertAnswer(await server.post('/api/cashback', {token: null, json: purchase()}), {status: 401});
});

test('a refused purchase is in the log and in the metrics, and no document is', async () => {
    const document = cpf();
    const before = server.output.length;
    const headers = {'x-request-id': `refused-${document.slice(0, 3)}`};
    await cashback.post('/cashback', purchase({total: '1.00', customer: {document, name: 'Somebody Known'}}), {headers});
    const line = await waitFor('a log line', () =>
        server.lines().find((one) => one.msg === 'purchase refused' && one.request === headers['x-request-id']));
    assertMatches(line, having({application: 'admin', faults: 1, fields: 'total'}));
    assert.ok(!server.output.slice(before).includes(document) && !server.output.includes('Somebody Known'));
    const {text} = await server.get('/metrics');
    assert.match(text, /^eyed_http_requests_total\{.*route="\/api\/cashback".*4xx.*\} [1-9]|^eyed_http_requests_total\{.*4xx.*route="\/api\/cashback".*\} [1-9]/m);
});

test('the same purchase again is the first one, and is paid once', async () => {
    const one = purchase();
    const first = await cashback.make('/cashback', one);
    const again = await cashback.post('/cashback', one);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.body, first);
    assert.equal(target.requestsFor(first.delivery.message).length, 1);
    const other = await cashback.make('/cashback', {...one, products: [{type: 'A', value: '20.00', qty: 5}]});
    assert.notEqual(other.id, first.id, 'other lines are another purchase');
});

test('an Idempotency-Key stands for one purchase', async () => {
    const headers = {'idempotency-key': `till-7-${cpf()}`};
    const one = purchase();
    const first = await cashback.make('/cashback', one, {headers});
    assertAnswer(await cashback.post('/cashback', one, {headers}), {status: 200, body: having({id: first.id})});
    assertAnswer(await cashback.post('/cashback', {...one, sold_at: '2026-05-05 05:05:05'}, {headers}), {status: 409, body: {detail: /./}});
    const second = await cashback.make('/cashback', one, {headers: {'idempotency-key': `till-8-${cpf()}`}});
    assert.notEqual(second.id, first.id, 'with keys of their own two purchases may be alike');
    for (const key of ['', 'x'.repeat(256), 'with space'])
        assertAnswer(await cashback.post('/cashback', purchase(), {headers: {'idempotency-key': key}}), {status: 400, body: {'Idempotency-Key': [/visible ASCII/]}});
    assertAnswer(await cashback.post('/cashback', purchase(), {headers: {'idempotency-key': ['one', 'other']}}), {status: 400, body: {'Idempotency-Key': [/one key/]}});
    assertAnswer(await cashback.post('/cashback', purchase(), {headers: {'idempotency-key': ['same', 'same']}}), {status: 201});
});

test('the metrics have cashbacks from the start', async () => {
    await server.restart();
    assert.match((await server.get('/metrics', {token: null})).text, /^eyed_cashbacks\S* \d/m);
});

test('of many that send the same at once one is new', async () => {
    const one = purchase();
    const answers = await Promise.all(Array.from({length: 20}, () => cashback.post('/cashback', one)));
    assert.deepEqual([...new Set(answers.map(({body}) => body.id))].length, 1);
    assert.deepEqual(answers.map(({status}) => status).sort(), [...Array(19).fill(200), 201]);
    const [{body}] = answers;
    assert.equal(target.requestsFor(body.delivery.message).length, 1);
});

test('a purchase that earns nothing is kept, and sent to nobody', async () => {
    const {type} = await cashback.make('/products/', {type: `N${cpf()}`, name: 'Nothing'});
    const one = await cashback.make('/cashback', purchase({products: [{type, value: '100.00', qty: 1}]}));
    assertMatches(one, having({state: 'nothing_due', cashback: '0.00', delivery: null, answer: null, target: null}));
    assertMatches(await cashback.read(one.explain_url), having({lines: [having({limit: 'no_rule', rule: null, rate: null})]}));
});

test('lists are filtered, ordered and paged', async () => {
    const document = cpf();
    const customer = {document, name: 'Listed'};
    const made = [];
    for (const [i, value] of ['10.00', '30.00', '20.00'].entries()) {
        const products = [{type: 'B', value, qty: 1}];
        made.push(await cashback.make('/cashback', {sold_at: `2026-03-0${3 - i} 10:00:00`, customer, total: value, products}));
    }
    const ids = async (query) => (await cashback.read(`/cashbacks?document=${document}&${query}`)).results.map(({id}) => made.findIndex((one) => one.id === id));
    assert.deepEqual(await ids(''), [2, 1, 0]);
    assert.deepEqual(await ids('ordering=received_at'), [0, 1, 2]);
    assert.deepEqual(await ids('ordering=sold_at'), [2, 1, 0]);
    assert.deepEqual(await ids('ordering=-sold_at'), [0, 1, 2]);
    assert.deepEqual(await ids('ordering=-earned'), [1, 2, 0]);
    assert.deepEqual(await ids('least=2.00&ordering=earned'), [2, 1]);
    assert.deepEqual(await ids('sold_from=2026-03-02&sold_to=2026-03-03'), [1]);
    assert.deepEqual(await ids('day=2026-03-01&by=sold'), [2]);
    assert.deepEqual(await ids('day=2026-03-01'), []);
    assert.deepEqual(await ids('state=confirmed,failed'), [2, 1, 0]);
    assert.deepEqual(await ids('state=failed'), []);
    assert.deepEqual(await ids('application=admin'), [2, 1, 0]);
    assert.deepEqual(await ids('application=nobody'), []);
    assert.deepEqual(await ids(`target=${encodeURIComponent(target.origin)}`), [2, 1, 0]);
    assert.deepEqual(await ids('target='), []);
    assert.deepEqual(await ids('settlement_due=true'), []);
    const page = await cashback.read(`/cashbacks?document=${document}&page_size=2&page=2`);
    assertMatches(page, having({count: 3, next: null, previous: /page_size=2&page=1$/, results: (rows) => rows.length === 1}));
    for (const [query, field] of [['state=paid', 'state'], ['document=1', 'document'], ['day=today', 'day'], ['least=-1', 'least'], ['ordering=id', 'ordering'], ['q=x', 'q']])
        assertAnswer(await cashback.get(`/cashbacks?${query}`), {status: 400, body: {[field]: [/./]}});
    assertAnswer(await cashback.get('/cashbacks/999999'), {status: 404, body: {detail: 'Not found.'}});
});

test('an answer that is late is 202, and the purchase is paid later', async () => {
    await server.restart();
    const waiting = await whileItHangs(async () => {
        server.settings['cashback.answer_wait'] = '100ms';
        await server.restart();
        return cashback.post('/cashback', purchase());
    });
    assertAnswer(waiting, {status: 202, headers: {location: waiting.body.detail_url}, body: having({state: (state) => ['pending', 'sent'].includes(state), answer: null})});
    delete server.settings['cashback.answer_wait'];
});
