// What the server refuses, and how: unknown paths, methods, types, sizes, encodings, nonsense; and
// clients that are too slow.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import zlib from 'node:zlib';

import {RawConnection, requestText, sendRaw} from './client.mjs';
import {useServer} from './harness.mjs';
import {anyUuid, assertAnswer, having, problem, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer({settings: {
    'http.body_limit': '64KiB', 'http.decompressed_limit': '256KiB', 'http.header_limit': '8KiB',
    'http.header_timeout': '2s', 'http.body_timeout': '2s', 'http.idle_timeout': '4s',
}});
const notFound = {detail: 'Not found.'};
const json = {'Content-Type': 'application/json'};

scenarios(server, [
    ...['/nonsense', '/event', '/events/1', '/api/v2/events', '/event_detail/', '/%00', '/events%2F', '/../etc/passwd',
        '/events/..', '//', '/a'.repeat(500)].map((target) => ({
        name: `no such path: ${target.slice(0, 30)}`, send: ['GET', target], status: 404, body: notFound,
    })),
    {name: 'no such native path', send: ['GET', '/api/v1/nonsense'], ...problem(404)},
    {name: 'a native path with escapes', send: ['GET', '/%61pi/v%31/events/999999'], ...problem(404)},
    {name: 'no such native path, with escapes', send: ['GET', '/api/%76%31/nonsense'], ...problem(404)},
    {name: 'a native list with escapes', send: ['GET', '/%61pi/v1/events?limit=1'], status: 200, body: having({results: Array.isArray})},
    {
        name: 'a method that a path does not have',
        send: ['PUT', '/events/', {json: {}}],
        status: 405,
        body: {detail: 'Method "PUT" not allowed.'},
        headers: {allow: /GET.*POST/},
    },
    {name: 'a method on a native path', send: ['PUT', '/api/v1/events', {json: {}}], ...problem(405), headers: {allow: /GET.*POST/}},
    {name: 'a method nobody knows', send: ['PROPFIND', '/events/'], status: 405},
    {name: 'a method on no path', send: ['PUT', '/nonsense', {json: {}}], status: 404, body: notFound},
    {name: 'errors of unknown paths are for nobody in particular', send: ['GET', '/nonsense', {token: null}], status: 404, body: notFound},
    {
        name: 'a body over the limit',
        send: ['POST', '/events/', {json: theEvent({data: {a: 'x'.repeat(70_000)}})}],
        status: 413,
        body: {detail: /too large/},
    },
    {
        name: 'a native body over the limit',
        send: ['POST', '/api/v1/events', {json: {category: 'c', name: 'n', data: {a: 'x'.repeat(70_000)}}}],
        ...problem(413),
    },
    {
        name: 'a body just under the limit',
        send: ['POST', '/events/', {json: theEvent({data: {a: 'x'.repeat(60_000)}})}],
        status: 201,
    },
    {
        name: 'an encoding nobody knows',
        send: ['POST', '/events/', {json: theEvent(), headers: {'content-encoding': 'br'}}],
        status: 415,
    },
    {
        name: 'no gzip though it says so',
        send: ['POST', '/events/', {json: theEvent(), headers: {'content-encoding': 'gzip'}}],
        status: 400,
        body: {detail: /./},
    },
    {
        name: 'gzip cut off',
        send: ['POST', '/events/', {
            body: zlib.gzipSync(JSON.stringify(theEvent())).subarray(0, 100), type: 'application/json', headers: {'content-encoding': 'gzip'},
        }],
        status: 400,
        body: {detail: /./},
    },
    {
        name: 'a decompression bomb',
        send: ['POST', '/api/v1/events', {
            body: zlib.gzipSync(Buffer.alloc(30 << 20, 0x20)), type: 'application/json', headers: {'content-encoding': 'gzip'},
        }],
        ...problem(413),
    },
    {
        name: 'deep JSON on a seed\'s route',
        send: ['POST', '/events/', {body: '['.repeat(50_000), type: 'application/json'}],
        status: 400,
    },
    {
        name: 'a query that is no UTF-8',
        send: ['GET', '/api/v1/events?name=%ff%fe'],
        ...problem(400),
    },
    {name: 'a query with a broken escape', send: ['GET', '/api/v1/events?name=%zz'], ...problem(400)},
]);

test('a gzip body is unpacked', async () => {
    const name = unique();
    const body = zlib.gzipSync(JSON.stringify({category: 'page', name, data: {a: 'x'.repeat(200_000)}}));
    const answer = await server.post('/api/v1/events', {body, type: 'application/json', headers: {'content-encoding': 'gzip'}});
    assertAnswer(answer, {status: 201});
    const event = await server.get(`/api/v1/events/${answer.body.id}`);
    assertAnswer(event, {body: having({name, data: {a: 'x'.repeat(200_000)}})});
});

test('an answer is packed for who takes gzip, and for nobody else', async () => {
    await server.post('/api/v1/events', {json: {category: 'page', name: 'long', data: {a: 'y'.repeat(20_000)}}});
    const plain = await server.get('/api/v1/events?name=long&limit=1');
    assert.equal(plain.headers['content-encoding'], undefined);
    const packed = await server.get('/api/v1/events?name=long&limit=1', {headers: {'accept-encoding': 'gzip, deflate, br'}});
    assertAnswer(packed, {status: 200, headers: {'content-encoding': 'gzip', vary: /accept-encoding/i}});
    assert.equal(zlib.gunzipSync(packed.bytes).toString(), plain.text);
    const refused = await server.get('/api/v1/events?name=long&limit=1', {headers: {'accept-encoding': 'gzip;q=0'}});
    assert.equal(refused.headers['content-encoding'], undefined);
});

const rawRows = [
    ['no HTTP at all', 'nonsense\r\n\r\n', 400],
    ['a TLS greeting', Buffer.from('160301020001000000ff0303', 'hex'), undefined],
    ['no target', 'GET HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a header without a colon', 'GET /healthz HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n', 400],
    ['a length that is none', requestText('POST', '/events/', {headers: {'Content-Length': 'x'}}), 400],
    ['a negative length', requestText('POST', '/events/', {headers: {'Content-Length': '-1'}}), 400],
    ['two lengths', 'POST /events/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', 400],
    ['a length and chunks', 'POST /events/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['a chunk size that is none', 'POST /api-token-auth/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['no Host in HTTP/1.1', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['a header over the limit', requestText('GET', '/healthz', {headers: {'X-Big': 'x'.repeat(9000)}}), 431],
    ['headers that never end', `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(2000)}`, 431],
    ['a target over the limit', requestText('GET', `/${'x'.repeat(9000)}`), [414, 431]],
    ['a transfer encoding nobody knows', requestText('POST', '/events/', {headers: {'Transfer-Encoding': 'gzip, chunked'}}), [400, 501]],
];

for (const [name, bytes, status] of rawRows) {
    test(`${name}: refused, and the connection ends`, async () => {
        const connection = await RawConnection.open(server);
        connection.write(bytes);
        const answer = await connection.answer();
        if (status !== undefined) {
            assert.ok(answer, 'an answer comes before the end');
            assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.text}`);
            assertAnswer(answer, {headers: {'x-request-id': anyUuid}, body: having({detail: /./})});
        }
        await connection.end();
    });
}

const native = '/api/v1/events';
const nativeRows = [
    ['a header over the limit', requestText('GET', native, {headers: {'X-Big': 'x'.repeat(9000)}}), 431, 'header_too_large'],
    ['too many header fields', `GET ${native} HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(200)}\r\n`, 431, 'header_too_large'],
    ['a target over the limit', requestText('GET', `${native}?${'x'.repeat(9000)}`), 414, 'target_too_long'],
    ['two lengths', `POST ${native} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`, 400, 'invalid_request'],
    ['a length and chunks', requestText('POST', native, {headers: {'Content-Length': 5, 'Transfer-Encoding': 'chunked'}}), 400, 'invalid_request'],
    ['no Host', `GET ${native} HTTP/1.1\r\n\r\n`, 400, 'invalid_request'],
    ['a transfer coding nobody knows', requestText('POST', native, {headers: {'Transfer-Encoding': 'gzip'}}), 501, 'not_implemented'],
    ['an expectation nobody knows', () => requestText('POST', native, {token: server.token, headers: {Expect: 'the-unexpected'}}), 417, 'expectation_failed'],
    ['another version of HTTP', `GET ${native} HTTP/2.0\r\nHost: x\r\n\r\n`, 505, 'http_version_not_supported'],
    ['a header that does not end in time', `GET ${native} HTTP/1.1\r\nHost: x\r\n`, 408, 'request_timeout'],
];

for (const [name, bytes, status, code] of nativeRows) {
    test(`${name}: a problem document on a native path`, async () => {
        const connection = await RawConnection.open(server);
        connection.write(typeof bytes === 'function' ? bytes() : bytes);
        assertAnswer(await connection.answer(), problem(status, {code}));
        await connection.end();
    });
}

test('a chunked body over the limit', async () => {
    const connection = await RawConnection.open(server);
    const head = requestText('POST', '/events/', {token: server.token, headers: {...json, 'Transfer-Encoding': 'chunked'}});
    connection.write(head);
    for (let i = 0; i < 8; i++) connection.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
    assertAnswer(await connection.answer(), {status: 413});
    await connection.end();
});

test('a header that does not come to its end in time', async () => {
    const connection = await RawConnection.open(server);
    connection.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => connection.write('X-Slow: 1\r\n'), 100);
    const answer = await connection.answer();
    clearInterval(drip);
    if (answer) assert.equal(answer.status, 408);
    await connection.end();
});

test('a body that does not come to its end in time', async () => {
    const connection = await RawConnection.open(server);
    connection.write(requestText('POST', '/events/', {token: server.token, headers: {...json, 'Content-Length': 1000}}));
    const drip = setInterval(() => connection.write(' '), 100);
    const answer = await connection.answer();
    clearInterval(drip);
    if (answer) assertAnswer(answer, {status: 408});
    await connection.end();
});

test('a connection that says nothing is closed', async () => {
    const silent = await RawConnection.open(server);
    await silent.end();
    const idle = await RawConnection.open(server);
    idle.write(requestText('GET', '/healthz'));
    assertAnswer(await idle.answer(), {status: 200});
    await idle.end();
});

test('slow clients do not hold up others', async () => {
    const slow = await Promise.all(Array.from({length: 50}, () => RawConnection.open(server)));
    for (const connection of slow) connection.write('POST /events/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    assertAnswer(await server.post('/events/', {json: theEvent()}), {status: 201});
    for (const connection of slow) connection.close();
});

test('a client that leaves half-way leaves no trace', async () => {
    const name = unique();
    const whole = requestText('POST', '/events/', {token: server.token, headers: json, body: JSON.stringify(theEvent({name}))});
    const connection = await RawConnection.open(server);
    connection.write(whole.subarray(0, whole.length - 10));
    connection.socket.end();
    await connection.end();
    const {body} = await server.get(`/events/?name=${encodeURIComponent(name)}`);
    assert.deepEqual(body, []);
});

test('a POST without a length has no body', async () => {
    assertAnswer(await sendRaw(server, requestText('POST', '/sessions/', {token: server.token})), {status: 201});
    const answer = await sendRaw(server, requestText('POST', '/events/', {token: server.token, headers: json}));
    assertAnswer(answer, {status: 400, body: having({category: ['This field is required.']})});
});

test('after all this the server is well', async () => {
    assertAnswer(await server.get('/readyz'), {status: 200});
    assertAnswer(await server.get('/api/v1/events?limit=1000'), {status: 200});
});
