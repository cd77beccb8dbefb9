// The one-time link of the first start.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Browser} from './browser.mjs';
import {createUser, Server} from './harness.mjs';
import {assertAnswer} from './scenario.mjs';

const password = 'correct horse battery';

async function firstStart() {
    const server = await new Server().start();
    const line = server.lines().find(({link}) => link);
    assert.ok(line, `the link is logged: ${server.output}`);
    const url = new URL(line.link);
    assert.equal(url.origin, server.origin);
    return {server, target: url.pathname + url.search, browser: new Browser(server)};
}

test('the link makes the first administrator, signs in, and is dead afterwards', async () => {
    const {server, target, browser} = await firstStart();
    const form = await browser.open(target);
    assertAnswer(form, {status: 200, contains: ['username', 'password']});
    const second = await new Browser(server).open(target);
    const page = await browser.submit(form, {username: 'root', password, password_again: password});
    assert.equal(page.status, 200);
    assert.match(page.path, /^\/admin\/events\/eventtype/);
    assertAnswer(await server.post('/api-token-auth/', {json: {username: 'root', password}}), {status: 200});

    const used = {status: 404, headers: {'content-type': /^text\/html/}, contains: ['there is an administrator already']};
    assertAnswer(await new Browser(server).open(target), used);
    const late = await new Browser(server).submit(second, {username: 'late', password, password_again: password});
    assertAnswer(late, used);
    assertAnswer(await server.post('/api-token-auth/', {json: {username: 'late', password}}), {status: 400});

    await server.restart();
    assert.ok(!server.lines().some(({link}) => link), 'no link once a user exists');
    assertAnswer(await server.get(target), {status: 404, body: {detail: 'Not found.'}});
    await server.stop();
});

test('faults are said beside their fields, and make nobody', async () => {
    const {server, target, browser} = await firstStart();
    for (const values of [
        {username: '', password, password_again: password},
        {username: 'root', password: 'short', password_again: 'short'},
        {username: 'root', password, password_again: `${password}!`},
        {username: '<script>alert(1)</script>', password, password_again: password},
    ]) {
        const answer = await browser.submit(await browser.open(target), values);
        assertAnswer(answer, {status: 200, contains: ['role="alert"'], lacks: ['<script>alert', password]});
    }
    assertAnswer(await browser.open(target), {status: 200});
    await server.stop();
});

test('a wrong or missing token opens nothing', async () => {
    const {server, target} = await firstStart();
    const wrong = target.replace(/token=.*/, `token=${'0'.repeat(40)}`);
    for (const bad of [wrong, '/setup', '/setup?token=', '/setup?token=%00']) {
        assertAnswer(await new Browser(server).open(bad), {status: 403, headers: {'content-type': /^text\/html/}});
    }
    const form = {token: 'wrong', username: 'root', password, password_again: password};
    assertAnswer(await server.post('/setup', {form}), {status: 403});
    assertAnswer(await server.post('/setup', {form: {}}), {status: 403});
    assertAnswer(await server.post('/api-token-auth/', {json: {username: 'root', password}}), {status: 400});
    await server.stop();
});

test('a user made by the command closes the link of the running server', async () => {
    const {server, target} = await firstStart();
    await createUser(server.data, 'root', {superuser: true, password});
    assertAnswer(await server.post('/api-token-auth/', {json: {username: 'root', password}}), {status: 200});
    assertAnswer(await new Browser(server).open(target), {status: 404});
    await server.stop();
});

test('two who use the link at once make one administrator', async () => {
    const {server, target} = await firstStart();
    const browsers = [new Browser(server), new Browser(server)];
    const forms = await Promise.all(browsers.map((browser) => browser.open(target)));
    const answers = await Promise.all(browsers.map((browser, i) =>
        browser.submit(forms[i], {username: `root${i}`, password, password_again: password}, {follow: false})));
    assert.deepEqual(answers.map(({status}) => status).sort(), [303, 404]);
    await server.stop();
});

test('each start has a link of its own until there is a user', async () => {
    const {server, target} = await firstStart();
    await server.restart();
    assertAnswer(await server.get(target), {status: 403});
    const line = server.lines().find(({link}) => link);
    assert.ok(line && !line.link.endsWith(target));
    await server.stop();
});
