// `eyed destination`, `eyed delivery`, `eyed attempt`: against a running server.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {Forwarding, loopback} from './delivery_client.mjs';
import {runEyed, temporaryDirectory, useServer, waitFor} from './harness.mjs';
import {answer, isSignedBy, reset, usePeer} from './peer.mjs';
import {unique} from './scenario.mjs';

const peer = await usePeer();
const server = useServer({settings: loopback});
const forwarding = new Forwarding(server, peer);
const folder = temporaryDirectory();

async function eyed(args, {code = 0, token = server.token} = {}) {
    const ended = await runEyed([...args, '--url', server.origin, '--token', token]);
    assert.equal(ended.code, code, `eyed ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
}
const told = async (...args) => (await eyed(args)).stdout;
const json = async (...args) => JSON.parse(await told(...args, '--json'));

function file(name, text) {
    const target = path.join(folder, name);
    writeFileSync(target, text);
    return target;
}

test('a destination is made, shown, changed and removed', async () => {
    const name = unique('crm');
    const made = await told('destination', 'create', name, '--to', peer.url('/crm'), '--category', 'none', '--category', 'such',
        '--header', 'X-Tenant: north', '--headers', file('headers.json', '{"Authorization": "Bearer hidden"}'),
        '--template', file('template.json', '{"all": {{}}}'), '--schedule', '5s,1m', '--rate', '5', '--timeout', '2s',
        '--where', '/total=5', '--where', '/there', '--where', '/word=paid', '--ordering', 'by_key');
    assert.match(made, new RegExp(`^${name} \\(destination \\d+, webhook\\)\\n`));
    assert.match(made, /secret: +whsec_\S+ \(shown this once\)/);
    assert.ok(!made.includes('hidden') && !made.includes('north'));
    const shown = await json('destination', 'show', name);
    assert.deepEqual([shown.signed, shown.url, shown.categories, shown.headers, shown.schedule, shown.rate_per_second, shown.timeout, shown.body_template, shown.ordering],
        [true, peer.url('/crm'), ['none', 'such'], {Authorization: '***', 'X-Tenant': '***'}, ['5s', '1m'], 5, '2s', '{"all": {{}}}', 'by_key']);
    assert.deepEqual(shown.data, [{pointer: '/total', equals: 5}, {pointer: '/there'}, {pointer: '/word', equals: 'paid'}]);
    await told('destination', 'set', String(shown.id), '--category', '', '--where', '', '--schedule', '', '--unsigned', '--name', `${name} two`);
    const changed = await json('destination', 'show', `${name} two`);
    assert.deepEqual([changed.categories, changed.data, changed.schedule, changed.signed, changed.timeout], [[], [], [], false, '2s']);
    const row = (await told('destination', 'list', '--search', name)).split('\n')[1];
    assert.match(row, new RegExp(`^${shown.id} +${name} two +webhook +active +0 +\\d+ +\\d+ +${peer.url('/crm')}$`));
    assert.equal(await told('destination', 'list', '--search', name, '--quiet'), `${shown.id}\n`);
    assert.match(await told('destination', 'remove', `${name} two`, '--yes'), /^Removed /);
    assert.match((await eyed(['destination', 'show', `${name} two`], {code: 1})).stderr, /there is no destination/);
});

test('a destination is paused, resumed, disabled, and gets another secret', async () => {
    const to = await forwarding.destination();
    const id = String(to.id);
    assert.equal(await told('destination', 'pause', id, '--reason', 'they move', '--quiet'), 'paused\n');
    assert.match(await told('destination', 'show', id), /state: +paused \(they move\)/);
    assert.equal(await told('destination', 'list', '--state', 'paused', '--search', to.name, '--quiet'), `${id}\n`);
    assert.equal(await told('destination', 'resume', id, '--quiet'), 'active\n');
    assert.equal(await told('destination', 'disable', id, '--quiet'), 'disabled\n');
    const secret = (await told('destination', 'rotate-secret', id, '--overlap', '0', '--quiet')).trim();
    assert.match(await told('destination', 'test', id), /^delivered: status 201 after [\d.]+ ms\n/);
    assert.ok(isSignedBy(peer.requestsOf(to.path)[0], secret));
    peer.script(to.path, answer(400, {body: 'who\u001b[31m?'}));
    const {stdout} = await eyed(['destination', 'test', id], {code: 1});
    assert.equal(stdout.split('\n').slice(1).join(), 'who\\u001b[31m?,');
    assert.equal((await eyed(['destination', 'test', id, '--quiet'], {code: 1})).stdout, 'failed\n');
});

test('what was not taken is removed with its destination only by --yes', async () => {
    const to = await forwarding.destination({script: answer(500), schedule: []});
    await forwarding.settled(await forwarding.send(to), 'dead');
    assert.match((await eyed(['destination', 'remove', String(to.id)], {code: 1})).stderr, /1 of its deliveries were not taken.*Give --yes/);
    assert.equal(JSON.parse((await eyed(['destination', 'remove', String(to.id), '--yes', '--json'])).stdout).removed, to.id);
});

test('a list shows the state that it takes, and no template is one that is taken off', async () => {
    const to = await forwarding.destination({script: answer(500), schedule: ['1h'], breaker_failures: 1, body_template: '{}'});
    await forwarding.send(to);
    await waitFor('it is suspended', async () => (await forwarding.read(`/destinations/${to.id}`)).open_until);
    assert.match(await told('destination', 'list', '--state', 'active', '--search', to.name), / active \(suspended\) /);
    await told('destination', 'set', String(to.id), '--template', '');
    assert.equal((await json('destination', 'show', String(to.id))).body_template, '');
});

test('deliveries are listed, shown, retried and cancelled', async () => {
    const to = await forwarding.destination({script: [answer(500, {body: 'oops'}), answer(500), answer(200)], schedule: []});
    const events = [await forwarding.send(to), await forwarding.send(to)];
    const [first] = [await forwarding.settled(events[0], 'dead'), await forwarding.settled(events[1], 'dead')];
    const of = ['--destination', String(to.id)];
    assert.match(await told('delivery', 'list', ...of), new RegExp(`\\n${first.id} +${to.name} +event ${events[0].id} +dead +1 +\\S+ \\S+ +500 +-\\n$`));
    const shown = await told('delivery', 'show', String(first.id));
    assert.match(shown, new RegExp(`^Delivery ${first.id} \\(${first.message}\\) to ${to.name}: dead\\n`));
    assert.match(shown, /body: +\{.*"category"/);
    assert.match(shown, /\n\d+ +\d+ +hook .* 1 +\S+ \S+ +failed +500 +[\d.]+\n/);
    assert.match(await told('delivery', 'retry', ...of, '--dry-run'), /Dry run, nothing was changed. 2 would be sent again/);
    assert.equal(await told('delivery', 'retry', String(first.id), '--quiet'), 'pending\n');
    await forwarding.settled(events[0]);
    assert.match(await told('delivery', 'retry', ...of, '--status', '500'), /^1 of 1 are sent again/);
    await forwarding.settled(events[1]);
    peer.script(to.path, answer(503));
    await told('destination', 'set', String(to.id), '--schedule', '1h');
    const waiting = await forwarding.settled(await forwarding.send(to), ({attempts}) => attempts === 1);
    assert.equal(await told('delivery', 'cancel', String(waiting.id), '--yes', '--quiet'), 'cancelled\n');
    assert.equal(await told('delivery', 'list', ...of, '--state', 'cancelled', '--quiet'), `${waiting.id}\n`);
});

test('a delivery of unknown outcome is settled', async () => {
    const to = await forwarding.destination({script: reset(), on_unknown: 'hold', schedule: []});
    const {id} = await forwarding.settled(await forwarding.send(to), 'unknown');
    assert.equal((await json('delivery', 'resolve', String(id), 'delivered', '--note', 'they say so')).state, 'delivered');
});

test('attempts are listed and shown', async () => {
    const to = await forwarding.destination({script: answer(404, {body: 'nobody here'}), schedule: []});
    const delivery = await forwarding.settled(await forwarding.send(to), 'dead');
    const [row] = (await told('attempt', 'list', '--delivery', String(delivery.id), '--outcome', 'failed', '--json')).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(row.response, 'nobody here');
    const shown = await told('attempt', 'show', String(row.id));
    assert.match(shown, new RegExp(`^Attempt 1 of delivery ${delivery.id} to ${to.name}: failed\\n`));
    assert.match(shown, /response: nobody here\n/);
    assert.equal(await told('attempt', 'show', String(row.id), '--quiet'), 'failed\n');
});

test('what the server refuses is told, and what makes no sense is not sent', async () => {
    const name = unique('wrong');
    assert.match((await eyed(['destination', 'create', name, '--to', 'ftp://example.org/'], {code: 2})).stderr, /url: /);
    for (const args of [['destination'], ['destination', 'create', name], ['destination', 'set', '1'], ['destination', 'set', '1', '--ordering', 'x'],
        ['destination', 'create', name, '--to', peer.url('/'), '--header', 'no colon'], ['destination', 'create', name, '--to', peer.url('/'), '--template', '/nowhere'],
        ['delivery', 'show', 'x'], ['delivery', 'retry', '1', '--all'], ['delivery', 'retry'], ['delivery', 'resolve', '1'], ['delivery', 'resolve', '1', 'maybe'],
        ['attempt', 'list', '--outcome', 'good'], ['attempt', 'show']]) {
        await eyed(args, {code: 2});
    }
    assert.match((await eyed(['delivery', 'retry'], {code: 2})).stderr, /--all/);
    const empty = file('empty.json', ' \n');
    const {stderr} = await eyed(['destination', 'create', name, '--to', peer.url('/'), '--template', empty], {code: 2});
    assert.match(stderr, /empty\.json: is empty/);
    assert.match((await eyed(['delivery', 'list'], {code: 1, token: 'f'.repeat(40)})).stderr, /Invalid token/);
    assert.equal((await runEyed(['attempt', 'list'])).code, 2);
});
