// Types that change, or are made, while events of them stream in.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {unique} from './scenario.mjs';

const server = useServer();
const examples = [{n: 1}, {s: 'x'}];
const shapes = examples.map((data) => JSON.stringify(data));

async function typeOf(name) {
    const {body} = await server.get(`/api/v1/event-types?name=${encodeURIComponent(name)}`);
    return body.results;
}

async function allRows(target) {
    const rows = [];
    for (let cursor = ''; ;) {
        const {body} = await server.get(`${target}&limit=1000${cursor}`);
        rows.push(...body.results);
        if (body.next === null) return rows;
        cursor = `&cursor=${body.next}`;
    }
}

test('a hundred first sights at once make one type', async () => {
    const name = unique('first');
    const answers = await Promise.all(Array.from({length: 100}, (_, n) =>
        server.post('/api/v1/events', {json: {category: 'race', name, data: {n}}})));
    assert.deepEqual(new Set(answers.map(({status}) => status)), new Set([201]));
    const types = await typeOf(name);
    assert.equal(types.length, 1);
    assert.equal(types[0].counts.events, 100);
    assert.equal(types[0].version, 1);
});

test('each event is judged by exactly one version, and notes it', async () => {
    const name = unique('flips');
    const json = (data) => ({json: {category: 'race', name, data}});
    await server.post('/api/v1/events', json(examples[0]));
    const [{id}] = await typeOf(name);
    let flipping = true;
    let accepted = 1;
    let refused = 0;
    const writer = async (turn) => {
        for (let i = turn; flipping; i++) {
            const {status} = await server.post('/api/v1/events', {json: [json(examples[i % 2]).json, json(examples[(i + 1) % 2]).json]});
            assert.equal(status === 200 || status === 207, true);
            const {status: one} = await server.post('/api/v1/events', json(examples[i % 2]));
            if (one === 201) accepted++;
            else refused++;
        }
    };
    const writers = Array.from({length: 6}, (_, turn) => writer(turn));
    for (let flip = 0; flip < 40; flip++) {
        const changed = await server.patch(`/api/v1/event-types/${id}`, {json: {example: examples[flip % 2], mode: 'enforce'}});
        assert.equal(changed.status, 200);
    }
    flipping = false;
    await Promise.all(writers);
    assert.ok(accepted > 1 && refused > 0);

    const versions = new Map((await allRows(`/api/v1/event-types/${id}/versions?`)).map((one) => [one.version, one]));
    assert.equal(versions.size, 41);
    const wanted = (version) => {
        const found = versions.get(version);
        assert.ok(found, `version ${version} is kept`);
        return found.mode === 'enforce' ? JSON.stringify(found.example) : undefined;
    };
    const shapeOf = (data) => shapes.find((shape) => Object.keys(JSON.parse(shape))[0] === Object.keys(data)[0]);
    const query = `name=${encodeURIComponent(name)}`;
    const events = await allRows(`/api/v1/events?${query}`);
    for (const event of events) {
        const example = wanted(event.type_version);
        if (example) assert.equal(shapeOf(event.data), example, `event ${event.id} fits version ${event.type_version}`);
    }
    const rejections = await allRows(`/api/v1/rejections?${query}`);
    for (const rejection of rejections) {
        const example = wanted(rejection.type_version);
        assert.ok(example, 'a version that enforces refused it');
        assert.notEqual(shapeOf(rejection.payload.data), example, `rejection ${rejection.id} does not fit version ${rejection.type_version}`);
    }
    assert.ok(new Set(events.map(({type_version: version}) => version)).size > 5, 'several versions judged');
    assert.ok(rejections.length > 5);
});
