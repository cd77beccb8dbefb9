// Calls of cashback, each held against the contract; CPFs that nobody else uses.
import assert from 'node:assert/strict';

import {answerFault, operationOf} from './contract.mjs';
import {waitFor} from './harness.mjs';

let made = 0;
let last;

// The digits of a number as a CPF: the last two check the others.
export function cpfOf(number) {
    const digits = String(number).padStart(9, '0').split('').map(Number);
    for (const weight of [10, 11]) {
        const sum = digits.reduce((all, digit, i) => all + digit * (weight - i), 0);
        digits.push((sum * 10) % 11 % 10);
    }
    return digits.join('');
}
export function cpf() {
    last = cpfOf(200_000_000 + 7919 * ++made);
    return last;
}
export const lastCpf = () => last;

// A purchase that earns 5.00 of a fresh installation; sold a day ago, each a second apart.
let sold = 0;
export function purchase(more = {}) {
    const at = new Date(Date.now() - 86_400_000 + 1000 * ++sold).toISOString();
    return {sold_at: at, customer: {document: cpf(), name: 'Ana Souza'}, total: '100.00',
        products: [{type: 'A', value: '10.00', qty: 10}], ...more};
}

export class Cashback {
    constructor(server) {
        this.server = server;
    }

    // `target` is a path below /api, or an absolute URL.
    async call(method, target, options) {
        const path = target.startsWith('http') ? new URL(target).pathname + new URL(target).search : `/api${target}`;
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

    async read(target) {
        const answer = await this.get(target);
        assert.equal(answer.status, 200, answer.text);
        return answer.body;
    }
    async make(target, json, options) {
        const answer = await this.post(target, json, options);
        assert.equal(answer.status, 201, answer.text);
        return answer.body;
    }

    // Sends a purchase that is kept; gives the cashback.
    async send(json = purchase(), options) {
        const answer = await this.post('/cashback', json, options);
        assert.ok([201, 202].includes(answer.status), answer.text);
        return answer.body;
    }
    // Waits until a cashback is in a state, and gives it.
    until({detail_url: target}, state) {
        return waitFor(`${target} to be ${state}`, async () => {
            const now = await this.read(target);
            return now.state === state && now;
        });
    }
    async ledger({ledger_url: target}) {
        return (await this.read(`${target}?page_size=100`)).results.map(({kind, amount}) => `${kind} ${amount}`);
    }
}
