// Whose events, sessions, rejections and types a caller reads. Who may call at all: authorisation_matrix.test.mjs.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {assertAnswer, having, problem, theEvent, unique} from './scenario.mjs';

const keys = {};
const server = useServer({prepare: async () => {
    for (const name of ['shop', 'other']) keys[name] = await server.user(name);
    keys.read = await server.key('shop', {scopes: ['read']});
    keys.narrowed = await server.key('admin', {application: 'shop', scopes: ['read']});
}});

// An event of the shop and its session, so that every path leads somewhere.
async function freshThings(token = keys.shop) {
    const session_id = randomUUID();
    const sent = await server.post('/events/', {token, json: theEvent({session_id})});
    const name = unique('refused');
    const event_id = unique('order');
    await server.post('/api/v1/events', {token, json: {category: 'page', name: 'view', event_id}});
    await server.post('/api/v1/events', {token, json: {category: 'page', name, data: 5}});
    const refused = await server.get(`/api/v1/rejections?name=${encodeURIComponent(name)}`);
    const typed = unique('typed');
    await server.post('/api/v1/events', {token, json: {category: 'page', name: typed}});
    const types = await server.get(`/api/v1/event-types?name=${encodeURIComponent(typed)}`);
    return {event: sent.body.id, session: session_id, rejection: refused.body.results[0].id, type: types.body.results[0].id, event_id};
}

for (const target of ['/events/', '/sessions/', '/errors/', '/api/v1/events', '/api/v1/sessions', '/api/v1/rejections', '/api/v1/export']) {
    test(`${target} shows each application its own`, async () => {
        const mine = await freshThings();
        const theirs = await freshThings(keys.other);
        const of = {'/sessions/': 'session', '/api/v1/sessions': 'session', '/errors/': 'rejection', '/api/v1/rejections': 'rejection'};
        const kind = of[target] ?? 'event';
        const shows = async (token) => {
            const answer = await server.get(`${target}${target.endsWith('export') ? '' : '?limit=1000'}`, {token});
            assertAnswer(answer, {status: 200});
            const rows = answer.body ?? answer.text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
            const ids = (rows.results ?? rows).map(({id}) => id);
            return [ids.includes(mine[kind]), ids.includes(theirs[kind])];
        };
        assert.deepEqual(await shows(keys.shop), [true, false]);
        assert.deepEqual(await shows(keys.read), [true, false]);
        assert.deepEqual(await shows(keys.other), [false, true]);
        assert.deepEqual(await shows(keys.narrowed), [true, false]);
        assert.deepEqual(await shows(server.token), [true, true]);
    });
}

for (const target of ['/api/v1/events', '/api/v1/sessions', '/api/v1/rejections', '/api/v1/export']) {
    test(`${target}: asking for another application is refused`, async () => {
        assertAnswer(await server.get(`${target}?application=other`, {token: keys.shop}), problem(403));
        assertAnswer(await server.get(`${target}?application=other`, {token: keys.read}), problem(403));
        assertAnswer(await server.get(`${target}?application=no-such`, {token: keys.shop}), problem(403));
        assertAnswer(await server.get(`${target}?application=shop`, {token: keys.shop}), {status: 200});
        assertAnswer(await server.get(`${target}?application=other`), {status: 200});
    });
}

test('event types are shown to the applications that send them, and to who reads all', async () => {
    const [name, another] = [unique('type'), unique('type')];
    const send = (token, type) => server.post('/api/v1/events', {token, json: {category: 'page', name: type}});
    for (const token of [keys.shop, keys.other]) assertAnswer(await send(token, name), {status: 201});
    assertAnswer(await send(keys.other, another), {status: 201});
    const narrowed = await server.key('admin', {application: 'other', scopes: ['read']});
    const shows = async (token) => {
        const seen = [];
        for (const type of [name, another]) {
            const {body} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(type)}`, {token});
            seen.push(body.results.length === 1);
        }
        return seen;
    };
    assert.deepEqual(await shows(keys.shop), [true, false]);
    assert.deepEqual(await shows(keys.read), [true, false]);
    assert.deepEqual(await shows(keys.other), [true, true]);
    assert.deepEqual(await shows(narrowed), [true, true]);
    assert.deepEqual(await shows(server.token), [true, true]);
});

test('a superuser\'s key for an application reads and changes that application\'s alone', async () => {
    const mine = await freshThings();
    const theirs = await freshThings(keys.other);
    const token = await server.key('admin', {application: 'shop', scopes: ['read', 'manage']});
    for (const target of ['/api/v1/events', '/event_detail']) {
        assertAnswer(await server.get(`${target}/${mine.event}`, {token}), {status: 200});
        assertAnswer(await server.get(`${target}/${theirs.event}`, {token}), {status: 404});
    }
    assertAnswer(await server.get(`/api/v1/sessions/${theirs.session}`, {token}), {status: 404});
    assertAnswer(await server.get(`/api/v1/rejections/${theirs.rejection}`, {token}), {status: 404});
    assertAnswer(await server.get('/api/v1/events?application=other', {token}), problem(403));
    assertAnswer(await server.delete(`/api/v1/events/${theirs.event}`, {token}), {status: 404});
    assertAnswer(await server.get(`/api/v1/events/${theirs.event}`), {status: 200});
    const exported = await server.get('/api/v1/export?format=csv', {token});
    assertAnswer(exported, {status: 200, contains: [mine.session], lacks: [theirs.session]});
});

test('a key of an application sends as that application', async () => {
    const token = await server.key('admin', {application: 'kiosk', scopes: ['ingest', 'read']});
    const {body: {id}} = await server.post('/api/v1/events', {token, json: {category: 'page', name: 'view'}});
    assertAnswer(await server.get(`/api/v1/events/${id}`), {status: 200, body: having({application: 'kiosk'})});
});

test('a session shared by two applications shows each its own events', async () => {
    const session_id = randomUUID();
    for (const token of [keys.shop, keys.other]) await server.post('/events/', {token, json: theEvent({session_id})});
    for (const [token, count] of [[keys.shop, 1], [keys.other, 1], [server.token, 2]]) {
        const {body} = await server.get(`/api/v1/sessions/${session_id}/events`, {token});
        assert.equal(body.results.length, count);
    }
});
