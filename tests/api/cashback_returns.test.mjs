// Returns: of lines and of all, before and after the payment, forwarded and to be settled.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {answer, hang, openable, Peer} from './peer.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having} from './scenario.mjs';

const target = await Peer.open({pays: true});
const server = useServer({settings: {
    'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '5s', 'cashback.retry_schedule': '1h',
}});
const forwarding = useServer({settings: {
    'cashback.target_url': target.url('/pay'), 'cashback.target_reversal_url': target.url('/takeback'), 'delivery.allow_networks': '127.0.0.0/8',
    'cashback.answer_wait': '5s', 'cashback.retry_schedule': '1s',
}});
const cashback = new Cashback(server);
const forwarded = new Cashback(forwarding);
after(() => target.close());

const twoLines = () => purchase({total: '130.00', products: [{type: 'A', value: '10.00', qty: 3}, {type: 'B', value: '50.00', qty: 2}]});
const reverse = (at, one, json, options) => at.post(`/cashbacks/${one.id}/reverse`, json, options);

test('a return after the payment is taken back line by line, to the centavo', async () => {
    const paid = await cashback.make('/cashback', twoLines());
    assert.equal(paid.cashback, '11.50');
    const first = await reverse(cashback, paid, {lines: [{number: 2, qty: 1}], reason: 'Broken'});
    assertAnswer(first, {status: 201, body: {
        id: anyId, cashback: paid.detail_url, amount: '5.00', state: 'settlement_due', delivery: null, reason: 'Broken',
        lines: [{number: 2, qty: 1, amount: '5.00'}], created_at: anyInstant, by: having({user: anyId}),
    }});
    assertMatches(await cashback.read(paid.detail_url), having({state: 'confirmed', cashback: '6.50', earned: '11.50', reversed: '5.00'}));
    const rest = await reverse(cashback, paid, {});
    assertAnswer(rest, {status: 201, body: having({amount: '6.50', lines: [{number: 1, qty: 3, amount: '1.50'}, {number: 2, qty: 1, amount: '5.00'}]})});
    const now = await cashback.read(paid.detail_url);
    assertMatches(now, having({state: 'reversed', cashback: '0.00', reversed: '11.50'}));
    assertAnswer(await reverse(cashback, paid, {}), {status: 409, body: {detail: /./}});
    assert.deepEqual((await cashback.ledger(paid)).slice(3), ['reversed 5.00', 'settlement_due 5.00', 'reversed 6.50', 'settlement_due 6.50']);
    assertMatches(await cashback.read(paid.reversals_url), having({count: 2, results: [having({amount: '5.00'}), having({amount: '6.50'})]}));
});

test('in however many parts something is returned, all of it is taken back', async () => {
    const paid = await cashback.make('/cashback', purchase({total: '0.70', products: [{type: 'A', value: '0.10', qty: 7}]}));
    assert.equal(paid.cashback, '0.04');
    let back = 0;
    for (let i = 0; i < 7; i++) back += Number((await reverse(cashback, paid, {lines: [{number: 1, qty: 1}]})).body.amount) * 100;
    assert.equal(Math.round(back), 4);
    assertMatches(await cashback.read(paid.detail_url), having({state: 'reversed', cashback: '0.00'}));
});

test('what cannot be returned is refused', async () => {
    const paid = await cashback.make('/cashback', twoLines());
    const refused = async (json, body) => assertAnswer(await reverse(cashback, paid, json), {status: 400, body});
    await refused({lines: []}, {lines: ['This list may not be empty.']});
    await refused({lines: [{}]}, {lines: [{number: ['This field is required.'], qty: ['This field is required.']}]});
    await refused({lines: [{number: 1, qty: 1}, {number: 2, qty: 0}]}, {lines: [{}, {qty: [/greater than or equal to 1/]}]});
    await refused({lines: [{number: 1, qty: 1}, {number: 1, qty: 1}]}, {lines: [/twice/]});
    await refused({lines: [{number: 3, qty: 1}]}, {lines: [/./]});
    await refused({lines: [{number: 1, qty: 4}]}, {lines: [/./]});
    await refused({lines: 'all'}, {lines: [/list of objects/]});
    await refused({line: 1}, {line: [/no such field/]});
    assertMatches(await cashback.read(paid.detail_url), having({state: 'confirmed', reversed: '0.00'}));
});

test('a return with a key is made once', async () => {
    const paid = await cashback.make('/cashback', twoLines());
    const headers = {'idempotency-key': `return-${cpf()}`};
    const first = await reverse(cashback, paid, {lines: [{number: 1, qty: 1}]}, {headers});
    assert.equal(first.status, 201, first.text);
    assertAnswer(await reverse(cashback, paid, {lines: [{number: 1, qty: 1}]}, {headers}), {status: 200, body: having({id: first.body.id})});
    assertAnswer(await reverse(cashback, paid, {lines: [{number: 1, qty: 2}]}, {headers}), {status: 409});
    assertMatches(await cashback.read(paid.detail_url), having({reversed: '0.50'}));
});

test('a return before the payment makes it smaller', async () => {
    target.script('/pay', [answer(500), answer(201)]);
    const pending = await cashback.send(twoLines());
    assert.equal(pending.state, 'pending');
    const returned = await reverse(cashback, pending, {lines: [{number: 2, qty: 2}]});
    assertAnswer(returned, {status: 201, body: having({amount: '10.00', state: 'not_paid'})});
    const paid = await cashback.until(pending, 'confirmed');
    assertMatches(paid, having({cashback: '1.50', reversed: '10.00', delivery: having({message: /^msg_/})}));
    assert.notEqual(paid.delivery.message, pending.delivery.message, 'another amount is another message');
    assert.equal(target.requestsFor(paid.delivery.message)[0].json.cashback, '1.50');
});

test('while the payment is under way nothing is returned', async () => {
    const gate = openable();
    target.script('/pay', answer(201, {wait: gate.opened}));
    const sending = cashback.send();
    await waitFor('it is under way', async () => (await cashback.read('/cashbacks?state=sent')).count === 1);
    const [one] = (await cashback.read('/cashbacks?state=sent')).results;
    assertAnswer(await reverse(cashback, one, {}), {status: 409, body: {detail: /./}});
    assertAnswer(await cashback.post(`/cashbacks/${one.id}/cancel`), {status: 409});
    gate.open();
    assertMatches(await sending, having({state: 'confirmed'}));
    target.script('/pay', answer(201));
});

test('somebody says that a return was settled', async () => {
    const paid = await cashback.make('/cashback', twoLines());
    const {body: reversal} = await reverse(cashback, paid, {});
    const at = `/cashbacks/${paid.id}/reversals/${reversal.id}/settle`;
    const due = async () => (await cashback.read(`/cashbacks?settlement_due=true&customer=${paid.customer.id}`)).count;
    assert.equal(await due(), 1);
    const other = await cashback.make('/cashback', twoLines());
    assertAnswer(await cashback.post(`/cashbacks/${other.id}/reversals/${reversal.id}/settle`, {}), {status: 404});
    assertAnswer(await cashback.post(at, {note: 'With the bill'}), {status: 200, body: having({state: 'settled'})});
    assertAnswer(await cashback.post(at, {}), {status: 409});
    assert.equal(await due(), 0);
    assert.equal((await cashback.ledger(paid)).at(-1), 'settled 11.50');
});

test('where the target takes back, a return is sent to it', async () => {
    const paid = await forwarded.make('/cashback', twoLines());
    target.script('/takeback', [answer(503), answer(201)]);
    const {body: reversal} = await reverse(forwarded, paid, {lines: [{number: 1, qty: 1}]});
    assertMatches(reversal, having({state: 'pending', delivery: anyId}));
    await waitFor('it is taken back', async () => (await forwarded.read(paid.reversals_url)).results[0].state === 'taken_back');
    const [request, again] = await target.received('/takeback', 2);
    assert.deepEqual(request.json, {document: paid.customer.document, cashback: '0.50', reverses: paid.delivery.message});
    assert.equal(request.key, again.key);
    assert.deepEqual((await forwarded.ledger(paid)).slice(3), ['reversed 0.50', 'sent 0.50', 'failed 0.50', 'sent 0.50', 'taken_back 0.50']);
});

test('a return that the target refuses for good is to be settled', async () => {
    const paid = await forwarded.make('/cashback', twoLines());
    target.script('/takeback', answer(422));
    await reverse(forwarded, paid, {});
    await waitFor('it is to be settled', async () => (await forwarded.read(paid.reversals_url)).results[0].state === 'settlement_due');
    target.script('/takeback', answer(201));
});

test('a return of which it is not known whether it was taken back waits', async () => {
    const paid = await forwarded.make('/cashback', twoLines());
    target.script('/takeback', hang());
    forwarding.settings['cashback.target_timeout'] = '300ms';
    await forwarding.restart();
    await reverse(forwarded, paid, {});
    await waitFor('it is unknown', async () => (await forwarded.read(paid.reversals_url)).results[0].state === 'unknown');
    target.script('/takeback', answer(201));
});
