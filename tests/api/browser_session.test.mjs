// Signing in, asking who is signed in, and signing out by script: /api/v1/session.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Browser} from './browser.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having, problem} from './scenario.mjs';

const server = useServer();
const nobody = {username: null, role: null, csrf_token: null};
const credentials = () => ({username: 'admin', password: server.passwords.admin});
const session = (method, options) => server.call(method, '/api/v1/session', {token: null, ...options});

async function signIn() {
    const answer = await session('POST', {json: credentials()});
    assertAnswer(answer, {status: 200});
    return {answer, csrf: answer.body.csrf_token, cookie: answer.headers['set-cookie'][0].split(';')[0]};
}

test('signing in sets a cookie that scripts cannot read, and gives the CSRF token', async () => {
    const {answer, csrf, cookie} = await signIn();
    assertAnswer(answer, {
        body: {username: 'admin', role: 'superuser', csrf_token: /^[0-9a-f]{64}$/}, headers: {'cache-control': 'no-store'},
    });
    assert.match(answer.headers['set-cookie'][0], /^eyed_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=[1-9]\d*$/);
    assert.ok(!answer.text.includes(cookie.split('=')[1]));
    assertAnswer(await session('GET', {headers: {cookie}}), {status: 200, body: answer.body, headers: {'cache-control': 'no-store'}});
    const list = (headers) => server.get('/api/v1/users', {token: null, headers: {cookie, ...headers}});
    assertAnswer(await list({'x-csrf-token': csrf}), {status: 200});
    assertAnswer(await list({'x-csrf-token': 'guess'}), problem(403));
    assertAnswer(await list({}), problem(401));
});

test('spaces around a name do not count, as on all ways to log in', async () => {
    const json = {...credentials(), username: ' admin '};
    assertAnswer(await session('POST', {json}), {status: 200, body: having({username: 'admin'})});
    assertAnswer(await server.post('/api-token-auth/', {token: null, json}), {status: 200});
    assertAnswer(await server.post('/api/token/', {token: null, json}), {status: 200});
    const browser = new Browser(server);
    await browser.login(' admin ', server.passwords.admin);
    assertAnswer(await browser.call('GET', '/api/v1/session', {headers: {accept: 'application/json'}}), {body: having({username: 'admin'})});
});

test('a cookie alone reads where the browser says that no other site asked, and changes nothing', async () => {
    const {cookie} = await signIn();
    for (const [site, status] of [['same-origin', 200], ['none', 200], ['same-site', 401], ['cross-site', 401]]) {
        const headers = {cookie, 'sec-fetch-site': site};
        assertAnswer(await server.get('/api/v1/users', {token: null, headers}), {status});
        assertAnswer(await server.post('/api/v1/applications', {token: null, headers, json: {name: `by-${site}`}}), {status: 401});
    }
});

test('who is not signed in is told so, whatever the cookie', async () => {
    for (const cookie of ['', 'eyed_session=', 'eyed_session=forged', 'other=1']) {
        assertAnswer(await session('GET', {headers: {cookie}}), {status: 200, body: nobody});
    }
    assertAnswer(await session('GET', {token: server.token}), {status: 200, body: nobody});
});

test('signing out ends the session, with its CSRF token alone', async () => {
    const {csrf, cookie} = await signIn();
    assertAnswer(await session('DELETE', {headers: {cookie}}), problem(401));
    assertAnswer(await session('DELETE', {headers: {cookie, 'x-csrf-token': 'guess'}}), problem(403));
    assertAnswer(await session('DELETE', {headers: {cookie}, token: server.token}), problem(404));
    assertAnswer(await session('GET', {headers: {cookie}}), {body: having({username: 'admin'})});
    const out = await session('DELETE', {headers: {cookie, 'x-csrf-token': csrf}});
    assertAnswer(out, {status: 204});
    assert.match(out.headers['set-cookie'][0], /^eyed_session=; .*Max-Age=0/);
    assertAnswer(await session('GET', {headers: {cookie}}), {status: 200, body: nobody});
    assertAnswer(await session('DELETE', {headers: {cookie, 'x-csrf-token': csrf}}), problem(401));
});

test('a browser that is signed in at /admin/ is signed in here', async () => {
    const browser = new Browser(server);
    await browser.login('admin', server.passwords.admin);
    const answer = await browser.call('GET', '/api/v1/session', {headers: {accept: 'application/json'}});
    assertAnswer(answer, {body: having({username: 'admin', role: 'superuser'})});
});

test('no other site can sign somebody in: only application/json is taken', async () => {
    const body = JSON.stringify(credentials());
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined]) {
        const answer = await session('POST', {body, ...type && {type}});
        assertAnswer(answer, problem(415));
        assert.ok(!answer.headers['set-cookie']);
    }
});

for (const [name, json, status] of [
    ['a wrong password', {username: 'admin', password: 'wrong'}, 401],
    ['nobody\'s name', {username: 'nobody', password: 'wrong'}, 401],
    ['no password', {username: 'admin'}, 400],
    ['a password that is no text', {username: 'admin', password: 5}, 400],
    ['an unknown field', {username: 'admin', password: 'x', remember: true}, 400],
    ['an array', [], 400],
]) {
    test(`signing in with ${name} is refused`, async () => {
        const answer = await session('POST', {json});
        assertAnswer(answer, problem(status));
        assert.ok(!answer.headers['set-cookie']);
    });
}

test('a body for signing in is small', async () => {
    assertAnswer(await session('POST', {json: {username: 'a'.repeat(20_000), password: 'b'}}), problem(413));
});
