// The admin pages as a browser without script sees them.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Browser, formsOf} from './browser.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, problem, unique} from './scenario.mjs';

const server = useServer();
const listPath = '/admin/events/eventtype/';

async function signedIn() {
    const browser = new Browser(server);
    const page = await browser.login('admin', server.passwords.admin);
    assert.equal(page.status, 200);
    return browser;
}

const see = async (...names) => {
    const json = names.map((name) => (typeof name === 'string' ? {category: 'page', name} : name));
    assertAnswer(await server.post('/api/v1/events', {json}), {status: 200});
    return names[0];
};

async function exampleOf(name) {
    const {body} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`);
    return body.results[0].example;
}

test('without a login every page leads to the form, and back afterwards', async () => {
    const browser = new Browser(server);
    for (const target of ['/admin', '/admin/', listPath]) {
        const page = await browser.open(target);
        assertAnswer(page, {status: 200, contains: ['password']});
        assert.match(page.path, /^\/admin\/login\//);
    }
    const name = await see(unique());
    const change = (await (await signedIn()).changeForm(name)).path;
    const page = await browser.open(change);
    const back = await browser.submit(page, {username: 'admin', password: server.passwords.admin});
    assertAnswer(back, {status: 200, contains: [name]});
    assert.equal(back.path, change);
});

test('a login leads nowhere else', async () => {
    for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', '/admin/../events/', 'javascript:alert(1)']) {
        const browser = new Browser(server);
        const page = await browser.open(`/admin/login/?next=${encodeURIComponent(next)}`);
        const answer = await browser.submit(page, {username: 'admin', password: server.passwords.admin}, {follow: false});
        assert.equal(answer.status, 303);
        assert.match(new URL(answer.headers.location, server.origin).href, new RegExp(`^${server.origin}/admin/`));
    }
});

test('a wrong password shows the form again, without the password', async () => {
    for (const [username, password] of [['admin', 'wrong'], ['nobody', 'wrong'], ['', ''], ['<b>x</b>', '"><script>']]) {
        const answer = await new Browser(server).login(username, password);
        assertAnswer(answer, {status: 200, contains: ['role="alert"'], lacks: ['<b>x', '<script>', '"wrong"']});
    }
});

test('who is no superuser sees nothing', async () => {
    const token = await server.user('plain');
    assert.ok(token);
    const browser = new Browser(server);
    await browser.login('plain', server.passwords.plain);
    const name = await see(unique());
    assertAnswer(await browser.open(listPath), {status: 403, headers: {'content-type': /^text\/html/}, lacks: [name]});
});

test('cookies are out of reach of scripts and other sites', async () => {
    const browser = new Browser(server);
    const page = await browser.open('/admin/login/');
    const answer = await browser.submit(page, {username: 'admin', password: server.passwords.admin}, {follow: false});
    const cookies = answer.headers['set-cookie'].filter((line) => !/max-age=0/i.test(line));
    assert.ok(cookies.length >= 1);
    for (const cookie of cookies) {
        assert.match(cookie, /;\s*HttpOnly/i);
        assert.match(cookie, /;\s*SameSite=(Lax|Strict)/i);
        assert.doesNotMatch(cookie, /;\s*Secure/i, 'plain HTTP');
    }
});

test('pages forbid scripts, frames and guessing', async () => {
    const browser = await signedIn();
    for (const target of ['/admin/login/', listPath]) {
        assertAnswer(await browser.open(target), {status: 200, lacks: ['<script'], headers: {
            'content-type': /^text\/html; ?charset=utf-8/i,
            'content-security-policy': (value) => /default-src 'none'/.test(value) && /frame-ancestors 'none'/.test(value),
            'x-content-type-options': 'nosniff',
            'cache-control': /no-store/,
        }});
    }
});

test('the list shows, searches, orders and pages', async () => {
    const browser = await signedIn();
    const common = unique('listed');
    await see(...Array.from({length: 120}, (_, i) => ({category: 'list', name: `${common} ${String(i).padStart(3, '0')}`})));
    const search = (more = '') => browser.open(`${listPath}?q=${encodeURIComponent(common)}${more}`);
    const names = (page) => [...new Set(page.text.match(new RegExp(`${common} \\d{3}`, 'g')) ?? [])];
    const first = await search();
    assertAnswer(first, {status: 200});
    assert.ok(names(first).length >= 10 && names(first).length < 120, 'a page');
    const all = new Set();
    for (let page = 1; page <= 12; page++) names(await search(`&page=${page}`)).forEach((name) => all.add(name));
    assert.equal(all.size, 120);
    const [up, down] = [names(await search('&order=name')), names(await search('&order=-name'))];
    assert.equal(up[0], `${common} 000`);
    assert.equal(down[0], `${common} 119`);
    assertAnswer(await browser.open(`${listPath}?q=nothing-like-this`), {status: 200, lacks: [common], contains: ['No event type matches.']});
    const beyond = {status: 200, contains: ['There is no such page', 'Previous'], lacks: ['No events have come', 'No event type']};
    assertAnswer(await search('&page=99'), beyond);
    assertAnswer(await browser.open(`${listPath}?page=99`), beyond);
});

test('what is not there is a page for people', async () => {
    const browser = await signedIn();
    for (const [method, target, status] of [['GET', '/admin/nothing/', 404], ['GET', `${listPath}1/nothing`, 404],
        ['GET', '/admin/logout/', 405], ['GET', `${listPath}999999/change/`, 404]]) {
        assertAnswer(await browser.call(method, target), {status, headers: {'content-type': /^text\/html/}, contains: ['<h1>']});
    }
    assertAnswer(await server.get('/admin/nothing/'), {status: 404, body: {detail: 'Not found.'}});
    assertAnswer(await browser.call('GET', '/nothing/'), {status: 404, body: {detail: 'Not found.'}});
});

test('odd parameters of the list are no errors of the server', async () => {
    const browser = await signedIn();
    for (const query of ['page=0', 'page=-1', 'page=x', 'page=99999999999999999999', 'order=nonsense', 'order=name;drop', 'q=%25', "q='", 'q=%ff']) {
        const {status} = await browser.open(`${listPath}?${query}`);
        assert.ok(status < 500, query);
    }
});

test('an example is set, shown and cleared', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    assert.equal(await exampleOf(name), null);
    const page = await browser.setExample(name, '{"host": "x", "n": 1}');
    assert.equal(page.status, 200);
    assert.deepEqual(await exampleOf(name), {host: 'x', n: 1});
    const form = await browser.changeForm(name);
    const {fields} = formsOf(form.text).find((one) => 'example' in one.fields);
    assert.deepEqual(JSON.parse(fields.example), {host: 'x', n: 1});
    await browser.setExample(name, '  ');
    assert.equal(await exampleOf(name), null);
});

test('setting an example enforces it, emptying it turns the check off, and both are versions', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    const typeOf = async () => (await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`)).body.results[0];
    const modes = [];
    for (const example of ['{"n": 1}', '']) {
        await browser.setExample(name, example);
        const {mode, version, updated_by: by} = await typeOf();
        modes.push([mode, version]);
        assert.ok(by >= 1);
    }
    assert.deepEqual(modes, [['enforce', 2], ['off', 3]]);
    await browser.setExample(name, '{"n": 1}');
    const list = await browser.open(`${listPath}?q=${encodeURIComponent(name)}`);
    assertAnswer(list, {status: 200, contains: ['enforce: example']});
});

test('a JSON Schema is shown, and no form would take its place', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    const form = await browser.changeForm(name);
    const {body: {results: [{id}]}} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`);
    const schema = {type: 'object', description: '</pre><script>alert(1)</script>'};
    assert.equal((await server.patch(`/api/v1/event-types/${id}`, {json: {schema, mode: 'enforce'}})).status, 200);
    const stale = await browser.submit(form, {example: '{"a": 1}'}, {follow: false});
    assertAnswer(stale, {status: 409, contains: ['has a JSON Schema meanwhile']});
    const shown = await browser.open(form.path);
    assertAnswer(shown, {status: 200, contains: ['enforce: JSON Schema', '&lt;/pre&gt;'], lacks: ['<script>', 'name="example"']});
    const {body: now} = await server.get(`/api/v1/event-types/${id}`);
    assert.deepEqual([now.schema, now.example], [schema, null]);
});

test('a form of an older version changes nothing, and asks again with what was typed', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    const form = await browser.changeForm(name);
    await browser.setExample(name, '{"theirs": "<b>"}');
    const stale = await browser.submit(form, {example: '{"mine": 1}'}, {follow: false});
    assertAnswer(stale, {status: 409, contains: ['changed this type meanwhile', '{&quot;theirs&quot;', 'role="alert"'], lacks: ['<b>']});
    assert.deepEqual(await exampleOf(name), {theirs: '<b>'});
    assertAnswer(await browser.submit(form, {example: '{'}, {follow: false}), {status: 200});
    for (const version of ['', 'x', '1', '99', undefined]) {
        const {fields} = formsOf(form.text).find((one) => 'example' in one.fields);
        const sent = {...fields, example: '', version};
        if (version === undefined) delete sent.version;
        assertAnswer(await browser.call('POST', form.path, {form: sent}), {status: 409});
    }
    assert.deepEqual(await exampleOf(name), {theirs: '<b>'});
    stale.path = form.path;
    assert.equal((await browser.submit(stale, {example: '{"mine": 1}'}, {follow: false})).status, 303);
    assert.deepEqual(await exampleOf(name), {mine: 1});
});

test('a faulty example does not make an old form a new one', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    const form = await browser.changeForm(name);
    await browser.setExample(name, '{"theirs": 1}');
    const again = await browser.submit(form, {example: '{'}, {follow: false});
    assertAnswer(again, {status: 200, contains: ['role="alert"']});
    again.path = form.path;
    assertAnswer(await browser.submit(again, {example: '{"mine": 1}'}, {follow: false}), {status: 409});
    assert.deepEqual(await exampleOf(name), {theirs: 1});
});

test('only the example can be edited', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    const page = await browser.changeForm(name);
    const form = formsOf(page.text).find(({fields}) => 'example' in fields);
    assert.deepEqual(Object.keys(form.fields).sort(), ['csrf_token', 'example', 'version']);
    const answer = await browser.call('POST', page.path, {form: {...form.fields, example: '', name: 'renamed', category: 'moved'}});
    assert.equal(answer.status, 303);
    assert.equal((await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`)).body.results[0].category, 'page');
});

for (const example of ['{"a": 1, "b": [{"c": 1, "c": "x"}]}', '{"a": ', '[1]', '"text"', '5', 'null', '{"a":1}{"b":2}', '<script>alert(1)</script>', '\u0000', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`]) {
    test(`the example ${JSON.stringify(example).slice(0, 30)} is refused beside its field`, async () => {
        const browser = await signedIn();
        const name = await see(unique());
        const answer = await browser.submit(await browser.changeForm(name), {example}, {follow: false});
        assertAnswer(answer, {status: 200, contains: ['role="alert"'], lacks: ['<script>']});
        const {fields} = formsOf(answer.text).find((one) => 'example' in one.fields);
        if (!example.includes('\u0000')) assert.equal(fields.example, example, 'what was typed is still there');
        assert.equal(await exampleOf(name), null);
    });
}

test('forms of elsewhere change nothing', async () => {
    const browser = await signedIn();
    const name = await see(unique());
    const page = await browser.changeForm(name);
    for (const csrf_token of [undefined, '', 'x'.repeat(64)]) {
        const form = {example: '{"stolen": 1}', ...(csrf_token === undefined ? {} : {csrf_token})};
        assertAnswer(await browser.call('POST', page.path, {form}), {status: 403});
    }
    const other = await signedIn();
    const theirs = formsOf((await other.changeForm(name)).text).find(({fields}) => 'example' in fields).fields.csrf_token;
    assertAnswer(await browser.call('POST', page.path, {form: {example: '{"stolen": 1}', csrf_token: theirs}}), {status: 403});
    assertAnswer(await browser.call('POST', '/admin/logout/', {form: {}}), {status: 403});
    assert.equal(await exampleOf(name), null);
    assertAnswer(await browser.open(listPath), {status: 200});
});

test('a login without the form\'s token is refused', async () => {
    const form = {username: 'admin', password: server.passwords.admin};
    const browser = new Browser(server);
    assertAnswer(await browser.call('POST', '/admin/login/', {form}), {status: 403});
    await browser.open('/admin/login/');
    assertAnswer(await browser.call('POST', '/admin/login/', {form}), {status: 403});
});

test('logging out ends the session, also for a copy of the cookie', async () => {
    const browser = await signedIn();
    const copy = new Map(browser.cookies);
    const page = await browser.open(listPath);
    const logout = formsOf(page.text).find(({action}) => action?.startsWith('/admin/logout'));
    assert.ok(logout, 'a button to sign out');
    await browser.open(logout.action, {method: 'POST', form: logout.fields});
    for (const cookies of [browser.cookies, copy]) {
        const later = new Browser(server);
        later.cookies = new Map(cookies);
        assert.equal((await later.call('GET', listPath)).status, 303);
    }
});

test('a session outlives a restart', async () => {
    const browser = await signedIn();
    await server.restart();
    assertAnswer(await browser.call('GET', listPath), {status: 200});
});

test('names are shown as they are and do nothing', async () => {
    const browser = await signedIn();
    const tag = unique();
    const hostile = [`<img src=x onerror=alert(1)> ${tag}`, `"><script>alert(2)</script> ${tag}`, `' onmouseover='alert(3) ${tag}`, `&lt;b&gt; ${tag}`];
    await see(...hostile.map((name) => ({category: `<i>${tag.slice(-8)}</i>`, name})));
    const list = await browser.open(`${listPath}?q=${encodeURIComponent(tag)}`);
    assertAnswer(list, {status: 200, contains: ['&lt;img', '&amp;lt;b'], lacks: ['<img src=x', '<script', '<i>']});
    for (const name of hostile) {
        assertAnswer(await browser.changeForm(name), {status: 200, lacks: ['<img src=x', '<script', "' onmouseover='", '<i>']});
    }
    assertAnswer(await browser.open(`${listPath}?q=${encodeURIComponent('"><script>x</script>')}`), {status: 200, lacks: ['<script']});
});

test('a page that is not there', async () => {
    const browser = await signedIn();
    for (const id of ['999999999', 'x', '-1']) {
        assertAnswer(await browser.open(`${listPath}${id}/change/`), {status: 404});
    }
});

test('the style sheet is there', async () => {
    const page = await server.get('/admin/login/');
    const [, href] = page.text.match(/<link[^>]*stylesheet[^>]*href="([^"]+)"/);
    assertAnswer(await server.get(href, {token: null}), {status: 200, headers: {'content-type': /^text\/css/},
        body: /prefers-color-scheme: ?dark/});
});

test('a token does not open the pages, and a cookie by itself does not open the API', async () => {
    assert.equal((await server.get(listPath)).status, 303);
    const browser = await signedIn();
    assertAnswer(await browser.call('GET', '/events/', {headers: {accept: 'application/json'}}), {status: 401});
    const json = {category: 'page', name: unique()};
    assertAnswer(await browser.call('POST', '/api/v1/events', {json}), problem(401));
    const send = (token) => browser.call('POST', '/api/v1/events', {json, headers: {'x-csrf-token': token}});
    assertAnswer(await send('x'.repeat(40)), problem(403));
    const {fields} = formsOf((await browser.open(listPath)).text).find((form) => 'csrf_token' in form.fields);
    assertAnswer(await send(fields.csrf_token), {status: 201});
});
