// API behaviour as tables: what is sent, what must come back, and what must not.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';
import {inspect} from 'node:util';

export const anyId = (value) => Number.isSafeInteger(value) && value >= 1;
export const anyInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
export const anyUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const anything = () => true;
// What a stored event that was accepted at once says of how it was judged.
export const acceptedAtOnce = {type_version: (version) => version === null || version >= 1, violation: null, replays: null};

// An object of which only these members matter.
export function having(members) {
    const matcher = (value) => value !== null && typeof value === 'object' &&
        Object.entries(members).every(([key, expected]) => faultOf(value[key], expected) === undefined);
    matcher.toString = () => `having(${inspect(members, {depth: 5})})`;
    return matcher;
}

// Where `actual` is not as `expected` says, or undefined. Functions are predicates, regular
// expressions are for texts, objects and arrays match member by member, the rest is equality.
function faultOf(actual, expected, at = '') {
    const fault = (why) => `${at || 'value'}: ${why}, got ${inspect(actual, {depth: 6})}`;
    if (typeof expected === 'function') return expected(actual) ? undefined : fault(`not ${expected}`);
    if (expected instanceof RegExp) {
        return typeof actual === 'string' && expected.test(actual) ? undefined : fault(`does not match ${expected}`);
    }
    if (expected === null || typeof expected !== 'object') {
        return Object.is(actual, expected) ? undefined : fault(`is not ${inspect(expected)}`);
    }
    if (actual === null || typeof actual !== 'object' || Array.isArray(actual) !== Array.isArray(expected)) {
        return fault(`is not like ${inspect(expected)}`);
    }
    const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
    for (const key of keys) {
        if (!(key in expected)) return fault(`has '${key}', unexpectedly`);
        if (!(key in actual)) return fault(`lacks '${key}'`);
        const inner = faultOf(actual[key], expected[key], `${at}/${key}`);
        if (inner) return inner;
    }
    return undefined;
}

export function assertMatches(actual, expected) {
    const fault = faultOf(actual, expected);
    assert.ok(fault === undefined, fault);
}

// What an answer must be: {status, body, headers, contains: [text], lacks: [text]}.
export function assertAnswer(answer, {status, body, headers = {}, contains = [], lacks = []}) {
    const shown = `${answer.status} ${inspect(answer.headers)}\n${answer.text?.slice(0, 2000)}`;
    if (status !== undefined) assert.equal(answer.status, status, shown);
    if (body !== undefined) assertMatches(answer.body ?? answer.text, body);
    for (const [name, expected] of Object.entries(headers)) assertMatches(answer.headers[name], expected);
    for (const text of contains) assert.ok(answer.text.includes(text), `holds ${text}: ${shown}`);
    for (const text of lacks) assert.ok(!answer.text.includes(text), `does not hold ${text}: ${shown}`);
}

export function problem(status, {code, ...more} = {}) {
    const type = code ? `/docs/errors#${code}` : /^\/docs\/errors#[a-z_]+$/;
    return {
        status,
        headers: {'content-type': /^application\/problem\+json/},
        body: having({type, code: code ?? /^[a-z_]+$/, title: /./, status, detail: /./, instance: /./, ...more}),
    };
}

// Registers a test for each row: {name, send: [method, target, options], then the members of
// assertAnswer}.
export function scenarios(server, rows) {
    for (const {name, send, ...expected} of rows) {
        test(name, async () => {
            const [method, target, options] = typeof send === 'function' ? await send() : send;
            assertAnswer(await server.call(method, target, options), expected);
        });
    }
}

// The README event of the seeds, with changes; undefined takes a field out.
export function theEvent(changes = {}) {
    return {
        session_id: 'e2085be5-9137-4e4e-80b5-f1ffddc25423',
        category: 'page interaction',
        name: 'cta click',
        data: {host: 'www.example.org', path: '/', element: 'chat bubble'},
        timestamp: '2021-01-01 09:15:27.243860',
        ...changes,
    };
}

// A text that nothing else in the file uses, so that tests do not meet each other's events.
export function unique(prefix = 'thing') {
    return `${prefix} ${randomUUID().slice(0, 8)}`;
}

export function inAnHour() {
    return new Date(Date.now() + 3_600_000).toISOString();
}
