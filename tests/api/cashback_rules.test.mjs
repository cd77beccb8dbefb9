// Product types, what they earn and when; how every amount is explained.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having} from './scenario.mjs';

const server = useServer({settings: {'cashback.answer_wait': '0s'}});
const cashback = new Cashback(server);

let types = 0;
// A product type with a rule; gives the rule.
async function typeThatEarns(rule) {
    const type = `T${++types}`;
    await cashback.make('/products/', {type, name: type});
    return cashback.make('/cashback/rules', {product: type, ...rule});
}
const of = (type, value, more = {}) => purchase({total: value, products: [{type, value, qty: 1}], ...more});
const earnedBy = async (type, value, more) => (await cashback.send(of(type, value, more))).cashback;

test('a fresh installation has A, B and C', async () => {
    const {results} = await cashback.read('/products/');
    assertMatches(results[0], {
        id: 1, detail_url: `${server.origin}/api/products/1/`, type: 'A', name: 'Products of type A', description: '', active: true,
        rule: {id: 1, detail_url: `${server.origin}/api/cashback/rules/1/`, product: 'A', product_url: `${server.origin}/api/products/1/`, version: 1,
            rate: '5.00', valid_from: null, valid_until: null, minimum: '0.00', cap_per_purchase: null, cap_per_month: null,
            note: /./, created_at: anyInstant, created_by: null, withdrawn_at: null},
        rules_url: `${server.origin}/api/cashback/rules/?product=A`, created_at: anyInstant, updated_at: anyInstant,
    });
    assert.deepEqual(results.map(({type, rule}) => `${type} ${rule.rate}`), ['A 5.00', 'B 10.00', 'C 15.00']);
});

test('product types are made, changed and removed', async () => {
    const made = await cashback.post('/products/', {type: 'Book', name: 'Books'});
    assertAnswer(made, {status: 201, headers: {location: made.body.detail_url, etag: /^"\d+"$/}, body: having({rule: null, active: true})});
    assertAnswer(await cashback.post('/products/', {type: 'Book'}), {status: 400, body: {type: ['product with this type already exists.']}});
    assertAnswer(await cashback.post('/products/', {name: 'x', activ: true}), {status: 400, body: {type: ['This field is required.'], activ: [/no such field/]}});
    assertAnswer(await cashback.post('/products/', {type: 'x'.repeat(51)}), {status: 400, body: {type: [/50 characters/]}});
    const stale = {headers: {'if-match': made.headers.etag}};
    const changed = await cashback.patch(made.body.detail_url, {active: false}, stale);
    assertAnswer(changed, {status: 200, body: having({active: false, name: 'Books'})});
    assertAnswer(await cashback.patch(made.body.detail_url, {name: 'x'}, stale), {status: 412, body: {detail: /./}});
    assertAnswer(await cashback.delete(made.body.detail_url, stale), {status: 412});
    assertAnswer(await cashback.post('/cashback', of('Book', '1.00')), {status: 400, body: {products: [{type: [/not active/]}]}});
    assertAnswer(await cashback.put(made.body.detail_url, {type: 'Comic', name: 'Comics', active: true}), {status: 200, body: having({type: 'Comic'})});
    assertMatches(await cashback.read('/products/?q=comic'), having({count: 1}));
    assertMatches(await cashback.read('/products/?active=false'), having({count: 0}));
    assertAnswer(await cashback.delete(made.body.detail_url), {status: 204});
    assertAnswer(await cashback.get(made.body.detail_url), {status: 404});
});

test('a product type that purchases name keeps its name, and stays', async () => {
    const {product, product_url: at} = await typeThatEarns({rate: '1'});
    await cashback.send(of(product, '1.00'));
    assertAnswer(await cashback.delete(at), {status: 409, body: {detail: /./}});
    assertAnswer(await cashback.patch(at, {type: 'Other'}), {status: 409, body: {detail: /./}});
});

test('a month that caps less than a purchase is refused', async () => {
    const caps = {product: 'A', rate: '5', cap_per_purchase: '10.00', valid_from: '2099-01-01'};
    assertAnswer(await cashback.post('/cashback/rules', {...caps, cap_per_month: '9.99'}), {status: 400, body: {cap_per_month: ['This must be `cap_per_purchase` at least.']}});
    assertAnswer(await cashback.post('/cashback/rules', {...caps, cap_per_month: '10.00'}), {status: 201});
});

test('a new version counts from now on; what was earned stays', async () => {
    const rule = await typeThatEarns({rate: '10.00'});
    const before = await cashback.send(of(rule.product, '10.00'));
    const next = await cashback.make('/cashback/rules', {product: rule.product, rate: '2.5', note: 'less'});
    assertMatches(next, having({version: 2, rate: '2.50', created_by: anyId}));
    assert.equal(await earnedBy(rule.product, '10.00'), '0.25');
    assertMatches(await cashback.read(before.explain_url), having({cashback: '1.00', lines: [having({rate: '10.00', rule_version: 1})]}));
    assertAnswer(await cashback.post(`${next.detail_url}withdraw/`), {status: 200, body: having({withdrawn_at: anyInstant})});
    assertAnswer(await cashback.post(`${next.detail_url}withdraw/`), {status: 409});
    assert.equal(await earnedBy(rule.product, '10.00'), '1.00');
    const list = await cashback.read(`/cashback/rules?product=${rule.product}`);
    assert.deepEqual(list.results.map(({version}) => version), [2, 1]);
    assertMatches(await cashback.read(`/cashback/rules?product=${rule.product}&withdrawn=false`), having({count: 1, results: [having({id: rule.id})]}));
    assertMatches(await cashback.read('/cashback/rules?product=nothing'), having({count: 0}));
    assertMatches(await cashback.read(next.detail_url), having({note: 'less'}));
});

test('a rule counts for what was sold while it is valid', async () => {
    const {product} = await typeThatEarns({rate: '10', valid_from: '2026-03-01', valid_until: '2026-04-01T00:00:00Z'});
    assert.equal(await earnedBy(product, '10.00', {sold_at: '2026-02-28 23:59:59'}), '0.00');
    assert.equal(await earnedBy(product, '10.00', {sold_at: '2026-03-01 00:00:00'}), '1.00');
    assert.equal(await earnedBy(product, '10.00', {sold_at: '2026-03-31 23:59:59'}), '1.00');
    assert.equal(await earnedBy(product, '10.00', {sold_at: '2026-04-01 00:00:00'}), '0.00');
    assertMatches(await cashback.read(`/cashback/rules?product=${product}&valid_at=2026-03-15`), having({count: 1}));
    assertMatches(await cashback.read(`/cashback/rules?product=${product}&valid_at=2026-05-15`), having({count: 0}));
});

test('a minimum, and caps by purchase and by month, hold and are told', async () => {
    const {product} = await typeThatEarns({rate: '10', minimum: '20.00', cap_per_purchase: '5.00', cap_per_month: '12.00'});
    const customer = {document: cpf(), name: 'Ana'};
    const limits = async (value, day) => {
        const one = await cashback.send(of(product, value, {customer, sold_at: `2026-05-${day} 10:00:00`}));
        const {lines: [line]} = await cashback.read(one.explain_url);
        return [one.cashback, line.limit];
    };
    assert.deepEqual(await limits('19.99', '01'), ['0.00', 'minimum']);
    assert.deepEqual(await limits('20.00', '02'), ['2.00', null]);
    assert.deepEqual(await limits('80.00', '03'), ['5.00', 'cap_per_purchase']);
    assert.deepEqual(await limits('40.00', '04'), ['4.00', null]);
    assert.deepEqual(await limits('30.00', '05'), ['1.00', 'cap_per_month']);
    assert.deepEqual(await limits('30.00', '06'), ['0.00', 'cap_per_month']);
    assert.equal(await earnedBy(product, '30.00', {customer, sold_at: '2026-06-01 10:00:00'}), '3.00', 'another month');
});

test('half centavos are rounded up, line by line, and all of it is explained', async () => {
    const {product, detail_url: rule} = await typeThatEarns({rate: '5'});
    const one = await cashback.send(purchase({total: '0.60', products: [{type: product, value: '0.30', qty: 1}, {type: product, value: '0.10', qty: 3}]}));
    assert.equal(one.cashback, '0.04');
    const explained = await cashback.read(one.explain_url);
    assertMatches(explained, having({id: one.id, rounding: 'half_up', cashback: '0.04', earned: '0.04', lines: [
        {number: 1, type: product, value: '0.30', qty: 1, amount: '0.30', rule, rule_version: 1, rate: '5.00', exact: '0.015000', rounded: '0.02',
            earned: '0.02', limit: null, explanation: /0\.30/},
        having({number: 2, amount: '0.30', exact: '0.015000', rounded: '0.02'}),
    ]}));
});

test('a simulation computes, and keeps nothing', async () => {
    const one = purchase();
    const before = (await cashback.read('/cashbacks')).count;
    const simulated = await cashback.post('/cashback/simulate', one);
    assertAnswer(simulated, {status: 200, body: having({total: '100.00', cashback: '5.00', rounding: 'half_up', lines: [having({rate: '5.00', earned: '5.00'})]})});
    assertAnswer(await cashback.post('/cashback/simulate', {...one, total: '1.00'}), {status: 400, body: {total: [/./]}});
    assertMatches(await cashback.read(`/customers/?document=${one.customer.document}`), having({count: 0}));
    assert.equal((await cashback.read('/cashbacks')).count, before);
});

test('a simulation knows what the month has left', async () => {
    const {product} = await typeThatEarns({rate: '100', cap_per_month: '10.00'});
    const customer = {document: cpf(), name: 'Ana'};
    await cashback.send(of(product, '7.00', {customer, sold_at: '2026-05-01 10:00:00'}));
    const {body} = await cashback.post('/cashback/simulate', of(product, '7.00', {customer, sold_at: '2026-05-02 10:00:00'}));
    assert.equal(body.cashback, '3.00');
});

test('what is no rule is refused', async () => {
    const refused = async (json, body) => assertAnswer(await cashback.post('/cashback/rules', json), {status: 400, body});
    await refused({}, {product: ['This field is required.'], rate: ['This field is required.']});
    await refused({product: 'nothing', rate: '5'}, {product: [/no product/]});
    for (const rate of ['101', '-1', '5.001', 'x', '']) await refused({product: 'A', rate}, {rate: [/Per cent/]});
    await refused({product: 'A', rate: 5.5}, {rate: [/Send it as text/]});
    await refused({product: 'A', rate: '5', minimum: '1.001', cap_per_month: 'x', valid_from: 'soon'},
        {minimum: [/2 decimal/], cap_per_month: [/valid number/], valid_from: [/wrong format/]});
    await refused({product: 'A', rate: '5', valid_from: '2026-02-01', valid_until: '2026-02-01'}, {valid_until: [/after/]});
});

test('changes of rules and product types are in the audit log', async () => {
    const rule = await typeThatEarns({rate: '1'});
    await cashback.post(`${rule.detail_url}withdraw/`);
    const {body: {results}} = await server.get('/api/v1/audit?limit=10');
    const kinds = results.map(({kind, action}) => `${kind} ${action}`);
    assert.ok(kinds.some((one) => /rule/.test(one) && /withdrawn/.test(one)), kinds.join());
    assert.ok(kinds.some((one) => /rule/.test(one) && /created/.test(one)), kinds.join());
    assert.ok(kinds.some((one) => /product/.test(one) && /created/.test(one)), kinds.join());
});
