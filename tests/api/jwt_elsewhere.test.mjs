// JWTs made elsewhere: with a shared secret, as pyjwt makes them for the message consumer, and with a
// public key.
import assert from 'node:assert/strict';
import {createHmac, generateKeyPairSync} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {runEyed, Server, temporaryDirectory, useServer} from './harness.mjs';
import {bearer, jwt, seconds} from './jwt.mjs';
import {anyId, assertAnswer, having, theEvent} from './scenario.mjs';

const secret = 'a secret that two services share, long enough';
const rsa = generateKeyPairSync('rsa', {modulusLength: 2048});
const pem = rsa.publicKey.export({type: 'spki', format: 'pem'});
const keyFile = path.join(temporaryDirectory(), 'public.pem');
writeFileSync(keyFile, pem);

// As the seed's environment has them.
const server = useServer({
    environment: {SECRET_KEY: secret, ALGORITHM: 'HS256'},
    settings: {'auth.jwt_public_key': keyFile, 'auth.jwt_audience': 'eyed', 'auth.jwt_issuer': 'https://issuer.example', 'auth.jwt_leeway': '5s'},
});
const right = {aud: 'eyed', iss: 'https://issuer.example'};
const me = (token) => server.get('/api/v1/me', bearer(token));
const why = async (token) => (await server.get('/api/ready', bearer(token))).body.detail;

test('a token by the shared secret is the application jwt, with all scopes', async () => {
    assertAnswer(await me(jwt({...right, sub: 'propagator'}, secret)), {status: 200, body: {
        user: null, role: 'application', application: 'jwt', key: null, scopes: ['ingest', 'read', 'manage'], reads_all: false,
    }});
});

test('the message consumer\'s client sends, reads, updates and deletes its records', async () => {
    const options = bearer(jwt({...right, exp: seconds(60)}, secret));
    const sent = await server.post('/events/', {...options, json: theEvent()});
    assertAnswer(sent, {status: 201, body: having({id: anyId})});
    const target = `/event_detail/${sent.body.id}/`;
    assertAnswer(await server.get(target, options), {status: 200});
    assertAnswer(await server.put(target, {...options, json: theEvent({name: 'changed'})}), {status: 200, body: having({name: 'changed'})});
    assertAnswer(await server.get(`/api/v1/events/${sent.body.id}`), {body: having({application: 'jwt'})});
    assertAnswer(await server.delete(target, options), {status: 204});
});

test('a token by the private key is taken, too', async () => {
    assertAnswer(await me(jwt({...right, exp: seconds(60)}, rsa.privateKey, {alg: 'RS256'})), {status: 200, body: having({application: 'jwt'})});
});

test('what is wrong is told, and nobody gets in', async () => {
    const wrong = {
        'Signature has expired': jwt({...right, exp: seconds(-10)}, secret),
        'The token is not yet valid (nbf)': jwt({...right, nbf: seconds(60)}, secret),
        'The token is not yet valid (iat)': jwt({...right, iat: seconds(60)}, secret),
        'Signature verification failed': jwt(right, 'guess'),
        'Not enough segments': 'nonsense',
        'The specified alg value is not allowed': jwt(right, secret, {alg: 'HS512'}),
        'Invalid audience': jwt({...right, aud: ['other']}, secret),
        'Token is missing the "aud" claim': jwt({iss: right.iss}, secret),
        'Invalid issuer': jwt({...right, iss: 'https://evil.example'}, secret),
        'Token is missing the "iss" claim': jwt({aud: 'eyed'}, secret),
        'Unsupported critical extension': jwt(right, secret, {header: {crit: ['exp']}}),
        'Expiration Time claim (exp) must be an integer.': jwt({...right, exp: 'tomorrow'}, secret),
        'Token is too long': jwt({...right, padding: 'x'.repeat(8000)}, secret),
    };
    for (const [reason, token] of Object.entries(wrong)) {
        assert.equal(await why(token), `Invalid token: ${reason}`);
        assertAnswer(await server.get('/events/', bearer(token)), {status: 401, headers: {'www-authenticate': 'Token'}, body: {detail: 'Invalid token.'}});
    }
});

test('none is no algorithm, and the public key no secret', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
        const token = `${Buffer.from(JSON.stringify({alg})).toString('base64url')}.${Buffer.from(JSON.stringify(right)).toString('base64url')}.`;
        assert.equal(await why(token), 'Invalid token: The specified alg value is not allowed');
    }
    const text = jwt(right, 'x').split('.').slice(0, 2).join('.');
    for (const key of [pem, pem.trim()]) {
        const forged = `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
        assert.equal(await why(forged), 'Invalid token: Signature verification failed');
    }
});

test('the leeway is taken into account', async () => {
    assertAnswer(await me(jwt({...right, exp: seconds(-2)}, secret)), {status: 200});
    assertAnswer(await me(jwt({...right, nbf: seconds(3.5)}, secret)), {status: 200});
});

test('times may be fractions', async () => {
    assertAnswer(await me(jwt({...right, exp: Date.now() / 1000 + 60.5}, secret)), {status: 200});
});

test('it is nobody\'s account: no keys, no users, and no tokens of ours', async () => {
    const options = bearer(jwt({...right, user_id: 1, token_type: 'access'}, secret));
    for (const target of ['/api/v1/users', '/api/v1/keys', '/api/v1/audit']) assertAnswer(await server.get(target, options), {status: 403});
    assertAnswer(await server.post('/api/v1/keys', {...options, json: {scopes: ['ingest']}}), {status: 403});
    const token = jwt({...right, user_id: 1, token_type: 'refresh', exp: seconds(60), jti: 'x'}, secret);
    for (const [what, json] of [['verify', {token}], ['refresh', {refresh: token}]]) {
        assertAnswer(await server.post(`/api/token/${what}`, {json}), {status: 401, body: having({code: 'token_not_valid'})});
    }
});

test('scopes and application are settings, and a short secret is warned of', async () => {
    const other = new Server({settings: {'auth.jwt_secret': 'short', 'auth.jwt_scopes': 'ingest', 'auth.jwt_application': 'kiosk'}});
    await other.start();
    const options = bearer(jwt({}, 'short'));
    assertAnswer(await other.post('/events/', {...options, json: theEvent()}), {status: 201});
    assertAnswer(await other.get('/events/', options), {status: 403});
    const named = await other.get('/api/ready', bearer(jwt({aud: 'another'}, 'short')));
    assert.equal(named.body.detail, 'Invalid token: Invalid audience', 'for somebody else, as nobody here has a name');
    const warned = other.lines().find(({msg}) => msg.startsWith('auth.jwt_secret is short'));
    assert.equal(warned.bytes, 5);
    await other.stop();
});

test('without a key tokens made elsewhere are refused', async () => {
    const other = await new Server().start();
    assertAnswer(await other.get('/events/', bearer(jwt({}, ''))), {status: 401});
    assertAnswer(await other.get('/events/', bearer(jwt({}, 'short'))), {status: 401});
    await other.stop();
});

test('the configuration says what it takes, and never the secret', async () => {
    const config = await runEyed(['config', '--json'], {environment: {SECRET_KEY: secret, ALGORITHM: 'HS384'}});
    assert.equal(config.code, 0, config.stderr);
    const shown = JSON.parse(config.stdout);
    assert.deepEqual(shown['auth.jwt_secret'], {value: '(set)', source: 'SECRET_KEY'});
    assert.deepEqual(shown['auth.jwt_algorithm'], {value: 'HS384', source: 'ALGORITHM'});
    for (const style of [[], ['--json'], ['--quiet']]) {
        const ended = await runEyed(['config', ...style, '--auth.jwt_secret', secret]);
        assert.ok(!ended.stdout.includes(secret));
    }
});

test('our own names win over the foreign variables', async () => {
    const config = await runEyed(['config', '--json', '--auth.jwt_algorithm=HS512'],
        {environment: {SECRET_KEY: secret, EYED_AUTH_JWT_SECRET: 'another', ALGORITHM: 'HS384'}});
    const shown = JSON.parse(config.stdout);
    assert.equal(shown['auth.jwt_secret'].source, 'EYED_AUTH_JWT_SECRET');
    assert.equal(shown['auth.jwt_algorithm'].value, 'HS512');
});

for (const [name, options, message] of [
    ['an algorithm that is not allowed', {environment: {SECRET_KEY: secret, ALGORITHM: 'none'}}, /ALGORITHM: auth.jwt_algorithm cannot be "none": it must be one of HS256/],
    ['a public key as the secret', {environment: {SECRET_KEY: pem}}, /auth.jwt_secret is the text of a key file/],
    ['scopes that there are not', {args: ['--auth.jwt_scopes=fly']}, /some of ingest, read, manage/],
]) {
    test(`${name} is a mistake in the configuration`, async () => {
        const ended = await runEyed(['config', ...(options.args ?? [])], {environment: options.environment});
        assert.equal(ended.code, 2);
        assert.match(ended.stderr, message);
        assert.ok(!ended.stderr.includes(secret) && !ended.stderr.includes('BEGIN PUBLIC KEY'));
    });
}

test('the server does not start with somebody\'s application as that of JWTs made elsewhere', async () => {
    const other = new Server();
    await other.start();
    await other.user('ann');
    await other.stop();
    const ended = await runEyed(['serve', '--data', other.data, '--listen', '127.0.0.1:0', `--auth.jwt_secret=${secret}`, '--auth.jwt_application=ann']);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr + ended.stdout, /auth.jwt_application: the application ann is a user's/);
});

for (const [name, settings, message] of [
    ['no file', {'auth.jwt_public_key': '/no/such/key.pem'}, /auth.jwt_public_key/],
    ['another kind of key than its algorithm', {'auth.jwt_public_key': keyFile, 'auth.jwt_public_key_algorithm': 'ES256'}, /another kind/],
    ['an application name that cannot be', {'auth.jwt_secret': secret, 'auth.jwt_application': 'a b'}, /auth.jwt_application/],
]) {
    test(`the server does not start with ${name}`, async () => {
        const flags = Object.entries(settings).map(([key, value]) => `--${key}=${value}`);
        const ended = await runEyed(['serve', '--data', temporaryDirectory(), '--listen', '127.0.0.1:0', ...flags]);
        assert.equal(ended.code, 2);
        assert.match(ended.stderr + ended.stdout, message);
    });
}
