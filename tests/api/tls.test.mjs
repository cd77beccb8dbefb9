// TLS with a certificate and key of the settings.
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {before, test} from 'node:test';
import tls from 'node:tls';

import {sendRaw} from './client.mjs';
import {createUser, runEyed, runProgram, Server, temporaryDirectory} from './harness.mjs';
import {assertAnswer, theEvent} from './scenario.mjs';

const folder = temporaryDirectory();
const certificate = path.join(folder, 'certificate.pem');
const key = path.join(folder, 'key.pem');
const server = new Server({scheme: 'https', settings: {'tls.certificate': certificate, 'tls.key': key}});

before(async () => {
    const made = await runProgram('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
        '-nodes', '-keyout', key, '-out', certificate, '-days', '3650', '-subj', '/CN=localhost',
        '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']);
    assert.equal(made.code, 0, made.stderr);
    server.ca = readFileSync(certificate);
    await createUser(server.data, 'admin', {superuser: true, password: 'admin pass 1234'});
    await server.start();
    const answer = await server.post('/api-token-auth/', {json: {username: 'admin', password: 'admin pass 1234'}});
    server.token = answer.body?.token;
}, {timeout: 120_000});

function handshake(options) {
    return new Promise((resolve, reject) => {
        const socket = tls.connect({host: server.host, port: server.port, ca: server.ca, servername: 'localhost', ...options},
            () => {
                const seen = {protocol: socket.getProtocol(), alpn: socket.alpnProtocol};
                socket.destroy();
                resolve(seen);
            });
        socket.on('error', reject);
    });
}

test('requests are served', async () => {
    assertAnswer(await server.get('/healthz'), {status: 200, body: {status: 'ok'}});
    assertAnswer(await server.post('/events/', {json: theEvent()}), {status: 201});
});

test('links and cookies know that it is TLS', async () => {
    for (let i = 0; i < 2; i++) await server.post('/events/', {json: theEvent()});
    const answer = await server.get('/events/?limit=1');
    assert.match(answer.headers.link, /^<https:/);
    const page = await server.get('/admin/login/');
    for (const cookie of page.headers['set-cookie'] ?? []) assert.match(cookie, /;\s*Secure/i);
});

test('TLS 1.2 and 1.3 are spoken, older ones are not', async () => {
    assert.equal((await handshake({minVersion: 'TLSv1.3'})).protocol, 'TLSv1.3');
    assert.equal((await handshake({maxVersion: 'TLSv1.2'})).protocol, 'TLSv1.2');
    await assert.rejects(handshake({minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0'}));
});

test('who does not speak TLS gets no service, and harms nobody', async () => {
    const answer = await sendRaw(server, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.ok(answer === undefined || answer.status === 400);
    assertAnswer(await server.get('/healthz'), {status: 200});
});

const refusals = [
    ['a certificate without a key', {'tls.certificate': certificate}, /tls\.key/],
    ['a key without a certificate', {'tls.key': key}, /tls\.certificate/],
    ['a certificate that is not there', {'tls.certificate': '/nonexistent.pem', 'tls.key': key}, /nonexistent\.pem/],
    ['a certificate that is none', () => {
        const text = path.join(folder, 'text.pem');
        writeFileSync(text, 'no certificate');
        return {'tls.certificate': text, 'tls.key': key};
    }, /text\.pem|certificate/],
];
for (const [name, settings, says] of refusals) {
    test(`${name} is refused at start`, async () => {
        const given = typeof settings === 'function' ? settings() : settings;
        const flags = Object.entries(given).map(([setting, value]) => `--${setting}=${value}`);
        const ended = await runEyed(['serve', '--data', temporaryDirectory(), '--listen', '127.0.0.1:0', ...flags]);
        assert.ok(ended.code === 1 || ended.code === 2, `${ended.code}`);
        assert.match(ended.stdout + ended.stderr, says);
    });
}
