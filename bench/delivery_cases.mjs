// What leaves the program: purchases taken and paid, events forwarded, and receivers that hang.
import {spawn} from 'node:child_process';
import path from 'node:path';

import {atLeast, atMost, median, withEyed} from './figures.mjs';
import {cpuSeconds} from './machine.mjs';
import {load, waitFor} from './subjects.mjs';

const loopback = {'delivery.allow_networks': '127.0.0.0/8'};

// A receiver of our own: answers with a status, or hangs.
export async function startPeer(options, flags = []) {
    const child = spawn(path.join(options.tools, 'bench_peer'), flags, {stdio: ['ignore', 'pipe', 'inherit']});
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await waitFor('the receiver to listen', () => text.includes('\n'), 10_000, 5);
    return {
        url: `http://127.0.0.1:${JSON.parse(text.split('\n')[0]).port}/`,
        async stop() {
            child.kill('SIGTERM');
            await ended;
            return JSON.parse(text.split('\n')[1]).requests;
        },
    };
}

const purchases = (eyed, more) => ({port: eyed.port, token: eyed.token, path: '/api/cashback', events: 1, purchases: true, connections: 64, ...more});

async function cashbacksIn(eyed, state) {
    return (await eyed.get(`/api/cashbacks?state=${state}&page_size=1`)).body.count;
}

// Taken durably while nothing is sent; then with a target that pays at once, the answer waiting for it.
export async function purchasesCase(options) {
    const taken = await withEyed(options, async (eyed) => {
        const before = cpuSeconds(eyed.child.pid);
        const outcome = await load(options, purchases(eyed, {seconds: options.seconds, warmup: 1}));
        return {...outcome, cpu: ((cpuSeconds(eyed.child.pid) - before) / outcome.good) * 1e6};
    }, {'cashback.answer_wait': '0'});
    const peer = await startPeer(options);
    try {
        const paid = await withEyed(options, async (eyed) => {
            const outcome = await load(options, purchases(eyed, {seconds: options.seconds, warmup: 1}));
            await waitFor('all to be paid', async () => (await cashbacksIn(eyed, 'pending,sent')) === 0, 120_000, 100);
            return {...outcome, confirmed: await cashbacksIn(eyed, 'confirmed')};
        }, {...loopback, 'cashback.target_url': peer.url});
        const requests = await peer.stop();
        if (requests !== paid.confirmed) throw new Error(`the target took ${requests} payments, ${paid.confirmed} are confirmed`);
        return [
            atLeast('purchases taken durably, 64 connections', taken.per_second, 2000, '/s',
                `p50 ${taken.p50_ms}, p99 ${taken.p99_ms} ms; server CPU ${taken.cpu.toFixed(0)} µs each`),
            atLeast('purchases paid before the answer', paid.per_second, 1000, '/s',
                `p50 ${paid.p50_ms}, p99 ${paid.p99_ms} ms; all ${paid.confirmed} paid once`),
        ];
    } catch (error) {
        await peer.stop();
        throw error;
    }
}

const delivered = (eyed) => eyed.metric('eyed_delivery_attempts_total');

// Events that wait for a destination go to a receiver that answers at once.
export async function deliveriesCase(options) {
    const peer = await startPeer(options, ['--status', '200']);
    const total = options.seconds * 10_000;
    try {
        return await withEyed(options, async (eyed) => {
            const made = await eyed.request('POST', '/api/v1/destinations', {name: 'bench', url: peer.url, concurrency: 100});
            if (made.status !== 201) throw new Error(`destination: ${made.status} ${made.text}`);
            await eyed.request('POST', `/api/v1/destinations/${made.body.id}/pause`, {});
            await load(options, {port: eyed.port, token: eyed.token, path: '/api/v1/events', events: 1000, connections: 4, requests: total / 1000, seconds: 60});
            const before = cpuSeconds(eyed.child.pid);
            await eyed.request('POST', `/api/v1/destinations/${made.body.id}/resume`, {});
            const begun = performance.now();
            await waitFor('all to be delivered', async () => (await delivered(eyed)) >= total, 300_000, 50);
            const seconds = (performance.now() - begun) / 1000;
            const cpu = ((cpuSeconds(eyed.child.pid) - before) / total) * 1e6;
            return [atLeast(`${total / 1000} k events delivered to one destination, signed`, total / seconds, 5000, '/s',
                `${seconds.toFixed(1)} s, server CPU ${cpu.toFixed(0)} µs each, subscription included`)];
        }, loopback);
    } finally {
        await peer.stop();
    }
}

// The latency of single events at a steady rate, with 100 destinations paused and with all of them
// trying a receiver that never answers, in turn.
export async function hangingCase(options) {
    const peer = await startPeer(options, ['--hangs']);
    try {
        return await withEyed(options, async (eyed) => {
            const ids = [];
            for (let i = 0; i < 100; i++) {
                const made = await eyed.request('POST', '/api/v1/destinations', {name: `hanging ${i}`, url: peer.url, breaker_failures: 0});
                if (made.status !== 201) throw new Error(`destination: ${made.status} ${made.text}`);
                ids.push(made.body.id);
            }
            const all = async (act) => {
                for (const id of ids) await eyed.request('POST', `/api/v1/destinations/${id}/${act}`, {});
            };
            const send = (seconds) => load(options, {port: eyed.port, token: eyed.token, path: '/events/', events: 1, connections: 64, rate: 5000, seconds, warmup: 1});
            await send(2);  // there is something to deliver, and every destination fills up
            await waitFor('requests to hang', async () => (await eyed.metric('eyed_delivery_under_way')) >= 500, 60_000, 100);
            await waitFor('queues to be full', async () => {
                const before = await eyed.metric('eyed_deliveries_open');
                await new Promise((resolve) => setTimeout(resolve, 6000));
                return (await eyed.metric('eyed_deliveries_open')) === before;
            }, 300_000, 10);
            const rounds = [];
            for (let i = 0; i < options.rounds; i++) {
                await all('pause');
                const alone = await send(options.seconds);
                await all('resume');
                await waitFor('requests to hang', async () => (await eyed.metric('eyed_delivery_under_way')) >= 500, 60_000, 100);
                const hanging = await send(options.seconds);
                rounds.push({alone: alone.p99_ms, hanging: hanging.p99_ms, ratio: hanging.p99_ms / alone.p99_ms, p50: hanging.p50_ms / alone.p50_ms});
            }
            const mid = (name) => median(rounds.map((round) => round[name]));
            return [atMost('p99 of single events while 100 destinations hang, to that while they are paused', mid('ratio'), 1.1, '',
                `${mid('hanging')} and ${mid('alone')} ms at 5 000 /s; p50 ${mid('p50').toFixed(2)}; ratios ${rounds.map((round) => round.ratio.toFixed(2)).join(', ')}`)];
        }, loopback);
    } finally {
        await peer.stop();
    }
}
