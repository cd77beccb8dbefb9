// Seed 000: POST /api/event/, and the example that an administrator gives an event type.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {Browser} from './browser.mjs';
import {useServer} from './harness.mjs';
import {anyId, assertAnswer, having, inAnHour, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer();
const required = ['This field is required.'];

scenarios(server, ['/api/event', '/api/event/'].map((target) => ({
    name: `an event is processed at ${target}`,
    send: ['POST', target, {json: theEvent()}],
    status: 200,
    body: {status_code: '200', message: 'Processed Message', id: anyId},
})));

test('the event, its session and its type are there afterwards', async () => {
    const event = theEvent({session_id: randomUUID(), name: unique('made')});
    const {body: {id}} = await server.post('/api/event/', {json: event});
    const seen = await server.get(`/api/v1/events/${id}`);
    assertAnswer(seen, {status: 200, body: having({...event, timestamp: '2021-01-01T09:15:27.243860Z', dialect: 'eye_service'})});
    assertAnswer(await server.get(`/api/v1/sessions/${event.session_id}`), {status: 200, body: having({events: 1})});
    const types = await server.get(`/api/v1/event-types?name=${encodeURIComponent(event.name)}`);
    assert.equal(types.body.results.length, 1);
    assertAnswer({body: types.body.results[0]}, {body: having({category: event.category, name: event.name, example: null})});
});

scenarios(server, [
    {name: 'only POST', send: ['GET', '/api/event/'], status: 405, body: {detail: 'Method "GET" not allowed.'}},
    {
        name: 'nobody',
        send: ['POST', '/api/event/', {json: theEvent(), token: null}],
        status: 401,
        body: {detail: 'Authentication credentials were not provided.'},
        headers: {'www-authenticate': 'Token'},
    },
    {
        name: 'a bad token',
        send: ['POST', '/api/event/', {json: theEvent(), token: 'f'.repeat(40)}],
        status: 401,
        body: {detail: 'Invalid token.'},
    },
    {
        name: 'a missing field',
        send: ['POST', '/api/event/', {json: theEvent({session_id: undefined})}],
        status: 400,
        body: {session_id: required},
    },
    {
        name: 'all faulty fields at once',
        send: ['POST', '/api/event/', {json: theEvent({session_id: 'x', category: '', timestamp: inAnHour()})}],
        status: 400,
        body: {
            session_id: ['“x” is not a valid UUID.'],
            category: ['This field may not be blank.'],
            timestamp: ["The timestamp can't be greater than now."],
        },
    },
    {
        name: 'no JSON',
        send: ['POST', '/api/event/', {body: 'nonsense', type: 'application/json'}],
        status: 400,
        body: {detail: /^JSON parse error - /},
    },
]);

// Makes an event type by its first event and gives it an example; gives (data) -> answer.
async function typeWithExample(example) {
    const name = unique('structured');
    await server.post('/api/event/', {json: theEvent({name})});
    const browser = new Browser(server);
    await browser.login('admin', server.passwords.admin);
    await browser.setExample(name, JSON.stringify(example));
    return {
        name,
        send: (data, more = {}) => server.post('/api/event/', {json: theEvent({name, data, ...more})}),
        rejections: async () => {
            const {body} = await server.get(`/api/v1/rejections?name=${encodeURIComponent(name)}`);
            return body.results;
        },
    };
}

const example = {host: 'x', count: 1, flag: true, nothing: null, nested: {deep: {text: 'a'}}, list: [{n: 1}]};
const fitting = {host: 'y', count: 2.5, flag: false, nothing: null, nested: {deep: {text: 'b'}}, list: [{n: 7}]};

test('an event of the example\'s structure is taken', async () => {
    const type = await typeWithExample(example);
    assertAnswer(await type.send(fitting), {status: 200});
    assert.deepEqual(await type.rejections(), []);
});

const structureFaults = [
    {name: 'a missing key', change: (d) => { delete d.host; }, pointer: '/data/host', reason: 'structure_missing'},
    {name: 'an unexpected key', change: (d) => { d.more = 1; }, pointer: '/data/more', reason: 'structure_unexpected'},
    {name: 'a key of another type', change: (d) => { d.count = 'one'; }, pointer: '/data/count', reason: 'structure_type'},
    {name: 'null for a boolean', change: (d) => { d.flag = null; }, pointer: '/data/flag', reason: 'structure_type'},
    {
        name: 'a fault deep within',
        change: (d) => { d.nested.deep.text = {}; },
        pointer: '/data/nested/deep/text',
        reason: 'structure_type',
    },
    {
        name: 'a key missing deep within',
        change: (d) => { delete d.nested.deep.text; },
        pointer: '/data/nested/deep/text',
        reason: 'structure_missing',
    },
    {
        name: 'a key with signs that a pointer escapes',
        change: (d) => { d['a/b~c'] = 1; },
        pointer: '/data/a~1b~0c',
        reason: 'structure_unexpected',
    },
];

for (const {name, change, pointer, reason} of structureFaults) {
    test(`${name} is refused and recorded with its pointer`, async () => {
        const type = await typeWithExample(example);
        const data = structuredClone(fitting);
        change(data);
        const answer = await type.send(data);
        assertAnswer(answer, {status: 400, contains: [pointer]});
        assert.deepEqual(Object.keys(answer.body), ['data']);
        const [recorded, ...others] = await type.rejections();
        assert.deepEqual(others, []);
        assertAnswer({body: recorded}, {body: having({reason, pointer, category: 'page interaction', payload: having({data})})});
    });
}

test('the example binds the other intakes as well', async () => {
    const type = await typeWithExample({a: 1});
    const event = {category: 'page interaction', name: type.name, data: {a: 'x'}};
    assertAnswer(await server.post('/events/', {json: theEvent(event)}), {status: 400, contains: ['/data/a']});
    assertAnswer(await server.post('/api/v1/events', {json: event}), {status: 400, contains: ['structure_type', '/data/a']});
    assertAnswer(await server.post('/api/v1/events', {json: {...event, data: {a: 5}}}), {status: 201});
});

test('a type without an example takes any structure', async () => {
    const name = unique('free');
    for (const data of [{a: 1}, {b: 'x'}, {a: {}}]) {
        assertAnswer(await server.post('/api/event/', {json: theEvent({name, data})}), {status: 200});
    }
});

test('a cleared example binds nobody', async () => {
    const type = await typeWithExample({a: 1});
    assertAnswer(await type.send({b: 1}), {status: 400});
    const browser = new Browser(server);
    await browser.login('admin', server.passwords.admin);
    await browser.setExample(type.name, '');
    assertAnswer(await type.send({b: 1}), {status: 200});
});

test('the example binds across a restart', async () => {
    const type = await typeWithExample({a: 1});
    await server.restart();
    assertAnswer(await type.send({a: 'x'}), {status: 400, contains: ['/data/a']});
    assertAnswer(await type.send({a: 3}), {status: 200});
});

test('a hundred requests, as the seed\'s tester sends them', async () => {
    const name = unique('hundred');
    const answers = await Promise.all(Array.from({length: 100}, (_, i) =>
        server.post('/api/event/', {json: theEvent({name, data: {i}})})));
    for (const answer of answers) assertAnswer(answer, {status: 200});
    assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 100);
    const {body} = await server.get(`/events/?name=${encodeURIComponent(name)}`);
    assert.equal(body.length, 100);
});
