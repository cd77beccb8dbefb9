// Bytes that a disk changed behind the program's back: said, put aside, never passed over in silence.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {closeSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {createUser, runOn, Server, waitFor} from '../api/harness.mjs';
import {checkEvents, Ledger, sendEvents} from './senders.mjs';

const limit = {timeout: 240_000};

// A stopped server on a data directory with events in several segments of the log.
async function filledServer(t) {
    const server = new Server({settings: {'log.segment_bytes': '1MiB'}});
    t.after(() => server.child?.kill('SIGKILL'));
    const password = await createUser(server.data, 'admin', {superuser: true});
    await server.start();
    server.token = (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
    const ledger = new Ledger();
    for (let i = 0; i < 20; i++) {
        await sendEvents(server, undefined, ledger, Array.from({length: 1000}, () => ledger.newEvent(i)));
    }
    await checkEvents(server, ledger, {last: 0, ids: new Map()});
    await server.stop();
    return {server, ledger};
}

function overwrite(file, offset, change) {
    const descriptor = openSync(file, 'r+');
    const bytes = Buffer.alloc(change.length ?? 1);
    readSync(descriptor, bytes, 0, bytes.length, offset);
    writeSync(descriptor, change.bytes(bytes), 0, bytes.length, offset);
    closeSync(descriptor);
}

function segments(server) {
    const folder = path.join(server.data, 'log');
    return readdirSync(folder).filter((name) => /\.log(\.zst)?$/.test(name)).sort().map((name) => path.join(folder, name));
}

// Flips a byte of the second segment; gives its number, which every name of it begins with. A segment
// that was being compressed when the server stopped lies there in both forms: either may be read.
function flipInTheMiddle(server) {
    const numbers = [...new Set(segments(server).map((name) => path.basename(name).split('.')[0]))];
    assert.ok(numbers.length > 2, 'there are several segments');
    const number = numbers[1];
    for (const file of segments(server).filter((name) => path.basename(name).startsWith(number))) {
        overwrite(file, Math.floor(statSync(file).size / 2), {bytes: (old) => Buffer.from([old[0] ^ 0x10])});
    }
    return number;
}

test('a store file that will not open is put aside and made anew from the log', limit, async (t) => {
    const {server, ledger} = await filledServer(t);
    const folder = path.join(server.data, 'store');
    overwrite(path.join(folder, 'events.duckdb'), 0, {length: 8192, bytes: (old) => old.fill(0x5a)});
    await server.start();
    await checkEvents(server, ledger, {last: 0, ids: new Map()});
    assert.ok(readdirSync(folder).some((name) => name.startsWith('events.duckdb.broken-')), 'the old file is kept');
    assert.ok(server.lines().some((line) => line.level !== 'info' && /put aside|broken|damaged|will not open/i.test(JSON.stringify(line))),
        'the log says so');
    await server.stop();
    await runOn(server.data, ['verify']);
});

test('a store that is lost after the log\'s beginning is filled with what is left, and told how much is not', limit, async (t) => {
    const {server} = await filledServer(t);
    const names = segments(server).map((name) => path.basename(name));
    const numbers = [...new Set(names.map((name) => name.split('.')[0]))];
    assert.ok(numbers.length > 3, 'there are several segments');
    // As log.retention does, which is a minute at least.
    for (const name of names.filter((one) => numbers.indexOf(one.split('.')[0]) < 2)) {
        rmSync(path.join(server.data, 'log', name));
    }
    const gone = Number(numbers[2]) - 1;
    rmSync(path.join(server.data, 'store'), {recursive: true});
    await server.start();
    const told = await server.waitForLine('the log no longer has these records: the store goes on without them');
    assert.deepEqual([told.level, Number(told.first), Number(told.last), Number(told.records)], ['error', 1, gone, gone]);
    // Of this server every record is an event, so positions and ids are the same.
    const status = async (id) => (await server.get(`/api/v1/events/${id}`)).status;
    assert.deepEqual([await status(1), await status(gone), await status(gone + 1), await status(20_000)], [404, 404, 200, 200]);
    const {body} = await server.post('/api/v1/events', {json: {category: 'crash', name: 'after the loss'}});
    assert.equal(body.id, 20_001);
    assert.equal(await status(body.id), 200);
    await server.restart();
    assert.equal(server.logged(told.msg), undefined, 'said once');
    await server.stop();
    await runOn(server.data, ['verify']);
});

test('a flipped byte in the middle of the log is found by verify', limit, async (t) => {
    const {server} = await filledServer(t);
    await runOn(server.data, ['verify']);
    const damaged = flipInTheMiddle(server);
    const {stdout, stderr} = await runOn(server.data, ['verify'], {code: 1});
    assert.ok(`${stdout}${stderr}`.includes(damaged), 'names the file');
});

async function listen(server) {
    server.spawn();
    const line = await server.waitForLine('listening');
    server.host = '127.0.0.1';
    server.port = Number(line.address.match(/:(\d+)$/)[1]);
}

test('a flipped byte in the middle of the log stops the store there, is reported, and can be given up', limit, async (t) => {
    const {server} = await filledServer(t);
    const damaged = flipInTheMiddle(server);
    rmSync(path.join(server.data, 'store'), {recursive: true});
    await listen(server);
    const names = (one) => one.level === 'error' && JSON.stringify(one).includes(damaged);
    await waitFor('the damage being reported', () => server.lines().some(names), 60_000);
    const read = await server.get('/api/v1/events?limit=1', {stale: 'take'});
    assert.equal(read.status, 200);
    assert.equal(read.headers['x-eyed-stale'], 'true', 'a read says that it does not show all');
    for (const target of ['/api/v1/events/999999', '/event_detail/999999/', `/api/v1/sessions/${randomUUID()}`,
        `/api/v1/sessions/${randomUUID()}/events`, '/api/v1/rejections/999999']) {
        const missing = await server.get(target, {stale: 'take'});
        assert.deepEqual([missing.status, missing.headers['x-eyed-stale']], [404, 'true'], `${target} may only not be there yet`);
    }
    const ready = await waitFor('unreadiness', async () => {
        const answer = await server.get('/readyz');
        return answer.status === 503 && answer;
    });
    assert.deepEqual([ready.body.checks.log.ok, ready.body.checks.store.ok], [true, false]);
    assert.ok(!ready.text.includes(server.data) && !ready.text.includes(damaged), 'where is for the log alone');
    assert.ok(server.logged('not ready').why.includes(damaged));
    const asked = await server.get('/api/ready', {token: null, headers: {authorization: `Bearer ${server.token}`}});
    assert.deepEqual([asked.status, asked.body], [500, {detail: 'Database connection failed!'}]);
    const event = {category: 'crash', name: 'after the damage'};
    const {status, body} = await server.post('/api/v1/events', {json: event});
    assert.equal(status, 201, 'the log writes on');
    await server.stop();

    await runOn(server.data, ['verify'], {code: 1});
    const {stdout} = await runOn(server.data, ['verify', '--repair']);
    const [, first, last] = stdout.match(/Given up: records (\d+) to (\d+)/).map(Number);
    assert.ok(readdirSync(path.join(server.data, 'log')).some((name) => name.endsWith('.damaged')), 'the file is kept');
    await listen(server);
    await waitFor('all that is left being applied', async () => (await server.get(`/api/v1/events/${body.id}`)).status === 200, 60_000);
    // Of this server every record is an event, so positions and ids are the same.
    assert.equal((await server.get(`/api/v1/events/${first - 1}`)).status, 200, 'what came before is there');
    assert.equal((await server.get(`/api/v1/events/${first}`)).status, 404);
    assert.equal((await server.get(`/api/v1/events/${last}`)).status, 404);
    assert.equal((await server.get(`/api/v1/events/${last + 1}`)).status, 200, 'and what came after');
    assert.equal((await server.post('/api/v1/events', {json: event})).body.id, body.id + 1);
    await server.stop();
    await runOn(server.data, ['verify']);
});
