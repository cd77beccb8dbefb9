// Events on their way to others, whatever these do: each of the peer's behaviours, and what is made of it.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Forwarding, loopback, root} from './delivery_client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {answer, brokenAnswers, hang, huge, isSignedBy, openable, redirect, reset, times, trickle, usePeer} from './peer.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, problem, scenarios, unique} from './scenario.mjs';

const peer = await usePeer();
const server = useServer({settings: loopback});
const forwarding = new Forwarding(server, peer);

test('an event goes out signed, as the API shows it', async () => {
    const to = await forwarding.destination({headers: {'X-Tenant': 'north'}});
    const sent = await forwarding.send(to, {data: {text: 'é ✓ "', n: 1.0}, session_id: 'e2085be5-9137-4e4e-80b5-f1ffddc25423'});
    const delivery = await forwarding.settled(sent);
    assertMatches(delivery, {
        id: anyId, message: /^msg_\w+$/, destination: to.id, destination_name: to.name, state: 'delivered', event: sent.id, cashback: null,
        reversal: null, test: false, order_key: sent.session_id, created_at: anyInstant, attempts: 1, last_status: 201, last_error: '',
        next_at: null, finished_at: anyInstant,
    });
    const [request, ...more] = peer.requestsOf(to.path);
    assert.equal(more.length, 0);
    assert.equal(request.method, 'POST');
    assertMatches(request.headers, having({
        'content-type': 'application/json', 'webhook-id': delivery.message, 'idempotency-key': delivery.message, 'x-tenant': 'north',
        'webhook-timestamp': (text) => Math.abs(Number(text) - Date.now() / 1000) < 60, 'user-agent': /^eyed/,
    }));
    assert.ok(isSignedBy(request, to.secret));
    assert.ok(!isSignedBy(request, `whsec_${Buffer.alloc(32).toString('base64')}`));
    const stored = (await server.get(`${root}/events/${sent.id}`)).body;
    for (const name of ['id', 'application', 'category', 'name', 'session_id', 'event_id', 'data']) {
        assert.deepEqual(request.json[name], stored[name], name);
    }
    assert.equal((await forwarding.read(`/deliveries/${delivery.id}`)).body, request.body);
    const [attempt] = await forwarding.attemptsOf(delivery);
    assertMatches(attempt, having({number: 1, kind: 'send', outcome: 'delivered', status: 201, error: '', next_at: null,
        latency_ms: (ms) => ms > 0, request: having({method: 'POST', headers: having({'X-Tenant': '***', 'webhook-id': delivery.message})})}));
    assert.ok(!JSON.stringify(attempt).includes('north'));
    assertMatches(await forwarding.read(`/attempts/${attempt.id}`), attempt);
});

test('what fails is sent again by the schedule under the same id', async () => {
    const to = await forwarding.destination({script: [answer(500, {body: 'oops'}), answer(503), answer(200)], schedule: ['1s', '1s', '1s']});
    const delivery = await forwarding.settled(await forwarding.send(to));
    assert.equal(delivery.attempts, 3);
    const requests = peer.requestsOf(to.path);
    assert.deepEqual(requests.map(({key}) => key), Array(3).fill(delivery.message));
    assert.ok(requests[1].at - requests[0].at >= 750 && requests[2].at - requests[1].at >= 750);
    assert.ok(requests.every((one) => isSignedBy(one, to.secret)));
    const attempts = await forwarding.attemptsOf(delivery);
    assert.deepEqual(attempts.map(({number, outcome, status}) => [number, outcome, status]),
        [[1, 'failed', 500], [2, 'failed', 503], [3, 'delivered', 200]]);
    assert.equal(attempts[0].response, 'oops');
    assert.ok(attempts[0].next_at && !attempts[2].next_at);
});

// What is surely no success, and how the attempt tells it.
const failures = [
    ['400', answer(400), {outcome: 'failed', status: 400}],
    ['404', answer(404, {body: 'no such hook'}), {outcome: 'failed', status: 404, response: 'no such hook'}],
    ['a redirect', redirect('/elsewhere'), {outcome: 'failed', status: 302}],
    ['no answer in time', hang(), {outcome: 'unknown', status: null, error: /./}],
    ['a status that trickles', trickle({part: 'status'}), {outcome: 'unknown', status: null, error: /./}],
    ['a reset before it was read', reset('before_reading'), {outcome: (is) => ['unknown', 'failed'].includes(is), status: null, error: /./}],
    ['a reset after it was read', reset('after_reading'), {outcome: 'unknown', status: null, error: /./}],
    ['a reset in the status line', reset('mid_status'), {outcome: 'unknown', status: null, error: /./}],
    ['what is no HTTP', brokenAnswers.notHttp(), {outcome: 'unknown', status: null, error: /./}],
    ['nothing at all', brokenAnswers.empty(), {outcome: 'unknown', status: null, error: /./}],
    ['a status that is none', brokenAnswers.status(), {outcome: 'unknown', status: null, error: /./}],
];
for (const [what, script, expected] of failures) {
    test(`${what} is no success, and without a schedule the delivery is dead`, async () => {
        const to = await forwarding.destination({script, schedule: [], timeout: '400ms'});
        const delivery = await forwarding.settled(await forwarding.send(to), 'dead');
        const [attempt, ...more] = await forwarding.attemptsOf(delivery);
        assert.equal(more.length, 0);
        assertMatches(attempt, having(expected));
        assert.equal(peer.requestsOf('/elsewhere').length, 0, 'redirects are not followed');
    });
}

// A status that came counts, whatever became of the body behind it.
const successes = [
    ['204', answer(204), ''],
    ['a body that is cut off', reset('mid_answer'), /^some of it/],
    ['a body that is too short', brokenAnswers.short(), 'too little'],
    ['a header that trickles', trickle({part: 'header'}), ''],
    ['a body that trickles', trickle(), /^x*$/],
    ['a body without end', huge(1 << 28), /^x{4096}$/],
    ['broken chunks', brokenAnswers.chunk(), ''],
    ['a body packed wrongly', brokenAnswers.gzip(), /./],
    ['a body of no text', brokenAnswers.bytes(), /./],
];
for (const [what, script, response] of successes) {
    test(`${what} is a success`, async () => {
        const to = await forwarding.destination({script, timeout: '1s', schedule: []});
        const delivery = await forwarding.settled(await forwarding.send(to));
        const [attempt] = await forwarding.attemptsOf(delivery);
        assertMatches(attempt, having({outcome: 'delivered', status: (status) => status === 201 || status === 204, response}));
        assert.equal(peer.requestsOf(to.path).length, 1);
    });
}

test('a header without end ends the attempt', async () => {
    const to = await forwarding.destination({script: brokenAnswers.hugeHead(), timeout: '2s', schedule: []});
    const delivery = await forwarding.settled(await forwarding.send(to), ({state}) => state === 'dead' || state === 'delivered');
    assert.equal((await forwarding.attemptsOf(delivery)).length, 1);
});

test('what surely was not sent has failed, and goes out once somebody listens', async () => {
    const to = await forwarding.destination({schedule: ['1s', '1s', '1s', '1s', '1s', '1s', '1s', '1s', '1s']});
    await peer.close();
    const event = await forwarding.send(to);
    const delivery = await forwarding.settled(event, ({attempts}) => attempts >= 1).finally(() => peer.listen());
    assertMatches((await forwarding.attemptsOf(delivery))[0], having({outcome: 'failed', status: null, error: /./}));
    await forwarding.settled(event);
    assert.equal(peer.requestsOf(to.path).length, 1);
});

test('a gauge says whether deliveries go on', async () => {
    assert.match((await server.get('/metrics')).text, /^eyed_deliveries_working 1$/m);
});

test('Retry-After is honoured', async () => {
    const to = await forwarding.destination({script: [answer(429, {headers: {'retry-after': '3'}}), answer(200)], schedule: ['1s']});
    await forwarding.settled(await forwarding.send(to));
    const [first, second] = peer.requestsOf(to.path);
    assert.ok(second.at - first.at >= 2_900, `${second.at - first.at} ms`);
});

test('410 disables the destination, and its other deliveries wait', async () => {
    const to = await forwarding.destination({script: [answer(410), answer(200)], schedule: ['1s']});
    const first = await forwarding.send(to);
    await waitFor('the destination is disabled', async () =>
        (await forwarding.read(`/destinations/${to.id}`)).state === 'disabled');
    assert.match((await forwarding.read(`/destinations/${to.id}`)).reason, /410/);
    const second = await forwarding.send(to);
    assert.equal(peer.requestsOf(to.path).length, 1);
    await waitFor('an event of the program\'s own', async () =>
        (await server.get(`${root}/events?category=delivery&name=destination_disabled`)).body.results
            .find(({application, data}) => application === 'eyed-delivery' && JSON.stringify(data).includes(to.name)));
    await forwarding.act(`/destinations/${to.id}/resume`);
    await forwarding.settled(second);
    await forwarding.settled(first, ({state}) => state === 'delivered' || state === 'dead');
});

test('a destination that keeps failing is suspended, with an alert at half of the way', async () => {
    const to = await forwarding.destination({script: [times(4, answer(500)), answer(200)], schedule: ['1s'], breaker_failures: 4, concurrency: 1});
    const events = [];
    for (let n = 0; n < 4; n++) events.push(await forwarding.send(to));
    const suspended = await waitFor('it is suspended', async () => {
        const one = await forwarding.read(`/destinations/${to.id}`);
        return one.open_until && one;
    });
    assert.ok(suspended.failures >= 4);
    assert.equal(suspended.state, 'active');
    assert.equal(peer.requestsOf(to.path).length, 4);
    const alerts = async (name) => (await server.get(`${root}/events?category=delivery&name=${name}`)).body.results
        .filter(({data}) => JSON.stringify(data).includes(to.name)).length;
    for (const name of ['destination_failing', 'destination_suspended']) {
        await waitFor(name, async () => await alerts(name) === 1);
    }
    assertMatches(await forwarding.act(`/destinations/${to.id}/resume`), having({open_until: null, failures: 0}));
    for (const event of events) await forwarding.settled(event);
});

test('no more requests than allowed are under way', async () => {
    const gate = openable();
    const to = await forwarding.destination({script: answer(200, {wait: gate.opened}), concurrency: 2});
    const events = await Promise.all(Array.from({length: 5}, () => forwarding.send(to)));
    await peer.received(to.path, 2);
    await forwarding.settled(events.at(-1), 'pending');
    assert.equal(peer.requestsOf(to.path).length, 2);
    gate.open();
    for (const event of events) await forwarding.settled(event);
    assert.equal(peer.requestsOf(to.path).length, 5);
});

test('no more requests a second than allowed go out', async () => {
    const to = await forwarding.destination({rate_per_second: 10, concurrency: 100});
    const events = await Promise.all(Array.from({length: 16}, () => forwarding.send(to)));
    for (const event of events) await forwarding.settled(event);
    const at = peer.requestsOf(to.path).map((one) => one.at);
    assert.ok(at.at(-1) - at[0] >= 1_300, `16 requests in ${at.at(-1) - at[0]} ms`);
});

test('a destination that hangs keeps nobody else back', async () => {
    const gate = openable();
    const stuck = await forwarding.destination({script: answer(200, {wait: gate.opened}), timeout: '30s', concurrency: 5});
    for (let n = 0; n < 20; n++) await forwarding.send(stuck);
    await peer.received(stuck.path, 5);
    const to = await forwarding.destination();
    await forwarding.settled(await forwarding.send(to));
    gate.open();
});

test('of one session the next event waits for the one before', async () => {
    const gate = openable();
    const to = await forwarding.destination({
        script: [answer(503), answer(200, {wait: gate.opened}), answer(200)], ordering: 'by_key', schedule: ['1s', '1s']});
    const session_id = '11111111-1111-4111-8111-111111111111';
    const other = '22222222-2222-4222-8222-222222222222';
    const first = await forwarding.send(to, {session_id, data: {n: 1}});
    await peer.received(to.path, 1);
    const second = await forwarding.send(to, {session_id, data: {n: 2}});
    const third = await forwarding.send(to, {session_id, data: {n: 3}});
    await peer.received(to.path, 2);  // the first again, and it hangs
    const elsewhere = await forwarding.send(to, {session_id: other, data: {n: 4}});
    await forwarding.settled(elsewhere);
    assert.deepEqual(peer.requestsOf(to.path).map(({json}) => json.data.n), [1, 1, 4]);
    gate.open();
    for (const event of [first, second, third]) await forwarding.settled(event);
    assert.deepEqual(peer.requestsOf(to.path).map(({json}) => json.data.n), [1, 1, 4, 2, 3]);
});

test('dead letters are sent again under the same id, one by one and by filter', async () => {
    const to = await forwarding.destination({script: [times(4, answer(500)), answer(200)], schedule: [], breaker_failures: 0});
    const events = [];
    for (let n = 0; n < 4; n++) events.push(await forwarding.send(to));
    const dead = [];
    for (const event of events) dead.push(await forwarding.settled(event, 'dead'));
    assertAnswer(await forwarding.post('/deliveries/retry', {destination: to.id, dry_run: true}), {body: {dry_run: true, found: 4, retried: 0}});
    await forwarding.act(`/deliveries/${dead[0].id}/retry`);
    const first = await forwarding.settled(events[0]);
    assert.deepEqual([first.attempts, first.message], [2, dead[0].message]);
    const {body} = await forwarding.post('/deliveries/retry', {destination: to.id, status: 500, limit: 2});
    assert.deepEqual(body, {dry_run: false, found: 3, retried: 2});
    await forwarding.settled(events[1]);
    await forwarding.settled(events[2]);
    assert.equal((await forwarding.settled(events[3], 'dead')).attempts, 1);
    assert.equal(peer.requestsFor(dead[1].message).length, 2);
    assertAnswer(await forwarding.post(`/deliveries/${first.id}/retry`), problem(409));
});

test('a delivery is cancelled, and sent after all', async () => {
    const to = await forwarding.destination({script: [answer(503), answer(200)], schedule: ['1h']});
    const event = await forwarding.send(to);
    const {id} = await forwarding.settled(event, ({state, attempts}) => state === 'pending' && attempts === 1);
    assertMatches(await forwarding.act(`/deliveries/${id}/cancel`), having({state: 'cancelled', finished_at: anyInstant, next_at: null}));
    assertAnswer(await forwarding.post(`/deliveries/${id}/cancel`), problem(409));
    await forwarding.act(`/deliveries/${id}/retry`);
    await forwarding.settled(event);
    assert.equal(peer.requestsOf(to.path).length, 2);
});

test('what may have been taken is held for a decision where that is wanted', async () => {
    const to = await forwarding.destination({script: [times(2, reset()), answer(200)], on_unknown: 'hold', schedule: ['1s']});
    const taken = await forwarding.send(to);
    const missed = await forwarding.send(to);
    const first = await forwarding.settled(taken, 'unknown');
    const second = await forwarding.settled(missed, 'unknown');
    assertMatches(first, having({next_at: null, attempts: 1}));
    assertAnswer(await forwarding.post(`/deliveries/${first.id}/retry`), problem(409));
    assertAnswer(await forwarding.post(`/deliveries/${first.id}/resolve`, {outcome: 'perhaps'}), problem(400));
    assertMatches(await forwarding.act(`/deliveries/${first.id}/resolve`, {outcome: 'delivered', note: 'seen there'}),
        having({state: 'delivered', attempts: 1}));
    await forwarding.act(`/deliveries/${second.id}/resolve`, {outcome: 'not_delivered'});
    assert.equal((await forwarding.settled(missed)).attempts, 2);
    assertAnswer(await forwarding.post(`/deliveries/${second.id}/resolve`, {outcome: 'delivered'}), problem(409));
    assert.equal(peer.requestsFor(first.message).length, 1);
});

test('what may have been taken is asked for where that is possible', async () => {
    const asked = await usePeer({pays: true});
    const to = await forwarding.destination({script: reset(), on_unknown: 'look_up', lookup_url: asked.lookup(), lookup_delay: '1s', schedule: ['1s']});
    asked.script('/lookup', answer(200, {body: 'it is here'}));
    const delivery = await forwarding.settled(await forwarding.send(to));
    assert.equal(peer.requestsOf(to.path).length, 1);
    assert.equal(asked.requests[0].path, `/lookup/${delivery.message}`);
    assert.deepEqual((await forwarding.attemptsOf(delivery)).map(({kind, outcome}) => [kind, outcome]),
        [['send', 'unknown'], ['look_up', 'delivered']]);
    peer.script(to.path, [reset(), answer(200)]);
    asked.script('/lookup', answer(404));
    const again = await forwarding.settled(await forwarding.send(to));
    assert.equal(peer.requestsFor(again.message).length, 2);
    assert.deepEqual((await forwarding.attemptsOf(again)).map(({kind, outcome}) => [kind, outcome]),
        [['send', 'unknown'], ['look_up', 'failed'], ['send', 'delivered']]);
});

test('statuses mean what the destination says they mean', async () => {
    const to = await forwarding.destination({script: [answer(200), answer(404), answer(502)], success: '404', unknown: '5xx', on_unknown: 'hold', schedule: []});
    await forwarding.settled(await forwarding.send(to), 'dead');
    await forwarding.settled(await forwarding.send(to), 'delivered');
    await forwarding.settled(await forwarding.send(to), 'unknown');
});

test('a template says what is sent', async () => {
    const to = await forwarding.destination({method: 'PUT', content_type: 'application/vnd.shop+json', signed: false,
        body_template: '{"order": "no. {{/data/order}}", "whole": {{/data}}, "cents": {{/data/cents}}, "none": {{/data/none}}, "type": "{{/category}}"}'});
    const event = await forwarding.send(to, {data: {order: 'a"b', cents: 12, list: [1, {x: null}]}});
    await forwarding.settled(event);
    const [request] = peer.requestsOf(to.path);
    assert.deepEqual(request.json, {order: 'no. a"b', whole: event.data, cents: 12, none: null, type: to.category});
    assert.equal(request.method, 'PUT');
    assert.equal(request.headers['content-type'], 'application/vnd.shop+json');
    assert.ok(!('webhook-signature' in request.headers) && request.headers['idempotency-key']);
});

test('a destination gets what its filter lets through, and nothing else', async () => {
    const category = unique('filtered');
    const to = await forwarding.destination({categories: [category], names: ['paid'], applications: ['admin'],
        data: [{pointer: '/total', equals: 5}, {pointer: '/deep/key'}]});
    const send = (more) => forwarding.send({category}, more);
    const good = {name: 'paid', data: {total: 5, deep: {key: null}}};
    const wanted = await send(good);
    const others = [];
    for (const more of [{...good, name: 'due'}, {...good, data: {total: 6, deep: {key: 1}}}, {...good, data: {total: 5}},
        {...good, data: {total: '5', deep: {key: 1}}}]) others.push(await send(more));
    const last = await send(good);
    await forwarding.settled(wanted);
    await forwarding.settled(last);  // the others were looked at by then
    for (const event of others) assert.deepEqual(await forwarding.deliveriesOf({event: event.id}), []);
    assert.equal(peer.requestsOf(to.path).length, 2);
});

test('a new destination begins with what comes, or with all there is', async () => {
    const category = unique('old');
    const old = await forwarding.send({category});
    const fromNow = await forwarding.destination({categories: [category]});
    const fromStart = await forwarding.destination({categories: [category], start: 'beginning'});
    const fresh = await forwarding.send({category});
    await forwarding.settled(fresh, 'delivered', fromNow);
    await forwarding.settled(fresh, 'delivered', fromStart);
    await forwarding.settled(old, 'delivered', fromStart);
    assert.deepEqual(await forwarding.deliveriesOf({event: old.id, destination: fromNow.id}), []);
});

test('an event that is erased is not sent, and its body is not kept', async () => {
    const to = await forwarding.destination({script: [answer(200), answer(503)], schedule: ['1h']});
    const sent = await forwarding.send(to, {data: {name: 'Ann Nonymous'}});
    const {id} = await forwarding.settled(sent);
    const waiting = await forwarding.send(to, {data: {name: 'Ann Nonymous'}});
    await forwarding.settled(waiting, ({state, attempts}) => state === 'pending' && attempts === 1);
    for (const event of [sent, waiting]) {
        const erased = await waitFor('the event to be there', async () => {
            const done = await server.delete(`${root}/events/${event.id}`);
            return done.status !== 404 && done;
        });
        assert.equal(erased.status, 204);
    }
    await forwarding.settled(waiting, 'cancelled');
    const kept = await waitFor('the body to go', async () => {
        const one = await forwarding.read(`/deliveries/${id}`);
        return one.body === '' && one;
    });
    assert.equal(kept.state, 'delivered');
    assert.equal(peer.requestsOf(to.path).length, 2);
});

test('lists are filtered and paged, newest first', async () => {
    const to = await forwarding.destination({script: [answer(200), answer(500), answer(404)], schedule: []});
    const events = [];
    for (let n = 0; n < 3; n++) {
        events.push(await forwarding.send(to));
        await forwarding.settled(events[n], ({finished_at}) => finished_at);
    }
    const list = async (query) => (await forwarding.deliveriesOf({destination: to.id, ...query})).map(({event}) => events.findIndex(({id}) => id === event));
    assert.deepEqual(await list({}), [2, 1, 0]);
    assert.deepEqual(await list({state: 'dead'}), [2, 1]);
    assert.deepEqual(await list({state: 'dead,delivered'}), [2, 1, 0]);
    assert.deepEqual(await list({status: 500}), [1]);
    assert.deepEqual(await list({from: new Date(Date.now() + 60_000).toISOString()}), []);
    assert.deepEqual(await list({to: new Date(Date.now() + 60_000).toISOString()}), [2, 1, 0]);
    const first = await forwarding.read(`/deliveries?destination=${to.id}&limit=2`);
    const second = await forwarding.read(`/deliveries?destination=${to.id}&limit=2&cursor=${first.next}`);
    assert.deepEqual([...first.results, ...second.results].map(({event}) => event), events.map(({id}) => id).reverse());
    assert.ok(first.results.every((one) => !('body' in one)) && second.next === null);
    const failed = await forwarding.read(`/attempts?destination=${to.id}&outcome=failed`);
    assert.deepEqual(failed.results.map(({status}) => status), [404, 500]);
    const some = await forwarding.read(`/attempts?destination=${to.id}&limit=1`);
    assert.deepEqual((await forwarding.read(`/attempts?destination=${to.id}&limit=2&cursor=${some.next}`)).results.map(({status}) => status), [500, 200]);
});

scenarios(server, [
    {name: 'a state that is none', send: ['GET', `${root}/deliveries?state=dead,gone`], ...problem(400)},
    {name: 'a status that is none', send: ['GET', `${root}/deliveries?status=x`], ...problem(400)},
    {name: 'an outcome that is none', send: ['GET', `${root}/attempts?outcome=good`], ...problem(400)},
    {name: 'a delivery that is not there', send: ['GET', `${root}/deliveries/999999`], ...problem(404)},
    {name: 'an attempt that is not there', send: ['GET', `${root}/attempts/999999`], ...problem(404)},
    {name: 'a retry of one that is not there', send: ['POST', `${root}/deliveries/999999/retry`], ...problem(404)},
    {name: 'a retry of everything by accident', send: ['POST', `${root}/deliveries/retry`, {json: {}}], ...problem(400, {errors: ([one]) => one.field === 'all'})},
    {name: 'a retry of all and of some', send: ['POST', `${root}/deliveries/retry`, {json: {all: true, destination: 1}}], ...problem(400)},
    {name: 'a retry of what was delivered', send: ['POST', `${root}/deliveries/retry`, {json: {destination: 1, state: 'delivered'}}], ...problem(400)},
    {name: 'a retry of too many at once', send: ['POST', `${root}/deliveries/retry`, {json: {destination: 1, limit: 10_001}}], ...problem(400)},
]);

test('receipts tell senders where an event went, and staff all about it', async () => {
    const to = await forwarding.destination({script: answer(500, {body: 'inside'}), schedule: []});
    const also = await forwarding.destination({categories: [to.category]});
    const token = await server.user(unique('sender').replace(' ', '-'));
    const event_id = unique('receipt');
    const sent = await server.post(`${root}/events`, {token, json: {category: to.category, name: 'thing', event_id}});
    const event = {id: sent.body.id, event_id};
    const dead = await forwarding.settled(event, 'dead', to);
    await forwarding.settled(event, 'delivered', also);
    const receipt = async (options) => (await server.get(`${root}/receipts/${encodeURIComponent(event_id)}`, options)).body.forwarding
        .sort((a, b) => (a.destination_name === to.name ? -1 : 1));
    assertMatches(await receipt({token}), [
        {destination_name: to.name, state: 'dead', finished_at: anyInstant},
        {destination_name: also.name, state: 'delivered', finished_at: anyInstant},
    ]);
    assertMatches((await receipt())[0], {destination_name: to.name, state: 'dead', finished_at: anyInstant, destination: to.id,
        delivery: dead.id, attempts: 1, last_status: 500, last_error: (text) => typeof text === 'string', next_at: null});
});

test('a name that leads to what is private is refused when it is asked for', async () => {
    for (const host of ['localhost.localdomain.invalid', '0x7f.1', '2130706433']) {
        const url = peer.url('/odd').replace('127.0.0.1', host);
        const {body: to} = await forwarding.post('/destinations', {name: unique('odd'), url, schedule: [], categories: [unique()]});
        const {attempt} = await forwarding.act(`/destinations/${to.id}/test`);
        if (host.endsWith('invalid')) assertMatches(attempt, having({outcome: 'failed', status: null, error: /./}));
        else assertMatches(attempt, having({outcome: 'delivered'}));  // loopback, spelt oddly, and loopback is allowed here
    }
});

test('what is under way at a stop ends, and the rest goes out after it', async () => {
    const gate = openable();
    const to = await forwarding.destination({script: [answer(200, {wait: gate.opened}), answer(200)], concurrency: 1});
    const first = await forwarding.send(to);
    await peer.received(to.path, 1);
    const second = await forwarding.send(to);
    await forwarding.settled(second, 'pending');
    const stopped = server.stop();
    gate.open();
    await stopped;
    await server.start();
    await forwarding.settled(first);
    await forwarding.settled(second);
    assert.equal(peer.requestsOf(to.path).length, 2);
});
