// What becomes of a payment when the target refuses, fails, hangs or is not there; that it is paid once.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Cashback, purchase} from './cashback_client.mjs';
import {createUser, Server} from './harness.mjs';
import {answer, brokenAnswers, hang, Peer, reset, times, trickle} from './peer.mjs';
import {assertAnswer, assertMatches, having} from './scenario.mjs';

// A target and a server of its own: `await using` is not there yet.
async function withTarget(options, work) {
    const {settings = {}, ...peer} = options;
    const target = await Peer.open({pays: true, ...peer});
    const server = new Server({settings: {
        'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '5s',
        'cashback.retry_schedule': '1s,1s', 'cashback.target_timeout': '300ms',
        ...(typeof settings === 'function' ? settings(target) : settings),
    }});
    try {
        const password = await createUser(server.data, 'admin', {superuser: true});
        await server.start();
        server.token = (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
        await work({target, server, cashback: new Cashback(server)});
        assert.deepEqual(target.ledger.paidTwice(), [], 'nothing was paid twice');
        assert.equal(target.fault, undefined);
    } finally {
        await server.stop();
        await target.close();
    }
}
const scenario = (name, options, work) => test(name, {timeout: 120_000}, () => withTarget(options, work));
const keysOf = (target) => new Set(target.requestsOf('/pay').map(({key}) => key)).size;

scenario('a target that fails twice is asked again under the same key, and pays', {}, async ({target, cashback}) => {
    target.script('/pay', [times(2, answer(503, {body: 'not now'})), answer(201, {body: '{"id":"7"}'})]);
    const sent = await cashback.post('/cashback', purchase());
    assertAnswer(sent, {status: 202, body: having({state: 'pending', answer: having({status: 503, body: 'not now', error: null})})});
    const paid = await cashback.until(sent.body, 'confirmed');
    assertMatches(paid.answer, having({status: 201, body: {id: '7'}}));
    assert.equal(keysOf(target), 1);
    assert.deepEqual(await cashback.ledger(paid),
        ['earned 5.00', 'sent 5.00', 'failed 5.00', 'sent 5.00', 'failed 5.00', 'sent 5.00', 'confirmed 5.00']);
});

scenario('one that is refused to the end failed, and is sent again when somebody says so', {}, async ({target, cashback}) => {
    target.script('/pay', [times(3, answer(422, {body: '{"error":"unknown customer"}'})), answer(201)]);
    const failed = await cashback.until(await cashback.send(), 'failed');
    assertMatches(failed, having({cashback: '5.00', confirmed_at: null, answer: having({status: 422, body: {error: 'unknown customer'}})}));
    assert.deepEqual((await cashback.ledger(failed)).slice(-3), ['sent 5.00', 'failed 5.00', 'given_up 5.00']);
    assertAnswer(await cashback.post(`/cashbacks/${failed.id}/retry`, {reason: 'x'}), {status: 400, body: {reason: [/no such field/]}});
    assertAnswer(await server404(cashback), {status: 404});
    assertAnswer(await cashback.post(`/cashbacks/${failed.id}/retry`), {status: 200, body: having({state: 'pending'})});
    const paid = await cashback.until(failed, 'confirmed');
    assert.equal(paid.delivery.message, failed.delivery.message);
    assert.equal(keysOf(target), 1);
    assertAnswer(await cashback.post(`/cashbacks/${failed.id}/retry`), {status: 409, body: {detail: /./}});
});
const server404 = (cashback) => cashback.post('/cashbacks/999999/retry');

scenario('a target that is not there is waited for', {}, async ({target, cashback}) => {
    await target.close();
    const sent = await cashback.post('/cashback', purchase());
    assertAnswer(sent, {status: 202, body: having({state: 'pending', answer: having({status: null, body: null, error: /./})})});
    await target.listen();
    await cashback.until(sent.body, 'confirmed');
});

scenario('without a target what is due waits, and goes out once there is one', {}, async ({target, server, cashback}) => {
    await server.stop();
    server.settings['cashback.target_url'] = '';
    server.settings['cashback.answer_wait'] = '0s';
    await server.start();
    const sent = await cashback.send();
    assertMatches(sent, having({state: 'pending', answer: null, target: null, delivery: having({message: /^msg_/})}));
    await server.stop();
    server.settings['cashback.target_url'] = target.url('/pay');
    await server.start();
    await cashback.until(sent, 'confirmed');
});

for (const [name, behaviour] of [
    ['hangs', () => hang({pays: true})], ['resets', () => reset('after_reading', {pays: true})], ['answers 504', () => answer(504, {pays: true})],
    ['answers 200, which is no 201', () => answer(200, {pays: true})],
]) {
    scenario(`a target that ${name} may have paid: it is not asked again, and somebody decides`, {idempotent: false}, async ({target, cashback}) => {
        target.script('/pay', [behaviour(), answer(201)]);
        const unknown = await cashback.until(await cashback.send(), 'unknown');
        assert.deepEqual(await cashback.ledger(unknown), ['earned 5.00', 'sent 5.00', 'unknown 5.00']);
        for (const act of ['retry', 'cancel', 'reverse'])
            assertAnswer(await cashback.post(`/cashbacks/${unknown.id}/${act}`), {status: 409, body: {detail: /./}});
        assertAnswer(await cashback.post(`/cashbacks/${unknown.id}/resolve`, {}), {status: 400, body: {outcome: ['This field is required.']}});
        assertAnswer(await cashback.post(`/cashbacks/${unknown.id}/resolve`, {outcome: 'maybe'}), {status: 400, body: {outcome: [/paid or not_paid/]}});
        const resolved = await cashback.post(`/cashbacks/${unknown.id}/resolve`, {outcome: 'paid', note: 'They say so'});
        assertAnswer(resolved, {status: 200, body: having({state: 'confirmed', cashback: '5.00'})});
        const {results} = await cashback.read(unknown.ledger_url);
        assertMatches(results.at(-1), having({kind: 'confirmed', note: 'They say so', by: having({user: 1})}));
        assert.equal(target.requestsOf('/pay').length, 1);
        assertAnswer(await cashback.post(`/cashbacks/${unknown.id}/resolve`, {outcome: 'paid'}), {status: 409});
    });
}

scenario('what was not paid after all is sent again', {idempotent: false}, async ({target, cashback}) => {
    target.script('/pay', [hang(), answer(201)]);
    const unknown = await cashback.until(await cashback.send(), 'unknown');
    assertAnswer(await cashback.post(`/cashbacks/${unknown.id}/resolve`, {outcome: 'not_paid'}), {status: 200});
    await cashback.until(unknown, 'confirmed');
    assert.equal(target.ledger.byKey.get(unknown.delivery.message).times, 1);
});

scenario('a target that knows keys is asked again when it may have paid', {
    idempotent: true, settings: {'cashback.target_idempotent': 'true'},
}, async ({target, cashback}) => {
    target.script('/pay', [hang({pays: true}), reset('mid_status', {pays: true}), answer(201)]);
    const sent = await cashback.send();
    await cashback.until(sent, 'confirmed');
    assert.equal(keysOf(target), 1);
    assert.equal(target.requestsOf('/pay').length, 3);
});

scenario('a target with a lookup is asked whether it paid', {
    idempotent: false, settings: (target) => ({'cashback.target_lookup_url': target.lookup(), 'cashback.target_lookup_delay': '1s'}),
}, async ({target, cashback}) => {
    target.script('/pay', [hang({pays: true}), hang(), answer(201)]);
    const paid = await cashback.until(await cashback.send(), 'confirmed');
    assert.equal(target.requestsOf('/pay').length, 1);
    const second = await cashback.send();
    await cashback.until(second, 'confirmed');
    assert.equal(target.requestsOf('/pay').length, 3, 'the lookup said that it was not paid');
    assert.notEqual(paid.id, second.id);
});

scenario('a 201 counts whatever its body does', {}, async ({target, cashback}) => {
    target.script('/pay', [trickle(), brokenAnswers.short(), answer(201, {body: 'x'.repeat(100_000)})]);
    for (const [name, paid] of [['trickles', true], ['is cut off', false], ['is huge', true]]) {
        const one = await cashback.until(await cashback.send(), 'confirmed');
        assert.equal(one.answer.status, 201, name);
        assert.ok(!paid || target.ledger.has(one.delivery.message));
    }
    const huge = (await cashback.read('/cashbacks?ordering=-received_at')).results[0];
    assert.equal(huge.answer.body, 'x'.repeat(4096));
});

scenario('what was under way when the program died is not sent twice', {idempotent: false}, async ({target, server, cashback}) => {
    target.script('/pay', [hang({pays: true}), answer(201)]);
    server.settings['cashback.target_timeout'] = '30s';
    server.settings['cashback.answer_wait'] = '0s';
    await server.restart();
    const sent = await cashback.send();
    await target.received('/pay', 1);
    await server.kill();
    await server.start();
    const unknown = await cashback.until(sent, 'unknown');
    assertMatches(await cashback.ledger(unknown), ['earned 5.00', 'sent 5.00', 'unknown 5.00']);
    assert.equal(target.requestsOf('/pay').length, 1);
    await cashback.post(`/cashbacks/${sent.id}/resolve`, {outcome: 'paid'});
});

scenario('a pending one is cancelled, and never sent', {}, async ({target, server, cashback}) => {
    server.settings['cashback.retry_schedule'] = '1h';
    await server.restart();
    target.script('/pay', [answer(500), answer(201)]);
    const pending = await cashback.send();
    const cancelled = await cashback.post(`/cashbacks/${pending.id}/cancel`, {reason: 'Typed in by mistake'});
    assertAnswer(cancelled, {status: 200, body: having({state: 'cancelled', cashback: '0.00', earned: '5.00', reversed: '5.00'})});
    assertAnswer(await cashback.post(`/cashbacks/${pending.id}/retry`), {status: 409});
    assertAnswer(await cashback.post(`/cashbacks/${pending.id}/cancel`), {status: 409});
    assert.equal(target.requestsOf('/pay').length, 1);
    const paid = await cashback.until(await cashback.send(), 'confirmed');
    assertAnswer(await cashback.post(`/cashbacks/${paid.id}/cancel`), {status: 409, body: {detail: /./}});
});

scenario('one that failed is cancelled, and is done with', {settings: {'cashback.retry_schedule': ''}}, async ({target, cashback}) => {
    target.script('/pay', answer(422));
    const failed = await cashback.until(await cashback.send(), 'failed');
    assertAnswer(await cashback.post(`/cashbacks/${failed.id}/cancel`), {status: 200, body: having({state: 'cancelled', cashback: '0.00'})});
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed'}), {status: 200, body: {found: 0, retried: 0, dry_run: false}});
    assert.equal(target.requestsOf('/pay').length, 1);
});

scenario('what failed is sent again by a filter', {settings: {'cashback.retry_schedule': ''}}, async ({target, cashback}) => {
    target.script('/pay', [times(3, answer(500)), answer(201)]);
    const failed = [];
    for (let i = 0; i < 3; i++) failed.push(await cashback.until(await cashback.send(), 'failed'));
    await cashback.until(await cashback.send(), 'confirmed');
    assertAnswer(await cashback.post('/cashbacks/retry', {}), {status: 400, body: {state: ['This field is required.']}});
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'confirmed'}), {status: 400, body: {state: [/Only what failed/]}});
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed', ids: [1]}), {status: 400});
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed', limit: 0}), {status: 400, body: {limit: [/./]}});
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed', dry_run: true}), {status: 200, body: {found: 3, retried: 0, dry_run: true}});
    assertAnswer(await cashback.post('/cashbacks/retry?state=failed&dry_run=1', {}), {status: 200, body: {found: 3, retried: 0, dry_run: true}});
    const {customer} = failed[1];
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed', customer: customer.id}), {status: 200, body: {found: 1, retried: 1, dry_run: false}});
    await cashback.until(failed[1], 'confirmed');
    assertAnswer(await cashback.post('/cashbacks/retry', {state: 'failed', limit: 1}), {status: 200, body: {found: 2, retried: 1, dry_run: false}});
    await cashback.until(failed[0], 'confirmed');
    assert.equal((await cashback.read(failed[2].detail_url)).state, 'failed', 'the limit holds');
});
