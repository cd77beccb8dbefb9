// Changes of the calendar that meet: two editors, a location taken, many at once; and who sees them.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Calendar} from './calendar_client.mjs';
import {Server, useServer, waitFor} from './harness.mjs';
import {anyId, assertAnswer, assertMatches, having, unique} from './scenario.mjs';

const server = useServer();
const calendar = new Calendar(server);
const nobody = {token: null};

test('reading is open, changing is not, unless the calendar is', async () => {
    const event = await calendar.event();
    for (const target of ['/', '/events/', `/events/${event.id}/`, '/locations/', '/updates/', '/events/search/?search_term=x', '/occurrences/'])
        assert.equal((await calendar.get(target, nobody)).status, 200, target);
    const reader = await server.key('admin', {application: unique('reader').replace(' ', '-'), scopes: ['read']});
    for (const [token, status] of [[null, 401], ['0'.repeat(40), 401], [reader, 403]]) {
        const answers = [
            await calendar.post('/events/', {}, {token}), await calendar.patch(`/events/${event.id}/`, {}, {token}),
            await calendar.put(`/events/${event.id}/`, {}, {token}), await calendar.delete(`/events/${event.id}/`, {token}),
            await calendar.post('/locations/', {name: 'x'}, {token}), await calendar.post('/categories/', {name: 'x'}, {token}),
            await calendar.call('POST', '/events/import/', {body: 'x', type: 'text/calendar', token}),
            await calendar.post(`/events/${event.id}/attendees/`, {}, {token}),
        ];
        assert.deepEqual(answers.map((one) => one.status), answers.map(() => status));
    }
    assertAnswer(await calendar.get('/events/', {token: '0'.repeat(40)}), {status: 401}, 'wrong credentials are not passed over');
});

test('of two editors the second is told that the event has changed', async () => {
    const event = await calendar.event();
    const target = `/events/${event.id}/`;
    const {etag} = (await calendar.get(target)).headers;
    const first = await calendar.patch(target, {title: 'Mine'}, {headers: {'if-match': etag}});
    assert.equal(first.status, 200);
    assert.notEqual(first.headers.etag, etag);
    for (const change of [
        () => calendar.patch(target, {title: 'Yours'}, {headers: {'if-match': etag}}),
        () => calendar.put(target, {...event, title: 'Yours'}, {headers: {'if-match': etag}}),
        () => calendar.delete(target, {headers: {'if-match': etag}}),
    ]) assertAnswer(await change(), {status: 412, body: {detail: /changed since you read it/}});
    assert.equal((await calendar.read(target)).title, 'Mine');
    assert.equal((await calendar.patch(target, {title: 'Ours'}, {headers: {'if-match': first.headers.etag}})).status, 200);
    assert.equal((await calendar.patch(target, {title: 'Whose'}, {headers: {'if-match': '*'}})).status, 200);
    const now = (await calendar.get(target)).headers.etag;
    assert.equal((await calendar.patch(target, {title: 'Listed'}, {headers: {'if-match': `${etag}, ${now}`}})).status, 200);
    const later = (await calendar.get(target)).headers.etag;
    assert.equal((await calendar.patch(target, {title: 'Packed'}, {headers: {'if-match': `W/${later}`}})).status, 200, 'a proxy that packs makes tags weak');
    assert.equal((await calendar.patch(target, {title: 'x'}, {headers: {'if-match': `W/${etag}`}})).status, 412);
    assertAnswer(await calendar.patch(target, {title: 'x'}, {headers: {'if-match': '1'}}), {status: 400, body: {'If-Match': [/./]}});
    const location = await calendar.location();
    const tag = (await calendar.get(`/locations/${location.id}/`)).headers.etag;
    assert.equal((await calendar.patch(`/locations/${location.id}/`, {name: 'a'}, {headers: {'if-match': tag}})).status, 200);
    assert.equal((await calendar.patch(`/locations/${location.id}/`, {name: 'b'}, {headers: {'if-match': tag}})).status, 412);
    assert.equal((await calendar.delete(`/locations/${location.id}/`, {headers: {'if-match': tag}})).status, 412);
});

test('of twenty edits at once of one version one wins', async () => {
    const event = await calendar.event();
    const target = `/events/${event.id}/`;
    const {etag} = (await calendar.get(target)).headers;
    const answers = await Promise.all(Array.from({length: 20}, (_, i) =>
        calendar.patch(target, {title: `Edit ${i}`}, {headers: {'if-match': etag}})));
    const won = answers.filter((one) => one.status === 200);
    assert.equal(won.length, 1);
    assert.deepEqual(new Set(answers.map((one) => one.status)), new Set([200, 412]));
    const after = await calendar.read(target);
    assert.equal(after.title, won[0].body.title);
    assert.equal(after.updates.length, 1);
});

test('a location that is taken is told, and both are kept', async () => {
    const room = await calendar.location(unique('room'));
    const first = await calendar.event({title: 'First', location: room.detail_url});
    assert.deepEqual(first.conflicts, []);
    const second = await calendar.event({title: 'Second', location: room.detail_url, start_time: '2026-11-30T10:30:00Z', end_time: '2026-11-30T11:30:00Z'});
    assertMatches(second.conflicts, [{event: first.detail_url, title: 'First', start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T11:00:00Z'}]);
    const next = await calendar.event({location: room.detail_url, start_time: '2026-11-30T11:30:00Z', end_time: '2026-11-30T12:00:00Z'});
    assert.deepEqual(next.conflicts, [], 'one may begin when the other ends');
    const cancelled = await calendar.event({location: room.detail_url, status: 'cancelled'});
    assert.deepEqual(cancelled.conflicts, []);
    const series = await calendar.event({location: room.detail_url, start_time: '2026-11-16T10:00:00Z', end_time: '2026-11-16T10:15:00Z', rrule: 'FREQ=WEEKLY;COUNT=4'});
    assert.deepEqual(series.conflicts.map((one) => one.title), ['First']);
    await calendar.patch(`/events/${first.id}/`, {location: null});
    assert.deepEqual((await calendar.patch(`/events/${second.id}/`, {title: 'Alone'})).body.conflicts, []);
});

test('a location that is taken refuses, where that is set, unless it is forced', async () => {
    const strict = new Server({settings: {'calendar.conflicts': 'refuse', 'calendar.access': 'open'}});
    await strict.start();
    const strictly = new Calendar(strict);
    const room = await strictly.location('Room');
    const first = await strictly.event({title: 'First', location: room.detail_url});
    const event = {title: 'Second', location: room.detail_url, start_time: '2026-11-30T10:30:00Z', end_time: '2026-11-30T11:30:00Z'};
    assertAnswer(await strictly.post('/events/', event), {status: 409, body: {detail: /force=1/, conflicts: [having({event: first.detail_url})]}});
    assert.equal((await strictly.read('/events/')).count, 1);
    const forced = await strictly.post('/events/?force=1', event);
    assertAnswer(forced, {status: 201, body: having({conflicts: [having({event: first.detail_url})]})});
    assertAnswer(await strictly.patch(`/events/${forced.body.id}/`, {start_time: '2026-11-30T10:15:00Z'}), {status: 409});
    assert.equal((await strictly.read(`/events/${forced.body.id}/`)).start_time, '2026-11-30T10:30:00Z');
    assertMatches(await strictly.event({...event, start_time: '2031-01-12T10:00:00Z', end_time: '2031-01-12T11:00:00Z'}), having({conflicts: []}));
    assert.equal((await strictly.post('/events/', {...event, start_time: '2031-01-12T10:30:00Z', end_time: '2031-01-12T11:30:00Z'})).status, 409, 'however far ahead');
    const weekly = await strictly.post('/events/?force=1', {...event, start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T10:20:00Z', rrule: 'FREQ=WEEKLY;COUNT=3'});
    assert.equal(weekly.status, 201);
    const second = `/events/${weekly.body.id}/occurrences/20261207T100000Z/`;
    assert.equal((await strictly.patch(second, {start_time: '2026-12-07T12:00:00Z'})).status, 200, 'what clashed before does not refuse what does not');
    assert.equal((await strictly.patch(second, {start_time: '2026-11-30T10:35:00Z'})).status, 409);
    assertAnswer(await strictly.post('/events/?force=yes', event), {status: 400, body: {force: [/./]}});
    const many = await strictly.post('/events/', [event, {...event, location: null}]);
    assertMatches(many.body, having({created: 1, failed: 1, results: [having({status: 409}), having({status: 201})]}));
    await strict.stop();
});

test('many are created at once, each with its own verdict', async () => {
    const good = {title: 'Good', start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T11:00:00Z'};
    const mixed = await calendar.post('/events/', [good, {...good, title: ''}, 5, {...good, location: '/events_api/v1/locations/999999/'}]);
    assertAnswer(mixed, {status: 207, body: {created: 1, failed: 3, results: [
        {index: 0, status: 201, event: having({id: anyId, title: 'Good'})},
        {index: 1, status: 400, errors: {title: ['This field may not be blank.']}},
        {index: 2, status: 400, errors: {non_field_errors: [/but got int/]}},
        {index: 3, status: 400, errors: {location: ['Invalid hyperlink - Object does not exist.']}},
    ]}});
    assertAnswer(await calendar.post('/events/', Array(50).fill(good)), {status: 201, body: having({created: 50, failed: 0})});
    const daily = Array(14).fill({...good, rrule: 'FREQ=DAILY'});  // more occurrences than one transaction takes
    const series = await calendar.post('/events/', [...daily, {...good, title: ''}, ...daily]);
    assert.deepEqual(series.body.results.map((one) => one.status), [...daily.map(() => 201), 400, ...daily.map(() => 201)]);
    const endless = {title: 'Endless', start_time: '2020-01-01T10:00:00Z', end_time: '2020-01-01T10:01:00Z', rrule: 'FREQ=DAILY'};
    const dear = await calendar.post('/events/', Array(30).fill(endless));
    assert.equal(dear.status, 207);
    assert.ok(dear.body.created > 15 && dear.body.failed > 0, 'so many occurrences are for several requests');
    assertMatches(dear.body.results.at(-1), having({status: 400, errors: {non_field_errors: [/occurrences at once/]}}));
    for (const one of dear.body.results) if (one.event) await calendar.delete(`/events/${one.event.id}/`);
    assertAnswer(await calendar.post('/events/', []), {status: 201, body: {created: 0, failed: 0, results: []}});
    assertAnswer(await calendar.post('/events/', Array(1001).fill(good)), {status: 413});
});

test('each change is an event in the log, once', async () => {
    const room = await calendar.location(unique('logged'));
    const event = await calendar.event({title: unique('Logged'), location: room.detail_url});
    await calendar.patch(`/events/${event.id}/`, {title: 'Later'});
    await calendar.delete(`/events/${event.id}/`);
    const {body} = await server.get('/api/v1/events?category=calendar&order=id&limit=1000');
    const own = body.results.filter((one) => one.data.event === event.id && one.data.uid === event.uid);
    assertMatches(own.map((one) => [one.name, one.data.changed ?? [], one.data.user]), [
        ['event_created', [], 'admin'], ['event_changed', ['title'], 'admin'], ['event_deleted', [], 'admin']]);
    assert.equal(own[0].data.values.title, event.title);
    assert.equal(own[1].data.values.title, 'Later');
    assert.equal(own[0].application, 'eyed-calendar');
    assert.equal(body.results.filter((one) => one.name === 'location_created' && one.data.values?.name === room.name).length, 1);
});

test('a change survives kill -9, and so does its event in the log', async () => {
    const fragile = new Server({settings: {'calendar.access': 'open'}});
    await fragile.start();
    fragile.token = await fragile.user('admin', {superuser: true});
    const fragilely = new Calendar(fragile);
    for (let round = 0; round < 3; round++) {
        const acknowledged = [];
        const writers = Array.from({length: 4}, async () => {
            for (;;) {
                try {
                    acknowledged.push((await fragilely.event({title: unique('Kept')})).id);
                } catch {
                    return;
                }
            }
        });
        await waitFor('some were acknowledged', () => acknowledged.length > 20);
        await fragile.kill();
        await Promise.all(writers);
        await fragile.start();
        const {count} = await fragilely.read('/events/');
        assert.ok(count >= acknowledged.length);
        for (const id of acknowledged) await fragilely.read(`/events/${id}/`);
        const logged = await waitFor('all are in the log', async () => {
            const ids = [];
            for (let cursor = ''; cursor !== null;) {
                const {body} = await fragile.get(`/api/v1/events?category=calendar&name=event_created&limit=1000${cursor && `&cursor=${cursor}`}`);
                ids.push(...body.results.map((one) => one.data.event));
                cursor = body.next;
            }
            return new Set(ids).size === count && ids;
        });
        assert.equal(logged.length, count, 'each once');
    }
    await fragile.stop();
});

test('the history of what was deleted is there for staff alone', async () => {
    const event = await calendar.event({title: 'Gone'});
    await calendar.patch(`/events/${event.id}/`, {title: 'Going'});
    await calendar.delete(`/events/${event.id}/`);
    const {results} = await calendar.read(`/updates/?event=${event.id}`);
    assertMatches(results.map((one) => [one.action, one.user, one.previous_values.title]), [['deleted', 'admin', 'Going'], ['changed', 'admin', 'Gone']]);
    assert.deepEqual((await calendar.get(`/updates/?event=${event.id}`, nobody)).body.results, []);
    assertAnswer(await calendar.get(`/updates/${results[0].id}/`, nobody), {status: 404});
    const sender = {token: await server.key('admin', {scopes: ['ingest']})};
    assert.deepEqual((await calendar.get(`/updates/?event=${event.id}`, sender)).body.results, [], 'nor for a key that may not read');
    const member = {token: await server.user(unique('member').replace(' ', '-'))};
    assertAnswer(await calendar.get(`/updates/${results[0].id}/`, member), {status: 404});
    assertAnswer(await calendar.get(`/updates/${results[0].id}/`), {status: 200});
});

test('a long history does not make long answers', async () => {
    const event = await calendar.event({title: unique('Long')});
    const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    for (const letter of letters) await calendar.patch(`/events/${event.id}/`, {description: letter + 'ä'.repeat(19_000)});
    const mebibyte = 1024 * 1024;
    const alone = await calendar.get(`/events/${event.id}/`);
    const {updates} = alone.body;
    assert.ok(Buffer.byteLength(alone.text) < 1.2 * mebibyte);
    assert.ok(updates.length > 20 && updates.length < letters.length);
    assert.deepEqual(updates.slice(0, 3).map((one) => one.previous_values.description[0]), ['8', '7', '6'], 'the newest');
    const listed = (await calendar.read(`/events/search/?search_term=${encodeURIComponent(event.title)}`))[0];
    assert.deepEqual(listed.updates, updates.slice(0, 10));
    for (let i = 0; i < 9; i++) await calendar.event({title: event.title});
    const among = (await calendar.read(`/events/?q=${encodeURIComponent(event.title)}`)).results.find((one) => one.id === event.id);
    assert.deepEqual(among.updates, updates.slice(0, 10));
    const all = await calendar.read(`/updates/?event=${event.id}&page_size=100`);
    assert.equal(all.count, letters.length);
    assert.deepEqual(all.results.slice(0, updates.length), updates);
});

test('of single occurrences a line of history has those that were changed', async () => {
    const series = await calendar.event({rrule: 'FREQ=DAILY;COUNT=3'});
    const at = (day) => `/events/${series.id}/occurrences/202611${day}T100000Z/`;
    for (const [day, title] of [['30', 'First'], ['30', 'Second']]) assert.equal((await calendar.patch(at(day), {title})).status, 200);
    await calendar.patch(`/events/${series.id}/`, {title: 'Whole'});
    const {results} = await calendar.read(`/updates/?event=${series.id}`);
    assert.deepEqual(results.map((one) => one.previous_values.changes.map((change) => change.title)), [[], ['First'], []]);
});

test('links keep to what a trusted proxy says of its client', async () => {
    const behind = new Server({settings: {'http.trusted_proxies': '127.0.0.0/8, ::1'}});
    await behind.start();
    const headers = {'x-forwarded-proto': 'https', 'x-forwarded-host': 'events.example', 'x-forwarded-for': '203.0.113.9'};
    const {body} = await behind.get('/events_api/v1/', {headers});
    assert.equal(body.events, 'https://events.example/events_api/v1/events/');
    const hostile = await behind.get('/events_api/v1/', {headers: {...headers, 'x-forwarded-host': 'a"><script>'}});
    assert.equal(hostile.body.events, `https://${behind.host}:${behind.port}/events_api/v1/events/`);
    await behind.stop();
});
