// Seed 001: reading events, sessions and errors back, and changing and erasing one event.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {anyInstant, assertAnswer, having, inAnHour, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer();
const at = (second) => `2021-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`;
const query = (parameters) => `/events/?${new URLSearchParams(parameters)}`;

async function send(changes) {
    const answer = await server.post('/events/', {json: theEvent(changes)});
    assertAnswer(answer, {status: 201});
    return answer.body.id;
}

const idsOf = (answer) => answer.body.map(({id}) => id);

// Follows rel="next" from `target` to the end: the pages.
async function pagesFrom(target, onPage = async () => {}) {
    const pages = [];
    for (let next = target; next; ) {
        const answer = await server.get(next);
        assertAnswer(answer, {status: 200});
        pages.push(answer.body);
        await onPage(pages.length);
        const link = answer.headers.link?.match(/^<([^>]*)>;\s*rel="next"$/)?.[1];
        if (link) assert.ok(link.startsWith(server.origin), `an absolute URL of this server: ${link}`);
        next = link?.slice(server.origin.length);
    }
    return pages;
}

test('events come newest first by timestamp, ties by id', async () => {
    const name = unique();
    const ids = [];
    for (const second of [3, 1, 2, 2]) ids.push(await send({name, timestamp: at(second)}));
    const answer = await server.get(query({name}));
    assert.deepEqual(idsOf(answer), [ids[0], ids[3], ids[2], ids[1]]);
});

test('filters by category, name, session and time, and combines them', async () => {
    const session = randomUUID();
    const [category, name] = [unique('category'), unique('name')];
    const a = await send({category, name, session_id: session, timestamp: at(1)});
    const b = await send({category, name: unique(), session_id: session, timestamp: at(2)});
    const c = await send({category: unique(), name, timestamp: at(3)});
    const cases = [
        [{category}, [b, a]],
        [{name}, [c, a]],
        [{session_id: session}, [b, a]],
        [{session_id: session.toUpperCase()}, [b, a]],
        [{category, name}, [a]],
        [{category, timestamp: at(2)}, [b]],
        [{category, timestamp: '2021-01-01 00:00:02'}, [b]],
        [{category, timestamp: '2021-01-01T01:00:02+01:00'}, [b]],
        [{category, timestamp: at(3)}, []],
        [{category, name: 'no such name'}, []],
        [{category, session_id: randomUUID()}, []],
        [{category, unknown_parameter: 'ignored'}, [b, a]],
    ];
    for (const [parameters, expected] of cases) {
        assert.deepEqual(idsOf(await server.get(query(parameters))), expected, JSON.stringify(parameters));
    }
});

test('a filter compares whole texts, whatever is in them', async () => {
    for (const name of ["it's", '100%', 'a_b', 'a"b', 'ü ☕', "'; DROP TABLE events; --", '\\', 'a&b=c']) {
        const whole = `${name} ${unique()}`;
        const id = await send({name: whole});
        assert.deepEqual(idsOf(await server.get(query({name: whole}))), [id]);
    }
});

scenarios(server, [
    {
        name: 'a session filter that is no UUID',
        send: ['GET', '/events/?session_id=x'],
        status: 400,
        body: {session_id: ['“x” is not a valid UUID.']},
    },
    {name: 'a time filter that is none', send: ['GET', '/events/?timestamp=soon'], status: 400, body: having({timestamp: having({0: /./})})},
    ...['x', '1.5', ''].map((limit) => ({
        name: `limit='${limit}'`,
        send: ['GET', `/events/?limit=${limit}`],
        status: 400,
        body: {limit: ['A valid integer is required.']},
    })),
    {
        name: 'limit=0',
        send: ['GET', '/events/?limit=0'],
        status: 400,
        body: {limit: ['Ensure this value is greater than or equal to 1.']},
    },
    {
        name: 'limit=1001 is cut to 1000, as DRF does',
        send: ['GET', '/events/?limit=1001'],
        status: 200,
    },
    ...['/events/', '/sessions/', '/errors/'].map((target) => ({
        name: `a cursor of another make at ${target}`,
        send: ['GET', `${target}?cursor=nonsense`],
        status: 400,
        body: {cursor: [/./]},
    })),
    ...['0', '999999999', 'x', '-1', '1.5', '99999999999999999999', '%00'].map((id) => ({
        name: `no event ${id}`,
        send: ['GET', `/event_detail/${id}/`],
        status: 404,
        body: {detail: 'Not found.'},
    })),
    {
        name: 'no event to change',
        send: ['PUT', '/event_detail/999999999/', {json: theEvent()}],
        status: 404,
        body: {detail: 'Not found.'},
    },
    {name: 'no event to erase', send: ['DELETE', '/event_detail/999999999/'], status: 404, body: {detail: 'Not found.'}},
]);

test('a page is 100 events unless limit says', async () => {
    const name = unique();
    for (let i = 0; i < 104; i++) await send({name, timestamp: at(i % 60)});
    assert.equal((await server.get(query({name}))).body.length, 100);
    assert.equal((await server.get(query({name, limit: 7}))).body.length, 7);
    assert.equal((await server.get(query({name, limit: 1000}))).body.length, 104);
    const pages = await pagesFrom(query({name}));
    assert.deepEqual(pages.map((page) => page.length), [100, 4]);
});

test('the link to the next page follows to each event once, while events arrive', async () => {
    const name = unique();
    const ids = [];
    for (let i = 0; i < 12; i++) ids.push(await send({name, timestamp: at(Math.floor(i / 3))}));
    const pages = await pagesFrom(query({name, limit: 5}), () => send({name, timestamp: at(30)}));
    const seen = pages.flat().map(({id}) => id);
    assert.deepEqual(seen, ids.reverse());
});

test('the link names the host and scheme the client used', async () => {
    const name = unique();
    for (let i = 0; i < 2; i++) await send({name});
    const answer = await server.get(query({name, limit: 1}), {headers: {host: 'eye.example.org:8443'}});
    assert.match(answer.headers.link, /^<http:\/\/eye\.example\.org:8443\/events\/?\?.*name=.*>; rel="next"$/);
});

test('an exactly full last page has no link', async () => {
    const name = unique();
    for (let i = 0; i < 3; i++) await send({name});
    const answer = await server.get(query({name, limit: 3}));
    assert.equal(answer.body.length, 3);
    assert.equal(answer.headers.link, undefined);
});

test('one reads what one wrote, each time', async () => {
    const name = unique();
    for (let i = 1; i <= 30; i++) {
        const id = await send({name, timestamp: at(i)});
        const answer = await server.get(query({name}));
        assert.deepEqual(idsOf(answer)[0], id);
        assert.equal(answer.body.length, i);
    }
});

for (const slash of ['', '/']) {
    test(`an event is changed and erased at /event_detail/<id>${slash}`, async () => {
        const id = await send({name: unique()});
        const target = `/event_detail/${id}${slash}`;
        const changed = theEvent({category: 'other', name: unique(), session_id: randomUUID(), data: {changed: [1]}, timestamp: at(5)});
        assertAnswer(await server.put(target, {json: changed}), {status: 200, body: {...changed, id}});
        assertAnswer(await server.get(target), {status: 200, body: {...changed, id}});
        assert.deepEqual(idsOf(await server.get(query({name: changed.name}))), [id]);

        const erased = await server.delete(target);
        assertAnswer(erased, {status: 204});
        assert.equal(erased.bytes.length, 0);
        for (const answer of [await server.get(target), await server.delete(target), await server.put(target, {json: changed})]) {
            assertAnswer(answer, {status: 404, body: {detail: 'Not found.'}});
        }
        assert.deepEqual(idsOf(await server.get(query({name: changed.name}))), []);
    });
}

test('changes and erasures outlive a restart', async () => {
    const [kept, erased] = [await send({name: unique()}), await send({name: unique()})];
    const changed = theEvent({data: {after: 'restart'}, timestamp: at(9)});
    assertAnswer(await server.put(`/event_detail/${kept}`, {json: changed}), {status: 200});
    assertAnswer(await server.delete(`/event_detail/${erased}`), {status: 204});
    await server.restart();
    assertAnswer(await server.get(`/event_detail/${kept}`), {status: 200, body: {...changed, id: kept}});
    assertAnswer(await server.get(`/event_detail/${erased}`), {status: 404});
});

test('the id of an erased event is not given again', async () => {
    const id = await send({name: unique()});
    await server.delete(`/event_detail/${id}`);
    assert.ok(await send({name: unique()}) > id);
});

test('a bad change changes nothing and is recorded', async () => {
    const marker = unique('change');
    const id = await send({name: unique()});
    const before = (await server.get(`/event_detail/${id}`)).body;
    const bad = {...theEvent({session_id: 'x', data: {}, timestamp: inAnHour()}), marker};
    assertAnswer(await server.put(`/event_detail/${id}/`, {json: bad}), {
        status: 400,
        body: {
            session_id: ['“x” is not a valid UUID.'],
            data: ["The data can't be empty."],
            timestamp: ["The timestamp can't be greater than now."],
        },
    });
    assert.deepEqual((await server.get(`/event_detail/${id}`)).body, before);
    const errors = await server.get('/errors/?limit=1000');
    assert.equal(errors.body.filter((error) => error.data?.marker === marker).length, 1);
});

test('errors come newest first, a page at a time', async () => {
    const marker = unique('errors');
    for (let i = 0; i < 7; i++) await server.post('/events/', {json: {marker, i}});
    const pages = await pagesFrom('/errors/?limit=3');
    const mine = pages.flat().filter((error) => error.data?.marker === marker);
    assert.deepEqual(mine.map((error) => error.data.i), [6, 5, 4, 3, 2, 1, 0]);
    const ids = pages.flat().map(({id}) => id);
    assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => b - a));
    for (const error of pages.flat()) assertAnswer({body: error}, {body: having({message: /./, created_at: anyInstant})});
    assert.ok(pages.every((page) => page.length <= 3));
});

test('sessions come a page at a time, each once', async () => {
    const made = [];
    for (let i = 0; i < 7; i++) made.push((await server.post('/sessions/')).body.id);
    const pages = await pagesFrom('/sessions/?limit=3');
    const ids = pages.flat().map(({id}) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of made) assert.ok(ids.includes(id));
    assert.ok(pages.every((page) => page.length <= 3));
});
