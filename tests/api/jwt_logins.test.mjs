// /api/token/: logins by JWT, as clients of djangorestframework-simplejwt expect them.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {answerFault, operations} from './contract.mjs';
import {useServer, waitFor} from './harness.mjs';
import {bearer, claimsOf, jwt, seconds} from './jwt.mjs';
import {anyId, assertAnswer, having, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer({prepare: async () => { await server.user('ann'); }});

const jwtText = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const pair = {access: jwtText, refresh: jwtText};
const bad = {status: 401, headers: {'www-authenticate': 'Bearer realm="api"'}, body: {detail: 'Token is invalid or expired', code: 'token_not_valid'}};
const required = ['This field is required.'];
const post = (what, json) => server.post(`/api/token/${what}`, {json, token: null});

async function logIn(username = 'ann', password = server.passwords[username]) {
    const answer = await post('', {username, password});
    assertAnswer(answer, {status: 200, headers: {'cache-control': 'no-store'}, body: pair});
    return answer.body;
}
const refresh = (token) => post('refresh/', {refresh: token});
async function newUser() {
    const name = unique('user').replace(' ', '-');
    const password = 'long enough 1';
    const {body} = await server.post('/api/v1/users', {json: {name, password}});
    return {...body, password};
}

test('a login gives a pair, by JSON and by form, with and without the slash', async () => {
    const credentials = {username: 'ann', password: server.passwords.ann};
    for (const target of ['/api/token', '/api/token/']) {
        for (const body of [{json: credentials}, {form: credentials}]) {
            assertAnswer(await server.post(target, {...body, token: null}), {status: 200, body: pair});
        }
    }
});

test('the claims are simplejwt\'s, and hold no secret', async () => {
    const {access, refresh: second} = await logIn();
    const now = seconds();
    const claims = claimsOf(access);
    assertAnswer({body: claims}, {body: {token_type: 'access', exp: anyId, iat: anyId, jti: /^[0-9a-f]{32}$/, user_id: anyId, session: /^[0-9a-f]{32}$/}});
    assert.equal(claims.exp - claims.iat, 300);
    assert.ok(Math.abs(claims.iat - now) <= 30);
    assert.equal(claimsOf(second).exp - claimsOf(second).iat, 86_400);
    assert.equal(claimsOf(second).token_type, 'refresh');
    assert.notEqual(claimsOf(second).jti, claims.jti);
});

test('an access token acts as its user', async () => {
    const {access} = await logIn();
    assertAnswer(await server.get('/api/v1/me', bearer(access)), {status: 200, body: {
        user: 'ann', role: 'member', application: 'ann', key: null, scopes: ['ingest', 'read', 'manage', 'cashback'], reads_all: false,
    }});
    const sent = await server.post('/events/', {...bearer(access), json: theEvent()});
    assertAnswer(sent, {status: 201});
    assertAnswer(await server.get(`/api/v1/events/${sent.body.id}`), {body: having({application: 'ann'})});
    assertAnswer(await server.get('/api/v1/me', {token: access}), {status: 200}, 'Token means the same');
});

test('a refresh token gives the next pair, once', async () => {
    const first = await logIn();
    const second = await refresh(first.refresh);
    assertAnswer(second, {status: 200, headers: {'cache-control': 'no-store'}, body: pair});
    assertAnswer(await server.get('/events/', bearer(second.body.access)), {status: 200});
    const third = await refresh(second.body.refresh);
    assertAnswer(third, {status: 200});
});

test('a refresh token that comes twice ends its login, and is told', async () => {
    const user = await newUser();
    const other = await logIn(user.name, user.password);
    const first = await logIn(user.name, user.password);
    const second = (await refresh(first.refresh)).body;
    assertAnswer(await refresh(first.refresh), bad);
    assertAnswer(await refresh(second.refresh), bad);
    assertAnswer(await refresh(other.refresh), {status: 200}, 'another login goes on');
    const {body} = await server.get(`/api/v1/audit?kind=user&subject_id=${user.id}&action=refresh_token_reused`);
    assert.equal(body.results.length, 1);
    const line = await server.waitForLine('a refresh token came a second time: its login is ended');
    assert.equal(line.user, user.name);
    assert.ok(!server.output.includes(first.refresh));
});

test('of many that bring the same refresh token one alone gets a pair', async () => {
    const first = await logIn();
    const answers = await Promise.all(Array.from({length: 8}, () => refresh(first.refresh)));
    const statuses = answers.map(({status}) => status).sort();
    assert.deepEqual(statuses, [200, ...Array(7).fill(401)]);
});

test('blacklisting ends a login', async () => {
    const {access, refresh: token} = await logIn();
    assertAnswer(await post('verify/', {token}), {status: 200, body: {}});
    assertAnswer(await post('blacklist/', {refresh: token}), {status: 200, body: {}});
    for (const again of [() => post('blacklist/', {refresh: token}), () => refresh(token), () => post('verify/', {token})]) {
        assertAnswer(await again(), bad);
    }
    assertAnswer(await post('verify/', {token: access}), {status: 200, body: {}});
});

test('logging out with a token that somebody else has used ends theirs, too', async () => {
    const user = await newUser();
    const mine = await logIn(user.name, user.password);
    const theirs = (await refresh(mine.refresh)).body;
    assertAnswer(await post('blacklist/', {refresh: mine.refresh}), {status: 200, body: {}});
    assertAnswer(await refresh(theirs.refresh), bad);
    const {body} = await server.get(`/api/v1/audit?kind=user&subject_id=${user.id}&action=refresh_token_reused`);
    assert.equal(body.results.length, 1);
});

test('verify knows tokens of ours that count, and no others', async () => {
    const {access, refresh: token} = await logIn();
    for (const good of [access, token]) assertAnswer(await post('verify/', {token: good}), {status: 200, body: {}});
    const forged = jwt({...claimsOf(access)}, 'guess');
    for (const wrong of ['x', 'a.b.c', forged, `${access}x`, server.token]) assertAnswer(await post('verify/', {token: wrong}), bad);
});

test('the kinds are not taken for each other', async () => {
    const {access, refresh: token} = await logIn();
    assertAnswer(await refresh(access), bad);
    assertAnswer(await post('blacklist/', {refresh: access}), bad);
    assertAnswer(await server.get('/events/', bearer(token)), {status: 401, body: {detail: 'Invalid token.'}});
});

scenarios(server, [
    {name: 'a wrong password', send: ['POST', '/api/token/', {json: {username: 'ann', password: 'wrong'}, token: null}], status: 401,
        headers: {'www-authenticate': 'Bearer realm="api"'}, body: {detail: 'No active account found with the given credentials'}},
    {name: 'a user who does not exist', send: ['POST', '/api/token/', {json: {username: 'nobody', password: 'wrong'}, token: null}], status: 401,
        body: {detail: 'No active account found with the given credentials'}},
    {name: 'no fields', send: ['POST', '/api/token/', {json: {}, token: null}], status: 400, body: {username: required, password: required}},
    {name: 'no fields in a form', send: ['POST', '/api/token/', {form: {}, token: null}], status: 400, body: {username: required, password: required}},
    {name: 'no refresh token', send: ['POST', '/api/token/refresh/', {json: {}}], status: 400, body: {refresh: required}},
    {name: 'no token to verify', send: ['POST', '/api/token/verify/', {json: {token: null}}], status: 400, body: {token: ['This field may not be null.']}},
    {name: 'nothing to blacklist', send: ['POST', '/api/token/blacklist/', {json: {refresh: ''}}], status: 400, body: {refresh: ['This field may not be blank.']}},
    {name: 'no JSON', send: ['POST', '/api/token/refresh', {body: '{', type: 'application/json'}], status: 400, body: {detail: /^JSON parse error/}},
    {name: 'a content type that is not taken', send: ['POST', '/api/token/refresh', {body: 'x', type: 'text/plain'}], status: 415},
    {name: 'a refresh token that is none', send: ['POST', '/api/token/refresh', {json: {refresh: 'x'}}], ...bad},
    {name: 'a huge refresh token', send: ['POST', '/api/token/refresh', {json: {refresh: `a.${'b'.repeat(20_000)}.c`}}], ...bad},
]);

test('answers are as described', async () => {
    for (const operation of operations.filter(({path}) => path.startsWith('/api/token'))) {
        for (const json of [{}, {username: 'ann', password: 'wrong', refresh: 'x', token: 'x'}]) {
            const answer = await server.post(operation.path, {json});
            assert.equal(answerFault(operation, answer), undefined, operation.path);
        }
    }
});

test('a new password ends both kinds at once', async () => {
    const user = await newUser();
    const tokens = await logIn(user.name, user.password);
    assertAnswer(await server.patch(`/api/v1/users/${user.id}`, {json: {password: 'long enough 2'}}), {status: 200});
    assertAnswer(await server.get('/events/', bearer(tokens.access)), {status: 401});
    assertAnswer(await refresh(tokens.refresh), bad);
    await logIn(user.name, 'long enough 2');
});

test('a deactivation ends both kinds at once, refresh tokens for good', async () => {
    const user = await newUser();
    const tokens = await logIn(user.name, user.password);
    const activate = (active) => server.patch(`/api/v1/users/${user.id}`, {json: {active}});
    assertAnswer(await activate(false), {status: 200});
    assertAnswer(await server.get('/events/', bearer(tokens.access)), {status: 401});
    assertAnswer(await refresh(tokens.refresh), bad);
    assertAnswer(await post('', {username: user.name, password: user.password}), {status: 401});
    assertAnswer(await activate(true), {status: 200});
    assertAnswer(await refresh(tokens.refresh), bad);
});

test('tokens survive a restart, and expire', async () => {
    server.settings['auth.access_lifetime'] = '2s';
    const before = await logIn();
    await server.restart();
    assertAnswer(await server.get('/events/', bearer(before.access)), {status: 200});
    const {access, refresh: token} = (await refresh(before.refresh)).body;
    assertAnswer(await server.get('/events/', bearer(access)), {status: 200});
    await waitFor('the access token to expire', async () => (await server.get('/events/', bearer(access))).status === 401);
    assertAnswer(await post('verify/', {token: access}), bad);
    assertAnswer(await refresh(token), {status: 200});
});

test('tries with wrong tokens are throttled by address, good ones are not', async () => {
    server.settings['auth.login_attempts'] = '3';
    await server.restart();
    let {refresh: token} = await logIn();
    for (let i = 0; i < 3; i++) assertAnswer(await post('verify/', {token: 'x'}), bad);
    const throttled = {status: 429, headers: {'retry-after': /^\d+$/}, body: {detail: /^Request was throttled/}};
    for (const what of ['verify/', 'refresh/', 'blacklist/']) assertAnswer(await post(what, {token: 'x', refresh: 'x'}), throttled);
    for (let i = 0; i < 12; i++) token = (await refresh(token)).body.refresh;
    assertAnswer(await post('verify/', {token}), {status: 200}, 'what we signed is no guess');
    assertAnswer(await post('blacklist/', {refresh: token}), {status: 200});
    assertAnswer(await refresh(token), bad);
    await logIn();
    for (let i = 0; i < 3; i++) assertAnswer(await post('', {username: 'ann', password: 'wrong'}), {status: 401});
    assertAnswer(await post('', {username: 'ann', password: server.passwords.ann}), throttled);
    assertAnswer(await server.post('/api-token-auth/', {json: {username: 'ann', password: server.passwords.ann}}), {status: 429}, 'one throttle for both');
});
