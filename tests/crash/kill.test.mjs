// kill -9 at random moments under load, again and again on one data directory: what was
// acknowledged stays, nothing comes twice. EYED_TEST_ROUNDS says how often (20).
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createUser, runOn, Server} from '../api/harness.mjs';
import {checkEvents, Ledger, resend, startSenders} from './senders.mjs';

process.setMaxListeners(0);  // every start of a server adds one
const rounds = Number(process.env.EYED_TEST_ROUNDS || 20);

async function sendAndKill(server, ledger) {
    server.dying = false;
    const senders = startSenders(server, ledger);
    const before = ledger.acknowledged.size;
    const end = Date.now() + 20 + Math.random() * 300;
    // Long enough for some to be acknowledged, however slow the machine is.
    while (!senders.failed() && (Date.now() < end || ledger.acknowledged.size === before)) {
        await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 10));
    }
    server.dying = true;
    await server.kill();
    await senders.stop();
}

test(`no acknowledged event is lost or doubled over ${rounds} kills`, {timeout: 60_000 + rounds * 30_000}, async (t) => {
    // Small segments, so that kills also meet the change from one to the next.
    const server = new Server({settings: {'log.segment_bytes': '1MiB'}});
    t.after(() => server.child?.kill('SIGKILL'));
    const password = await createUser(server.data, 'admin', {superuser: true});
    const ledger = new Ledger();
    const checked = {last: 0, ids: new Map()};
    for (let round = 0; round < rounds; round++) {
        await server.start();
        server.token ??= (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
        await resend(server, ledger);
        assert.equal(ledger.unanswered.size, 0);
        await checkEvents(server, ledger, checked);
        await sendAndKill(server, ledger);
    }
    await server.start();
    await checkEvents(server, ledger, {last: 0, ids: new Map()});
    await resend(server, ledger);
    await checkEvents(server, ledger, {last: 0, ids: new Map()});
    await server.stop();
    await runOn(server.data, ['verify']);
    t.diagnostic(`${ledger.acknowledged.size} events over ${rounds} kills`);
});
