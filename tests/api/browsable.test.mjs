// The page that browsers get for paths of the API: when it is given and when not.
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {contract, operations} from './contract.mjs';
import {repository, useServer} from './harness.mjs';
import {assertAnswer, problem, theEvent} from './scenario.mjs';

const server = useServer();
const browsers = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const pages = /^\/($|admin|setup|docs|assets|browse|healthz|health_check|readyz|metrics|openapi|events_api\/v1\/ics)/;
const parts = readdirSync(path.join(repository, 'web/browse'));

function filled(route) {
    return route.replaceAll(/\{\w+\}/g, route.includes('sessions') ? theEvent().session_id : '987654321');
}
const open = (target, accept, options = {}) =>
    server.get(target, {token: null, ...options, headers: {...accept === undefined ? {} : {accept}, ...options.headers}});
const isShell = (answer) => /^text\/html/.test(answer.headers['content-type'] ?? '') && answer.text.includes('/browse/main.js');
const varies = (answer) => (answer.headers.vary ?? '').split(/\s*,\s*/).includes('Accept');

for (const route of Object.keys(contract.paths).filter((one) => !pages.test(one))) {
    test(`${route} is a page in a browser, and data for all else`, async () => {
        const reads = operations.some((one) => one.path === route && one.method === 'GET');
        for (const target of [filled(route), `${filled(route)}/`]) {
            const page = await open(target, browsers);
            assert.ok(isShell(page), `${target}: ${page.status} ${page.headers['content-type']}`);
            assert.equal(page.status, reads ? 200 : 405);
            for (const accept of ['*/*', 'application/json', undefined, 'application/json, text/html;q=0.9']) {
                const answer = await open(target, accept);
                assert.doesNotMatch(answer.headers['content-type'] ?? '', /html/, `${target} for ${accept}`);
                assert.ok(varies(answer), `${target} varies by Accept`);
            }
        }
    });
}

test('pages, and what machines alone read, are not the browsable page', async () => {
    for (const route of Object.keys(contract.paths).filter((one) => pages.test(one))) {
        assert.ok(!isShell(await open(filled(route), browsers)), route);
    }
    assert.ok(!isShell(await open('/nowhere', browsers)));
    assert.ok(!isShell(await open('/eventsandmore', browsers)));
});

for (const [accept, page] of [
    ['text/html', true], ['TEXT/HTML', true], ['text/html;q=0.2', true], ['text/*', true],
    ['application/json;q=0.5, text/html', true], ['*/*;q=0.1, text/html;q=0.2', true],
    ['text/html;q=0', false], ['text/html, application/json', false], ['application/json, text/plain, */*', false],
    ['text/html;q=0.5, application/json;q=0.6', false], ['text/html;q=0.5, */*;q=0.6', false],
    ['text/csv', false], ['application/x-ndjson', false], ['nonsense', false], ['', false], [',;q=;,', false],
    ['text/calendar, text/html;q=0.1', false], ['text/csv, text/html;q=0.1', false], ['application/problem+json, text/html', false],
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', true],
]) {
    test(`Accept: ${accept} gives ${page ? 'the page' : 'data'}`, async () => {
        assert.equal(isShell(await open('/api/v1/events', accept)), page);
    });
}

test('several Accept lines count as one', async () => {
    for (const [lines, page] of [
        [['text/html', 'application/json'], false], [['application/json', 'text/html'], false],
        [['text/calendar;q=0.1', 'text/html'], true], [['text/html;q=0.1', 'text/csv'], false],
    ]) {
        assert.equal(isShell(await open('/api/v1/events', lines)), page, lines.join(' | '));
    }
});

test('a feed is a file for whoever asks', async () => {
    for (const accept of [browsers, 'text/html', 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2']) {
        const {body: {url}} = await server.post('/events_api/v1/feeds', {json: {name: 'all'}});
        const answer = await open(new URL(url).pathname, accept);
        assertAnswer(answer, {status: 200, headers: {'content-type': /^text\/calendar/, 'x-content-type-options': 'nosniff'}});
    }
});

test('the index varies by Accept', async () => {
    assert.ok(varies(await open('/', browsers)));
    assert.ok(varies(await open('/', '*/*')));
});

test('data is of the type that it says', async () => {
    for (const target of ['/api/v1/events', '/events/', '/api/v1/nowhere', '/healthz', '/metrics']) {
        assertAnswer(await server.get(target), {headers: {'x-content-type-options': 'nosniff'}});
    }
});

test('changes are never answered with the page', async () => {
    for (const {method, path: route} of operations.filter((one) => one.method !== 'GET' && !pages.test(one.path))) {
        const answer = await server.call(method, filled(route), {token: null, headers: {accept: browsers}});
        assert.doesNotMatch(answer.headers['content-type'] ?? '', /html/, `${method} ${route}`);
    }
});

test('format=json gives a browser the JSON, also where unknown parameters are refused', async () => {
    for (const target of ['/api/v1/events', '/api/v1/event-types', '/api/v1/keys', '/api/v1/rejections', '/events', '/sessions']) {
        assertAnswer(await open(`${target}?limit=1&format=json`, browsers, {token: server.token}), {
            status: 200, headers: {'content-type': /^application\/json/},
        });
    }
    assertAnswer(await server.get('/api/v1/events?format=xml'), problem(400));
    assertAnswer(await server.get('/api/v1/export?format=json'), problem(400));
});

test('a path of the API that there is not is a page with its status', async () => {
    for (const target of ['/api/v2/things', '/events_api/v9', '/api/v1/events/1/nothing']) {
        const page = await open(target, browsers);
        assert.ok(isShell(page), target);
        assert.equal(page.status, 404);
        assertAnswer(await open(target, '*/*'), {status: 404, headers: {'content-type': /json/}});
    }
});

test('the page may run nothing but its own files, and is neither stored nor framed', async () => {
    const page = await open('/api/v1/events', browsers);
    const policy = Object.fromEntries(page.headers['content-security-policy'].split('; ').map((one) => {
        const [name, ...values] = one.split(' ');
        return [name, values.join(' ')];
    }));
    assert.deepEqual(policy, {
        'default-src': '\'none\'', 'script-src': '\'self\'', 'style-src': '\'self\'', 'img-src': '\'self\'', 'connect-src': '\'self\'',
        'form-action': '\'self\'', 'base-uri': '\'none\'', 'frame-ancestors': '\'none\'',
    });
    assertAnswer(page, {headers: {'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer'}});
    assert.ok(varies(page));
    assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:/i);
});

test('the page is the same for everybody and every path, so it tells nothing', async () => {
    const {text} = await open('/api/v1/events', browsers);
    assertAnswer(await server.post('/events/', {json: theEvent({name: 'hidden in the store'})}), {status: 201});
    for (const target of ['/events/?name=hidden+in+the+store', '/api/v1/users', '/api/token', '/event_detail/1']) {
        assert.equal((await open(target, browsers)).text, text, target);
        assert.equal((await open(target, browsers, {token: server.token})).text, text, target);
    }
});

test('HEAD of the page has its header and no body', async () => {
    const head = await server.call('HEAD', '/api/v1/events', {token: null, headers: {accept: browsers}});
    assertAnswer(head, {status: 200, headers: {'content-type': /^text\/html/, 'content-length': /^[1-9]/}});
    assert.equal(head.bytes.length, 0);
});

test('the page\'s parts are served with their types, and kept by ETag', async () => {
    for (const name of parts) {
        const type = {'.js': /^text\/javascript/, '.css': /^text\/css/}[path.extname(name)];
        const answer = await open(`/browse/${name}`, '*/*');
        assertAnswer(answer, {status: 200, headers: {'content-type': type, 'x-content-type-options': 'nosniff'}});
        const kept = await open(`/browse/${name}`, '*/*', {headers: {'if-none-match': answer.headers.etag}});
        assertAnswer(kept, {status: 304});
        assert.equal(kept.headers.vary, answer.headers.vary);
        assert.equal(kept.bytes.length, 0);
    }
    for (const name of ['index.html', 'browse.html']) assertAnswer(await open(`/browse/${name}`, browsers), {status: 404});
    assertAnswer(await open('/browse/../openapi.json', '*/*'), {status: 404});
    assertAnswer(await open('/browse/..%2Fopenapi.json', '*/*'), {status: 404});
});

test('the root of the API names what lies below it, and nothing that does not answer', async () => {
    const {body} = await open('/api/v1/', undefined);
    assert.equal(body.events, '/api/v1/events');
    for (const target of Object.values(body)) {
        const answer = await server.call('OPTIONS', target);
        assert.ok(answer.status < 300 && answer.headers.allow, target);
    }
    for (const route of Object.keys(contract.paths).filter((one) => /^\/api\/v1\/[^/]+$/.test(one))) {
        assert.ok(Object.values(body).includes(route), route);
    }
});

test('what the index names is there', async () => {
    const {body: {links}} = await open('/', '*/*');
    assert.ok(links.api && links.docs && links.openapi);
    for (const target of Object.values(links)) {
        assert.ok((await server.get(target)).status < 400, target);
    }
    const page = await open('/', browsers);
    for (const target of Object.values(links)) assert.ok(page.text.includes(`href="${target}"`), target);
    assert.ok(page.text.includes(`curl http://127.0.0.1:${server.port}/api/v1/events`), page.text);
});

test('health_check is a small page for everybody', async () => {
    for (const target of ['/health_check', '/health_check/']) {
        assertAnswer(await open(target, '*/*'), {status: 200, headers: {'content-type': /^text\/html/}});
    }
});
