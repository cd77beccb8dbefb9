// The calendar by its browsable pages.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {openBrowsable, quick} from './browsable.mjs';
import {openBrowser, screenshot} from './chromium.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, having} from './scenario.mjs';

const root = '/events_api/v1';
const server = useServer({prepare: async () => {
    await openBrowser();
    for (const name of ['Hall', 'Garden']) assertAnswer(await server.post(`${root}/locations/`, {json: {name}}), {status: 201});
}});

test('an event is put into the calendar, found, moved, and taken out again', quick, async () => {
    const browsable = await openBrowsable(server);
    const {page} = browsable;
    await browsable.as('admin', server.passwords.admin);
    await browsable.open(`${root}/`);
    await browsable.json().getByRole('link', {name: /events\/"$/}).click();
    await page.waitForURL(`**${root}/events/`);
    await browsable.shown(200);

    const post = browsable.form('POST');
    const location = post.getByLabel('location');
    await location.focus();
    const choices = page.locator('#post-field-location-choices option');
    await choices.nth(1).waitFor({state: 'attached'});
    assert.deepEqual(await choices.evaluateAll((all) => all.map(({label}) => label)), ['Garden', 'Hall']);
    await location.fill(await choices.nth(0).getAttribute('value'));
    await post.getByLabel('title').fill('API discussion');
    await post.getByLabel('start_time').fill('2026-11-30T10:00');
    await post.getByLabel('end_time').fill('2026-11-30T09:00');
    await post.getByLabel('zone').fill('Europe/Berlin');
    await post.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(400);
    await post.getByText('Start time must come before end time').waitFor();
    await post.getByLabel('end_time').fill('2026-11-30T11:00');
    await post.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(201);
    await screenshot(page, 'browsable-calendar');

    await page.getByRole('navigation', {name: 'Related'}).getByRole('link', {name: 'GET search'}).click();
    await browsable.shown(400);
    const filters = page.getByRole('form', {name: 'Filters'});
    await filters.getByLabel('search_term').fill('discuss');
    await filters.getByRole('button', {name: 'Apply'}).click();
    await page.waitForURL('**search_term=discuss');
    await browsable.shown(200);
    await browsable.json().getByRole('link', {name: /events\/1\/"$/}).click();
    await page.waitForURL(`**${root}/events/1/`);
    await browsable.shown(200);
    assertAnswer(await server.get(`${root}/events/1/`), {body: having({start_time: '2026-11-30T10:00:00+01:00', location_name: 'Garden'})});

    const patch = browsable.form('PATCH');
    assert.equal(await patch.getByLabel('start_time').inputValue(), '2026-11-30T10:00');
    await patch.getByLabel('end_time').fill('2026-11-30T12:30');
    await patch.getByLabel('location').fill('');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await patch.getByRole('button', {name: 'PATCH'}).click();
    assert.equal((await sent).postData(), '{"end_time":"2026-11-30T12:30:00","location":null}');
    assert.ok((await (await sent).allHeaders())['if-match'], 'it is sent for what was read');
    await browsable.shown(200);
    assertAnswer(await server.get(`${root}/events/1/`), {body: having({end_time: '2026-11-30T12:30:00+01:00', location: null})});

    assertAnswer(await server.patch(`${root}/events/1/`, {json: {title: 'Another title'}}), {status: 200});
    await patch.getByLabel('title').fill('Too late');
    await patch.getByRole('button', {name: 'PATCH'}).click();
    await browsable.shown(412);
    await page.getByRole('button', {name: 'Load again'}).click();
    await browsable.shown(200);
    assert.equal(await patch.getByLabel('title').inputValue(), 'Another title');

    await page.getByRole('group', {name: 'Actions'}).getByRole('button', {name: 'DELETE'}).click();
    await page.getByRole('dialog').getByText('Another title').waitFor();
    await page.getByRole('dialog').getByRole('button', {name: 'DELETE'}).click();
    await browsable.shown(204);
    await page.getByRole('link', {name: `Back to ${root}/events`}).click();
    await browsable.shown(200);
    assert.match(await browsable.json().textContent(), /"count": 0/);
    await browsable.close();
});

test('a file of events is taken in on its page, as it stands or as a file', quick, async () => {
    const browsable = await openBrowsable(server);
    const {page} = browsable;
    await browsable.as('admin', server.passwords.admin);
    await browsable.open(`${root}/events/import/`);
    const form = page.getByRole('form', {name: 'POST raw data'});
    const example = await form.getByRole('textbox', {name: 'Content'}).inputValue();
    assert.match(example, /^BEGIN:VCALENDAR\r?\n/);
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.shown(200);
    const buffer = Buffer.from(example.replace(/^UID:.*$/m, 'UID:from-a-file').replace(/^SUMMARY:.*$/m, 'SUMMARY:From a file'));
    await form.getByLabel('A file instead').setInputFiles({name: 'calendar.ics', mimeType: 'text/calendar', buffer});
    await form.getByRole('button', {name: 'POST'}).click();
    await browsable.json().getByText('"from-a-file"').waitFor();
    assertAnswer(await server.get(`${root}/events/search/?search_term=%22from+a+file%22`), {status: 200, body: ([event]) => event.uid === 'from-a-file'});
});
