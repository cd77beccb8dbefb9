// The cases of `./dev bench`: each measures and gives its rows {figure, bound, measured, unit, met, beside}.
import {spawnSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import path from 'node:path';

import {cpuSeconds, diskBytes, memoryMib} from './machine.mjs';
import {atLeast, atMost, median, percentile, timesOf, withEyed} from './figures.mjs';
import {Eyed, load, Nginx, waitFor} from './subjects.mjs';

const single = (eyed, more) => ({port: eyed.port, token: eyed.token, path: '/events/', events: 1, connections: 64, ...more});
const batch = (eyed, more) => ({port: eyed.port, token: eyed.token, path: '/api/v1/events', events: 1000, varied: true, connections: 16, ...more});

// Rounds of nginx and eyed in turn, so that what else the machine does meets both; medians.
export async function singleCase(options) {
    const nginx = await new Nginx(options).start(18099);
    try {
        return await withEyed(options, async (eyed) => {
            const rounds = [];
            for (let i = 0; i < options.rounds; i++) {
                const reference = await load(options, {port: nginx.port, connections: 64, seconds: options.seconds, warmup: 1, path: '/events/', events: 1});
                const before = cpuSeconds(eyed.child.pid);
                const outcome = await load(options, single(eyed, {seconds: options.seconds}));
                const cpu = ((cpuSeconds(eyed.child.pid) - before) / outcome.good) * 1e6;
                rounds.push({...outcome, cpu, share: outcome.per_second / reference.per_second, nginx: reference.per_second});
            }
            const mid = (name) => median(rounds.map((round) => round[name]));
            return [
                atLeast('single POST /events/, 64 connections, share of nginx', mid('share'), 0.45, '',
                    `${Math.round(mid('per_second'))} /s, nginx's \`return 200\` ${Math.round(mid('nginx'))} /s for the same POST; ` +
                    `shares ${rounds.map((round) => round.share.toFixed(2)).join(', ')}`),
                atMost('single POST /events/, p99', mid('p99_ms'), 5, 'ms', `p50 ${mid('p50_ms')}, p99.9 ${mid('p999_ms')} ms`),
                atMost('server CPU per event, single', mid('cpu'), 12, 'µs'),
            ];
        });
    } finally {
        await nginx.stop();
    }
}

const schemaOf = (example) => ({
    type: 'object', required: Object.keys(example), additionalProperties: false,
    properties: Object.fromEntries(Object.keys(example).map((key) => [key, {type: 'string', maxLength: 200}])),
});

// The same events unchecked, against an enforced example, and against an enforced JSON Schema, in turn.
export function checksCase(options) {
    return withEyed(options, async (eyed) => {
        const example = {host: 'www.consumeraffairs.com', path: '/', element: 'chat bubble'};
        const modes = {off: {mode: 'off'}, example: {example, mode: 'enforce'}, schema: {schema: schemaOf(example), mode: 'enforce'}};
        const rates = {off: [], example: [], schema: []};
        const cpu = {off: [], example: [], schema: []};
        await load(options, single(eyed, {requests: 1000, seconds: 60}));
        const {body: {results: [{id}]}} = await eyed.get('/api/v1/event-types');
        for (let i = 0; i < options.rounds; i++) {
            for (const [name, change] of Object.entries(modes)) {
                const {status, text} = await eyed.request('PATCH', `/api/v1/event-types/${id}`, change);
                if (status !== 200) throw new Error(`PATCH: ${status} ${text}`);
                const before = cpuSeconds(eyed.child.pid);
                const outcome = await load(options, single(eyed, {seconds: options.seconds / 2}));
                cpu[name].push(((cpuSeconds(eyed.child.pid) - before) / outcome.good) * 1e6);
                rates[name].push(outcome.per_second);
            }
        }
        const share = (name) => median(rates[name].map((rate, i) => rate / rates.off[i]));
        const beside = (name) => `${Math.round(median(rates[name]))} /s of ${Math.round(median(rates.off))} /s unchecked; ` +
            `server CPU ${median(cpu[name]).toFixed(1)} and ${median(cpu.off).toFixed(1)} µs an event`;
        return [
            atLeast('single events, enforced example, share of unchecked', share('example'), 0.8, '', beside('example')),
            atLeast('single events, enforced JSON Schema, share of unchecked', share('schema'), 0.6, '', beside('schema')),
        ];
    });
}

export function batchCase(options) {
    return withEyed(options, async (eyed) => {
        const before = cpuSeconds(eyed.child.pid);
        const outcome = await load(options, batch(eyed, {seconds: options.seconds}));
        const during = cpuSeconds(eyed.child.pid) - before;
        await eyed.newestVisible();
        const cpu = ((cpuSeconds(eyed.child.pid) - before) / outcome.good / 1000) * 1e6;
        return [
            atLeast(`batches of 1000, over ${options.seconds} s`, outcome.events_per_second, 700_000, 'events/s', `p99 ${outcome.p99_ms} ms a batch`),
            atMost('server CPU per event, batches', cpu, 2.5, 'µs',
                `with projection to the end; ${((during / outcome.good / 1000) * 1e6).toFixed(2)} while sending`),
        ];
    });
}

function appenderRate(options, rows) {
    const file = path.join(options.data, 'appender.duckdb');
    for (const name of [file, `${file}.wal`]) rmSync(name, {force: true});
    const ended = spawnSync(path.join(options.tools, 'bench_store'), ['append', '--file', file, '--rows', String(rows)], {encoding: 'utf8'});
    for (const name of [file, `${file}.wal`]) rmSync(name, {force: true});
    if (ended.status !== 0) throw new Error(`bench_store append: ${ended.stderr}`);
    return JSON.parse(ended.stdout).rows_per_second;
}

export async function sustainedCase(options) {
    const reference = appenderRate(options, options.events.appender);
    return withEyed(options, async (eyed) => {
        const start = performance.now();
        const outcome = await load(options, batch(eyed, {requests: options.events.sustained / 1000, seconds: 3600, 'expected-events': options.events.sustained}));
        const newest = await eyed.newestVisible();
        const seconds = (performance.now() - start) / 1000;
        if (newest < outcome.good * 1000) throw new Error(`only ${newest} of ${outcome.good * 1000} are visible`);
        const rate = newest / seconds;
        const {peak} = memoryMib(eyed.child.pid);
        return [
            atLeast(`sustained, accepted and queryable, ${newest} events`, rate, 250_000, 'events/s',
                `${((100 * rate) / reference).toFixed(0)} % of DuckDB's own appender (${Math.round(reference)} rows/s); accepted at ${Math.round(outcome.events_per_second)} /s`),
            atMost('memory under load, beyond the limits of DuckDB and of the dedup window', peak - options.limitsMib, 400, 'MiB', `peak ${Math.round(peak)} MiB`),
        ];
    });
}

export async function memoryCase(options) {
    return withEyed(options, async (eyed) => {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        return [atMost('memory, idle', memoryMib(eyed.child.pid).rss, 80, 'MiB')];
    });
}

export function perSyncCase(options) {
    return withEyed(options, async (eyed) => {
        const perSync = async (connections) => {
            const before = [await eyed.metric('eyed_log_records_total'), await eyed.metric('eyed_log_syncs_total')];
            await load(options, single(eyed, {connections, seconds: options.seconds / 2}));
            const after = [await eyed.metric('eyed_log_records_total'), await eyed.metric('eyed_log_syncs_total')];
            return (after[0] - before[0]) / (after[1] - before[1]);
        };
        const one = await perSync(1);
        const many = await perSync(64);
        return [atLeast('events per sync, 64 connections against 1', many / one, 30, '×', `${one.toFixed(2)} and ${many.toFixed(1)}`)];
    });
}

// Milliseconds from a POST's answer to a read that shows its event.
async function visibleAfter(eyed) {
    const event = {category: 'probe', name: 'probe', data: {a: 1}};
    const {status, body, text} = await eyed.request('POST', '/api/v1/events', event);
    if (status !== 201) throw new Error(`POST: ${status} ${text}`);
    const accepted = performance.now();
    await waitFor('the event', async () => (await eyed.get(`/api/v1/events/${body.id}`)).status === 200, 60_000, 1);
    return performance.now() - accepted;
}

export function visibleCase(options) {
    return withEyed(options, async (eyed) => {
        const idle = [];
        for (let i = 0; i < options.probes; i++) idle.push(await visibleAfter(eyed));
        const rate = options.sustainedRate * 0.7;
        let loading = true;
        const loaded = load(options, batch(eyed, {seconds: options.seconds * 2, rate: rate / 1000})).finally(() => (loading = false));
        const busy = [];
        while (loading) busy.push(await visibleAfter(eyed));
        const outcome = await loaded;
        return [
            atMost('accepted → visible, idle, p99', percentile(idle, 0.99), 50, 'ms', `median ${median(idle).toFixed(1)} ms of ${idle.length}`),
            atMost('accepted → visible, at 70 % of the sustained rate, p99', percentile(busy, 0.99), 2000, 'ms',
                `median ${median(busy).toFixed(1)} ms of ${busy.length}, at ${Math.round(outcome.events_per_second)} events/s`),
        ];
    });
}

function storeTool(options, eyed, command, ...args) {
    const ended = spawnSync(path.join(options.tools, 'bench_store'), [command, '--file', path.join(eyed.data, 'store/events.duckdb'), ...args], {encoding: 'utf8'});
    if (ended.status !== 0) throw new Error(`bench_store ${command}: ${ended.stderr}`);
    return JSON.parse(ended.stdout);
}

export async function readsCase(options) {
    const total = options.events.reads;
    const eyed = await new Eyed(options).fresh();
    await load(options, batch(eyed, {requests: total / 1000, seconds: 3600, 'expected-events': total}));
    await eyed.newestVisible();
    const some = (await eyed.get(`/api/v1/events/${Math.floor(total / 2)}`)).body;
    const random = () => 1 + Math.floor(Math.random() * total);
    const encoded = encodeURIComponent;
    const filters = {
        'category': `category=${encoded(some.category)}`, 'name': `name=${encoded(some.name)}`, 'application': 'application=bench',
        'time': 'from=2021-01-03T00:00:00Z&to=2021-01-04T00:00:00Z', 'time, by timestamp': 'from=2021-01-03T00:00:00Z&to=2021-01-04T00:00:00Z&order=-timestamp',
        'id range': `min_id=${total / 4}&max_id=${total / 2}`, 'data': 'data.element=chat%20bubble', 'none': 'limit=100',
    };
    const rows = [atMost('10 M events: by id', median(await timesOf(eyed, () => `/api/v1/events/${random()}`, options.repeats)), 5, 'ms')];
    for (const [name, query] of Object.entries(filters)) {
        const times = await timesOf(eyed, `/api/v1/events?${query}`, options.repeats);
        rows.push(atMost(`10 M events: a page by ${name}`, median(times), 20, 'ms', `p90 ${percentile(times, 0.9).toFixed(1)}`));
    }
    rows.push(atMost('10 M events: the event types with their counts', median(await timesOf(eyed, '/api/v1/event-types', options.repeats)), 100, 'ms'));
    for (const [name, target] of [['a page by session', `/api/v1/events?session_id=${some.session_id}`], ['a session in order', `/api/v1/sessions/${some.session_id}/events`]]) {
        rows.push(atMost(`10 M events: ${name}`, median(await timesOf(eyed, target, options.repeats)), 40, 'ms'));
    }
    await eyed.stop();
    const count = storeTool(options, eyed, 'count', '--repeat', String(options.repeats));
    rows.push(atMost('10 M events: count per minute over a day', count.store_ms, 150, 'ms', `the same SQL in DuckDB alone: ${count.duckdb_ms.toFixed(1)} ms`));
    return rows;
}

// What is asked of refusals, on a store of its own: without a server.
export async function refusalsCase(options) {
    const file = path.join(options.data, 'refusals.duckdb');
    const remove = () => [file, `${file}.wal`].forEach((name) => rmSync(name, {force: true}));
    remove();
    const ended = spawnSync(path.join(options.tools, 'bench_store'),
        ['refusals', '--file', file, '--rows', String(options.events.reads), '--rejections', String(options.events.reads / 10), '--repeat', String(options.repeats)], {encoding: 'utf8'});
    remove();
    if (ended.status !== 0) throw new Error(`bench_store refusals: ${ended.stderr}`);
    const times = JSON.parse(ended.stdout);
    return [
        atMost('10 M events: one by its event_id', times.trace_ms, 20, 'ms'),
        atMost('1 M refusals: summary by reason and type, and over time', times.summary_ms, 100, 'ms', `of one reason: ${times.filtered_ms.toFixed(1)} ms`),
        atMost('1 M refusals: 100 open ones to replay', times.page_ms, 20, 'ms'),
    ];
}

// Waits until the log's files have stopped shrinking: compression follows the projector.
async function settled(directory) {
    let last = -1;
    let since = Date.now();
    await waitFor('the log to be compressed', async () => {
        const bytes = diskBytes(directory);
        if (bytes !== last) [last, since] = [bytes, Date.now()];
        return Date.now() - since > 10_000;
    }, 600_000, 1000);
}

export function diskCase(options) {
    const total = options.events.reads;
    return withEyed(options, async (eyed) => {
        await load(options, batch(eyed, {requests: total / 1000, seconds: 3600, 'expected-events': total}));
        await eyed.newestVisible();
        await settled(eyed.data);
        const store = diskBytes(path.join(eyed.data, 'store')) / total;
        const log = diskBytes(path.join(eyed.data, 'log')) / total;
        return [atMost('disk, store and compressed log', store + log, 120, 'bytes/event', `store ${store.toFixed(1)}, log ${log.toFixed(1)}`)];
    });
}

export async function startCase(options) {
    const total = options.events.start;
    const eyed = await new Eyed(options).fresh();
    const outcome = await load(options, batch(eyed, {requests: total / 1000, seconds: 3600, 'expected-events': total}));
    const events = outcome.good * 1000;
    await eyed.newestVisible();
    const logBytes = await eyed.metric('eyed_log_bytes').catch(() => diskBytes(path.join(eyed.data, 'log')));
    await eyed.stop();
    rmSync(path.join(eyed.data, 'store'), {recursive: true});
    const {started} = await eyed.start({untilReady: false});
    await waitFor('the first accepted event', async () => {
        return (await eyed.request('POST', '/api/v1/events', {category: 'probe', name: 'probe'})).status === 201;
    }, 600_000, 2);
    const accepting = performance.now() - started;
    await eyed.newestVisible();
    const applied = (performance.now() - started) / 1000;
    await eyed.stop();
    return [
        atMost('start on a log not yet applied: accepts after', accepting / 1000, 1, 's', `${(logBytes / 2 ** 20).toFixed(0)} MiB of log files, ${events} events`),
        atLeast('start on a log not yet applied: applies', events / applied, 250_000, 'events/s'),
    ];
}
