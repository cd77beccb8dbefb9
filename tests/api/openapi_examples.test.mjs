// Every example of api/openapi.yaml, sent for real: each request must have one of the answers of success that its
// operation describes, each answer and each example of an answer must fit its schema, and all of these answers come
// up. A new operation needs examples in the document; what they refer to is made in `prepare`:
//
//   users         1 admin (superuser), 2 ann (member), 3 tom (member, to be changed), 4 sam (staff);
//                 each password is correct-horse-battery
//   applications  1 to 4 theirs, 5 shop, which is ann's
//   keys          1 to 3 the default tokens of admin, ann and sam; 4 to 6 the shop's, with one scope each; 7 one of
//                 the shop's that nobody uses
//   event types   1 (page interaction, cta click), 2 (shop, order), which enforces an example; both at version 2
//   events        1 and 2 of type 1, in the session e2085be5-…; 3 of type 2, with the event_id order-17
//   rejections    1 an order without its currency, with the event_id order-18
//   calendar      the event 1 takes place each week from 20261130T090000Z on, at the location 4, and has the
//                 registrations 1 to 3 and the change 1; there are categories and locations 1 to 4, and ann's feeds 1 and 2
//   destinations  1 the target of cashback, which has no URL; 2 crm, whose deliveries 1 and 3 are dead and of unknown
//                 outcome, each after one attempt; 3 archive, which is sent nothing; 4 reports, whose delivery 2 waits for
//                 its second attempt
//   cashback      1 is Ana's and was paid; 2 failed, 3 can be cancelled, 4 is unknown, 5 was paid and has the reversal 1, which
//                 is to be settled; customers 1 Ana, 2 Bruna and 3 Eva, who bought nothing; product types 1 to 3 (A to C), and
//                 4 (D) with the rule 4; the comparison 1. The target pays Ana, and answers nobody else
//
// Reads go first, then what makes things, changes, and deletes, these from the inside out. The caller has just what the
// operation needs. Secrets cannot be known ahead: what a body has as `refresh`, `token` or `csrf_token`, and the secret
// in the address of a feed, is exchanged for a real one.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';

import {Browser, formsOf} from './browser.mjs';
import {answerFault, operations} from './contract.mjs';
import {addressOf, encode, exampleFaults, isPage, requestsOf, successes} from './examples.mjs';
import {Server, useServer, waitFor} from './harness.mjs';
import {answer, hang, Peer, reset} from './peer.mjs';
import {assertAnswer, theEvent} from './scenario.mjs';

const password = 'correct-horse-battery';
const callers = {};  // the token of whoever has just this scope, or this role
let feed;
const target = await Peer.open();
after(() => target.close());
const server = useServer({prepare, settings: {
    'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '500ms',
    'cashback.target_timeout': '1s', 'cashback.retry_schedule': '',
}});

const logIn = async (username) => (await server.post('/api-token-auth', {token: null, json: {username, password}})).body.token;
const pair = async () => (await server.post('/api/token', {token: null, json: {username: 'admin', password}})).body;

// Makes a thing and checks that it has the id that the examples know it by.
async function make(target, id, options) {
    const answer = await server.post(target, options);
    assert.ok([200, 201].includes(answer.status) && answer.body.id === id, `${target} ${id}: ${answer.status} ${answer.text}`);
    return answer.body;
}

async function prepare() {
    const own = {current_password: server.passwords.admin, password};
    assertAnswer(await server.patch('/api/v1/me', {json: own}), {status: 200});
    for (const [i, name] of ['ann', 'tom', 'sam'].entries()) await make('/api/v1/users', i + 2, {json: {name, password}});
    assertAnswer(await server.patch('/api/v1/users/4', {json: {role: 'staff'}}), {status: 200});
    callers.superuser = server.token;
    callers.member = await logIn('ann');
    callers.staff = await logIn('sam');

    const anns = {token: callers.member};
    await make('/api/v1/applications', 5, {json: {name: 'shop'}, ...anns});
    for (const [i, scope] of ['ingest', 'read', 'manage'].entries()) {
        callers[scope] = (await make('/api/v1/keys', i + 4, {json: {application: 'shop', name: `${scope}s`, scopes: [scope]}, ...anns})).key;
    }
    await make('/api/v1/keys', 7, {json: {application: 'shop', name: 'old server', scopes: ['ingest']}, ...anns});

    const asShop = {token: callers.ingest};
    const order = {category: 'shop', name: 'order', data: {total: 12.5, currency: 'EUR'}};
    for (const id of [1, 2]) await make('/events', id, {json: theEvent(), ...asShop});
    await make('/api/v1/events', 3, {json: {...order, event_id: 'order-17'}, ...asShop});
    for (const [id, json] of [[1, {description: 'A click on a call to action.'}], [2, {example: order.data, mode: 'enforce'}]]) {
        const changed = await server.patch(`/api/v1/event-types/${id}`, {json});
        assert.equal(changed.body.version, 2, changed.text);
    }
    const refused = {...order, data: {total: 8}, event_id: 'order-18'};
    assertAnswer(await server.post('/api/v1/events', {json: refused, ...asShop}), {status: 400});
    assertAnswer(await server.get('/api/v1/rejections/1'), {status: 200});
    await prepareDeliveries(order, asShop);
    await prepareCalendar(anns);
    await prepareCashback();
}

async function prepareDeliveries(order, asShop) {
    target.script('/crm', [answer(500), reset(), answer(200)]).script('/reports', answer(503));
    const totals = [[1, 3], [], [2]];
    for (const [i, name] of ['crm', 'archive', 'reports'].entries()) {
        const schedule = name === 'reports' ? ['1h'] : [];
        const destination = {name, url: target.url(`/${name}`), schedule, on_unknown: 'hold', categories: [name]};
        await make('/api/v1/destinations', i + 2, {json: destination});
    }
    for (const [i, state] of ['dead', 'pending', 'unknown'].entries()) {
        const total = i + 1;
        const id = totals.findIndex((some) => some.includes(total)) + 2;
        const json = {categories: ['shop'], data: [{pointer: '/total', equals: total}]};
        assertAnswer(await server.patch(`/api/v1/destinations/${id}`, {json}), {status: 200});
        await make('/api/v1/events', i + 4, {json: {...order, data: {total, currency: 'EUR'}}, ...asShop});
        await waitFor(`delivery ${total} is ${state}`, async () => {
            const {body} = await server.get(`/api/v1/deliveries/${total}`);
            return body.state === state && body.attempts === 1;
        });
    }
}

async function prepareCalendar(anns) {
    const root = '/events_api/v1';
    for (const [i, name] of ['Hall', 'Garden', 'Workshop', 'Reading room'].entries()) {
        for (const kind of ['locations', 'categories']) await make(`${root}/${kind}`, i + 1, {json: {name}});
        if (i < 2) feed = await make(`${root}/feeds`, i + 1, {json: {name}, ...anns});
    }
    await make(`${root}/events`, 1, {json: {title: 'API discussion', start_time: '2026-11-30T10:00:00', end_time: '2026-11-30T11:00:00',
        zone: 'Europe/Berlin', rrule: 'FREQ=WEEKLY;COUNT=10', location: `${server.origin}${root}/locations/4/`}});
    assertAnswer(await server.patch(`${root}/events/1`, {json: {description: 'How it works'}}), {status: 200});
    for (const [i, name] of ['Dora', 'Emil', 'Fay'].entries()) {
        await make(`${root}/events/1/attendees`, i + 1, {json: {name, email: `${name}@example.org`}});
    }
}

// Four purchases that end in four ways, and one that is half returned.
async function prepareCashback() {
    const ways = {pay: answer(201, {body: '{"id":"NaN","message":"ok"}'}), refuse: answer(422), hang: hang()};
    let way = 'pay';
    target.script('*', (exchange) => ways[exchange.request.json.document === '11144477735' ? way : 'hang'](exchange));
    const key = {application: 'shop', scopes: ['cashback']};
    callers.cashback = (await server.post('/api/v1/keys', {json: key, token: callers.member})).body.key;
    const ana = {document: '11144477735', name: 'Ana Souza'};
    const bruna = {document: '52998224725', name: 'Bruna Dias'};
    const purchase = (customer, day) => ({sold_at: `2026-11-${day}`, customer, total: '100.00', products: [{type: 'A', value: '10.00', qty: 10}]});
    const buy = async (customer, id, state) => {
        const options = {json: purchase(customer, `0${id} 10:00:00`), token: callers.cashback};
        const sent = await server.post('/api/cashback', options);
        assert.equal(sent.body.id, id, sent.text);
        return waitFor(`cashback ${id} to be ${state}`, async () => (await server.get(`/api/cashbacks/${id}`)).body.state === state);
    };
    await buy(ana, 1, 'confirmed');
    way = 'refuse';
    await buy(ana, 2, 'failed');
    await buy(ana, 3, 'failed');
    way = 'pay';
    await buy(bruna, 4, 'unknown');
    await buy(ana, 5, 'confirmed');
    await make('/api/cashbacks/5/reverse', 1, {json: {lines: [{number: 1, qty: 1}]}});
    await make('/api/customers', 3, {json: {document: '39053344705', name: 'Eva Melo'}, token: callers.cashback});
    await make('/api/products', 4, {json: {type: 'D', name: 'Drinks'}});
    await make('/api/cashback/rules', 4, {json: {product: 'D', rate: '1.5'}});
    await make('/api/reconciliation/imports?from=2026-11-01&to=2027-11-01', 1, {body: 'reference,amount\n1,5.00\n', type: 'text/csv'});
}

// The headers of a browser that is signed in.
async function signIn() {
    const answer = await server.post('/api/v1/session', {token: null, json: {username: 'admin', password}});
    return {cookie: answer.headers['set-cookie'][0].split(';')[0], 'x-csrf-token': answer.body.csrf_token};
}

const callerOf = ({scope, role}) => callers[role === 'application' ? scope : role] ?? null;

// The real secret for a member of an example; undefined: it is none.
const secrets = {
    refresh: async () => (await pair()).refresh,
    token: async () => (await pair()).access,
};

// The real secret for a parameter of an operation.
const secretParameters = {
    get_feed_ics: () => ({file: new URL(feed.url).pathname.split('/').at(-1)}),
};

async function withSecrets(value) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    const members = await Promise.all(Object.entries(value).map(async ([name, inner]) => [name, await secrets[name]?.() ?? inner]));
    return Object.fromEntries(members);
}

async function send(one, {parameters, body}) {
    const {target, headers} = addressOf(one, {...parameters, ...secretParameters[one.operation.operationId]?.()});
    const encoded = body && encode(body.type, await withSecrets(body.value));
    const bySession = one.operation.security?.some((way) => 'session' in way);
    const caller = bySession ? {token: null, headers: {...headers, ...await signIn()}} : {token: callerOf(one), headers};
    return server.call(one.method, target, {...caller, ...encoded});
}

// A page's operations go as a browser goes: from a page whose form has the secrets, signed in where that is needed.
async function browse(one, {parameters, body}) {
    const setup = one.path.startsWith('/setup');
    const at = setup ? await new Server().start() : server;
    const browser = new Browser(at);
    try {
        const link = setup && new URL(at.lines().find((line) => line.link).link);
        const from = setup ? await browser.open(link.pathname + link.search)
            : one.path === '/admin/login' ? await browser.open(one.path) : await browser.login('admin', password);
        const known = Object.assign({}, ...formsOf(from.text).map(({fields}) => fields));
        const hidden = Object.fromEntries(['csrf_token', 'token'].filter((name) => known[name]).map((name) => [name, known[name]]));
        const {target, headers} = addressOf(one, {...parameters, ...hidden});
        const form = body && Object.fromEntries(Object.entries(body.value).map(([name, value]) => [name, hidden[name] ?? value]));
        return await browser.call(one.method, target, {headers, ...(form && {form})});
    } finally {
        if (setup) await at.stop();
    }
}

const label = ({method, path}) => `${method} ${path}`;

for (const one of operations) {
    test(`${label(one)} has all its examples, and they fit`, () => assert.deepEqual(exampleFaults(one), []));
}

for (const one of operations.filter(({scope}) => scope !== 'open')) {
    test(`${label(one)} answers 401 to nobody, as described`, async () => {
        const [request] = requestsOf(one);
        const {target, headers} = addressOf(one, request.parameters);
        const answer = await server.call(one.method, target, {token: null, headers, ...(request.body && encode(request.body.type, request.body.value))});
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answerFault(one, answer), undefined);
    });
}

const phases = [['GET'], ['POST'], ['PUT', 'PATCH']].map((methods) => operations.filter(({method}) => methods.includes(method)));
const depth = ({path}) => path.split('/').length;
const deletes = operations.filter(({method}) => method === 'DELETE').sort((a, b) => depth(b) - depth(a));
for (const one of [...phases, deletes].flat()) {
    test(`${label(one)} does as its examples say`, {timeout: 120_000}, async () => {
        const seen = new Map();
        for (const request of requestsOf(one)) {
            const answer = await (isPage(one) ? browse : send)(one, request);
            const shown = `${request.name}: ${answer.status} ${answer.text?.slice(0, 1000)}`;
            assert.ok(successes(one).some(([status]) => status === answer.status), shown);
            assert.equal(answerFault(one, answer), undefined, shown);
            seen.set(answer.status, new Set([...seen.get(answer.status) ?? [], answer.headers['content-type']?.split(';')[0]]));
        }
        if (isPage(one)) return;  // their forms are walked in admin.test.mjs
        for (const [status, {content = {}}] of successes(one)) {
            assert.ok(seen.has(status), `no example leads to ${status}`);
            for (const type of Object.keys(content).filter((name) => name !== 'text/html')) {
                assert.ok(seen.get(status).has(type), `no example leads to ${status} as ${type}`);
            }
        }
    });
}
