// Many clients at once.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {RawConnection, requestText} from './client.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having, theEvent, unique} from './scenario.mjs';

const server = useServer();
const clients = 100;

for (const [route, wrap] of [
    ['/api/event/', (event) => event],
    ['/events/', (event) => event],
    ['/api/v1/events', (event) => [event, event]],
]) {
    test(`${clients} clients make the same new event type and session at once by ${route}`, async () => {
        const event = theEvent({session_id: randomUUID(), category: unique('category'), name: unique('name')});
        const connections = await Promise.all(Array.from({length: clients}, () => RawConnection.open(server)));
        const headers = {'Content-Type': 'application/json'};
        const bytes = requestText('POST', route, {token: server.token, headers, body: JSON.stringify(wrap(event))});
        for (const connection of connections) connection.write(bytes);
        const answers = [];
        for (const connection of connections) {
            answers.push(await connection.answer());
            connection.close();
        }
        for (const answer of answers) assert.ok(answer.status === 200 || answer.status === 201, answer.text);
        const ids = answers.flatMap(({body}) => (body.results ?? [body]).map(({id}) => id));
        assert.equal(new Set(ids).size, ids.length, 'ids are unique');

        const types = await server.get(`/api/v1/event-types?name=${encodeURIComponent(event.name)}`);
        assert.equal(types.body.results.length, 1);
        assertAnswer(await server.get(`/api/v1/sessions/${event.session_id}`), {body: having({events: ids.length})});
        const read = await server.get(`/api/v1/sessions/${event.session_id}/events?limit=1000`);
        assert.deepEqual(read.body.results.map(({id}) => id), ids.sort((a, b) => a - b));
    });
}

test('changes and erasures of one event at once leave it in one of their states', async () => {
    const {body: {id}} = await server.post('/api/v1/events', {json: {category: 'page', name: 'start'}});
    const names = Array.from({length: 20}, (_, i) => `changed ${i}`);
    const answers = await Promise.all(names.map((name) => server.patch(`/api/v1/events/${id}`, {json: {name}})));
    for (const answer of answers) assertAnswer(answer, {status: 200});
    assertAnswer(await server.get(`/api/v1/events/${id}`), {body: having({name: (name) => names.includes(name)})});
    const erased = await Promise.all(names.map(() => server.delete(`/api/v1/events/${id}`)));
    assert.equal(erased.filter(({status}) => status === 204).length, 1);
    assert.equal(erased.filter(({status}) => status === 404).length, names.length - 1);
});

test('two halves of one event changed at once are both kept', async () => {
    for (let round = 0; round < 10; round++) {
        const {body: {id}} = await server.post('/api/v1/events', {json: {category: 'page', name: 'start'}});
        await Promise.all([{category: 'changed'}, {name: 'changed'}].map((json) => server.patch(`/api/v1/events/${id}`, {json})));
        assertAnswer(await server.get(`/api/v1/events/${id}`), {body: having({category: 'changed', name: 'changed'})});
    }
});

test('the event types of an application are bounded', async () => {
    const token = await server.user('typist');
    const types = (from, count) => Array.from({length: count}, (_, i) => ({category: 'many', name: `type ${from + i}`}));
    const send = (json) => server.post('/api/v1/events', {token, json});
    assertAnswer(await send(types(0, 10_000)), {status: 200, body: having({accepted: 10_000})});
    const over = await send([...types(9_999, 1), ...types(10_000, 1)]);
    assertAnswer(over, {status: 207, body: having({accepted: 1, rejected: 1, results: having({1: having({reason: 'too_many_types'})})})});
    assertAnswer(await server.post('/events/', {token, json: theEvent({name: unique()})}), {status: 400});
    assertAnswer(await server.post('/events/', {json: theEvent({name: unique()})}), {status: 201});
});
