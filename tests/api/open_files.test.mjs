// More connections than the process may open files: log, store and exports keep theirs.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {RawConnection, requestText} from './client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {assertAnswer, having, theEvent, unique} from './scenario.mjs';

const openFiles = 300;
const limit = 150;
const server = useServer({
    openFiles,
    settings: {'log.segment_bytes': '1MiB', 'http.idle_timeout': '5m', 'http.body_timeout': '5m'},
});

const figure = async (name) => {
    const {text} = await server.get('/metrics');
    return Number(text.match(new RegExp(`^${name} (.*)$`, 'm'))[1]);
};
const openMany = (count) => Promise.all(Array.from({length: count}, () => RawConnection.open(server)));

// On one connection that was there before: writes much, so that segments are made, and reads it all.
async function works(connection) {
    const name = unique();
    const {token} = server;
    const ask = (...request) => connection.write(requestText(...request)).answer();
    const headers = {'Content-Type': 'application/json'};
    const body = JSON.stringify(Array.from({length: 500}, () => ({category: 'files', name, data: {text: 'x'.repeat(2000)}})));
    for (let i = 0; i < 4; i++) {
        assertAnswer(await ask('POST', '/api/v1/events', {token, headers, body}), {status: 200});
    }
    const wanted = `name=${encodeURIComponent(name)}`;
    const page = await waitFor('a fresh page', async () => {
        const answer = await ask('GET', `/api/v1/events?limit=1&${wanted}`, {token});
        return answer?.headers['x-eyed-stale'] ? undefined : answer;
    });
    assertAnswer(page, {status: 200});
    assert.equal(page.body.results.length, 1);
    const exported = await ask('GET', `/api/v1/export?${wanted}`, {token});
    assertAnswer(exported, {status: 200});
    assert.equal(exported.text.split('\n').filter(Boolean).length, 2000);
    assertAnswer(await ask('GET', '/readyz'), {status: 200});
}

test('the limit is said at the start and in the metrics', async () => {
    const line = await server.waitForLine('the limit of open files allows fewer connections than http.max_connections');
    assertAnswer({body: line}, {body: having({level: 'warning', open_files: openFiles, connections: limit, 'http.max_connections': 10_000})});
    assert.equal(await figure('eyed_http_connections_limit'), limit);
});

test('busy connections fill the limit: one more is answered 503, and those there go on', async () => {
    const body = JSON.stringify(theEvent());
    const headers = {'Content-Type': 'application/json', 'Content-Length': body.length, 'Expect': '100-continue'};
    const [first, ...others] = await openMany(limit);
    for (const connection of [first, ...others]) {
        connection.write(requestText('POST', '/events/', {token: server.token, headers}));
        assertAnswer(await connection.answer(), {status: 100});
    }
    for (const connection of await openMany(400)) {
        const answer = await connection.answer();
        if (answer) assertAnswer(answer, {status: 503, headers: {'retry-after': '1'}});
        await connection.end();
    }
    assertAnswer(await first.write(body).answer(), {status: 201});
    await works(first);
    for (const connection of [first, ...others]) connection.close();
    await waitFor('they are gone', async () => await figure('eyed_http_connections') < 10);
});

test('a flood of idle connections closes the longest idle, and stops nobody from working', async () => {
    const flood = await openMany(openFiles * 4);
    const [newest] = await openMany(1);
    await works(newest);
    await waitFor('hardly more than the limit is open', () => flood.filter(({closed}) => !closed).length <= limit + 10);
    assert.equal(await figure('eyed_http_accept_errors_total'), 0, 'there was always a file for one more');
    for (const connection of [newest, ...flood]) connection.close();
});

test('none of it was said to be a fault', () => {
    assert.ok(!server.logged('events are not applied to the store'));
    assert.ok(!server.lines().some(({level}) => level === 'error'));
});
