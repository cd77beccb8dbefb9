// Events that recur: when they take place, over changes of the clock, changed and cancelled singly.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Calendar} from './calendar_client.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, assertMatches, having, unique} from './scenario.mjs';

const server = useServer({settings: {'calendar.access': 'open', 'calendar.zone': 'Europe/Berlin'}});
const calendar = new Calendar(server);

// Starts of an event's occurrences within a window.
async function starts(event, query = 'from=2026-01-01&to=2028-01-01') {
    const {results} = await calendar.read(`/events/${event.id}/occurrences/?${query}&page_size=100`);
    return results.map((one) => one.start_time);
}
const nameOf = (instant) => new Date(instant).toISOString().replace(/\.000|[-:]/g, '');
const daily = (more = {}) => calendar.event({
    start_time: '2026-12-01T10:00:00', end_time: '2026-12-01T11:00:00', rrule: 'FREQ=DAILY;COUNT=4', ...more,
});

test('a series keeps to the clock of its zone when summer time ends and begins', async () => {
    const autumn = await calendar.event({start_time: '2026-10-24T10:00:00', end_time: '2026-10-24T11:00:00', rrule: 'FREQ=DAILY;COUNT=3'});
    assert.equal(autumn.zone, 'Europe/Berlin');
    assert.deepEqual(await starts(autumn), ['2026-10-24T10:00:00+02:00', '2026-10-25T10:00:00+01:00', '2026-10-26T10:00:00+01:00']);
    const spring = await calendar.event({start_time: '2027-03-13T09:00:00', end_time: '2027-03-13T10:00:00', zone: 'US/Central', rrule: 'FREQ=DAILY;COUNT=2'});
    assert.deepEqual(await starts(spring), ['2027-03-13T09:00:00-06:00', '2027-03-14T09:00:00-05:00']);
});

test('an hour that the clock skips is an hour later; one that it shows twice is the first', async () => {
    const skipped = await calendar.event({start_time: '2027-03-28T02:30:00', end_time: '2027-03-28T04:00:00'});
    assert.equal(skipped.start_time, '2027-03-28T03:30:00+02:00');
    const doubled = await calendar.event({start_time: '2026-10-25T02:30:00', end_time: '2026-10-25T04:00:00'});
    assert.equal(doubled.start_time, '2026-10-25T02:30:00+02:00');
});

test('rules of every sort are expanded', async () => {
    const rule = async (rrule, start, more) => (await starts(await calendar.event({
        start_time: `${start}T10:00:00Z`, end_time: `${start}T11:00:00Z`, zone: 'UTC', rrule, ...more}))).map((one) => one.slice(0, 10));
    assert.deepEqual(await rule('FREQ=MONTHLY;BYDAY=-1FR;COUNT=3', '2026-11-27'), ['2026-11-27', '2026-12-25', '2027-01-29']);
    assert.deepEqual(await rule('FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3', '2026-12-31'), ['2026-12-31', '2027-01-31', '2027-03-31']);
    assert.deepEqual(await rule('RRULE:freq=weekly;byday=mo,we;until=20261209T235959Z', '2026-11-30'), ['2026-11-30', '2026-12-02', '2026-12-07', '2026-12-09']);
    assert.deepEqual(await rule('', '2026-11-30', {rdate: ['2026-12-03T10:00:00Z', '2027-01-01T08:00:00Z']}), ['2026-11-30', '2026-12-03', '2027-01-01']);
    assert.deepEqual(await rule('FREQ=DAILY;COUNT=4', '2026-11-30', {exdate: ['2026-12-01T10:00:00Z']}), ['2026-11-30', '2026-12-02', '2026-12-03']);
});

test('all-day events last whole days of their zone, over a change of the clock too', async () => {
    const event = await calendar.event({start_time: '2026-10-24', end_time: '2026-10-26', all_day: true, rrule: 'FREQ=WEEKLY;COUNT=2'});
    assertMatches(event, having({all_day: true, start_time: '2026-10-24T00:00:00+02:00', end_time: '2026-10-26T00:00:00+01:00'}));
    const {results} = await calendar.read(`/events/${event.id}/occurrences/?from=2026-10-20&to=2026-11-20`);
    assert.deepEqual(results.map((one) => one.end_time), ['2026-10-26T00:00:00+01:00', '2026-11-02T00:00:00+01:00']);
    assertAnswer(await calendar.post('/events/', {title: 'x', all_day: true, start_time: '2026-10-24T10:00', end_time: '2026-10-25'}),
        {status: 400, body: {start_time: [/midnight/]}});
    const moved = await calendar.patch(`/events/${event.id}/`, {zone: 'Asia/Tokyo'});
    assertMatches(moved.body, having({start_time: '2026-10-24T00:00:00+09:00', zone: 'Asia/Tokyo'}));
});

test('one occurrence is moved, renamed and cancelled; the rest stays', async () => {
    const event = await daily();
    const all = await starts(event);
    const target = (index) => `/events/${event.id}/occurrences/${nameOf(all[index])}/`;
    assertAnswer(await calendar.get(target(1)), {status: 200, headers: {etag: /^"/}, body: having({start_time: all[1], title: 'Event'})});
    assertAnswer(await calendar.patch(target(1), {start_time: '2026-12-02T15:00:00', title: 'Later'}), {status: 200});
    assertAnswer(await calendar.get(target(1)), {status: 200, body: having({
        title: 'Later', original_start_time: all[1], start_time: '2026-12-02T15:00:00+01:00', end_time: '2026-12-02T16:00:00+01:00'})});
    assertAnswer(await calendar.delete(target(2)), {status: 204});
    assertAnswer(await calendar.get(target(2)), {status: 404});
    assert.deepEqual(await starts(event), [all[0], '2026-12-02T15:00:00+01:00', all[3]]);
    const after = await calendar.read(`/events/${event.id}/`);
    assert.deepEqual(after.exdate, [all[2]]);
    assertMatches(after.updates.map((one) => one.action), ['occurrence_cancelled', 'occurrence_changed']);
    assert.ok(after.sequence > event.sequence);
    assertAnswer(await calendar.patch(`/events/${event.id}/occurrences/20300101T000000Z/`, {title: 'x'}), {status: 404});
    assertAnswer(await calendar.patch(target(1), {end_time: '2026-12-02T14:00:00'}), {status: 400, body: {non_field_errors: [/before end/]}});
    assertAnswer(await calendar.get(`/events/${event.id}/occurrences/yesterday/`), {status: 404});
});

test('an event that takes place at no time is refused', async () => {
    assertAnswer(await calendar.post('/events/', {title: 'x', start_time: '2026-12-01T10:00:00', end_time: '2026-12-01T11:00:00', exdate: ['2026-12-01T10:00:00']}),
        {status: 400, body: {exdate: [/at no time/]}});
});

test('the only occurrence is not cancelled singly', async () => {
    const event = await calendar.event({start_time: '2026-12-01T10:00:00', end_time: '2026-12-01T11:00:00'});
    const [start] = await starts(event);
    assertAnswer(await calendar.delete(`/events/${event.id}/occurrences/${nameOf(start)}/`), {status: 409, body: {detail: /delete the event/}});
});

test('a series that is moved takes along what is said of single occurrences', async () => {
    const event = await daily();
    const all = await starts(event);
    await calendar.patch(`/events/${event.id}/occurrences/${nameOf(all[1])}/`, {title: 'Special'});
    await calendar.patch(`/events/${event.id}/`, {description: 'new words'});
    const titles = async () => (await calendar.read(`/events/${event.id}/occurrences/?from=2026-12-01`)).results.map((one) => one.title);
    assert.deepEqual(await titles(), ['Event', 'Special', 'Event', 'Event']);
    await calendar.delete(`/events/${event.id}/occurrences/${nameOf(all[2])}/`);
    await calendar.patch(`/events/${event.id}/`, {start_time: '2026-12-01T12:00:00', end_time: '2026-12-01T13:00:00'});
    assert.deepEqual(await titles(), ['Event', 'Special', 'Event']);
    assert.deepEqual(await starts(event), ['2026-12-01T12:00:00+01:00', '2026-12-02T12:00:00+01:00', '2026-12-04T12:00:00+01:00']);
    await calendar.patch(`/events/${event.id}/`, {rrule: 'FREQ=DAILY;INTERVAL=3;COUNT=2'});
    assert.deepEqual(await titles(), ['Event', 'Event'], 'what is of no occurrence goes');
});

test('a window shows what takes place within it, series and single events, by start', async () => {
    const category = await calendar.category(unique('window'));
    const own = {category: category.detail_url};
    await daily(own);
    await calendar.event({title: 'Single', start_time: '2026-12-02T09:00:00', end_time: '2026-12-02T09:30:00', ...own});
    await calendar.event({title: 'Endless', start_time: '2026-12-03T08:00:00', end_time: '2026-12-03T08:30:00', rrule: 'FREQ=YEARLY', ...own});
    const window = async (query) => (await calendar.read(`/occurrences/?category=${category.id}&${query}`)).results.map((one) => `${one.title} ${one.start_time.slice(0, 10)}`);
    assert.deepEqual(await window('from=2026-12-02&to=2026-12-04'),
        ['Single 2026-12-02', 'Event 2026-12-02', 'Endless 2026-12-03', 'Event 2026-12-03']);
    assertAnswer(await calendar.get('/occurrences/?from=2038-12-01&to=2038-12-31'), {status: 400, body: {from: [/worked out to/]}});
    const events = async (query) => (await calendar.read(`/events/?category=${category.id}&${query}`)).results.map((one) => one.title).sort();
    assert.deepEqual(await events('from=2026-12-04&to=2026-12-05'), ['Event']);
    assert.deepEqual(await events('from=2030-12-01&to=2030-12-31'), ['Endless']);
    assert.deepEqual(await events('from=2026-12-01&to=2026-12-10'), ['Endless', 'Event', 'Single']);
});

test('an all-day series in another zone keeps its days, the cancelled and the added ones too', async () => {
    const event = await calendar.event({start_time: '2027-01-04', end_time: '2027-01-05', all_day: true, rrule: 'FREQ=WEEKLY;COUNT=3',
        exdate: ['2027-01-11'], rdate: ['2027-01-20']});
    const days = async () => (await starts(event)).map((one) => one.slice(0, 10));
    assert.deepEqual(await days(), ['2027-01-04', '2027-01-18', '2027-01-20']);
    assert.equal((await calendar.patch(`/events/${event.id}/`, {zone: 'America/New_York'})).status, 200);
    assert.deepEqual(await days(), ['2027-01-04', '2027-01-18', '2027-01-20']);
});

test('days whose midnight the clock skips are days, and all-day occurrences move over a change of it', async () => {
    for (const [zone, day, next] of [['America/Santiago', '2027-09-05', '2027-09-06'], ['Africa/Cairo', '2027-04-30', '2027-05-01']])
        assert.equal((await calendar.event({zone, start_time: day, end_time: next, all_day: true})).all_day, true);
    const event = await calendar.event({start_time: '2027-03-22', end_time: '2027-03-23', all_day: true, rrule: 'FREQ=WEEKLY;COUNT=2'});
    const [first] = await starts(event);
    assertAnswer(await calendar.patch(`/events/${event.id}/occurrences/${nameOf(first)}/`, {start_time: '2027-03-28'}), {status: 200});
    const {results} = await calendar.read(`/events/${event.id}/occurrences/?from=2027-03-27&to=2027-03-30`);
    assert.deepEqual(results.map((one) => [one.start_time, one.end_time]), [
        ['2027-03-28T00:00:00+01:00', '2027-03-29T00:00:00+02:00'], ['2027-03-29T00:00:00+02:00', '2027-03-30T00:00:00+02:00']]);
});

test('what begins years ahead takes place, and what is moved from afar is where it was moved to', async () => {
    const far = await calendar.event({start_time: '2031-01-06T10:00:00Z', end_time: '2031-01-06T11:00:00Z', zone: 'UTC', rrule: 'FREQ=WEEKLY;COUNT=3'});
    assertAnswer(await calendar.delete(`/events/${far.id}/occurrences/20310106T100000Z/`), {status: 204});
    assertAnswer(await calendar.get(`/events/${far.id}/occurrences/20310113T100000Z/`), {status: 200});
    const endless = await calendar.event({start_time: '2026-12-01T10:00:00Z', end_time: '2026-12-01T11:00:00Z', zone: 'UTC', rrule: 'FREQ=WEEKLY'});
    assert.equal((await calendar.patch(`/events/${endless.id}/occurrences/20351225T100000Z/`, {title: 'x'})).status, 200);
    assertAnswer(await calendar.patch(`/events/${endless.id}/occurrences/20351225T100000Z/`, {start_time: '2026-12-02T10:00:00Z'}), {status: 200});
    assert.deepEqual((await starts(endless, 'from=2026-12-02&to=2026-12-03')), ['2026-12-02T10:00:00Z']);
    const old = await calendar.event({start_time: '2006-01-01T10:00:00Z', end_time: '2006-01-01T10:15:00Z', zone: 'UTC', rrule: 'FREQ=DAILY'});
    assert.equal((await calendar.patch(`/events/${old.id}/`, {title: 'Every day for decades'})).status, 200);
    assert.equal((await starts(old, 'from=2026-12-01&to=2026-12-04')).length, 3);
});

test('many changes of single occurrences are no burden', async () => {
    const event = await calendar.event({start_time: '2026-12-01T10:00:00Z', end_time: '2026-12-01T11:00:00Z', zone: 'UTC', rrule: 'FREQ=DAILY;COUNT=400'});
    const all = [];
    for (let page = 1; page <= 4; page++) all.push(...(await calendar.read(`/events/${event.id}/occurrences/?from=2026-12-01&to=2028-06-01&page_size=100&page=${page}`)).results);
    assert.equal(all.length, 400);
    for (const one of all.slice(0, 60)) assert.equal((await calendar.patch(one.detail_url, {title: 'Own'})).status, 200);
    const begun = Date.now();
    assert.equal((await calendar.delete(all[70].detail_url)).status, 204);
    assert.ok(Date.now() - begun < 1000, `${Date.now() - begun} ms`);
});

const costly = [
    'FREQ=SECONDLY', 'FREQ=MINUTELY;COUNT=5', 'FREQ=HOURLY', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z', 'FREQ=DAILY;UNTIL=20200101T000000Z',
    'FREQ=DAILY;BYHOUR=' + Array.from({length: 24}, (_, hour) => hour).join(','), 'FREQ=DAILY;X=' + 'y'.repeat(2000), 'COUNT=3',
    'FREQ=WEEKLY;BYDAY=XX', 'FREQ=DAILY\r\nDTSTART:20200101T000000Z', 'FREQ=MONTHLY;BYSETPOS=1',
];
for (const rrule of costly) {
    test(`a rule that is wrong or costs too much is refused at once: ${rrule.slice(0, 50)}`, async () => {
        const begun = Date.now();
        const answer = await calendar.post('/events/', {title: 'x', start_time: '2026-12-01T10:00:00', end_time: '2026-12-01T10:10:00', rrule});
        assert.equal(answer.status, 400, answer.text.slice(0, 300));
        assert.ok(answer.body.rrule?.[0].length > 10, answer.text);
        assert.ok(Date.now() - begun < 5000);
    });
}
