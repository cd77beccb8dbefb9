// Seed 002: the consumer's GET /api/ready and POST /api/event, beside seed 000's on the same path.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {Browser} from './browser.mjs';
import {RawConnection, requestText} from './client.mjs';
import {answerFault, operations} from './contract.mjs';
import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, having, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer();
const bearer = (token = server.token) => ({token: null, headers: {authorization: `Bearer ${token}`}});
const described = (path, method) => operations.find((one) => one.path === path && one.method === method);

async function post(body, options = {}) {
    const {headers} = bearer();
    const sent = typeof body === 'string' ? {body, type: 'application/json'} : {json: body};
    const answer = await server.post('/api/event', {token: null, ...sent, ...options, headers: {...headers, ...options.headers}});
    assert.equal(answerFault({operation: described('/api/event', 'POST').operation}, answer), undefined);
    return answer;
}

const message = (changes = {}) => ({event_type: 'message', event_payload: 'hello', ...changes});
const fault = (loc, msg, type, ctx) => ({loc: ['body', ...loc], msg, type, ...(ctx ? {ctx} : {})});
const missing = (...loc) => fault(loc, 'field required', 'value_error.missing');
const notText = (...loc) => fault(loc, 'str type expected', 'type_error.str');
const none = (...loc) => fault(loc, 'none is not an allowed value', 'type_error.none.not_allowed');
const notObject = (...loc) => fault(loc, 'value is not a valid dict', 'type_error.dict');

async function newestRejections(count) {
    return (await server.get(`/api/v1/rejections?limit=${count}`)).body.results;
}

// -- GET /api/ready

scenarios(server, [
    ...['/api/ready', '/api/ready/'].map((target) => ({
        name: `${target} is ready`, send: () => ['GET', target, bearer()], status: 200, body: {status: 'ready'},
        headers: {'cache-control': 'no-store'},
    })),
    {name: 'Token is as good as Bearer', send: () => ['GET', '/api/ready', {}], status: 200, body: {status: 'ready'}},
    {
        name: 'nobody asks whether it is ready',
        send: ['GET', '/api/ready', {token: null}],
        status: 401, body: {detail: 'Not authenticated'}, headers: {'www-authenticate': 'Bearer'},
    },
    {
        name: 'another scheme is nobody',
        send: ['GET', '/api/ready', {token: null, headers: {authorization: 'Basic YTpi'}}],
        status: 401, body: {detail: 'Not authenticated'}, headers: {'www-authenticate': 'Bearer'},
    },
    {
        name: 'a bad token asks whether it is ready',
        send: () => ['GET', '/api/ready', bearer('f'.repeat(40))],
        status: 401, body: {detail: /^Invalid token: .+/}, headers: {'www-authenticate': 'Bearer'},
    },
    {name: 'ready has GET alone', send: () => ['POST', '/api/ready', bearer()], status: 405, body: {detail: 'Method Not Allowed'}},
]);

test('a key for ingest is enough, one for reading is not', async () => {
    await server.user('sender');
    const [ingest, read] = [await server.key('sender', {scopes: ['ingest']}), await server.key('sender', {scopes: ['read']})];
    assertAnswer(await server.get('/api/ready', bearer(ingest)), {status: 200});
    assertAnswer(await server.post('/api/event', {...bearer(ingest), json: message()}), {status: 200});
    assertAnswer(await server.get('/api/ready', bearer(read)), {status: 403, body: {detail: /lacks the scope “ingest”/}});
    assertAnswer(await server.post('/api/event', {...bearer(read), json: message()}), {status: 403});
});

// -- POST /api/event: what is taken

for (const target of ['/api/event', '/api/event/']) {
    test(`a message is taken at ${target}, and reads back as an event`, async () => {
        const event_type = unique('type');
        const sent = await server.post(target, {...bearer(), json: message({event_type})});
        assertAnswer(sent, {status: 200, body: {status_code: '200', id: anyId}});
        const {id} = sent.body;
        assertAnswer(await server.get(`/api/v1/events/${id}`), {status: 200, body: having({
            id, category: 'message', name: event_type, data: {payload: 'hello'}, dialect: 'consumer', session_id: null,
            timestamp: anyInstant,
        })});
        assertAnswer(await server.get(`/event_detail/${id}/`, bearer()), {status: 200, body: having({
            id, category: 'message', name: event_type, data: {payload: 'hello'},
        })});
    });
}

test('a record is created, read, updated and deleted by its id', async () => {
    const {body: {id}} = await post(message({event_payload: '{"a": 1}'}));
    const changed = theEvent({session_id: randomUUID(), name: unique()});
    assertAnswer(await server.put(`/event_detail/${id}/`, {...bearer(), json: changed}), {status: 200});
    assertAnswer(await server.patch(`/api/v1/events/${id}`, {...bearer(), json: {data: {b: 2}}}), {status: 200});
    assertAnswer(await server.get(`/event_detail/${id}/`, bearer()), {body: having({name: changed.name, data: {b: 2}})});
    assertAnswer(await server.delete(`/event_detail/${id}/`, bearer()), {status: 204});
    assertAnswer(await server.get(`/event_detail/${id}/`, bearer()), {status: 404});
});

for (const [payload, data] of [
    ['{"cents": 5, "who": {"name": "ü"}}', {cents: 5, who: {name: 'ü'}}],
    ['  {"a":\n 1}  ', {a: 1}],
    ['{}', {}],
    ['', {payload: ''}],
    ['[1, 2]', {payload: '[1, 2]'}],
    ['"text"', {payload: '"text"'}],
    ['{"a": 1', {payload: '{"a": 1'}],
    ['<script>alert("x")</script>\n\u0000\u2028', {payload: '<script>alert("x")</script>\n\u0000\u2028'}],
]) {
    test(`the payload ${JSON.stringify(payload)} becomes ${JSON.stringify(data)}`, async () => {
        const {body: {id}} = await post(message({event_payload: payload}));
        const read = await server.get(`/api/v1/events/${id}`);
        assert.deepEqual(read.body.data, data);
    });
}

test('nothing of a type is trimmed, and 150 characters fit', async () => {
    for (const event_type of [' ', ' a ', 'ü'.repeat(150)]) {
        const {body: {id}} = await post(message({event_type}));
        assertAnswer(await server.get(`/api/v1/events/${id}`), {body: having({name: event_type})});
    }
});

test('an array is taken in order', async () => {
    const types = Array.from({length: 50}, () => unique('in order'));
    const sent = await post(types.map((event_type) => message({event_type})));
    assertAnswer(sent, {status: 200, body: {status_code: '200', ids: having({length: 50})}});
    assert.deepEqual(sent.body.ids, [...sent.body.ids].sort((a, b) => a - b));
    for (const i of [0, 49]) {
        assertAnswer(await server.get(`/api/v1/events/${sent.body.ids[i]}`), {body: having({name: types[i]})});
    }
});

test('an empty array is an empty answer', async () => {
    assertAnswer(await post([]), {status: 200, body: {status_code: '200', ids: []}});
});

// -- POST /api/event: what is refused

const refusals = [
    ['a missing type', message({event_type: undefined}), [missing('event_type')]],
    ['a missing payload', message({event_payload: undefined}), [missing('event_payload')]],
    ['nothing that is known', {other: 1}, [missing('event_type'), missing('event_payload')]],
    ['a number for a type', message({event_type: 5}), [notText('event_type')]],
    ['a boolean for a type', message({event_type: true}), [notText('event_type')]],
    ['an object for a payload', message({event_payload: {a: 1}}), [notText('event_payload')]],
    ['both of the wrong type', {event_type: [], event_payload: 1}, [notText('event_type'), notText('event_payload')]],
    ['null', message({event_type: null}), [none('event_type')]],
    ['a blank type', message({event_type: ''}), [fault(['event_type'], 'ensure this value has at least 1 characters',
        'value_error.any_str.min_length', {limit_value: 1})]],
    ['a type too long', message({event_type: 'x'.repeat(151)}), [fault(['event_type'], 'ensure this value has at most 150 characters',
        'value_error.any_str.max_length', {limit_value: 150})]],
    ['a type with U+0000', message({event_type: 'a\u0000b'}), [fault(['event_type'], 'null characters are not allowed', 'value_error')]],
    ['a payload nested too deep', message({event_payload: '{"a":'.repeat(64) + '1' + '}'.repeat(64)}),
        [fault(['event_payload'], 'The JSON is nested deeper than 64 levels.', 'value_error')]],
    ['a text for a body', '"x"', [notObject()]],
    ['a number for a body', '5', [notObject()]],
    ['null for a body', 'null', [missing()]],
];
for (const [name, body, detail] of refusals) {
    test(`${name} is 422 and recorded`, async () => {
        assertAnswer(await post(body), {status: 422, body: {detail}});
        const [recorded] = await newestRejections(1);
        assertAnswer({body: recorded}, {body: having({dialect: 'consumer', message: (text) => text.includes(detail[0].msg)})});
        const sent = typeof body === 'string' ? JSON.parse(body) : JSON.parse(JSON.stringify(body));
        assert.deepEqual(recorded.payload, sent);
    });
}

for (const [name, body, {pos, msg, lineno = 1, colno = pos + 1}] of [
    ['nonsense', 'nonsense', {pos: 0, msg: 'Expecting value'}],
    ['blanks', '  ', {pos: 0, msg: 'Expecting value'}],
    ['JSON that ends early', '{"event_type": "a",\n "ü": ', {pos: 26, msg: 'Expecting value', lineno: 2, colno: 7}],
    ['more than one value', '{"event_type": "a"} x', {pos: 20, msg: 'Extra data'}],
    ['an array that ends early', '[{"event_type": "a", "event_payload": "b"},', {pos: 43, msg: 'Expecting value'}],
]) {
    test(`${name}, which is not JSON, is 422 as FastAPI says it`, async () => {
        const said = `${msg}: line ${lineno} column ${colno} (char ${pos})`;
        assertAnswer(await post(body), {status: 422, body: {detail: [
            fault([pos], said, 'value_error.jsondecode', {msg, doc: body, pos, lineno, colno}),
        ]}});
        assertAnswer({body: (await newestRejections(1))[0]}, {body: having({dialect: 'consumer', reason: 'malformed', message: said})});
    });
}

test('no body at all is a missing one', async () => {
    assertAnswer(await post(''), {status: 422, body: {detail: [missing()]}});
});

test('a long body that is not JSON is not sent back whole', async () => {
    const answer = await post('ü'.repeat(100_000));
    assertAnswer(answer, {status: 422, body: having({detail: having({0: having({type: 'value_error.jsondecode'})})})});
    assert.ok(answer.bytes.length < 2000);
});

test('of an array with faults nothing is taken, and the faulty ones alone are recorded', async () => {
    const good = unique('good');
    const before = (await newestRejections(1))[0]?.id ?? 0;
    const sent = await post([message({event_type: good}), message({event_type: 5}), null, message({event_type: good}), 7,
        message({event_payload: undefined})]);
    assertAnswer(sent, {status: 422, body: {detail: [
        notText(1, 'event_type'), none(2), notObject(4), missing(5, 'event_payload'),
    ]}});
    const recorded = (await newestRejections(20)).filter(({id}) => id > before);
    assert.deepEqual(recorded.map(({payload}) => payload).reverse(),
        [message({event_type: 5}), null, 7, {event_type: 'message'}]);
    const stored = await server.get(`/api/v1/events?name=${encodeURIComponent(good)}`);
    assert.deepEqual(stored.body.results, []);
    const types = await server.get(`/api/v1/event-types?name=${encodeURIComponent(good)}`);
    assert.deepEqual(types.body.results, []);
});

test('an array of more than a batch may have is 413', async () => {
    const sent = await post(Array(10_001).fill(message()));
    assertAnswer(sent, {status: 413, body: {detail: /10000/}});
});

test('the example of a type binds what a payload holds', async () => {
    const event_type = unique('structured');
    await post(message({event_type, event_payload: '{"cents": 1}'}));
    const browser = new Browser(server);
    await browser.login('admin', server.passwords.admin);
    await browser.setExample(event_type, '{"cents": 1}');
    assertAnswer(await post(message({event_type, event_payload: '{"cents": 7}'})), {status: 200});
    const refused = await post(message({event_type, event_payload: '{"cents": "7"}'}));
    assertAnswer(refused, {status: 422, body: {detail: [fault(['event_payload'], /./, 'value_error.structure')]}});
    assertAnswer(await post(message({event_type})), {status: 422});
    const batch = await post([message(), message({event_type, event_payload: '{}'})]);
    assertAnswer(batch, {status: 422, body: {detail: [fault([1, 'event_payload'], /./, 'value_error.structure')]}});
    const {body} = await server.get(`/api/v1/rejections?name=${encodeURIComponent(event_type)}`);
    assert.deepEqual(body.results.map(({reason, pointer}) => [reason, pointer]), [
        ['structure_missing', '/event_payload/cents'], ['structure_unexpected', '/event_payload/payload'],
        ['structure_type', '/event_payload/cents'],
    ]);
});

test('an array with more new types than its application may have is refused whole', async () => {
    const token = await server.user('typist');
    const types = (from, count) => Array.from({length: count}, (_, i) => ({category: 'many', name: `type ${from + i}`}));
    assertAnswer(await server.post('/api/v1/events', {token, json: types(0, 9_999)}), {status: 200});
    const [first, second] = [unique('one'), unique('two')];
    const sent = await server.post('/api/event', {...bearer(token), json: [message({event_type: first}), message({event_type: second})]});
    assertAnswer(sent, {status: 422, body: {detail: [fault([1, 'event_type'], /event types already/, 'value_error')]}});
    for (const name of [first, second]) {
        const {body} = await server.get(`/api/v1/events?name=${encodeURIComponent(name)}`);
        assert.deepEqual(body.results, []);
    }
});

// -- sending again

test('with an Idempotency-Key a message sent again is stored once, alone and in an array', async () => {
    const headers = {'idempotency-key': randomUUID()};
    const one = unique('once');
    const first = await post(message({event_type: one}), {headers});
    assertAnswer(await post(message({event_type: one}), {headers}), {status: 200, body: first.body});
    const name = unique('each once');
    const batch = [message({event_type: name}), message({event_type: name})];
    const both = await post(batch, {headers});
    assert.equal(new Set(both.body.ids).size, 2);
    assertAnswer(await post(batch, {headers}), {status: 200, body: both.body});
    for (const [type, count] of [[one, 1], [name, 2]]) {
        const {body} = await server.get(`/api/v1/events?name=${encodeURIComponent(type)}`);
        assert.equal(body.results.length, count);
    }
});

test('an Idempotency-Key that is none is refused, and nothing is taken', async () => {
    const name = unique('unkeyed');
    for (const key of ['x'.repeat(256), 'a b', '']) {
        const answer = await post(message({event_type: name}), {headers: {'idempotency-key': key}});
        assertAnswer(answer, {status: 422, body: {detail: [having({loc: ['header', 'idempotency-key'], type: 'value_error'})]}});
    }
    const {body} = await server.get(`/api/v1/events?name=${encodeURIComponent(name)}`);
    assert.deepEqual(body.results, []);
});

test('seed 000\'s events know no Idempotency-Key', async () => {
    const headers = {'idempotency-key': randomUUID()};
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await server.post('/api/event/', {json: theEvent(), headers})).body.id);
    assert.notEqual(ids[0], ids[1]);
});

// -- whose a request is

const processed = {status: 200, body: {status_code: '200', message: 'Processed Message', id: anyId}};
const taken = {status: 200, body: {status_code: '200', id: anyId}};
scenarios(server, [
    {name: 'seed 000\'s event with a Bearer', send: () => ['POST', '/api/event', {...bearer(), json: theEvent()}], ...processed},
    {name: 'a message with a Token', send: () => ['POST', '/api/event/', {json: message()}], ...taken},
    {
        name: 'an event with the consumer\'s fields beside its own is seed 000\'s',
        send: () => ['POST', '/api/event', {...bearer(), json: {...theEvent(), ...message()}}],
        ...processed,
    },
    {
        name: 'a faulty event of seed 000 with a Bearer has seed 000\'s words',
        send: () => ['POST', '/api/event', {...bearer(), json: theEvent({name: ''})}],
        status: 400, body: {name: ['This field may not be blank.']},
    },
    {
        name: 'a faulty message with a Token has the consumer\'s words',
        send: () => ['POST', '/api/event/', {json: message({event_type: 5})}],
        status: 422, body: {detail: [notText('event_type')]},
    },
    {
        name: 'an empty object with a Token is seed 000\'s',
        send: () => ['POST', '/api/event/', {json: {}}],
        status: 400, body: having({session_id: ['This field is required.']}), lacks: ['event_type'],
    },
    {
        name: 'an empty object with a Bearer is the consumer\'s',
        send: () => ['POST', '/api/event/', {...bearer(), json: {}}],
        status: 422, body: {detail: [missing('event_type'), missing('event_payload')]},
    },
    {
        name: 'what is not JSON is seed 000\'s with a Token',
        send: () => ['POST', '/api/event/', {body: 'nonsense', type: 'application/json'}],
        status: 400, body: {detail: /^JSON parse error - Expecting value/},
    },
]);

// -- what no handler sees

scenarios(server, [
    {
        name: 'a bad Bearer sends a message',
        send: () => ['POST', '/api/event', {...bearer('0'.repeat(40)), json: message()}],
        status: 401, body: {detail: /^Invalid token: .+/}, headers: {'www-authenticate': 'Bearer'},
    },
    {
        name: 'a bad Token sends a message',
        send: () => ['POST', '/api/event', {token: '0'.repeat(40), json: message()}],
        status: 401, body: {detail: 'Invalid token.'}, headers: {'www-authenticate': 'Token'},
    },
    {
        name: 'another method with a Bearer',
        send: () => ['DELETE', '/api/event', bearer()],
        status: 405, body: {detail: 'Method Not Allowed'}, headers: {allow: /POST/},
    },
    {name: 'another method with a Token', send: () => ['DELETE', '/api/event', {}], status: 405, body: {detail: 'Method "DELETE" not allowed.'}},
    {name: 'a path below with a Bearer', send: () => ['GET', '/api/event/5', bearer()], status: 404, body: {detail: 'Not Found'}},
    {
        name: 'another content type',
        send: () => ['POST', '/api/event', {...bearer(), body: 'x', type: 'text/plain'}],
        status: 415, body: {detail: 'Unsupported media type "text/plain" in request.'},
    },
    {
        name: 'a body over the limit',
        send: () => ['POST', '/api/event', {...bearer(), body: ' '.repeat((16 << 20) + 1), type: 'application/json'}],
        status: 413, body: {detail: 'Request body is too large.'},
    },
]);

test('a hundred clients make the same new type by messages at once', async () => {
    const event_type = unique('raced');
    const connections = await Promise.all(Array.from({length: 100}, () => RawConnection.open(server)));
    const headers = {'Content-Type': 'application/json', Authorization: `Bearer ${server.token}`};
    const bytes = requestText('POST', '/api/event', {headers, body: JSON.stringify([message({event_type}), message({event_type})])});
    for (const connection of connections) connection.write(bytes);
    const ids = [];
    for (const connection of connections) {
        const answer = await connection.answer();
        assertAnswer(answer, {status: 200});
        ids.push(...answer.body.ids);
        connection.close();
    }
    assert.equal(new Set(ids).size, 200);
    const types = await server.get(`/api/v1/event-types?name=${encodeURIComponent(event_type)}`);
    assert.equal(types.body.results.length, 1);
});
