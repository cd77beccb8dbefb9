// `eyed type`: event types from the command line, against a running server.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {runEyed, temporaryDirectory, useServer} from './harness.mjs';
import {unique} from './scenario.mjs';

const server = useServer();
const folder = temporaryDirectory();

async function type(args, {code = 0, token = server.token} = {}) {
    const ended = await runEyed(['type', ...args, '--url', server.origin, '--token', token]);
    assert.equal(ended.code, code, `eyed type ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
}

function file(name, value) {
    const target = path.join(folder, name);
    writeFileSync(target, typeof value === 'string' ? value : JSON.stringify(value));
    return target;
}

async function send(name, ...payloads) {
    for (const data of payloads) {
        assert.equal((await server.post('/api/v1/events', {json: {category: 'cli', name, data}})).status, 201);
    }
}

test('list tells people, machines and scripts', async () => {
    const name = unique('listed');
    await send(name, {n: 1});
    const human = (await type(['list', '--search', name])).stdout;
    assert.match(human, /^CATEGORY +NAME +CHECK +EVENTS/);
    assert.match(human, new RegExp(`\ncli +${name} +off +1 +0 +0 +2`));
    const json = JSON.parse((await type(['list', '--search', name, '--json'])).stdout);
    assert.deepEqual([json.category, json.name, json.counts.events], ['cli', name, 1]);
    assert.equal((await type(['list', '--search', name, '--quiet'])).stdout, `cli\t${name}\n`);
    assert.equal((await type(['list', '--search', name, '--mode', 'enforce', '--quiet'])).stdout, '');
});

test('a type is inferred, tried, observed and enforced', async () => {
    const name = unique('way');
    await send(name, {n: 1}, {n: 2}, {n: 'x'});
    const human = (await type(['infer', 'cli', name])).stdout;
    assert.match(human, /Of 3 events:/);
    assert.match(human, /\/n +3 +100\.0 % +integer, string/);
    const schema = file('schema.json', (await type(['infer', 'cli', name, '--as', 'schema', '--quiet'])).stdout);
    assert.equal((await type(['backtest', 'cli', name, '--schema', schema, '--quiet'])).stdout, '0\n');

    const example = file('example.json', {n: 1});
    const tried = await type(['backtest', 'cli', name, '--example', example]);
    assert.match(tried.stdout, /3 of 3 events examined, 1 would fail\./);
    assert.match(tried.stdout, /1 +structure_type +\/data\/n must be a number, not a string\./);
    const counted = JSON.parse((await type(['backtest', 'cli', name, '--example', example, '--limit', '2', '--json'])).stdout);
    assert.equal(counted.examined, 2);

    await type(['set', 'cli', name, '--example', example, '--mode', 'observe']);
    assert.equal((await type(['set', 'cli', name, '--mode', 'enforce', '--description', 'numbers', '--quiet'])).stdout, 'enforce\n');
    const shown = (await type(['show', 'cli', name])).stdout;
    for (const text of [/version 3/, /numbers/, /check: +enforce \(example\)/, /3, 0 of them do not fit/, /example: {"n":1}/]) assert.match(shown, text);
    assert.equal((await server.post('/api/v1/events', {json: {category: 'cli', name, data: {n: 'x'}}})).status, 400);
});

test('files go to the server as they are', async () => {
    const name = unique('raw');
    await send(name, {n: 1});
    const {body: {results: [{id}]}} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`);
    const textOf = async () => (await server.get(`/api/v1/event-types/${id}`)).text;
    await type(['set', 'cli', name, '--example', file('raw.json', '{"n": 1.0, "big": 12345678901234567890123}\n')]);
    assert.ok((await textOf()).includes('{"n":1.0,"big":12345678901234567890123}'));
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
    await type(['set', 'cli', name, '--example', file('deep.json', deep)]);
    assert.ok((await textOf()).includes(deep));
    assert.ok((await type(['list', '--search', name, '--json'])).stdout.includes(deep));
    assert.ok((await type(['show', 'cli', name])).stdout.includes(deep));
});

test('what the server refuses is told with its field and pointer', async () => {
    const name = unique('refused');
    await send(name, {n: 1});
    const wrong = file('wrong.json', {properties: {a: {type: 'text'}}});
    const refused = await type(['set', 'cli', name, '--schema', wrong], {code: 2});
    assert.match(refused.stderr, /schema\/properties\/a\/type: A type is one of/);
    assert.match((await type(['show', 'cli', 'none'], {code: 1})).stderr, /no event type cli: none/);
    assert.match((await type(['set', 'cli', name, '--mode', 'enforce'], {code: 2})).stderr, /nothing to check against/);
    assert.match((await type(['list'], {code: 1, token: 'f'.repeat(40)})).stderr, /Invalid token/);
});

test('a command line that makes no sense is refused before anything is sent', async () => {
    const good = file('good.json', {a: 1});
    for (const args of [['set', 'c', 'n'], ['set', 'c', 'n', '--mode', 'x'], ['show', 'c'], ['infer', 'c', 'n', '--limit', '0'],
        ['set', 'c', 'n', '--example', good, '--schema', good], ['set', 'c', 'n', '--example', `${good}.none`],
        ['set', 'c', 'n', '--example', file('broken.json', '{')], ['frobnicate']]) {
        await type(args, {code: 2});
    }
    const ended = await runEyed(['type', 'list']);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /--url/);
});
