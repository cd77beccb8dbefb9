// Guessing passwords: a few tries a minute of each user and address, five times as many of each address.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Browser} from './browser.mjs';
import {createUser, useServer} from './harness.mjs';
import {assertAnswer, having} from './scenario.mjs';

// Far from refilling while a test runs: three tries a minute, one in 20 s.
const attempts = 3;
const server = useServer({
    admin: null,
    settings: {'auth.login_attempts': String(attempts)},
    prepare: async () => {
        for (const name of ['ann', 'bob']) server.passwords[name] = await createUser(server.data, name);
    },
});

const login = (username, password) => server.post('/api-token-auth/', {json: {username, password}});
const wrong = {status: 400, body: {non_field_errors: ['Unable to log in with provided credentials.']}};
const throttled = {
    status: 429,
    headers: {'retry-after': /^([1-9]|1\d|20)$/},
    body: {detail: /^Request was throttled\. Expected available in \d+ seconds?\.$/},
};

test('logins that go well are not counted', async () => {
    for (let i = 0; i < 6 * attempts; i++) assertAnswer(await login('bob', server.passwords.bob), {status: 200});
});

test('after too many tries the right password is not looked at either', async () => {
    for (let i = 0; i < attempts; i++) assertAnswer(await login('ann', 'wrong'), wrong);
    assertAnswer(await login('ann', 'wrong'), throttled);
    assertAnswer(await login('ann', server.passwords.ann), throttled);
    assertAnswer(await login('bob', server.passwords.bob), {status: 200});
});

test('made-up names use up the tries of their address, and clear nobody\'s', async () => {
    let tried = 0;
    for (; tried < 10 * attempts; tried++) {
        const answer = await login(`nobody${tried}`, 'wrong');
        if (answer.status === 429) break;
        assertAnswer(answer, wrong);
    }
    assert.ok(tried <= 5 * attempts, `${tried} names were tried`);
    assertAnswer(await login('ann', server.passwords.ann), throttled);
    assertAnswer(await login('bob', 'wrong'), throttled);
});

test('the login page says the same', async () => {
    assertAnswer(await new Browser(server).login('ann', 'wrong'), {
        status: 429, headers: {'retry-after': /^\d+$/}, contains: ['Too many tries.'],
    });
});

test('signing in by script says the same', async () => {
    const answer = await server.post('/api/v1/session', {json: {username: 'ann', password: server.passwords.ann}});
    assertAnswer(answer, {...throttled, body: having({status: 429, detail: throttled.body.detail})});
    assert.ok(!answer.headers['set-cookie']);
});
