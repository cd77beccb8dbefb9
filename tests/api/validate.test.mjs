// The dry run: says what would become of a body, and leaves no trace.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {answerFault, operations} from './contract.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, assertMatches, having, inAnHour, problem, theEvent, unique} from './scenario.mjs';

const server = useServer();
const operation = operations.find(({path}) => path === '/api/v1/validate');
const names = [];

function fresh() {
    names.push(unique('dry'));
    return names.at(-1);
}

async function validate(options, query = '') {
    const answer = await server.post(`/api/v1/validate${query}`, options);
    assert.equal(answerFault(operation, answer), undefined);
    return answer;
}

const event = (changes) => ({category: 'dry', name: fresh(), data: {n: 1}, ...changes});

test('an event of a type that nobody has sent is valid, and its type would be made', async () => {
    const json = event();
    assertMatches((await validate({json})).body, {
        valid: true, accepted: 1, rejected: 0,
        results: [{item: 0, valid: true, category: 'dry', name: json.name, type: null, violation: null}],
    });
});

test('an event is judged by today\'s type: enforced, observed, off', async () => {
    const json = event();
    await server.post('/api/v1/events', {json});
    const {body: {results: [{id}]}} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(json.name)}`);
    const wrong = {...json, data: {n: 'x'}};
    const judge = async (mode) => {
        await server.patch(`/api/v1/event-types/${id}`, {json: {example: {n: 1}, mode}});
        return (await validate({json: wrong})).body.results[0];
    };
    assertMatches(await judge('enforce'), {item: 0, valid: false, errors: [{
        field: 'data', pointer: '/data/n', reason: 'structure_type', message: '/data/n must be a number, not a string.',
    }]});
    assertMatches(await judge('observe'), having({
        valid: true, type: (type) => type.id === id && type.version === 3 && type.mode === 'observe',
        violation: (fault) => fault.pointer === '/data/n' && fault.reason === 'structure_type',
    }));
    assertMatches(await judge('off'), having({valid: true, violation: null}));
    const {body: {results: [type]}} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(json.name)}`);
    assert.deepEqual(type.counts, {events: 1, violations: 0, rejections: 0}, 'nothing was recorded');
    names.pop();  // this one was sent
});

test('every fault of every event is told, in order', async () => {
    const {body} = await validate({json: [event(), {name: 5, extra: 1}, 7, event({timestamp: inAnHour()})]});
    assertMatches(body, having({valid: false, accepted: 1, rejected: 3}));
    assert.deepEqual(body.results.map(({valid}) => valid), [true, false, false, false]);
    assert.deepEqual(body.results[1].errors.map(({field}) => field).sort(), ['category', 'extra', 'name']);
    assert.equal(body.results[2].errors[0].reason, 'wrong_shape');
    assert.equal(body.results[3].errors[0].reason, 'timestamp_in_future');
});

test('lines are taken as lines', async () => {
    const lines = `${JSON.stringify(event())}\n{"x\n${JSON.stringify(event())}\n`;
    const {body} = await validate({body: lines, type: 'application/x-ndjson'});
    assertMatches(body, having({accepted: 2, rejected: 1}));
    assert.equal(body.results[1].errors[0].reason, 'malformed');
    assert.deepEqual(body.results.map(({item}) => item), [0, 1, 2]);
});

test('a body that is not JSON has one result', async () => {
    const {body} = await validate({body: '{"a":', type: 'application/json'});
    assertMatches(body, {valid: false, accepted: 0, rejected: 1, results: [{item: 0, valid: false, errors: [having({reason: 'malformed', message: /./})]}]});
});

test('the seeds\' forms are judged by their own rules', async () => {
    const seed = theEvent({name: fresh()});
    assert.equal((await validate({json: seed}, '?dialect=the_eye')).body.valid, true);
    const {body} = await validate({json: {...seed, data: {}, session_id: 'x'}}, '?dialect=eye_service');
    assert.deepEqual(body.results[0].errors.map(({field, message}) => [field, message]).sort(), [
        ['data', 'The data can\'t be empty.'], ['session_id', '“x” is not a valid UUID.'],
    ]);
});

test('a consumer\'s messages are judged, one and several', async () => {
    const message = {event_type: fresh(), event_payload: 'hello'};
    assertMatches((await validate({json: message}, '?dialect=consumer')).body, having({valid: true, accepted: 1}));
    const {body} = await validate({json: [message, {event_type: 5}, message]}, '?dialect=consumer');
    assertMatches(body, having({valid: false, accepted: 0, rejected: 1}));
    assert.equal(body.results[0].item, 1);
});

test('the limits are those of sending', async () => {
    assertAnswer(await validate({json: []}), problem(400));
    assertAnswer(await validate({json: Array(10_001).fill(0)}), problem(413));
    assertAnswer(await validate({body: 'x', type: 'text/plain'}), problem(415));
    assertAnswer(await validate({json: event()}, '?dialect=x'), problem(400, {detail: /native, the_eye/}));
    assertAnswer(await validate({json: event()}, '?dilect=native'), problem(400));
});

test('who reads no events of a type learns nothing of it but what sending tells', async () => {
    const json = event();
    names.pop();
    await server.post('/api/v1/events', {json});
    const {body: {results: [{id}]}} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(json.name)}`);
    const stranger = await server.user('stranger');
    const writer = await server.key('admin', {scopes: ['ingest']});
    const judge = async (token, data) => (await validate({json: {...json, data}, token})).body.results[0];
    for (const mode of ['observe', 'off']) {
        await server.patch(`/api/v1/event-types/${id}`, {json: {example: {n: 1}, mode}});
        for (const token of [stranger, writer]) {
            assertMatches(await judge(token, {n: 'x'}), {item: 0, valid: true, category: 'dry', name: json.name, type: null, violation: null});
        }
        assertMatches(await judge(server.token, {n: 1}), having({type: having({id, mode})}));
    }
    await server.patch(`/api/v1/event-types/${id}`, {json: {mode: 'enforce'}});
    assertMatches(await judge(writer, {n: 'x'}), having({valid: false, errors: [having({pointer: '/data/n'})]}));
    const own = event();
    names.pop();
    await server.post('/api/v1/events', {json: own, token: stranger});
    const {results: [known]} = (await validate({json: own, token: stranger})).body;
    assertMatches(known, having({type: having({version: 1, mode: 'off'})}));
});

test('a key that may only read may not try', async () => {
    const token = await server.key('admin', {scopes: ['read']});
    assertAnswer(await server.post('/api/v1/validate', {json: event(), token}), problem(403));
    assertAnswer(await server.post('/api/v1/validate', {json: event(), token: null}), problem(401));
});

test('nothing of all this was stored, refused on record, or made', async () => {
    const total = async (target) => (await server.get(target)).body.results;
    for (const name of names) assert.deepEqual(await total(`/api/v1/event-types?name=${encodeURIComponent(name)}`), []);
    assert.deepEqual(await total('/api/v1/rejections'), []);
    assert.equal((await total('/api/v1/events')).length, 3);
});
