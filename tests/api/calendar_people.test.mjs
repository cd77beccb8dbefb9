// Who comes to events: registration, waiting list, cancelling, erasure, CSV.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Calendar} from './calendar_client.mjs';
import {useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, unique} from './scenario.mjs';

const server = useServer({settings: {'calendar.access': 'open'}});
const calendar = new Calendar(server);
const nobody = {token: null};

const register = (event, name, options) => calendar.post(`/events/${event.id}/attendees/`, {name, email: `${name}@example.org`}, options);
const states = async (event) => (await calendar.read(`/events/${event.id}/attendees/`)).results.map((one) => `${one.name} ${one.state}`);

test('people register, wait when it is full, and move up when somebody cancels', async () => {
    const event = await calendar.event({capacity: 2});
    const ann = await register(event, 'ann', nobody);
    assertAnswer(ann, {status: 201, body: {
        id: anyId, detail_url: `${event.detail_url}attendees/${ann.body.id}/`, event: event.detail_url, name: 'ann',
        email: 'ann@example.org', state: 'registered', registered_at: anyInstant, changed_at: anyInstant,
    }});
    await register(event, 'bob');
    assert.equal((await register(event, 'cid')).body.state, 'waiting');
    assert.equal((await register(event, 'dan')).body.state, 'waiting');
    assertMatches(await calendar.read(`/events/${event.id}/`), having({capacity: 2, registered: 2, waiting: 2}));
    assert.deepEqual(await states(event), ['ann registered', 'bob registered', 'cid waiting', 'dan waiting']);
    assertAnswer(await calendar.patch(ann.body.detail_url, {state: 'cancelled'}), {status: 200, body: having({state: 'cancelled'})});
    assert.deepEqual(await states(event), ['ann cancelled', 'bob registered', 'cid registered', 'dan waiting']);
    assertAnswer(await calendar.patch(ann.body.detail_url, {state: 'registered'}), {status: 200, body: having({id: ann.body.id, state: 'waiting'})});
    assert.deepEqual(await states(event), ['bob registered', 'cid registered', 'dan waiting', 'ann waiting']);
    await calendar.patch(`/events/${event.id}/`, {capacity: 3});
    assert.deepEqual(await states(event), ['bob registered', 'cid registered', 'dan registered', 'ann waiting']);
    await calendar.patch(`/events/${event.id}/`, {capacity: null});
    assertMatches(await calendar.read(`/events/${event.id}/`), having({registered: 4, waiting: 0}));
});

test('one address registers once, in whatever case', async () => {
    const event = await calendar.event();
    await register(event, 'ann');
    assertAnswer(await calendar.post(`/events/${event.id}/attendees/`, {name: 'Ann', email: 'ANN@Example.org'}), {status: 409, body: {detail: /./}});
    assertMatches(await calendar.read(`/events/${event.id}/`), having({registered: 1}));
});

test('of thirty who register at once for ten places ten come', async () => {
    const event = await calendar.event({capacity: 10});
    const answers = await Promise.all(Array.from({length: 30}, (_, i) => register(event, `p${i}`, nobody)));
    assert.deepEqual(answers.map((one) => one.status), answers.map(() => 201));
    assert.equal(answers.filter((one) => one.body.state === 'registered').length, 10);
    assertMatches(await calendar.read(`/events/${event.id}/`), having({registered: 10, waiting: 20}));
});

test('what is no registration is refused', async () => {
    const event = await calendar.event();
    const target = `/events/${event.id}/attendees/`;
    assertAnswer(await calendar.post(target, {}), {status: 400, body: {name: ['This field is required.'], email: ['This field is required.']}});
    for (const email of ['x', '@x.org', 'a@b', 'a b@x.org', 'a@x..org', 'a@b@x.org', `${'x'.repeat(250)}@x.org`, 'a@x.org\r\nBcc: b@x.org'])
        assertAnswer(await calendar.post(target, {name: 'x', email}), {status: 400, body: {email: ['Enter a valid email address.']}});
    assertAnswer(await calendar.post(target, {name: 'x', email: 'a@x.org', age: 5}), {status: 400, body: {age: [/no such field/]}});
    assertAnswer(await calendar.post('/events/999999/attendees/', {name: 'x', email: 'a@x.org'}), {status: 404});
    const cancelled = await calendar.event({status: 'cancelled'});
    assertAnswer(await register(cancelled, 'ann'), {status: 409});
    const ann = (await register(event, 'ann')).body;
    assertAnswer(await calendar.patch(ann.detail_url, {state: 'waiting'}), {status: 400, body: {state: [/registered or cancelled/]}});
    assertAnswer(await calendar.patch(ann.detail_url, {}), {status: 400, body: {state: ['This field is required.']}});
});

test('names and addresses are for who signed in, also in an open calendar', async () => {
    const event = await calendar.event();
    const ann = (await register(event, 'ann', nobody)).body;
    for (const target of [`/events/${event.id}/attendees/`, `/events/${event.id}/attendees.csv`, `/events/${event.id}/attendees/${ann.id}/`])
        assert.equal((await calendar.get(target, nobody)).status, 401, target);
    assert.equal((await calendar.patch(ann.detail_url, {state: 'cancelled'}, nobody)).status, 401);
    assert.equal((await calendar.delete(ann.detail_url, nobody)).status, 401);
    const {text} = await server.get(`/api/v1/events?category=calendar&limit=1000`);
    assert.ok(text.includes('attendee_registered'));
    assert.ok(!text.includes('ann@example.org'), 'the log has no addresses');
});

test('who is erased is gone, and their place is free', async () => {
    const event = await calendar.event({capacity: 1});
    const ann = (await register(event, 'ann')).body;
    await register(event, 'bob');
    assertAnswer(await calendar.delete(ann.detail_url), {status: 204});
    assertAnswer(await calendar.get(ann.detail_url), {status: 404});
    assert.deepEqual(await states(event), ['bob registered']);
    const answers = await calendar.read(`/events/${event.id}/attendees/?state=waiting`);
    assert.equal(answers.count, 0);
});

test('the list of people as CSV, formulas being text', async () => {
    const event = await calendar.event();
    await calendar.post(`/events/${event.id}/attendees/`, {name: '=1+1, "x"', email: 'a@example.org'});
    await register(event, 'bob');
    const answer = await calendar.get(`/events/${event.id}/attendees.csv`);
    assertAnswer(answer, {status: 200, headers: {'content-type': /^text\/csv/, 'content-disposition': /attendees-\d+\.csv/}});
    const lines = answer.text.split('\r\n');
    assert.equal(lines[0], 'name,email,state,registered_at');
    assert.match(lines[1], /^"'=1\+1, ""x""",a@example\.org,registered,20/);
    assert.match(lines[2], /^bob,bob@example\.org,registered,/);
});

test('lists of people have pages and filters', async () => {
    const event = await calendar.event();
    for (const name of ['ann', 'anna', 'bob']) await register(event, name);
    const first = await calendar.read(`/events/${event.id}/attendees/?page_size=2`);
    assert.deepEqual([first.count, first.results.length], [3, 2]);
    assert.deepEqual((await calendar.read(first.next)).results.map((one) => one.name), ['bob']);
    assert.equal((await calendar.read(`/events/${event.id}/attendees/?q=ANN`)).count, 2);
    assertAnswer(await calendar.get(`/events/${event.id}/attendees/?state=x`), {status: 400, body: {state: [/./]}});
});

test('far pages and hostile filters of lists of people do no harm', async () => {
    const event = await calendar.event();
    await register(event, 'ann');
    const target = `/events/${event.id}/attendees/`;
    for (const page of ['2', '10000000', '10000001', '4294967296', '99999999999999999999', '0', '-1', 'x'])
        assertAnswer(await calendar.get(`${target}?page=${page}`), {status: 404, body: {detail: 'Invalid page.'}});
    for (const q of ['%25', '_', "'%20OR%201=1%20--"])
        assertAnswer(await calendar.get(`${target}?q=${q}`), {status: 200, body: having({count: 0, results: []})}, q);
    for (const q of ['%00', 'an%00', '%ff%fe', 'ann%c3', 'x'.repeat(1001)])
        assertAnswer(await calendar.get(`${target}?q=${q}`), {status: 400, body: {q: [/./]}});
});

test('people go with the event', async () => {
    const event = await calendar.event({title: unique('gone')});
    const ann = (await register(event, 'ann')).body;
    await calendar.delete(`/events/${event.id}/`);
    assertAnswer(await calendar.get(ann.detail_url), {status: 404});
});
