// GET /api/v1/export: the events that match, as a file.
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import zlib from 'node:zlib';

import {RawConnection, requestText} from './client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {anyInstant, assertAnswer, scenarios, unique} from './scenario.mjs';

const server = useServer();
const target = (parameters) => `/api/v1/export?${new URLSearchParams(parameters)}`;
const oddTexts = ['plain', 'with, comma', 'with "quotes"', 'line\nbreak', 'ü ☕', "it's"];

async function send(name) {
    const events = oddTexts.map((text) => ({category: 'export', name, data: {text}, timestamp: '2022-02-02T02:02:02Z'}));
    const {body} = await server.post('/api/v1/events', {json: events});
    return body.results.map(({id}) => id);
}

// RFC 4180: the rows of a CSV text.
export function parseCsv(text) {
    const rows = [[]];
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
        if (quoted === undefined && plain === '' && end === '' && rows.at(-1).length === 0) break;
        rows.at(-1).push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain);
        if (end === '') break;
        if (end !== ',') rows.push([]);
    }
    if (rows.at(-1).length === 0) rows.pop();
    return rows;
}

for (const parameters of [{}, {format: 'ndjson'}]) {
    test(`NDJSON has an event a line, by id ${JSON.stringify(parameters)}`, async () => {
        const name = unique();
        const ids = await send(name);
        const answer = await server.get(target({name, ...parameters}));
        assertAnswer(answer, {status: 200, headers: {
            'content-type': /^application\/x-ndjson/, 'content-disposition': /^attachment; filename="?[^"]+\.ndjson"?$/,
        }});
        const events = answer.text.trimEnd().split('\n').map((line) => JSON.parse(line));
        assert.deepEqual(events.map(({id}) => id), ids);
        assertAnswer({body: events[3]}, {body: {
            id: ids[3], application: 'admin', session_id: null, category: 'export', name, data: {text: oddTexts[3]},
            timestamp: '2022-02-02T02:02:02.000000Z', received_at: anyInstant, event_id: null, dialect: 'native',
        }});
    });
}

test('CSV has a header and a row an event, with odd texts intact', async () => {
    const name = unique();
    const ids = await send(name);
    const answer = await server.get(target({name, format: 'csv'}));
    assertAnswer(answer, {status: 200, headers: {
        'content-type': /^text\/csv/, 'content-disposition': /\.csv"?$/,
    }});
    const [header, ...rows] = parseCsv(answer.text);
    const events = rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i]])));
    for (const column of ['id', 'application', 'session_id', 'category', 'name', 'data', 'timestamp', 'received_at', 'event_id']) {
        assert.ok(header.includes(column), `a column ${column}`);
    }
    assert.deepEqual(events.map(({id}) => Number(id)), ids);
    assert.deepEqual(events.map(({data}) => JSON.parse(data).text), oddTexts);
    assert.equal(events[0].timestamp, '2022-02-02T02:02:02.000000Z');
});

test('Parquet is a Parquet file', async () => {
    const name = unique();
    await send(name);
    const answer = await server.get(target({name, format: 'parquet'}));
    assertAnswer(answer, {status: 200, headers: {'content-disposition': /\.parquet"?$/}});
    assert.equal(answer.bytes.subarray(0, 4).toString(), 'PAR1');
    assert.equal(answer.bytes.subarray(-4).toString(), 'PAR1');
});

for (const format of ['ndjson', 'csv', 'parquet']) {
    test(`${format} is packed for who takes gzip, unless it is packed already`, async () => {
        const name = unique();
        for (let i = 0; i < 5; i++) await send(name);
        const plain = await server.get(target({name, format}));
        const packed = await server.get(target({name, format}), {headers: {'accept-encoding': 'gzip'}});
        const text = format !== 'parquet';
        assertAnswer(plain, {status: 200, headers: {
            'content-encoding': (value) => value === undefined, vary: (value) => /accept-encoding/i.test(value ?? '') === text,
        }});
        assertAnswer(packed, {status: 200, headers: {
            'content-encoding': (value) => value === (text ? 'gzip' : undefined), 'content-disposition': new RegExp(`\\.${format}"?$`),
        }});
        if (text) assert.equal(zlib.gunzipSync(packed.bytes).toString(), plain.text);
        const head = await server.call('HEAD', target({name, format}), {headers: {'accept-encoding': 'gzip'}});
        assertAnswer(head, {status: 200, headers: {vary: (value) => /accept-encoding/i.test(value ?? '') === text}});
    });
}

test('filters select', async () => {
    const name = unique();
    const ids = await send(name);
    const count = async (parameters) => (await server.get(target({name, ...parameters}))).text.split('\n').filter(Boolean).length;
    assert.equal(await count({}), 6);
    assert.equal(await count({min_id: ids[2]}), 4);
    assert.equal(await count({'data.text': 'plain'}), 1);
    assert.equal(await count({from: '2022-02-03T00:00:00Z'}), 0);
    assert.equal(await count({application: 'admin', category: 'export'}), 6);
});

scenarios(server, ['ndjson', 'csv', 'parquet'].map((format) => ({
    name: `an export of nothing as ${format}`,
    send: ['GET', target({format, name: 'nothing has this name'})],
    status: 200,
})));

test('an export is larger than a page', async () => {
    const name = unique();
    const body = `${JSON.stringify({category: 'export', name})}\n`.repeat(5000);
    await server.post('/api/v1/events', {body, type: 'application/x-ndjson'});
    const answer = await server.get(target({name}));
    assert.equal(answer.text.trimEnd().split('\n').length, 5000);
});

test('HEAD says what GET would be, but for the length, and writes nothing', async () => {
    const name = unique();
    await send(name);
    const connection = await RawConnection.open(server);
    connection.write(requestText('HEAD', target({name, format: 'csv'}), {token: server.token}));
    const head = await connection.answer({method: 'HEAD'});
    assertAnswer(head, {status: 200, headers: {
        'content-type': /^text\/csv/, 'content-disposition': /\.csv"?$/, 'cache-control': 'no-store',
        'content-length': (value) => value === undefined, 'transfer-encoding': (value) => value === undefined,
    }});
    connection.write(requestText('GET', '/healthz'));
    assertAnswer(await connection.answer(), {status: 200, body: {status: 'ok'}});
    connection.close();
});

test('nothing stays on disk of exports whose clients reset, at whatever moment', async () => {
    const name = unique();
    const json = Array.from({length: 5000}, () => ({category: 'export', name, data: {text: 'x'.repeat(500)}}));
    for (let i = 0; i < 4; i++) assertAnswer(await server.post('/api/v1/events', {json}), {status: 200});
    const credentials = JSON.stringify({username: 'admin', password: server.passwords.admin});
    const login = requestText('POST', '/api-token-auth/', {headers: {'Content-Type': 'application/json'}, body: credentials});
    const left = () => readdirSync(path.join(server.data, 'exports'));
    for (const format of ['ndjson', 'parquet']) {
        const ask = requestText('GET', target({name, format}), {token: server.token});
        // Behind a login, the export is made while the login's answer waits to be written.
        for (const before of [[], [login], [login, login, login]]) {
            for (const pause of [0, 2, 5, 10, 20, 40, 80]) {
                const connection = await RawConnection.open(server);
                connection.write(Buffer.concat([...before, ask]));
                await new Promise((resolve) => setTimeout(resolve, pause));
                connection.socket.resetAndDestroy();
            }
        }
    }
    const last = await waitFor('room in the queue of exports', async () => {
        const answer = await server.get(target({name}));
        return answer.status !== 503 && answer;
    });
    assert.equal(last.text.split('\n').filter(Boolean).length, 20_000);
    await waitFor('all files gone', () => left().length === 0);
});
