// event_id and Idempotency-Key: what was sent before is not stored again.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {anyId, assertAnswer, having, problem, scenarios, unique} from './scenario.mjs';

const server = useServer();
const event = (changes = {}) => ({category: 'dedup', name: 'sent', ...changes});
const post = (json, options = {}) => server.post('/api/v1/events', {json, ...options});
const keyed = (key) => ({headers: {'idempotency-key': key}});

async function countOf(name) {
    const {body} = await server.get(`/api/v1/events?name=${encodeURIComponent(name)}`);
    return body.results.length;
}

test('a second one is a duplicate of the first, whatever else it says', async () => {
    const [event_id, name] = [randomUUID(), unique()];
    const first = await post(event({event_id, name}));
    assertAnswer(first, {status: 201, body: {status: 'accepted', id: anyId}});
    for (const changes of [{}, {data: {other: 1}}, {name: unique('other')}]) {
        const again = await post(event({event_id, name, ...changes}));
        assertAnswer(again, {status: 200, body: {status: 'duplicate', id: first.body.id}});
    }
    assert.equal(await countOf(name), 1);
});

test('a text serves as well as a UUID, and compares exactly', async () => {
    const first = await post(event({event_id: 'order-Ä-1'}));
    assertAnswer(await post(event({event_id: 'order-Ä-1'})), {status: 200, body: {status: 'duplicate', id: first.body.id}});
    assertAnswer(await post(event({event_id: 'ORDER-Ä-1'})), {status: 201});
    assertAnswer(await post(event({event_id: 'order-Ä-1 '})), {status: 201});
});

test('within one batch the first counts', async () => {
    const [event_id, name] = [randomUUID(), unique()];
    const {status, body} = await post([event({event_id, name}), event({name}), event({event_id, name})]);
    assert.equal(status, 200);
    assertAnswer({body}, {body: having({accepted: 2, duplicates: 1, rejected: 0})});
    assert.deepEqual(body.results[2], {status: 'duplicate', id: body.results[0].id});
    assert.equal(await countOf(name), 2);
});

test('a batch sent again is all duplicates, new ones in it are taken', async () => {
    const name = unique();
    const batch = Array.from({length: 20}, () => event({event_id: randomUUID(), name}));
    const first = await post(batch);
    const again = await post([...batch, event({event_id: randomUUID(), name})]);
    assertAnswer(again, {status: 200, body: having({accepted: 1, duplicates: 20})});
    assert.deepEqual(again.body.results.slice(0, 20).map(({id}) => id), first.body.results.map(({id}) => id));
    assert.equal(await countOf(name), 21);
});

test('two applications may use the same event_id', async () => {
    const event_id = randomUUID();
    const other = await server.user('dedup-other');
    assertAnswer(await post(event({event_id})), {status: 201});
    assertAnswer(await post(event({event_id}), {token: other}), {status: 201});
});

test('a rejected event does not use up its event_id', async () => {
    const event_id = randomUUID();
    assertAnswer(await post(event({event_id, name: ''})), {status: 400});
    assertAnswer(await post(event({event_id})), {status: 201});
});

test('an Idempotency-Key makes a single event repeatable', async () => {
    const [key, name] = [randomUUID(), unique()];
    const first = await post(event({name}), keyed(key));
    assertAnswer(first, {status: 201});
    assertAnswer(await post(event({name}), keyed(key)), {status: 200, body: {status: 'duplicate', id: first.body.id}});
    assert.equal(await countOf(name), 1);
});

test('an Idempotency-Key makes a batch repeatable, item by item', async () => {
    const [key, name] = [randomUUID(), unique()];
    const batch = [event({name}), event({name}), event({name})];
    const first = await post(batch, keyed(key));
    assertAnswer(first, {status: 200, body: having({accepted: 3, duplicates: 0})});
    const again = await post(batch, keyed(key));
    assertAnswer(again, {status: 200, body: having({accepted: 0, duplicates: 3})});
    assert.deepEqual(again.body.results.map(({id}) => id), first.body.results.map(({id}) => id));
    assert.equal(await countOf(name), 3);
});

test('an Idempotency-Key never meets an event_id of the same text', async () => {
    const key = randomUUID();
    assertAnswer(await post(event({event_id: key})), {status: 201});
    assertAnswer(await post(event(), keyed(key)), {status: 201});
    assertAnswer(await post(event({event_id: `idem:${key}`})), {status: 201});
});

test('an event\'s own event_id comes before the Idempotency-Key', async () => {
    const [key, event_id] = [randomUUID(), randomUUID()];
    const first = await post(event({event_id}), keyed(key));
    assertAnswer(await post(event({event_id}), keyed(randomUUID())), {status: 200, body: {status: 'duplicate', id: first.body.id}});
});

scenarios(server, [
    {name: 'a key of 255 characters', send: ['POST', '/api/v1/events', {json: event(), ...keyed('k'.repeat(255))}], status: 201},
    {name: 'a key of 256 characters', send: ['POST', '/api/v1/events', {json: event(), ...keyed('k'.repeat(256))}], ...problem(400)},
    {name: 'a blank key', send: ['POST', '/api/v1/events', {json: event(), ...keyed('')}], ...problem(400)},
    {name: 'a key beyond ASCII', send: ['POST', '/api/v1/events', {json: event(), ...keyed('\xe9')}], ...problem(400)},
]);

test('duplicates are known across a restart, and across a kill', async () => {
    const [event_id, key] = [randomUUID(), randomUUID()];
    const first = await post(event({event_id}));
    const second = await post(event(), keyed(key));
    const known = async () => {
        assertAnswer(await post(event({event_id})), {status: 200, body: {status: 'duplicate', id: first.body.id}});
        assertAnswer(await post(event(), keyed(key)), {status: 200, body: {status: 'duplicate', id: second.body.id}});
    };
    await known();
    await server.restart();
    await known();
    await server.kill();
    await server.start();
    await known();
});

test('the same event from many clients at once is stored once', async () => {
    const [event_id, name] = [randomUUID(), unique()];
    const answers = await Promise.all(Array.from({length: 50}, () => post(event({event_id, name}))));
    const statuses = answers.map(({body}) => body.status).sort();
    assert.deepEqual(statuses, ['accepted', ...Array(49).fill('duplicate')]);
    assert.equal(new Set(answers.map(({body}) => body.id)).size, 1);
    assert.equal(await countOf(name), 1);
});

test('an event that was refused and sent again with its Idempotency-Key is not replayed beside itself', async () => {
    const [name, key] = [unique(), randomUUID()];
    await post(event({name, data: {n: 1}}));
    const {body: types} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`);
    const type = `/api/v1/event-types/${types.results[0].id}`;
    assertAnswer(await server.patch(type, {json: {example: {n: 1}, mode: 'enforce'}}), {status: 200});
    assertAnswer(await post(event({name, data: {n: 'two'}}), keyed(key)), {status: 400});
    assertAnswer(await post([event({name, data: {n: 2}}), event({name, data: {n: 'three'}})], keyed(`${key}-batch`)), {status: 207});
    assertAnswer(await server.patch(type, {json: {example: null}}), {status: 200});
    const again = await post(event({name, data: {n: 'two'}}), keyed(key));
    assertAnswer(again, {status: 201});
    const dry = await server.post('/api/v1/rejections/replay', {json: {name, dry_run: true}});
    assertAnswer(dry, {status: 200, body: having({examined: 2, accepted: 1, duplicates: 1})});
    const replayed = await server.post('/api/v1/rejections/replay', {json: {name}});
    assertAnswer(replayed, {status: 200, body: having({examined: 2, accepted: 1, duplicates: 1})});
    assert.equal(await countOf(name), 4);
    const {body: refusals} = await server.get(`/api/v1/rejections?name=${encodeURIComponent(name)}&order=id`);
    assert.deepEqual(refusals.results.map(({state}) => state), ['duplicate', 'replayed']);
    assert.equal(refusals.results[0].event, again.body.id);
    const batch = await post([event({name, data: {n: 2}}), event({name, data: {n: 'three'}})], keyed(`${key}-batch`));
    assertAnswer(batch, {status: 200, body: having({accepted: 0, duplicates: 2})});
});
