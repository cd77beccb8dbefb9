// What cashback sends, seen as deliveries: whose documents are shown to whom, and what is decided elsewhere.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {Forwarding, root} from './delivery_client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {answer, usePeer} from './peer.mjs';
import {assertAnswer, assertMatches, having, problem} from './scenario.mjs';

const dotted = (document) => document.replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4');
const peer = await usePeer({pays: true});
peer.script('/pay', (exchange) => {
    const {document} = exchange.request.json;
    return answer(201, {body: `paid to ${document}, that is ${dotted(document)}`})(exchange);
});
const server = useServer({settings: {'cashback.target_url': peer.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8',
    'cashback.target_authorization': 'Bearer of ours', 'cashback.answer_wait': '10s', 'cashback.retry_schedule': ''}});
const cashback = new Cashback(server);
const forwarding = new Forwarding(server, peer);

// Reads as staff whose key lacks the scope `cashback`.
let reader;
async function without(target) {
    reader ??= (await server.post(`${root}/keys`, {json: {scopes: ['read', 'manage']}})).body.key;
    const answered = await forwarding.get(target, {token: reader});
    assert.equal(answered.status, 200, answered.text);
    return answered.text;
}

test('documents are shown to the scope cashback alone', async () => {
    const document = cpf();
    const made = await cashback.send(purchase({customer: {document, name: 'Ana'}}));
    const {id, message} = made.delivery;
    const [attempt] = (await forwarding.read(`/attempts?delivery=${id}`)).results;
    assertMatches(await forwarding.read(`/deliveries/${id}`), having({body: `{"document":"${document}","cashback":"5.00"}`, cashback: made.id}));
    assert.equal(attempt.response, `paid to ${document}, that is ${dotted(document)}`);
    for (const target of [`/deliveries/${id}`, `/attempts?delivery=${id}`, `/attempts/${attempt.id}`, `/deliveries?cashback=${made.id}`]) {
        const text = await without(target);
        assert.ok(!text.includes(document) && !text.includes(dotted(document)), text);
        assert.ok(text.includes(message) || target.startsWith('/attempts'));
    }
    assert.match(JSON.parse(await without(`/deliveries/${id}`)).body, /"cashback":"5.00"/);
    assert.match(JSON.parse(await without(`/attempts/${attempt.id}`)).response, new RegExp(`paid to \\*{3}.*-?${document.slice(-2)}`));
    assert.ok(!(await without(`/attempts/${attempt.id}`)).includes('Bearer of ours'));
});

test('the target belongs to the settings', async () => {
    const [target] = (await forwarding.read('/destinations?kind=cashback')).results;
    assertMatches(target, having({url: peer.url('/pay'), success: '201', headers: {Authorization: '***'}, signed: false, behind: 0}));
    assertAnswer(await forwarding.patch(`/destinations/${target.id}`, {url: 'https://example.org/'}), problem(400, {errors: ([one]) => one.field === 'url'}));
    for (const [field, value] of [['signed', true], ['breaker_failures', 0], ['success', '2xx']])
        assertAnswer(await forwarding.patch(`/destinations/${target.id}`, {[field]: value}), problem(400, {errors: ([one]) => one.field === field}));
    assertAnswer(await forwarding.delete(`/destinations/${target.id}?force=1`), problem(409));
});

test('payments are decided at their cashback', async () => {
    peer.script('/pay', answer(422));
    const made = await cashback.send();
    const {delivery: {id}} = await cashback.until(made, 'failed');
    await waitFor('the delivery to be given up', async () => (await forwarding.read(`/deliveries/${id}`)).state === 'dead');
    for (const [act, json] of [['retry'], ['cancel'], ['resolve', {outcome: 'delivered'}]]) {
        assertAnswer(await forwarding.post(`/deliveries/${id}/${act}`, json), problem(409));
    }
    assertAnswer(await forwarding.post('/deliveries/retry', {all: true, dry_run: true}), {body: {dry_run: true, found: 0, retried: 0}});
});
