// POST /api/v1/events: verdicts on one event, an array, NDJSON.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {acceptedAtOnce, anyId, anyInstant, assertAnswer, having, inAnHour, problem, scenarios, unique} from './scenario.mjs';

const server = useServer();
const post = (options) => server.post('/api/v1/events', options);
const good = (changes = {}) => ({category: 'page', name: 'view', data: {n: 1}, ...changes});
const accepted = {status: 'accepted', id: anyId};

const singles = [
    ['all fields', {
        category: 'page', name: 'view', data: {a: [1, 2]}, session_id: 'e2085be5-9137-4e4e-80b5-f1ffddc25423',
        timestamp: '2021-01-01T09:15:27.243860Z', event_id: 'all-fields-1',
    }],
    ['the fewest fields', {category: 'page', name: 'view'}],
    ['empty data', good({data: {}})],
    ['an event_id of 128 characters', good({event_id: 'e'.repeat(128)})],
    ['lengths at their limits', good({category: 'c'.repeat(50), name: 'ñ'.repeat(150)})],
];

scenarios(server, singles.flatMap(([name, json]) => [{
    name: `accepts ${name}`,
    send: ['POST', '/api/v1/events', {json}],
    status: 201,
    body: accepted,
}]));

test('what was accepted reads back as sent', async () => {
    const event = {
        category: 'page', name: unique(), data: {deep: {list: [1, 2.5, 'ü', null, false]}}, session_id: randomUUID(),
        timestamp: '2021-01-01T09:15:27.243860Z', event_id: randomUUID(),
    };
    const {body: {id}} = await post({json: event});
    assertAnswer(await server.get(`/api/v1/events/${id}`), {
        status: 200,
        body: {...event, id, application: 'admin', received_at: anyInstant, dialect: 'native', ...acceptedAtOnce},
    });
});

test('what was left out has its defaults', async () => {
    const {body: {id}} = await post({json: {category: 'page', name: 'view'}});
    const {body} = await server.get(`/api/v1/events/${id}`);
    assertAnswer({body}, {body: having({data: {}, session_id: null, event_id: null, timestamp: anyInstant})});
    assert.equal(body.timestamp, body.received_at, 'the time of receipt');
});

// Each fault: what is sent, where it is, why.
const faults = [
    ['no category', good({category: undefined}), 'category', 'missing_field'],
    ['no name', good({name: undefined}), 'name', 'missing_field'],
    ['null category', good({category: null}), 'category', 'wrong_type'],
    ['a number for a name', good({name: 5}), 'name', 'wrong_type'],
    ['a blank category', good({category: ''}), 'category', 'blank'],
    ['a blank name', good({name: ''}), 'name', 'blank'],
    ['a long category', good({category: 'c'.repeat(51)}), 'category', 'too_long'],
    ['a long name', good({name: 'n'.repeat(151)}), 'name', 'too_long'],
    ['data as a text', good({data: 'x'}), 'data', 'wrong_type'],
    ['data as an array', good({data: []}), 'data', 'wrong_type'],
    ['no UUID', good({session_id: 'x'}), 'session_id', 'invalid_uuid'],
    ['a session as a number', good({session_id: 5}), 'session_id', 'wrong_type'],
    ['a time that is none', good({timestamp: 'x'}), 'timestamp', 'invalid_timestamp'],
    ['a time in the future', good({timestamp: inAnHour()}), 'timestamp', 'timestamp_in_future'],
    ['a long event_id', good({event_id: 'e'.repeat(129)}), 'event_id', 'too_long'],
    ['a blank event_id', good({event_id: ''}), 'event_id', 'blank'],
    ['a number for an event_id', good({event_id: 7}), 'event_id', 'wrong_type'],
    ['a field not known', good({extra: 1}), 'extra', 'unknown_field'],
];

for (const [name, event, field, reason] of faults) {
    const fault = having({field, pointer: `/${field}`, reason, message: /./});
    test(`rejects ${name} as a single event, and records it`, async () => {
        const marked = {...event, data: typeof event.data === 'object' && !Array.isArray(event.data) ? {marker: unique()} : event.data};
        assertAnswer(await post({json: marked}), problem(400, {errors: [fault]}));
        const {body} = await server.get(`/api/v1/rejections?reason=${reason}&limit=1`);
        assertAnswer({body: body.results[0]}, {body: having({
            reason, pointer: `/${field}`, message: /./, application: 'admin', dialect: 'native',
            payload: JSON.parse(JSON.stringify(marked)), received_at: anyInstant,
        })});
    });
    test(`rejects ${name} in a batch, and keeps its neighbours`, async () => {
        assertAnswer(await post({json: [good(), event, good()]}), {
            status: 207,
            body: {
                accepted: 2, duplicates: 0, rejected: 1,
                results: [accepted, having({status: 'rejected', field, pointer: `/${field}`, reason, message: /./}), accepted],
            },
        });
    });
}

test('a batch answers in its order, with rising ids without gaps', async () => {
    const {status, body} = await post({json: Array.from({length: 50}, (_, i) => good({data: {i}}))});
    assert.equal(status, 200);
    assertAnswer({body}, {body: having({accepted: 50, duplicates: 0, rejected: 0})});
    const ids = body.results.map(({id}) => id);
    assert.deepEqual(ids, ids.map((_, i) => ids[0] + i));
    assertAnswer(await server.get(`/api/v1/events/${ids[17]}`), {body: having({data: {i: 17}})});
});

const item = (value) => `${JSON.stringify(value)}\n`;
const inBatch = (name, options, {status = 200, results}) => ({
    name,
    send: ['POST', '/api/v1/events', options],
    status,
    body: having({
        accepted: results.filter((r) => r === accepted).length,
        rejected: results.filter((r) => r !== accepted).length,
        results,
    }),
});
const rejected = (reason) => having({status: 'rejected', reason, message: /./});

scenarios(server, [
    inBatch('an array of one', {json: [good()]}, {results: [accepted]}),
    inBatch('a batch of which all is bad is still 207', {json: [good({name: 1}), 5]},
        {status: 207, results: [rejected('wrong_type'), rejected('wrong_shape')]}),
    inBatch('items that are no objects', {json: [null, 'x', [good()], good()]},
        {status: 207, results: [rejected('wrong_shape'), rejected('wrong_shape'), rejected('wrong_shape'), accepted]}),
    inBatch('NDJSON by its content type', {body: item(good()) + item(good()), type: 'application/x-ndjson'},
        {results: [accepted, accepted]}),
    inBatch('NDJSON under its other content type', {body: item(good()) + item(good()), type: 'application/jsonl'},
        {results: [accepted, accepted]}),
    inBatch('NDJSON of one line answers as a batch', {body: item(good()), type: 'application/x-ndjson'}, {results: [accepted]}),
    inBatch('NDJSON without a newline at its end', {body: item(good()) + JSON.stringify(good()), type: 'application/x-ndjson'},
        {results: [accepted, accepted]}),
    inBatch('NDJSON with CRLF and blank lines', {body: `${JSON.stringify(good())}\r\n\r\n\n${JSON.stringify(good())}\r\n`, type: 'application/x-ndjson'},
        {results: [accepted, accepted]}),
    inBatch('NDJSON is known by what follows the first value', {body: item(good()) + item(good()), type: 'application/json'},
        {results: [accepted, accepted]}),
    inBatch('a bad line is a rejected item and the others stay',
        {body: `${item(good())}{"category": \n${item(good())}nonsense\n`, type: 'application/x-ndjson'},
        {status: 207, results: [accepted, rejected('malformed'), accepted, rejected('malformed')]}),
    inBatch('a line that is not UTF-8 is a rejected item',
        {body: Buffer.concat([Buffer.from(item(good())), Buffer.from('{"category":"\xff","name":"x"}\n', 'latin1')]), type: 'application/x-ndjson'},
        {status: 207, results: [accepted, rejected('malformed')]}),
    {name: 'an empty array', send: ['POST', '/api/v1/events', {json: []}], ...problem(400)},
    {name: 'an empty body', send: ['POST', '/api/v1/events', {type: 'application/json'}], ...problem(400)},
    {name: 'NDJSON of nothing', send: ['POST', '/api/v1/events', {body: '\n\n', type: 'application/x-ndjson'}], ...problem(400)},
    ...['5', '"x"', 'null', 'true'].map((body) => ({
        name: `the body ${body}`,
        send: ['POST', '/api/v1/events', {body, type: 'application/json'}],
        ...problem(400, {errors: [having({reason: 'wrong_shape'})]}),
    })),
    {
        name: 'another content type',
        send: ['POST', '/api/v1/events', {body: 'a,b', type: 'text/csv'}],
        ...problem(415),
    },
    {
        name: 'no content type counts as JSON',
        send: ['POST', '/api/v1/events', {body: JSON.stringify(good())}],
        status: 201,
    },
    {
        name: 'with the slash',
        send: ['POST', '/api/v1/events/', {json: good()}],
        status: 201,
    },
]);

async function rejectionsHolding(marker) {
    const {body} = await server.get('/api/v1/rejections?limit=1000');
    return body.results.filter(({payload}) => JSON.stringify(payload).includes(marker));
}

for (const [name, text] of [
    ['an object cut off', (marker) => `{"category":"${marker}"`],
    ['an array cut off', (marker) => `[{"category":"page","name":"${marker}"},{"cat`],
    ['no JSON at all', (marker) => `nonsense ${marker}`],
]) {
    test(`${name} is refused as a whole, once`, async () => {
        const marker = unique();
        assertAnswer(await post({body: text(marker), type: 'application/json'}), problem(400));
        const recorded = await rejectionsHolding(marker);
        assert.equal(recorded.length, 1);
        assertAnswer({body: recorded[0]}, {body: having({reason: 'malformed', payload: text(marker)})});
        const {body} = await server.get(`/api/v1/events?name=${encodeURIComponent(marker)}`);
        assert.deepEqual(body.results, [], 'nothing of it was taken');
    });
}

test('10 000 events are taken, 10 001 are not', async () => {
    const name = unique();
    const lines = (count) => `${JSON.stringify({category: 'page', name})}\n`.repeat(count);
    const over = await post({body: lines(10_001), type: 'application/x-ndjson'});
    assertAnswer(over, problem(413));
    const array = await post({json: Array(10_001).fill({category: 'page', name})});
    assertAnswer(array, problem(413));
    assert.deepEqual((await server.get(`/api/v1/events?name=${encodeURIComponent(name)}`)).body.results, []);
    const within = await post({body: lines(10_000), type: 'application/x-ndjson'});
    assertAnswer(within, {status: 200, body: having({accepted: 10_000, rejected: 0})});
});

test('data nested to the limit is taken, one deeper is not', async () => {
    const nested = (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const event = (data) => `{"category":"page","name":"deep","data":${data}}`;
    const send = (data) => post({body: event(data), type: 'application/json'});
    assertAnswer(await send(nested(60)), {status: 201});
    assertAnswer(await send(nested(70)), problem(400, {errors: [having({reason: 'too_deep'})]}));
    assertAnswer(await send(`${'['.repeat(100_000)}`), {status: 400});
    assertAnswer(await send(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), {status: 400});
    assertAnswer(await server.get('/healthz'), {status: 200});
});

test('numbers, escapes and odd keys come back as they were sent', async () => {
    const data = '{"big":123456789012345678901234567890,"exp":1e-7,"neg":-0.0,"":"empty key","a.b":1,"\\u00e9":"\\ud83d\\ude00","q\\"":"\\\\"}';
    const {body: {id}} = await post({body: `{"category":"page","name":"odd","data":${data}}`, type: 'application/json'});
    const answer = await server.get(`/api/v1/events/${id}`);
    assert.ok(answer.text.includes('123456789012345678901234567890'), answer.text);
    assert.deepEqual(answer.body.data, JSON.parse(data));
});
