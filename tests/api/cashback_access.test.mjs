// Who sees whose cashbacks and customers, and who acts on them: as with events.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {useServer} from './harness.mjs';
import {answer, Peer} from './peer.mjs';
import {assertAnswer, having} from './scenario.mjs';

const target = await Peer.open({pays: true});
after(() => target.close());
const callers = {};
const server = useServer({
    settings: {
        'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '5s', 'cashback.retry_schedule': '',
    },
    prepare: async () => {
        for (const name of ['ann', 'bob', 'clerk']) callers[name] = {token: await server.user(name)};
        const {body: {results: users}} = await server.get('/api/v1/users');
        assertAnswer(await server.patch(`/api/v1/users/${users.find(({name}) => name === 'clerk').id}`, {json: {role: 'staff'}}), {status: 200});
        for (const json of [{name: 'till', owner: 'ann'}, {name: 'auditor', owner: null, reads_all: true}])
            assertAnswer(await server.post('/api/v1/applications', {json}), {status: 201});
        for (const application of ['till', 'auditor'])
            callers[application] = {token: (await server.post('/api/v1/keys', {json: {application, scopes: ['cashback']}})).body.key};
        const login = await server.post('/api/token/', {json: {username: 'ann', password: server.passwords.ann}});
        callers['ann by JWT'] = {token: null, headers: {authorization: `Bearer ${login.body.access}`}};
        callers.root = {};
    },
});
const cashback = new Cashback(server);
const as = (who, more = {}) => ({...callers[who], ...more, headers: {...callers[who].headers, ...more.headers}});
const everybody = ['till', 'ann', 'ann by JWT', 'bob', 'auditor', 'clerk', 'root'];
const read = async (who, path) => {
    const got = await cashback.get(path, as(who));
    assert.equal(got.status, 200, `${who}: ${path}: ${got.text}`);
    return got;
};
const has = (list, one) => list.body.results.some(({id}) => id === one.id);

// A failed cashback of the till's, which belongs to Ann.
const failed = async () => {
    target.script('/pay', answer(422));
    const one = await cashback.send(purchase(), as('till'));
    await cashback.until(one, 'failed');
    target.script('/pay', answer(201));
    return one;
};
const readers = ['till', 'ann', 'ann by JWT', 'auditor', 'clerk', 'root'];
const actors = ['till', 'ann', 'ann by JWT', 'clerk', 'root'];

test('cashbacks are seen by who reads their application, and are not there for others', async () => {
    const one = await failed();
    const document = one.customer.document;
    for (const who of everybody) {
        const sees = readers.includes(who);
        for (const url of [one.detail_url, one.explain_url, one.ledger_url, one.reversals_url])
            assert.equal((await cashback.get(url, as(who))).status, sees ? 200 : 404, `${who}: ${url}`);
        assert.equal(has(await read(who, '/cashbacks?page_size=100'), one), sees, who);
        assert.equal((await read(who, `/cashbacks?document=${document}`)).body.count, sees ? 1 : 0, who);
        assert.equal(has(await read(who, '/cashbacks?application=till&page_size=100'), one), sees, who);
        assert.equal((await read(who, '/cashbacks?application=bob')).body.count, 0, who);
        assert.equal((await read(who, '/cashbacks/export')).text.includes(document), sees, who);
    }
});

test('who does not act on a cashback finds none to act on', async () => {
    for (const who of everybody) {
        const acts = actors.includes(who);
        const one = await failed();
        for (const [act, json] of [['retry', {}], ['cancel', {}], ['reverse', {}]])
            if (!acts) assert.equal((await cashback.post(`/cashbacks/${one.id}/${act}`, json, as(who))).status, 404, `${who}: ${act}`);
        for (const [path, json] of [[`/cashbacks/${one.id}/resolve`, {outcome: 'paid'}], [`/cashbacks/${one.id}/reversals/1/settle`, {}]])
            assert.equal((await cashback.post(path, json, as(who))).status, !['clerk', 'root'].includes(who) ? 403 : path.includes('resolve') ? 409 : 404, who);
        assert.equal((await cashback.read(one.detail_url)).state, 'failed');
        if (acts) assertAnswer(await cashback.post(`/cashbacks/${one.id}/retry`, {}, as(who)), {status: 200});
        await cashback.until(one, acts ? 'confirmed' : 'failed');
        const back = await cashback.post(`/cashbacks/${one.id}/reverse`, {}, as(who));
        assert.equal(back.status, acts ? 201 : 404, back.text);
    }
});

test('what a filter sends again is the caller\'s own', async () => {
    const one = await failed();
    for (const who of ['bob', 'auditor']) {
        assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed'}, as(who)), {status: 200, body: {found: 0, retried: 0, dry_run: false}});
        assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed', application: 'till'}, as(who)), {status: 200, body: having({found: 0})});
    }
    assert.equal((await cashback.read(one.detail_url)).state, 'failed');
    const {body} = await cashback.post('/cashbacks/retry', {state: 'failed', document: one.customer.document}, as('till'));
    assert.deepEqual(body, {found: 1, retried: 1, dry_run: false});
    await cashback.until(one, 'confirmed');
});

test('totals are of what the caller sees', async () => {
    const path = '/reconciliation?from=2026-02-01&to=2026-02-03&by=sold';
    for (const [who, day] of [['till', '01'], ['till', '02'], ['bob', '02']])
        await cashback.send(purchase({sold_at: `2026-02-${day} 10:00:00`}), as(who));
    for (const [who, count] of [['till', 2], ['ann', 2], ['bob', 1], ['auditor', 3], ['clerk', 3], ['root', 3]]) {
        const {body} = await read(who, path);
        assert.equal(body.sum.count, count, who);
        for (const {cashbacks_url: url, count: behind} of body.results) assert.equal((await read(who, url)).body.count, behind, who);
    }
});

test('customers are seen by who made them or has a cashback of theirs', async () => {
    const made = await cashback.make('/customers/', {document: cpf(), name: 'Made ahead'}, as('till'));
    const bought = (await cashback.send(purchase(), as('till'))).customer;
    for (const {detail_url: url, id, document} of [made, bought]) {
        for (const who of everybody) {
            const sees = readers.includes(who);
            assert.equal((await cashback.get(url, as(who))).status, sees ? 200 : 404, who);
            assert.equal(has(await read(who, '/customers/?page_size=100'), {id}), sees, who);
            assert.equal((await read(who, `/customers/?document=${document}`)).body.count, sees ? 1 : 0, who);
            const renamed = await cashback.patch(url, {name: 'Ana'}, as(who));
            assert.equal(renamed.status, actors.includes(who) ? 200 : 404, `${who}: ${renamed.text}`);
            assert.equal((await cashback.put(url, {document, name: 'Ana'}, as(who))).status, actors.includes(who) ? 200 : 404, who);
        }
    }
    assertAnswer(await cashback.post('/customers/', {document: made.document, name: 'x'}, as('bob')),
        {status: 400, body: {document: ['customer with this document already exists.']}});
    await cashback.send(purchase({customer: {document: made.document, name: 'Ana'}}), as('bob'));
    assertAnswer(await cashback.get(made.detail_url, as('bob')), {status: 200});
    assertAnswer(await cashback.get(bought.detail_url, as('bob')), {status: 404});
});

test('comparisons with the other side\'s file are staff\'s', async () => {
    const path = '/reconciliation/imports?from=2026-02-01&to=2026-02-03';
    for (const who of everybody) {
        const staff = ['clerk', 'root'].includes(who);
        const made = await cashback.call('POST', path, as(who, {body: 'reference,amount\nx,1.00\n', type: 'text/csv'}));
        assert.equal(made.status, staff ? 201 : 403, who);
        for (const url of ['/reconciliation/imports', '/reconciliation/imports/1', '/reconciliation/imports/1/lines'])
            if (!staff) assert.equal((await cashback.get(url, as(who))).status, 403, who);
    }
    assertAnswer(await cashback.get('/reconciliation/imports/1/lines', as('clerk')), {status: 200});
});

test('a plain user who logged in does all with what they sent', async () => {
    const me = 'ann by JWT';
    const paid = await cashback.make('/cashback', purchase(), as(me));
    assertAnswer(await cashback.get(paid.detail_url, as(me)), {status: 200, body: having({state: 'confirmed', application: 'ann'})});
    for (const url of [paid.customer.detail_url, paid.explain_url, paid.ledger_url, '/products/', '/cashback/rules/'])
        assertAnswer(await cashback.get(url, as(me)), {status: 200});
    assertAnswer(await cashback.post(`/cashbacks/${paid.id}/reverse`, {}, as(me)), {status: 201});
    assertAnswer(await cashback.get(paid.reversals_url, as(me)), {status: 200, body: having({count: 1})});
    assertAnswer(await cashback.get(paid.detail_url, as('till')), {status: 404});
});

test('a purchase that another application sent without a key is answered with the one there is', async () => {
    const bought = purchase();
    const one = await cashback.send(bought, as('till'));
    assertAnswer(await cashback.post('/cashback', bought, as('bob')), {status: 200, body: having({id: one.id})});
    assertAnswer(await cashback.get(one.detail_url, as('bob')), {status: 404});
});
