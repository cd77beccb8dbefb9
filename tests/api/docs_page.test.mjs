// What explains the API: the served document, /docs in a real browser, the page of errors, OPTIONS.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {gunzipSync} from 'node:zlib';

import {complaints, openBrowser, openPage, screenshot, skip} from './chromium.mjs';
import {contract, operations} from './contract.mjs';
import {isPage, parametersOf} from './examples.mjs';
import {repository, useServer, waitFor} from './harness.mjs';
import {assertAnswer, having, problem, scenarios} from './scenario.mjs';

const server = useServer({prepare: openBrowser});
const nobody = {token: null};
const written = readFileSync(path.join(repository, 'api/openapi.yaml'));

test('the document is served as it is written, and as JSON', async () => {
    const yaml = await server.get('/openapi.yaml', nobody);
    assertAnswer(yaml, {status: 200, headers: {'content-type': 'application/yaml'}});
    assert.ok(yaml.bytes.equals(written));
    const json = await server.get('/openapi.json', nobody);
    assertAnswer(json, {status: 200, headers: {'content-type': 'application/json'}});
    assert.deepEqual(json.body, contract);
    assert.deepEqual(contract.servers, [{url: '/'}], 'what is tried on /docs comes to this server');
});

test('who has a file is told so, and who packs gets it packed', async () => {
    for (const target of ['/openapi.json', '/docs', '/assets/docs.js', '/assets/swagger-ui-bundle.js']) {
        const {headers: {etag}, bytes} = await server.get(target, nobody);
        for (const known of [etag, `"other", ${etag}`, '*', etag.replace('W/', '')]) {
            const again = await server.get(target, {...nobody, headers: {'if-none-match': known}});
            assertAnswer(again, {status: 304, headers: {etag}});
            assert.equal(again.bytes.length, 0);
        }
        for (const known of ['"other"', etag.slice(0, -3), '']) {
            assertAnswer(await server.get(target, {...nobody, headers: {'if-none-match': known}}), {status: 200});
        }
        if (bytes.length < 1024) continue;
        const packed = await server.get(target, {...nobody, headers: {'accept-encoding': 'gzip'}});
        assertAnswer(packed, {status: 200, headers: {'content-encoding': 'gzip', vary: /accept-encoding/i}});
        assert.ok(gunzipSync(packed.bytes).equals(bytes), target);
    }
});

test('the page refers to this server alone, and its policy lets it do no more', async () => {
    const {text, headers} = await server.get('/docs/', nobody);
    const links = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link);
    assert.ok(links.length >= 5);
    for (const link of links) {
        assert.match(link, /^\/[a-z]*/);
        assertAnswer(await server.get(link, nobody), {status: 200});
    }
    assert.doesNotMatch(text, /<script>|<style|style=|onclick/);
    assert.match(headers['content-security-policy'], /default-src 'none'.*script-src 'self';.*connect-src 'self'/);
    assert.doesNotMatch(headers['content-security-policy'], /https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
});

scenarios(server, [
    {name: 'a file that is not there', send: ['GET', '/assets/nothing.js', nobody], status: 404, body: {detail: 'Not found.'}},
    {name: 'a file elsewhere', send: ['GET', '/assets/..%2Fopenapi.json', nobody], status: 404},
    {name: 'what OPTIONS is made from', send: ['GET', '/options.json', nobody], status: 404},
    {name: 'the start page leads there', send: ['GET', '/', nobody], body: having({links: having({docs: '/docs', openapi: '/openapi.json'})})},
]);

test('the type of a problem leads to its section', async () => {
    const target = '/api/v1/events/999999';
    const answer = await server.get(target);
    assertAnswer(answer, problem(404, {code: 'not_found'}));
    const page = new URL(answer.body.type, server.origin + target);
    assertAnswer(await server.get(page.pathname, nobody), {
        status: 200, contains: [`id="${page.hash.slice(1)}"`, 'What happened', 'What to do'],
        headers: {'content-type': /^text\/html/, 'content-security-policy': /default-src 'none'/},
    });
});

test('every error of the reference has a section on the page', async () => {
    const {text} = await server.get('/docs/errors', nobody);
    const reference = readFileSync(path.join(repository, 'docs/reference/errors.md'), 'utf8');
    const codes = [...reference.matchAll(/^## (\w+)$/gm)].map(([, code]) => code);
    assert.ok(codes.length > 20);
    assert.deepEqual([...text.matchAll(/<section[^>]* id="(\w+)"/g)].map(([, code]) => code), codes);
});

test('OPTIONS describes every path that is no page, to anybody', async () => {
    for (const route of Object.keys(contract.paths)) {
        const own = operations.filter((one) => one.path === route);
        const answer = await server.call('OPTIONS', route.replace(/\{\w+\}/g, '1'), nobody);
        assert.equal(answer.status, own.every(isPage) ? 204 : 200, route);
        if (answer.status === 204) continue;
        assert.deepEqual(Object.keys(answer.body), ['name', 'description', 'renders', 'parses', 'actions'], route);
        assert.deepEqual(Object.keys(answer.body.actions).sort(), own.map(({method}) => method).sort(), route);
        for (const {method, scope, role, operation} of own) {
            const action = answer.body.actions[method];
            assert.equal(action.summary, operation.summary);
            assert.equal(action.scope, scope, route);
            assert.equal(action.role ?? 'application', role, route);
            assert.deepEqual(action.parameters.map(({name}) => name), parametersOf({path: route, operation}).map(({name}) => name), route);
            assert.equal('fields' in action, Boolean(operation.requestBody), `${method} ${route}`);
        }
    }
});

test('a field says its type, its bounds, its choices and what it means', async () => {
    const {body} = await server.call('OPTIONS', '/api/v1/users/', nobody);
    const {name, role, password} = body.actions.POST.fields;
    assert.deepEqual(body.parses, ['application/json']);
    assert.deepEqual(body.renders, ['application/json']);
    assert.deepEqual([name.type, name.required, name.read_only, name.max_length], ['string', true, false, 150]);
    assert.deepEqual([role.type, role.required, role.default], ['choice', false, 'member']);
    assert.deepEqual(role.choices.map(({value}) => value), ['member', 'staff', 'superuser']);
    assert.ok(password.help_text);
    const limit = body.actions.GET.parameters.find((one) => one.name === 'limit');
    assert.deepEqual([limit.type, limit.min_value, limit.max_value, limit.default], ['integer', 1, 1000, 100]);
});

// Opens the operations of a tag, or closes them.
async function turn(page, tag) {
    await page.locator(`[id="operations-tag-${tag.replaceAll(' ', '_')}"]`).click();
}

// Opens an operation and sends it with that body; gives the status that the page shows.
async function tryOperation(page, id, body) {
    const block = page.locator(`[id$="-${id}"].opblock`);
    const {tags: [tag]} = operations.find(({operation}) => operation.operationId === id).operation;
    await page.locator('.opblock-tag').first().waitFor();
    if (!(await block.count())) await turn(page, tag);
    await block.locator('.opblock-summary').click();
    if (body) await block.locator('textarea').fill(JSON.stringify(body));
    await block.getByRole('button', {name: 'Execute'}).click();
    const status = await block.locator('.live-responses-table .response-col_status').last().textContent();
    return {block, status: status.trim()};
}

test('on /docs who logs in by trying it is signed in for the rest', {skip, timeout: 300_000}, async () => {
    const page = await openPage();
    const requests = [];
    page.on('request', (request) => requests.push(request));
    await page.goto(`${server.origin}/docs`);
    await page.locator('.opblock-tag').first().waitFor();
    await screenshot(page, 'docs');
    for (const tag of new Set(operations.map(({operation}) => operation.tags[0]))) {
        await turn(page, tag);
        await page.locator('.opblock').first().waitFor();
        assert.equal(await page.locator('.opblock').count(), operations.filter(({operation}) => operation.tags[0] === tag).length, tag);
        await turn(page, tag);
        await waitFor(`${tag} to be closed`, async () => (await page.locator('.opblock').count()) === 0);
    }

    const login = await tryOperation(page, 'obtain_token_pair', {username: 'admin', password: server.passwords.admin});
    assert.match(login.status, /^200/);
    const me = await tryOperation(page, 'get_me');
    assert.match(me.status, /^200/);
    assert.match(await me.block.locator('.live-responses-table').textContent(), /"role": "superuser"/);
    await me.block.scrollIntoViewIfNeeded();
    await screenshot(page, 'docs-tried');

    const sent = requests.find((request) => request.url().endsWith('/api/v1/me'));
    assert.match((await sent.allHeaders()).authorization, /^Bearer \S+\.\S+\.\S+$/);
    for (const request of requests) assert.ok(/^data:/.test(request.url()) || request.url().startsWith(`${server.origin}/`), request.url());
    const kept = await page.evaluate(() => JSON.stringify([{...localStorage}, {...sessionStorage}]));
    assert.doesNotMatch(kept, /ey[A-Za-z]/);
    await page.context().close();
    assert.deepEqual(complaints, []);
});

test('on /docs who signs in as a browser is signed in for the rest, and on the next visit', {skip, timeout: 300_000}, async () => {
    const page = await openPage();
    await page.goto(`${server.origin}/docs`);
    const login = await tryOperation(page, 'start_browser_session', {username: 'admin', password: server.passwords.admin});
    assert.equal(login.status, '200');
    assert.equal((await tryOperation(page, 'create_category', {name: 'From the documentation'})).status, '201');
    await page.goto(`${server.origin}/docs/`);
    assert.equal((await tryOperation(page, 'list_users')).status, '200', 'and filters by nothing that nobody chose');
    await page.context().close();
});

test('on /docs a key is given under Authorize', {skip, timeout: 300_000}, async () => {
    const page = await openPage({viewport: {width: 390, height: 800}, colorScheme: 'dark'});
    await page.goto(`${server.origin}/docs`);
    await page.getByRole('button', {name: 'Authorize', exact: true}).click();
    const dialog = page.locator('.dialog-ux');
    await dialog.locator('input').first().fill(server.token);
    await dialog.locator('button.authorize').first().click();
    await screenshot(page, 'docs-authorize');
    await dialog.locator('.btn-done').first().click();
    const {status} = await tryOperation(page, 'list_users');
    assert.match(status, /^200/);
    await page.context().close();
    assert.deepEqual(complaints, []);
});
