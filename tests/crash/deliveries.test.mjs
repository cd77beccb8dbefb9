// kill -9 at random moments while events are forwarded to a receiver that answers as it likes: each
// event reaches it, every time under the one id, and what is delivered is told so. EYED_TEST_ROUNDS
// says how often (8).
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createUser, Server, waitFor} from '../api/harness.mjs';
import {answer, brokenAnswers, oneOf, Peer, reset} from '../api/peer.mjs';
import {Ledger, resend, startSenders} from './senders.mjs';

process.setMaxListeners(0);  // every start of a server adds one
const rounds = Number(process.env.EYED_TEST_ROUNDS || 8);
const settings = {'delivery.allow_networks': '127.0.0.0/8', 'log.segment_bytes': '1MiB'};

// By the ids that requests carried: which events each one was for, and which were taken.
class Received {
    eventOf = new Map();    // webhook-id -> event_id
    idOf = new Map();       // event_id -> webhook-id
    taken = new Set();      // event_id
    requests = 0;

    add(request) {
        this.requests++;
        const id = request.headers['webhook-id'];
        const {event_id} = request.json;
        assert.equal(request.headers['idempotency-key'], id);
        assert.ok([undefined, event_id].includes(this.eventOf.get(id)), `${id} is of ${this.eventOf.get(id)} and of ${event_id}`);
        assert.ok([undefined, id].includes(this.idOf.get(event_id)), `${event_id} came as ${this.idOf.get(event_id)} and as ${id}`);
        this.eventOf.set(id, event_id);
        this.idOf.set(event_id, id);
    }
}

test(`each event is delivered under one id over ${rounds} kills`, {timeout: 120_000 + rounds * 60_000}, async (t) => {
    const received = new Received();
    const peer = await Peer.open({record: false});
    t.after(() => peer.close());
    const noted = (behaviour, taken) => (exchange) => {
        received.add(exchange.request);
        if (taken) received.taken.add(exchange.request.json.event_id);
        return behaviour(exchange);
    };
    peer.script('/hook', oneOf([
        [90, noted(answer(200), true)], [3, noted(answer(503))], [3, noted(reset())], [2, noted(reset(), true)], [2, noted(brokenAnswers.empty())],
    ]));
    const server = new Server({settings});
    t.after(() => server.child?.kill('SIGKILL'));
    const password = await createUser(server.data, 'admin', {superuser: true});
    await server.start();
    server.token = (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
    // Never suspended, and tried until it works.
    const hook = await server.post('/api/v1/destinations', {json: {name: 'hook', url: peer.url('/hook'), breaker_failures: 0, concurrency: 50,
        categories: ['crash'], schedule: Array(50).fill('1s')}});
    assert.equal(hook.status, 201, hook.text);

    const ledger = new Ledger();
    for (let round = 0; round < rounds; round++) {
        if (round > 0) await server.start();
        await resend(server, ledger);
        server.dying = false;
        const senders = startSenders(server, ledger, {count: 3, batch: 40});
        const before = {acknowledged: ledger.acknowledged.size, arrivals: peer.arrivals};
        const end = Date.now() + 50 + Math.random() * 400;
        while (!senders.failed() && (Date.now() < end || ledger.acknowledged.size === before.acknowledged || peer.arrivals === before.arrivals)) {
            await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 10));
        }
        server.dying = true;
        await server.kill();
        await senders.stop();
    }
    await server.start();
    await resend(server, ledger);
    const open = () => server.get(`/api/v1/destinations/${hook.body.id}`).then(({body}) => body);
    await waitFor('everything to be delivered', async () => {
        const {deliveries, behind} = await open();
        return behind === 0 && deliveries.open === 0;
    }, 120_000);
    assert.equal(peer.fault, undefined);
    assert.equal((await open()).deliveries.dead, 0);
    for (const event_id of ledger.acknowledged.keys()) assert.ok(received.taken.has(event_id), `${event_id} arrived`);
    for (const event_id of received.idOf.keys()) assert.ok(ledger.acknowledged.has(event_id), `${event_id} was sent`);
    await server.stop();
    t.diagnostic(`${ledger.acknowledged.size} events in ${received.requests} requests over ${rounds} kills`);
});
