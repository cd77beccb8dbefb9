// The commands beside the server: users, tokens, verify, rebuild; --json, --quiet, exit codes.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Browser} from './browser.mjs';
import {createKey, createUser, runEyed, runOn, Server, temporaryDirectory, tokenIn, waitFor} from './harness.mjs';
import {assertAnswer, having, theEvent, unique} from './scenario.mjs';

const jsonLines = (text) => text.trim().split('\n').map((line) => JSON.parse(line));

test('--help and --version', async () => {
    const help = await runEyed(['--help']);
    assert.equal(help.code, 0);
    for (const command of ['serve', 'user', 'token', 'export', 'import', 'verify', 'rebuild', 'config']) {
        assert.ok(help.stdout.includes(command), command);
        assert.equal((await runEyed([command, '--help'])).code, 0, command);
    }
    assert.match((await runEyed(['--version'])).stdout, /^eyed \d+\.\d+\.\d+/);
});

for (const args of [[], ['nonsense'], ['user'], ['user', 'create'], ['user', 'deactivate'], ['serve', '--nonsense'], ['token', 'create'],
    ['token', 'create', '--user', 'x', '--scope', 'everything'], ['export', '--format', 'xml'], ['import'], ['user', 'list', '--json', '--quiet']]) {
    test(`usage: eyed ${args.join(' ')}`, async () => {
        const ended = await runEyed(args);
        assert.equal(ended.code, 2, ended.stderr);
        assert.equal(ended.stdout, '');
        assert.match(ended.stderr, /./);
    });
}

test('users are created and listed', async () => {
    const data = temporaryDirectory();
    const human = await runOn(data, ['user', 'create', 'ann', '--password-stdin'], {input: 'long enough 1\n'});
    assert.match(human.stdout, /ann/);
    const json = await runOn(data, ['user', 'create', 'root', '--superuser', '--password-stdin', '--json'], {input: 'long enough 2\n'});
    assertAnswer({body: JSON.parse(json.stdout)}, {body: having({name: 'root', superuser: true, active: true})});
    const quiet = await runOn(data, ['user', 'create', 'bob', '--password-stdin', '--quiet'], {input: 'long enough 3'});
    assert.equal(quiet.stdout, 'bob\n');
    for (const {stdout, stderr} of [human, json, quiet]) assert.ok(!(stdout + stderr).includes('long enough'));

    const list = await runOn(data, ['user', 'list']);
    for (const name of ['ann', 'root', 'bob']) assert.ok(list.stdout.includes(name));
    const users = jsonLines((await runOn(data, ['user', 'list', '--json'])).stdout).flat();
    assert.deepEqual(users.map(({name, superuser}) => [name, superuser]).sort(), [['ann', false], ['bob', false], ['root', true]]);
});

test('a user that cannot be is refused', async () => {
    const data = temporaryDirectory();
    await createUser(data, 'ann');
    const create = (name, input, code) => runOn(data, ['user', 'create', name, '--password-stdin'], {input, code});
    assert.match((await create('ann', 'long enough 1\n', 1)).stderr, /ann/);
    for (const [name, input] of [['eve', ''], ['eve', 'short\n'], ['', 'long enough 1\n'], ['e v e', 'long enough 1\n'], ['../eve', 'long enough 1\n']]) {
        const ended = await runEyed(['user', 'create', name, '--password-stdin', '--data', data], {input});
        assert.ok(ended.code === 1 || ended.code === 2, `${name}: ${ended.code}`);
        assert.match(ended.stderr, /./);
    }
    assert.equal((await runOn(data, ['user', 'list', '--quiet'])).stdout, 'ann\n');
});

test('a user is deactivated beside the running server, and activated again', async () => {
    const server = new Server();
    await createUser(server.data, 'admin', {superuser: true});
    await server.start();
    const own = await server.user('ann', {superuser: true});
    const key = await server.key('ann', {application: 'kiosk', scopes: ['ingest', 'read']});
    const browser = new Browser(server);
    await browser.login('ann', server.passwords.ann);
    const login = async () => (await server.post('/api-token-auth/', {json: {username: 'ann', password: server.passwords.ann}})).status;
    const statuses = async () => [
        (await server.get('/events/', {token: own})).status,
        (await server.post('/events/', {token: key, json: theEvent()})).status,
        (await browser.open('/admin/events/eventtype/')).path.startsWith('/admin/login'),
        await login(),
    ];
    assert.deepEqual(await statuses(), [200, 201, false, 200]);

    const human = await runOn(server.data, ['user', 'deactivate', 'ann']);
    assert.match(human.stdout, /ann/);
    await waitFor('the deactivation', async () => (await server.get('/events/', {token: own})).status === 401, 5000);
    assert.deepEqual(await statuses(), [401, 401, true, 400]);
    const list = jsonLines((await runOn(server.data, ['user', 'list', '--json'])).stdout);
    assert.deepEqual(list.map(({name, active}) => [name, active]), [['admin', true], ['ann', false]]);
    await server.restart();
    assert.deepEqual(await statuses(), [401, 401, true, 400]);

    const json = await runOn(server.data, ['user', 'activate', 'ann', '--json']);
    assertAnswer({body: JSON.parse(json.stdout)}, {body: having({name: 'ann', active: true})});
    await waitFor('the activation', async () => (await server.get('/events/', {token: own})).status === 200, 5000);
    assert.deepEqual(await statuses(), [200, 201, false, 200]);
    assert.equal((await runOn(server.data, ['user', 'activate', 'ann', '--quiet'])).stdout, '');
    await server.stop();
    for (const command of ['deactivate', 'activate']) {
        assert.match((await runOn(server.data, ['user', command, 'eve'], {code: 1})).stderr, /eve/);
    }
});

test('tokens are printed once, listed without their secret, and revoked', async () => {
    const server = new Server();
    await createUser(server.data, 'ann');
    const created = await runOn(server.data, ['token', 'create', '--user', 'ann', '--scope', 'read', '--json']);
    const key = JSON.parse(created.stdout);
    assertAnswer({body: key}, {body: having({user: 'ann', application: 'ann', token: /^eyed_[0-9a-f]{40}$/})});
    const quiet = await runOn(server.data, ['token', 'create', '--user', 'ann', '--quiet']);
    assert.match(quiet.stdout, /^eyed_[0-9a-f]{40}\n$/);
    assert.notEqual(tokenIn(quiet.stdout), key.token);
    const list = await runOn(server.data, ['token', 'list', '--json']);
    assert.ok(!list.stdout.includes(key.token));

    await server.start();
    assertAnswer(await server.get('/events/', {token: key.token}), {status: 200});
    assertAnswer(await server.post('/events/', {token: key.token, json: theEvent()}), {status: 403});
    await server.stop();
    await runOn(server.data, ['token', 'revoke', String(key.id)]);
    await server.start();
    assertAnswer(await server.get('/events/', {token: key.token}), {status: 401});
    assertAnswer(await server.get('/events/', {token: quiet.stdout.trim()}), {status: 200});
    await server.stop();
});

test('keys of somebody deactivated are listed with their name, as refused', async () => {
    const data = temporaryDirectory();
    for (const name of ['ann', 'bob']) await createUser(data, name);
    await runOn(data, ['token', 'create', '--user', 'ann', '--scope', 'read']);
    await runOn(data, ['user', 'deactivate', 'ann']);
    const [key] = jsonLines((await runOn(data, ['token', 'list', '--json'])).stdout);
    assertAnswer({body: key}, {body: having({user: 'ann', state: 'refused'})});
    assert.match((await runOn(data, ['token', 'list'])).stdout, / ann .* refused$/m);
});

test('a token for nobody is refused', async () => {
    const data = temporaryDirectory();
    await createUser(data, 'ann');
    assert.match((await runOn(data, ['token', 'create', '--user', 'eve'], {code: 1})).stderr, /eve/);
});

// A stopped server's data with events, a rejection, a change and an erasure.
async function usedData() {
    const server = new Server();
    await createUser(server.data, 'admin', {superuser: true});
    server.token = await createKey(server.data, 'admin');
    await server.start();
    const name = unique();
    const json = Array.from({length: 200}, (_, i) => ({category: 'kept', name, data: {i}}));
    const {body: {results}} = await server.post('/api/v1/events', {json});
    await server.post('/api/v1/events', {json: {category: 'kept', name: 5}});
    await server.patch(`/api/v1/events/${results[0].id}`, {json: {data: {changed: true}}});
    await server.delete(`/api/v1/events/${results[1].id}`);
    const read = async () => ({
        events: (await server.get('/api/v1/export')).text,
        rejections: (await server.get('/api/v1/rejections')).body,
        types: (await server.get('/api/v1/event-types')).body,
    });
    return {server, read};
}

test('rebuild recreates from the log what was there, and verify agrees', async () => {
    const {server, read} = await usedData();
    const before = await read();
    assert.equal(before.events.trim().split('\n').length, 199);
    await server.stop();
    assert.equal((await runOn(server.data, ['verify'])).code, 0);
    await runOn(server.data, ['rebuild']);
    const verified = JSON.parse((await runOn(server.data, ['verify', '--json'])).stdout.trim().split('\n').at(-1));
    assert.equal(typeof verified, 'object');
    await server.start();
    assert.deepEqual(await read(), before);
    await server.stop();
});

test('verify and rebuild keep off a running server\'s data', async () => {
    const {server} = await usedData();
    for (const command of ['verify', 'rebuild']) {
        const ended = await runOn(server.data, [command], {code: 1});
        assert.match(ended.stderr, /./);
    }
    assertAnswer(await server.get('/readyz'), {status: 200});
    await server.stop();
});

test('verify and rebuild of nothing', async () => {
    const missing = `${temporaryDirectory()}/missing`;
    for (const command of ['verify', 'rebuild', 'export']) {
        const ended = await runEyed([command, '--data', missing]);
        assert.notEqual(ended.code, null, 'it ends by itself');
        assert.ok(ended.code <= 2, `${command}: ${ended.code}`);
    }
});
