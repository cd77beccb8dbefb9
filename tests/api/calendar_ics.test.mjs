// iCalendar out and in: one event, feeds under secret addresses, import.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Calendar} from './calendar_client.mjs';
import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, unique} from './scenario.mjs';

const server = useServer({settings: {'calendar.access': 'open'}});
const calendar = new Calendar(server);
const nobody = {token: null};

const unfolded = (text) => text.replace(/\r\n[ \t]/g, '').split('\r\n');
const importFile = (body, options) => calendar.call('POST', '/events/import/', {body, type: 'text/calendar', ...options});
const file = (...events) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...events.flatMap((lines) =>
    ['BEGIN:VEVENT', 'DTSTAMP:20261101T000000Z', ...lines, 'END:VEVENT']), 'END:VCALENDAR', ''].join('\r\n');

test('one event as iCalendar: a file for a calendar program', async () => {
    const room = await calendar.location(unique('Room'));
    const event = await calendar.event({title: 'Talk; with, commas', description: 'two\nlines', location: room.detail_url, organiser: 'ann@example.org'});
    const answer = await calendar.get(`/events/${event.id}/event.ics`, nobody);
    assertAnswer(answer, {status: 200, headers: {'content-type': /^text\/calendar/, 'content-disposition': /event-\d+\.ics/}});
    const lines = unfolded(answer.text);
    for (const line of ['BEGIN:VCALENDAR', 'VERSION:2.0', `UID:${event.uid}`, 'DTSTART:20261130T100000Z', 'DTEND:20261130T110000Z',
        'SUMMARY:Talk\\; with\\, commas', 'DESCRIPTION:two\\nlines', `LOCATION:${room.name}`, 'SEQUENCE:0', 'STATUS:CONFIRMED'])
        assert.ok(lines.includes(line), `${line}\n${answer.text}`);
    assert.ok(answer.text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75));
    await calendar.patch(`/events/${event.id}/`, {start_time: '2026-11-30T09:00:00Z'});
    const after = unfolded((await calendar.get(`/events/${event.id}/event.ics`)).text);
    assert.ok(after.includes(`UID:${event.uid}`) && after.includes('SEQUENCE:1'));
    assertAnswer(await calendar.get('/events/999999/event.ics'), {status: 404});
});

test('a series keeps its zone, and what one occurrence has of its own', async () => {
    const event = await calendar.event({zone: 'Europe/Berlin', start_time: '2026-12-01T10:00:00', end_time: '2026-12-01T11:00:00', rrule: 'FREQ=DAILY;COUNT=5'});
    await calendar.patch(`/events/${event.id}/occurrences/20261202T090000Z/`, {title: 'Special', start_time: '2026-12-02T15:00:00'});
    await calendar.delete(`/events/${event.id}/occurrences/20261203T090000Z/`);
    const lines = unfolded((await calendar.get(`/events/${event.id}/event.ics`)).text);
    for (const line of ['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'DTSTART;TZID=Europe/Berlin:20261201T100000', 'RRULE:FREQ=DAILY;COUNT=5',
        'EXDATE;TZID=Europe/Berlin:20261203T100000', 'RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000', 'DTSTART;TZID=Europe/Berlin:20261202T150000', 'SUMMARY:Special'])
        assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
});

test('a feed shows what is of its kind and place, under an address that is told once', async () => {
    const [hall, kind] = [await calendar.location(unique('Hall')), await calendar.category(unique('Kind'))];
    const [inHall, ofKind, both, neither] = ['inHall', 'ofKind', 'both', 'neither'].map(unique);
    await calendar.event({title: inHall, location: hall.detail_url});
    await calendar.event({title: ofKind, category: kind.detail_url});
    await calendar.event({title: both, location: hall.detail_url, category: kind.detail_url});
    await calendar.event({title: neither});
    await calendar.event({title: unique('long ago'), location: hall.detail_url, start_time: '2020-01-01T10:00:00Z', end_time: '2020-01-01T11:00:00Z'});
    const titles = async (feed) => {
        const {text, status} = await calendar.get(feed.url, nobody);
        assert.equal(status, 200);
        return [inHall, ofKind, both, neither].filter((title) => text.includes(`SUMMARY:${title}`));
    };
    const ofHall = await calendar.make('/feeds/', {location: hall.detail_url, name: 'The hall'});
    assertMatches(ofHall, {id: anyId, detail_url: /feeds\/\d+\/$/, name: 'The hall', hint: /^[0-9a-f]{6}$/, location: hall.detail_url, category: null,
        created_at: anyInstant, last_used_at: null, url: /\/events_api\/v1\/ics\/[0-9a-f]{40}\.ics$/});
    assert.deepEqual(await titles(ofHall), [inHall, both]);
    const text = (await calendar.get(ofHall.url, nobody)).text;
    assert.ok(unfolded(text).includes('X-WR-CALNAME:The hall'));
    assert.ok(!text.includes('long ago'));
    assert.deepEqual(await titles(await calendar.make('/feeds/', {category: kind.detail_url})), [ofKind, both]);
    assert.deepEqual(await titles(await calendar.make('/feeds/', {category: kind.detail_url, location: hall.detail_url})), [both]);
    assert.deepEqual(await titles(await calendar.make('/feeds/', {})), [inHall, ofKind, both, neither]);
    const shown = await calendar.read(`/feeds/${ofHall.id}/`);
    assert.equal(shown.url, undefined);
    assert.match(shown.last_used_at, anyInstant);
    assert.equal((await calendar.delete(`/feeds/${ofHall.id}/`)).status, 204);
    assertAnswer(await calendar.get(ofHall.url, nobody), {status: 404});
    assertAnswer(await calendar.get('/ics/0000.ics', nobody), {status: 404});
});

test('feeds are their makers\' and the staff\'s; nobody makes one without signing in', async () => {
    assert.equal((await calendar.post('/feeds/', {}, nobody)).status, 401);
    const [ann, bob] = [{token: await server.user(unique('ann').replace(' ', '-'))}, {token: await server.user(unique('bob').replace(' ', '-'))}];
    const feed = await calendar.make('/feeds/', {name: 'own'}, ann);
    assert.equal((await calendar.get(`/feeds/${feed.id}/`, bob)).status, 404);
    assert.equal((await calendar.delete(`/feeds/${feed.id}/`, bob)).status, 404);
    assert.equal((await calendar.get('/feeds/', bob)).body.count, 0);
    assert.equal((await calendar.get('/feeds/', ann)).body.count, 1);
    assert.ok((await calendar.read('/feeds/')).results.some((one) => one.id === feed.id));
    assertAnswer(await calendar.post('/feeds/', {location: '/events_api/v1/locations/999999/'}, ann),
        {status: 400, body: {location: ['Invalid hyperlink - Object does not exist.']}});
});

test('a file is taken in once, updated by its SEQUENCE, and each event has a verdict', async () => {
    const uid = unique('imported');
    const room = unique('Imported room');
    const lines = (sequence, summary) => [`UID:${uid}`, `SEQUENCE:${sequence}`, 'DTSTART;TZID=Europe/Berlin:20261130T093000',
        'DTEND;TZID=Europe/Berlin:20261130T094500', 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3', `SUMMARY:${summary}`, `LOCATION:${room}`, 'CATEGORIES:Imported'];
    const first = await importFile(file(lines(3, 'Stand-up'), ['SUMMARY:no uid', 'DTSTART:20261130T100000Z'], [`UID:${uid}-2`, 'SUMMARY:no end', 'DTSTART:20261130T100000Z']));
    assertAnswer(first, {status: 207, body: having({created: 1, failed: 2})});
    const [verdict, ...failed] = first.body.results;
    assertMatches(verdict, {uid, title: 'Stand-up', verdict: 'created', event: /events\/\d+\/$/, errors: [], conflicts: []});
    for (const one of failed) assertMatches(one, having({verdict: 'failed', event: null, errors: (errors) => errors.length > 0}));
    const event = await calendar.read(verdict.event);
    assertMatches(event, having({uid, sequence: 3, zone: 'Europe/Berlin', start_time: '2026-11-30T09:30:00+01:00', location_name: room, category_name: 'Imported', rrule: /^FREQ=WEEKLY/}));
    const verdictOf = async (...args) => (await importFile(file(lines(...args)))).body.results[0].verdict;
    assert.equal(await verdictOf(3, 'Stand-up'), 'unchanged');
    assert.equal(await verdictOf(4, 'Stand-up, new'), 'updated');
    assert.equal(await verdictOf(3, 'Stand-up, old'), 'older');
    assertMatches(await calendar.read(verdict.event), having({title: 'Stand-up, new', sequence: 4}));
    assert.equal((await calendar.read(`/locations/?q=${encodeURIComponent(room)}`)).count, 1);
});

test('what goes out comes in again as it was', async () => {
    const event = await calendar.event({zone: 'US/Central', start_time: '2026-12-01T10:00:00', end_time: '2026-12-01T11:30:00', rrule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=4',
        title: unique('Round, trip; \\ "x" \u00fc \u{1f600}'.padEnd(120, 'y')), description: 'a\n\nb', status: 'tentative', organiser: 'Ann'});
    await calendar.patch(`/events/${event.id}/occurrences/20261208T160000Z/`, {title: 'Other'});
    const {text} = await calendar.get(`/events/${event.id}/event.ics`);
    assert.equal((await importFile(text)).body.results[0].verdict, 'unchanged');
    await calendar.delete(`/events/${event.id}/`);
    const [again] = (await importFile(text)).body.results;
    assert.equal(again.verdict, 'created');
    const after = await calendar.read(again.event);
    for (const field of ['title', 'description', 'start_time', 'end_time', 'zone', 'rrule', 'status', 'organiser', 'uid', 'exdate'])
        assert.deepEqual(after[field], event[field], field);
    assert.equal((await calendar.read(`/events/${after.id}/occurrences/20261208T160000Z/`)).title, 'Other');
});

for (const [what, body] of [
    ['nothing', ''], ['other text', 'hello'], ['an open component', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n'],
    ['null characters', 'BEGIN:VCALENDAR\0\r\nEND:VCALENDAR\r\n'], ['a deep nest', 'BEGIN:VCALENDAR\r\n'.repeat(20_000)],
    ['a long line', `BEGIN:VCALENDAR\r\nX-A:${'y'.repeat(2_000_000)}\r\n`],
]) {
    test(`a file that is none is refused at once: ${what}`, async () => {
        const begun = Date.now();
        const answer = await importFile(body);
        assert.ok([400, 413].includes(answer.status), `${answer.status} ${answer.text.slice(0, 300)}`);
        assert.ok(Date.now() - begun < 10_000);
        assert.equal((await server.get('/healthz')).status, 200);
    });
}

test('other media types are not taken for a file', async () => {
    assertAnswer(await calendar.call('POST', '/events/import/', {body: '{}', type: 'application/json'}), {status: 415});
});
