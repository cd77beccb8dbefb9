// JSON Schema as the server checks it, held against Ajv, another implementation of draft 7: random
// schemas and payloads, from a seed that a failure names. The seeds are fixed because Ajv 8.17 errs, too: after
// an array that contains what it must, it lets an empty one of the same loop pass (seed 126).
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import {test} from 'node:test';

import {repository, useServer} from './harness.mjs';

const require = createRequire(import.meta.url);
const Ajv = require(path.join(repository, 'third_party/node_modules/ajv'));
const server = useServer();
const schemasEach = 60;
const payloadsEach = 60;

// mulberry32: the same numbers on every machine.
class Random {
    constructor(seed) {
        this.state = seed;
    }
    next() {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    }
    below(limit) {
        return Math.floor(this.next() * limit);
    }
    of(choices) {
        return choices[this.below(choices.length)];
    }
    some(choices, most) {
        return [...new Set(Array.from({length: 1 + this.below(most)}, () => this.of(choices)))];
    }
}

const keys = ['a', 'b', 'ab', 'x/y', 'é'];
const scalars = [null, true, false, 0, 1, -1, 2.5, 1e3, 9007199254740991, '', 'a', 'ab', 'é😀', '12'];
const types = ['null', 'boolean', 'number', 'integer', 'string', 'object', 'array'];
const patterns = ['^a', 'b$', '^[a-z]+$', '[0-9]{2}', '^.$', 'é'];

function value(random, depth) {
    const kind = random.below(depth > 0 ? 6 : 4);
    if (kind === 4) return Array.from({length: random.below(4)}, () => value(random, depth - 1));
    if (kind === 5) return object(random, depth - 1);
    return random.of(scalars);
}

function object(random, depth) {
    return Object.fromEntries(Array.from({length: random.below(4)}, () => [random.of(keys), value(random, depth)]));
}

const members = (random, depth) => Object.fromEntries(random.some(keys, 3).map((key) => [key, schema(random, depth)]));
const several = (random, depth) => Array.from({length: 1 + random.below(3)}, () => schema(random, depth));

const keywords = {
    type: (random) => (random.below(2) ? random.of(types) : random.some(types, 3)),
    const: (random) => value(random, 1),
    enum: (random) => random.some(scalars, 5),
    minimum: (random) => random.of([0, 1, 2.5]),
    maximum: (random) => random.of([0, 1, 2.5]),
    exclusiveMinimum: (random) => random.of([0, 1, 2.5]),
    exclusiveMaximum: (random) => random.of([0, 1, 2.5]),
    multipleOf: (random) => random.of([1, 2, 0.5, 0.1, 0.01]),
    minLength: (random) => random.below(3),
    maxLength: (random) => random.below(3),
    pattern: (random) => random.of(patterns),
    minItems: (random) => random.below(3),
    maxItems: (random) => random.below(4),
    uniqueItems: (random) => random.below(2) === 1,
    items: (random, depth) => (random.below(2) ? schema(random, depth) : several(random, depth)),
    additionalItems: (random, depth) => schema(random, depth),
    contains: (random, depth) => schema(random, depth),
    minProperties: (random) => random.below(3),
    maxProperties: (random) => random.below(4),
    required: (random) => random.some(keys, 2),
    properties: members,
    patternProperties: (random, depth) => ({[random.of(patterns)]: schema(random, depth)}),
    additionalProperties: (random, depth) => schema(random, depth),
    propertyNames: (random, depth) => schema(random, depth),
    dependencies: (random, depth) => ({[random.of(keys)]: random.below(2) ? random.some(keys, 2) : schema(random, depth)}),
    allOf: several,
    anyOf: several,
    oneOf: several,
    not: (random, depth) => schema(random, depth),
    if: (random, depth) => schema(random, depth),
    then: (random, depth) => schema(random, depth),
    else: (random, depth) => schema(random, depth),
};

function schema(random, depth) {
    if (depth === 0 || random.below(12) === 0) return random.of([true, true, false, {type: random.of(types)}]);
    if (random.below(10) === 0) return {$ref: '#/definitions/d'};
    return Object.fromEntries(random.some(Object.keys(keywords), 3).map((name) => [name, keywords[name](random, depth - 1)]));
}

// A whole one: an object, with what references lead to. That refers to nothing itself, so that none loops.
function whole(random) {
    const definition = JSON.parse(JSON.stringify(schema(random, 2)).replaceAll('{"$ref":"#/definitions/d"}', 'true'));
    const body = {};
    for (const name of random.some(Object.keys(keywords), 5)) body[name] = keywords[name](random, 3);
    return {...body, definitions: {d: definition}};
}

async function typeFor(name) {
    await server.post('/api/v1/events', {json: {category: 'schema', name}});
    const {body} = await server.get(`/api/v1/event-types?name=${name}`);
    return body.results[0].id;
}

for (const seed of [1, 2, 3, 4]) {
    test(`agrees with Ajv on random schemas, seed ${seed}`, async () => {
        const random = new Random(seed);
        const name = `random-${seed}`;
        const id = await typeFor(name);
        const taken = {true: 0, false: 0};
        for (let n = 0; n < schemasEach; n++) {
            const rules = whole(random);
            // Of decimals both allow for what doubles cannot say.
            const options = {strict: false, validateFormats: false, allErrors: false, logger: false, multipleOfPrecision: 9};
            const judge = new Ajv(options).compile(rules);
            const changed = await server.patch(`/api/v1/event-types/${id}`, {json: {schema: rules, mode: 'enforce'}});
            assert.equal(changed.status, 200, `${JSON.stringify(rules)}: ${changed.text}`);
            const payloads = Array.from({length: payloadsEach}, () => object(random, 2));
            const {body} = await server.post('/api/v1/validate', {json: payloads.map((data) => ({category: 'schema', name, data}))});
            payloads.forEach((data, i) => {
                const {valid, errors} = body.results[i];
                assert.equal(valid, judge(data), `seed ${seed}, ${JSON.stringify(rules)} over ${JSON.stringify(data)}: ${JSON.stringify(errors)}`);
                if (!valid) assert.match(errors[0].pointer, /^\/data(\/|$)/);
                taken[valid]++;
            });
        }
        assert.ok(taken.true > 200 && taken.false > 200, JSON.stringify(taken));
    });
}
