// The native lists of sessions, rejections and event types.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, having, problem, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer();
const at = (second) => `2023-03-03T00:00:${String(second).padStart(2, '0')}.000000Z`;

async function send(...events) {
    const answer = await server.post('/api/v1/events', {json: events.map((e) => ({category: 'page', name: 'view', ...e}))});
    return answer.body.results;
}

async function allRows(target) {
    const rows = [];
    for (let next = ''; next !== null; ) {
        const answer = await server.get(`${target}${next && `&cursor=${encodeURIComponent(next)}`}`);
        assertAnswer(answer, {status: 200});
        rows.push(...answer.body.results);
        next = answer.body.next;
    }
    return rows;
}

test('a session knows its first and last time and how many events it has', async () => {
    const session_id = randomUUID();
    await send({session_id, timestamp: at(5)}, {session_id, timestamp: at(2)}, {session_id, timestamp: at(9)});
    const expected = {id: session_id, first: at(2), last: at(9), events: 3};
    assertAnswer(await server.get(`/api/v1/sessions/${session_id}`), {status: 200, body: expected});
    const rows = await allRows('/api/v1/sessions?limit=2');
    assert.deepEqual(rows.filter(({id}) => id === session_id), [expected]);
});

test('a session made without events has none', async () => {
    const {body: {id}} = await server.post('/sessions/');
    assertAnswer(await server.get(`/api/v1/sessions/${id}`), {status: 200, body: {id, first: anyInstant, last: anyInstant, events: 0}});
    assertAnswer(await server.get(`/api/v1/sessions/${id}/events`), {status: 200, body: {results: [], next: null}});
});

test('a session\'s events come in the order they occurred, a page at a time', async () => {
    const session_id = randomUUID();
    const sent = await send(...[5, 1, 3, 3, 2].map((s) => ({session_id, timestamp: at(s)})));
    const [e5, e1, e3, e3b, e2] = sent.map(({id}) => id);
    const rows = await allRows(`/api/v1/sessions/${session_id}/events?limit=2`);
    assert.deepEqual(rows.map(({id}) => id), [e1, e2, e3, e3b, e5]);
});

test('several applications may send for the same session', async () => {
    const session_id = randomUUID();
    const other = await server.user('session-other');
    await server.post('/events/', {json: theEvent({session_id, timestamp: at(1)})});
    await server.post('/events/', {json: theEvent({session_id, timestamp: at(2)}), token: other});
    assertAnswer(await server.get(`/api/v1/sessions/${session_id}`), {body: having({events: 2})});
    const {body} = await server.get(`/api/v1/sessions/${session_id}/events`);
    assert.deepEqual(body.results.map(({application}) => application), ['admin', 'session-other']);
});

test('changes and erasures show in the session', async () => {
    const [session_id, elsewhere] = [randomUUID(), randomUUID()];
    const [a, b] = await send({session_id, timestamp: at(1)}, {session_id, timestamp: at(2)}, {session_id, timestamp: at(3)});
    await server.delete(`/api/v1/events/${a.id}`);
    await server.patch(`/api/v1/events/${b.id}`, {json: {session_id: elsewhere}});
    assertAnswer(await server.get(`/api/v1/sessions/${session_id}`), {body: {id: session_id, first: at(3), last: at(3), events: 1}});
    assertAnswer(await server.get(`/api/v1/sessions/${elsewhere}`), {body: {id: elsewhere, first: at(2), last: at(2), events: 1}});
});

const nil = '00000000-0000-0000-0000-000000000000';
const noUuid = {session_id: [`“${nil}” is not a valid UUID.`]};
const namesNone = (status = 400) => problem(status, {errors: [having({field: 'session_id', message: 'The nil UUID names no session.'})]});

scenarios(server, [
    {name: 'the nil UUID as a session at the seeds\' intake', send: ['POST', '/events/', {json: theEvent({session_id: nil})}], status: 400, body: noUuid},
    {name: 'and at the Eye service\'s', send: ['POST', '/api/event/', {json: theEvent({session_id: nil})}], status: 400, body: noUuid},
    {name: 'and as their filter', send: ['GET', `/events/?session_id=${nil}`], status: 400, body: noUuid},
    {name: 'the nil UUID as a session at the native intake', send: ['POST', '/api/v1/events', {json: {category: 'c', name: 'n', session_id: nil}}], ...namesNone()},
    {name: 'and as a filter', send: ['GET', `/api/v1/events?session_id=${nil}`], ...namesNone()},
    {name: 'and as an export\'s', send: ['GET', `/api/v1/export?session_id=${nil}`], ...namesNone()},
    {name: 'no session has the nil UUID', send: ['GET', `/api/v1/sessions/${nil}`], ...problem(404)},
    {name: 'nor events', send: ['GET', `/api/v1/sessions/${nil}/events`], ...problem(404)},
]);

test('an event whose session was taken away has none, on the seeds\' routes too', async () => {
    const {body: {id}} = await server.post('/events/', {json: theEvent()});
    assertAnswer(await server.put(`/event_detail/${id}/`, {json: theEvent({session_id: nil})}), {status: 400, body: noUuid});
    assertAnswer(await server.patch(`/api/v1/events/${id}`, {json: {session_id: nil}}), namesNone());
    assertAnswer(await server.patch(`/api/v1/events/${id}`, {json: {session_id: null}}), {status: 200});
    assertAnswer(await server.get(`/event_detail/${id}/`), {status: 200, body: having({session_id: null})});
});

test('sessions are selected by time and application', async () => {
    const [early, late] = [randomUUID(), randomUUID()];
    const token = await server.user('session-times');
    const year = (y, session_id) => ({category: 'c', name: 'n', session_id, timestamp: `${y}-01-01T00:00:00Z`});
    await server.post('/api/v1/events', {token, json: [year(2001, early), year(2002, early), year(2004, late)]});
    const ids = async (parameters) => {
        const search = new URLSearchParams({application: 'session-times', ...parameters});
        return (await server.get(`/api/v1/sessions?${search}`)).body.results.map(({id}) => id);
    };
    assert.deepEqual(await ids({}), [late, early], 'the latest first');
    assert.deepEqual(await ids({from: '2003-01-01T00:00:00Z'}), [late]);
    assert.deepEqual(await ids({to: '2003-01-01T00:00:00Z'}), [early]);
    assert.deepEqual(await ids({from: '2002-01-01T00:00:00Z', to: '2002-06-01T00:00:00Z'}), [early]);
});

scenarios(server, [
    {name: 'no such session', send: ['GET', `/api/v1/sessions/${randomUUID()}`], ...problem(404)},
    {name: 'no such session\'s events', send: ['GET', `/api/v1/sessions/${randomUUID()}/events`], ...problem(404)},
    {name: 'no such rejection', send: ['GET', '/api/v1/rejections/999999999'], ...problem(404)},
    {name: 'no rejection x', send: ['GET', '/api/v1/rejections/x'], ...problem(404)},
]);

test('a rejection tells all there is to know', async () => {
    const payload = {category: 'page', name: unique(), data: 'not an object'};
    await send(payload);
    const {body} = await server.get(`/api/v1/rejections?name=${encodeURIComponent(payload.name)}`);
    assert.equal(body.results.length, 1);
    const [row] = body.results;
    assertAnswer({body: row}, {body: {
        id: anyId, application: 'admin', key: () => true, dialect: 'native', reason: 'wrong_type', message: /./,
        pointer: '/data', category: 'page', name: payload.name, payload, received_at: anyInstant,
        type_version: null, event_id: null, target: null, state: 'open', event: null, settled_at: null, settled_by: null,
    }});
    assertAnswer(await server.get(`/api/v1/rejections/${row.id}`), {status: 200, body: row});
});

test('rejections are selected, newest first, a page at a time', async () => {
    const category = unique();
    const sent = [{name: 5}, {name: ''}, {name: 'n'.repeat(151)}, {name: ''}].map((e) => ({category, ...e}));
    await send(...sent);
    const of = async (parameters) => (await allRows(`/api/v1/rejections?${new URLSearchParams({category, ...parameters})}`))
        .map(({reason}) => reason);
    assert.deepEqual(await of({limit: 3}), ['blank', 'too_long', 'blank', 'wrong_type']);
    assert.deepEqual(await of({reason: 'blank'}), ['blank', 'blank']);
    assert.deepEqual(await of({reason: 'too_deep'}), []);
    assert.deepEqual(await of({application: 'admin', reason: 'too_long'}), ['too_long']);
    assert.deepEqual(await of({from: '2001-01-01T00:00:00Z', reason: 'too_long'}), ['too_long']);
    assert.deepEqual(await of({to: '2001-01-01T00:00:00Z'}), []);
});

test('rejections are numbered by themselves and outlive a restart', async () => {
    const name = unique();
    await send({name, data: 1});
    const target = `/api/v1/rejections?name=${encodeURIComponent(name)}`;
    const before = (await server.get(target)).body;
    await server.restart();
    assert.deepEqual((await server.get(target)).body, before);
    await send({name, data: 2});
    const after = (await server.get(target)).body;
    assert.equal(after.results.length, 2);
    assert.equal(after.results[0].id, before.results[0].id + 1);
});

test('a rejection is no event: ids of events have no gap for it', async () => {
    const [{id: first}] = await send({});
    await send({name: 5});
    const [{id: second}] = await send({});
    assert.equal(second, first + 1);
});

test('an event type appears at first sight, once', async () => {
    const name = unique();
    await send({name}, {name}, {name, category: 'other'});
    await send({name});
    const rows = await allRows(`/api/v1/event-types?name=${encodeURIComponent(name)}&limit=1`);
    assert.deepEqual(rows.map(({category}) => category).sort(), ['other', 'page']);
    for (const row of rows) {
        assertAnswer({body: row}, {body: having({id: anyId, category: /./, name, first_seen: anyInstant, example: null, mode: 'off'})});
    }
    const one = await server.get(`/api/v1/event-types?category=other&name=${encodeURIComponent(name)}`);
    assert.equal(one.body.results.length, 1);
});

test('a refused event makes no type and no session', async () => {
    const [name, session_id] = [unique(), randomUUID()];
    await send({name, session_id, data: 5});
    assert.deepEqual((await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`)).body.results, []);
    assertAnswer(await server.get(`/api/v1/sessions/${session_id}`), problem(404));
});
