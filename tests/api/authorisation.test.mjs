// Every operation of api/openapi.yaml with every kind of caller.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {answerFault, operations} from './contract.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having, problem, theEvent, unique} from './scenario.mjs';

const keys = {};
const server = useServer({prepare: async () => {
    for (const name of ['shop', 'other']) keys[name] = await server.user(name);
    for (const scope of ['ingest', 'read', 'manage']) keys[scope] = await server.key('shop', {scopes: [scope]});
    keys.narrowed = await server.key('admin', {application: 'shop', scopes: ['read']});
}});
const guarded = operations.filter(({scope}) => scope !== 'open');

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

function targetOf({path}, things) {
    const kind = ['session', 'rejection', 'event-type'].find((name) => path.includes(`/${name}s/`)) ?? 'event';
    const id = things[kind === 'event-type' ? 'type' : kind];
    return path.replace('{id}', id).replace('{event_id}', encodeURIComponent(things.event_id));
}

const bodies = {
    POST: theEvent(),
    PUT: theEvent(),
    PATCH: {name: 'changed'},
};

async function callOf(operation, things, token) {
    let json = bodies[operation.method];
    if (json && ['/api/v1/events', '/api/v1/validate'].includes(operation.path)) json = {category: 'page', name: 'view'};
    if (json && operation.path.includes('/event-types/')) json = operation.path.endsWith('backtest') ? {example: {a: 1}} : {};
    if (operation.path.startsWith('/api/v1/rejections/') && json) json = {ids: [things.rejection]};
    const options = {token, ...(json ? {json} : {})};
    const answer = await server.call(operation.method, targetOf(operation, things), options);
    assert.equal(answerFault(operation, answer), undefined, 'the contract describes the answer');
    return answer;
}

const native = ({path}) => path.startsWith('/api/v1/');

const fastApi = {
    'Authentication credentials were not provided.': 'Not authenticated',
    'Invalid token.': /^Invalid token: ./,
};

function assertUnauthenticated(operation, answer, detail) {
    if (operation.path === '/api/ready') {
        return assertAnswer(answer, {status: 401, headers: {'www-authenticate': 'Bearer'}, body: {detail: fastApi[detail]}});
    }
    assertAnswer(answer, {status: 401, headers: {'www-authenticate': 'Token'}});
    if (native(operation)) assertAnswer(answer, problem(401, {detail}));
    else assertAnswer(answer, {body: {detail}});
}

test('every operation names its scope', () => {
    for (const {method, path, scope} of operations) {
        assert.ok(['open', 'ingest', 'read', 'manage'].includes(scope), `${method} ${path}: ${scope}`);
    }
    assert.ok(guarded.length >= 17);
});

for (const operation of guarded) {
    const label = `${operation.method} ${operation.path}, which needs ${operation.scope}`;
    test(`${label}: nobody`, async () => {
        const things = await freshThings();
        assertUnauthenticated(operation, await callOf(operation, things, null), 'Authentication credentials were not provided.');
    });
    test(`${label}: a wrong token`, async () => {
        const things = await freshThings();
        assertUnauthenticated(operation, await callOf(operation, things, 'a'.repeat(40)), 'Invalid token.');
    });
    for (const scope of ['ingest', 'read', 'manage']) {
        test(`${label}: a key for ${scope}`, async () => {
            const answer = await callOf(operation, await freshThings(), keys[scope]);
            if (scope === operation.scope) return assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
            const detail = 'You do not have permission to perform this action.';
            if (native(operation)) assertAnswer(answer, problem(403));
            else assertAnswer(answer, {status: 403, body: {detail}});
        });
    }
    for (const [who, token] of [['a user', () => keys.shop], ['a superuser', () => server.token]]) {
        test(`${label}: ${who}`, async () => {
            const answer = await callOf(operation, await freshThings(), token());
            assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
        });
    }
    if (operation.path.includes('{')) {
        test(`${label}: another application's key finds nothing`, async () => {
            const things = await freshThings();
            assertAnswer(await callOf(operation, things, keys.other), {status: 404});
            const seen = await server.get(`/event_detail/${things.event}`);
            assertAnswer(seen, {status: 200, body: having({name: 'cta click'})});
        });
    }
}

for (const operation of operations.filter(({scope}) => scope === 'open')) {
    for (const [who, token] of [['nobody', null], ['a wrong token', 'a'.repeat(40)]]) {
        test(`${operation.method} ${operation.path} asks ${who} for no token`, async () => {
            const target = operation.path.replace('{id}', '1');
            const answer = await server.call(operation.method, target, {token, ...(operation.method === 'POST' ? {form: {}} : {})});
            assert.notEqual(answer.status, 401);
            assert.ok(answer.status < 500, answer.text);
        });
    }
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
