// GET /api/v1/events: filters, orders, cursors; one event by its id, changed and erased.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {acceptedAtOnce, anyInstant, assertAnswer, having, inAnHour, problem, scenarios, unique} from './scenario.mjs';

const server = useServer();
const at = (second) => `2022-05-05T00:00:${String(second).padStart(2, '0')}.000000Z`;
const query = (parameters) => `/api/v1/events?${new URLSearchParams(parameters)}`;
const idsOf = (answer) => answer.body.results.map(({id}) => id);

async function send(...events) {
    const answer = await server.post('/api/v1/events', {json: events.map((e) => ({category: 'page', name: 'view', ...e}))});
    assertAnswer(answer, {status: 200});
    return answer.body.results.map(({id}) => id);
}

async function allPages(parameters, onPage = async () => {}) {
    const ids = [];
    for (let cursor; ; ) {
        const answer = await server.get(query({...parameters, ...(cursor ? {cursor} : {})}));
        assertAnswer(answer, {status: 200, body: having({results: Array.isArray})});
        ids.push(idsOf(answer));
        await onPage();
        cursor = answer.body.next;
        if (cursor === null) return ids;
        assert.equal(typeof cursor, 'string');
    }
}

test('an event has all its members', async () => {
    const event = {category: 'page', name: unique(), data: {a: 1}, session_id: randomUUID(), timestamp: at(1), event_id: 'members'};
    const [id] = await send(event);
    const expected = {...event, id, application: 'admin', received_at: anyInstant, dialect: 'native', ...acceptedAtOnce};
    assertAnswer(await server.get(query({name: event.name})), {status: 200, body: {results: [expected], next: null}});
    assertAnswer(await server.get(`/api/v1/events/${id}/`), {status: 200, body: expected});
});

test('the four orders, ties broken by id in the same direction', async () => {
    const name = unique();
    const [a, b, c, d] = await send(...[3, 1, 2, 2].map((s) => ({name, timestamp: at(s)})));
    for (const [order, expected] of [
        ['-id', [d, c, b, a]], ['id', [a, b, c, d]], ['-timestamp', [a, d, c, b]], ['timestamp', [b, c, d, a]],
    ]) {
        assert.deepEqual(idsOf(await server.get(query({name, order}))), expected, order);
        assert.deepEqual((await allPages({name, order, limit: 1})).flat(), expected, `${order}, a page each`);
    }
    assert.deepEqual(idsOf(await server.get(query({name}))), [d, c, b, a], 'by default');
});

test('filters select, and combine', async () => {
    const [category, name, session_id] = [unique('category'), unique('name'), randomUUID()];
    const [a, b, c] = await send(
        {category, name, session_id, timestamp: at(1)},
        {category, name: unique(), session_id, timestamp: at(2)},
        {category, name, timestamp: at(3)});
    for (const [parameters, expected] of [
        [{category}, [c, b, a]],
        [{category, name}, [c, a]],
        [{session_id}, [b, a]],
        [{category, from: at(2)}, [c, b]],
        [{category, to: at(2)}, [a]],
        [{category, from: at(2), to: at(3)}, [b]],
        [{category, min_id: b}, [c, b]],
        [{category, max_id: b}, [b, a]],
        [{category, min_id: b, max_id: b}, [b]],
        [{category, min_id: c, max_id: a}, []],
        [{category, application: 'admin'}, [c, b, a]],
        [{category, session_id, name, from: at(0), to: at(9)}, [a]],
        [{category, name: 'nothing has this name'}, []],
    ]) {
        assert.deepEqual(idsOf(await server.get(query(parameters))), expected, JSON.stringify(parameters));
    }
});

test('data.<path> compares scalars within the data', async () => {
    const name = unique();
    const [a, b, c, d] = await send(
        {name, data: {host: 'x', n: 5, flag: true, deep: {er: {key: 'v'}}, list: [{k: 'first'}, 'second'], none: null}},
        {name, data: {host: "y'; DROP", n: '5', flag: 'true', deep: {er: 'v'}}},
        {name, data: {host: 'ü', n: 5.0, big: 9007199254740993}},
        {name, data: {}});
    for (const [parameters, expected] of [
        [{'data.host': 'x'}, [a]],
        [{'data.host': "y'; DROP"}, [b]],
        [{'data.host': 'ü'}, [c]],
        [{'data.n': '5'}, [c, b, a]],
        [{'data.flag': 'true'}, [b, a]],
        [{'data.deep.er.key': 'v'}, [a]],
        [{'data.deep.er': 'v'}, [b]],
        [{'data.list.0.k': 'first'}, [a]],
        [{'data.list.1': 'second'}, [a]],
        [{'data.none': 'null'}, [a]],
        [{'data.host': 'x', 'data.n': '5'}, [a]],
        [{'data.host': 'x', 'data.n': '6'}, []],
        [{'data.missing': 'x'}, []],
    ]) {
        assert.deepEqual(idsOf(await server.get(query({name, ...parameters}))), expected, JSON.stringify(parameters));
    }
    assert.deepEqual(idsOf(await server.get(query({name}))), [d, c, b, a]);
});

test('each event comes once, while others arrive and some go', async () => {
    for (const order of ['-id', 'id', '-timestamp', 'timestamp']) {
        const name = unique();
        const ids = await send(...Array.from({length: 10}, (_, i) => ({name, timestamp: at(i)})));
        const late = [];
        const pages = await allPages({name, order, limit: 3}, async () => {
            if (late.length < 3) late.push(...await send({name, timestamp: at(30)}));
        });
        const expected = order.startsWith('-') ? [...ids].reverse() : [...ids, ...late];
        assert.deepEqual(pages.flat(), expected, order);
    }
});

test('the cursor stays right when the event it stands on is erased', async () => {
    const name = unique();
    const ids = await send(...Array.from({length: 6}, () => ({name})));
    const first = await server.get(query({name, order: 'id', limit: 3}));
    await server.delete(`/api/v1/events/${ids[2]}`);
    const second = await server.get(query({name, order: 'id', limit: 3, cursor: first.body.next}));
    assert.deepEqual(idsOf(second), ids.slice(3));
    assert.equal(second.body.next, null);
});

test('limit bounds a page, 100 by default and 1000 at most', async () => {
    const name = unique();
    await send(...Array.from({length: 1005}, () => ({name})));
    assert.equal((await server.get(query({name}))).body.results.length, 100);
    assert.equal((await server.get(query({name, limit: 1}))).body.results.length, 1);
    assert.equal((await server.get(query({name, limit: 1000}))).body.results.length, 1000);
    assert.deepEqual((await allPages({name, limit: 1000})).map((page) => page.length), [1000, 5]);
});

test('one reads what one wrote, each time', async () => {
    const name = unique();
    for (let i = 1; i <= 30; i++) {
        const [id] = await send({name});
        const answer = await server.get(query({name}));
        assert.equal(answer.body.results.length, i);
        assert.equal(answer.body.results[0].id, id);
    }
});

const bad = (target, names = /./) => ({
    name: `bad: ${target}`, send: ['GET', target], ...problem(400, {detail: names}),
});
scenarios(server, [
    bad('/api/v1/events?limit=0', /limit/),
    bad('/api/v1/events?limit=1001', /limit/),
    bad('/api/v1/events?limit=x', /limit/),
    bad('/api/v1/events?order=name', /order/),
    bad('/api/v1/events?cursor=nonsense', /cursor/),
    bad('/api/v1/events?from=soon', /from/),
    bad('/api/v1/events?to=soon', /to/),
    bad('/api/v1/events?session_id=x', /session_id/),
    bad('/api/v1/events?min_id=x', /min_id/),
    bad('/api/v1/events?max_id=-1', /max_id/),
    bad('/api/v1/events?nmae=x', /nmae/),
    bad('/api/v1/events?data=x', /data/),
    bad('/api/v1/events?data.=x', /data/),
    bad('/api/v1/sessions?nmae=x', /nmae/),
    bad('/api/v1/sessions/x', /./),
    bad('/api/v1/rejections?nmae=x', /nmae/),
    bad('/api/v1/rejections?reason=nonsense', /reason/),
    bad('/api/v1/event-types?nmae=x', /nmae/),
    bad('/api/v1/export?format=xml', /format/),
    bad('/api/v1/export?nmae=x', /nmae/),
].map((row) => (row.name.endsWith('sessions/x') ? {...row, name: 'no session x', ...problem(404)} : row)));

test('a cursor of one order does not serve another', async () => {
    const name = unique();
    await send({name}, {name});
    const {body: {next}} = await server.get(query({name, order: 'id', limit: 1}));
    assertAnswer(await server.get(query({name, order: '-timestamp', limit: 1, cursor: next})), problem(400));
});

scenarios(server, ['0', '999999999', 'x', '-1', '99999999999999999999'].flatMap((id) => [
    {name: `no event ${id}`, send: ['GET', `/api/v1/events/${id}`], ...problem(404)},
    {name: `no event ${id} to change`, send: ['PATCH', `/api/v1/events/${id}`, {json: {name: 'x'}}], ...problem(404)},
    {name: `no event ${id} to erase`, send: ['DELETE', `/api/v1/events/${id}`], ...problem(404)},
]));

const original = () => ({category: 'page', name: unique(), data: {a: 1, b: 2}, session_id: randomUUID(), timestamp: at(7), event_id: randomUUID()});

for (const change of [
    {category: 'other'}, {name: 'other name'}, {data: {c: 3}}, {data: {}}, {timestamp: at(8)},
    {session_id: '97a7e388-4ca7-408b-a87f-0313075850c2'}, {session_id: null}, {category: 'two', data: {at: 'once'}},
]) {
    test(`a change of ${Object.keys(change)} to ${JSON.stringify(Object.values(change)[0])} leaves the rest`, async () => {
        const [id] = await send(original());
        const {body: event} = await server.get(`/api/v1/events/${id}`);
        const answer = await server.patch(`/api/v1/events/${id}`, {json: change});
        assertAnswer(answer, {status: 200, body: {...event, ...change}});
        assertAnswer(await server.get(`/api/v1/events/${id}`), {status: 200, body: {...event, ...change}});
    });
}

for (const [change, field, reason] of [
    [{category: ''}, 'category', 'blank'],
    [{category: null}, 'category', 'wrong_type'],
    [{category: 'c'.repeat(51)}, 'category', 'too_long'],
    [{name: 5}, 'name', 'wrong_type'],
    [{data: []}, 'data', 'wrong_type'],
    [{session_id: 'x'}, 'session_id', 'invalid_uuid'],
    [{timestamp: 'x'}, 'timestamp', 'invalid_timestamp'],
    [{timestamp: inAnHour()}, 'timestamp', 'timestamp_in_future'],
    [{extra: 1}, 'extra', 'unknown_field'],
    [{id: 5}, 'id', 'unknown_field'],
    [{event_id: 'other'}, 'event_id', 'unknown_field'],
]) {
    test(`a change to ${JSON.stringify(change).slice(0, 60)} is refused and changes nothing`, async () => {
        const [id] = await send(original());
        const {body: event} = await server.get(`/api/v1/events/${id}`);
        assertAnswer(await server.patch(`/api/v1/events/${id}`, {json: change}),
            problem(400, {errors: [having({field, pointer: `/${field}`, reason})]}));
        assert.deepEqual((await server.get(`/api/v1/events/${id}`)).body, event);
        const {body} = await server.get(`/api/v1/rejections?reason=${reason}&limit=1`);
        assertAnswer({body: body.results[0]}, {body: having({payload: JSON.parse(JSON.stringify(change))})});
    });
}

test('an erased event is gone everywhere, also after a restart', async () => {
    const event = original();
    const [id] = await send(event);
    assertAnswer(await server.delete(`/api/v1/events/${id}`), {status: 204});
    const gone = async () => {
        assertAnswer(await server.get(`/api/v1/events/${id}`), problem(404));
        assertAnswer(await server.delete(`/api/v1/events/${id}`), problem(404));
        assertAnswer(await server.get(`/event_detail/${id}`), {status: 404});
        assertAnswer(await server.get(query({name: event.name})), {body: {results: [], next: null}});
        assertAnswer(await server.get(`/api/v1/export?name=${encodeURIComponent(event.name)}`), {status: 200, lacks: [event.name]});
    };
    await gone();
    await server.restart();
    await gone();
});

