// POST /api-token-auth/, and what the Authorization header may say.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {runOn, useServer, waitFor} from './harness.mjs';
import {assertAnswer, problem, scenarios} from './scenario.mjs';

const server = useServer();
const login = (username, password) => ['POST', '/api-token-auth/', {json: {username, password}, token: null}];
const required = ['This field is required.'];
const blank = ['This field may not be blank.'];
const unable = {non_field_errors: ['Unable to log in with provided credentials.']};

// A multipart/form-data body, as requests' `files` or a browser's FormData make it.
async function multipart(fields) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const encoded = new Response(form);
    return {body: Buffer.from(await encoded.arrayBuffer()), type: encoded.headers.get('content-type')};
}

test('a user gets the same token each time, by JSON and by form, with and without the slash', async () => {
    const credentials = {username: 'admin', password: server.passwords.admin};
    for (const target of ['/api-token-auth', '/api-token-auth/']) {
        for (const body of [{json: credentials}, {form: credentials}, await multipart(credentials)]) {
            const answer = await server.post(target, {...body, token: null});
            assertAnswer(answer, {status: 200, body: {token: server.token}});
        }
    }
});

test('the token stays the same across a restart, and works', async () => {
    await server.restart();
    const credentials = {username: 'admin', password: server.passwords.admin};
    const answer = await server.post('/api-token-auth/', {json: credentials, token: null});
    assertAnswer(answer, {status: 200, body: {token: server.token}});
    assertAnswer(await server.get('/events/'), {status: 200});
});

test('two users have two tokens', async () => {
    const token = await server.user('second');
    assert.match(token, /^[0-9a-f]{40}$/);
    assert.notEqual(token, server.token);
});

scenarios(server, [
    {
        name: 'credentials in the header of the request itself do not matter',
        send: () => ['POST', '/api-token-auth/', {
            json: {username: 'admin', password: server.passwords.admin},
            token: null,
            headers: {authorization: `Basic ${Buffer.from('username:password').toString('base64')}`},
        }],
        status: 200,
    },
    {
        name: 'a password with signs beyond ASCII is just a wrong password',
        send: login('admin', 'pässwörd ☕'),
        status: 400,
        body: unable,
    },
    {name: 'a wrong password', send: login('admin', 'wrong'), status: 400, body: unable},
    {name: 'a user that does not exist', send: login('nobody', 'wrong'), status: 400, body: unable},
    {name: 'no username', send: ['POST', '/api-token-auth/', {json: {password: 'x'}}], status: 400, body: {username: required}},
    {
        name: 'neither',
        send: ['POST', '/api-token-auth/', {json: {}}],
        status: 400,
        body: {username: required, password: required},
    },
    {name: 'no body', send: ['POST', '/api-token-auth/', {}], status: 400, body: {username: required, password: required}},
    {name: 'blank ones', send: login('', ''), status: 400, body: {username: blank, password: blank}},
    {
        name: 'blank ones in a form',
        send: ['POST', '/api-token-auth/', {form: {username: '', password: ''}}],
        status: 400,
        body: {username: blank, password: blank},
    },
    {
        name: 'a multipart form without one',
        send: async () => ['POST', '/api-token-auth/', await multipart({username: 'admin', file: new Blob(['x'])})],
        status: 400,
        body: {password: required},
    },
    {
        name: 'a multipart form without a boundary',
        send: ['POST', '/api-token-auth/', {body: 'username=admin', type: 'multipart/form-data'}],
        status: 400,
        body: {detail: /^Multipart form parse error - /},
    },
    {
        name: 'null',
        send: login(null, 'x'),
        status: 400,
        body: {username: ['This field may not be null.']},
    },
    {name: 'an object for a name', send: login({}, 'x'), status: 400, body: {username: ['Not a valid string.']}},
    {
        name: 'no JSON',
        send: ['POST', '/api-token-auth/', {body: '{"username":', type: 'application/json'}],
        status: 400,
        body: {detail: /^JSON parse error - /},
    },
    {
        name: 'an array',
        send: ['POST', '/api-token-auth/', {json: []}],
        status: 400,
        body: {non_field_errors: ['Invalid data. Expected a dictionary, but got list.']},
    },
    {name: 'only POST', send: ['GET', '/api-token-auth/'], status: 405, body: {detail: 'Method "GET" not allowed.'}},
]);

const withHeader = (authorization) => ['GET', '/events/', {token: null, headers: authorization ? {authorization} : {}}];
const challenge = {'www-authenticate': 'Token'};
const notProvided = {detail: 'Authentication credentials were not provided.'};
const invalid = {detail: 'Invalid token.'};

scenarios(server, [
    {name: 'Token opens', send: () => withHeader(`Token ${server.token}`), status: 200},
    {name: 'Bearer opens as well', send: () => withHeader(`Bearer ${server.token}`), status: 200},
    {name: 'the scheme is not case-sensitive (RFC 9110)', send: () => withHeader(`token ${server.token}`), status: 200},
    {name: 'no header', send: withHeader(), status: 401, body: notProvided, headers: challenge},
    {name: 'another scheme is as none', send: withHeader('Basic YTpi'), status: 401, body: notProvided, headers: challenge},
    {name: 'an unknown token', send: withHeader(`Token ${'0'.repeat(40)}`), status: 401, body: invalid, headers: challenge},
    {name: 'a short token', send: withHeader('Token abc'), status: 401, body: {detail: /^Invalid token/}, headers: challenge},
    {name: 'no token after Token', send: withHeader('Token'), status: 401, body: {detail: /^Invalid token/}, headers: challenge},
    {name: 'a hostile token', send: withHeader(`Token ${'"<script>'.repeat(30)}`), status: 401, headers: challenge, lacks: ['<script>']},
    {
        name: 'a problem document on native routes',
        send: ['GET', '/api/v1/events', {token: null}],
        ...problem(401, {detail: notProvided.detail}),
    },
    {
        name: 'an unknown token on native routes',
        send: ['GET', '/api/v1/events', {token: '0'.repeat(40)}],
        ...problem(401, {detail: invalid.detail}),
    },
]);

test('a new key counts without a restart', async () => {
    const token = await server.key('admin', {application: 'late', scopes: ['read']});
    assertAnswer(await server.get('/events/', {token}), {status: 200});
});

test('after a user\'s own token is revoked by its number, the next login gives another one', async () => {
    const old = await server.user('revoked');
    const {stdout} = await runOn(server.data, ['token', 'list', '--user', 'revoked', '--json']);
    await runOn(server.data, ['token', 'revoke', String(JSON.parse(stdout).id)]);
    await waitFor('it is refused', async () => (await server.get('/events/', {token: old})).status === 401);
    const again = async () => (await server.call(...login('revoked', server.passwords.revoked))).body.token;
    const fresh = await again();
    assert.match(fresh, /^[0-9a-f]{40}$/);
    assert.notEqual(fresh, old);
    assert.equal(await again(), fresh);
    await server.restart();
    assert.equal(await again(), fresh);
    assertAnswer(await server.get('/events/', {token: fresh}), {status: 200});
    assertAnswer(await server.get('/events/', {token: old}), {status: 401});
});
