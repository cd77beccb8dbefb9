// The browsable API in a real browser; screenshots go to build/screens.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';

import {openBrowsable, quick, settled, showsOn} from './browsable.mjs';
import {openBrowser, screenshot} from './chromium.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having, theEvent, unique} from './scenario.mjs';

const server = useServer({prepare: async () => {
    await openBrowser();
    await server.user('ann');
    const names = ['cta click', 'page view', 'a rather long name of an event that has to wrap on a narrow screen', hostile];
    for (const name of names) assertAnswer(await server.post('/events/', {json: theEvent({name})}), {status: 201});
    await server.get('/api/v1/events');
}});
const hostile = '<img src=x onerror=console.error("run")><script>console.error("run")</script>';

const shows = showsOn(server);

test('who is not signed in is asked to, told what is wrong, and then sees the list', quick, async () => {
    const browsable = await openBrowsable(server);
    const {page} = browsable;
    await browsable.open('/api/v1/events');
    assert.equal(await browsable.status(), 401);
    await page.getByRole('banner').getByRole('button', {name: 'Sign in'}).click();
    const dialog = page.getByRole('dialog', {name: 'Sign in'});
    await dialog.getByLabel('Name').fill('admin');
    await dialog.getByLabel('Password').fill('wrong');
    await dialog.getByRole('button', {name: 'Sign in'}).click();
    await dialog.getByText('Name and password do not belong together.').waitFor();
    await dialog.getByLabel('Password').fill(server.passwords.admin);
    await dialog.getByRole('button', {name: 'Sign in'}).click();
    await browsable.shown(200);
    await page.getByText('admin (superuser)').waitFor();
    await page.reload();
    await browsable.shown(200);
    await page.getByRole('button', {name: 'Sign out'}).click();
    await browsable.shown(401);
    assert.equal(await page.getByRole('banner').getByRole('button', {name: 'Sign in'}).count(), 1);
    await browsable.close();
});

test('a key of an application signs in, for this tab alone', quick, async () => {
    const {body: {key}} = await server.post('/api/v1/keys', {json: {scopes: ['read']}});
    const browsable = await openBrowsable(server);
    const {page} = browsable;
    await browsable.open('/api/v1/events?limit=1');
    await page.getByRole('banner').getByRole('button', {name: 'Sign in'}).click();
    const dialog = page.getByRole('dialog', {name: 'Sign in'});
    await dialog.getByText('With a key instead').click();
    await dialog.getByLabel('Key or token').fill(`eyed_${'0'.repeat(40)}`);
    await dialog.getByRole('button', {name: 'Use the key'}).click();
    await dialog.getByText('Invalid token.').waitFor();
    await dialog.getByLabel('Key or token').fill(key);
    await dialog.getByRole('button', {name: 'Use the key'}).click();
    await browsable.shown(200);
    await page.reload();
    await browsable.shown(200);
    assert.ok(!(await page.getByRole('banner').textContent()).includes(key));
    const other = await page.context().newPage();
    await other.goto(page.url());
    await settled(other);
    assert.match(await other.getByRole('status').textContent(), /401/);
    await page.getByRole('button', {name: 'Forget the key'}).click();
    await browsable.shown(401);
    await browsable.close();
});

shows('links lead from the root to a list, to one of it, and back by the breadcrumbs', '/api/v1/', async (browsable, page) => {
    await page.getByRole('link', {name: '"/api/v1/event-types"'}).click();
    await browsable.shown(200);
    await browsable.json().getByRole('link', {name: '1', exact: true}).click();
    await page.getByRole('heading', {name: 'One event type', level: 1}).waitFor();
    await page.getByRole('navigation', {name: 'Related'}).getByRole('link', {name: 'GET versions'}).click();
    await page.waitForURL('**/api/v1/event-types/1/versions');
    await browsable.shown(200);
    await page.getByRole('navigation', {name: 'Breadcrumb'}).getByRole('link', {name: 'event-types'}).click();
    await page.waitForURL('**/api/v1/event-types/');
});

shows('filters narrow a list, and say what is wrong with them', '/api/v1/events', async (browsable, page) => {
    await page.getByText('Filters', {exact: true}).click();
    const filters = page.getByRole('form', {name: 'Filters'});
    await filters.getByLabel('name', {exact: true}).fill('cta click');
    await filters.getByLabel('order').selectOption('id');
    await filters.getByLabel('from', {exact: true}).fill('2021-01-01T00:00');
    await filters.getByRole('button', {name: 'Apply'}).click();
    await page.waitForURL('**/api/v1/events?name=cta+click&from=2021-01-01T00%3A00%3A00&order=id');
    await browsable.shown(200);
    assert.ok(!(await browsable.json().textContent()).includes('page view'));
    assert.equal(await filters.getByLabel('from', {exact: true}).inputValue(), '2021-01-01T00:00');
    await browsable.open('/api/v1/events?limit=0&data.host=www.example.org&min_id=x');
    assert.equal(await browsable.status(), 400);
    await filters.getByText('Ensure this value is greater than or equal to 1.').waitFor();
    assert.equal(await filters.getByLabel('limit').getAttribute('aria-invalid'), 'true');
    assert.equal(await filters.getByLabel('data.host').inputValue(), 'www.example.org');
    await filters.getByRole('link', {name: 'Clear'}).click();
    await page.waitForURL('**/api/v1/events');
});

shows('pages follow each other by cursor', '/api/v1/events?limit=3', async (browsable, page) => {
    const ids = async () => [...(await browsable.json().textContent()).matchAll(/"id": (\d+)/g)].map(([, id]) => Number(id));
    const first = await ids();
    await page.getByRole('link', {name: 'Next page'}).first().click();
    await page.waitForURL('**cursor=**');
    await browsable.shown(200);
    assert.ok(Math.max(...await ids()) < Math.min(...first));
    await page.getByRole('link', {name: 'First page'}).first().click();
    await page.waitForURL((url) => !url.searchParams.has('cursor'));
    await browsable.shown(200);
    assert.deepEqual(await ids(), first);
});

shows('pages follow each other by Link, and by address', '/events/?limit=2', async (browsable, page) => {
    await page.getByRole('link', {name: 'Next page'}).first().click();
    await page.waitForURL('**cursor=**');
    await browsable.shown(200);
    const list = (number) => ({
        count: 3, next: number < 3 ? `${server.origin}/sessions/?page=${number + 1}` : null,
        previous: number > 1 ? `${server.origin}/sessions/?page=${number - 1}` : null,
        results: [{id: `${server.origin}/api/v1/`}, {id: 'http://elsewhere.example/'}],
    });
    await browsable.fake('**/sessions/**', (request) => ({json: list(Number(new URL(request.url()).searchParams.get('page') ?? 1))}));
    await browsable.open('/sessions/');
    assert.equal(await page.getByRole('link', {name: 'Previous page'}).count(), 0);
    await page.getByRole('link', {name: 'Next page'}).first().click();
    await page.waitForURL('**/sessions/?page=2');
    await browsable.shown(200);
    await page.getByRole('link', {name: 'Previous page'}).first().waitFor();
});

shows('a form makes a user: faults stand beside their fields, the new one is linked', '/api/v1/users', async (browsable, page) => {
    const name = unique('user').replace(' ', '-');
    const form = browsable.form('POST');
    await form.getByLabel('name', {exact: false}).fill('not a name!');
    await form.getByLabel('password').fill(name);
    await form.getByRole('button', {name: 'POST'}).click();
    assert.equal(await form.locator('input:invalid').count(), 1, 'the browser sees it before it is sent');
    await form.getByLabel('name').fill(name);
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(400);
    const password = form.getByLabel('password');
    assert.equal(await password.getAttribute('aria-invalid'), 'true');
    assert.ok(await password.evaluate((one) => one === document.activeElement), 'it has the focus');
    assert.notEqual(await page.locator('#post-field-password-error').textContent(), '');
    await screenshot(page, 'browsable-fault');
    await password.fill('correct-horse-battery');
    await form.getByLabel('role').selectOption('staff');
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(201);
    assert.equal(await password.getAttribute('aria-invalid'), null);
    await browsable.json().getByRole('link').click();
    await page.waitForURL(/\/api\/v1\/users\/\d+$/);
    await browsable.shown(200);
    assert.match(await browsable.json().textContent(), new RegExp(`"name": "${name}"[^]*"role": "staff"`));
});

shows('what is wrong with a request as a whole stands above its form', '/api/v1/applications', async (browsable) => {
    const name = unique('app').replace(' ', '-');
    const form = browsable.form('POST');
    for (const status of [201, 409]) {
        await form.getByLabel('name').fill(name);
        await form.getByRole('button', {name: 'POST'}).click();
        await browsable.shown(status);
    }
    assert.notEqual(await form.getByRole('alert').textContent(), '');
    assert.equal(await form.getByLabel('name').inputValue(), name, 'what was written stays');
});

shows('PATCH sends what was changed and nothing else', '/api/v1/users', async (browsable, page) => {
    const {body: {results}} = await server.get('/api/v1/users?q=ann');
    await browsable.open(`/api/v1/users/${results[0].id}`);
    const form = browsable.form('PATCH');
    assert.equal(await form.getByLabel('role').inputValue(), 'member');
    await form.getByLabel('role').selectOption('staff');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await form.getByRole('button', {name: 'PATCH'}).click();
    assert.equal((await sent).postData(), '{"role":"staff"}');
    await browsable.shown(200);
    assert.ok(await page.getByRole('heading', {name: 'Answer'}).evaluate((one) => one === document.activeElement));
    assert.equal(await form.getByLabel('role').inputValue(), 'staff');
    assertAnswer(await server.get(`/api/v1/users/${results[0].id}`), {body: having({role: 'staff'})});
});

shows('PUT sends what is there as it was spelled', '/api/v1/', async (browsable, page) => {
    const data = '{"big":18446744073709551615,"exact":1.0,"small":1e-7}';
    const body = JSON.stringify(theEvent({data: 'HERE'})).replace('"HERE"', data);
    const {body: {id}} = await server.post('/events/', {body, type: 'application/json'});
    await browsable.open(`/event_detail/${id}/`);
    const kept = (await server.get(`/event_detail/${id}`)).text;
    assert.ok((await browsable.json().textContent()).includes('18446744073709551615'));
    const form = browsable.form('PUT');
    await form.getByLabel('name').fill('renamed');
    await form.getByRole('button', {name: 'PUT'}).click();
    await browsable.shown(200);
    assert.equal((await server.get(`/event_detail/${id}`)).text, kept.replace('"cta click"', '"renamed"'));
    await page.getByRole('heading', {name: 'One event'}).waitFor();
});

shows('DELETE asks, names what goes, and does nothing when told no', '/api/v1/keys', async (browsable, page) => {
    const name = unique('key');
    const form = browsable.form('POST');
    await form.getByLabel('name').fill(name);
    await form.getByRole('checkbox', {name: 'ingest'}).check();
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(201);
    await browsable.json().getByRole('link').click();
    await page.waitForURL(/\/api\/v1\/keys\/\d+$/);
    await browsable.shown(200);
    const ask = async (answer) => {
        await page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: 'DELETE'}).click();
        const dialog = page.getByRole('dialog', {name: /Revoke a key/});
        await dialog.getByText(name).waitFor();
        await screenshot(page, 'browsable-delete');
        await dialog.getByRole('button', {name: answer}).click();
    };
    await ask('Cancel');
    await browsable.shown(200);
    const target = new URL(page.url()).pathname;
    assertAnswer(await server.get(target), {body: having({state: 'valid'})});
    await ask('DELETE');
    await browsable.shown(204);
    assertAnswer(await server.get(target), {body: having({state: 'revoked'})});
    await page.getByRole('link', {name: 'Back to /api/v1/keys'}).click();
    await page.waitForURL('**/api/v1/keys');
});

shows('a path that only takes something shows its form, and no error', '/api/v1/validate', async (browsable, page) => {
    assert.equal(await page.locator('#status').textContent(), 'There is nothing to read here: see the form below.');
    assert.equal(await page.locator('#answer').isVisible(), false);
    assert.equal(await page.getByRole('button', {name: 'GET', exact: true}).count(), 0);
    const form = page.getByRole('form', {name: 'POST raw data'});
    await form.getByLabel('Content').fill('{"category": "page"}');
    await form.getByLabel('dialect').selectOption('native');
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(200);
    assert.match(await browsable.json().textContent(), /"valid": false/);
});

shows('raw data is sent as it is written, with its media type', '/api/v1/events', async (browsable, page) => {
    await page.getByRole('tab', {name: 'Raw data'}).click();
    const form = page.getByRole('form', {name: 'POST raw data'});
    await form.getByLabel('Media type').selectOption('application/x-ndjson');
    await form.getByLabel('Content').fill('{"category":"raw","name":"a"}\n{"category":"raw","name":"b"}\n');
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(200);
    assert.match(await browsable.json().textContent(), /"accepted": 2/);
    await form.getByLabel('Content').fill('{');
    await form.getByLabel('Media type').selectOption('application/json');
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(400);
    assert.notEqual(await form.getByRole('alert').textContent(), '');
});

shows('a file is fetched when asked for, and saved', '/api/v1/export?format=csv&name=cta+click', async (browsable, page) => {
    assert.match(await page.getByRole('status').textContent(), /answers with a file/);
    const download = page.waitForEvent('download');
    await page.getByRole('button', {name: 'Download'}).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /\.csv$/);
    assert.match(readFileSync(await file.path(), 'utf8'), /cta click/);
});

shows('OPTIONS shows what it answers', '/api/v1/users', async (browsable, page) => {
    await page.getByRole('button', {name: 'OPTIONS'}).click();
    await browsable.shown(200);
    assert.match(await page.locator('#answer').textContent(), /AllowGET, HEAD, POST, OPTIONS/);
});

shows('what is not there is shown with its status', '/api/v1/users/987654', async (browsable) => {
    assert.equal(await browsable.status(), 404);
    await browsable.open('/api/v3/nothing');
    assert.equal(await browsable.status(), 404);
});

shows('what others wrote is text, and leads nowhere else', '/api/v1/events?limit=1000', async (browsable, page) => {
    const data = {a: 'javascript:alert(1)', b: 'https://elsewhere.example/', c: '//elsewhere.example', d: '/api/v1/users', e: `${server.origin}/api/v1/`};
    const json = {category: '<b>bold</b>', name: hostile, data: {...data, [hostile]: hostile}};
    assertAnswer(await server.post('/api/v1/events', {json}), {status: 201});
    await browsable.open('/api/v1/events?limit=1000');
    assert.ok((await browsable.json().textContent()).includes(JSON.stringify(hostile)));
    const hrefs = await browsable.json().getByRole('link').evaluateAll((links) => links.map((link) => link.href));
    assert.ok(hrefs.includes(`${server.origin}/api/v1/`));
    for (const href of hrefs) assert.ok(href.startsWith(`${server.origin}/`), href);
    assert.ok(!hrefs.includes(`${server.origin}/api/v1/users`), 'a path in an event\'s data is no link');
    assert.equal(await page.locator('main img, main script').count(), 0);
});

shows('a change is sent for what was read, and one that comes too late is told', '/api/v1/', async (browsable, page) => {
    const {body: {results: [{id}]}} = await server.get('/api/v1/applications?q=ann');
    await browsable.fake(`**/api/v1/applications/${id}`, (request) => (request.method() === 'GET'
        ? {json: {id, name: 'ann', owner: 'ann', reads_all: false}, headers: {ETag: '"v1"'}}
        : {status: request.headers()['if-match'] === '"v1"' ? 412 : 400, json: {detail: 'x'}}));
    await browsable.open(`/api/v1/applications/${id}`);
    const form = browsable.form('PATCH');
    await form.getByLabel('reads_all').selectOption('true');
    await form.getByRole('button', {name: 'PATCH'}).click();
    await browsable.shown(412);
    await page.getByText('Somebody else has changed it').waitFor();
    await page.getByRole('button', {name: 'Load again'}).click();
    await browsable.shown(200);
    assert.equal(await form.getByLabel('reads_all').inputValue(), 'false');
});

shows('too many tries, an overloaded server and none at all are told', '/api/v1/', async (browsable, page) => {
    for (const [status, text] of [[429, 'Too many tries. Try again in 7 s.'], [503, 'The server cannot do this at the moment. Try again in 7 s.']]) {
        await browsable.fake('**/api/v1/keys', () => ({status, headers: {'Retry-After': '7'}, json: {detail: 'x'}}));
        await browsable.open('/api/v1/keys');
        await page.getByText(text).waitFor();
    }
    await browsable.fake('**/api/v1/audit', () => 'abort');
    await page.goto(`${server.origin}/api/v1/audit`);
    await page.locator('#answer').getByText('The server did not answer').waitFor();
});

shows('all of it goes by keyboard', '/api/v1/applications', async (browsable, page) => {
    const press = async (key, times = 1) => { for (let i = 0; i < times; i++) await page.keyboard.press(key); };
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
    const tabTo = async (name) => {
        for (let i = 0; i < 60; i++) {
            await press('Tab');
            if (await focused() === name) return;
        }
        assert.fail(`Tab does not reach ${name}`);
    };
    await press('Tab');
    assert.equal(await focused(), 'Skip to content');
    await press('Enter');
    await tabTo('GET');
    const asked = page.waitForRequest((request) => request.url() === `${server.origin}/api/v1/applications`);
    await press('Enter');
    await asked;
    await browsable.shown(200);
    await tabTo('Form');
    await press('ArrowRight');
    assert.equal(await focused(), 'Raw data');
    await press('ArrowLeft');
    await press('Tab');
    assert.equal(await focused(), 'post-field-name');
    await page.keyboard.type(unique('app').replace(' ', '-'));
    await press('Enter');
    await browsable.shown(201);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'PRE', 'the focus went to the answer');
    await page.getByRole('button', {name: 'Sign out'}).focus();
    await press('Enter');
    await browsable.shown(401);
    await page.getByRole('banner').getByRole('button', {name: 'Sign in'}).focus();
    await press('Enter');
    assert.equal(await focused(), 'username');
    await press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await focused(), 'Sign in');
});
