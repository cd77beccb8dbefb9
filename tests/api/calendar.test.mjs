// The calendar as clients of seed 003 know it: events, categories, locations, search, updates.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Calendar, root} from './calendar_client.mjs';
import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, unique} from './scenario.mjs';

const server = useServer({settings: {'calendar.access': 'open'}});
const calendar = new Calendar(server);
const url = (path) => `${server.origin}${root}${path}`;
const nobody = {token: null};

test('the index gives absolute URLs of the address that the client used', async () => {
    for (const target of ['/', '']) {
        assertAnswer(await calendar.get(target, nobody), {status: 200, body: {
            events: url('/events/'), categories: url('/categories/'), locations: url('/locations/'),
        }});
    }
    const {body} = await calendar.get('/', {headers: {host: 'calendar.example:81'}});
    assert.equal(body.events, `http://calendar.example:81${root}/events/`);
});

test('a proxy that is not trusted says nothing', async () => {
    const {body} = await calendar.get('/', {headers: {'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https'}});
    assert.equal(body.events, url('/events/'));
});

test('an event is created, retrieved, replaced, changed and deleted, with and without the slash', async () => {
    const made = await calendar.post('/events/', {title: ' API discussion ', description: 'How it works',
        start_time: '2026-12-01T10:00:00-06:00', end_time: '2026-12-01 11:00:00-06:00'}, nobody);
    assertAnswer(made, {status: 201, headers: {etag: /^"\d+"$/, location: made.body.detail_url}, body: having({
        id: anyId, detail_url: url(`/events/${made.body.id}/`), title: 'API discussion', description: 'How it works',
        start_time: '2026-12-01T16:00:00Z', end_time: '2026-12-01T17:00:00Z', location: null, category: null,
        updates: [], location_name: 'no location given', category_name: 'no category given',
        zone: 'UTC', all_day: false, status: 'confirmed', rrule: null, capacity: null, registered: 0, waiting: 0,
        created_at: anyInstant, conflicts: [],
    })});
    const target = `/events/${made.body.id}`;
    for (const slash of ['', '/']) {
        const {conflicts, ...event} = made.body;
        assertAnswer(await calendar.get(target + slash, nobody), {status: 200, body: event});
    }
    const put = await calendar.put(`${target}/`, {title: 'Renamed', start_time: '2026-12-02T10:00', end_time: '2026-12-02T11:00'}, nobody);
    assertAnswer(put, {status: 200, body: having({title: 'Renamed', description: 'How it works', start_time: '2026-12-02T10:00:00Z'})});
    const patched = await calendar.patch(target, {description: 'More'}, nobody);
    assertAnswer(patched, {status: 200, body: having({title: 'Renamed', description: 'More'})});
    assertAnswer(await calendar.delete(target, nobody), {status: 204});
    assertAnswer(await calendar.get(target, nobody), {status: 404, body: {detail: 'Not found.'}});
    assertAnswer(await calendar.delete(target, nobody), {status: 404});
});

test('forms do what JSON does, and Python\'s way to write a time is understood', async () => {
    const made = await calendar.call('POST', '/events', {form: {
        title: 'By form', description: 'x', start_time: '2026-12-01 10:00:00.123456-06:00',
        end_time: '2026-12-01 11:00:00.123456-06:00',
    }});
    assertAnswer(made, {status: 201, body: having({title: 'By form', start_time: '2026-12-01T16:00:00.123456Z'})});
    const location = await calendar.location(unique('hall'));
    const target = `/events/${made.body.id}/`;
    assertAnswer(await calendar.call('PATCH', target, {form: {location: location.detail_url}}),
        {status: 200, body: having({location: location.detail_url, location_name: location.name})});
    assertAnswer(await calendar.call('PATCH', target, {form: {location: '', capacity: '12', all_day: 'false'}}),
        {status: 200, body: having({location: null, capacity: 12})});
    const multipart = '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nBy parts\r\n--b--\r\n';
    assertAnswer(await calendar.call('PATCH', target, {body: multipart, type: 'multipart/form-data; boundary=b'}),
        {status: 200, body: having({title: 'By parts'})});
});

const required = ['This field is required.'];
const wrong = [
    ['nothing', {}, {title: required, start_time: required, end_time: required}],
    ['a blank title', {title: ' '}, {title: ['This field may not be blank.']}],
    ['a long title', {title: 'x'.repeat(256)}, {title: ['Ensure this field has no more than 255 characters.']}],
    ['a null title', {title: null}, {title: ['This field may not be null.']}],
    ['a title that is no text', {title: true}, {title: ['Not a valid string.']}],
    ['a time that is none', {start_time: 'soon'}, {start_time: [/^Datetime has wrong format/]}],
    ['an end before the start', {end_time: '2026-11-30T09:00:00Z'}, {non_field_errors: ['Start time must come before end time']}],
    ['an end at the start', {end_time: '2026-11-30T10:00:00Z'}, {non_field_errors: ['Start time must come before end time']}],
    ['an end years later', {end_time: '2030-11-30T10:00:00Z'}, {non_field_errors: [/366 days/]}],
    ['a location that is none', {location: 'x'}, {location: ['Invalid hyperlink - No URL match.']}],
    ['a location of another kind', {location: `${root}/categories/1/`}, {location: ['Invalid hyperlink - No URL match.']}],
    ['a location that is not there', {location: `${root}/locations/999999/`}, {location: ['Invalid hyperlink - Object does not exist.']}],
    ['a category that is a number', {category: 5}, {category: ['Incorrect type. Expected URL string, received int.']}],
    ['a zone that is none', {zone: 'Europe/Nowhere'}, {zone: [/no time zone of this name/]}],
    ['a status that is none', {status: 'maybe'}, {status: ['"maybe" is not a valid choice.']}],
    ['no capacity', {capacity: 0}, {capacity: [/from 1/]}],
    ['half a person', {capacity: 1.5}, {capacity: ['A valid integer is required.']}],
    ['a rule that is none', {rrule: 'FREQ=SOMETIMES'}, {rrule: [/./]}],
    ['a field that is not known', {colour: 'red'}, {colour: ['There is no such field.']}],
    ['null characters', {description: 'a\0b'}, {description: ['Null characters are not allowed.']}],
];
for (const [what, change, errors] of wrong) {
    test(`refused with the field's name: ${what}`, async () => {
        const before = (await calendar.read('/events/')).count;
        const event = {title: 'T', start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T11:00:00Z', ...change};
        const sent = what === 'nothing' ? {} : event;
        assertAnswer(await calendar.post('/events/', sent), {status: 400, body: errors});
        assert.equal((await calendar.read('/events/')).count, before);
    });
}

test('bodies that are no objects, no JSON or no known type are refused', async () => {
    assertAnswer(await calendar.post('/locations/', [1]), {status: 400, body: {non_field_errors: [/but got list/]}});
    assertAnswer(await calendar.call('POST', '/events/', {body: '{', type: 'application/json'}), {status: 400, body: {detail: /^JSON parse error/}});
    assertAnswer(await calendar.call('POST', '/events/', {body: 'x', type: 'text/plain'}), {status: 415});
    assertAnswer(await calendar.call('POST', '/events/', {body: 'title=%zz', type: 'application/x-www-form-urlencoded'}), {status: 400});
});

test('a page of another site changes nothing in an open calendar', async () => {
    const form = {name: unique('foreign')};
    for (const origin of ['https://evil.example', 'null', `${server.origin}.evil.example`]) {
        assertAnswer(await calendar.call('POST', '/categories/', {form, token: null, headers: {origin}}), {status: 403, body: {detail: /another site/}});
    }
    assert.equal((await calendar.call('POST', '/categories/', {form, token: null, headers: {origin: server.origin}})).status, 201);
    assert.equal((await calendar.call('POST', '/categories/', {form, headers: {origin: 'https://evil.example'}})).status, 201, 'with a key it is nobody\'s tool');
    assert.equal((await calendar.get('/categories/', {token: null, headers: {origin: 'https://evil.example'}})).status, 200);
});

test('a PUT wants what must be there, and leaves the rest as it is', async () => {
    const event = await calendar.event({rrule: 'FREQ=DAILY;COUNT=3', capacity: 5, zone: 'Europe/Berlin', organiser: 'Ann'});
    const put = await calendar.put(`/events/${event.id}/`, {title: 'New', start_time: event.start_time, end_time: event.end_time});
    assertMatches(put.body, having({title: 'New', rrule: 'FREQ=DAILY;COUNT=3', capacity: 5, zone: 'Europe/Berlin', organiser: 'Ann'}));
    assertAnswer(await calendar.put(`/events/${event.id}/`, {title: 'New'}), {status: 400, body: {start_time: required, end_time: required}});
});

test('fields without end that nobody knows are refused at once', async () => {
    const begun = Date.now();
    const many = Object.fromEntries(Array.from({length: 40_000}, (_, i) => [`k${i}`, 0]));
    const answer = await calendar.post('/locations/', many);
    assert.equal(answer.status, 400);
    assert.ok(answer.text.length < 20_000);
    assert.ok(Date.now() - begun < 2000, `${Date.now() - begun} ms`);
});

test('inputs of a form that were left empty say nothing', async () => {
    const form = {title: 'T', start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T11:00:00Z', status: '', all_day: '', zone: '', capacity: '',
        location: '', category: '', rrule: '', rdate: '', exdate: '', organiser: '', description: '', csrfmiddlewaretoken: 'x'};
    assertAnswer(await calendar.call('POST', '/events/', {form}), {status: 201, body: having({status: 'confirmed', zone: 'UTC', capacity: null})});
});

test('a read-only field that is sent back is not looked at', async () => {
    const event = await calendar.event();
    const {body} = await calendar.put(`/events/${event.id}/`, {...event, title: 'Sent back'});
    assertMatches(body, having({id: event.id, uid: event.uid, title: 'Sent back'}));
});

for (const [plural, singular] of [['locations', 'location'], ['categories', 'category']]) {
    test(`${plural} are created, listed by name, changed and deleted; their events have none then`, async () => {
        const name = unique('b').replace(' ', '-');
        const made = await calendar.make(`/${plural}/`, {name, description: 'd'});
        assertMatches(made, {id: anyId, detail_url: url(`/${plural}/${made.id}/`), name, description: 'd'});
        await calendar.make(`/${plural}/`, {name: `${name}a`});
        const list = await calendar.read(`/${plural}/?q=${name}`);
        assert.deepEqual(list.results.map((one) => one.name), [name, `${name}a`]);
        assert.deepEqual((await calendar.read(`/${plural}/?q=${name}&ordering=-name`)).results.map((one) => one.name), [`${name}a`, name]);
        assertAnswer(await calendar.post(`/${plural}/`, {name: 'x'.repeat(76)}),
            {status: 400, body: {name: ['Ensure this field has no more than 75 characters.']}});
        assertAnswer(await calendar.post(`/${plural}/`, {}), {status: 400, body: {name: required}});
        const target = `/${plural}/${made.id}/`;
        assertAnswer(await calendar.patch(target, {description: 'e'}), {status: 200, body: having({name, description: 'e'})});
        assertAnswer(await calendar.put(target, {name: `${name}b`}), {status: 200, body: having({name: `${name}b`, description: 'e'})});
        const event = await calendar.event({[singular]: made.detail_url});
        assert.equal(event[`${singular}_name`], `${name}b`);
        assertAnswer(await calendar.delete(target), {status: 204});
        assertAnswer(await calendar.get(target), {status: 404});
        const after = await calendar.read(`/events/${event.id}/`);
        assertMatches(after, having({[singular]: null, [`${singular}_name`]: `no ${singular} given`}));
        assertMatches(after.updates, [having({changed: [singular], previous_values: having({[`${singular}_name`]: `${name}b`})})]);
    });
}

test('each change keeps what was before, who and when', async () => {
    const location = await calendar.location(unique('l'));
    const event = await calendar.event({title: 'First', location: location.detail_url});
    await calendar.patch(`/events/${event.id}/`, {title: 'Second'});
    await calendar.patch(`/events/${event.id}/`, {title: 'Second'});
    await calendar.patch(`/events/${event.id}/`, {location: null, title: 'Third'}, nobody);
    const {updates} = await calendar.read(`/events/${event.id}/`);
    assert.equal(updates.length, 2, 'a change that changes nothing leaves no trace');
    const [newest, oldest] = updates;
    assertMatches(newest, {
        id: anyId, detail_url: url(`/updates/${newest.id}/`), event: event.detail_url, created_at: anyInstant, user: null,
        action: 'changed', occurrence: null, changed: ['title', 'location'],
        previous_values: having({title: 'Second', location: location.detail_url, start_time: /^2026-11-30T10:00:00/}),
    });
    assertMatches(oldest, having({user: 'admin', changed: ['title'], previous_values: having({title: 'First'})}));
    assertMatches(await calendar.read(`/updates/${newest.id}/`), newest);
    assertMatches(await calendar.read(`/updates/?event=${event.id}`), having({count: 2, results: [newest, oldest]}));
    assertAnswer(await calendar.get('/updates/999999/'), {status: 404});
});

test('search finds words by their beginning and phrases, best first, and wants a term', async () => {
    const word = unique('zeppelin').replace(/\W/g, '');
    const inTitle = await calendar.event({title: `On ${word}s and balloons`, description: 'y'});
    const inText = await calendar.event({title: 'Evening', description: `One ${word}, two balloons and Crème brûlée`});
    const ids = async (term) => (await calendar.read(`/events/search/?search_term=${encodeURIComponent(term)}`)).map((one) => one.id);
    assert.deepEqual(await ids(word), [inTitle.id, inText.id]);
    assert.deepEqual(await ids(word.slice(0, -2).toUpperCase()), [inTitle.id, inText.id]);
    assert.deepEqual(await ids(`${word} creme BRULEE`), [inText.id]);
    assert.deepEqual(await ids(`${word} "two balloons"`), [inText.id]);
    assert.deepEqual(await ids(`${word} "balloons two"`), []);
    for (const hostile of [`${word}" OR "`, `${word} NOT x`, `${word}*`, 'title:x', '"', '* (', 'a"b'.repeat(300)])
        await calendar.read(`/events/search?search_term=${encodeURIComponent(hostile)}`);
    for (const query of ['', '?search_term=', '?search_term=%20']) {
        assertAnswer(await calendar.get(`/events/search/${query}`),
            {status: 400, body: {error: 'A search term is required as a query parameter'}});
    }
    await calendar.delete(`/events/${inTitle.id}`);
    assert.deepEqual(await ids(word), [inText.id]);
});

test('lists have pages, latest first, with URLs to the next and the one before', async () => {
    const category = await calendar.category(unique('paged'));
    for (let hour = 10; hour < 22; hour++) {
        await calendar.event({title: `At ${hour}`, category: category.detail_url,
            start_time: `2026-11-30T${hour}:00:00Z`, end_time: `2026-11-30T${hour}:30:00Z`});
    }
    const first = await calendar.read(`/events/?category=${category.id}`);
    assert.equal(first.count, 12);
    assert.deepEqual(first.results.map((one) => one.title), [21, 20, 19, 18, 17, 16, 15, 14, 13, 12].map((hour) => `At ${hour}`));
    assert.equal(first.previous, null);
    const second = await calendar.read(first.next);
    assert.deepEqual(second.results.map((one) => one.title), ['At 11', 'At 10']);
    assert.equal(second.next, null);
    assert.deepEqual(await calendar.read(second.previous), first);
    assert.equal((await calendar.read(`/events/?category=${category.id}&page_size=5`)).results.length, 5);
    assert.equal((await calendar.read(`/events/?category=${encodeURIComponent(category.detail_url)}&page_size=1000`)).results.length, 12);
    for (const page of ['3', '0', 'x', '-1'])
        assertAnswer(await calendar.get(`/events/?category=${category.id}&page=${page}`), {status: 404, body: {detail: 'Invalid page.'}});
    assertAnswer(await calendar.get('/events/?category=x'), {status: 400, body: {category: [/./]}});
    assertAnswer(await calendar.get('/events/?colour=red'), {status: 400, body: {colour: ['There is no such parameter.']}});
    const titles = async (query) => (await calendar.read(`/events/?category=${category.id}&${query}`)).results.map((one) => one.title);
    assert.deepEqual(await titles('from=2026-11-30T20:15:00Z&ordering=start_time'), ['At 20', 'At 21']);
    assert.deepEqual(await titles('to=2026-11-30T11:00:00Z'), ['At 10']);
    assert.deepEqual(await titles('from=2026-11-30T10:30:00Z&to=2026-11-30T12:00:00%2B00:00'), ['At 11']);
    assert.deepEqual(await titles('q=%22At%2012%22'), ['At 12']);
    assert.deepEqual((await titles('ordering=title')).slice(0, 2), ['At 10', 'At 11']);
    assertAnswer(await calendar.get('/events/?from=2026-12-01&to=2026-11-01'), {status: 400, body: {to: [/after/]}});
});

test('hostile texts come back as they were sent', async () => {
    const title = '<img src=x onerror=alert(1)>"\'&\u2028 \u{1f600}';
    const event = await calendar.event({title, description: '</script>'});
    assertMatches(await calendar.read(`/events/${event.id}`), having({title, description: '</script>'}));
});

test('an id that is none names nothing', async () => {
    for (const id of ['0', '-1', 'x', '99999999999999999999', '1e3'])
        assertAnswer(await calendar.get(`/events/${id}/`), {status: 404});
});
