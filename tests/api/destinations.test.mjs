// Where deliveries go: made, changed, paused, tried and removed by staff.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Forwarding, loopback, root} from './delivery_client.mjs';
import {useServer, waitFor} from './harness.mjs';
import {answer, hang, isSignedBy, usePeer} from './peer.mjs';
import {anyId, anyInstant, assertAnswer, assertMatches, having, problem, scenarios, unique} from './scenario.mjs';

const peer = await usePeer();
const server = useServer({settings: loopback});
const forwarding = new Forwarding(server, peer);
const secretForm = /^whsec_[A-Za-z0-9+/]+=*$/;

const fields = (more = {}) => ({name: unique('hook'), url: peer.url('/x'), categories: ['none'], ...more});
const refused = (field, more = {}) => problem(400, {errors: (errors) => errors.some((one) => one.field === field), ...more});

test('a new destination has defaults, and shows its secret this once', async () => {
    const name = unique('plain');
    const made = await forwarding.post('/destinations', {name, url: peer.url('/plain')});
    assertAnswer(made, {status: 201, headers: {etag: '"1"', 'cache-control': 'no-store'}, body: {
        id: anyId, kind: 'webhook', name, url: peer.url('/plain'), method: 'POST', headers: {}, content_type: 'application/json',
        body_template: '', success: '2xx', unknown: '', signed: true, timeout: '15s', rate_per_second: 0, concurrency: 10,
        ordering: 'free', schedule: ['5s', '5m', '30m', '2h', '5h', '10h', '10h'], on_unknown: 'repeat', lookup_url: '',
        lookup_delay: '1m', breaker_failures: 20, categories: [], names: [], applications: [], data: [], state: 'active',
        reason: '', failures: 0, open_until: null, deliveries: {open: 0, dead: 0, next_at: null}, behind: (n) => n >= 0, missed: 0,
        created_at: anyInstant, updated_at: anyInstant, secret: secretForm,
    }});
    const {secret, ...rest} = made.body;
    const shown = await forwarding.get(`/destinations/${made.body.id}`);
    assertMatches(shown.body, {...rest, behind: (n) => n >= 0});
    assert.ok(!shown.text.includes(secret));
    assert.ok(!(await forwarding.get('/destinations')).text.includes('whsec_'));
    assert.equal((await forwarding.delete(`/destinations/${made.body.id}`)).status, 204);
});

test('all that can be said of one is kept, and header values are hidden', async () => {
    const all = {
        name: unique('full'), url: peer.url('/full?a=b'), method: 'PUT', headers: {'X-Tenant': 'north', Authorization: 'Bearer hidden'},
        content_type: 'application/vnd.x+json', body_template: '{"n": {{/data/n}}}', success: '200-204,304', unknown: '502,504',
        signed: false, timeout: '250ms', rate_per_second: 7, concurrency: 3, ordering: 'by_key', schedule: ['1s', '2m'],
        on_unknown: 'look_up', lookup_url: peer.url('/lookup/{id}'), lookup_delay: '2s', breaker_failures: 0,
        categories: ['a', 'b'], names: ['c'], applications: ['admin'],
        data: [{pointer: '/deep/er', equals: {x: [1, null]}}, {pointer: '/there'}, {pointer: '/null', equals: null}],
    };
    const {body: made} = await forwarding.post('/destinations', all);
    assertMatches(made, having({...all, url: peer.url('/full?a=***'), headers: {'X-Tenant': '***', Authorization: '***'}}));
    const {text} = await server.get(`${root}/destinations/${made.id}`);
    assert.ok(!text.includes('north') && !text.includes('hidden'));
    assert.equal((await forwarding.delete(`/destinations/${made.id}`)).status, 204);
});

scenarios(server, [
    {name: 'a name and a URL are needed', send: ['POST', `${root}/destinations`, {json: {}}],
        ...problem(400, {errors: (errors) => errors.map((one) => one.field).sort().join() === 'name,url'})},
    {name: 'what nobody knows is refused', send: ['POST', `${root}/destinations`, {json: fields({kind: 'cashback', colour: 'red'})}],
        ...problem(400, {errors: (errors) => errors.map((one) => one.field).sort().join() === 'colour,kind'})},
    ...[
        ['name', ''], ['name', 'x'.repeat(76)], ['url', 'ftp://example.org/'], ['url', 'example.org'], ['url', 'http://u:p@example.org/'],
        ['url', 'file:///etc/passwd'], ['url', 'http://example.org/#part'], ['url', ''], ['method', 'GET'], ['method', 'DELETE'],
        ['headers', {'X Y': 'z'}], ['headers', {'X-Y': 'a\nb: c'}], ['headers', {Host: 'elsewhere'}], ['headers', {'Content-Length': '5'}],
        ['headers', {'webhook-id': 'mine'}], ['headers', ['X-Y']], ['headers', null], ['headers', {'X-Y': 5}],
        ['content_type', 'a\r\nb'], ['body_template', '{"a": {{/x}'], ['body_template', '{{x}}'], ['body_template', `"${'x'.repeat(17000)}"`],
        ['success', '9xx'], ['success', ''], ['success', '299-200'], ['unknown', 'often'], ['signed', 'yes'], ['timeout', 'soon'],
        ['timeout', '0'], ['timeout', '1h'], ['timeout', 15], ['rate_per_second', -1], ['concurrency', 0], ['concurrency', 1001],
        ['ordering', 'random'], ['schedule', ['5s', 'later']], ['schedule', ['500ms']], ['schedule', Array(51).fill('1s')],
        ['schedule', ['8d']], ['on_unknown', 'forget'], ['lookup_url', 'ftp://x/'], ['lookup_delay', '1500ms'], ['breaker_failures', 1.5],
        ['categories', 'a'], ['applications', ['nobody has this one']], ['data', [{}]], ['data', [{pointer: 'x'}]],
        ['data', [{pointer: '/x', is: 1}]], ['data', ['/x']], ['start', 'yesterday'], ['secret', 'whsec_short'], ['secret', 'plain'],
    ].map(([field, value]) => ({
        name: `${field} ${JSON.stringify(value).slice(0, 40)} is refused by name`,
        send: ['POST', `${root}/destinations`, {json: fields({[field]: value})}], ...refused(field),
    })),
    {name: 'asking for outcomes needs a URL to ask', send: ['POST', `${root}/destinations`, {json: fields({on_unknown: 'look_up'})}],
        ...refused('lookup_url')},
    {name: 'a header given twice is refused', send: ['POST', `${root}/destinations`,
        {body: `{"name": "twice", "url": "${peer.url('/x')}", "headers": {"A": "1", "A": "2"}}`, type: 'application/json'}], ...refused('headers')},
    {name: 'a body that is no JSON is refused', send: ['POST', `${root}/destinations`, {body: 'name=x', type: 'text/plain'}], ...problem(415)},
    {name: 'one that is not there', send: ['GET', `${root}/destinations/999999`], ...problem(404, {code: 'not_found'})},
    {name: 'a number that is none', send: ['GET', `${root}/destinations/x`], ...problem(404)},
    {name: 'a list has its own parameters', send: ['GET', `${root}/destinations?state=gone&colour=red`],
        ...problem(400, {errors: (errors) => errors.length === 2})},
]);

// Addresses that nobody may have us ask; what stands for one in another spelling included.
const forbidden = [
    'http://10.0.0.1/', 'http://172.16.5.5/', 'http://192.168.1.1/', 'http://169.254.169.254/latest/meta-data', 'http://100.64.0.1/',
    'http://0.0.0.0/', 'http://0/', 'http://167772161/', 'http://0xa000001/', 'http://012.0.0.1/', 'http://10.1/', 'http://[::]/',
    'http://[fe80::1]/', 'http://[fd00::1]/', 'http://[::ffff:10.0.0.1]/', 'http://[::ffff:a00:1]/', 'http://[64:ff9b::a00:1]/',
    'http://[2002:a00:1::]/', 'http://224.0.0.1/', 'http://255.255.255.255/', 'http://192.0.2.1/', 'http://198.18.0.1/', 'http://240.0.0.1/',
];
scenarios(server, forbidden.map((url) => ({
    name: `${url} leads to no network that is allowed`, send: ['POST', `${root}/destinations`, {json: fields({url})}], ...refused('url'),
})));

test('the name is unique', async () => {
    const name = unique('only');
    const {body: made} = await forwarding.post('/destinations', fields({name}));
    assertAnswer(await forwarding.post('/destinations', fields({name})), problem(409));
    const {body: other} = await forwarding.post('/destinations', fields());
    assertAnswer(await forwarding.patch(`/destinations/${other.id}`, {name}), problem(409));
    assert.equal((await forwarding.patch(`/destinations/${made.id}`, {name})).status, 200);
});

test('a change leaves alone what it does not name', async () => {
    const made = await forwarding.destination({headers: {A: '1', B: '2'}, timeout: '3s'});
    const {body: changed, headers} = await forwarding.patch(`/destinations/${made.id}`, {timeout: '4s', headers: {A: '***', C: '3'}});
    assertMatches(changed, having({...made, secret: undefined, category: undefined, path: undefined, timeout: '4s',
        headers: {A: '***', C: '***'}, updated_at: anyInstant, behind: (n) => n >= 0}));
    assert.equal(headers.etag, '"2"');
    const event = await forwarding.send(made);
    await forwarding.settled(event);
    const [request] = peer.requestsOf(made.path);
    assert.deepEqual([request.headers.a, request.headers.b, request.headers.c], ['1', undefined, '3']);
});

test('who changes what somebody else has changed is told', async () => {
    const made = await forwarding.destination();
    const change = (etag, json) => forwarding.patch(`/destinations/${made.id}`, json, {headers: {'if-match': etag}});
    assert.equal((await change('"1"', {concurrency: 2})).status, 200);
    assertAnswer(await change('"1"', {concurrency: 3}), problem(412, {code: 'precondition_failed'}));
    assertAnswer(await change('"1", "2"', {concurrency: 3}), {status: 200, headers: {etag: '"3"'}});
    assertAnswer(await change('*', {concurrency: 4}), {status: 200});
    assertAnswer(await change('new', {concurrency: 5}), refused('If-Match'));
    assert.equal((await forwarding.read(`/destinations/${made.id}`)).concurrency, 4);
});

test('lists are filtered, ordered and paged', async () => {
    const mark = unique('listed').replace(' ', '');
    for (const name of ['c', 'a', 'b']) await forwarding.post('/destinations', fields({name: `${mark} ${name}`}));
    const names = async (query) => (await forwarding.read(`/destinations?q=${mark}&${query}`)).results.map(({name}) => name.at(-1)).join('');
    assert.equal(await names('order=name'), 'abc');
    assert.equal(await names('order=-name'), 'cba');
    assert.equal(await names('order=id'), 'cab');
    assert.equal(await names('kind=cashback'), '');
    const first = await forwarding.read(`/destinations?q=${mark}&order=name&limit=2`);
    assert.equal(first.results.length, 2);
    const second = await forwarding.read(`/destinations?q=${mark}&order=name&limit=2&cursor=${first.next}`);
    assert.deepEqual([second.results.map(({name}) => name.at(-1)), second.next], [['c'], null]);
    assertAnswer(await forwarding.get(`/deliveries?cursor=${first.next}`), problem(400));
    await forwarding.act(`/destinations/${first.results[0].id}/pause`);
    assert.equal(await names('state=paused'), 'a');
    assert.equal(await names('state=active&order=name'), 'bc');
});

test('what is due to a paused destination waits until it is resumed', async () => {
    const made = await forwarding.destination();
    const paused = await forwarding.act(`/destinations/${made.id}/pause`, {reason: 'they move house'});
    assertMatches(paused, having({state: 'paused', reason: 'they move house'}));
    const event = await forwarding.send(made);
    const other = await forwarding.destination({categories: [made.category]});
    await forwarding.settled(await forwarding.send(made), 'delivered', other);
    assert.ok((await forwarding.read(`/destinations/${made.id}`)).behind >= 2);
    assert.deepEqual(await forwarding.deliveriesOf({destination: made.id}), []);
    assertMatches(await forwarding.act(`/destinations/${made.id}/resume`), having({state: 'active', reason: ''}));
    await forwarding.settled(event);
    await peer.received(made.path, 2);
});

test('a disabled destination is sent nothing but tests', async () => {
    const made = await forwarding.destination();
    assertMatches(await forwarding.act(`/destinations/${made.id}/disable`, {reason: 'over'}), having({state: 'disabled', reason: 'over'}));
    await forwarding.send(made);
    const {delivery, attempt} = await forwarding.act(`/destinations/${made.id}/test`);
    assertMatches(delivery, having({test: true, state: 'delivered', event: null}));
    assertMatches(attempt, having({outcome: 'delivered', status: 201, number: 1}));
    const [request, ...others] = peer.requestsOf(made.path);
    assert.equal(others.length, 0);
    assert.ok(isSignedBy(request, made.secret));
    assert.equal(request.headers['webhook-id'], delivery.message);
    assert.equal(request.body, delivery.body);
});

test('a test tells what came back, and is not repeated', async () => {
    const made = await forwarding.destination({script: answer(400, {body: 'who are you?'}), timeout: '300ms', schedule: ['1s']});
    assertMatches(await forwarding.act(`/destinations/${made.id}/test`), having({
        delivery: having({state: 'dead', attempts: 1}), attempt: having({outcome: 'failed', status: 400, response: 'who are you?'})}));
    peer.script(made.path, hang());
    assertMatches(await forwarding.act(`/destinations/${made.id}/test`), having({
        attempt: having({outcome: 'unknown', status: null, error: /./})}));
    await peer.close();
    assertMatches(await forwarding.act(`/destinations/${made.id}/test`), having({
        delivery: having({state: 'dead'}), attempt: having({outcome: 'failed', status: null, error: /./})}));
    await peer.listen();
});

test('a secret that is rotated signs beside the one before, for as long as is said', async () => {
    const made = await forwarding.destination();
    const rotate = async (json) => (await forwarding.act(`/destinations/${made.id}/rotate-secret`, json)).secret;
    const last = async () => {
        await forwarding.act(`/destinations/${made.id}/test`);
        return peer.requestsOf(made.path).at(-1);
    };
    const second = await rotate({});
    assert.match(second, secretForm);
    assert.notEqual(second, made.secret);
    const both = await last();
    assert.ok(isSignedBy(both, made.secret) && isSignedBy(both, second));
    const mine = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    assert.equal(await rotate({secret: mine, overlap: '0'}), undefined, 'who brings one knows it');
    const alone = await last();
    assert.ok(isSignedBy(alone, mine) && !isSignedBy(alone, made.secret) && !isSignedBy(alone, second));
    assertAnswer(await forwarding.post(`/destinations/${made.id}/rotate-secret`, {overlap: '31d'}), refused('overlap'));
    assertAnswer(await forwarding.post(`/destinations/${made.id}/rotate-secret`, {secret: 'whsec_!'}), refused('secret'));
});

test('values in the query of a URL are not shown, and stay as they are where they come back so', async () => {
    const path = `/${unique('hidden').replace(/ /g, '-')}`;
    const made = await forwarding.destination({url: peer.url(`${path}?key=hush&x`), lookup_url: peer.url('/of/{id}?key=hush')});
    const shown = {url: peer.url(`${path}?key=***&***`), lookup_url: peer.url('/of/{id}?key=***')};
    for (const body of [made, await forwarding.read(`/destinations/${made.id}`),
        (await forwarding.patch(`/destinations/${made.id}`, {...shown, timeout: '2s'})).body]) assertMatches(body, having(shown));
    await forwarding.settled(await forwarding.send(made));
    assert.deepEqual(peer.requestsOf(path).map(({url}) => url), [`${path}?key=hush&x`]);
    assertAnswer(await forwarding.patch(`/destinations/${made.id}`, {url: peer.url('/other?key=***')}), refused('url'));
});

test('a destination with what was not taken is removed only where that is said', async () => {
    const made = await forwarding.destination({script: answer(503), schedule: ['1h']});
    const delivery = await forwarding.settled(await forwarding.send(made), ({attempts}) => attempts === 1);
    assertAnswer(await forwarding.delete(`/destinations/${made.id}`), problem(409, {detail: /1 of its deliveries/}));
    assertAnswer(await forwarding.delete(`/destinations/${made.id}?force=yes`), refused('force'));
    assertAnswer(await forwarding.delete(`/destinations/${made.id}?force=1`), {status: 204});
    assertAnswer(await forwarding.get(`/destinations/${made.id}`), problem(404));
    assertAnswer(await forwarding.get(`/deliveries/${delivery.id}`), problem(404));
    assertAnswer(await forwarding.delete(`/destinations/${made.id}`), problem(404));
});

test('what was done is in the audit log, without secrets', async () => {
    const made = await forwarding.destination({headers: {'X-Key': 'a hidden word'}});
    await forwarding.patch(`/destinations/${made.id}`, {timeout: '1s'});
    await forwarding.act(`/destinations/${made.id}/pause`);
    await forwarding.act(`/destinations/${made.id}/rotate-secret`);
    await forwarding.delete(`/destinations/${made.id}?force=1`);
    const {body, text} = await server.get(`/api/v1/audit?kind=destination&subject_id=${made.id}`);
    const actions = new Set(body.results.map(({action}) => action));
    assert.deepEqual([...actions].sort(), ['changed', 'created', 'disabled', 'paused', 'removed', 'secret_rotated'], text);
    assert.ok(body.results.every(({user, via}) => user === 'admin' && via === 'api'));
    assert.ok(!text.includes('a hidden word') && !text.includes('whsec_'));
});

test('members and applications may not see where things go', async () => {
    const token = await server.user(unique('member').replace(' ', '-'));
    for (const target of ['/destinations', '/deliveries', '/attempts']) {
        assertAnswer(await forwarding.get(target, {token}), problem(403));
        assertAnswer(await forwarding.get(target, {token: null}), problem(401));
    }
    assertAnswer(await forwarding.post('/destinations', fields(), {token}), problem(403));
});

test('the tallies of a destination tell how far it is', async () => {
    const made = await forwarding.destination({script: answer(500), schedule: []});
    const event = await forwarding.send(made);
    await forwarding.settled(event, 'dead');
    const shown = await waitFor('the tallies', async () => {
        const one = await forwarding.read(`/destinations/${made.id}`);
        return one.deliveries.dead === 1 && one.behind === 0 && one;
    });
    assertMatches(shown, having({failures: 1, missed: 0, deliveries: {open: 0, dead: 1, next_at: null}}));
});
