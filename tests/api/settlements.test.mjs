// What becomes of refusals: the summary, replay, discard, and the receipt of an event.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {gzipSync} from 'node:zlib';

import {Browser} from './browser.mjs';
import {answerFault, operations} from './contract.mjs';
import {runOn, useServer} from './harness.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, problem, scenarios, theEvent, unique} from './scenario.mjs';

const keys = {};
const server = useServer({prepare: async () => {
    for (const name of ['shop', 'rival']) keys[name] = await server.user(name);
}});

// An answer to `method path`, which must be as the contract describes it.
async function ask(method, path, target, options) {
    const answer = await server.call(method, target, options);
    const operation = operations.find((one) => one.method === method && one.path === path);
    assert.equal(answerFault(operation, answer), undefined);
    return answer;
}
const replay = (json, options = {}) => ask('POST', '/api/v1/rejections/replay', '/api/v1/rejections/replay', {json, ...options});
const discard = (json, options = {}) => ask('POST', '/api/v1/rejections/discard', '/api/v1/rejections/discard', {json, ...options});
const receipt = (id, query = '', options = {}) =>
    ask('GET', '/api/v1/receipts/{event_id}', `/api/v1/receipts/${encodeURIComponent(id)}${query}`, options);
const summary = (parameters) =>
    ask('GET', '/api/v1/rejections/summary', `/api/v1/rejections/summary?${new URLSearchParams(parameters)}`);

async function send(events, token = server.token) {
    const answer = await server.post('/api/v1/events', {token, json: events.map((e) => ({category: 'order', ...e}))});
    assert.ok([200, 207].includes(answer.status), answer.text);
    return answer.body.results;
}
async function rejections(parameters) {
    const answer = await server.get(`/api/v1/rejections?${new URLSearchParams({order: 'id', ...parameters})}`);
    assertAnswer(answer, {status: 200});
    return answer.body.results;
}
const eventsOf = async (name) => (await server.get(`/api/v1/events?order=id&name=${encodeURIComponent(name)}`)).body.results;

let browser;
async function setExample(name, example) {
    if (!browser) {
        browser = new Browser(server);
        assertAnswer(await browser.login('admin', server.passwords.admin), {status: 200});
    }
    await browser.setExample(name, example);
}

// A type that asks for `total`, and refusals of what lacks it.
async function refused(events, token) {
    const name = unique('order');
    await send([{name}]);
    await setExample(name, '{"total": 1}');
    if (events.length) await send(events.map((event) => ({name, ...event})), token);
    return name;
}

test('a refusal says all that is known of it, and what became of it', async () => {
    const name = await refused([{data: {sum: 1}, event_id: unique('e')}]);
    const [open] = await rejections({name});
    assertMatches(open, having({state: 'open', event: null, settled_at: null, settled_by: null, target: null, event_id: /^e /}));
    await setExample(name, '');
    const {body} = await replay({ids: [open.id]});
    assertMatches(body, {dry_run: false, examined: 1, accepted: 1, duplicates: 0, refused: 0, skipped: 0, reasons: [], next: null});
    const [settled] = await rejections({name});
    const [, event] = await eventsOf(name);
    assertMatches(settled, having({state: 'replayed', event: event.id, settled_at: anyInstant, settled_by: anyId, payload: open.payload}));
    assertMatches(event, having({replays: open.id, received_at: open.received_at, timestamp: open.received_at, data: {sum: 1}}));
    assert.ok((await server.get('/errors/?limit=1000')).body.some(({id}) => id === open.id), 'the seed shows it still');
});

test('a replay takes each in once, and leaves open what is still wrong', async () => {
    const name = await refused([{data: {a: 1}}, {data: {total: 'x'}}, {data: {total: 2, more: 1}}]);
    await setExample(name, '{"a": 1}');
    const {body} = await replay({name});
    assertMatches(body, having({examined: 3, accepted: 1, refused: 2, reasons: [{reason: 'structure_unexpected', count: 2, example_id: anyId}]}));
    assertMatches((await replay({name})).body, having({examined: 2, accepted: 0, refused: 2}));
    assert.deepEqual((await rejections({name})).map(({state}) => state), ['replayed', 'open', 'open']);
    assert.equal((await eventsOf(name)).length, 2);
});

test('a dry run changes nothing', async () => {
    const name = await refused([{data: {a: 1}}, {data: {b: 1}}]);
    await setExample(name, '{"a": 1}');
    assertMatches((await replay({name, dry_run: true})).body, having({dry_run: true, examined: 2, accepted: 1, refused: 1}));
    assert.deepEqual((await rejections({name})).map(({state}) => state), ['open', 'open']);
    assert.equal((await eventsOf(name)).length, 1);
});

test('an event that came right meanwhile settles its refusal as a duplicate', async () => {
    const event_id = unique('e');
    const name = await refused([{data: {}, event_id}]);
    const [{id}] = await send([{name, data: {total: 1}, event_id}]);
    await setExample(name, '');
    assertMatches((await replay({name, dry_run: true})).body, having({accepted: 0, duplicates: 1}));
    assertMatches((await replay({name})).body, having({accepted: 0, duplicates: 1}));
    assertMatches((await rejections({name}))[0], having({state: 'duplicate', event: id}));
});

test('a replay reads each in its own dialect, and skips refused changes', async () => {
    const name = await refused([]);
    const early = await server.post('/events/', {json: theEvent({category: 'order', name, data: {x: 1}})});
    assertAnswer(early, {status: 400});
    const [{id}] = await eventsOf(name);
    assertAnswer(await server.patch(`/api/v1/events/${id}`, {json: {data: {y: 1}}}), {status: 400});
    assertMatches((await rejections({name}))[1], having({target: id}));
    await setExample(name, '');
    assertMatches((await replay({name})).body, having({examined: 2, accepted: 1, skipped: 1, refused: 0}));
    assertMatches((await eventsOf(name))[1], having({dialect: 'the_eye', session_id: theEvent().session_id, data: {x: 1}}));
});

test('what is not JSON stays refused', async () => {
    const before = Math.max(0, ...(await rejections({limit: 1, order: '-id'})).map(({id}) => id));
    assertAnswer(await server.post('/api/v1/events', {body: '{"category": ', type: 'application/json'}), {status: 400});
    assertMatches((await replay({min_id: before + 1})).body,
        having({examined: 1, refused: 1, reasons: [{reason: 'malformed', count: 1, example_id: before + 1}]}));
    assert.equal((await rejections({min_id: before + 1})).length, 1, 'and is not recorded again');
});

test('an order is done in parts, by its cursor', async () => {
    const name = await refused(Array(5).fill({data: {}}));
    await setExample(name, '');
    const first = (await replay({name, limit: 2})).body;
    assertMatches(first, having({examined: 2, accepted: 2, next: /./}));
    const rest = (await replay({name, limit: 100, cursor: first.next})).body;
    assertMatches(rest, having({examined: 3, accepted: 3, next: null}));
    const list = await server.get(`/api/v1/rejections?name=${encodeURIComponent(name)}&cursor=${first.next}`);
    assertAnswer(list, problem(400, {errors: [having({field: 'cursor', message: 'This cursor is of another order.'})]}));
});

test('discarded refusals stay readable, and are not replayed', async () => {
    const name = await refused([{data: {}}, {data: {a: 1}}, {data: {b: 1}}]);
    const [{id}] = await rejections({name});
    assertMatches((await discard({ids: [id]})).body, {discarded: 1, next: null});
    assertMatches((await discard({name, limit: 1})).body, {discarded: 1, next: /./});
    assertMatches((await discard({ids: [id]})).body, {discarded: 0, next: null});
    await setExample(name, '');
    assertMatches((await replay({name})).body, having({examined: 1, accepted: 1}));
    const rows = await rejections({name});
    assert.deepEqual(rows.map(({state}) => state), ['discarded', 'discarded', 'replayed']);
    assertMatches(rows[0], having({settled_at: anyInstant, settled_by: anyId, event: null, payload: having({data: {}})}));
    assert.deepEqual((await rejections({name, state: 'discarded'})).length, 2);
});

test('a key settles the refusals of its own application alone', async () => {
    const name = await refused([{data: {}}], keys.rival);
    const [{id}] = await rejections({name});
    await setExample(name, '');
    assertMatches((await replay({ids: [id]}, {token: keys.shop})).body, having({examined: 0}));
    assertMatches((await discard({all: true}, {token: keys.shop})).body, having({discarded: 0}));
    assertAnswer(await replay({application: 'rival'}, {token: keys.shop}), problem(403));
    assertMatches((await replay({ids: [id]}, {token: keys.rival})).body, having({accepted: 1}));
    assertMatches((await eventsOf(name))[1], having({application: 'rival'}));
});

test('a refusal that was sent with an event_id of another application is no duplicate', async () => {
    const event_id = unique('e');
    const name = await refused([{data: {}, event_id}], keys.rival);
    await send([{name, data: {total: 1}, event_id}]);
    await setExample(name, '');
    assertMatches((await replay({name})).body, having({accepted: 1, duplicates: 0}));
});

test('settled refusals stay so over a restart', async () => {
    const name = await refused([{data: {}}, {data: {}}]);
    const [{id}] = await rejections({name});
    await discard({ids: [id]});
    await setExample(name, '');
    await replay({name});
    await server.restart();
    browser = undefined;
    assert.deepEqual((await rejections({name})).map(({state}) => state), ['discarded', 'replayed']);
    assertMatches((await replay({name})).body, having({examined: 0}));
});

test('the summary groups by reason and type, and counts over time', async () => {
    const name = await refused([{data: {}}, {data: {}}, {data: {total: 'x'}}]);
    const [first, second, third] = await rejections({name});
    await discard({ids: [first.id]});
    const {body} = await summary({name});
    assertMatches(body, {
        rejections: 3, open: 2, bucket: 'minute', truncated: false, counts: (counts) => counts.reduce((sum, {rejections}) => sum + rejections, 0) === 3,
        groups: [
            {reason: 'structure_missing', category: 'order', name, rejections: 2, open: 1, first: first.received_at, last: second.received_at, example_id: second.id},
            {reason: 'structure_type', category: 'order', name, rejections: 1, open: 1, first: third.received_at, last: third.received_at, example_id: third.id},
        ],
    });
    assertMatches((await summary({name, limit: 1, bucket: 'day'})).body, having({truncated: true, bucket: 'day', groups: (g) => g.length === 1}));
    assertMatches((await summary({name, state: 'discarded'})).body, having({rejections: 1, open: 0}));
    assertMatches((await summary({name: unique()})).body, having({rejections: 0, groups: [], counts: []}));
    assertMatches((await summary({name, application: 'shop'})).body, having({rejections: 0}));
});

test('refusals are selected by each of their filters', async () => {
    const event_id = unique('e');
    const name = await refused([{data: {}, event_id}, {data: {total: 'x'}}]);
    const [one, two] = await rejections({name});
    const ids = async (parameters) => (await rejections({name, ...parameters})).map(({id}) => id);
    assert.deepEqual(await ids({}), [one.id, two.id]);
    assert.deepEqual(await ids({order: '-id'}), [two.id, one.id]);
    assert.deepEqual(await ids({event_id}), [one.id]);
    assert.deepEqual(await ids({reason: 'structure_type'}), [two.id]);
    assert.deepEqual(await ids({q: two.message.slice(3, 12).toUpperCase(), reason: 'structure_type'}), [two.id]);
    assert.deepEqual(await ids({q: 'no such text'}), []);
    assert.deepEqual(await ids({dialect: 'the_eye'}), []);
    assert.deepEqual(await ids({dialect: 'native', state: 'open', min_id: two.id}), [two.id]);
    assert.deepEqual(await ids({max_id: one.id}), [one.id]);
    assert.deepEqual(await ids({key: one.key ?? 0}), one.key ? [one.id, two.id] : []);
    assert.deepEqual(await ids({type_version: 77}), []);
});

const fault = (field, message) => problem(400, {errors: [having({field, message})]});
const order = (json) => ['POST', '/api/v1/rejections/replay', {json}];
scenarios(server, [
    {name: 'a state there is not', send: ['GET', '/api/v1/rejections?state=gone'], ...fault('state', 'There is no such state.')},
    {name: 'a dialect there is not', send: ['GET', '/api/v1/rejections?dialect=x'], ...fault('dialect', 'There is no such dialect.')},
    {name: 'a reason there is not', send: ['GET', '/api/v1/rejections?reason=x'], ...fault('reason', 'There is no such reason.')},
    {name: 'an order there is not', send: ['GET', '/api/v1/rejections?order=name'], ...fault('order', 'The order must be id or -id.')},
    {name: 'an empty text', send: ['GET', '/api/v1/rejections?q='], ...fault('q', 'This text is empty.')},
    {name: 'a long text', send: ['GET', `/api/v1/rejections?q=${'x'.repeat(201)}`], ...fault('q', 'This text has over 200 bytes.')},
    {name: 'a version beyond all', send: ['GET', '/api/v1/rejections?type_version=4294967296'], ...fault('type_version', 'Ensure this value is less than or equal to 4294967295.')},
    {name: 'a bucket there is not', send: ['GET', '/api/v1/rejections/summary?bucket=year'], ...fault('bucket', 'The bucket must be minute, hour or day.')},
    {name: 'a body that is no object', send: order([]), ...problem(400, {detail: 'The body must be a JSON object.'})},
    {name: 'a body that is no JSON', send: ['POST', '/api/v1/rejections/replay', {body: '{', type: 'application/json'}], ...problem(400, {detail: /^The body is not JSON/})},
    {name: 'a field there is not', send: order({colour: 1}), ...fault('colour', 'There is no such field.')},
    {name: 'a state in an order', send: order({state: 'open'}), ...fault('state', 'There is no such field.')},
    {name: 'a text that is a number', send: order({name: 5}), ...fault('name', 'Not a valid string.')},
    {name: 'a number that is a text', send: order({min_id: '5'}), ...fault('min_id', 'A valid integer is required.')},
    {name: 'a limit of none', send: order({limit: 0}), ...fault('limit', 'Ensure this value is greater than or equal to 1.')},
    {name: 'a limit over all', send: order({limit: 10_001}), ...fault('limit', 'Ensure this value is less than or equal to 10000.')},
    {name: 'no ids', send: order({ids: []}), ...fault('ids', 'This array is empty.')},
    {name: 'too many ids', send: order({ids: Array(10_001).fill(1)}), ...fault('ids', 'There are more than 10000 ids.')},
    {name: 'ids that are none', send: order({ids: [1, 'x']}), ...fault('ids', 'Each id is a whole number of 1 or more.')},
    {name: 'ids of halves', send: order({ids: [1.5]}), ...fault('ids', 'Each id is a whole number of 1 or more.')},
    {name: 'an id that is an object', send: order({ids: {}}), ...fault('ids', 'Expected an array of numbers.')},
    {name: 'a dry run that is a text', send: order({dry_run: 'yes'}), ...fault('dry_run', 'Must be a valid boolean.')},
    {name: 'a cursor of nothing', send: order({cursor: 'x'}), ...fault('cursor', 'This is not a cursor of this list.')},
    {name: 'all that is wrong, at once', send: order({name: 5, reason: 'x', colour: 1}), ...problem(400, {errors: (all) => all.length === 3})},
    {name: 'a discard of nothing said', send: ['POST', '/api/v1/rejections/discard', {json: {}}], ...fault('all', 'Give a filter, or true here to discard every open refusal.')},
    {name: 'a discard by a limit alone', send: ['POST', '/api/v1/rejections/discard', {json: {limit: 5}}], ...fault('all', 'Give a filter, or true here to discard every open refusal.')},
    {name: 'a discard of all and of some', send: ['POST', '/api/v1/rejections/discard', {json: {all: true, name: 'n'}}], ...fault('all', 'All are meant, and a filter is given: leave one of them out.')},
    {name: 'a dry run of a discard', send: ['POST', '/api/v1/rejections/discard', {json: {dry_run: true, name: 'n'}}], ...fault('dry_run', 'There is no such field.')},
    {name: 'a receipt of nothing known', send: ['GET', '/api/v1/receipts/never%20sent'], ...problem(404)},
    {name: 'a receipt with a parameter there is not', send: ['GET', '/api/v1/receipts/x?name=y'], ...fault('name', 'There is no such parameter.')},
    {name: 'a receipt of an application there is not', send: ['GET', '/api/v1/receipts/x?application=nobody'], ...problem(404)},
    {name: 'a receipt of another application', send: () => ['GET', '/api/v1/receipts/x?application=rival', {token: keys.shop}], ...problem(403)},
    {name: 'a receipt of a long id', send: ['GET', `/api/v1/receipts/${'x'.repeat(600)}`], ...problem(404)},
]);

test('an order is no longer than its most ids, packed or not', async () => {
    const most = `{"ids": [${Array(10_000).fill(10n ** 18n - 1n)}]}`;
    const over = most + ' '.repeat(100_000);
    for (const act of ['replay', 'discard']) {
        const path = `/api/v1/rejections/${act}`;
        for (const [body, status] of [[most, 200], [over, 413]]) {
            assertAnswer(await ask('POST', path, path, {body, type: 'application/json'}), {status});
            const packed = {body: gzipSync(body), type: 'application/json', headers: {'content-encoding': 'gzip'}};
            assertAnswer(await ask('POST', path, path, packed), {status});
        }
    }
});

test('a key that reads all is told that it may not settle all', async () => {
    const {body: {id}} = await server.post('/api/v1/applications', {json: {name: 'kiosk', reads_all: true}});
    assert.ok(id);
    const token = await server.key('admin', {application: 'kiosk', scopes: ['read', 'manage']});
    assertAnswer(await replay({application: 'shop'}, {token}), problem(403, {detail: /reads the application “shop” and may not settle for it/}));
    assertAnswer(await replay({application: 'nobody'}, {token}), problem(403, {detail: /does not read the application “nobody”/}));
    assertAnswer(await replay({application: 'kiosk'}, {token}), {status: 200});
    assertAnswer(await replay({application: 'rival'}, {token: keys.shop}), problem(403, {detail: /does not read/}));
});

test('a member given twice is refused', async () => {
    const body = '{"name": "a", "name": "b"}';
    const path = '/api/v1/rejections/discard';
    assertAnswer(await ask('POST', path, path, {body, type: 'application/json'}), fault('name', 'This field is given twice.'));
});

test('the receipt of a stored event counts what came again', async () => {
    const event_id = unique('e');
    const name = unique();
    const [{id}] = await send([{name, event_id}]);
    const first = await receipt(event_id);
    const [event] = await eventsOf(name);
    assertAnswer(first, {status: 200, body: {
        event_id, application: 'admin', state: 'stored', stored: true, id, received_at: event.received_at,
        duplicates: {count: 0, last_at: null, since: anyInstant}, rejections: [],
        history: [{at: event.received_at, what: 'accepted', event: id, rejection: null}], forwarding: [],
    }});
    await send([{name, event_id}, {name, event_id}]);
    assertMatches((await receipt(event_id)).body, having({
        duplicates: having({count: 2, last_at: anyInstant}),
        history: [having({what: 'accepted'}), {at: anyInstant, what: 'duplicate', event: id, rejection: null}],
    }));
});

test('the receipt of a refused event tells why, and then that it was taken in', async () => {
    const event_id = unique('ü/%');
    const name = await refused([{data: {}, event_id}]);
    const [{id, message, received_at}] = await rejections({name});
    assertMatches((await receipt(event_id)).body, having({
        state: 'rejected', stored: false, id: null, received_at,
        rejections: [{id, reason: 'structure_missing', message, pointer: '/data/total', received_at, state: 'open', event: null}],
        history: [{at: received_at, what: 'rejected', event: null, rejection: id}],
    }));
    await setExample(name, '');
    await replay({name});
    const [, event] = await eventsOf(name);
    assertMatches((await receipt(event_id)).body, having({
        state: 'stored', stored: true, id: event.id, received_at,
        rejections: [having({state: 'replayed', event: event.id})],
        history: [having({what: 'rejected'}), {at: anyInstant, what: 'replayed', event: event.id, rejection: id}],
    }));
});

test('the receipt of an erased event says so', async () => {
    const event_id = unique('e');
    const [{id}] = await send([{name: unique(), event_id}]);
    assertAnswer(await server.delete(`/api/v1/events/${id}`), {status: 204});
    assertMatches((await receipt(event_id)).body, having({state: 'erased', stored: false, id, received_at: null, history: []}));
});

test('the receipt of an id that several applications sent asks which is meant', async () => {
    const event_id = unique('e');
    const [{id: shops}] = await send([{name: 'n', event_id}], keys.shop);
    assertMatches((await receipt(event_id)).body, having({application: 'shop', id: shops}));
    const [{id: rivals}] = await send([{name: 'n', event_id}], keys.rival);
    assertAnswer(await receipt(event_id), problem(400, {detail: /name one as `application`/}));
    assertMatches((await receipt(event_id, '?application=rival')).body, having({application: 'rival', id: rivals}));
    assertMatches((await receipt(event_id, '', {token: keys.shop})).body, having({application: 'shop', id: shops}));
});

test('another application has no receipt of it', async () => {
    const event_id = unique('e');
    await send([{name: 'n', event_id}], keys.shop);
    assertAnswer(await receipt(event_id, '', {token: keys.rival}), problem(404));
});

const cli = (...args) => runOn(server.data, ['rejections', ...args, '--url', server.origin, '--token', server.token]);

test('the command line lists, sums up, replays and discards', async () => {
    const name = await refused([{data: {a: 1}}, {data: {}}, {data: {}}]);
    const all = await rejections({name});
    const listed = (await cli('list', '--name', name, '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(listed, all.toReversed());
    assert.equal((await cli('list', '--name', name, '--quiet', '--limit', '1')).stdout, `${all[2].id}\n`);
    assert.match((await cli('list', '--name', name)).stdout, /^ID .*MESSAGE\n(.*structure_missing.*\n){2}.*structure_unexpected.*\n$/);
    assert.match((await cli('summary', '--name', name)).stdout, /^3 refusals, 3 of them open\.\nREASON .*\nstructure_missing .*\nstructure_unexpected .*\n$/);
    assert.equal((await cli('summary', '--name', name, '--quiet')).stdout, '3\n');
    assert.equal(JSON.parse((await cli('summary', '--name', name, '--json')).stdout).open, 3);

    await setExample(name, '{"a": 1}');
    const dry = JSON.parse((await cli('replay', '--name', name, '--dry-run', '--json')).stdout);
    assertMatches(dry, {dry_run: true, examined: 3, accepted: 1, duplicates: 0, refused: 2, skipped: 0,
        reasons: [{reason: 'structure_missing', count: 2, example_id: all[1].id}]});
    const real = await cli('replay', '--name', name);
    assert.match(real.stdout, new RegExp(`^3 refusals: 1 taken in, 0 duplicates, 2 still refused, 0 skipped\\.\n  2 structure_missing, such as rejection ${all[1].id}\n$`));
    assert.equal((await cli('discard', '--id', String(all[1].id), '--json')).stdout, '{"discarded":1}\n');
    assert.equal((await cli('discard', '--name', name, '--yes')).stdout, 'Discarded 1 refusals.\n');
    assert.deepEqual((await rejections({name})).map(({state}) => state), ['replayed', 'discarded', 'discarded']);
});

test('the command line shows deep payloads and no terminal\'s orders', async () => {
    const deep = JSON.parse(`${'['.repeat(50)}${']'.repeat(50)}`);
    const name = await refused([]);
    const hostile = `${name} \u001b[31m\u009b`;
    await setExample(name, '{"total": 1}');
    await send([{name, data: {deep}}]);
    await send([{name: hostile, data: {total: 1}}]);
    const [row] = (await cli('list', '--name', name, '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(row.payload.data.deep, deep);
    const listed = await runOn(server.data, ['type', 'list', '--search', name, '--url', server.origin, '--token', server.token]);
    assert.match(listed.stdout, /\\u001b\[31m\\u009b/);
    assert.doesNotMatch(listed.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('the command line goes over as many pages as there are', async () => {
    const name = await refused(Array(2300).fill({data: {}}));
    assert.equal((await cli('list', '--name', name, '--quiet', '--limit', '1500')).stdout.trim().split('\n').length, 1500);
    assert.equal((await cli('discard', '--name', name, '--limit', '1100', '--quiet')).stdout, '1100\n');
    await setExample(name, '');
    assert.equal((await cli('replay', '--name', name, '--quiet')).stdout, '1200\n');
    assert.equal((await eventsOf(name)).length, 100, 'a page of them');
});

test('the command line says what is wrong', async () => {
    const wrong = async (args, code, says) => {
        const ended = await runOn(server.data, ['rejections', ...args], {code});
        assert.match(ended.stderr, says);
    };
    const remote = ['--url', server.origin, '--token', server.token];
    await wrong(['list'], 2, /--url/);
    await wrong(['discard', ...remote], 2, /give a filter, or --all/);
    await wrong(['discard', '--all', '--name', 'n', ...remote], 2, /--all goes with no filter/);
    await wrong(['replay', '--reason', 'x', ...remote], 2, /There is no such reason/);
    await wrong(['list', '--url', server.origin, '--token', 'a'.repeat(40)], 1, /401/);
    await wrong(['list', '--url', 'http://127.0.0.1:1', '--token', 'x'], 1, /does not answer/);
});

test('metrics tell how many are open, replayed and discarded', async () => {
    const {text} = await server.get('/metrics');
    for (const name of ['eyed_rejections_open', 'eyed_rejections_replayed_total', 'eyed_rejections_discarded_total']) {
        assert.match(text, new RegExp(`^# HELP ${name} .+$`, 'm'));
        assert.match(text, new RegExp(`^${name} \\d+$`, 'm'));
    }
});
