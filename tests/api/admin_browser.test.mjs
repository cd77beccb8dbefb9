// The admin pages in a real browser; screenshots go to build/screens.
import assert from 'node:assert/strict';
import {existsSync, mkdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after, test} from 'node:test';

import {deadlineMs, repository, useServer} from './harness.mjs';
import {assertAnswer, having} from './scenario.mjs';

const require = createRequire(import.meta.url);
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const screens = path.join(repository, 'build/screens');
const server = useServer({prepare: openBrowser});
const skip = existsSync(chromium) ? false : `${chromium} is not installed`;
const longName = 'a rather long name of an event type that has to wrap on a narrow screen';
const complaints = [];
let browser;

async function openBrowser() {
    if (skip) return;
    mkdirSync(screens, {recursive: true});
    browser = await require(path.join(repository, 'third_party/node_modules/playwright-core')).chromium.launch({
        executablePath: chromium,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
        timeout: 60_000,
    });
    const json = ['cta click', 'page view', longName, '<img src=x onerror=console.error(1)>'].map((name) => ({category: 'page', name}));
    assertAnswer(await server.post('/api/v1/events', {json}), {status: 200});
}
after(() => browser?.close());

async function openPage(options = {}) {
    const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...options});
    context.setDefaultTimeout(deadlineMs * 3);
    const page = await context.newPage();
    page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    return page;
}

async function signIn(page) {
    await page.goto(`${server.origin}/admin/`);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill(server.passwords.admin);
    await page.getByRole('button', {name: 'Log in'}).click();
    await page.waitForURL('**/admin/events/eventtype/');
}

async function fits(page) {
    const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(content <= view, `the page scrolls sideways: ${content} > ${view}`);
}

test('an administrator signs in, sees a fault, and sets an example', {skip, timeout: 300_000}, async () => {
    const page = await openPage();
    await page.goto(`${server.origin}/admin/`);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', {name: 'Log in'}).click();
    await page.getByRole('alert').waitFor();
    await page.screenshot({path: path.join(screens, 'login.png')});
    await signIn(page);
    await page.screenshot({path: path.join(screens, 'event-types.png')});

    await page.getByRole('link', {name: 'cta click'}).click();
    await page.getByLabel('Example').fill('{"host": ');
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('Example').inputValue(), '{"host": ');
    await page.screenshot({path: path.join(screens, 'example-fault.png')});
    await page.getByLabel('Example').fill('{"host": "www.example.org"}');
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('status').waitFor();
    await page.screenshot({path: path.join(screens, 'example-saved.png')});

    const send = (data) => server.post('/api/v1/events', {json: {category: 'page', name: 'cta click', data}});
    assertAnswer(await send({host: 5}), {status: 400, body: having({errors: [having({pointer: '/data/host'})]})});
    assertAnswer(await send({host: 'x'}), {status: 201});

    await page.getByRole('button', {name: /log out/i}).click();
    await page.getByLabel('Password').waitFor();
    await page.context().close();
    assert.deepEqual(complaints, []);
});

for (const [name, options] of [
    ['narrow', {viewport: {width: 360, height: 740}}],
    ['dark', {colorScheme: 'dark'}],
    ['narrow-dark', {viewport: {width: 360, height: 740}, colorScheme: 'dark'}],
]) {
    test(`the pages fit: ${name}`, {skip, timeout: 300_000}, async () => {
        const page = await openPage(options);
        await page.goto(`${server.origin}/admin/login/`);
        await fits(page);
        await page.screenshot({path: path.join(screens, `login-${name}.png`)});
        await signIn(page);
        await fits(page);
        await page.screenshot({path: path.join(screens, `event-types-${name}.png`)});
        await page.getByRole('link', {name: longName}).click();
        await page.getByLabel('Example').waitFor();
        await fits(page);
        await page.screenshot({path: path.join(screens, `example-${name}.png`)});
        if (options.colorScheme === 'dark') {
            const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const [r, g, b] = background.match(/\d+/g).map(Number);
            assert.ok(r + g + b < 200, `dark: ${background}`);
        }
        await page.context().close();
        assert.deepEqual(complaints, []);
    });
}
