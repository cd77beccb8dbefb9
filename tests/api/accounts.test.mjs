// /api/v1/me, users, applications, keys and audit: what they answer, refuse and write down.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';

import {Browser, formsOf} from './browser.mjs';
import {useServer, waitFor} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, having, problem, scenarios, theEvent, unique} from './scenario.mjs';

const tokens = {};
const server = useServer({settings: {'http.cors_origins': 'https://shop.example'}, prepare: async () => {
    for (const name of ['ann', 'bob']) tokens[name] = await server.user(name);
}});

const password = 'long enough 1';
const newName = () => unique('n').replace(' ', '-');
const faults = (...errors) => problem(400, {code: 'invalid_request', errors});
const required = (field) => ({field, message: 'This field is required.'});

async function makeUser(json = {}) {
    const answer = await server.post('/api/v1/users', {json: {name: newName(), password, ...json}});
    assertAnswer(answer, {status: 201});
    return answer.body;
}
async function tokenOf({name}) {
    return (await server.post('/api-token-auth/', {json: {username: name, password}})).body.token;
}
async function makeKey(json, token = server.token) {
    const answer = await server.post('/api/v1/keys', {json: {scopes: ['read'], ...json}, token});
    assertAnswer(answer, {status: 201});
    return answer.body;
}
const auditOf = async (query) => (await server.get(`/api/v1/audit?${query}`)).body.results;

// --- me

test('me says who the caller is', async () => {
    assertAnswer(await server.get('/api/v1/me'), {status: 200, headers: {'cache-control': 'no-store'}, body: {
        user: 'admin', role: 'superuser', application: 'admin', key: anyId, scopes: ['ingest', 'read', 'manage', 'cashback'], reads_all: true,
    }});
    const kiosk = newName();
    await server.post('/api/v1/applications', {json: {name: kiosk}});
    const key = await makeKey({application: kiosk});
    assertAnswer(await server.get('/api/v1/me/', {token: key.key}), {status: 200, body: {
        user: null, role: 'application', application: kiosk, key: key.id, scopes: ['read'], reads_all: false,
    }});
});

test('people change their own password, if they know it', async () => {
    const user = await makeUser();
    const token = await tokenOf(user);
    const change = (json) => server.patch('/api/v1/me', {token, json});
    assertAnswer(await change({current_password: 'not it at all', password: 'long enough 2'}),
        faults({field: 'current_password', message: 'This is not your password.'}));
    assertAnswer(await change({}), faults(required('current_password'), required('password')));
    assertAnswer(await change({current_password: password, password: 'short'}),
        faults({field: 'password', message: /at least 8/}));
    assertAnswer(await change({current_password: password, password: user.name, role: 'superuser'}), faults(
        {field: 'password', message: /the name/}, {field: 'role', message: 'There is no such field.'}));
    assertAnswer(await change({current_password: password, password: 'long enough 2'}), {status: 200, body: having({user: user.name})});
    const login = (secret) => server.post('/api-token-auth/', {json: {username: user.name, password: secret}});
    assertAnswer(await login(password), {status: 400});
    assertAnswer(await login('long enough 2'), {status: 200, body: {token}});
    const [line] = await auditOf(`kind=user&subject_id=${user.id}`);
    assertAnswer({body: line}, {body: having({user: user.name, action: 'password_changed', key: anyId, details: {}})});
});

test('a body is 16 KiB at most, packed and unpacked', async () => {
    const padded = (bytes) => '{"name":"' + 'x'.repeat(bytes - 11) + '"}';
    const post = (body, headers = {}) => server.post('/api/v1/applications', {body, type: 'application/json', headers});
    const packed = {'content-encoding': 'gzip'};
    for (const [bytes, status] of [[16_384, 400], [16_385, 413]]) {
        assert.equal(padded(bytes).length, bytes);
        assertAnswer(await post(padded(bytes)), problem(status));
        assertAnswer(await post(gzipSync(padded(bytes)), packed), problem(status), 'packed');
    }
    assertAnswer(await post(gzipSync(`{"name":[${'0,'.repeat(8 << 20)}0]}`).subarray(0, 16_384), packed), problem(413));
});

// --- users

test('a superuser makes a user, who can log in at once', async () => {
    const name = newName();
    const made = await server.post('/api/v1/users', {json: {name, password, role: 'staff'}});
    const user = {id: anyId, name, role: 'staff', active: true, application: name, created_at: anyInstant};
    assertAnswer(made, {status: 201, headers: {'cache-control': 'no-store'}, body: user, lacks: [password]});
    assertAnswer(await server.get(`/api/v1/users/${made.body.id}`), {status: 200, body: made.body});
    assertAnswer(await server.get('/api/v1/me', {token: await tokenOf({name})}), {status: 200, body: having({user: name, role: 'staff', reads_all: true})});
    assertAnswer(await server.post('/api/v1/users', {json: {name, password}}), problem(409));
});

scenarios(server, [
    {name: 'a user of nothing', send: ['POST', '/api/v1/users', {json: {}}], ...faults(required('name'), required('password'))},
    {
        name: 'all faults of a user at once',
        send: ['POST', '/api/v1/users', {json: {name: 'a b', password: 5, role: 'king', active: true}}],
        ...faults({field: 'password', message: 'Not a valid string.'}, {field: 'role', message: /member, staff or superuser/},
            {field: 'name', message: /letters/}, {field: 'active', message: 'There is no such field.'}),
    },
    {name: 'a user of blanks and nulls', send: ['POST', '/api/v1/users', {json: {name: '', password, role: null}}], ...faults(
        {field: 'name', message: 'This field may not be blank.'}, {field: 'role', message: 'This field may not be null.'})},
    {name: 'a user that is a list', send: ['POST', '/api/v1/users', {json: []}], ...problem(400, {detail: /JSON object/})},
    {name: 'a user that is no JSON', send: ['POST', '/api/v1/users', {body: '{', type: 'application/json'}], ...problem(400, {detail: /^The body is not JSON/})},
    {name: 'a user as a form', send: ['POST', '/api/v1/users', {form: {name: 'x'}}], ...problem(415)},
    {name: 'a name with a null character', send: ['POST', '/api/v1/users', {json: {name: 'a\0b', password}}], ...faults({field: 'name', message: /Null characters/})},
    {name: 'a user who is not there', send: ['GET', '/api/v1/users/999999'], ...problem(404)},
    {name: 'a user who is no number', send: ['GET', '/api/v1/users/ann'], ...problem(404)},
    {name: 'a change of a user who is not there', send: ['PATCH', '/api/v1/users/999999', {json: {active: false}}], ...problem(404)},
    {name: 'users by a role that is none', send: ['GET', '/api/v1/users?role=king&active=maybe&order=age'], ...faults(
        {field: 'role', message: /./}, {field: 'active', message: /./}, {field: 'order', message: /id, -id, name or -name/})},
    {name: 'a cursor of another list', send: async () => {
        const {body: {next}} = await server.get('/api/v1/keys?limit=1');
        return ['GET', `/api/v1/users?cursor=${next}`];
    }, ...faults({field: 'cursor', message: /not a cursor of this list/})},
    {name: 'a cursor of another order', send: async () => {
        const {body: {next}} = await server.get('/api/v1/users?limit=1');
        return ['GET', `/api/v1/users?order=name&cursor=${next}`];
    }, ...faults({field: 'cursor', message: /another order/})},
]);

test('users are filtered, ordered and paged', async () => {
    const tag = newName();
    const made = [];
    for (const suffix of ['c', 'a', 'b']) made.push(await makeUser({name: `${tag}-${suffix}`}));
    await server.patch(`/api/v1/users/${made[0].id}`, {json: {active: false}});
    await server.patch(`/api/v1/users/${made[1].id}`, {json: {role: 'staff'}});
    const names = async (query) => (await server.get(`/api/v1/users?q=${tag.toUpperCase()}&${query}`)).body.results.map(({name}) => name.at(-1)).join('');
    assert.equal(await names(''), 'cab');
    assert.equal(await names('order=name'), 'abc');
    assert.equal(await names('order=-name'), 'cba');
    assert.equal(await names('active=false'), 'c');
    assert.equal(await names('role=staff'), 'a');
    let walked = '';
    for (let cursor = ''; cursor !== null;) {
        const {body} = await server.get(`/api/v1/users?q=${tag}&order=name&limit=1${cursor && `&cursor=${cursor}`}`);
        walked += body.results.map(({name}) => name.at(-1)).join('');
        cursor = body.next;
    }
    assert.equal(walked, 'abc');
});

test('role, state and password change together or not at all, and hold at once', async () => {
    const user = await makeUser();
    const token = await tokenOf(user);
    const target = `/api/v1/users/${user.id}`;
    assertAnswer(await server.patch(target, {json: {role: 'staff', password: 'short'}}), faults({field: 'password', message: /at least 8/}));
    assertAnswer(await server.patch(target, {json: {role: 'staff', password: user.name}}), problem(400, {detail: /may not be the name/}));
    assertAnswer(await server.get('/api/v1/me', {token}), {body: having({role: 'member'})});
    assertAnswer(await server.patch(target, {json: {role: 'staff', password: 'long enough 9'}}), {status: 200, body: having({role: 'staff'})});
    assertAnswer(await server.get('/api/v1/me', {token}), {body: having({role: 'staff'})});
    assertAnswer(await server.patch(target, {json: {active: false}}), {status: 200, body: having({active: false})});
    assertAnswer(await server.get('/api/v1/me', {token}), problem(401));
    assertAnswer(await server.patch(target, {json: {active: true}}), {status: 200});
    assertAnswer(await server.get('/api/v1/me', {token}), {status: 200});
    assertAnswer(await server.patch(target, {json: {}}), {status: 200, body: having({active: true, role: 'staff'})});
    const actions = (await auditOf(`kind=user&subject_id=${user.id}`)).map(({action}) => action);
    assert.deepEqual(actions, ['activated', 'deactivated', 'password_changed', 'role_changed', 'created']);
});

test('nobody gets around their current password by changing themselves as a user', async () => {
    const user = await makeUser({role: 'superuser'});
    const token = await tokenOf(user);
    assertAnswer(await server.patch(`/api/v1/users/${user.id}`, {token, json: {password: 'long enough 9'}}),
        faults({field: 'password', message: /\/api\/v1\/me/}));
    assertAnswer(await server.post('/api-token-auth/', {json: {username: user.name, password}}), {status: 200});
    assertAnswer(await server.patch(`/api/v1/users/${user.id}`, {json: {password: 'long enough 9', role: 'member'}}), {status: 200});
});

test('the last active superuser stays', async () => {
    const {body: {results: [admin, ...more]}} = await server.get('/api/v1/users?role=superuser&active=true');
    assert.equal(more.length, 0, 'this test needs one superuser');
    for (const json of [{role: 'staff'}, {active: false}]) {
        assertAnswer(await server.patch(`/api/v1/users/${admin.id}`, {json}), problem(409, {detail: /last active superuser/}));
    }
    const second = await makeUser({role: 'superuser'});
    assertAnswer(await server.patch(`/api/v1/users/${second.id}`, {json: {role: 'member'}}), {status: 200});
});

// --- applications

test('a member makes and sees their own applications, and reads what they send', async () => {
    const name = newName();
    const made = await server.post('/api/v1/applications', {json: {name}, token: tokens.ann});
    assertAnswer(made, {status: 201, body: {id: anyId, name, owner: 'ann', reads_all: false, created_at: anyInstant}});
    const shown = async (token, query = '') => (await server.get(`/api/v1/applications?q=${name}${query}`, {token})).body.results.length;
    assert.equal(await shown(tokens.ann), 1);
    assert.equal(await shown(tokens.bob), 0);
    assert.equal(await shown(tokens.bob, '&owner=ann'), 0);
    assert.equal(await shown(server.token, '&owner=ann'), 1);
    assert.equal(await shown(server.token, '&owner=bob'), 0);
    assert.equal(await shown(server.token, '&owner=nobody-of-that-name'), 0);
    assertAnswer(await server.get(`/api/v1/applications/${made.body.id}`, {token: tokens.bob}), problem(404));

    const key = await makeKey({application: name, scopes: ['ingest']}, tokens.ann);
    const {body: {id}} = await server.post('/events/', {token: key.key, json: theEvent()});
    assertAnswer(await server.get(`/api/v1/events/${id}`, {token: tokens.ann}), {status: 200, body: having({application: name})});
    assertAnswer(await server.get(`/api/v1/events?application=${name}`, {token: tokens.ann}), {status: 200, contains: [`"id":${id}`]});
    assertAnswer(await server.get(`/api/v1/events/${id}`, {token: tokens.bob}), problem(404));
    assertAnswer(await server.delete(`/api/v1/events/${id}`, {token: tokens.ann}), {status: 204});
});

scenarios(server, [
    {name: 'an application of nothing', send: ['POST', '/api/v1/applications', {json: {}}], ...faults(required('name'))},
    {name: 'an application with a bad name', send: ['POST', '/api/v1/applications', {json: {name: '<b>', reads_all: 'yes', owner: 5}}], ...faults(
        {field: 'name', message: /letters/}, {field: 'owner', message: 'Not a valid string.'}, {field: 'reads_all', message: 'Must be a valid boolean.'})},
    {name: 'an application whose name is a user\'s', send: ['POST', '/api/v1/applications', {json: {name: 'ann'}}], ...problem(409)},
    {name: 'an application of nobody known', send: ['POST', '/api/v1/applications', {json: {name: 'orphan', owner: 'nobody-of-that-name'}}], ...problem(400, {detail: /owner: There is no such user/})},
    {name: 'a member saying whose an application is', send: () => ['POST', '/api/v1/applications', {json: {name: 'mine', owner: 'ann'}, token: tokens.ann}], ...problem(403, {detail: /Superusers alone/})},
    {name: 'a member granting', send: () => ['POST', '/api/v1/applications', {json: {name: 'mine', reads_all: true}, token: tokens.ann}], ...problem(403, {detail: /Superusers alone/})},
    {name: 'an application that is not there', send: ['GET', '/api/v1/applications/999999'], ...problem(404)},
    {name: 'a change of one that is not there', send: ['PATCH', '/api/v1/applications/999999', {json: {reads_all: true}}], ...problem(404)},
]);

test('a grant lets an application\'s keys read all, not change it, until it is withdrawn', async () => {
    const {body: application} = await server.post('/api/v1/applications', {json: {name: newName(), owner: null}});
    assert.equal(application.owner, null);
    const {key: token} = await makeKey({application: application.name, scopes: ['read', 'manage']});
    const {body: {id}} = await server.post('/events/', {token: tokens.ann, json: theEvent()});
    const status = async () => (await server.get(`/api/v1/events/${id}`, {token})).status;
    assert.equal(await status(), 404);
    const grant = (reads_all) => server.patch(`/api/v1/applications/${application.id}`, {json: {reads_all}});
    assertAnswer(await grant(true), {status: 200, body: having({reads_all: true})});
    assert.equal(await status(), 200);
    assertAnswer(await server.get('/api/v1/me', {token}), {body: having({reads_all: true})});
    assertAnswer(await server.patch(`/api/v1/events/${id}`, {token, json: {name: 'changed'}}), problem(404));
    assertAnswer(await server.delete(`/api/v1/events/${id}`, {token}), problem(404));
    assertAnswer(await grant(false), {status: 200});
    assert.equal(await status(), 404);
    const lines = await auditOf(`kind=application&subject_id=${application.id}`);
    assert.deepEqual(lines.map(({action}) => action), ['grant_withdrawn', 'granted', 'created']);
});

test('a user\'s own application cannot be given away', async () => {
    const user = await makeUser();
    const {body: {results: [own]}} = await server.get(`/api/v1/applications?owner=${user.name}`);
    for (const owner of ['ann', null]) {
        assertAnswer(await server.patch(`/api/v1/applications/${own.id}`, {json: {owner, reads_all: true}}), problem(409, {detail: /stays theirs/}));
    }
    assertAnswer(await server.get(`/api/v1/applications/${own.id}`), {body: having({owner: user.name, reads_all: false})});
});

test('an application passes to another owner, and its keys stop with an inactive one', async () => {
    const owner = await makeUser();
    const {body: application} = await server.post('/api/v1/applications', {json: {name: newName(), owner: owner.name}});
    const {key: token} = await makeKey({application: application.name});
    await server.patch(`/api/v1/users/${owner.id}`, {json: {active: false}});
    assertAnswer(await server.get('/events/', {token}), {status: 401});
    const states = async (query = '') => (await server.get(`/api/v1/keys?application=${application.name}${query}`)).body.results.map(({state}) => state);
    assert.deepEqual(await states(), ['refused']);
    assert.deepEqual(await states('&state=refused'), ['refused']);
    assert.deepEqual(await states('&state=valid'), []);
    assert.equal((await makeKey({application: application.name})).state, 'refused', 'it is told that it is not taken yet');
    const target = `/api/v1/applications/${application.id}`;
    assertAnswer(await server.patch(target, {json: {owner: 'ann'}}), {status: 200, body: having({owner: 'ann'})});
    assertAnswer(await server.get('/events/', {token}), {status: 200});
    assertAnswer(await server.patch(target, {json: {owner: null}}), {status: 200, body: having({owner: null})});
    assertAnswer(await server.patch(target, {json: {owner: 'nobody-of-that-name', reads_all: true}}), problem(400));
    assertAnswer(await server.get(target), {body: having({owner: null, reads_all: false})});
});

// --- keys

test('a key is shown once, and nowhere after', async () => {
    const answer = await server.post('/api/v1/keys', {json: {name: 'till', scopes: ['read', 'ingest'], expires_in: 3600}, token: tokens.ann});
    assertAnswer(answer, {status: 201, headers: {'cache-control': 'no-store'}, body: {
        id: anyId, key: /^eyed_[0-9a-f]{40}$/, name: 'till', hint: answer.body.key.slice(0, 12), application: 'ann', user: 'ann', personal: true,
        default: false, scopes: ['ingest', 'read'], state: 'valid', created_at: anyInstant, last_used_at: null, expires_at: anyInstant, revoked_at: null,
    }});
    const {key, ...kept} = answer.body;
    const lasts = Date.parse(kept.expires_at) - Date.parse(kept.created_at);
    assert.ok(Math.abs(lasts - 3_600_000) < 60_000, `${lasts} ms`);
    assertAnswer(await server.get(`/api/v1/keys/${kept.id}`, {token: tokens.ann}), {status: 200, body: kept, lacks: [key]});
    assertAnswer(await server.get('/api/v1/keys?limit=1000'), {status: 200, lacks: [key]});
    assertAnswer(await server.get('/api/v1/audit?limit=1000'), {status: 200, contains: [kept.hint], lacks: [key]});
    assert.ok(!server.output.includes(key), 'nor in the log');
    assertAnswer(await server.get('/events/', {token: key}), {status: 200});
    assertAnswer(await server.get(`/api/v1/keys/${kept.id}`, {token: tokens.bob}), problem(404));
});

scenarios(server, [
    {name: 'a key of nothing', send: ['POST', '/api/v1/keys', {json: {}}], ...faults(required('scopes'))},
    {name: 'a key with no scope', send: ['POST', '/api/v1/keys', {json: {scopes: []}}], ...faults({field: 'scopes', message: /at least one/})},
    {
        name: 'all faults of a key at once',
        send: ['POST', '/api/v1/keys', {json: {application: 'no-such', name: 'x'.repeat(151), scopes: ['fly'], expires_at: 'soon', expires_in: 5, user: 'ann'}}],
        ...faults({field: 'application', message: 'There is no such application.'}, {field: 'name', message: /150/}, {field: 'scopes', message: /one of ingest/},
            {field: 'expires_at', message: /no instant/}, {field: 'expires_in', message: /either/}, {field: 'user', message: 'There is no such field.'}),
    },
    {name: 'a key that has expired', send: ['POST', '/api/v1/keys', {json: {scopes: ['read'], expires_at: '2020-01-01T00:00:00Z'}}], ...faults({field: 'expires_at', message: /past/})},
    {name: 'a key for no time', send: ['POST', '/api/v1/keys', {json: {scopes: ['read'], expires_in: 0}}], ...faults({field: 'expires_in', message: /from 1/})},
    {name: 'a key for ever and a day', send: ['POST', '/api/v1/keys', {json: {scopes: ['read'], expires_in: 1e12}}], ...faults({field: 'expires_in', message: /./})},
    {name: 'scopes that are no list', send: ['POST', '/api/v1/keys', {json: {scopes: 'read'}}], ...faults({field: 'scopes', message: 'Expected a list of strings.'})},
    {name: 'a key for somebody else\'s application', send: () => ['POST', '/api/v1/keys', {json: {application: 'bob', scopes: ['read']}, token: tokens.ann}], ...faults({field: 'application', message: /of yours/})},
    {name: 'a key that is not there', send: ['GET', '/api/v1/keys/999999'], ...problem(404)},
    {name: 'keys of a state that is none', send: ['GET', '/api/v1/keys?state=tired&order=name'], ...faults({field: 'state', message: /./}, {field: 'order', message: 'The order must be id or -id.'})},
]);

test('nobody gives a key a scope that they lack', async () => {
    const {key: token} = await makeKey({scopes: ['manage']}, tokens.ann);
    assertAnswer(await server.post('/api/v1/keys', {token, json: {scopes: ['manage', 'read']}}),
        faults({field: 'scopes', message: 'You lack the scope “read” yourself.'}));
    assertAnswer(await server.post('/api/v1/keys', {token, json: {scopes: ['manage']}}), {status: 201});
});

test('a key made with a key does not outlive it', async () => {
    const maker = await makeKey({scopes: ['manage', 'read'], expires_in: 3600}, tokens.ann);
    const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
    for (const json of [{}, {expires_in: 7200}, {expires_at: at(86_400)}]) {
        assert.equal((await makeKey(json, maker.key)).expires_at, maker.expires_at);
    }
    const shorter = await makeKey({expires_in: 60}, maker.key);
    assert.ok(shorter.expires_at < maker.expires_at);
    assert.equal((await makeKey({}, tokens.ann)).expires_at, null);
});

test('keys are filtered by application, maker and state', async () => {
    const {body: {name}} = await server.post('/api/v1/applications', {json: {name: newName()}, token: tokens.ann});
    const valid = await makeKey({application: name}, tokens.ann);
    const revoked = await makeKey({application: name}, tokens.ann);
    const byAdmin = await makeKey({application: name});
    const expired = await makeKey({application: name, expires_in: 1});
    assertAnswer(await server.delete(`/api/v1/keys/${revoked.id}`, {token: tokens.ann}), {status: 204});
    const found = async (query, token = server.token) =>
        (await server.get(`/api/v1/keys?application=${name}&${query}`, {token})).body.results.map(({id}) => id);
    await waitFor('a key to expire', async () => (await found('state=expired')).length === 1);
    assert.deepEqual(await found(''), [valid.id, revoked.id, byAdmin.id, expired.id]);
    assert.deepEqual(await found('', tokens.ann), [valid.id, revoked.id, byAdmin.id, expired.id], 'the owner sees all of their application\'s');
    assert.deepEqual(await found('', tokens.bob), []);
    assert.deepEqual(await found('state=valid'), [valid.id, byAdmin.id]);
    assert.deepEqual(await found('state=revoked'), [revoked.id]);
    assert.deepEqual(await found('user=admin&order=-id'), [expired.id, byAdmin.id]);
    assert.deepEqual(await found('user=nobody-of-that-name'), []);
});

test('a revoked key is refused at once, and cannot be revoked again', async () => {
    const {id, key} = await makeKey({}, tokens.ann);
    assertAnswer(await server.get('/events/', {token: key}), {status: 200});
    assertAnswer(await server.delete(`/api/v1/keys/${id}`, {token: tokens.bob}), problem(404));
    assertAnswer(await server.get('/events/', {token: key}), {status: 200});
    assertAnswer(await server.delete(`/api/v1/keys/${id}`, {token: tokens.ann}), {status: 204});
    assertAnswer(await server.get('/events/', {token: key}), {status: 401, body: {detail: 'Invalid token.'}});
    assertAnswer(await server.delete(`/api/v1/keys/${id}`, {token: tokens.ann}), problem(409, {detail: /revoked already/}));
    const [line] = await auditOf(`kind=key&action=revoked&subject_id=${id}`);
    assertAnswer({body: line}, {body: having({user: 'ann', via: 'api', details: having({application: 'ann', scopes: ['read'], personal: true})})});
});

test('a key in a browser page: the preflight lets it send its Authorization, from its origin alone', async () => {
    const preflight = (origin) => server.call('OPTIONS', '/api/v1/events', {token: null, headers: {
        origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type',
    }});
    const origin = 'https://shop.example';
    const allowed = await preflight(origin);
    assertAnswer(allowed, {status: 204, headers: {'access-control-allow-origin': origin, 'access-control-allow-methods': /POST/, 'access-control-allow-headers': /Authorization/i}});
    assert.equal((await preflight('https://evil.example')).headers['access-control-allow-origin'], undefined);
    const {key: token} = await makeKey({scopes: ['ingest']}, tokens.ann);
    const sent = await server.post('/api/v1/events', {token, headers: {origin}, json: {category: 'page', name: 'view'}});
    assertAnswer(sent, {status: 201, headers: {'access-control-allow-origin': origin}});
    const read = await server.get('/api/v1/events', {token, headers: {origin}});
    assertAnswer(read, problem(403, {detail: 'This key lacks the scope “read”.'}));
});

// --- audit

test('the audit log is filtered and paged, newest first', async () => {
    const user = await makeUser();
    for (const active of [false, true, false]) await server.patch(`/api/v1/users/${user.id}`, {json: {active}});
    const of = `kind=user&subject_id=${user.id}`;
    assert.deepEqual((await auditOf(of)).map(({action}) => action), ['deactivated', 'activated', 'deactivated', 'created']);
    assert.deepEqual((await auditOf(`${of}&action=activated`)).length, 1);
    assert.equal((await auditOf(`${of}&user=admin`)).length, 4);
    assert.equal((await auditOf(`${of}&user=ann`)).length, 0);
    assert.equal((await auditOf(`${of}&user=nobody-of-that-name`)).length, 0);
    const [newest, , , oldest] = await auditOf(of);
    assert.equal((await auditOf(`${of}&from=${newest.at}`)).length, 1);
    assert.equal((await auditOf(`${of}&to=${newest.at}`)).length, 3);
    assert.ok(oldest.at <= newest.at);
    const pages = [];
    for (let cursor = ''; cursor !== null;) {
        const {body} = await server.get(`/api/v1/audit?${of}&limit=3${cursor && `&cursor=${cursor}`}`);
        pages.push(body.results.length);
        cursor = body.next;
    }
    assert.deepEqual(pages, [3, 1]);
    assertAnswer({body: newest}, {body: {
        id: anyId, at: anyInstant, user: 'admin', key: anyId, via: 'api', action: 'deactivated', kind: 'user', subject_id: user.id, subject: user.name, details: {},
    }});
});

scenarios(server, [
    {name: 'the audit log with faulty filters', send: ['GET', '/api/v1/audit?from=x&subject_id=-1&cursor=x&who=me'], ...faults(
        {field: 'from', message: /./}, {field: 'subject_id', message: /./}, {field: 'who', message: 'There is no such parameter.'}, {field: 'cursor', message: /./})},
    {name: 'the audit log cannot be written', send: ['DELETE', '/api/v1/audit'], ...problem(405)},
]);

test('changed settings are in the audit log, secrets without their value', async () => {
    assert.equal((await auditOf('kind=setting')).length, 0, 'the first start writes none');
    server.settings['ingest.max_depth'] = '32';
    server.settings['auth.jwt_secret'] = 'a secret that nobody shall read';
    await server.restart();
    const lines = await auditOf('kind=setting');
    const changes = Object.fromEntries(lines.map(({subject, details}) => [subject, details]));
    assert.deepEqual(changes['ingest.max_depth'], {value: ['64', '32']});
    assert.deepEqual(changes['auth.jwt_secret'], {});
    assert.ok(lines.every(({user, via, action}) => user === null && via === 'start' && action === 'changed'));
    await server.restart();
    const again = await auditOf('kind=setting');
    assert.equal(again.filter(({subject}) => !subject.startsWith('listen')).length, lines.filter(({subject}) => !subject.startsWith('listen')).length);
    assert.ok(!server.output.includes('a secret that nobody shall read'));
});

// --- browsers

test('a signed-in browser manages accounts with its CSRF token, and not without', async () => {
    const browser = new Browser(server);
    const page = await browser.login('admin', server.passwords.admin);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const csrf = formsOf(page.text).map(({fields}) => fields.csrf_token).find(Boolean);
    const json = {name: newName()};
    const post = (headers) => server.post('/api/v1/applications', {token: null, json, headers: {cookie, ...headers}});
    assertAnswer(await post({}), problem(401));
    assertAnswer(await post({'x-csrf-token': 'guess'}), problem(403, {detail: /CSRF/}));
    assertAnswer(await post({'x-csrf-token': csrf}), {status: 201, body: having({owner: 'admin'})});
    assertAnswer(await server.get('/api/v1/me', {token: null, headers: {cookie, 'x-csrf-token': csrf}}), {status: 200, body: having({user: 'admin', key: null})});
});
