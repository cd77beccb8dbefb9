// kill -9 in the middle of replays, again and again on one data directory: each refusal becomes one
// event at most, and in the end exactly one. EYED_TEST_ROUNDS says how often (20).
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createUser, runOn, Server, waitFor} from '../api/harness.mjs';

process.setMaxListeners(0);  // every start of a server adds one
const rounds = Number(process.env.EYED_TEST_ROUNDS || 20);
const perRound = 1100;
const limits = [25, 1000];  // of the second a kill falls between the pages of one order, too
const aheadMs = 1500;

// Events of a moment that is still to come: refused now, right once it is past. Every other one has
// an event_id, and every tenth of these comes twice.
async function refuse(server, round) {
    const timestamp = new Date(Date.now() + aheadMs).toISOString();
    const events = Array.from({length: perRound}, (_, i) => {
        const number = round * perRound + i;
        const event = {category: 'crash', name: `round ${round}`, timestamp, data: {number}};
        if (i % 2) event.event_id = `event ${i % 20 === 1 ? number + 2 : number}`;
        return event;
    });
    const answer = await server.post('/api/v1/events', {json: events});
    assert.equal(answer.status, 207, answer.text);
    assert.equal(answer.body.rejected, perRound);
    await waitFor('their moment is past', () => Date.now() > Date.parse(timestamp));
}

// Replays from several sides until the server dies.
async function replayAndKill(server, limit) {
    let taken = 0;
    let dying = false;
    const client = async () => {
        while (!dying) {
            try {
                const {status, body} = await server.post('/api/v1/rejections/replay', {json: {limit}});
                if (status === 200) taken += body.accepted;
                else assert.equal(status, 503, 'behind, or stopping');
            } catch (error) {
                if (!dying || error instanceof assert.AssertionError) throw error;
            }
        }
    };
    const clients = [client(), client()];
    const end = Date.now() + Math.random() * 60;
    await waitFor('a replay is done, and some time has passed', () => taken > 0 && Date.now() > end);
    dying = true;
    await server.kill();
    await Promise.all(clients);
}

async function everything(server, target) {
    const rows = [];
    for (let cursor = ''; cursor !== null;) {
        const {status, body, text} = await server.get(`${target}?order=id&limit=1000${cursor && `&cursor=${cursor}`}`);
        assert.equal(status, 200, text);
        rows.push(...body.results);
        cursor = body.next;
    }
    return rows;
}

// No refusal is two events; one that is settled says which event it is.
async function check(server) {
    const events = await everything(server, '/api/v1/events');
    const byId = new Map(events.map((event) => [event.id, event]));
    const replayed = events.filter(({replays}) => replays !== null).map(({replays}) => replays);
    assert.equal(new Set(replayed).size, replayed.length, 'no refusal is two events');
    const ids = events.map(({event_id}) => event_id).filter(Boolean);
    assert.equal(new Set(ids).size, ids.length, 'no event_id is two events');
    const refusals = await everything(server, '/api/v1/rejections');
    for (const {id, state, event, payload} of refusals) {
        if (state === 'open') assert.ok(!replayed.includes(id), `${id} is an event, and open`);
        else if (state === 'replayed') assert.equal(byId.get(event)?.replays, id);
        else assert.equal(byId.get(event)?.event_id, payload.event_id, `${id} is ${state}`);
    }
    return {events, refusals};
}

test(`each refusal is taken in once over ${rounds} kills`, {timeout: 60_000 + rounds * 30_000}, async (t) => {
    const settings = {'log.segment_bytes': '1MiB', 'ingest.future_tolerance': '0s'};
    const server = new Server({settings});
    t.after(() => server.child?.kill('SIGKILL'));
    const password = await createUser(server.data, 'admin', {superuser: true});
    for (let round = 0; round < rounds; round++) {
        await server.start();
        server.token ??= (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
        await refuse(server, round);
        await replayAndKill(server, limits[round % limits.length]);
        await server.start();
        await check(server);
        await server.stop();
    }
    await server.start();
    for (let next = ''; next !== null;) {
        const {status, body, text} = await server.post('/api/v1/rejections/replay', {json: next ? {cursor: next} : {}});
        assert.equal(status, 200, text);
        assert.equal(body.refused, 0);
        next = body.next;
    }
    const {events, refusals} = await check(server);
    assert.equal(refusals.length, rounds * perRound, 'a replay records no refusal');
    const numbers = new Set(refusals.map(({payload}) => payload.event_id ?? payload.data.number));
    assert.equal(events.length, numbers.size);
    assert.deepEqual(new Set(refusals.map(({state}) => state)), new Set(['replayed', 'duplicate']));
    await server.stop();
    await runOn(server.data, ['verify']);
    t.diagnostic(`${refusals.length} refusals, ${events.length} events over ${rounds} kills`);
});
