// Clients that post events until they are stopped, and remember what was acknowledged.
import assert from 'node:assert/strict';
import http from 'node:http';

// Everything that was ever sent to one data directory, across restarts of its server.
export class Ledger {
    acknowledged = new Map();  // event_id -> id
    unanswered = new Map();    // event_id -> the event; whether it was kept is not known
    refusals = [];             // bodies of answers 503
    #sent = 0;

    newEvent(sender) {
        const event = {
            event_id: `${sender}-${this.#sent++}`, category: 'crash', name: `sender ${sender}`,
            session_id: '6f0c2f0e-6a0c-4a53-9d49-3c5b8d5f0a11', data: {number: this.#sent, filler: 'x'.repeat(this.#sent % 97)},
        };
        this.unanswered.set(event.event_id, event);
        return event;
    }

    acknowledge(event, verdict) {
        assert.ok(['accepted', 'duplicate'].includes(verdict.status), JSON.stringify(verdict));
        const before = this.acknowledged.get(event.event_id);
        assert.ok(before === undefined || before === verdict.id, `${event.event_id} had id ${before}, now has ${verdict.id}`);
        this.acknowledged.set(event.event_id, verdict.id);
        this.unanswered.delete(event.event_id);
    }
}

function post(server, agent, payload) {
    return new Promise((resolve, reject) => {
        const body = JSON.stringify(payload);
        const headers = {
            authorization: `Token ${server.token}`, 'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
        };
        const options = {host: server.host, port: server.port, method: 'POST', path: '/api/v1/events', agent, headers, timeout: 60_000};
        const request = http.request(options, (answer) => {
            const chunks = [];
            answer.on('data', (chunk) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('aborted', () => reject(new Error('cut')));
            answer.on('end', () => resolve({
                status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8'),
            }));
        });
        request.on('timeout', () => request.destroy(new Error('no answer in 60 s')));
        request.on('error', reject);
        request.end(body);
    });
}

// Sends `events` in one request and enters the verdicts. Gives the answer's status.
export async function sendEvents(server, agent, ledger, events) {
    const answer = await post(server, agent, events.length === 1 ? events[0] : events);
    if (answer.status === 503) {
        ledger.refusals.push(answer);
        return 503;
    }
    assert.ok([200, 201].includes(answer.status), `${answer.status} ${answer.text}`);
    const verdicts = events.length === 1 ? [JSON.parse(answer.text)] : JSON.parse(answer.text).results;
    assert.equal(verdicts.length, events.length);
    events.forEach((event, i) => ledger.acknowledge(event, verdicts[i]));
    return answer.status;
}

// Starts `count` clients: the even ones send single events, the odd ones batches of up to
// `batch`. stop() ends them after their current request; a client whose connection broke ends.
export function startSenders(server, ledger, {count = 6, batch = 200} = {}) {
    let stopping = false;
    const faults = [];
    const agent = new http.Agent({keepAlive: true});
    const client = async (sender) => {
        while (!stopping) {
            const size = sender % 2 ? 1 + Math.floor(Math.random() * batch) : 1;
            const events = Array.from({length: size}, () => ledger.newEvent(sender));
            try {
                const status = await sendEvents(server, agent, ledger, events);
                if (status === 503) await new Promise((resolve) => setTimeout(resolve, 50));
            } catch (error) {
                // A broken connection is what a kill looks like; a wrong answer never is.
                if (!server.dying || error instanceof assert.AssertionError) faults.push(error);
                return;
            }
        }
    };
    const done = Promise.all(Array.from({length: count}, (_, sender) => client(sender)));
    return {
        failed: () => faults.length > 0,
        async stop() {
            stopping = true;
            await done;
            agent.destroy();
            if (faults.length) throw faults[0];
        },
    };
}

// Sends again what had no answer, as a client that keeps its events would.
export async function resend(server, ledger) {
    const agent = new http.Agent({keepAlive: true});
    const events = [...ledger.unanswered.values()];
    for (let i = 0; i < events.length; i += 500) {
        const status = await sendEvents(server, agent, ledger, events.slice(i, i + 500));
        assert.notEqual(status, 503);
    }
    agent.destroy();
}

// Reads all events after `checked.last`, and holds them against what was acknowledged: none is
// missing, none is there twice, ids rise by one. `checked` ({last, ids: Map}) grows by what was read.
export async function checkEvents(server, ledger, checked) {
    let cursor = '';
    for (;;) {
        const start = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
        const answer = await server.get(`/api/v1/events?order=id&limit=1000&min_id=${checked.last + 1}${start}`);
        assert.equal(answer.status, 200, answer.text);
        if (cursor === '') checked.from = checked.last;
        for (const event of answer.body.results) {
            assert.equal(event.id, checked.from + 1, `ids rise by one, after ${checked.from} came ${event.id}`);
            checked.from = event.id;
            assert.ok(!checked.ids.has(event.event_id), `${event.event_id} is there twice: ${checked.ids.get(event.event_id)} and ${event.id}`);
            assert.ok(ledger.acknowledged.has(event.event_id) || ledger.unanswered.has(event.event_id), `${event.event_id} was never sent`);
            checked.ids.set(event.event_id, event.id);
        }
        cursor = answer.body.next;
        if (!cursor) break;
    }
    checked.last = checked.from;
    for (const [eventId, id] of ledger.acknowledged) {
        assert.equal(checked.ids.get(eventId), id, `acknowledged ${eventId} with id ${id}`);
    }
}
