// Who is signed in on the browsable page, in a real browser: keys, other tabs, and what fails.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {openBrowsable, quick, showsOn} from './browsable.mjs';
import {openBrowser} from './chromium.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, unique} from './scenario.mjs';

const server = useServer({prepare: async () => {
    await openBrowser();
    await server.user('ann');
}});
const shows = showsOn(server);
const banner = (page) => page.getByRole('banner');

// Answers one method of /api/v1/session by 503.
const breakSession = (page, broken) => page.route('**/api/v1/session', (route) =>
    (route.request().method() === broken ? route.fulfill({status: 503, json: {detail: 'x'}}) : route.fallback()));

async function signIn(page) {
    const dialog = page.getByRole('dialog', {name: 'Sign in'});
    await dialog.getByLabel('Name').fill('admin');
    await dialog.getByLabel('Password').fill(server.passwords.admin);
    await dialog.getByRole('button', {name: 'Sign in'}).click();
}

async function useKey(page, key) {
    await banner(page).getByRole('button', {name: 'Sign in'}).click();
    const dialog = page.getByRole('dialog', {name: 'Sign in'});
    await dialog.getByText('With a key instead').click();
    await dialog.getByLabel('Key or token').fill(key);
    await dialog.getByRole('button', {name: 'Use the key'}).click();
}

shows('a sign-out that fails is told, and who is signed in stays', '/api/v1/users', async (browsable, page) => {
    await breakSession(page, 'DELETE');
    await page.getByRole('button', {name: 'Sign out'}).click();
    await banner(page).getByRole('alert').getByText('Signing out failed. The server cannot do this').waitFor();
    await banner(page).getByText('admin (superuser)').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', {name: 'Sign out'}).click();
    await browsable.shown(401);
    assert.equal(await banner(page).getByRole('alert').count(), 0);
});

shows('signing out does not hang on asking who is there then', '/api/v1/users', async (browsable, page) => {
    await breakSession(page, 'GET');
    await page.getByRole('button', {name: 'Sign out'}).click();
    await browsable.shown(401);
    await banner(page).getByRole('button', {name: 'Sign in'}).waitFor();
});

shows('that nobody could be asked who is signed in is told', '/api/v1/', async (browsable, page) => {
    await breakSession(page, 'GET');
    await browsable.open('/api/v1/users');
    await banner(page).getByText('Who is signed in could not be asked.').waitFor();
});

test('signing in by password takes the place of a key that is good no more', quick, async () => {
    const {body: {id, key}} = await server.post('/api/v1/keys', {json: {scopes: ['read']}});
    const browsable = await openBrowsable(server);
    const {page} = browsable;
    await browsable.open('/api/v1/events');
    await useKey(page, key);
    await browsable.shown(200);
    assertAnswer(await server.delete(`/api/v1/keys/${id}`), {status: 204});
    await page.getByRole('button', {name: 'GET', exact: true}).click();
    await browsable.shown(401);
    await page.locator('#answer').getByRole('button', {name: 'Sign in'}).click();
    await signIn(page);
    await browsable.shown(200);
    await banner(page).getByText('admin (superuser)').waitFor();
    await page.reload();
    await browsable.shown(200);
    await browsable.close();
});

test('JSON is shown as it was sent, to a key too', quick, async () => {
    const {body: {key}} = await server.post('/api/v1/keys', {json: {scopes: ['read']}});
    const browsable = await openBrowsable(server);
    const {page} = browsable;
    await browsable.open('/api/v1/event-types?limit=1');
    await useKey(page, key);
    await browsable.shown(200);
    await page.getByRole('button', {name: 'JSON', exact: true}).click();
    const text = await page.getByLabel('Text', {exact: true}).textContent();
    assert.equal(text, (await server.get('/api/v1/event-types?limit=1')).text);
    await browsable.close();
});

shows('a tab goes on after the same person has signed in again in another', '/api/v1/applications', async (browsable) => {
    const form = browsable.form('POST');
    for (let times = 0; times < 2; times++) {
        await browsable.as('admin', server.passwords.admin);
        await form.getByLabel('name').fill(unique('app').replace(' ', '-'));
        await form.getByRole('button', {name: 'POST'}).click();
        await browsable.shown(201);
    }
});

shows('nothing is done for somebody else who has signed in in another tab', '/api/v1/applications', async (browsable, page) => {
    await browsable.as('ann', server.passwords.ann);
    const name = unique('app').replace(' ', '-');
    const form = browsable.form('POST');
    await form.getByLabel('name').fill(name);
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(403);
    await page.getByText('Another tab has signed in as somebody else. Nothing was done.').waitFor();
    await banner(page).getByText('ann (member)').waitFor();
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(201);
});

shows('the focus goes to the answer of what a button did', '/api/v1/users', async (browsable, page) => {
    const isOnAnswer = async (what) => {
        await page.waitForFunction(() => document.activeElement.id === 'answer-title', undefined, {timeout: 10_000})
            .catch(() => assert.fail(`${what} leaves the focus elsewhere`));
    };
    for (const name of ['GET', 'OPTIONS', 'JSON']) {
        await page.getByRole('button', {name, exact: true}).click();
        await browsable.shown(200);
        await isOnAnswer(name);
    }
    await page.getByRole('button', {name: 'Sign out'}).click();
    await browsable.shown(401);
    await isOnAnswer('Sign out');
    await banner(page).getByRole('button', {name: 'Sign in'}).click();
    await signIn(page);
    await browsable.shown(200);
    await isOnAnswer('Sign in');
});
