// A disk that fills up while payments are under way: purchases are refused with a reason, what the
// target answered meanwhile is kept and written once there is space, and nothing is paid twice.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {createUser, Server, waitFor} from '../api/harness.mjs';
import {answer, openable, Peer} from '../api/peer.mjs';
import {fillDisk, smallDisk} from './small_disk.mjs';

const disk = smallDisk(96);

const purchase = (number) => ({
    sold_at: new Date(Date.now() - 3_600_000 + number * 1000).toISOString(),
    customer: {document: '52998224725', name: 'Ana'}, total: '100.00', products: [{type: 'A', value: '50.00', qty: 2}],
});

test('payments survive a full disk', {skip: disk.reason ?? false, timeout: 170_000}, async (t) => {
    const data = path.join(disk.directory, 'data');
    mkdirSync(data);
    const target = await Peer.open({pays: true, idempotent: false});
    t.after(() => target.close());
    const server = new Server({data, settings: {
        'log.segment_bytes': '1MiB', 'delivery.allow_networks': '127.0.0.0/8', 'cashback.target_url': target.url('/pay'),
        'cashback.target_timeout': '100s', 'cashback.answer_wait': '0',
    }});
    t.after(() => server.exited || server.kill());
    const password = await createUser(data, 'admin', {superuser: true});
    await server.start();
    server.token = (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;

    const gate = openable();
    target.script('/pay', answer(201, {wait: gate.opened}));
    for (let i = 0; i < 10; i++) assert.equal((await server.post('/api/cashback', {json: purchase(i)})).status, 202);
    await target.received('/pay', 10);

    const free = fillDisk(disk.directory, 512 << 10);
    let kept = 10;
    const refused = await waitFor('a refusal', async () => {
        const reply = await server.post('/api/cashback', {json: purchase(kept)});
        if (reply.status === 202) kept++;
        return reply.status >= 500 && reply;
    }, 60_000);
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.text, /space|full/i);
    gate.open();  // the target answers while nothing can be written
    await waitFor('the operator to be told', () => server.lines().some((line) => /deliver/.test(line.msg) && /space|full/i.test(JSON.stringify(line))));
    assert.equal((await server.get('/api/cashbacks')).status, 200, 'reads go on');

    free();
    await waitFor('all to be confirmed by themselves', async () =>
        (await server.get('/api/cashbacks?state=confirmed')).body.count >= kept, 60_000);
    assert.equal((await server.post('/api/cashback', {json: purchase(kept)})).status, 202, 'what was refused is taken now');
    kept++;
    await waitFor('the last payment', async () => (await server.get('/api/cashbacks?state=confirmed')).body.count === kept, 60_000);
    assert.deepEqual(target.ledger.paidTwice(), []);
    assert.equal(target.arrivals, kept, 'each was sent once');
    await server.stop();
});
