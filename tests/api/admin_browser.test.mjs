// The admin pages in a real browser; screenshots go to build/screens.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {complaints, openBrowser, openPage, screenshot, skip} from './chromium.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having} from './scenario.mjs';

const server = useServer({prepare});
const longName = 'a rather long name of an event type that has to wrap on a narrow screen';

async function prepare() {
    await openBrowser();
    const json = ['cta click', 'page view', longName, '<img src=x onerror=console.error(1)>'].map((name) => ({category: 'page', name}));
    assertAnswer(await server.post('/api/v1/events', {json}), {status: 200});
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
    await screenshot(page, 'login');
    await signIn(page);
    await screenshot(page, 'event-types');

    await page.getByRole('link', {name: 'cta click'}).click();
    await page.getByLabel('Example').fill('{"host": ');
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('Example').inputValue(), '{"host": ');
    await screenshot(page, 'example-fault');
    await page.getByLabel('Example').fill('{"host": "www.example.org"}');
    await page.getByRole('button', {name: 'Save'}).click();
    await page.getByRole('status').waitFor();
    await screenshot(page, 'example-saved');

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
        await screenshot(page, `login-${name}`);
        await signIn(page);
        await fits(page);
        await screenshot(page, `event-types-${name}`);
        await page.getByRole('link', {name: longName}).click();
        await page.getByLabel('Example').waitFor();
        await fits(page);
        await screenshot(page, `example-${name}`);
        if (options.colorScheme === 'dark') {
            const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const [r, g, b] = background.match(/\d+/g).map(Number);
            assert.ok(r + g + b < 200, `dark: ${background}`);
        }
        await page.context().close();
        assert.deepEqual(complaints, []);
    });
}
