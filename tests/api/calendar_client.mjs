// Calls of the calendar, each held against the contract.
import assert from 'node:assert/strict';

import {answerFault, operationOf} from './contract.mjs';

export const root = '/events_api/v1';

export class Calendar {
    constructor(server) {
        this.server = server;
    }

    // `target` is a path below the calendar's, or one of its absolute URLs.
    async call(method, target, options) {
        const path = target.startsWith('http') ? new URL(target).pathname + new URL(target).search : root + target;
        const answer = await this.server.call(method, path, options);
        const operation = operationOf(method, path);
        assert.ok(operation, `${method} ${path} is described`);
        assert.equal(answerFault(operation, answer), undefined, `${method} ${path}: ${answer.status} ${answer.text}`);
        return answer;
    }
    get(target, options) { return this.call('GET', target, options); }
    post(target, json, options) { return this.call('POST', target, {json, ...options}); }
    put(target, json, options) { return this.call('PUT', target, {json, ...options}); }
    patch(target, json, options) { return this.call('PATCH', target, {json, ...options}); }
    delete(target, options) { return this.call('DELETE', target, options); }

    // Makes one; gives its body.
    async make(target, json, options) {
        const answer = await this.post(target, json, options);
        assert.equal(answer.status, 201, answer.text);
        return answer.body;
    }
    event(more = {}, options) {
        return this.make('/events/', {title: 'Event', start_time: '2026-11-30T10:00:00Z',
            end_time: '2026-11-30T11:00:00Z', ...more}, options);
    }
    location(name = 'Room', more = {}) { return this.make('/locations/', {name, ...more}); }
    category(name = 'Kind', more = {}) { return this.make('/categories/', {name, ...more}); }

    async read(target) {
        const answer = await this.get(target);
        assert.equal(answer.status, 200, answer.text);
        return answer.body;
    }
}
