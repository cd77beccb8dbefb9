// Without leave from the settings nothing goes to the machine itself or to private networks.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Forwarding, root} from './delivery_client.mjs';
import {useServer} from './harness.mjs';
import {usePeer} from './peer.mjs';
import {assertMatches, having, problem, scenarios, unique} from './scenario.mjs';

const peer = await usePeer();
const server = useServer();
const forwarding = new Forwarding(server, peer);

// Every way to write 127.0.0.1 and ::1 that some resolver takes.
const spellings = [
    '127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '017700000001', '0', '0.0.0.0',
    '[::1]', '[0:0:0:0:0:0:0:1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]',
];
scenarios(server, spellings.map((host) => ({
    name: `http://${host}/ is refused as it is written`,
    send: () => ['POST', `${root}/destinations`, {json: {name: unique('spelt'), url: `http://${host}:${peer.port}/`}}],
    ...problem(400, {errors: (errors) => errors.some(({field}) => field === 'url')}),
})));

for (const host of ['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1.']) {
    test(`${host}, which leads to the machine itself, is refused when it is asked for`, async () => {
        const to = await forwarding.destination({url: `http://${host}:${peer.port}/`, schedule: []});
        const {attempt} = await forwarding.act(`/destinations/${to.id}/test`);
        assertMatches(attempt, having({outcome: 'failed', status: null, error: /./}));
        const delivery = await forwarding.settled(await forwarding.send(to), 'dead');
        assert.equal(delivery.attempts, 1);
        assert.equal(peer.arrivals, 0);
        assert.equal(peer.sockets.size, 0, 'nobody even connected');
    });
}
