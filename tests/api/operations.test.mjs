// Health, readiness, metrics, the index, stopping, and the log.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {RawConnection, requestText} from './client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {anyInstant, assertAnswer, having, inAnHour, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer({settings: {'logging.level': 'debug'}});
const version = /^\d+\.\d+\.\d+/;

scenarios(server, [
    {name: 'healthz', send: ['GET', '/healthz', {token: null}], status: 200, body: {status: 'ok'}},
    {
        name: 'readyz',
        send: ['GET', '/readyz', {token: null}],
        status: 200,
        body: {status: 'ready', checks: {log: having({ok: true}), store: having({ok: true}), catalog: having({ok: true})}},
    },
    {
        name: 'metrics',
        send: ['GET', '/metrics', {token: null}],
        status: 200,
        headers: {'content-type': /^text\/plain; version=0\.0\.4/},
        contains: ['# TYPE eyed_'],
    },
    {
        name: 'the index for machines',
        send: ['GET', '/', {token: null}],
        status: 200,
        body: having({name: 'eyed', version}),
    },
    {
        name: 'the index for people',
        send: ['GET', '/', {token: null, headers: {accept: 'text/html,application/xhtml+xml,*/*;q=0.8'}}],
        status: 200,
        headers: {'content-type': /^text\/html/},
        contains: ['eyed', '/admin/'],
    },
]);

test('metrics are well-formed and count', async () => {
    const read = async () => {
        const {text} = await server.get('/metrics');
        const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
        for (const line of samples) assert.match(line, /^[a-zA-Z_:][\w:]*(\{[^}]*\})? [-+\d.eE]+(Inf|NaN)?$/);
        return samples;
    };
    const posts = (samples) => samples
        .filter((line) => /^eyed_http_requests_total\{/.test(line) && /"\/events\/?"/.test(line) && /POST/.test(line))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const before = posts(await read());
    for (let i = 0; i < 5; i++) await server.post('/events/', {json: theEvent()});
    await waitFor('five more requests are counted', async () => posts(await read()) === before + 5);
});

test('hammering readyz does not make it unready', async () => {
    const connections = await Promise.all(Array.from({length: 100}, () => RawConnection.open(server)));
    const ask = requestText('GET', '/readyz');
    for (const connection of connections) connection.write(Buffer.concat([ask, ask, ask]));
    for (const connection of connections) {
        for (let i = 0; i < 3; i++) assertAnswer(await connection.answer(), {status: 200, body: having({status: 'ready'})});
        connection.close();
    }
});

test('the log has a JSON object a line, with the request\'s id', async () => {
    const id = unique('log').replace(' ', '-');
    await server.post('/events/?x=1', {json: theEvent({name: ''}), headers: {'x-request-id': id}});
    const line = await waitFor('the access line', () => server.lines().find((one) => one.request_id === id));
    assertAnswer({body: line}, {body: having({
        time: /^\d{4}-\d\d-\d\dT/, level: 'info', msg: 'request', method: 'POST', path: '/events/', status: 400,
        duration_ms: (value) => value >= 0, peer: /127\.0\.0\.1/,
    })});
    for (const text of server.output.split('\n').filter(Boolean)) JSON.parse(text);
});

test('a hostile request cannot write lines of its own', async () => {
    const target = '/x%0a{"level":"error","msg":"forged"}';
    const connection = await RawConnection.open(server);
    connection.write(requestText('GET', target, {headers: {'X-Request-Id': '"},{"forged":1', 'User-Agent': '\u001b[31m"'}}));
    await connection.answer();
    connection.close();
    assert.ok(!server.lines().some(({msg, forged}) => msg === 'forged' || forged));
});

test('secrets are never logged', async () => {
    const secret = server.passwords.admin;
    await server.post('/api-token-auth/', {json: {username: 'admin', password: secret}});
    await server.post('/api-token-auth/', {json: {username: 'admin', password: `${secret} wrong`}});
    await server.get(`/events/?token=${server.token}&password=${encodeURIComponent(secret)}`);
    await server.get('/events/', {token: `${server.token.slice(0, -1)}g`});
    await server.post('/events/', {json: theEvent({data: {password: secret}})});
    await server.get('/healthz', {headers: {'x-request-id': 'after-the-secrets'}});
    await waitFor('the last line', () => server.lines().some((line) => line.request_id === 'after-the-secrets'));
    assert.ok(!server.output.includes(secret));
    assert.ok(!server.output.includes(encodeURIComponent(secret)));
    assert.ok(!server.output.includes(server.token));
    assert.ok(!server.output.includes(server.token.slice(0, -1)));
});

test('SIGTERM lets what was accepted finish, and takes nothing new', async () => {
    const name = unique();
    const connections = await Promise.all(Array.from({length: 20}, () => RawConnection.open(server)));
    const headers = {'Content-Type': 'application/json'};
    const body = JSON.stringify(Array.from({length: 500}, () => ({category: 'stop', name})));
    const post = requestText('POST', '/api/v1/events', {token: server.token, headers, body});
    for (const connection of connections) connection.write(post);
    assertAnswer(await connections[0].answer(), {status: 200});
    const stopped = server.stop();
    let accepted = 1;
    for (const connection of connections.slice(1)) {
        const answer = await connection.answer();
        if (answer?.status === 200) accepted++;
        else assert.ok(!answer || answer.status === 503, answer?.text);
    }
    await stopped;
    await server.start();
    const {text} = await server.get(`/api/v1/export?name=${encodeURIComponent(name)}`);
    const kept = text.split('\n').filter(Boolean).length;
    assert.ok(kept >= accepted * 500, `${kept} kept of ${accepted * 500} answered`);
    assert.equal(kept % 500, 0, 'no batch is kept in half');
});

test('an idle connection does not hold up the stop', async () => {
    const idle = await RawConnection.open(server);
    idle.write(requestText('GET', '/healthz'));
    assertAnswer(await idle.answer(), {status: 200});
    const half = await RawConnection.open(server);
    half.write('POST /events/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await server.restart();
    await idle.end();
    await half.end();
});

test('all of it is there after a restart', async () => {
    const name = unique();
    const {body: {id}} = await server.post('/events/', {json: theEvent({name})});
    assertAnswer(await server.post('/events/', {json: theEvent({name, timestamp: inAnHour()})}), {status: 400});
    const errors = (await server.get('/errors/?limit=5')).body;
    const types = (await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`)).body;
    await server.restart();
    assertAnswer(await server.get(`/event_detail/${id}`), {status: 200, body: having({name})});
    assert.deepEqual((await server.get('/errors/?limit=5')).body, errors);
    assert.deepEqual((await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`)).body, types);
    assertAnswer(await server.post('/events/', {json: theEvent({name})}), {status: 201, body: having({id: (next) => next > id})});
    assertAnswer({body: errors[0]}, {body: having({created_at: anyInstant})});
});
