// api/openapi.yaml by itself, and against what the program answers.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {answerFault, contract, isOptional, operations, resolve} from './contract.mjs';
import {useServer} from './harness.mjs';
import {theEvent} from './scenario.mjs';

const server = useServer();

test('every reference leads somewhere', () => {
    JSON.stringify(contract, (key, value) => {
        if (key === '$ref') assert.ok(resolve({$ref: value}), value);
        return value;
    });
});

test('operations have names of their own, and ask for a token unless they are open', () => {
    const names = operations.map(({operation}) => operation.operationId);
    assert.equal(new Set(names).size, names.length);
    for (const {method, path, scope, operation} of operations) {
        const open = operation.security?.length === 0 || isOptional(operation);
        assert.equal(open, scope === 'open', `${method} ${path}`);
        assert.ok(operation.summary, `${method} ${path}`);
        assert.ok(operation.tags.every((name) => contract.tags.some((tag) => tag.name === name && tag.description)), `${method} ${path}: ${operation.tags}`);
    }
});

test('every part of a path that varies is a parameter', () => {
    for (const {path, operation} of operations) {
        const parameters = [...(contract.paths[path].parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
        const inPath = parameters.filter((one) => one.in === 'path').map(({name}) => name);
        assert.deepEqual(inPath, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name), path);
    }
});

test('every path knows its methods, with and without the slash', async () => {
    for (const path of Object.keys(contract.paths)) {
        const target = path.replace(/\{\w+\}/, path.includes('sessions') ? theEvent().session_id : '1');
        for (const slash of path === '/' ? [''] : ['', '/']) {
            const answer = await server.call('OPTIONS', target + slash, {token: null});
            assert.ok([200, 204].includes(answer.status), target + slash);
            const allowed = answer.headers.allow.split(/\s*,\s*/).filter((name) => !['HEAD', 'OPTIONS'].includes(name));
            const described = operations.filter((one) => one.path === path).map(({method}) => method);
            assert.deepEqual(allowed.sort(), described.sort(), target);
        }
    }
});

// Requests that are wrong in ways an operation describes, and what each must answer.
const wrong = [
    ['POST', '/events', {json: {}}, 400], ['POST', '/events', {body: '{', type: 'application/json'}, 400],
    ['POST', '/events', {body: 'x', type: 'text/plain'}, 415], ['GET', '/events', {query: 'limit=x'}, 400],
    ['POST', '/api/event', {json: {}}, 400], ['POST', '/api/event', {json: [{}]}, 422], ['POST', '/api/event', {body: 'x', type: 'text/plain'}, 415],
    ['GET', '/sessions', {query: 'limit=0'}, 400], ['GET', '/errors', {query: 'cursor=x'}, 400],
    ['PUT', '/event_detail/{id}', {json: {}}, 400], ['POST', '/api-token-auth', {json: {}}, 400],
    ['POST', '/api/v1/events', {json: {}}, 400], ['POST', '/api/v1/events', {json: []}, 400],
    ['POST', '/api/v1/events', {json: [{}]}, 207], ['POST', '/api/v1/events', {body: 'x', type: 'text/plain'}, 415],
    ['POST', '/api/v1/events', {json: Array(10_001).fill(0)}, 413], ['GET', '/api/v1/events', {query: 'order=x'}, 400],
    ['PATCH', '/api/v1/events/{id}', {json: {name: 5}}, 400], ['GET', '/api/v1/rejections', {query: 'reason=x'}, 400],
    ['GET', '/api/v1/event-types', {query: 'x=y'}, 400], ['GET', '/api/v1/export', {query: 'format=x'}, 400],
    ['GET', '/api/v1/sessions', {query: 'from=x'}, 400], ['GET', '/api/v1/rejections/summary', {query: 'bucket=x'}, 400],
    ['POST', '/api/v1/rejections/replay', {json: {ids: []}}, 400], ['POST', '/api/v1/rejections/discard', {json: {}}, 400],
    ['POST', '/api/v1/rejections/replay', {body: 'x', type: 'text/plain'}, 415],
    ['POST', '/api/v1/rejections/discard', {body: 'x', type: 'text/plain'}, 415],
    ['POST', '/api/cashback', {json: {}}, 400], ['POST', '/api/cashback', {body: '{', type: 'application/json'}, 400],
    ['POST', '/api/cashback', {body: 'x', type: 'text/plain'}, 415], ['GET', '/api/cashbacks', {query: 'state=x'}, 400],
    ['GET', '/api/cashbacks', {query: 'page=9'}, 404], ['POST', '/api/cashbacks/retry', {json: {}}, 400], ['POST', '/api/cashbacks/retry', {json: []}, 400],
    ['GET', '/api/customers', {query: 'document=1'}, 400], ['POST', '/api/customers', {json: []}, 400], ['POST', '/api/products', {json: {}}, 400],
    ['POST', '/api/cashback/rules', {json: {}}, 400], ['GET', '/api/reconciliation', {query: 'from=x'}, 400],
    ['POST', '/api/reconciliation/imports', {body: 'x', type: 'text/csv'}, 400], ['POST', '/api/reconciliation/imports', {json: {}}, 415],
    ['GET', '/api/v1/receipts/{event_id}', {query: 'x=y'}, 400], ['GET', '/api/v1/receipts/{event_id}', {query: ''}, 404],
];
for (const [method, path, {query, ...options}, status] of wrong) {
    test(`${method} ${path} answers ${status} as described: ${query ?? options.body ?? JSON.stringify(options.json).slice(0, 30)}`, async () => {
        const {body: {id}} = await server.post('/events/', {json: theEvent()});
        const target = path.replace('{id}', id) + (query ? `?${query}` : '');
        const answer = await server.call(method, target, options);
        assert.equal(answer.status, status, answer.text);
        assert.equal(answerFault(operations.find((one) => one.method === method && one.path === path), answer), undefined);
    });
}
