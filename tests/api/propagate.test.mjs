// eyed propagate, against the real server and against peers that behave badly.
import assert from 'node:assert/strict';
import http from 'node:http';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {after, test} from 'node:test';

import {binary, createKey, createUser, runEyed, runProgram, Server, temporaryDirectory, useServer, waitFor} from './harness.mjs';
import {assertAnswer, having, unique} from './scenario.mjs';

const server = useServer();

function file(text, name = 'events.json') {
    const target = path.join(temporaryDirectory(), name);
    writeFileSync(target, typeof text === 'string' ? text : JSON.stringify(text, null, 2));
    return target;
}
const ndjson = (events) => file(events.map((event) => JSON.stringify(event)).join('\n'), 'events.ndjson');

// Runs it to its end: {code, stdout, stderr, result}, the result being what --json prints.
async function propagate(events, flags, {to = server.origin, token = server.token, ...options} = {}) {
    const target = typeof events === 'string' ? events : file(events);
    const ended = await runEyed(['propagate', target, '--to', to, '--token', token, ...flags, '--json'], options);
    if (ended.stdout.startsWith('{')) ended.result = JSON.parse(ended.stdout);
    return ended;
}

// A page of a name's events after another, of one server.
async function stored(name, of = server) {
    const events = [];
    let cursor = '';
    do {
        const {body} = await of.get(`/api/v1/events?name=${encodeURIComponent(name)}&limit=1000&order=id${cursor && `&cursor=${cursor}`}`);
        events.push(...body.results);
        cursor = body.next;
    } while (cursor);
    return events;
}

// An HTTP server that answers as `answer(request, body)` says: {status, body, headers}, or nothing to
// hang, or 'drop' to end the connection.
const peers = new Set();
async function peer(answer) {
    const requests = [];
    const one = http.createServer((request, response) => {
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
            const body = Buffer.concat(chunks).toString();
            const seen = {method: request.method, url: request.url, headers: request.headers, body, at: Date.now()};
            if (request.url !== '/api/ready') requests.push(seen);
            const said = answer(seen, requests.length) ?? (request.url === '/api/ready' ? {status: 200, body: {status: 'ready'}} : undefined);
            if (said === 'drop') return request.socket.destroy();
            if (!said) return undefined;
            response.writeHead(said.status, {'content-type': 'application/json', ...said.headers});
            return response.end(JSON.stringify(said.body ?? {}));
        });
    });
    peers.add(one);
    await new Promise((resolve) => one.listen(0, '127.0.0.1', resolve));
    return {requests, origin: `http://127.0.0.1:${one.address().port}`};
}
after(() => {
    for (const one of peers) {
        one.closeAllConnections();
        one.close();
    }
});
const posts = (answer) => (request, count) => (request.method === 'POST' ? answer(request, count) : undefined);

const event = (changes = {}) => ({category: 'propagated', name: 'view', ...changes});
const message = (changes = {}) => ({event_type: 'view', event_payload: 'hello', ...changes});

for (const [kind, write] of [['an array', file], ['lines', ndjson]]) {
    test(`the native events of ${kind} are sent once, in order`, async () => {
        const name = unique();
        const events = Array.from({length: 20}, (_, i) => event({name, data: {i}, timestamp: '2022-02-02T02:02:02Z'}));
        const {code, result, stderr} = await propagate(write(events), ['--in-order', '--every', '0.001']);
        assert.equal(code, 0, stderr);
        assertAnswer({body: result}, {body: having({sent: 20, accepted: 20, duplicates: 0, refused: 0, failed: 0, retried: 0})});
        const seen = await stored(name);
        assert.deepEqual(seen.map(({data}) => data.i), events.map(({data}) => data.i));
        assert.equal(new Set(seen.map(({event_id}) => event_id)).size, 20, 'each got an id of its own');
        assert.equal(seen[0].timestamp, '2022-02-02T02:02:02.000000Z', 'a timestamp is sent as it is');
    });
}

test('seed 002\'s messages are sent as such, and each success is told with its id', async () => {
    const name = unique();
    const events = Array.from({length: 3}, (_, i) => message({event_type: name, event_payload: `{"i": ${i}}`}));
    const {code, stderr} = await propagate(events, ['--in-order', '--every', '10ms']);
    assert.equal(code, 0, stderr);
    const seen = await stored(name);
    assert.deepEqual(seen.map(({data, dialect, category}) => [data.i, dialect, category]),
        [0, 1, 2].map((i) => [i, 'consumer', 'message']));
    for (const {id} of seen) assert.match(stderr, new RegExp(`accepted 1: 200 id ${id}$`, 'm'));
});

test('events at random are chosen again by their seed, and a count ends it', async () => {
    const choose = async (seed) => {
        const name = unique();
        const events = Array.from({length: 50}, (_, i) => event({name, data: {i}}));
        const {code, stderr} = await propagate(events, ['--count', '40', '--every', '1ms', '--seed', seed]);
        assert.equal(code, 0, stderr);
        return (await stored(name)).map(({data}) => data.i);
    };
    const first = await choose('7');
    assert.equal(first.length, 40);
    assert.ok(new Set(first).size > 5 && first.some((i, at) => i !== at), 'it is no order');
    assert.deepEqual(await choose('7'), first);
    assert.notDeepEqual(await choose('8'), first);
});

test('a file is sent again and again, in batches of one form, by several connections', async () => {
    const name = unique();
    const events = [event({name}), event({name}), message({event_type: name}), event({name})];
    const {code, result, stderr} = await propagate(events, ['--in-order', '--count', '2003', '--batch', '50', '--concurrency', '4']);
    assert.equal(code, 0, stderr);
    assertAnswer({body: result}, {body: having({sent: 2003, accepted: 2003, failed: 0})});
    const seen = await stored(name);
    assert.equal(seen.length, 2003);
    assert.equal(seen.filter(({dialect}) => dialect === 'consumer').length, 501);
});

test('an event with an id of its own is stored once, however often it is sent', async () => {
    const name = unique();
    const {code, result} = await propagate([event({name, event_id: name})], ['--count', '5', '--every', '1ms']);
    assert.equal(code, 0);
    assertAnswer({body: result}, {body: having({sent: 5, accepted: 5, duplicates: 4})});
    assert.equal((await stored(name)).length, 1);
});

test('what is refused is told with status and detail, the rest goes on, and the exit code is 1', async () => {
    const name = unique();
    const events = [event({name}), event({name: 5}), message({event_type: name}), message({event_type: 5}), event({name})];
    const {code, result, stderr} = await propagate(events, ['--in-order', '--every', '1ms']);
    assert.equal(code, 1);
    assertAnswer({body: result}, {body: having({sent: 5, accepted: 3, refused: 2, failed: 0, retried: 0})});
    assert.match(stderr, /^refused 1: 400 item 2: name: Not a valid string\.$/m);
    assert.match(stderr, /^refused 1: 422 item 4: event_type: str type expected$/m);
    assert.equal((await stored(name)).length, 3);
});

test('faulty events of a batch of native ones are refused alone', async () => {
    const name = unique();
    const {code, result, stderr} = await propagate(ndjson([event({name}), event({name: 5}), event({name})]), ['--in-order', '--batch', '10']);
    assert.equal(code, 1);
    assert.match(stderr, /^accepted 2, refused 1: 207 line 2: name: Not a valid string\.$/m);
    assertAnswer({body: result}, {body: having({sent: 3, accepted: 2, refused: 1})});
    assert.equal((await stored(name)).length, 2);
});

test('of a batch of messages that is refused the faulty one is named, or the first and how many', async () => {
    const name = unique();
    const messages = [message({event_type: name}), message({event_type: name}), message({event_type: 5})];
    const {code, stderr} = await propagate(messages, ['--in-order', '--batch', '10']);
    assert.equal(code, 1);
    assert.match(stderr, /^refused 3: 422 item 3: event_type: str type expected$/m);
    const other = await peer(posts(() => ({status: 413, body: {detail: 'Too large.'}})));
    const large = await propagate(messages, ['--in-order', '--batch', '10'], {to: other.origin, token: 'x'});
    assert.match(large.stderr, /^refused 3: 413 item 1 and 2 others: Too large\.$/m);
    const django = await peer(posts(() => ({status: 400, body: [{}, {name: ['Too long.']}]})));
    const listed = await propagate([event(), event()], ['--in-order', '--batch', '10'], {to: django.origin, token: 'x'});
    assert.match(listed.stderr, /^refused 2: 400 item 2: name: Too long\.$/m);
});

test('people read a summary, and --quiet prints only how many were accepted', async () => {
    const target = file([event()]);
    const flags = ['propagate', target, '--to', `${server.origin}/`, '--token', server.token, '--count', '4', '--every', '1ms'];
    const read = await runEyed(flags);
    assert.equal(read.code, 0, read.stderr);
    assert.match(read.stdout, /^4 events sent in [\d.]+ s, [\d.]+ a second: 4 accepted, 0 refused, 0 failed; 0 requests were sent again\.\nAnswers took [\d.]+ ms \(p50\), [\d.]+ ms \(p95\), [\d.]+ ms \(p99\), [\d.]+ ms at most\.\n$/);
    const quiet = await runEyed([...flags, '--quiet']);
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '4\n', '']);
});

for (const [why, flags, said] of [
    ['a time that is none', ['--every', 'often'], /--every often/],
    ['a rate that is none', ['--rate', 'fast'], /--rate fast/],
    ['a time and a rate', ['--every', '1s', '--rate', '1/s'], /--every|--rate/],
    ['no events at all to count', ['--count', '0'], /--count: must be a whole number of 1 or more\n$/],
    ['a batch over the limit', ['--batch', '10001'], /batch/],
    ['an unknown flag', ['--often'], /often/],
]) {
    test(`${why} is a fault of the command line`, async () => {
        const {code, stdout, stderr} = await propagate([event()], flags);
        assert.deepEqual([code, stdout], [2, '']);
        assert.match(stderr, said);
    });
}

test('a URL that is none, and none at all, are faults of the command line', async () => {
    assert.equal((await propagate([event()], [], {to: '127.0.0.1:8000'})).code, 2);
    const ended = await runEyed(['propagate', file([event()]), '--token', 'x']);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /--to/);
});

test('a file with what is no event is refused with its line before anything is sent', async () => {
    const name = unique();
    const target = ndjson([event({name}), {other: 1}]);
    const {code, stderr} = await propagate(target, ['--in-order', '--every', '1ms']);
    assert.equal(code, 2);
    assert.match(stderr, /events\.ndjson: line 2: an event has category and name, a message event_type and event_payload/);
    assert.equal((await stored(name)).length, 0);
    assert.match((await propagate([event({name}), 5], [])).stderr, /events\.json: item 2: an event is a JSON object/);
    const missing = await propagate('/nonexistent.json', []);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /nonexistent/);
});

test('a token that does not do ends it at once', async () => {
    const {code, stdout, stderr} = await propagate([event()], [], {token: '0'.repeat(40)});
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /401.*Invalid token/);
    await server.user('reader');
    const reading = await server.key('reader', {scopes: ['read']});
    assert.match((await propagate([event()], [], {token: reading})).stderr, /403/);
});

test('it says that the server is not ready, and begins when it is', async () => {
    let asked = 0;
    const other = await peer((request) => {
        if (request.method === 'POST') return {status: 200, body: {status_code: '200', id: 9}};
        asked++;
        assert.equal(request.headers.authorization, 'Bearer secret');
        return asked < 3 ? {status: 500, body: {detail: 'Database connection failed!'}} : {status: 200, body: {status: 'ready'}};
    });
    const {code, stderr} = await propagate([message()], ['--count', '1'], {to: other.origin, token: 'secret'});
    assert.equal(code, 0, stderr);
    assert.equal(asked, 3);
    assert.match(stderr, /not ready.*500.*Database connection failed!/);
    assert.equal(other.requests.length, 1);
    assert.deepEqual([other.requests[0].url, other.requests[0].headers['content-type']], ['/api/event', 'application/json']);
});

test('a server that does not get ready is waited for no longer than the duration', async () => {
    const away = await peer(() => 'drop');
    const flags = ['propagate', file([event()]), '--to', away.origin, '--token', 'x', '--duration', '1500ms'];
    const read = await runEyed(flags);
    assert.equal(read.code, 1);
    assert.equal(read.stdout, 'Nothing was sent.\n');
    assert.match(read.stderr, /eyed: the server did not get ready: /);
    const {code, result} = await propagate([event()], ['--duration', '500ms'], {to: away.origin, token: 'x'});
    assert.equal(code, 1);
    assertAnswer({body: result}, {body: having({sent: 0, behind: false, latency_ms: {p50: null, p95: null, p99: null, max: null}})});
    assert.equal(away.requests.length, 0);
    const hanging = await peer((request) => (request.url === '/api/ready' ? {status: 503, body: {detail: 'later'}} : undefined));
    assert.match((await propagate([event()], ['--duration', '500ms'], {to: hanging.origin, token: 'x'})).stderr, /did not get ready: 503 later/);
});

test('retries or a timeout that are given bound the waiting for readiness too', async () => {
    let asked = 0;
    const away = await peer(() => { asked++; return {status: 503}; });
    const {code, stderr} = await propagate([event()], ['--count', '1', '--retries', '1'], {to: away.origin, token: 'x'});
    assert.deepEqual([code, asked], [1, 2]);
    assert.match(stderr, /did not get ready: 503/);
    asked = 0;
    assert.equal((await propagate([event()], ['--timeout', '1s', '--retries', '0'], {to: away.origin, token: 'x'})).code, 1);
    assert.equal(asked, 1);
});

test('the token is the environment\'s when none is given', async () => {
    const flags = ['propagate', file([event()]), '--to', server.origin, '--count', '1', '--quiet'];
    const sent = await runEyed(flags, {environment: {EYED_TOKEN: server.token}});
    assert.deepEqual([sent.code, sent.stdout], [0, '1\n'], sent.stderr);
    const given = await runEyed([...flags, '--token', server.token], {environment: {EYED_TOKEN: 'x'}});
    assert.equal(given.code, 0, given.stderr);
    const none = await runEyed(flags);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /--token.*EYED_TOKEN/);
});

test('a whole URL is sent to as it is, and a server without readiness is taken to be ready', async () => {
    const other = await peer((request) => (request.method === 'POST' ? {status: 202} : {status: 404}));
    const {code, stderr} = await propagate([event(), message()], ['--in-order', '--every', '1ms'],
        {to: `${other.origin}/in/events?a=1`, token: 'secret'});
    assert.equal(code, 0, stderr);
    assert.deepEqual(other.requests.map(({url}) => url), ['/in/events?a=1', '/in/events?a=1']);
});

for (const [kind, status] of [['429', 429], ['503', 503], ['500', 500], ['a connection that ends', 'drop']]) {
    test(`after ${kind} the same is sent again, with the same id`, async () => {
        const other = await peer(posts((request, count) => {
            if (count % 3 !== 0) return status === 'drop' ? 'drop' : {status, body: {detail: 'later'}};
            return {status: 200, body: {status_code: '200', id: count}};
        }));
        const {code, result, stderr} = await propagate([event(), message()], ['--in-order', '--every', '1ms'], {to: other.origin, token: 'x'});
        assert.equal(code, 0, stderr);
        // A connection kept from before that ends without an answer is replaced without a word.
        const retried = status === 'drop' ? (n) => n >= 2 : 4;
        assertAnswer({body: result}, {body: having({sent: 2, accepted: 2, failed: 0, retried})});
        const ids = other.requests.map(({headers, body}) => JSON.parse(body).event_id ?? headers['idempotency-key']);
        assert.deepEqual([ids[0], ids[0], ids[3], ids[3]], [ids[1], ids[2], ids[4], ids[5]]);
        assert.notEqual(ids[0], ids[3]);
        assert.ok(ids.every(Boolean));
        assert.match(stderr, /trying again in/);
    });
}

test('Retry-After is honoured', async () => {
    const other = await peer(posts((request, count) => (count === 1
        ? {status: 503, headers: {'retry-after': '2'}} : {status: 200, body: {id: 1}})));
    const {code} = await propagate([message()], ['--count', '1'], {to: other.origin, token: 'x'});
    assert.equal(code, 0);
    const [first, second] = other.requests;
    assert.ok(second.at - first.at >= 1990, `${second.at - first.at} ms`);
});

test('what is put off for good, or never answered, has failed', async () => {
    const busy = await peer(posts(() => ({status: 429, body: {detail: 'too often'}})));
    const put = await propagate([event(), event()], ['--in-order', '--every', '1ms', '--retries', '1'], {to: busy.origin, token: 'x'});
    assert.equal(put.code, 1);
    assertAnswer({body: put.result}, {body: having({sent: 2, accepted: 0, refused: 0, failed: 2, retried: 2})});
    assert.match(put.stderr, /failed 1: 429 .*too often/);
    const hanging = await peer(posts(() => undefined));
    const hung = await propagate([event()], ['--count', '1', '--retries', '1', '--timeout', '200ms'], {to: hanging.origin, token: 'x'});
    assert.equal(hung.code, 1);
    assertAnswer({body: hung.result}, {body: having({sent: 1, failed: 1, retried: 1})});
    assert.equal(hanging.requests.length, 2);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} ends it with the summary`, async () => {
        const name = unique();
        let child;
        const running = propagate([event({name})], ['--every', '5ms'], {started: (one) => { child = one; }});
        await waitFor('the first events', async () => (await stored(name)).length > 3);
        child.kill(signal);
        const {code, signal: by, result} = await running;
        assert.deepEqual([code, by], [0, null]);
        assert.equal(result.sent, result.accepted);
        assert.equal((await stored(name)).length, result.sent);
    });
}

test('an interrupt ends waiting: for the next turn, for readiness, for another try, for an answer', async () => {
    const endsSoon = async (answer, begun, expected) => {
        const other = await peer(answer);
        let child;
        let said = '';
        const running = propagate([event()], ['--every', '1h', '--count', '2'], {to: other.origin, token: 'x', started: (one) => {
            child = one;
            one.stderr.on('data', (text) => { said += text; });
        }});
        await waitFor('it waits', () => begun(other, said));
        const from = Date.now();
        child.kill('SIGINT');
        const {code, result, stderr} = await running;
        assert.ok(Date.now() - from < 10_000, 'it does not wait on');
        assert.equal(code, expected.code);
        assertAnswer({body: result}, {body: having(expected.counts)});
        return stderr;
    };
    await endsSoon(posts(() => ({status: 200, body: {id: 1}})), (other, said) => said.includes('accepted 1'),
        {code: 0, counts: {sent: 1, accepted: 1}});
    await endsSoon(() => ({status: 503}), (other, said) => said.includes('not ready'), {code: 1, counts: {sent: 0}});
    await endsSoon(posts(() => ({status: 503, headers: {'retry-after': '200'}})), (other, said) => said.includes('trying again'),
        {code: 1, counts: {sent: 1, failed: 1}});
    const stderr = await endsSoon(posts(() => undefined), (other) => other.requests.length === 1, {code: 1, counts: {sent: 1, failed: 1}});
    assert.match(stderr, /failed 1: the request was given up/);
});

test('a second interrupt does not wait for the answer', async () => {
    const other = await peer(posts(() => undefined));
    let child;
    const running = propagate([event()], [], {to: other.origin, token: 'x', started: (one) => { child = one; }});
    await waitFor('a request', () => other.requests.length === 1);
    const interrupts = setInterval(() => child.kill('SIGINT'), 100);
    const {signal, stdout} = await running;
    clearInterval(interrupts);
    assert.deepEqual([signal, stdout], ['SIGINT', '']);
});

test('a terminal shows how far it is on one line, which goes', async () => {
    const command = [binary, 'propagate', file([event()]), '--to', server.origin, '--token', server.token,
        '--rate', '100/s', '--duration', '2s'].join(' ');
    const {code, stdout} = await runProgram('script', ['-qec', command, '/dev/null']);
    assert.equal(code, 0, stdout);
    const escape = String.fromCharCode(27);
    const shown = stdout.split('\r').filter((text) => text.startsWith('sent '));
    assert.ok(shown.length >= 2, stdout);
    assert.match(shown[1], /^sent \d+ \([\d.]+\/s\), accepted \d+, refused 0, failed 0, retried 0/);
    assert.ok(shown.every((text) => text.includes(`${escape}[K`) && !text.split(`${escape}[K`)[0].includes('\n')));
    assert.match(stdout, /\d+ events sent in /);
});

test('a rate is kept, and a duration ends it', async () => {
    const name = unique();
    const {code, result, stderr} = await propagate([event({name})], ['--rate', '300/s', '--duration', '3s', '--concurrency', '2']);
    assert.equal(code, 0, stderr);
    assert.ok(Math.abs(result.sent - 900) <= 18, `${result.sent} in 3 s, which is within 2 %`);
    assert.ok(result.seconds > 2.9 && result.seconds < 4.5, `${result.seconds} s`);
    assert.equal((await stored(name)).length, result.sent);
    for (const time of ['p50', 'p95', 'p99', 'max']) assert.ok(result.latency_ms[time] > 0, time);
    assert.ok(result.latency_ms.p50 <= result.latency_ms.p99 && result.latency_ms.p99 <= result.latency_ms.max);
});

test('a rate that the connections do not keep up with is told, one that is kept is not', async () => {
    const flags = ['propagate', file([event()]), '--to', server.origin, '--token', server.token, '--rate', '1000000/s', '--duration', '1s'];
    const read = await runEyed(flags);
    assert.equal(read.code, 0, read.stderr);
    assert.match(read.stdout, /at most\.\nIt was behind the rate: raise --concurrency\.\n$/);
    assert.equal((await propagate([event()], ['--rate', '1000000/s', '--duration', '1s'])).result.behind, true);
    assert.equal((await propagate([event()], ['--rate', '1/s', '--count', '2'])).result.behind, false);
});

test('many connections send each event once', async () => {
    const name = unique();
    const {code, result, stderr} = await propagate([event({name})], ['--count', '5000', '--concurrency', '32']);
    assert.equal(code, 0, stderr);
    assertAnswer({body: result}, {body: having({sent: 5000, accepted: 5000, duplicates: 0})});
    assert.equal((await stored(name)).length, 5000);
});

test('a server that is killed and comes back has all that was sent, once', async () => {
    const other = new Server();
    await createUser(other.data, 'admin', {superuser: true});
    other.token = await createKey(other.data, 'admin');
    await other.start();
    other.listen = `127.0.0.1:${other.port}`;
    const names = [unique(), unique()];
    const events = [event({name: names[0]}), message({event_type: names[1]})];
    const total = 3000;  // in no less than 3 s, so that there is time for two accidents
    const running = propagate(events, ['--in-order', '--count', String(total), '--rate', '1000/s', '--concurrency', '8', '--retries', '100'],
        {to: other.origin, token: other.token});
    let over = false;
    running.then(() => { over = true; });
    const count = async () => (await stored(names[0], other)).length + (await stored(names[1], other)).length;
    for (const part of [0.1, 0.4]) {
        await waitFor('a part of it', async () => over || (await count()) > total * part);
        assert.ok(!over, 'it still sends');
        await other.kill();
        await other.start();
    }
    const {code, result, stderr} = await running;
    assert.equal(code, 0, stderr);
    assertAnswer({body: result}, {body: having({sent: total, accepted: total, refused: 0, failed: 0, retried: (n) => n > 0})});
    assert.equal(await count(), total);
    await other.stop();
});
