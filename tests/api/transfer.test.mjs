// eyed export and eyed import, on the data directory and against a running server.
import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {createKey, createUser, runEyed, runOn, Server, temporaryDirectory, waitFor} from './harness.mjs';
import {assertAnswer, having, unique} from './scenario.mjs';

async function freshServer() {
    const server = new Server();
    await createUser(server.data, 'admin', {superuser: true});
    server.token = await createKey(server.data, 'admin');
    return server.start();
}

const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

function file(name, text) {
    const target = path.join(temporaryDirectory(), name);
    writeFileSync(target, text);
    return target;
}

function ndjson(count, name) {
    return Array.from({length: count}, (_, i) => `${JSON.stringify({
        category: 'import', name, event_id: `${name}-${i}`, data: {i, text: 'ü, "q"'}, timestamp: '2022-02-02T02:02:02Z',
    })}\n`).join('');
}

const exported = async (server, parameters = {}) =>
    lines((await server.get(`/api/v1/export?${new URLSearchParams(parameters)}`)).text);

for (const format of ['ndjson', 'csv']) {
    test(`what was exported as ${format} can be imported elsewhere`, async () => {
        const [from, to] = [await freshServer(), await freshServer()];
        const name = unique();
        await from.post('/api/v1/events', {body: ndjson(300, name), type: 'application/x-ndjson'});
        await from.stop();
        const target = path.join(temporaryDirectory(), `events.${format}`);
        await runOn(from.data, ['export', '--format', format, '--output', target, '--name', name]);
        await to.stop();
        await runOn(to.data, ['import', target]);
        await to.start();
        const events = await exported(to, {name});
        assert.equal(events.length, 300);
        assertAnswer({body: events[7]}, {body: having({
            category: 'import', name, data: {i: 7, text: 'ü, "q"'}, timestamp: '2022-02-02T02:02:02.000000Z', event_id: `${name}-7`,
        })});
        await to.stop();
    });
}

test('texts with line breaks, quotes and commas come back the same through a CSV, offline and by a server', async () => {
    const [from, to] = [await freshServer(), await freshServer()];
    const name = `${unique()} "quoted",\r\nand\nbroken`;
    const body = ['{\r\n  "text": "a\\r\\nb",\n\t"list": [\n1,\n2\n]\n}', '{"plain": true}'].map((data, i) =>
        `{"category": "a\\nb", "name": ${JSON.stringify(name)}, "event_id": "\\r\\n\\"${i}\\",\\r", ` +
        `"timestamp": "2022-02-02T02:02:02Z", "data": ${data}}`);
    assertAnswer(await from.post('/api/v1/events', {body: `[${body}]`, type: 'application/json'}), {status: 200, body: having({accepted: 2})});
    const csv = (await from.get(`/api/v1/export?${new URLSearchParams({format: 'csv', name})}`)).text;
    const target = file('events.csv', csv);
    await runOn(to.data, ['import', target, '--url', to.origin, '--token', to.token]);
    await from.stop();
    const offline = temporaryDirectory();
    const again = path.join(temporaryDirectory(), 'again.csv');
    await runOn(from.data, ['export', '--format', 'csv', '--output', again]);
    await runOn(offline, ['import', again]);
    const copies = [await exported(to, {name}), lines((await runOn(offline, ['export'])).stdout)];
    for (const events of copies) {
        assert.deepEqual(events.map(({category, name, event_id, data}) => ({category, name, event_id, data})), [
            {category: 'a\nb', name, event_id: '\r\n"0",\r', data: {text: 'a\r\nb', list: [1, 2]}},
            {category: 'a\nb', name, event_id: '\r\n"1",\r', data: {plain: true}},
        ]);
    }
    await to.stop();
});

test('a CSV whose last quotation mark is not closed is refused by its line, after all before it', async () => {
    const data = temporaryDirectory();
    const target = file('events.csv', 'category,name,data\na,b,"{\n}"\na,b,"{\na,b,{}\n');
    const {stderr} = await runOn(data, ['import', target, '--batch', '1'], {code: 1});
    assert.match(stderr, /opens in line 4 is never closed \(after line 3;/);
    assert.equal(lines((await runOn(data, ['export'])).stdout).length, 1);
});

test('export writes to standard output, filtered, and Parquet to a file', async () => {
    const server = await freshServer();
    const name = unique();
    await server.post('/api/v1/events', {body: ndjson(20, name), type: 'application/x-ndjson'});
    await server.post('/api/v1/events', {json: {category: 'other', name}});
    await server.stop();
    const all = await runOn(server.data, ['export']);
    assert.equal(lines(all.stdout).length, 21);
    const some = await runOn(server.data, ['export', '--category', 'import', '--max-id', '5']);
    assert.deepEqual(lines(some.stdout).map(({id}) => id), [1, 2, 3, 4, 5]);
    const parquet = path.join(temporaryDirectory(), 'events.parquet');
    await runOn(server.data, ['export', '--format', 'parquet', '--output', parquet]);
    assert.equal(readFileSync(parquet).subarray(0, 4).toString(), 'PAR1');
});

test('export and import by a running server', async () => {
    const server = await freshServer();
    const name = unique();
    const remote = ['--url', server.origin, '--token', server.token];
    await runOn(server.data, ['import', file('events.ndjson', ndjson(2500, name)), '--batch', '1000', ...remote]);
    assert.equal((await exported(server, {name})).length, 2500);
    const out = path.join(temporaryDirectory(), 'events.ndjson');
    await runOn(server.data, ['export', '--name', name, '--output', out, ...remote]);
    assert.equal(lines(readFileSync(out, 'utf8')).length, 2500);
    await server.stop();
});

test('an import run again adds nothing, and goes on where it stopped', async () => {
    const server = await freshServer();
    const name = unique();
    const remote = ['--url', server.origin, '--token', server.token, '--batch', '100'];
    const target = file('events.ndjson', ndjson(1000, name));
    await runOn(server.data, ['import', target, ...remote]);
    await runOn(server.data, ['import', target, ...remote]);
    await runOn(server.data, ['import', target, '--restart', ...remote]);
    assert.equal((await exported(server, {name})).length, 1000);
    await server.stop();
});

test('an import that is killed goes on when it is run again, and takes each event once', async () => {
    const server = await freshServer();
    await server.stop();
    const name = unique();
    const target = file('events.ndjson', ndjson(20_000, name));
    let child;
    const interrupted = runEyed(['import', target, '--batch', '50', '--data', server.data], {started: (one) => { child = one; }});
    let ended = false;
    interrupted.then(() => { ended = true; });
    await waitFor('the import has begun', () => ended ||
        readdirSync(path.dirname(target)).some((name) => name.includes('.eyed-import-')));
    child.kill('SIGKILL');
    await interrupted;
    const {stdout} = await runOn(server.data, ['import', target, '--json']);
    const {accepted, duplicates, rejected} = JSON.parse(stdout.trim().split('\n').at(-1));
    assert.equal(accepted + duplicates, 20_000);
    assert.equal(rejected, 0);
    await server.start();
    assert.equal((await exported(server, {name})).length, 20_000);
    await server.stop();
});

test('a token that does not count ends an import and an export', async () => {
    const server = await freshServer();
    const remote = ['--url', server.origin, '--token', 'a'.repeat(40)];
    const target = file('events.ndjson', ndjson(10, unique()));
    for (const command of [['import', target], ['export']]) {
        const failed = await runOn(server.data, [...command, ...remote], {code: 1});
        assert.match(failed.stderr, /token|401/i);
    }
    await server.stop();
});

test('bad lines of an import are rejected with their reason, the others are taken', async () => {
    const server = await freshServer();
    const name = unique();
    const text = `${ndjson(3, name)}nonsense\n${JSON.stringify({category: 'import', name, data: 5})}\n`;
    await server.stop();
    const ended = await runOn(server.data, ['import', file('events.ndjson', text), '--json']);
    assertAnswer({body: JSON.parse(ended.stdout.trim().split('\n').at(-1))}, {body: having({accepted: 3, rejected: 2})});
    await server.start();
    assert.equal((await exported(server, {name})).length, 3);
    const {body} = await server.get('/api/v1/rejections');
    assert.deepEqual(body.results.map(({reason}) => reason).sort(), ['malformed', 'wrong_type']);
    await server.stop();
});

test('an import of what is not there', async () => {
    const data = temporaryDirectory();
    const ended = await runOn(data, ['import', '/nonexistent.ndjson'], {code: 1});
    assert.match(ended.stderr, /nonexistent/);
});
