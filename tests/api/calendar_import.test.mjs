// An iCalendar file taken in: what it changes, what it leaves, and what it is refused for.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Calendar} from './calendar_client.mjs';
import {Server, useServer} from './harness.mjs';
import {assertAnswer, assertMatches, having, unique} from './scenario.mjs';

const server = useServer({settings: {'calendar.access': 'open'}});
const calendar = new Calendar(server);

const importInto = async (into, body, query = '') => {
    const answer = await into.call('POST', `/events/import/${query}`, {body, type: 'text/calendar'});
    assert.ok([200, 207].includes(answer.status), `${answer.status} ${answer.text}`);
    return answer.body.results;
};
const importFile = (body, query) => importInto(calendar, body, query);
const file = (...events) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...events.flatMap((lines) =>
    ['BEGIN:VEVENT', 'DTSTAMP:20261101T000000Z', ...lines, 'END:VEVENT']), 'END:VCALENDAR', ''].join('\r\n');
const times = ['DTSTART:20261130T100000Z', 'DTEND:20261130T110000Z'];
const series = ['DTSTART:20261130T100000Z', 'DTEND:20261130T110000Z', 'RRULE:FREQ=DAILY;COUNT=5'];
const change = (day, ...more) => [`RECURRENCE-ID:202612${day}T100000Z`, `DTSTART:202612${day}T100000Z`, `DTEND:202612${day}T110000Z`, ...more];
const exported = async (event) => (await calendar.get(`/events/${event.id}/event.ics`)).text;
const verdicts = async (text) => (await importFile(text)).map((one) => one.verdict);
const countOf = async (list, name) => (await calendar.read(`/${list}/?q=${encodeURIComponent(name)}`)).count;

test('a file has no capacity: the event keeps its own, and who waits goes on waiting', async () => {
    const event = await calendar.event({title: unique('Small'), capacity: 1});
    for (const name of ['ann', 'bob']) await calendar.post(`/events/${event.id}/attendees/`, {name, email: `${name}@example.org`});
    const text = await exported(event);
    assert.deepEqual(await verdicts(text), ['unchanged']);
    const updates = (await calendar.read(`/events/${event.id}/`)).updates;
    assert.deepEqual(updates, []);
    assert.deepEqual(await verdicts(text.replace('SUMMARY:Small', 'SUMMARY:Still small')), ['updated']);
    assertMatches(await calendar.read(`/events/${event.id}/`), having({title: /^Still small/, capacity: 1, registered: 1, waiting: 1}));
});

test('what an occurrence has of its own goes out and comes in: place, nowhere, no description', async () => {
    const [hall, garden] = [await calendar.location(unique('Hall')), await calendar.location(unique('Garden'))];
    const event = await calendar.event({title: unique('Series'), description: 'All of it', location: hall.detail_url, rrule: 'FREQ=DAILY;COUNT=6'});
    const own = {'01': {location: garden.detail_url}, '02': {location: null}, '03': {description: ''}, '04': {title: event.title, location: hall.detail_url}};
    for (const [day, fields] of Object.entries(own)) {
        const answer = await calendar.patch(`/events/${event.id}/occurrences/202612${day}T100000Z/`, fields);
        assert.equal(answer.status, 200, answer.text);
    }
    const shown = async (id) => (await calendar.read(`/events/${id}/occurrences/?page_size=100`)).results
        .map((one) => [one.location_name, one.description, one.title]);
    const before = await shown(event.id);
    assert.equal(new Set(before.map((one) => one[0])).size, 3);
    const text = await exported(event);
    assert.ok(text.includes(`LOCATION:${garden.name}`), text);
    assert.deepEqual(await verdicts(text), ['unchanged']);
    await calendar.delete(`/events/${event.id}/`);
    const [again] = await importFile(text);
    assertMatches(again, having({verdict: 'created', errors: []}));
    const {id} = await calendar.read(again.event);
    assert.deepEqual(await shown(id), before);
    assert.equal(await countOf('locations', garden.name), 1);
});

test('days have no zone in a file: they are of the zone of the event that is there', async () => {
    const event = await calendar.event({title: unique('Days'), all_day: true, zone: 'Pacific/Auckland', start_time: '2026-12-01', end_time: '2026-12-03',
        rrule: 'FREQ=WEEKLY;UNTIL=20261231', exdate: ['2026-12-08'], rdate: ['2026-12-24']});
    const [first] = (await calendar.read(`/events/${event.id}/occurrences/?page_size=1`)).results;
    await calendar.patch(new URL(first.detail_url).pathname.replace('/events_api/v1', ''), {title: 'The first'});
    const text = await exported(event);
    assert.deepEqual(await verdicts(text), ['unchanged']);
    assert.deepEqual(await verdicts(text.replaceAll('20261203', '20261204')), ['updated']);
    assertMatches(await calendar.read(`/events/${event.id}/`), having({zone: 'Pacific/Auckland', start_time: '2026-12-01T00:00:00+13:00', end_time: '2026-12-04T00:00:00+13:00',
        exdate: ['2026-12-08T00:00:00+13:00'], rdate: ['2026-12-24T00:00:00+13:00']}));
    const after = (await calendar.read(`/events/${event.id}/occurrences/?page_size=1`)).results[0];
    assertMatches(after, having({title: 'The first', start_time: '2026-12-01T00:00:00+13:00'}));
});

for (const [what, lines, sentence] of [
    ['a long title of an occurrence', [series, change('02', `SUMMARY:${'x'.repeat(300)}`)], /a changed occurrence, title: Ensure this field has no more than 255/],
    ['a long description of an occurrence', [series, change('02', `DESCRIPTION:${'x'.repeat(20_001)}`)], /description: Ensure/],
    ['an occurrence of a thousand years', [series, ['RECURRENCE-ID:20261202T100000Z', 'DTSTART:20261202T100000Z', 'DTEND:30271202T100000Z']], /An event lasts 366 days at most/],
    ['a long title', [[...times, `SUMMARY:${'x'.repeat(60_000)}`]], /title: Ensure/],
]) {
    test(`the bounds of what people write hold for files: ${what}`, async () => {
        const uid = unique('bounds');
        const [one] = await importFile(file(...lines.map((some, i) => [`UID:${uid}`, ...(i === 0 && !some.some((line) => line.startsWith('SUMMARY')) ? ['SUMMARY:x'] : []), ...some])));
        assertMatches(one, having({verdict: 'failed', event: null, errors: [sentence]}));
    });
}

test('a UID has 255 characters at most', async () => {
    const [one, other] = await importFile(file([`UID:${'\u20ac'.repeat(256)}`, 'SUMMARY:x', ...times], [`UID:${'\u20ac'.repeat(255)}`, 'SUMMARY:x', ...times]));
    assertMatches(one, having({verdict: 'failed', errors: [/^UID: Ensure this field has no more than 255 characters/]}));
    assert.equal(other.verdict, 'created');
});

test('names of places and kinds are as the labels have them: cut by characters, without blanks around', async () => {
    const room = await calendar.location(unique('\u20ac'.repeat(40)).padEnd(75, '\u20ac'));
    const event = await calendar.event({title: unique('There'), location: room.detail_url});
    assert.deepEqual(await verdicts(await exported(event)), ['unchanged']);
    assert.equal(await countOf('locations', room.name), 1);
    const name = unique('evil');
    const [one] = await importFile(file([`UID:${unique('blank')}`, 'SUMMARY:x', ...times, `LOCATION:\\n ${name} \\n`, 'CATEGORIES:\\n', 'SUMMARY:x']));
    assertMatches(await calendar.read(one.event), having({location_name: name, category: null}));
    const long = unique('long').padEnd(74, 'x');
    await importFile(file([`UID:${unique('cut')}`, 'SUMMARY:x', ...times, `LOCATION:${long} and more`]));
    assert.equal((await calendar.read(`/locations/?q=${encodeURIComponent(long)}`)).results[0].name, long);
});

test('what is not taken leaves no places and kinds behind', async () => {
    const uid = unique('labels');
    const lines = (sequence, name) => [`UID:${uid}`, `SEQUENCE:${sequence}`, 'SUMMARY:x', ...times, `LOCATION:${name}`, `CATEGORIES:${name}`];
    const [kept, older, wrong] = ['kept', 'older', 'wrong'].map(unique);
    assert.deepEqual(await verdicts(file(lines(2, kept))), ['created']);
    assert.deepEqual(await verdicts(file(lines(1, older))), ['older']);
    assert.deepEqual(await verdicts(file([...lines(3, wrong), 'RRULE:FREQ=HOURLY'])), ['failed']);
    for (const list of ['locations', 'categories'])
        assert.deepEqual([await countOf(list, kept), await countOf(list, older), await countOf(list, wrong)], [1, 0, 0]);
});

test('a file at a location that is taken is told of it', async () => {
    const room = await calendar.location(unique('Taken'));
    const first = await calendar.event({title: 'First', location: room.detail_url});
    const [one] = await importFile(file([`UID:${unique('clash')}`, 'SUMMARY:x', ...times, `LOCATION:${room.name}`]));
    assertMatches(one, having({verdict: 'created', conflicts: [having({event: first.detail_url, title: 'First'})]}));
});

test('… and refused where calendar.conflicts says so, unless it is forced', async () => {
    const strict = new Server({settings: {'calendar.access': 'open', 'calendar.conflicts': 'refuse'}});
    await strict.start();
    try {
        const there = new Calendar(strict);
        const room = await there.location('Room');
        const first = await there.event({title: 'First', location: room.detail_url});
        const text = file(['UID:clash', 'SUMMARY:x', ...times, 'LOCATION:Room', 'CATEGORIES:Clashing']);
        const [refused] = await importInto(there, text);
        assertMatches(refused, having({verdict: 'failed', event: null, errors: ['The location is taken at that time. Add ?force=1 to keep both.'],
            conflicts: [having({event: first.detail_url})]}));
        assert.equal((await there.read('/events/')).count, 1);
        assert.equal((await there.read('/categories/')).count, 0);
        const [forced] = await importInto(there, text, '?force=1');
        assertMatches(forced, having({verdict: 'created', conflicts: [having({title: 'First'})]}));
    } finally {
        await strict.stop();
    }
});

test('many events of one file see each other', async () => {
    const name = unique('Many');
    const results = await importFile(file(...Array.from({length: 120}, (_, i) => [`UID:${name}-${i}`, `SUMMARY:${name}`, ...times, `LOCATION:${name}`])));
    assert.ok(results.every((one) => one.verdict === 'created'));
    assert.equal(results[0].conflicts.length, 0);
    assert.equal(results[119].conflicts.length, 5);
    assert.equal(await countOf('locations', name), 1);
    assertAnswer(await calendar.call('POST', '/events/import/?force=2', {body: file(), type: 'text/calendar'}), {status: 400, body: {force: [/./]}});
});
