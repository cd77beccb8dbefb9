// A disk that fills up under load: writes are refused with a reason, reads go on, nothing that was
// acknowledged is lost, and once there is space again all goes on by itself.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {createUser, Server, waitFor} from '../api/harness.mjs';
import {checkEvents, Ledger, resend, startSenders} from './senders.mjs';
import {fillDisk, smallDisk} from './small_disk.mjs';

const disk = smallDisk(256);

test('a full disk refuses writes, answers reads, and heals', {skip: disk.reason ?? false, timeout: 300_000}, async (t) => {
    const data = path.join(disk.directory, 'data');
    mkdirSync(data);
    const server = new Server({data, settings: {'log.segment_bytes': '4MiB'}});
    t.after(() => server.child?.kill('SIGKILL'));
    const password = await createUser(data, 'admin', {superuser: true});
    await server.start();
    server.token = (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
    const ledger = new Ledger();
    const first = startSenders(server, ledger, {count: 2});
    await waitFor('the first events', () => ledger.acknowledged.size > 1000 || first.failed());
    await first.stop();

    const free = fillDisk(disk.directory, 12 << 20);
    const senders = startSenders(server, ledger, {count: 4, batch: 1000});
    await waitFor('a refusal', () => ledger.refusals.length > 0 || senders.failed(), 120_000);
    await senders.stop();
    const [refusal] = ledger.refusals;
    assert.ok(Number(refusal.headers['retry-after']) >= 1, 'says when to come again');
    assert.match(JSON.parse(refusal.text).detail, /space|full/i);

    const known = [...ledger.acknowledged.values()][0];
    assert.equal((await server.get(`/api/v1/events/${known}`, {stale: 'take'})).status, 200, 'reads go on');
    const ready = await server.get('/readyz');
    assert.equal(ready.status, 503);
    assert.equal(ready.body.checks.log.ok, false);
    assert.equal((await server.get('/healthz')).status, 200);

    free();
    await waitFor('readiness by itself', async () => (await server.get('/readyz')).status === 200, 60_000);
    await resend(server, ledger);
    await checkEvents(server, ledger, {last: 0, ids: new Map()});
    const exported = await server.get('/api/v1/export');
    assert.equal(exported.status, 503, 'the whole disk is no larger than what an export leaves free');
    assert.match(exported.body.detail, /256 MiB/);
    await server.restart();
    await checkEvents(server, ledger, {last: 0, ids: new Map()});
    await server.stop();
});
