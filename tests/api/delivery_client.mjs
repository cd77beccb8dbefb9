// Destinations, events for them, and what becomes of these; each call is held against the contract.
import assert from 'node:assert/strict';

import {answerFault, operationOf} from './contract.mjs';
import {waitFor} from './harness.mjs';
import {unique} from './scenario.mjs';

export const root = '/api/v1';
export const loopback = {'delivery.allow_networks': '127.0.0.0/8,::1/128'};

export class Forwarding {
    constructor(server, peer) {
        this.server = server;
        this.peer = peer;
    }

    async call(method, target, options) {
        const answer = await this.server.call(method, root + target, options);
        const operation = operationOf(method, root + target);
        assert.ok(operation, `${method} ${target} is described`);
        assert.equal(answerFault(operation, answer), undefined, `${method} ${target}: ${answer.status} ${answer.text}`);
        return answer;
    }
    get(target, options) { return this.call('GET', target, options); }
    post(target, json, options) { return this.call('POST', target, {...(json !== undefined && {json}), ...options}); }
    patch(target, json, options) { return this.call('PATCH', target, {json, ...options}); }
    delete(target, options) { return this.call('DELETE', target, options); }

    async read(target) {
        const answer = await this.get(target);
        assert.equal(answer.status, 200, `${target}: ${answer.text}`);
        return answer.body;
    }
    // An act that must be taken; gives its body.
    async act(target, json) {
        const answer = await this.post(target, json);
        assert.equal(answer.status, 200, `${target}: ${answer.text}`);
        return answer.body;
    }

    // Makes a destination at a path of the peer, for events of a category of its own. Gives its body
    // with that `category` and `path`. `script`: what the peer does.
    async destination({script, ...more} = {}) {
        const name = unique('hook');
        const path = `/${name.replace(/ /g, '-')}`;
        if (script) this.peer.script(path, script);
        const json = {name, url: this.peer.url(path), categories: [name], ...more};
        const answer = await this.post('/destinations', json);
        assert.equal(answer.status, 201, answer.text);
        return {...answer.body, category: name, path};
    }

    // Sends an event that the destination wants; gives {id, event_id, data, …}.
    async send(to, more = {}) {
        const event = {category: to.category, name: 'thing', event_id: unique('event'), data: {n: 1}, ...more};
        const answer = await this.server.post(`${root}/events`, {json: event});
        assert.equal(answer.status, 201, answer.text);
        return {...event, id: answer.body.id};
    }

    deliveriesOf(query) { return this.read(`/deliveries?${new URLSearchParams(query)}`).then(({results}) => results); }

    // Waits until the event's delivery to the destination is as `wanted` says: a state, or a
    // condition of the delivery. Gives the delivery.
    async settled(event, wanted = 'delivered', to) {
        let seen;
        const fits = typeof wanted === 'function' ? wanted : (one) => one.state === wanted;
        const query = {event: event.id, ...(to && {destination: to.id})};
        return waitFor(`the delivery of ${event.event_id} is ${wanted}`, async () => {
            [seen] = await this.deliveriesOf(query);
            return seen && fits(seen) && seen;
        }).catch((error) => { throw new Error(`${error.message}, but ${JSON.stringify(seen)}`); });
    }

    // Oldest first.
    async attemptsOf(delivery) {
        return (await this.read(`/attempts?delivery=${delivery.id}`)).results.reverse();
    }
}
