// Who may do what: every operation of api/openapi.yaml, which routes_test.cc holds against the route
// table, with every kind of caller. An operation that has no request here fails.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {cpf, lastCpf} from './cashback_client.mjs';
import {answerFault, isOptional, operations} from './contract.mjs';
import {useServer, waitFor} from './harness.mjs';
import {jwt, seconds} from './jwt.mjs';
import {assertAnswer, problem, theEvent, unique} from './scenario.mjs';

const secret = 'shared with the service that makes the tokens';
const roles = ['application', 'member', 'staff', 'superuser'];
const all = ['ingest', 'read', 'manage', 'cashback'];
const ids = {};

// `of`: whose things the caller reads and changes; `reads`: whose it reads beside that.
const callers = {
    'nobody': {status: 401},
    'a wrong key': {status: 401, token: `eyed_${'a'.repeat(40)}`},
    'an expired key': {status: 401},
    'a revoked key': {status: 401},
    'a forged JWT': {status: 401, bearer: jwt({user_id: 1, token_type: 'access', exp: seconds(600)}, 'guessed')},
    'an ingest key': {role: 'application', scopes: ['ingest'], of: 'shop'},
    'a read key': {role: 'application', scopes: ['read'], of: 'shop'},
    'a manage key': {role: 'application', scopes: ['manage'], of: 'shop'},
    'a cashback key': {role: 'application', scopes: ['cashback'], of: 'shop'},
    'a key of the application': {role: 'application', scopes: all, of: 'shop'},
    'a key granted to read all': {role: 'application', scopes: all, of: 'auditor', reads: 'all'},
    'another application\'s key': {role: 'application', scopes: all, of: 'elsewhere'},
    'a JWT made elsewhere': {role: 'application', scopes: all, of: 'jwt'},
    'the member who owns it': {role: 'member', scopes: all, of: 'shop'},
    'the member by JWT': {role: 'member', scopes: all, of: 'shop'},
    'a member\'s key that only reads': {role: 'member', scopes: ['read'], of: 'shop'},
    'another member': {role: 'member', scopes: all, of: 'stranger'},
    'staff': {role: 'staff', scopes: all, of: 'clerk', reads: 'all'},
    'a superuser': {role: 'superuser', scopes: all, of: 'all', reads: 'all'},
};

const server = useServer({
    settings: {'auth.jwt_secret': secret, 'auth.access_lifetime': '1h', 'auth.jwt_scopes': all.join(), 'cashback.answer_wait': '0s'},
    prepare: async () => {
        const tokens = {};
        for (const name of ['shop', 'stranger', 'clerk']) tokens[name] = await server.user(name);
        const {body: {results: users}} = await server.get('/api/v1/users');
        for (const {id, name} of users) ids[name] = id;
        assertAnswer(await server.patch(`/api/v1/users/${ids.clerk}`, {json: {role: 'staff'}}), {status: 200});
        for (const [name, json] of [['elsewhere', {owner: null}], ['auditor', {owner: null, reads_all: true}]]) {
            assertAnswer(await server.post('/api/v1/applications', {json: {name, ...json}}), {status: 201});
        }
        const {body: {results: applications}} = await server.get('/api/v1/applications?q=shop');
        ids.application = applications[0].id;

        const key = async (json, token = server.token) => (await server.post('/api/v1/keys', {json, token})).body;
        const give = (name, token) => { callers[name].token = token; };
        for (const scope of all) {
            give(`${scope === 'ingest' ? 'an' : 'a'} ${scope} key`, (await key({application: 'shop', scopes: [scope]})).key);
        }
        give('a key of the application', (await key({application: 'shop', scopes: all})).key);
        give('a key granted to read all', (await key({application: 'auditor', scopes: all})).key);
        give('another application\'s key', (await key({application: 'elsewhere', scopes: all})).key);
        give('a member\'s key that only reads', (await key({scopes: ['read']}, tokens.shop)).key);
        give('the member who owns it', tokens.shop);
        give('another member', tokens.stranger);
        give('staff', tokens.clerk);
        give('a superuser', server.token);
        const login = await server.post('/api/token/', {json: {username: 'shop', password: server.passwords.shop}});
        callers['the member by JWT'].bearer = login.body.access;
        callers['a JWT made elsewhere'].bearer = jwt({sub: 'a service', exp: seconds(3600)}, secret);

        const revoked = await key({application: 'shop', scopes: all});
        give('a revoked key', revoked.key);
        assertAnswer(await server.delete(`/api/v1/keys/${revoked.id}`), {status: 204});
        const expired = await key({application: 'shop', scopes: all, expires_in: 1});
        give('an expired key', expired.key);
        await waitFor('a key to expire', async () => (await server.get('/events/', {token: expired.key})).status === 401);
        await waitFor('the foreign JWT to be taken', async () =>
            (await server.get('/events/', {token: null, headers: {authorization: `Bearer ${callers['a JWT made elsewhere'].bearer}`}})).status === 200);
    },
});

const series = {title: 'Series', start_time: '2026-11-30T10:00:00Z', end_time: '2026-11-30T11:00:00Z', rrule: 'FREQ=DAILY;COUNT=5'};
const calendar = async (list, json) =>
    (await server.post(`/events_api/v1/${list}/`, {json, token: callers['the member who owns it'].token})).body;

const purchase = () => ({sold_at: '2026-11-27 18:30:00', customer: {document: cpf(), name: 'Ana'}, total: '10.00',
    products: [{type: 'A', value: '10.00', qty: 1}]});
const cashback = async (list, json, token = server.token) => {
    const answer = await server.post(`/api/${list}/`, {json, token});
    assert.ok([201, 202].includes(answer.status), answer.text);
    return answer.body;
};
const period = '?from=2026-11-01&to=2026-12-01';
const statement = 'reference,amount\n1,5.00\n';

// Things of the shop that an operation needs, made anew for each call.
const make = {
    event: async () => (await server.post('/events/', {token: callers['the member who owns it'].token, json: theEvent()})).body.id,
    session: async () => {
        const session_id = randomUUID();
        await server.post('/events/', {token: callers['the member who owns it'].token, json: theEvent({session_id})});
        return session_id;
    },
    rejection: async () => {
        const name = unique('refused');
        const json = {category: 'page', name, data: 5};
        await server.post('/api/v1/events', {token: callers['the member who owns it'].token, json});
        return (await server.get(`/api/v1/rejections?name=${encodeURIComponent(name)}`)).body.results[0].id;
    },
    type: async () => {
        const name = unique('typed');
        await server.post('/api/v1/events', {token: callers['the member who owns it'].token, json: {category: 'page', name}});
        return (await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`)).body.results[0].id;
    },
    receipt: async () => {
        const event_id = randomUUID();
        await server.post('/api/v1/events', {token: callers['the member who owns it'].token, json: {category: 'page', name: 'view', event_id}});
        return event_id;
    },
    calendar: async () => ({id: (await calendar('events', series)).id, start: '20261130T100000Z'}),
    attendee: async () => {
        const {id} = await calendar('events', series);
        return {id, attendee: (await calendar(`events/${id}/attendees`, {name: 'Ann', email: 'ann@example.org'})).id};
    },
    location: async () => (await calendar('locations', {name: 'Hall'})).id,
    category: async () => (await calendar('categories', {name: 'Talk'})).id,
    update: async () => {
        const {id} = await calendar('events', series);
        await server.patch(`/events_api/v1/events/${id}/`, {json: {title: 'Later'}});
        return (await server.get(`/events_api/v1/updates/?event=${id}`)).body.results[0].id;
    },
    feed: async () => (await calendar('feeds', {})).id,
    feed_file: async () => (await calendar('feeds', {})).url.split('/').pop(),
    destination: async () => (await server.post('/api/v1/destinations', {json: {name: unique('hook'), url: 'http://localhost:9/', categories: ['none']}})).body.id,
    delivery: async () => {
        const json = {name: 'forwarded', url: 'http://localhost:9/', categories: ['forwarded'], schedule: ['1h'], breaker_failures: 0};
        ids.forwarded ??= (await server.post('/api/v1/destinations', {json})).body.id;
        const {body: {id}} = await server.post('/api/v1/events', {json: {category: 'forwarded', name: 'view'}});
        return waitFor('a delivery that waits for its second attempt', async () => {
            const [one] = (await server.get(`/api/v1/deliveries?event=${id}`)).body.results;
            return one?.state === 'pending' && one.attempts === 1 && one.id;
        });
    },
    attempt: async () => (ids.attempt ??= (await server.post(`/api/v1/destinations/${await make.destination()}/test`)).body.attempt.id),
    // None has a target: what is due waits.
    cashback: async () => (await cashback('cashback', purchase(), callers['the member who owns it'].token)).id,
    customer: async () => (await cashback('customers', {document: cpf(), name: 'Ana'}, callers['the member who owns it'].token)).id,
    product: async () => (await cashback('products', {type: unique('type'), name: 'x'})).id,
    rule: async () => {
        const {type} = await cashback('products', {type: unique('type'), name: 'x'});
        return (await cashback('cashback/rules', {product: type, rate: '5'})).id;
    },
    statement: async () => (await server.post(`/api/reconciliation/imports${period}`, {body: statement, type: 'text/csv'})).body.id,
    application: async () => ids.application,
    key: async () => (await server.post('/api/v1/keys', {json: {application: 'shop', scopes: ['ingest']}, token: callers['the member who owns it'].token})).body.id,
    user: async () => ids.stranger,
    asset: async () => 'docs.js',
};

// What to send, by operation: {id: what stands for {id}, send: options (given the id), allowed: the status of who may}.
// `found(caller)` says whether the thing is there for somebody whom scope and role let through.
const reads = ({of, reads: also}) => of === 'shop' || also === 'all';
const owns = ({of}) => of === 'shop' || of === 'all';
const acts = (caller) => owns(caller) || caller.role === 'staff';  // on cashbacks
const sent = () => ({json: {category: 'page', name: 'view'}});
const requests = {
    'POST /events': {send: () => ({json: theEvent()}), allowed: 201},
    'POST /api/v1/events': {send: sent, allowed: 201},
    'POST /api/event': {send: () => ({json: theEvent()})},
    'GET /api/ready': {},
    'GET /events': {},
    'GET /event_detail/{id}': {id: 'event', found: reads},
    'PUT /event_detail/{id}': {id: 'event', send: () => ({json: theEvent()}), found: owns},
    'DELETE /event_detail/{id}': {id: 'event', allowed: 204, found: owns},
    'POST /sessions': {allowed: 201},
    'GET /sessions': {},
    'GET /errors': {},
    'GET /api/v1/events': {},
    'GET /api/v1/events/{id}': {id: 'event', found: reads},
    'PATCH /api/v1/events/{id}': {id: 'event', send: () => ({json: {name: 'changed'}}), found: owns},
    'DELETE /api/v1/events/{id}': {id: 'event', allowed: 204, found: owns},
    'GET /api/v1/sessions': {},
    'GET /api/v1/sessions/{id}': {id: 'session', found: reads},
    'GET /api/v1/sessions/{id}/events': {id: 'session', found: reads},
    'GET /api/v1/rejections': {},
    'GET /api/v1/rejections/{id}': {id: 'rejection', found: reads},
    'GET /api/v1/rejections/summary': {},
    'POST /api/v1/rejections/replay': {id: 'rejection', send: (id) => ({json: {ids: [id]}})},
    'POST /api/v1/rejections/discard': {id: 'rejection', send: (id) => ({json: {ids: [id]}})},
    'GET /api/v1/receipts/{event_id}': {id: 'receipt', found: reads},
    'GET /api/v1/event-types': {},
    'GET /api/v1/event-types/{id}': {id: 'type', found: reads},
    'PATCH /api/v1/event-types/{id}': {id: 'type', send: () => ({json: {description: 'changed'}}), found: reads},
    'GET /api/v1/event-types/{id}/versions': {id: 'type', found: reads},
    'POST /api/v1/event-types/{id}/infer': {id: 'type', send: () => ({json: {}}), found: reads},
    'POST /api/v1/event-types/{id}/backtest': {id: 'type', send: () => ({json: {example: {a: 1}}}), found: reads},
    'POST /api/v1/validate': {send: sent},
    'GET /api/v1/export': {},

    'DELETE /api/v1/session': {found: () => false},
    'GET /api/v1/me': {},
    'PATCH /api/v1/me': {send: () => ({json: {current_password: 'not this one', password: 'long enough 1'}}), allowed: 400},
    'GET /api/v1/users': {},
    'POST /api/v1/users': {send: () => ({json: {name: unique('user').replace(' ', '-'), password: 'long enough 1'}}), allowed: 201},
    'GET /api/v1/users/{id}': {id: 'user'},
    'PATCH /api/v1/users/{id}': {id: 'user', send: () => ({json: {active: true}})},
    'GET /api/v1/applications': {},
    'POST /api/v1/applications': {send: () => ({json: {name: unique('app').replace(' ', '-')}}), allowed: 201},
    'GET /api/v1/applications/{id}': {id: 'application', found: reads},
    'PATCH /api/v1/applications/{id}': {id: 'application', send: () => ({json: {reads_all: false}})},
    'GET /api/v1/keys': {},
    'POST /api/v1/keys': {send: () => ({json: {scopes: ['ingest']}}), allowed: 201},
    'GET /api/v1/keys/{id}': {id: 'key', found: owns},
    'DELETE /api/v1/keys/{id}': {id: 'key', allowed: 204, found: owns},
    'GET /api/v1/audit': {},

    'GET /api/v1/destinations': {},
    'POST /api/v1/destinations': {send: () => ({json: {name: unique('hook'), url: 'http://localhost:9/', categories: ['none']}}), allowed: 201},
    'GET /api/v1/destinations/{id}': {id: 'destination'},
    'PATCH /api/v1/destinations/{id}': {id: 'destination', send: () => ({json: {timeout: '1s'}})},
    'DELETE /api/v1/destinations/{id}': {id: 'destination', allowed: 204},
    ...Object.fromEntries(['pause', 'resume', 'disable', 'rotate-secret', 'test'].map((act) => [`POST /api/v1/destinations/{id}/${act}`, {id: 'destination'}])),
    'GET /api/v1/deliveries': {}, 'GET /api/v1/deliveries/{id}': {id: 'delivery'},
    'POST /api/v1/deliveries/retry': {send: () => ({json: {all: true, dry_run: true}})},
    'POST /api/v1/deliveries/{id}/retry': {id: 'delivery'}, 'POST /api/v1/deliveries/{id}/cancel': {id: 'delivery'},
    'POST /api/v1/deliveries/{id}/resolve': {id: 'delivery', send: () => ({json: {outcome: 'delivered'}}), allowed: 409},
    'GET /api/v1/attempts': {}, 'GET /api/v1/attempts/{id}': {id: 'attempt'},

    // The calendar, which is not open here: everybody reads it.
    'GET /events_api/v1': {}, 'GET /events_api/v1/events': {}, 'GET /events_api/v1/events/search': {}, 'GET /events_api/v1/occurrences': {},
    'POST /events_api/v1/events': {send: () => ({json: series}), allowed: 201},
    'POST /events_api/v1/events/import': {send: () => ({body: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n', type: 'text/calendar'})},
    'GET /events_api/v1/events/{id}': {id: 'calendar'},
    'PUT /events_api/v1/events/{id}': {id: 'calendar', send: () => ({json: series})},
    'PATCH /events_api/v1/events/{id}': {id: 'calendar', send: () => ({json: {title: 'Changed'}})},
    'DELETE /events_api/v1/events/{id}': {id: 'calendar', allowed: 204},
    'GET /events_api/v1/events/{id}/event.ics': {id: 'calendar'},
    'GET /events_api/v1/events/{id}/occurrences': {id: 'calendar'},
    'GET /events_api/v1/events/{id}/occurrences/{start}': {id: 'calendar'},
    'PATCH /events_api/v1/events/{id}/occurrences/{start}': {id: 'calendar', send: () => ({json: {title: 'Changed'}})},
    'DELETE /events_api/v1/events/{id}/occurrences/{start}': {id: 'calendar', allowed: 204},
    'GET /events_api/v1/events/{id}/attendees': {id: 'calendar'},
    'GET /events_api/v1/events/{id}/attendees.csv': {id: 'calendar'},
    'POST /events_api/v1/events/{id}/attendees': {id: 'calendar', send: () => ({json: {name: 'Ann', email: 'ann@example.org'}}), allowed: 201},
    'GET /events_api/v1/events/{id}/attendees/{attendee}': {id: 'attendee'},
    'PATCH /events_api/v1/events/{id}/attendees/{attendee}': {id: 'attendee', send: () => ({json: {state: 'cancelled'}})},
    'DELETE /events_api/v1/events/{id}/attendees/{attendee}': {id: 'attendee', allowed: 204},
    ...Object.fromEntries(['location', 'category'].flatMap((label) => {
        const list = `/events_api/v1/${label === 'location' ? 'locations' : 'categories'}`;
        const send = () => ({json: {name: 'Changed'}});
        return [[`GET ${list}`, {}], [`POST ${list}`, {send, allowed: 201}], [`GET ${list}/{id}`, {id: label}],
            [`PUT ${list}/{id}`, {id: label, send}], [`PATCH ${list}/{id}`, {id: label, send}], [`DELETE ${list}/{id}`, {id: label, allowed: 204}]];
    })),
    'GET /events_api/v1/updates': {}, 'GET /events_api/v1/updates/{id}': {id: 'update'},
    'GET /events_api/v1/feeds': {}, 'POST /events_api/v1/feeds': {send: () => ({json: {}}), allowed: 201},
    'GET /events_api/v1/feeds/{id}': {id: 'feed', found: reads}, 'DELETE /events_api/v1/feeds/{id}': {id: 'feed', allowed: 204, found: reads},
    'GET /events_api/v1/ics/{file}': {id: 'feed_file'},

    // Cashback: whoever has its scope sees all of it.
    'POST /api/cashback': {send: () => ({json: purchase()}), allowed: 202},
    'POST /api/cashback/simulate': {send: () => ({json: purchase()})},
    'GET /api/cashback/rules': {}, 'GET /api/cashback/rules/{id}': {id: 'rule'},
    'POST /api/cashback/rules': {send: () => ({json: {product: 'A', rate: '5.00', valid_from: '2099-01-01'}}), allowed: 201},
    'POST /api/cashback/rules/{id}/withdraw': {id: 'rule'},
    'GET /api/cashbacks': {}, 'GET /api/cashbacks/export': {}, 'GET /api/cashbacks/{id}': {id: 'cashback', found: reads},
    'GET /api/cashbacks/{id}/explain': {id: 'cashback', found: reads}, 'GET /api/cashbacks/{id}/ledger': {id: 'cashback', found: reads},
    'GET /api/cashbacks/{id}/reversals': {id: 'cashback', found: reads},
    'POST /api/cashbacks/retry': {send: () => ({json: {state: 'failed'}})},
    'POST /api/cashbacks/{id}/retry': {id: 'cashback', found: acts},
    'POST /api/cashbacks/{id}/cancel': {id: 'cashback', found: acts},
    'POST /api/cashbacks/{id}/reverse': {id: 'cashback', allowed: 201, found: acts},
    'POST /api/cashbacks/{id}/resolve': {id: 'cashback', send: () => ({json: {outcome: 'paid'}}), allowed: 409},
    'POST /api/cashbacks/{id}/reversals/{reversal}/settle': {id: 'cashback', found: () => false},
    'GET /api/customers': {}, 'POST /api/customers': {send: () => ({json: {document: cpf(), name: 'Ana'}}), allowed: 201},
    'GET /api/customers/{id}': {id: 'customer', found: reads},
    'PUT /api/customers/{id}': {id: 'customer', send: () => ({json: {document: lastCpf(), name: 'Eva'}}), found: acts},
    'PATCH /api/customers/{id}': {id: 'customer', send: () => ({json: {name: 'Eva'}}), found: acts},
    'DELETE /api/customers/{id}': {id: 'customer', allowed: 204},
    'GET /api/products': {}, 'POST /api/products': {send: () => ({json: {type: unique('type')}}), allowed: 201},
    'GET /api/products/{id}': {id: 'product'},
    'PUT /api/products/{id}': {id: 'product', send: () => ({json: {type: unique('type')}})},
    'PATCH /api/products/{id}': {id: 'product', send: () => ({json: {name: 'changed'}})},
    'DELETE /api/products/{id}': {id: 'product', allowed: 204},
    'GET /api/reconciliation': {}, 'GET /api/reconciliation/imports': {},
    'POST /api/reconciliation/imports': {query: period, send: () => ({body: statement, type: 'text/csv'}), allowed: 201},
    'GET /api/reconciliation/imports/{id}': {id: 'statement'}, 'GET /api/reconciliation/imports/{id}/lines': {id: 'statement'},

    // Open: whoever calls, the answer is the same.
    'GET /api/v1': {}, 'GET /api/v1/session': {}, 'POST /api/v1/session': {send: () => ({json: {}})},
    'GET /browse/{file}': {}, 'GET /health_check': {},
    'GET /': {}, 'GET /healthz': {}, 'GET /readyz': {}, 'GET /metrics': {}, 'GET /admin/style.css': {},
    'POST /api-token-auth': {send: () => ({json: {}})},
    'POST /api/token': {send: () => ({json: {}})},
    'POST /api/token/refresh': {send: () => ({json: {}})},
    'POST /api/token/blacklist': {send: () => ({json: {}})},
    'POST /api/token/verify': {send: () => ({json: {}})},
    'GET /setup': {}, 'POST /setup': {send: () => ({form: {}})},
    'GET /openapi.yaml': {}, 'GET /openapi.json': {}, 'GET /docs': {}, 'GET /docs/errors': {},
    'GET /assets/{file}': {id: 'asset'},
    'GET /admin': {}, 'GET /admin/login': {}, 'POST /admin/login': {send: () => ({form: {}})},
    'POST /admin/logout': {send: () => ({form: {}})},
    'GET /admin/events/eventtype': {},
    'GET /admin/events/eventtype/{id}/change': {id: 'user'},
    'POST /admin/events/eventtype/{id}/change': {id: 'user', send: () => ({form: {}})},
};

async function callAs(caller, {method, path}, request) {
    const id = request.id ? await make[request.id]() : undefined;
    const options = {token: caller.token ?? null, ...request.send?.(id)};
    if (caller.bearer) options.headers = {authorization: `Bearer ${caller.bearer}`};
    const target = path.replace(/\{(\w+)\}/g, (_, name) => id?.[name] ?? id);
    return server.call(method, target + (request.query ?? ''), options);
}

// What this caller must get: {status, and for 403 what the answer names}.
function expected(caller, {scope, role}, request) {
    if (caller.status) return {status: caller.status};
    if (!caller.scopes.includes(scope)) return {status: 403, names: `the scope “${scope}”`};
    if (roles.indexOf(caller.role) < roles.indexOf(role)) return {status: 403, names: `the role “${role}”`};
    if (request.found && !request.found(caller)) return {status: 404};
    return {status: request.allowed ?? 200};
}

function check(operation, who, answer, {status, names}) {
    const label = `${operation.method} ${operation.path} as ${who}: ${answer.status} ${answer.text.slice(0, 300)}`;
    assert.equal(answer.status, status, label);
    assert.equal(answerFault(operation, answer), undefined, label);
    if (status === 401) assert.ok(answer.headers['www-authenticate'], label);
    if (status >= 401 && operation.path.startsWith('/api/v1/')) assertAnswer(answer, problem(status));
    if (names) assert.ok(answer.body.detail.includes(names), label);
}

test('every operation has a request here, and every request an operation', () => {
    const known = operations.map(({method, path}) => `${method} ${path}`);
    assert.deepEqual(known.filter((name) => !requests[name]), [], 'add them to `requests`');
    assert.deepEqual(Object.keys(requests).filter((name) => !known.includes(name)), []);
});

test('every operation names its scope, and a role that there is', () => {
    for (const {method, path, scope, role} of operations) {
        assert.ok(['open', ...all].includes(scope), `${method} ${path}: ${scope}`);
        assert.ok(roles.includes(role), `${method} ${path}: ${role}`);
    }
});

for (const operation of operations.filter(({scope}) => scope !== 'open')) {
    const {method, path, scope, role} = operation;
    test(`${method} ${path} is for who may ${scope}${role === 'application' ? '' : ` and is ${role}`}`, async () => {
        const request = requests[`${method} ${path}`];
        assert.ok(request, 'no request');
        for (const [who, caller] of Object.entries(callers)) {
            check(operation, who, await callAs(caller, operation, request), expected(caller, operation, request));
        }
    });
}

for (const operation of operations.filter(({scope}) => scope === 'open')) {
    const {method, path} = operation;
    test(`${method} ${path} asks nobody for a key`, async () => {
        const request = requests[`${method} ${path}`];
        assert.ok(request, 'no request');
        const plain = await callAs(callers.nobody, operation, request);
        assert.ok(plain.status < 500 && plain.status !== 401, plain.text);
        for (const [who, caller] of Object.entries(callers)) {
            const wrong = isOptional(operation.operation) && caller.status && who !== 'nobody';
            assert.equal((await callAs(caller, operation, request)).status, wrong ? 401 : plain.status, who);
        }
    });
}

test('a key that only sends may lie in a page: it sends, and does nothing else', async () => {
    const {token} = callers['an ingest key'];
    for (const {method, path, scope} of operations.filter((one) => !['open', 'ingest'].includes(one.scope))) {
        const answer = await callAs({token}, {method, path}, requests[`${method} ${path}`]);
        assert.equal(answer.status, 403, `${method} ${path} needs ${scope}: ${answer.text}`);
    }
});

test('what everybody\'s lists hold is their own', async () => {
    const event = await make.event();
    const rejection = await make.rejection();
    const key = await make.key();
    for (const [who, caller] of Object.entries(callers)) {
        if (caller.status || !caller.scopes.includes('read')) continue;
        const options = caller.bearer ? {token: null, headers: {authorization: `Bearer ${caller.bearer}`}} : {token: caller.token};
        for (const [list, id, visible] of [['events', event, reads(caller)], ['rejections', rejection, reads(caller)],
            ['keys?order=-id', key, owns(caller)], ['applications', ids.application, reads(caller)]]) {
            const answer = await server.get(`/api/v1/${list}${list.includes('?') ? '&' : '?'}limit=1000`, options);
            if (answer.status === 403) continue;  // the role is looked at above
            assert.equal(answer.body.results.some((one) => one.id === id), visible, `${who}: ${list}`);
        }
    }
});
