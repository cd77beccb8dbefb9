// Seed 001, POST /events/ and POST /sessions/: every message, and its record under /errors/.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {test} from 'node:test';

import {useServer} from './harness.mjs';
import {anyId, anyInstant, anyUuid, assertAnswer, inAnHour, scenarios, theEvent, unique} from './scenario.mjs';

const server = useServer();
const required = ['This field is required.'];
const noNull = ['This field may not be null.'];
const blank = ['This field may not be blank.'];
const notText = ['Not a valid string.'];
const noEmptyData = ["The data can't be empty."];
const noJson = ['The data content must a JSON format.'];
const badTime = ['Datetime has wrong format. Use one of these formats instead: ' +
    'YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].'];

test('the README event is taken and given back, and reads back', async () => {
    const answer = await server.post('/events/', {json: theEvent()});
    const event = {...theEvent(), id: anyId, timestamp: '2021-01-01T09:15:27.243860Z'};
    assertAnswer(answer, {status: 201, body: event});
    assertAnswer(await server.get(`/event_detail/${answer.body.id}`), {status: 200, body: event});
});

// A faulty body is answered with `errors` and recorded with its payload and a message.
function refused(name, changes, errors) {
    test(name, async () => {
        const marker = unique('marker');
        const sent = {...theEvent(changes), marker};
        assertAnswer(await server.post('/events/', {json: sent}), {status: 400, body: errors});
        const {body} = await server.get('/errors/?limit=1000');
        const recorded = body.filter((error) => error.data?.marker === marker);
        assert.equal(recorded.length, 1, 'one record');
        assertAnswer({body: recorded[0]}, {
            body: {id: anyId, data: JSON.parse(JSON.stringify(sent)), message: /./, created_at: anyInstant},
        });
        const [reason] = Object.values(errors)[0];
        assert.ok(recorded[0].message.includes(reason), `the record says why: ${recorded[0].message}`);
    });
}

refused('no session_id', {session_id: undefined}, {session_id: required});
refused('no category', {category: undefined}, {category: required});
refused('no name', {name: undefined}, {name: required});
refused('no data', {data: undefined}, {data: required});
refused('no timestamp', {timestamp: undefined}, {timestamp: required});
refused('null session_id', {session_id: null}, {session_id: noNull});
refused('null category', {category: null}, {category: noNull});
refused('null name', {name: null}, {name: noNull});
refused('null timestamp', {timestamp: null}, {timestamp: noNull});
refused('null data', {data: null}, {data: noEmptyData});
refused('blank category', {category: ''}, {category: blank});
refused('category of spaces', {category: '   '}, {category: blank});
refused('blank name', {name: ''}, {name: blank});
refused('empty data', {data: {}}, {data: noEmptyData});
refused('blank data', {data: ''}, {data: noEmptyData});
refused('data is a text', {data: 'text'}, {data: noJson});
refused('data is the text of an object', {data: '{"a":1}'}, {data: noJson});
refused('data is an array', {data: [1]}, {data: noJson});
refused('data is a number', {data: 5}, {data: noJson});
refused('category is a boolean', {category: true}, {category: notText});
refused('category is an object', {category: {}}, {category: notText});
refused('name is an array', {name: []}, {name: notText});
refused('category of 51 characters', {category: 'c'.repeat(51)},
    {category: ['Ensure this field has no more than 50 characters.']});
refused('category of 51 characters beyond ASCII', {category: '☕'.repeat(51)},
    {category: ['Ensure this field has no more than 50 characters.']});
refused('name of 151 characters', {name: 'n'.repeat(151)},
    {name: ['Ensure this field has no more than 150 characters.']});
refused('NUL in the category', {category: 'a\u0000b'}, {category: ['Null characters are not allowed.']});
refused('NUL in the name', {name: 'a\u0000b'}, {name: ['Null characters are not allowed.']});
refused('a session_id that is no UUID', {session_id: 'x'}, {session_id: ['“x” is not a valid UUID.']});
refused('a blank session_id', {session_id: ''}, {session_id: ['“” is not a valid UUID.']});
refused('a time that is none', {timestamp: 'yesterday'}, {timestamp: badTime});
refused('a blank time', {timestamp: ''}, {timestamp: badTime});
refused('a time that is a number', {timestamp: 1609492527}, {timestamp: badTime});
refused('the 30th of February', {timestamp: '2021-02-30T00:00:00Z'}, {timestamp: badTime});
refused('25 o\'clock', {timestamp: '2021-02-03T25:00:00Z'}, {timestamp: badTime});
refused('a time before the year 1 in UTC', {timestamp: '0001-01-01T00:00:00+14:00'}, {timestamp: badTime});
refused('a time in the future', {timestamp: inAnHour()}, {timestamp: ["The timestamp can't be greater than now."]});
refused('all that is faulty is said at once',
    {session_id: 'x', category: undefined, name: '', data: [], timestamp: 'soon'}, {
        session_id: ['“x” is not a valid UUID.'],
        category: required,
        name: blank,
        data: noJson,
        timestamp: badTime,
    });

const accepted = (name, changes, back = {}) => ({
    name,
    send: ['POST', '/events/', {json: theEvent(changes)}],
    status: 201,
    body: {...theEvent(changes), id: anyId, timestamp: '2021-01-01T09:15:27.243860Z', ...back},
});
const noon = '2021-01-01T12:00:00.000000Z';

scenarios(server, [
    accepted('category of 50 and name of 150 characters', {category: 'c'.repeat(50), name: 'n'.repeat(150)}),
    accepted('50 and 150 characters beyond ASCII', {category: '☕'.repeat(50), name: '名'.repeat(150)}),
    accepted('a number as category and name', {category: 5, name: 2.5}, {category: '5', name: '2.5'}),
    accepted('nested data', {data: {a: {b: [1, 2.5, null, true, {c: 'ü☕"\\\n'}]}}}),
    accepted('data beyond 32 bits', {data: {n: 9007199254740991, m: -9007199254740991}}),
    accepted('the session id in upper case', {session_id: 'E2085BE5-9137-4E4E-80B5-F1FFDDC25423'},
        {session_id: 'e2085be5-9137-4e4e-80b5-f1ffddc25423'}),
    accepted('time with T and Z', {timestamp: '2021-01-01T12:00:00Z'}, {timestamp: noon}),
    accepted('time with an offset', {timestamp: '2021-01-01T13:30:00+01:30'}, {timestamp: noon}),
    accepted('time with a negative offset', {timestamp: '2021-01-01 07:00:00-05:00'}, {timestamp: noon}),
    accepted('time without a zone is UTC', {timestamp: '2021-01-01T12:00:00'}, {timestamp: noon}),
    accepted('time without seconds', {timestamp: '2021-01-01T12:00'}, {timestamp: noon}),
    accepted('time with three digits', {timestamp: '2021-01-01T12:00:00.123Z'}, {timestamp: '2021-01-01T12:00:00.123000Z'}),
    accepted('more digits than six are cut off', {timestamp: '2021-01-01T12:00:00.1234569Z'},
        {timestamp: '2021-01-01T12:00:00.123456Z'}),
    accepted('a leap day', {timestamp: '2020-02-29T12:00:00Z'}, {timestamp: '2020-02-29T12:00:00.000000Z'}),
    accepted('a time before 1970', {timestamp: '1965-03-04T05:06:07Z'}, {timestamp: '1965-03-04T05:06:07.000000Z'}),
    {
        name: 'fields that are not known are ignored',
        send: ['POST', '/events/', {json: theEvent({id: 7, extra: {a: 1}})}],
        status: 201,
        lacks: ['extra'],
    },
    {
        name: 'a clock a little ahead is no lie',
        send: () => ['POST', '/events', {json: theEvent({timestamp: new Date(Date.now() + 2000).toISOString()})}],
        status: 201,
    },
    {
        name: 'a body that is no JSON',
        send: ['POST', '/events/', {body: '{"category": ', type: 'application/json'}],
        status: 400,
        body: {detail: /^JSON parse error - /},
    },
    {
        name: 'a body with something after it',
        send: ['POST', '/events/', {body: `${JSON.stringify(theEvent())} x`, type: 'application/json'}],
        status: 400,
        body: {detail: /^JSON parse error - /},
    },
    {
        name: 'a body that is not UTF-8',
        send: ['POST', '/events/', {body: Buffer.from('{"category":"\xff"}', 'latin1'), type: 'application/json'}],
        status: 400,
        body: {detail: /^JSON parse error - /},
    },
    {
        name: 'an array',
        send: ['POST', '/events/', {json: [theEvent()]}],
        status: 400,
        body: {non_field_errors: ['Invalid data. Expected a dictionary, but got list.']},
    },
    {
        name: 'a text',
        send: ['POST', '/events/', {json: 'x'}],
        status: 400,
        body: {non_field_errors: ['Invalid data. Expected a dictionary, but got str.']},
    },
    {
        name: 'a number',
        send: ['POST', '/events/', {json: 5}],
        status: 400,
        body: {non_field_errors: ['Invalid data. Expected a dictionary, but got int.']},
    },
    {
        name: 'no body is an empty one',
        send: ['POST', '/events/', {type: 'application/json'}],
        status: 400,
        body: {session_id: required, category: required, name: required, data: required, timestamp: required},
    },
    {
        name: 'an empty object',
        send: ['POST', '/events/', {json: {}}],
        status: 400,
        body: {session_id: required, category: required, name: required, data: required, timestamp: required},
    },
    {
        name: 'JSON without a content type',
        send: ['POST', '/events/', {body: JSON.stringify(theEvent())}],
        status: 201,
    },
    {
        name: 'JSON with a charset',
        send: ['POST', '/events/', {body: JSON.stringify(theEvent()), type: 'application/json; charset=utf-8'}],
        status: 201,
    },
    {
        name: 'another content type',
        send: ['POST', '/events/', {body: 'x', type: 'text/plain'}],
        status: 415,
        body: {detail: 'Unsupported media type "text/plain" in request.'},
    },
]);

test('a body that is no JSON is recorded as the text it is', async () => {
    const text = `{"${unique('torn')}": `;
    await server.post('/events/', {body: text, type: 'application/json'});
    const {body} = await server.get('/errors/?limit=1000');
    assert.equal(body.filter((error) => error.data === text).length, 1);
});

test('bytes that are not UTF-8 are recorded, and /errors/ stays readable', async () => {
    const marker = unique('bytes');
    await server.post('/events/', {body: Buffer.from(`{"${marker}":"\xff\xfe"}`, 'latin1'), type: 'application/json'});
    const {body} = await server.get('/errors/?limit=1000');
    assert.equal(body.filter((error) => JSON.stringify(error.data).includes(marker)).length, 1);
});

test('a session is made with and without a body, and listed first', async () => {
    const bodies = [{}, {json: {}}, {type: 'application/json'}, {json: {id: 'ignored'}}];
    for (const options of bodies) {
        const answer = await server.post('/sessions/', options);
        assertAnswer(answer, {status: 201, body: {id: anyUuid}});
        const {body} = await server.get('/sessions/');
        assert.ok(body.some(({id}) => id === answer.body.id), 'the session is listed');
    }
});

test('an event for a session not seen before makes it', async () => {
    const id = randomUUID();
    await server.post('/events/', {json: theEvent({session_id: id})});
    const {body} = await server.get('/sessions/?limit=1000');
    assert.equal(body.filter((session) => session.id === id).length, 1);
});
