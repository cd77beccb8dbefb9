// What events of a type must look like: shown, changed, inferred, tried.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {answerFault, operations} from './contract.mjs';
import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, problem, unique} from './scenario.mjs';

const server = useServer();
const list = '/api/v1/event-types';

function operationOf(method, target) {
    const path = target.split('?')[0].replace(/\/event-types\/\d+/, '/event-types/{id}');
    return operations.find((one) => one.method === method && one.path === path);
}

// Calls, and holds the answer against the contract.
async function ask(method, target, options) {
    const answer = await server.call(method, target, options);
    assert.equal(answerFault(operationOf(method, target), answer), undefined);
    return answer;
}

async function send(name, data, options) {
    return server.post('/api/v1/events', {json: {category: 'web', name, data}, ...options});
}

// A new type with an event for each of the payloads; gives its id.
async function makeType(name, payloads = [{n: 1}]) {
    for (const data of payloads) assert.equal((await send(name, data)).status, 201);
    const {body} = await ask('GET', `${list}?name=${encodeURIComponent(name)}`);
    return body.results[0].id;
}

const change = (id, json) => ask('PATCH', `${list}/${id}`, {json});
const show = async (id) => (await ask('GET', `${list}/${id}`)).body;

test('a type shows what it is, what came of it, and who changed it', async () => {
    const name = unique('shown');
    const id = await makeType(name, [{n: 1}, {n: 2}]);
    assertMatches(await show(id), {
        id, category: 'web', name, description: '', mode: 'off', example: null, schema: null, version: 1,
        counts: {events: 2, violations: 0, rejections: 0}, first_seen: anyInstant, last_seen: anyInstant,
        updated_at: anyInstant, updated_by: null,
    });
    await change(id, {example: {n: 1}, mode: 'enforce', description: 'what it is for'});
    assert.equal((await send(name, {n: 'x'})).status, 400);
    assertMatches(await show(id), having({
        description: 'what it is for', mode: 'enforce', example: (value) => JSON.stringify(value) === '{"n":1}', version: 2,
        counts: (counts) => JSON.stringify(counts) === '{"events":2,"violations":0,"rejections":1}', updated_by: anyId,
    }));
});

test('an enforced example refuses, an observed one notes, off takes anything', async () => {
    const name = unique('modes');
    const id = await makeType(name);
    await change(id, {example: {n: 1}, mode: 'enforce'});
    assertAnswer(await send(name, {n: 'x'}), problem(400, {
        code: 'event_rejected',
        errors: ([fault]) => fault.pointer === '/data/n' && fault.reason === 'structure_type',
    }));
    await change(id, {mode: 'observe'});
    assert.equal((await send(name, {n: 'x'})).status, 201);
    assert.equal((await show(id)).counts.violations, 1);
    const {body: {results: [newest]}} = await server.get(`/api/v1/events?name=${encodeURIComponent(name)}`);
    assertMatches(newest, having({type_version: 3, violation: 'structure_type'}));
    await change(id, {mode: 'off'});
    assert.equal((await send(name, {n: 'x'})).status, 201);
    assert.equal((await show(id)).counts.violations, 1);
});

test('a rejection names the version that refused it', async () => {
    const name = unique('refused');
    const id = await makeType(name);
    await change(id, {schema: {properties: {n: {type: 'integer', minimum: 3}}, required: ['n']}, mode: 'enforce'});
    assert.equal((await send(name, {n: 2})).status, 400);
    const {body: {results: [rejection]}} = await server.get(`/api/v1/rejections?name=${encodeURIComponent(name)}`);
    assertMatches(rejection, having({
        reason: 'schema', pointer: '/data/n', message: '/data/n must be at least 3.', type_version: 2,
    }));
});

test('the mode follows from what there is to check, unless it is said', async () => {
    const id = await makeType(unique('follows'));
    const modes = [];
    for (const json of [{example: {n: 1}}, {mode: 'off'}, {schema: {type: 'object'}}, {mode: 'enforce'}, {example: {n: 2}}, {example: null}]) {
        const {body} = await change(id, json);
        modes.push(body.mode);
        assert.ok(!(body.example && body.schema));
    }
    assert.deepEqual(modes, ['observe', 'off', 'off', 'enforce', 'enforce', 'off']);
});

test('versions are kept, newest first, with who changed them', async () => {
    const id = await makeType(unique('versions'));
    await change(id, {example: {n: 1}});
    await change(id, {example: {n: 1}});  // changes nothing
    await change(id, {mode: 'enforce'});
    const first = (await ask('GET', `${list}/${id}/versions?limit=2`)).body;
    assert.deepEqual(first.results.map(({version, mode}) => [version, mode]), [[3, 'enforce'], [2, 'observe']]);
    assertMatches(first.results[0], having({changed_by: anyId, changed_at: anyInstant}));
    const rest = (await ask('GET', `${list}/${id}/versions?limit=2&cursor=${first.next}`)).body;
    assert.deepEqual(rest.results.map(({version, changed_by: by}) => [version, by]), [[1, null]]);
    assert.equal(rest.next, null);
});

test('a page of versions is bounded by bytes, too', async () => {
    const id = await makeType(unique('long'));
    const made = 300;
    for (let n = 0; n < made; n++) assert.equal((await server.patch(`${list}/${id}`, {json: {example: {n: 'x'.repeat(60_000), [n]: 1}}})).status, 200);
    const first = await server.get(`${list}/${id}/versions?limit=1000`);
    assert.ok(first.text.length < 17 * 2 ** 20 && first.body.results.length < made, 'it is cut');
    const rest = await server.get(`${list}/${id}/versions?limit=1000&cursor=${first.body.next}`);
    assert.equal(rest.body.next, null);
    assert.deepEqual([...first.body.results, ...rest.body.results].map(({version}) => version), Array.from({length: made + 1}, (_, n) => made + 1 - n));
});

test('a change made for another version is refused', async () => {
    const id = await makeType(unique('conflict'));
    assert.equal((await change(id, {description: 'a', version: 1})).status, 200);
    assertAnswer(await change(id, {description: 'b', version: 1}), problem(409, {detail: /its version is 2/}));
    assert.equal((await show(id)).description, 'a');
});

const wrong = [
    [{example: []}, /example/, /must be a JSON object/], [{example: 5}, /example/, /must be a JSON object/],
    [{example: {}}, /example/, /at least one key/], [{schema: [1]}, /schema/, /must be a JSON object/],
    [{example: {a: 1}, schema: {}}, /schema/, /not both/], [{mode: 'strict'}, /mode/, /off, observe or enforce/],
    [{mode: 5}, /mode/, /valid string/], [{mode: 'observe'}, /mode/, /nothing to check against/],
    [{mode: 'enforce', example: null}, /mode/, /nothing to check against/], [{version: '1'}, /version/, /whole number/],
    [{version: 0}, /version/, /whole number/], [{description: 7}, /description/, /valid string/],
    [{description: 'x'.repeat(2001)}, /description/, /2000 characters/], [{exmaple: {}}, /exmaple/, /no such field/],
    [{example: {a: 'x'.repeat(70_000)}}, /example/, /64 KiB/],
    [{schema: {$ref: 'http://example.org/x'}}, /schema/, /nothing else is fetched/],
];
for (const [json, field, message] of wrong) {
    test(`a change is refused: ${JSON.stringify(json).slice(0, 60)}`, async () => {
        const id = await makeType(unique('wrong'));
        const answer = await change(id, json);
        assertAnswer(answer, problem(400));
        assert.ok(answer.body.errors.some((one) => field.test(one.field) && message.test(one.message)), answer.text);
        assert.equal((await show(id)).version, 1);
    });
}

test('all faults of a body are told at once, a schema\'s with its pointer', async () => {
    const id = await makeType(unique('faults'));
    const {body} = await change(id, {schema: {properties: {a: {pattern: '('}}}, mode: 'no', other: 1});
    assert.deepEqual(body.errors.map(({field}) => field).sort(), ['mode', 'other', 'schema']);
    assert.equal(body.errors.find(({field}) => field === 'schema').pointer, '/properties/a/pattern');
});

test('an example that has a key twice is refused', async () => {
    const id = await makeType(unique('twice'));
    const answer = await ask('PATCH', `${list}/${id}`, {body: '{"example":{"a":1,"a":2}}', type: 'application/json'});
    assertAnswer(answer, problem(400, {detail: /twice/}));
});

for (const [body, detail] of [['[]', /must be a JSON object/], ['{', /not JSON/], ['{"mode":"off"} x', /not JSON/]]) {
    test(`a body is refused: ${body}`, async () => {
        const id = await makeType(unique('body'));
        for (const [method, way] of [['PATCH', ''], ['POST', '/infer'], ['POST', '/backtest']]) {
            assertAnswer(await ask(method, `${list}/${id}${way}`, {body, type: 'application/json'}), problem(400, {detail}));
            assert.equal((await ask(method, `${list}/${id}${way}`, {body, type: 'text/plain'})).status, 415);
        }
    });
}

test('a type that is not there is not found, by any way', async () => {
    for (const id of ['999999', '0', 'x', '-1', '99999999999999999999']) {
        for (const [method, way] of [['GET', ''], ['GET', '/versions'], ['PATCH', ''], ['POST', '/infer'], ['POST', '/backtest']]) {
            assertAnswer(await server.call(method, `${list}/${id}${way}`, method === 'GET' ? {} : {json: {}}), problem(404));
        }
    }
});

test('lists filter by mode and text, and order', async () => {
    const mark = unique('listed');
    const ids = {};
    for (const name of ['b', 'a', 'c']) ids[name] = await makeType(`${mark} ${name}`);
    await change(ids.a, {example: {n: 1}});
    const names = async (query) => (await ask('GET', `${list}?q=${encodeURIComponent(mark.toUpperCase())}&${query}`)).body.results
        .map(({name}) => name.slice(-1)).join('');
    assert.equal(await names('order=name'), 'abc');
    assert.equal(await names('order=-name'), 'cba');
    assert.equal(await names('order=first_seen'), 'bac');
    assert.equal(await names('order=-updated_at'), 'acb');
    assert.equal(await names('mode=observe'), 'a');
    assert.equal(await names('mode=off&order=name'), 'bc');
    for (const query of ['mode=x', 'order=size', 'limit=0', 'cursor=x', 'p=1']) {
        assertAnswer(await ask('GET', `${list}?${query}`), problem(400));
    }
});

test('infer tells how often each key is there, and proposes what fits', async () => {
    const name = unique('inferred');
    const id = await makeType(name, [{a: 1, tags: ['x']}, {a: 2.5, tags: [], b: null}, {a: 3, tags: ['y', 7]}]);
    const {status, body} = await ask('POST', `${list}/${id}/infer`, {json: {}});
    assert.equal(status, 200);
    assert.equal(body.events, 3);
    const of = (pointer) => body.keys.find((key) => key.pointer === pointer);
    assertMatches(of('/a'), {pointer: '/a', count: 3, share: 1, types: {integer: 2, number: 1}, dictionary: false});
    assertMatches(of('/b'), having({count: 1, share: 0.3333}));
    assertMatches(of('/tags/*'), having({count: 3}));
    assert.deepEqual(Object.keys(body.example), ['a', 'tags']);
    assert.equal(body.example_fits, false, 'b is there only sometimes');
    assert.deepEqual(body.schema.required.sort(), ['a', 'tags']);
    assert.deepEqual(body.schema.properties.tags.items.type.sort(), ['integer', 'string']);
    assert.equal((await ask('POST', `${list}/${id}/infer`, {json: {limit: 1}})).body.events, 1);
    for (const json of [{limit: 0}, {limit: 10_001}, {limit: '1'}, {limits: 1}]) {
        assertAnswer(await ask('POST', `${list}/${id}/infer`, {json}), problem(400));
    }
    const schema = {...body.schema};
    assert.equal((await change(id, {schema, mode: 'enforce'})).status, 200);
    assert.equal((await ask('POST', `${list}/${id}/backtest`, {json: {}})).body.failed, 0);
});

test('backtest groups what would fail by reason, and changes nothing', async () => {
    const name = unique('tried');
    const id = await makeType(name, [
        {list: [{p: 1}]}, {list: [{p: 1}, {p: 'x'}]}, {list: [{p: 'x'}]}, {list: []}, {other: 1}, {list: [], more: 1},
    ]);
    const {body} = await ask('POST', `${list}/${id}/backtest`, {json: {example: {list: [{p: 1}]}}});
    assertMatches(body, having({examined: 6, failed: 4, total: 6, other_reasons: 0, next: null}));
    assertMatches(body.reasons[0], {
        reason: 'structure_type', pointer: '/data/list/*/p', message: '/data/list/*/p must be a number, not a string.', count: 2,
        event_ids: (ids) => ids.length === 2 && ids.every(anyId),
    });
    assert.deepEqual(body.reasons.slice(1).map(({pointer, count}) => [pointer, count]).sort(), [['/data/more', 1], ['/data/other', 1]]);
    assert.equal((await show(id)).version, 1);
    const schema = {properties: {list: {maxItems: 1}}};
    assert.equal((await ask('POST', `${list}/${id}/backtest`, {json: {schema}})).body.failed, 1);
});

test('backtest goes on from its cursor and meets each event once', async () => {
    const name = unique('paged');
    const id = await makeType(name, [{n: 1}, {n: 'x'}, {n: 2}, {n: 'y'}, {n: 3}]);
    let cursor;
    let examined = 0;
    let failed = 0;
    do {
        const {body} = await ask('POST', `${list}/${id}/backtest`, {json: {example: {n: 1}, limit: 2, ...(cursor ? {cursor} : {})}});
        assert.ok(body.examined <= 2);
        examined += body.examined;
        failed += body.failed;
        cursor = body.next;
    } while (cursor);
    assert.deepEqual([examined, failed], [5, 2]);
});

for (const json of [{}, {example: null}, {example: {a: 1}, schema: {}}, {schema: {type: 'x'}}, {limit: 100_001}, {cursor: 'x'}, {cursor: 5}, {x: 1}]) {
    test(`a backtest is refused: ${JSON.stringify(json)}`, async () => {
        const id = await makeType(unique('refused'));
        assertAnswer(await ask('POST', `${list}/${id}/backtest`, {json}), problem(400));
    });
}

test('an application sees the types that it sends, whoever sent them first', async () => {
    const [ann, ben] = [await server.user('ann'), await server.user('ben')];
    const name = unique('shared');
    const id = await makeType(name);
    const seen = async (token) => (await ask('GET', `${list}?name=${encodeURIComponent(name)}`, {token})).body.results;
    assert.deepEqual(await seen(ann), []);
    assert.equal((await server.get(`${list}/${id}`, {token: ann})).status, 404);
    assert.equal((await send(name, {n: 1}, {token: ann})).status, 201);
    const [type] = await seen(ann);
    assert.equal(type.id, id);
    assert.equal(type.counts.events, 1, 'its own events are counted');
    assert.equal((await server.get(`${list}/${id}`, {token: ann})).status, 200);
    for (const [method, way] of [['GET', ''], ['GET', '/versions'], ['POST', '/infer'], ['POST', '/backtest']]) {
        const options = method === 'GET' ? {token: ben} : {token: ben, json: {}};
        assertAnswer(await server.call(method, `${list}/${id}${way}`, options), problem(404));
    }
    assert.equal((await ask('POST', `${list}/${id}/infer`, {token: ann, json: {}})).body.events, 1);
});

test('hostile names and examples come back as they were', async () => {
    const name = `${unique('hostile')} <script>"&\\ \u2028`;
    const id = await makeType(name);
    const example = {'</script>"\\': {'\u0000~/': 1}};
    const {body} = await change(id, {example, description: '<b>\u202e', mode: 'enforce'});
    assert.equal(body.name, name);
    assert.deepEqual(body.example, example);
    assertAnswer(await send(name, {'</script>"\\': {'\u0000~/': 'x'}}), {status: 400, body: having({
        errors: ([fault]) => fault.pointer === '/data/<~1script>"\\/\u0000~0~1',
    })});
});

test('a pattern that other engines choke on is matched in linear time', async () => {
    const name = unique('pattern');
    const id = await makeType(name);
    await change(id, {schema: {properties: {t: {pattern: '^(a+)+$'}}}, mode: 'enforce'});
    const begin = performance.now();
    assert.equal((await send(name, {t: `${'a'.repeat(1 << 20)}!`})).status, 400);
    assert.equal((await send(name, {t: 'a'.repeat(1 << 20)})).status, 201);
    assert.ok(performance.now() - begin < 20_000);
    assert.equal((await server.get('/healthz')).status, 200);
});

test('events that an observed type would have refused are listed by reason', async () => {
    const name = unique('listed');
    const id = await makeType(name);
    await change(id, {example: {n: 1}, mode: 'observe'});
    await send(name, {n: 'x'});
    await send(name, {n: 2});
    const listed = async (violation) => (await server.get(`/api/v1/events?name=${encodeURIComponent(name)}&violation=${violation}`)).body.results.map(({data}) => data.n);
    assert.deepEqual(await listed('any'), ['x']);
    assert.deepEqual(await listed('structure_type'), ['x']);
    assert.deepEqual(await listed('structure_missing'), []);
    assertAnswer(await server.get('/api/v1/events?violation=none'), problem(400, {errors: ([fault]) => fault.field === 'violation'}));
});
