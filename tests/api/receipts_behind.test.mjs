// Receipts while queries are behind what is on disk: queries wait for nothing here, and the store takes a batch in
// a moment after it was accepted.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer, waitFor} from './harness.mjs';
import {assertAnswer, problem, unique} from './scenario.mjs';

const server = useServer({settings: {'store.fresh_timeout': '0s'}});

// What is asked within that moment: again with new events until it was one.
async function whileBehind(ask) {
    let answer;
    await waitFor('a question came before the store', async () => {
        const name = unique();
        const events = Array.from({length: 2000}, () => ({category: 'behind', name, event_id: randomUUID()}));
        assertAnswer(await server.post('/api/v1/events', {json: events}), {status: 200});
        const {event_id} = events.at(-1);
        answer = {event_id, ...(await ask(event_id))};
        return answer.headers['x-eyed-stale'] === 'true' || answer.status === 503;
    });
    return answer;
}

test('an event that is on disk alone is received, and stored soon after', async () => {
    const known = randomUUID();
    assertAnswer(await server.post('/api/v1/events', {json: {category: 'behind', name: 'first', event_id: known}}), {status: 201});
    const first = await waitFor('it is stored', async () => {
        const answer = await server.get(`/api/v1/receipts/${known}`);
        return answer.status === 200 && answer.body;
    });
    const {application} = first;
    const {event_id, status, body, text} = await whileBehind((id) => server.get(`/api/v1/receipts/${id}?application=${application}`));
    assert.equal(status, 200, text);
    assert.equal(body.state, 'received');
    assert.equal(body.stored, false);
    assert.ok(body.id > 0);
    assert.equal(body.received_at, null);
    await waitFor('it is stored', async () => (await server.get(`/api/v1/receipts/${event_id}`)).body.state === 'stored');
    const {body: stored} = await server.get(`/api/v1/receipts/${event_id}`);
    assert.equal(stored.id, body.id);
});

test('who reads several applications is not told that it is unknown', async () => {
    const {event_id, ...answer} = await whileBehind((id) => server.get(`/api/v1/receipts/${id}`));
    assertAnswer(answer, problem(503, {detail: /name its `application`, or ask again/}));
    await waitFor('it is stored', async () => (await server.get(`/api/v1/receipts/${event_id}`)).body.state === 'stored');
    await waitFor('queries are not behind', async () => {
        const unknown = await server.get(`/api/v1/receipts/${randomUUID()}`);
        return unknown.status === 404;
    });
});
