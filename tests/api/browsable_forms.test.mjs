// What the forms of the browsable page send, in a real browser: nothing that nobody touched is changed.
import assert from 'node:assert/strict';

import {showsOn} from './browsable.mjs';
import {openBrowser} from './chromium.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having, theEvent} from './scenario.mjs';

const server = useServer({prepare: async () => {
    await openBrowser();
    assertAnswer(await server.post('/events/', {json: theEvent({name: 'cta click'})}), {status: 201});
    await server.get('/api/v1/events');
}});
const shows = showsOn(server);
const invalid = (form) => form.locator('input:invalid, select:invalid, textarea:invalid').count();

shows('a change of an event type names its version, and one that comes too late is told', '/api/v1/event-types/1', async (browsable, page) => {
    const form = browsable.form('PATCH');
    const change = async (text, status) => {
        await form.getByLabel('description').fill(text);
        const sent = page.waitForRequest((request) => request.method() === 'PATCH');
        await form.getByRole('button', {name: 'PATCH'}).click();
        await browsable.shown(status);
        return JSON.parse((await sent).postData());
    };
    const {body: {version}} = await server.patch('/api/v1/event-types/1', {json: {description: 'By another editor'}});
    assert.deepEqual(await change('Too late', 409), {description: 'Too late', version: version - 1});
    await page.locator('#answer').getByText('Somebody else has changed it').waitFor();
    assertAnswer(await server.get('/api/v1/event-types/1'), {body: having({description: 'By another editor'})});
    await page.getByRole('button', {name: 'Load again'}).click();
    await browsable.shown(200);
    assert.equal(await form.getByLabel('description').inputValue(), 'By another editor');
    assert.deepEqual(await change('In time', 200), {description: 'In time', version});
});

shows('Apply keeps what nobody touched as it was written', '/api/v1/events', async (browsable, page) => {
    const kept = [['from', '2021-01-01T00:00:00.123456+02:00'], ['data.a', '1'], ['data.a', '2'], ['name', 'one'], ['name', 'two'], ['limit', '5x']];
    await browsable.open(`/api/v1/events?${new URLSearchParams(kept)}`);
    await browsable.hasNoTwins();
    const filters = page.getByRole('form', {name: 'Filters'});
    await filters.getByText('Now 2021-01-01T00:00:00.123456+02:00.').waitFor();
    await filters.getByLabel('category').fill('page');
    await filters.getByRole('button', {name: 'Apply'}).click();
    await page.waitForURL('**category=page**');
    const sent = [...new URL(page.url()).searchParams].sort();
    assert.deepEqual(sent, [...kept, ['category', 'page']].sort());
});

shows('a time shows the offset that it goes with', '/events_api/v1/', async (browsable, page) => {
    const json = {title: 'Call', start_time: '2026-11-30T10:00:00', end_time: '2026-11-30T11:00:00', zone: 'America/New_York'};
    const {body: {id}} = await server.post('/events_api/v1/events/', {json});
    await browsable.open(`/events_api/v1/events/${id}/`);
    const form = browsable.form('PATCH');
    assert.equal(await form.getByLabel('start_time').inputValue(), '2026-11-30T10:00');
    await form.getByText('Now 2026-11-30T10:00:00-05:00.').waitFor();
});

shows('what cannot be taken away is a fault when a change empties it', '/api/v1/event-types/1', async (browsable, page) => {
    const form = browsable.form('PATCH');
    const mode = form.getByLabel('mode');
    const before = await mode.inputValue();
    await mode.selectOption('');
    await form.getByRole('button', {name: 'PATCH'}).click();
    assert.equal(await invalid(form), 1);
    assert.match(await mode.evaluate((one) => one.validationMessage), /not taken away/);
    await mode.selectOption(before);
    assert.equal(await invalid(form), 0);
    await form.getByLabel('description').fill('');
    assert.equal(await invalid(form), 0, 'a text may be empty');

    const {body: {id}} = await server.post('/events_api/v1/events/', {
        json: {title: 'Call', start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T11:00:00Z'}});
    await browsable.open(`/events_api/v1/events/${id}/`);
    await form.getByLabel('start_time').fill('');
    assert.equal(await invalid(form), 1);
    await page.reload();
});

shows('a large event has its page at once, and keeps what is too long for a form', '/api/v1/', async (browsable, page) => {
    const list = Array.from({length: 200_000}, (_, i) => i % 1000);
    const {body: {id}} = await server.post('/events/', {json: theEvent({name: 'large', data: {list}})});
    await browsable.open(`/event_detail/${id}/`);
    const form = browsable.form('PUT');
    await form.getByText('characters are too many for a field').waitFor();
    await page.getByRole('tab', {name: 'Raw data'}).first().click();
    const raw = await page.getByRole('form', {name: 'PUT raw data'}).getByLabel('Content').inputValue();
    assert.deepEqual(JSON.parse(raw).data, {list});
    assert.ok(raw.split('\n').length < 10, 'not one line an element');
    await page.getByRole('tab', {name: 'Form'}).first().click();
    await form.getByLabel('name').fill('renamed');
    await form.getByRole('button', {name: 'PUT'}).click();
    await browsable.shown(200);
    assertAnswer(await server.get(`/event_detail/${id}`), {body: having({name: 'renamed', data: {list}})});
});

shows('an amount that is none is told in words', '/api/cashback', async (browsable) => {
    const total = browsable.form('POST').getByLabel('total');
    await total.fill('12,30');
    assert.equal(await total.evaluate((one) => one.validationMessage), 'This is no amount: write it as 12.30.');
    await total.fill('12.30');
    assert.equal(await total.evaluate((one) => one.validationMessage), '');
});
