// Settings: file, environment, flags; every error names the setting and where it came from.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {runEyed, Server, temporaryDirectory} from './harness.mjs';

function file(text) {
    const name = path.join(temporaryDirectory(), 'eyed.toml');
    writeFileSync(name, text);
    return name;
}

// What `eyed config --json` says of a setting.
async function effective(name, args, environment = {}) {
    const ended = await runEyed(['config', '--json', ...args], {environment});
    assert.equal(ended.code, 0, ended.stderr);
    return JSON.parse(ended.stdout)[name];
}

async function refused(args, environment, ...says) {
    const ended = await runEyed(args, {environment});
    assert.equal(ended.code, 2, `${ended.code}\n${ended.stdout}${ended.stderr}`);
    for (const text of says) assert.ok(ended.stderr.includes(text), `says ${text}: ${ended.stderr}`);
    assert.equal(ended.stdout, '');
}

test('flags come before the environment, that before the file, that before the default', async () => {
    const toml = file('[store]\nmemory = "256MiB"\n');
    const value = async (...given) => (await effective('store.memory', ...given)).value;
    const [flag, environment, config] = [['--store.memory=640MiB'], {EYED_STORE_MEMORY: '384MiB'}, ['--config', toml]];
    assert.match(await value([]), /^\d+(MiB|GiB)$/);
    assert.equal(await value(config), '256MiB');
    assert.equal(await value(config, environment), '384MiB');
    assert.equal(await value([...config, ...flag], environment), '640MiB');
    assert.equal(await value([], {EYED_CONFIG: toml}), '256MiB');
});

test('each value says where it came from', async () => {
    const toml = file('\n[store]\nmemory = "256MiB"\n');
    assert.match((await effective('store.memory', ['--config', toml])).source, /eyed\.toml:3/);
    assert.match((await effective('store.memory', [], {EYED_STORE_MEMORY: '384MiB'})).source, /EYED_STORE_MEMORY/);
    assert.match((await effective('store.memory', ['--store.memory', '512MiB'])).source, /--store\.memory/);
    assert.equal((await effective('store.memory', [])).source, 'default');
});

test('an unknown key in the file', () =>
    refused(['config', '--config', file('[store]\nmemroy = "1GiB"\n')], {}, 'store.memroy', 'eyed.toml:2'));
test('an unknown section in the file', () =>
    refused(['config', '--config', file('[stroe]\nmemory = "1GiB"\n')], {}, 'stroe', 'eyed.toml'));
test('an unknown variable', () => refused(['config'], {EYED_STORE_MEMROY: '1GiB'}, 'EYED_STORE_MEMROY'));
test('an unknown flag', () => refused(['config', '--store.memroy=1GiB'], {}, '--store.memroy'));
test('a bad value in the file', () =>
    refused(['config', '--config', file('[store]\nmemory = "lots"\n')], {}, 'store.memory', 'eyed.toml:2', 'lots'));
test('a bad value in the environment', () =>
    refused(['config'], {EYED_HTTP_BODY_TIMEOUT: 'soon'}, 'http.body_timeout', 'EYED_HTTP_BODY_TIMEOUT', 'soon'));
test('a bad value of a flag', () => refused(['config', '--log.segment_bytes=1'], {}, '--log.segment_bytes'));
test('a bad place to listen', () => refused(['serve', '--listen', 'nowhere'], {}, 'listen', 'nowhere'));
test('a file that is not there', () => refused(['config', '--config', '/nonexistent.toml'], {}, '/nonexistent.toml'));
test('a file that is no TOML', () => refused(['config', '--config', file('[store\n')], {}, 'eyed.toml'));
test('a flag without its value', () => refused(['config', '--store.memory'], {}, '--store.memory'));
test('serve refuses what config refuses', () => refused(['serve', '--store.memory=lots'], {}, '--store.memory'));

test('a file of another kind of value', () =>
    refused(['config', '--config', file('[store]\nmemory = [1, 2]\n')], {}, 'store.memory'));

test('the server runs on its file alone', async () => {
    const data = temporaryDirectory();
    const toml = file(`data = "${data}"\nlisten = "127.0.0.1:0"\n\n[logging]\nformat = "json"\n\n[auth]\nhash_memory = "8MiB"\n`);
    const server = new Server({data, args: ['--config', toml]});
    await server.start();
    assert.equal((await server.get('/healthz')).status, 200);
    await server.stop();
});

test('a port that is taken is said, and is no crash', async () => {
    const server = await new Server().start();
    const ended = await runEyed(['serve', '--data', temporaryDirectory(), '--listen', `127.0.0.1:${server.port}`]);
    assert.equal(ended.code, 1);
    assert.ok((ended.stdout + ended.stderr).includes(`${server.port}`), ended.stderr);
    await server.stop();
});

test('a second server on the same data is refused', async () => {
    const server = await new Server().start();
    const ended = await runEyed(['serve', '--data', server.data, '--listen', '127.0.0.1:0']);
    assert.equal(ended.code, 1);
    assert.match(ended.stdout + ended.stderr, /in use|another|lock/i);
    assert.equal((await server.get('/readyz')).status, 200);
    await server.stop();
});
