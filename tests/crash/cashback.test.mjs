// Purchases, returns, kill -9, and a target that answers, refuses, hangs, resets and lies in wait, at
// random, thousands of times: in the end both sides agree to the cent, and nothing was paid twice.
// Each kind of target there is: one that can only be asked in person, one with a lookup, and one that
// knows requests by their Idempotency-Key. EYED_TEST_ROUNDS says how often it is killed (6).
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import {test} from 'node:test';

import {createUser, Server, waitFor} from '../api/harness.mjs';
import {answer, centavos, hang, oneOf, Peer, raw, reset, trickle} from '../api/peer.mjs';

process.setMaxListeners(0);  // every start of a server adds one
const rounds = Number(process.env.EYED_TEST_ROUNDS || 6);
const perRound = 170;  // purchases: of three targets and six rounds, three thousand

// ---- chance, the same for one seed
const seed = Number(process.env.EYED_TEST_SEED || Date.now() % 1_000_000_007);
let state = seed;
function random() {  // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (count) => Math.floor(random() * count);

// ---- purchases
function cpf(number) {
    const digits = String(100_000_000 + number * 7919).slice(0, 9).split('').map(Number);
    for (const weight of [10, 11]) {
        const sum = digits.reduce((all, digit, i) => all + digit * (weight - i), 0);
        digits.push((sum * 10) % 11 % 10);
    }
    return digits.join('');
}
const customers = Array.from({length: 20}, (_, i) => cpf(i));
const money = (cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
const rates = {A: 500, B: 1000, C: 1500};  // basis points of a fresh installation

let sold = 0;
function newPurchase() {
    const products = Array.from({length: 1 + below(4)}, () => ({
        type: 'ABC'[below(3)], cents: below(50_000) + 1, qty: 1 + below(5),
    }));
    const due = products.reduce((sum, one) => sum + Math.floor((one.cents * one.qty * rates[one.type] * 2 + 10_000) / 20_000), 0);
    const total = products.reduce((sum, one) => sum + one.cents * one.qty, 0);
    const number = sold++;
    return {
        number, due,
        key: number % 3 ? `purchase-${seed}-${number}` : undefined,  // every third is known by its digest
        body: {
            sold_at: new Date(Date.now() - 86_400_000 + number * 1000).toISOString(),
            customer: {document: customers[below(customers.length)], name: `Customer ${number % 20}`},
            total: money(total),
            products: products.map(({type, cents, qty}) => ({type, value: money(cents), qty})),
        },
    };
}

// ---- the till
function post(server, agent, target, body, key) {
    return new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const headers = {
            authorization: `Token ${server.token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text),
            ...(key ? {'idempotency-key': key} : {}),
        };
        const request = http.request({host: server.host, port: server.port, method: 'POST', path: target, agent, headers, timeout: 60_000}, (reply) => {
            const chunks = [];
            reply.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('aborted', () => reject(new Error('cut')));
            reply.on('end', () => resolve({status: reply.statusCode, text: Buffer.concat(chunks).toString()}));
        });
        request.on('timeout', () => request.destroy(new Error('no answer in 60 s'))).on('error', reject).end(text);
    });
}

// What the till knows: every purchase, and what it was told of it.
class Till {
    open = [];            // sent without an answer, or not yet sent
    known = new Map();    // cashback id -> purchase
    returns = new Map();  // key -> {id, lines, done}

    async send(server, agent, purchase) {
        const reply = await post(server, agent, '/api/cashback', purchase.body, purchase.key);
        if (reply.status === 503) return false;
        assert.ok([200, 201, 202].includes(reply.status), `${reply.status} ${reply.text}`);
        const cashback = JSON.parse(reply.text);
        const before = this.known.get(cashback.id);
        assert.ok(!before || before === purchase, `cashback ${cashback.id} is of one purchase`);
        assert.ok(purchase.id === undefined || purchase.id === cashback.id, 'the same purchase is the same cashback');
        assert.equal(centavos(cashback.earned), purchase.due, 'earned what the rules say');
        purchase.id = cashback.id;
        this.known.set(cashback.id, purchase);
        return true;
    }

    // Takes back one piece of a line, or all.
    async giveBack(server, agent, purchase) {
        const lines = below(3) ? [{number: 1, qty: 1}] : undefined;
        const key = `return-${seed}-${purchase.number}`;
        const known = this.returns.get(key) ?? {lines};
        this.returns.set(key, known);
        const reply = await post(server, agent, `/api/cashbacks/${purchase.id}/reverse`, {reason: 'returned', ...(known.lines ? {lines: known.lines} : {})}, key);
        // 409: under way, of unknown outcome, or nothing was due.
        assert.ok([200, 201, 409, 503].includes(reply.status), `${reply.status} ${reply.text}`);
        if (reply.status === 200 || reply.status === 201) known.done = true;
    }
}

// Several clients post what is open until it is all answered, or the server dies.
async function sendAll(server, till, count = 8) {
    const agent = new http.Agent({keepAlive: true});
    const faults = [];
    const client = async () => {
        while (till.open.length > 0) {
            const purchase = till.open.pop();
            try {
                if (!(await till.send(server, agent, purchase))) {
                    till.open.push(purchase);
                    await new Promise((resolve) => setTimeout(resolve, 20));
                } else if (!below(6)) {
                    await till.giveBack(server, agent, purchase);
                }
            } catch (error) {
                if (purchase.id === undefined) till.open.push(purchase);
                if (!server.dying || error instanceof assert.AssertionError) faults.push(error);
                return;
            }
        }
    };
    await Promise.all(Array.from({length: count}, client));
    agent.destroy();
    if (faults.length) throw faults[0];
}

// ---- the target
const whims = () => oneOf([
    [50, answer(201, {body: '{"createdAt":"2026-01-02","message":"ok","id":"NaN"}'})],
    [6, answer(500)],
    [4, answer(503, {headers: {'retry-after': '1'}})],
    [4, answer(400)],
    [2, answer(302, {headers: {location: '/elsewhere'}})],
    [3, reset('before_reading')],
    [5, reset('after_reading', {pays: true})],
    [4, reset('after_reading')],
    [3, reset('mid_answer', {pays: true})],
    [3, reset('mid_status', {pays: true})],
    [3, hang({pays: true})],
    [2, hang()],
    [3, answer(504, {pays: true})],
    [2, answer(502)],
    [2, answer(200, {pays: true})],
    [3, trickle()],
    [2, trickle({part: 'header', pays: true})],
    [2, raw('HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\ntoo little', {pays: true})],
], random);

async function count(server, states) {
    const reply = await server.get(`/api/cashbacks?state=${states}&page_size=1`);
    assert.equal(reply.status, 200, reply.text);
    return reply.body.count;
}

async function every(server, path) {
    const rows = [];
    for (let page = 1; ; page++) {
        const reply = await server.get(`${path}${path.includes('?') ? '&' : '?'}page=${page}&page_size=100`);
        assert.equal(reply.status, 200, reply.text);
        rows.push(...reply.body.results);
        if (!reply.body.next) return rows;
    }
}

// Somebody asks the target about each payment of unknown outcome, and says so.
async function decide(server, target) {
    for (const row of await every(server, '/api/cashbacks?state=unknown')) {
        const paid = target.ledger.has(row.delivery.message);
        const reply = await server.post(`/api/cashbacks/${row.id}/resolve`, {json: {outcome: paid ? 'paid' : 'not_paid', note: 'asked them'}});
        assert.ok([200, 409].includes(reply.status), reply.text);
    }
}

const final = new Set(['not_paid', 'taken_back', 'settled']);
async function reversals(server) {
    const all = [];
    for (const row of await every(server, '/api/cashbacks?least=0.01')) {
        if (row.reversed === '0.00') continue;
        for (const one of (await server.get(`/api/cashbacks/${row.id}/reversals`)).body.results) all.push({...one, cashback: row.id, payment: row.delivery?.message});
    }
    return all;
}

// Somebody settles what the target did not take back, and says of what it may have taken whether it did.
async function settle(server, target, settled) {
    for (const one of await reversals(server)) {
        if (!['settlement_due', 'unknown'].includes(one.state)) continue;
        const taken = [...target.ledger.byKey.values()].some((known) => known.reverses === one.payment && known.amount === centavos(one.amount));
        const reply = await server.post(`/api/cashbacks/${one.cashback}/reversals/${one.id}/settle`, {json: {note: taken ? 'they have it' : 'by invoice'}});
        assert.ok([200, 409].includes(reply.status), reply.text);
        if (reply.status === 200 && !taken) settled.amount += centavos(one.amount);
    }
}

// What happened to a payment, for who reads why the test failed.
function storyOf(server, message) {
    if (!message) return '';
    const file = path.join(server.data, 'catalog.sqlite');
    const ask = (query) => spawnSync('sqlite3', ['-header', `file:${file}?mode=ro`, query], {encoding: 'utf8'}).stdout;
    return ['deliveries', 'attempts', 'cashback_ledger', 'cashback_reversals'].map((table) => {
        const of = "SELECT cashback_id FROM deliveries WHERE message = '" + message + "'";
        const where = table === 'attempts' ? `delivery_id IN (SELECT id FROM deliveries WHERE cashback_id IN (${of}))` : `cashback_id IN (${of})`;
        return `${table}\n${ask(`SELECT * FROM ${table} WHERE ${where}`)}`;
    }).join('\n');
}

const kinds = {
    'that can only be asked in person': {peer: {idempotent: false}, settings: {}, decides: true},
    'with a lookup': {peer: {idempotent: false}, settings: {'cashback.target_lookup_delay': '1s'}, lookup: true},
    'that is idempotent': {peer: {idempotent: true}, settings: {'cashback.target_idempotent': 'true'}, decides: true},
};

for (const [name, kind] of Object.entries(kinds)) {
    test(`a target ${name} pays each purchase once over ${rounds} kills`, {timeout: 170_000 + rounds * 30_000}, async (t) => {
        t.diagnostic(`EYED_TEST_SEED=${seed}`);
        const target = await Peer.open({pays: true, record: false, ...kind.peer});
        t.after(() => target.close());
        const server = new Server({settings: {
            'delivery.allow_networks': '127.0.0.0/8',
            'cashback.target_url': target.url('/pay'),
            'cashback.target_reversal_url': target.url('/takeback'),
            ...(kind.lookup ? {'cashback.target_lookup_url': target.lookup()} : {}),
            'cashback.target_timeout': '400ms',
            'cashback.answer_wait': '50ms',
            'cashback.retry_schedule': '1s,1s,1s',
            ...kind.settings,
        }});
        t.after(() => server.exited || server.kill());
        const password = await createUser(server.data, 'admin', {superuser: true});
        const till = new Till();
        target.script('/pay', whims());
        for (let round = 0; round < rounds; round++) {
            await server.start();
            server.token ??= (await server.post('/api-token-auth/', {json: {username: 'admin', password}})).body.token;
            till.open.push(...Array.from({length: perRound}, newPurchase));
            server.dying = false;
            const sending = sendAll(server, till);
            await new Promise((resolve) => setTimeout(resolve, 50 + random() * 1500));
            server.dying = true;
            await server.kill();
            await sending;
        }

        // Peace: the till gets its answers, and the target is well.
        await server.start();
        server.dying = false;
        await sendAll(server, till);
        const sane = oneOf([[9, answer(201)], [1, answer(503)]], random);
        target.script('/pay', sane);
        target.script('/takeback', sane);
        const settled = {amount: 0};
        await waitFor('all to be settled', async () => {
            if (kind.decides) await decide(server, target);
            await settle(server, target, settled);
            if (await count(server, 'failed')) {
                const again = await server.post('/api/cashbacks/retry', {json: {state: 'failed', limit: 1000}});
                assert.equal(again.status, 200, again.text);
            }
            return (await count(server, 'pending,sent,unknown,failed')) === 0 && (await reversals(server)).every((one) => final.has(one.state));
        }, 120_000);

        // What both sides have.
        const rows = await every(server, '/api/cashbacks');
        assert.equal(rows.length, till.known.size, 'every purchase once');
        assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);
        const sums = {paid: 0, earned: 0, reversed: 0};
        for (const row of rows) {
            const purchase = till.known.get(row.id);
            assert.ok(purchase, `cashback ${row.id} is of a purchase`);
            assert.equal(centavos(row.earned), purchase.due);
            sums.earned += centavos(row.earned);
            sums.reversed += centavos(row.reversed);
        }
        assert.deepEqual(target.ledger.paidTwice(), [], 'nothing was paid twice');
        const theirs = {paid: new Map(), taken: 0};
        for (const [key, one] of target.ledger.byKey) {
            if (one.reverses) theirs.taken += one.amount;
            else theirs.paid.set(key, one.amount);
        }
        const payments = new Map(theirs.paid);
        for (const row of rows.filter((one) => one.confirmed_at)) {
            assert.ok(payments.has(row.delivery.message), `cashback ${row.id} was paid`);
            sums.paid += payments.get(row.delivery.message);
            payments.delete(row.delivery.message);
        }
        assert.deepEqual([...payments], [], `nothing was paid that we do not know as paid: ${storyOf(server, [...payments.keys()][0])}`);
        // What was reversed after its payment was taken back by the target, or settled by hand.
        assert.equal(sums.paid - theirs.taken - settled.amount, sums.earned - sums.reversed, 'both sides agree to the cent');
        assert.equal(target.fault, undefined, 'the target did what it should');
        await server.stop();
        t.diagnostic(`${rows.length} purchases, ${target.arrivals} requests, ${sums.paid / 100} paid, ` +
            `${theirs.taken / 100} taken back, ${settled.amount / 100} settled`);
    });
}
