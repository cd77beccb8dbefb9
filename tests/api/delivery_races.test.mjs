// What is decided, or stopped, while a request is under way: nothing is paid twice, and nobody waits in vain.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Cashback, purchase} from './cashback_client.mjs';
import {Forwarding, loopback, root} from './delivery_client.mjs';
import {createUser, Server, waitFor} from './harness.mjs';
import {answer, hang, openable, Peer, reset} from './peer.mjs';
import {assertAnswer, assertMatches, having} from './scenario.mjs';

async function withServer({settings = () => ({}), ...options}, work) {
    const peer = await Peer.open(options);
    const server = new Server({settings: {...loopback, ...settings(peer)}});
    try {
        const password = await createUser(server.data, 'admin', {superuser: true});
        await server.start();
        server.token = (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
        await work({peer, server, cashback: new Cashback(server), forwarding: new Forwarding(server, peer)});
        assert.equal(peer.fault, undefined);
    } finally {
        await server.stop();
        await peer.close();
    }
}
const scenario = (name, options, work) => test(name, {timeout: 60_000}, () => withServer(options, work));

const askable = (peer) => ({'cashback.target_url': peer.url('/pay'), 'cashback.answer_wait': '0s', 'cashback.retry_schedule': '1s,1s,1s',
    'cashback.target_timeout': '20s', 'cashback.target_lookup_url': peer.lookup(), 'cashback.target_lookup_delay': '1s'});

scenario('a payment that is decided about while it is looked up is paid once', {pays: true, idempotent: false, settings: askable},
    async ({peer, cashback}) => {
        const look = openable();
        peer.script('/pay', [reset('after_reading'), answer(201)]);
        peer.script(peer.lookupPath, answer(404, {wait: look.opened, pays: false}));
        const sent = await cashback.send();
        await waitFor('the lookup', () => peer.requests.some(({isLookup}) => isLookup));
        assertAnswer(await cashback.post(`/cashbacks/${sent.id}/resolve`, {outcome: 'not_paid', note: 'They say so'}), {status: 200});
        const other = await cashback.send();
        await cashback.until(other, 'confirmed');
        assert.equal(peer.requestsOf('/pay').length, 2, 'it waits for the lookup');
        look.open();
        await cashback.until(sent, 'confirmed');
        assert.equal(peer.requestsOf('/pay').length, 3);
        assert.deepEqual(peer.ledger.paidTwice(), []);
    });

scenario('a message that is decided about while it is looked up is sent once more', {pays: true}, async ({peer, forwarding}) => {
    const look = openable();
    const lookup_url = peer.lookup();
    peer.script(peer.lookupPath, answer(404, {wait: look.opened}));
    const to = await forwarding.destination({script: [reset('after_reading'), answer(200)], on_unknown: 'look_up',
        lookup_url, lookup_delay: '0s', schedule: ['1s', '1s', '1s']});
    const event = await forwarding.send(to);
    await waitFor('the lookup', () => peer.requests.some(({isLookup}) => isLookup));
    const unknown = await forwarding.settled(event, 'unknown');
    await forwarding.act(`/deliveries/${unknown.id}/resolve`, {outcome: 'not_delivered'});
    look.open();
    const delivered = await forwarding.settled(event);
    assert.deepEqual((await forwarding.attemptsOf(delivered)).map(({number, kind, outcome}) => [number, kind, outcome]),
        [[1, 'send', 'unknown'], [2, 'look_up', 'failed'], [3, 'send', 'delivered']]);
    assert.equal(peer.requestsOf(to.path).length, 2);
});

scenario('a purchase that waits for its target is answered when the server stops', {
    pays: true, settings: (peer) => ({'cashback.target_url': peer.url('/pay'), 'cashback.answer_wait': '60s', 'cashback.target_timeout': '60s'}),
}, async ({peer, server, cashback}) => {
    peer.script('/pay', hang());
    const began = Date.now();
    const sending = cashback.post('/cashback', purchase());
    await peer.received('/pay', 1);
    await server.stop();
    assertAnswer(await sending, {status: 202, body: having({state: 'sent'})});
    assert.ok(Date.now() - began < 20_000);
});

scenario('what a stop cuts off is sent again at the start, whatever the schedule', {}, async ({peer, server, forwarding}) => {
    const to = await forwarding.destination({script: [hang(), answer(200)], schedule: []});
    const event = await forwarding.send(to);
    await peer.received(to.path, 1);
    await server.stop();
    await server.start();
    const delivered = await forwarding.settled(event);
    assert.deepEqual((await forwarding.attemptsOf(delivered)).map(({outcome}) => outcome), ['unknown', 'delivered']);
});

scenario('410 is audited, and what comes then waits in the log', {}, async ({server, forwarding}) => {
    const to = await forwarding.destination({script: answer(410), schedule: []});
    await forwarding.send(to);
    await waitFor('it is disabled', async () => (await forwarding.read(`/destinations/${to.id}`)).state === 'disabled');
    const {results} = (await server.get(`${root}/audit?kind=destination&action=disabled`)).body;
    assertMatches(results, [having({subject_id: to.id, user: null, key: null, via: 'program', details: {reason: 'It answered 410 (Gone).'}})]);
    const event = await forwarding.send(to);
    await waitFor('it is behind', async () => (await forwarding.read(`/destinations/${to.id}`)).behind > 0);
    assert.deepEqual(await forwarding.deliveriesOf({event: event.id}), []);
});

scenario('410 from a test or the target of payments stops nothing', {
    pays: true, settings: (peer) => ({'cashback.target_url': peer.url('/pay'), 'cashback.retry_schedule': '1s'}),
}, async ({peer, cashback, forwarding}) => {
    const to = await forwarding.destination({script: answer(410)});
    assertMatches((await forwarding.act(`/destinations/${to.id}/test`)).attempt, having({status: 410}));
    assert.equal((await forwarding.read(`/destinations/${to.id}`)).state, 'active');
    peer.script('/pay', [answer(410), answer(201)]);
    await cashback.until(await cashback.send(), 'confirmed');
    assert.equal((await forwarding.read('/destinations?kind=cashback')).results[0].state, 'active');
});
