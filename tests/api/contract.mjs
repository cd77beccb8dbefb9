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

// What an answer has that its operation does not tell: a status, a content type, a body.
export function answerFault({operation}, answer) {
    const described = resolve(operation.responses[answer.status]);
    if (!described) return `the status ${answer.status} is not described: ${answer.text}`;
    if (!answer.bytes.length) return undefined;
    const type = answer.headers['content-type']?.split(';')[0];
    const content = described.content?.[type];
    if (!content) return `${answer.status} with ${type} is not described`;
    if (answer.body === undefined) return undefined;
    return schemaFault(answer.body, content.schema);
}
