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

// Each as {method, path, scope, operation}.
export const operations = Object.entries(contract.paths).flatMap(([route, item]) =>
    methods.filter((method) => item[method]).map((method) => ({
        method: method.toUpperCase(),
        path: route,
        scope: item[method]['x-eyed-scope'],
        operation: item[method],
    })));
