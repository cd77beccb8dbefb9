// The connection: keep-alive, pipelining, chunks, 100-continue, HEAD, OPTIONS, CORS, request ids.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {RawConnection, requestText, sendRaw} from './client.mjs';
import {operations} from './contract.mjs';
import {useServer} from './harness.mjs';
import {anyUuid, assertAnswer, having, scenarios, theEvent, unique} from './scenario.mjs';

const origin = 'https://app.example.org';
const server = useServer({settings: {'http.cors_origins': `${origin},https://second.example.org`}});
const json = {'Content-Type': 'application/json'};
const eventText = (changes) => JSON.stringify(theEvent(changes));

async function withConnection(use) {
    const connection = await RawConnection.open(server);
    try {
        await use(connection);
    } finally {
        connection.close();
    }
}

test('a connection serves many requests', () => withConnection(async (connection) => {
    for (let i = 0; i < 50; i++) {
        connection.write(requestText('POST', '/events/', {token: server.token, headers: json, body: eventText()}));
        assertAnswer(await connection.answer(), {status: 201});
    }
}));

test('pipelined requests are answered in their order', () => withConnection(async (connection) => {
    const ids = [];
    for (let i = 0; i < 20; i++) {
        ids.push(`pipelined-${i}`);
        const headers = {...json, 'X-Request-Id': ids[i]};
        const isPost = i % 2 === 0;
        connection.write(requestText(isPost ? 'POST' : 'GET', isPost ? '/events/' : '/healthz',
            {token: server.token, headers, body: isPost ? eventText() : undefined}));
    }
    for (let i = 0; i < 20; i++) {
        assertAnswer(await connection.answer(), {status: i % 2 === 0 ? 201 : 200, headers: {'x-request-id': ids[i]}});
    }
}));

test('Connection: close closes after the answer', () => withConnection(async (connection) => {
    connection.write(requestText('GET', '/healthz', {close: true}));
    assertAnswer(await connection.answer(), {status: 200, headers: {connection: /close/i}});
    await connection.end();
}));

test('HTTP/1.0 is answered and closed', () => withConnection(async (connection) => {
    connection.write('GET /healthz HTTP/1.0\r\n\r\n');
    assertAnswer(await connection.answer(), {status: 200, body: {status: 'ok'}});
    await connection.end();
}));

test('a request may come byte by byte', () => withConnection(async (connection) => {
    connection.socket.setNoDelay(true);
    for (const byte of requestText('POST', '/events/', {token: server.token, headers: json, body: eventText()})) {
        connection.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
    }
    assertAnswer(await connection.answer(), {status: 201});
}));

const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const chunkedHead = (target, more = {}) => requestText('POST', target,
    {token: server.token, headers: {...json, 'Transfer-Encoding': 'chunked', ...more}}).toString();

test('a chunked body, in pieces, with an extension and a trailer', () => withConnection(async (connection) => {
    const text = eventText({name: unique()});
    connection.write(chunkedHead('/events/'));
    for (const part of text.match(/[\s\S]{1,37}/g)) connection.write(chunk(part));
    connection.write(`0;last=yes\r\nX-Trailer: 1\r\n\r\n`);
    assertAnswer(await connection.answer(), {status: 201, body: having({name: JSON.parse(text).name})});
    connection.write(requestText('GET', '/healthz'));
    assertAnswer(await connection.answer(), {status: 200});
}));

test('an empty chunked body, in one piece and in pieces', () => withConnection(async (connection) => {
    connection.write(`${chunkedHead('/sessions/')}0\r\n\r\n`);
    assertAnswer(await connection.answer(), {status: 201});
    connection.write(chunkedHead('/sessions/'));
    await new Promise((resolve) => setImmediate(resolve));
    for (const byte of '0\r\n\r\n') {
        connection.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
    }
    assertAnswer(await connection.answer(), {status: 201});
}));

test('Expect: 100-continue is answered before the body is sent', () => withConnection(async (connection) => {
    const body = eventText();
    const whole = requestText('POST', '/events/', {token: server.token, headers: {...json, Expect: '100-continue'}, body});
    connection.write(whole.subarray(0, whole.length - Buffer.byteLength(body)));
    assertAnswer(await connection.answer(), {status: 100});
    connection.write(body);
    assertAnswer(await connection.answer(), {status: 201});
}));

test('a body that will not be taken is not asked for', () => withConnection(async (connection) => {
    const headers = {...json, Expect: '100-continue', 'Content-Length': 1 << 30};
    connection.write(requestText('POST', '/events/', {token: server.token, headers}));
    assertAnswer(await connection.answer(), {status: 413});
}));

for (const target of ['/', '/healthz', '/readyz', '/metrics', '/events/', '/api/v1/events', '/errors', '/sessions', '/nonsense']) {
    test(`HEAD ${target} has what GET has, without the body`, () => withConnection(async (connection) => {
        connection.write(requestText('GET', target, {token: server.token}));
        const got = await connection.answer();
        connection.write(requestText('HEAD', target, {token: server.token}));
        const head = await connection.answer({method: 'HEAD'});
        assert.equal(head.status, got.status);
        assert.equal(head.headers['content-type'], got.headers['content-type']);
        connection.write(requestText('GET', '/healthz'));
        assertAnswer(await connection.answer(), {status: 200, body: {status: 'ok'}});
    }));
}

const allowed = (...methods) => (value) => {
    const listed = new Set((value ?? '').split(/\s*,\s*/));
    return methods.every((method) => listed.has(method)) && !listed.has('PROPFIND');
};

for (const {method, path} of operations) {
    test(`a preflight for ${method} ${path}`, async () => {
        const headers = {origin, 'access-control-request-method': method};
        assertAnswer(await server.call('OPTIONS', path.replace('{id}', '1'), {token: null, headers}), {
            status: 204,
            headers: {'access-control-allow-origin': origin, 'access-control-allow-methods': allowed(method)},
        });
    });
}

scenarios(server, [
    {
        name: 'OPTIONS of a list',
        send: ['OPTIONS', '/events/', {token: null}],
        status: 200,
        headers: {allow: allowed('GET', 'HEAD', 'POST', 'OPTIONS')},
    },
    {
        name: 'OPTIONS of an event',
        send: ['OPTIONS', '/api/v1/events/1', {token: null}],
        status: 200,
        headers: {allow: allowed('GET', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS')},
    },
    {name: 'OPTIONS of a page', send: ['OPTIONS', '/admin/login', {token: null}], status: 204, headers: {allow: allowed('GET', 'POST')}},
    {name: 'OPTIONS of nothing', send: ['OPTIONS', '/nonsense', {token: null}], status: 404},
    {
        name: 'a preflight for nothing',
        send: ['OPTIONS', '/nonsense', {token: null, headers: {origin, 'access-control-request-method': 'POST'}}],
        status: 404,
    },
    {
        name: 'a preflight of an allowed origin',
        send: ['OPTIONS', '/api/v1/events', {token: null, headers: {
            origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,idempotency-key',
        }}],
        status: 204,
        headers: {
            'access-control-allow-origin': origin,
            'access-control-allow-methods': allowed('GET', 'POST'),
            'access-control-allow-headers': (value) => ['authorization', 'content-type', 'idempotency-key'].every((name) => value?.toLowerCase().includes(name)),
            vary: /origin/i,
        },
    },
    {
        name: 'a preflight of another origin',
        send: ['OPTIONS', '/api/v1/events', {token: null, headers: {origin: 'https://evil.example', 'access-control-request-method': 'POST'}}],
        status: 204,
        headers: {'access-control-allow-origin': (value) => value === undefined},
    },
    {
        name: 'a request of an allowed origin may be read',
        send: ['GET', '/events/', {headers: {origin: 'https://second.example.org'}}],
        status: 200,
        headers: {'access-control-allow-origin': 'https://second.example.org', vary: /origin/i},
    },
    {
        name: 'so may its errors',
        send: ['GET', '/events/', {token: null, headers: {origin}}],
        status: 401,
        headers: {'access-control-allow-origin': origin},
    },
    {
        name: 'a request of another origin may not',
        send: ['GET', '/events/', {headers: {origin: 'https://app.example.org.evil.example'}}],
        status: 200,
        headers: {'access-control-allow-origin': (value) => value === undefined},
    },
    {
        name: 'an answer carries a new request id',
        send: ['GET', '/healthz'],
        headers: {'x-request-id': anyUuid},
    },
    {
        name: 'or the client\'s own',
        send: ['GET', '/healthz', {headers: {'x-request-id': 'mine-123_~.a:b/c+d=e@f'}}],
        headers: {'x-request-id': 'mine-123_~.a:b/c+d=e@f'},
    },
    {
        name: 'of 128 characters',
        send: ['GET', '/nonsense', {headers: {'x-request-id': 'i'.repeat(128)}}],
        status: 404,
        headers: {'x-request-id': 'i'.repeat(128)},
    },
    ...['i'.repeat(129), 'with space', 'a"b<script>', 'a!', 'a%20b', 'a,b', '\xe9', ''].map((id) => ({
        name: `but not ${JSON.stringify(id).slice(0, 20)}`,
        send: ['GET', '/healthz', {headers: {'x-request-id': id}}],
        headers: {'x-request-id': anyUuid},
    })),
    {
        name: 'a problem names the request',
        send: ['GET', '/api/v1/events/999999999', {headers: {'x-request-id': 'problem-1'}}],
        status: 404,
        body: having({instance: 'problem-1'}),
    },
    {
        name: 'as a URI reference',
        send: ['GET', '/api/v1/events/999999999', {headers: {'x-request-id': 'a:b/c'}}],
        status: 404,
        headers: {'x-request-id': 'a:b/c'},
        body: having({instance: 'a%3Ab%2Fc'}),
    },
]);

test('the target may be an absolute URL', async () => {
    const answer = await sendRaw(server, requestText('GET', `http://eyed.test/healthz?x=1`));
    assertAnswer(answer, {status: 200, body: {status: 'ok'}});
});

test('two hundred connections at once', async () => {
    const connections = await Promise.all(Array.from({length: 200}, () => RawConnection.open(server)));
    for (const connection of connections) connection.write(requestText('GET', '/healthz'));
    for (const connection of connections) assertAnswer(await connection.answer(), {status: 200});
    for (const connection of connections) connection.close();
});
