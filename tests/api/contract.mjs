// The operations of api/openapi.yaml.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

import {repository} from './harness.mjs';

const require = createRequire(import.meta.url);
const yaml = require(path.join(repository, 'third_party/node_modules/js-yaml'));

export const contract = yaml.load(readFileSync(path.join(repository, 'api/openapi.yaml'), 'utf8'));

// What a $ref leads to; other values as they are.
export function resolve(value) {
    if (!value?.$ref) return value;
    const found = value.$ref.slice(2).split('/').reduce((at, key) => at[key], contract);
    return {...resolve(found), ...Object.fromEntries(Object.entries(value).filter(([key]) => key !== '$ref'))};
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

// Each as {method, path, scope, role, operation}.
export const operations = Object.entries(contract.paths).flatMap(([route, item]) =>
    methods.filter((method) => item[method]).map((method) => ({
        method: method.toUpperCase(),
        path: route,
        scope: item[method]['x-eyed-scope'],
        role: item[method]['x-eyed-role'] ?? 'application',
        operation: item[method],
    })));

// The operation of a path: what varies in it is whatever stands there; literal paths win.
export function operationOf(method, target) {
    const path = target.split('?')[0].replace(/^https?:\/\/[^/]+/, '').replace(/\/$/, '');
    const fits = operations.filter((one) => one.method === method &&
        new RegExp(`^${one.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path));
    const literal = (one) => (one.path.match(/\{/g) ?? []).length;
    return fits.sort((a, b) => literal(a) - literal(b))[0];
}

// Whether an operation knows who shows credentials, and asks nobody for them.
export function isOptional(operation) {
    return (operation.security ?? []).some((one) => !Object.keys(one).length);
}

const typeNames = {
    object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
    array: Array.isArray,
    string: (value) => typeof value === 'string',
    integer: Number.isInteger,
    number: (value) => typeof value === 'number',
    boolean: (value) => typeof value === 'boolean',
    null: (value) => value === null,
};

// Where a value is not as a schema of the contract says, or undefined. Knows the keywords that the
// contract uses.
export function schemaFault(value, given, at = '') {
    const schema = resolve(given);
    const fault = (why) => `${at || 'the body'} ${why}: ${JSON.stringify(value)?.slice(0, 300)}`;
    for (const part of schema.allOf ?? []) {
        const found = schemaFault(value, part, at);
        if (found) return found;
    }
    if (schema.anyOf && schema.anyOf.every((one) => schemaFault(value, one, at))) return fault('fits none of its forms');
    if (schema.oneOf) {
        const fitting = schema.oneOf.filter((one) => schemaFault(value, one, at) === undefined);
        return fitting.length === 1 ? undefined : fault(`fits ${fitting.length} of its forms`);
    }
    const types = schema.type === undefined ? [] : [schema.type].flat();
    if (types.length && !types.some((type) => typeNames[type](value))) return fault(`is not ${types}`);
    if ('const' in schema && value !== schema.const) return fault(`is not ${schema.const}`);
    if (schema.enum && !schema.enum.includes(value)) return fault(`is none of ${schema.enum}`);
    if (typeof value === 'string' && schema.pattern && !new RegExp(schema.pattern).test(value)) {
        return fault(`does not match ${schema.pattern}`);
    }
    if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
        return fault(`is under ${schema.minimum}`);
    }
    if (typeof value === 'number' && value > schema.maximum) return fault(`is over ${schema.maximum}`);
    const [fewest, most] = typeof value === 'string' ? [schema.minLength, schema.maxLength] : [schema.minItems, schema.maxItems];
    const length = Array.isArray(value) ? value.length : [...String(value)].length;
    if (length < fewest || length > most) return fault(`has ${length} parts, not ${fewest ?? 0} to ${most ?? 'any number'}`);
    if (Array.isArray(value) && schema.items) {
        return value.map((item, i) => schemaFault(item, schema.items, `${at}/${i}`)).find(Boolean);
    }
    if (!typeNames.object(value)) return undefined;
    const missing = (schema.required ?? []).find((name) => !(name in value));
    if (missing) return fault(`lacks ${missing}`);
    const known = schema.properties ?? {};
    for (const [name, member] of Object.entries(value)) {
        const inner = known[name] ?? schema.additionalProperties;
        if (inner === false) return fault(`has ${name}`);
        const found = typeof inner === 'object' ? schemaFault(member, inner, `${at}/${name}`) : undefined;
        if (found) return found;
    }
    return undefined;
}

// Content of one JSON value a line.
export const isLines = (type) => /\/(x-ndjson|jsonl)$/.test(type);

// Where content is not as its schema says, or undefined. Lines are given as their text, or parsed.
export function contentFault(type, value, schema) {
    if (!isLines(type)) return schemaFault(value, schema);
    const lines = typeof value === 'string' ? value.split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [value].flat();
    return lines.map((line, i) => schemaFault(line, schema, `line ${i + 1}`)).find(Boolean);
}

// What an answer has that its operation does not tell: a status, a content type, a body.
export function answerFault({operation}, answer) {
    const described = resolve(operation.responses[answer.status]);
    if (!described) return `the status ${answer.status} is not described: ${answer.text}`;
    if (!answer.bytes.length) return undefined;
    const type = answer.headers['content-type']?.split(';')[0];
    const content = described.content?.[type];
    if (!content) return `${answer.status} with ${type} is not described`;
    if (answer.body === undefined && !isLines(type)) return undefined;
    return contentFault(type, answer.body ?? answer.text, content.schema);
}
