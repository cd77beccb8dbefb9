// The script of seed 003's README against a demo: every step answers as its client expects.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {runProgram, useServer} from './harness.mjs';

const server = useServer({args: ['--demo'], admin: null});
const script = fileURLToPath(new URL('event_manager_script.py', import.meta.url));

test('the README script runs unchanged', async () => {
    for (let round = 0; round < 2; round++) {
        const ended = await runProgram('/usr/bin/python3', [script, `${server.origin}/events_api/v1/`]);
        assert.equal(ended.code, 0, ended.stderr);
        const codes = [...ended.stdout.matchAll(/HTTP status code (\d+)/g)].map(([, code]) => Number(code));
        assert.deepEqual(codes, [201, 200, 200, 200, 200, 204], ended.stdout);
        assert.match(ended.stdout, /\* events - http:\/\/.*\/events_api\/v1\/events\//);
        assert.match(ended.stdout, /the event list - count: \d\d/);
    }
});

test('the demo has something of everything', async () => {
    const count = async (list) => (await server.get(`/events_api/v1/${list}/`, {token: null})).body.count;
    assert.ok(await count('events') >= 12);
    assert.ok(await count('categories') >= 5);
    assert.ok(await count('locations') >= 5);
    assert.equal((await server.get('/events_api/v1/locations/4/')).status, 200);
});

test('the demo is loaded once', async () => {
    const before = (await server.get('/events_api/v1/events/')).body.count;
    await server.restart();
    assert.equal((await server.get('/events_api/v1/events/')).body.count, before);
});
