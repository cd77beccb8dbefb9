// The other side of what leaves the program: a scripted HTTP server on loopback.
//
//   const peer = await usePeer();
//   peer.script('/hook', [times(2, answer(503)), answer(201)]);   // the last one stays
//   … peer.url('/hook') …
//   const [first] = await peer.received('/hook', 3);
//
// A behaviour is a function of an exchange. What no script says is answered with 201. Whoever calls
// it knows messages by Idempotency-Key, or by webhook-id: `peer.ledger` holds what was paid by key.
import assert from 'node:assert/strict';
import {createHmac, timingSafeEqual} from 'node:crypto';
import http from 'node:http';
import {after} from 'node:test';

const waitMs = 30_000;

// ---- behaviours

// Answers. `pays`: whether the exchange counts in the ledger, by default when the status is 201.
// `wait`: a promise, or milliseconds, before the answer begins (paid or not by then).
export function answer(status, {headers = {}, body = '', pays = status === 201, wait} = {}) {
    return async (exchange) => {
        if (pays) exchange.pay();
        if (wait !== undefined) await (typeof wait === 'number' ? delay(wait) : wait);
        exchange.response.writeHead(status, {'content-length': Buffer.byteLength(body), ...headers});
        exchange.response.end(body);
    };
}
export function redirect(location, status = 302) {
    return answer(status, {headers: {location}, pays: false});
}
// Reads the request, and never answers.
export function hang({pays = false} = {}) {
    return (exchange) => { if (pays) exchange.pay(); };
}
// Ends the connection with RST. `when`: before_reading (the body), after_reading, mid_answer (a
// status came), mid_status (the status line breaks off).
export function reset(when = 'after_reading', {pays = false, status = 201} = {}) {
    const behaviour = (exchange) => {
        if (pays) exchange.pay();
        const {socket} = exchange;
        if (when === 'mid_answer') socket.write(head(status, {'content-length': 1000}) + 'some of it');
        if (when === 'mid_status') socket.write('HTTP/1.1 20');
        // What was written must have left: a reset drops what waits.
        if (when.startsWith('mid_')) socket.write('', () => socket.resetAndDestroy());
        else socket.resetAndDestroy();
    };
    behaviour.unread = when === 'before_reading';
    return behaviour;
}
// Sends a byte at a time, for as long as somebody listens. `part`: what has no end: the status line,
// the header behind it, or the body.
export function trickle({status = 201, part = 'body', everyMs = 20, pays = status === 201 && part !== 'status'} = {}) {
    const begin = {
        status: `HTTP/1.1 ${status} Sl`, header: `HTTP/1.1 ${status} Slow\r\nX-Slow: `, body: head(status, {'content-length': 1_000_000}),
    }[part];
    return (exchange) => {
        if (pays) exchange.pay();
        const {socket} = exchange;
        socket.write(begin);
        const timer = setInterval(() => socket.write('x'), everyMs);
        socket.once('close', () => clearInterval(timer));
    };
}
// A body of `bytes`, as fast as it is read.
export function huge(bytes = 64 * 1024 * 1024, {status = 201, pays = status === 201} = {}) {
    return (exchange) => {
        if (pays) exchange.pay();
        const {response} = exchange;
        response.writeHead(status, {'content-length': bytes});
        const chunk = Buffer.alloc(64 * 1024, 'x');
        let left = bytes;
        const more = () => {
            while (left > 0 && !response.destroyed) {
                const part = left < chunk.length ? chunk.subarray(0, left) : chunk;
                left -= part.length;
                if (!response.write(part)) return response.once('drain', more);
            }
            return response.end();
        };
        more();
    };
}
// Bytes as they are, then the end of the connection.
export function raw(bytes, {pays = false} = {}) {
    return (exchange) => {
        if (pays) exchange.pay();
        exchange.socket.end(bytes);
    };
}
// Answers that break the protocol's rules. With `status` the status line is right, and what follows
// is not.
export const brokenAnswers = {
    notHttp: () => raw('SSH-2.0-OpenSSH_9.2\r\n'),
    empty: () => raw(''),
    status: () => raw('HTTP/1.1 banana\r\n\r\n'),
    short: (status = 201) => raw(`${head(status, {'content-length': 500})}too little`),
    chunk: (status = 201) => raw(`${head(status, {'transfer-encoding': 'chunked'})}zz\r\nno size\r\n`),
    gzip: (status = 201) => raw(`${head(status, {'content-encoding': 'gzip', 'content-length': 4})}nope`),
    hugeHead: (status = 201) => raw(head(status, {'x-huge': 'x'.repeat(2_000_000), 'content-length': 0})),
    bytes: (status = 201) => raw(Buffer.concat([Buffer.from(head(status, {'content-length': 6})), Buffer.from([0, 255, 254, 13, 10, 7])])),
};
// `behaviour`, `count` times; for scripts.
export function times(count, behaviour) {
    return Array.from({length: count}, () => behaviour);
}
// One of [weight, behaviour] by chance; `random` gives 0 to 1.
export function oneOf(choices, random = Math.random) {
    const all = choices.reduce((sum, [weight]) => sum + weight, 0);
    return (exchange) => {
        let at = random() * all;
        const [, behaviour] = choices.find(([weight]) => (at -= weight) < 0) ?? choices.at(-1);
        return behaviour(exchange);
    };
}
// Somebody else's promise: `const gate = openable(); … answer(201, {wait: gate.opened}) … gate.open()`.
export function openable() {
    let open;
    const opened = new Promise((resolve) => { open = resolve; });
    return {opened, open};
}

function head(status, headers) {
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Status'}\r\n${fields}\r\n`;
}
function delay(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

// ---- what was paid

// `12.30` as centavos: 1230.
export function centavos(text) {
    const found = /^(\d+)\.(\d\d)$/.exec(text);
    assert.ok(found, `an amount with two decimals: ${text}`);
    return Number(found[1]) * 100 + Number(found[2]);
}

// The accounts of a target that pays cashback, or takes it back. An idempotent one pays a key once;
// another pays as often as it is asked to.
export class PaymentLedger {
    byKey = new Map();  // key -> {document, amount, times, reverses}

    constructor({idempotent = true} = {}) {
        this.idempotent = idempotent;
    }
    pay(key, body) {
        const known = this.byKey.get(key);
        if (!known) {
            const {document, cashback, reverses} = body;
            this.byKey.set(key, {document, amount: centavos(cashback), times: 1, ...(reverses ? {reverses} : {})});
            return;
        }
        assert.equal(known.document, body.document, `${key} is for one customer`);
        assert.equal(known.amount, centavos(body.cashback), `${key} is of one amount`);
        if (!this.idempotent) known.times++;
    }
    has(key) { return this.byKey.has(key); }
    // Keys that were paid more than once.
    paidTwice() { return [...this.byKey].filter(([, one]) => one.times > 1).map(([key]) => key); }
    // In centavos, of all or of one customer.
    total(document) {
        let sum = 0;
        for (const one of this.byKey.values()) if (!document || one.document === document) sum += one.amount * one.times;
        return sum;
    }
}

// ---- the peer

export class Peer {
    // `pays`: its requests are payments, `ledger` says how they are counted. `record`: false keeps
    // counts by key alone, for the many.
    static async open({pays = false, idempotent = true, record = true, port = 0, host = '127.0.0.1'} = {}) {
        const peer = new Peer();
        peer.pays = pays;
        peer.record = record;
        peer.ledger = new PaymentLedger({idempotent});
        peer.host = host;
        peer.port = port;
        await peer.listen();
        return peer;
    }

    constructor() {
        this.scripts = new Map();    // path -> behaviours that are left
        this.requests = [];          // in the order of their arrival
        this.counts = new Map();     // key -> how many requests
        this.arrivals = 0;
        this.underWay = 0;           // without an end yet
        this.mostUnderWay = 0;
        this.sockets = new Set();
        this.waiters = new Set();
    }

    // Listens, also again,, on the same port, after close().
    async listen() {
        this.server = http.createServer((request, response) => this.#take(request, response));
        // Nothing ends on its own: an idle connection that closes looks like a fault to its client.
        this.server.keepAliveTimeout = 0;
        this.server.requestTimeout = 0;
        this.server.headersTimeout = 0;
        this.server.timeout = 0;
        this.server.on('connection', (socket) => {
            this.sockets.add(socket);
            socket.on('error', () => {});
            socket.on('close', () => this.sockets.delete(socket));
        });
        this.server.on('clientError', (error, socket) => socket.destroy());
        await new Promise((resolve, reject) => {
            this.server.once('error', reject);
            this.server.listen(this.port, this.host, 4096, resolve);
        });
        this.port = this.server.address().port;
        this.origin = `http://${this.host}:${this.port}`;
    }

    // From now on connections are refused; those that are open are cut.
    async close() {
        const closed = new Promise((resolve) => this.server.close(resolve));
        for (const socket of this.sockets) socket.destroy();
        await closed;
    }

    url(path = '/') { return this.origin + path; }

    // What the path does: a behaviour, or a list (also of lists) of which each request takes the
    // next, and the last one stays.
    script(path, behaviours) {
        this.scripts.set(path, [behaviours].flat(Infinity));
        return this;
    }

    // GET `path`/<key> says whether the key was paid: 200 or 404.
    lookup(path = '/lookup') {
        this.lookupPath = path;
        return `${this.url(path)}/{id}`;
    }

    requestsOf(path) { return this.requests.filter((one) => one.path === path); }
    requestsFor(key) { return this.requests.filter((one) => one.key === key); }

    // Waits until at least `count` requests came (to `path`), and gives all of them.
    async received(path, count = 1, timeoutMs = waitMs) {
        const enough = () => this.requestsOf(path).length >= count;
        await this.until(`${count} requests to ${path}, ${this.requestsOf(path).length} came`, enough, timeoutMs);
        return this.requestsOf(path);
    }
    // Waits for a condition that requests, and what they cause here, can fulfil.
    async until(what, condition, timeoutMs = waitMs) {
        const end = Date.now() + timeoutMs;
        while (!condition()) {
            assert.ok(Date.now() < end, `waited ${timeoutMs / 1000} s in vain: ${what}`);
            await new Promise((resolve) => {
                const done = () => { clearTimeout(timer); this.waiters.delete(done); resolve(); };
                const timer = setTimeout(done, Math.max(1, end - Date.now()));
                this.waiters.add(done);
            });
        }
    }
    forget() {
        this.requests = [];
        this.counts.clear();
        this.arrivals = 0;
        this.mostUnderWay = this.underWay;
    }

    #take(request, response) {
        const path = request.url.split('?')[0];
        const one = {
            method: request.method, path, url: request.url, headers: request.headers, rawHeaders: request.rawHeaders,
            at: Date.now(), body: '', key: request.headers['idempotency-key'] ?? request.headers['webhook-id'],
            get json() { return JSON.parse(this.body); },
        };
        request.on('error', () => {});
        response.on('error', () => {});
        if (this.lookupPath && path.startsWith(`${this.lookupPath}/`)) return this.#look(request, response, one);
        this.underWay++;
        this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
        response.on('close', () => { this.underWay--; this.#changed(); });

        const behaviour = this.#next(path);
        if (behaviour.unread) return this.#arrived(one, behaviour, request, response);
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
            one.bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
            one.body = one.bytes.toString('utf8');
            this.#arrived(one, behaviour, request, response);
        });
    }

    #next(path) {
        const script = this.scripts.get(path) ?? this.scripts.get('*');
        if (!script?.length) return answer(201);
        return script.length > 1 ? script.shift() : script[0];
    }

    #arrived(one, behaviour, request, response) {
        this.arrivals++;
        if (this.record) this.requests.push(one);
        if (one.key) this.counts.set(one.key, (this.counts.get(one.key) ?? 0) + 1);
        const pay = () => { if (this.pays) this.ledger.pay(one.key, one.json); };
        const exchange = {peer: this, request: one, response, socket: request.socket, pay};
        (async () => behaviour(exchange))().catch((error) => { this.fault ??= error; request.socket.destroy(); });
        this.#changed();
    }

    #look(request, response, one) {
        one.isLookup = true;
        this.requests.push(one);
        const key = decodeURIComponent(one.path.slice(this.lookupPath.length + 1));
        const scripted = this.scripts.get(this.lookupPath);
        request.resume();
        if (scripted?.length) {
            const behaviour = scripted.length > 1 ? scripted.shift() : scripted[0];
            behaviour({peer: this, request: one, response, socket: request.socket, pay() {}});
        } else {
            response.writeHead(this.ledger.has(key) ? 200 : 404, {'content-length': 0}).end();
        }
        this.#changed();
    }

    #changed() {
        for (const done of [...this.waiters]) done();
    }
}

// A peer for a whole file, open at once: `const peer = await usePeer();`. A behaviour that failed
// fails the file.
export async function usePeer(options) {
    const peer = await Peer.open(options);
    after(async () => {
        await peer.close();
        if (peer.fault) throw peer.fault;
    });
    return peer;
}

// ---- Standard Webhooks

// Whether one of the request's signatures is by `secret` (`whsec_…`), computed independently.
export function isSignedBy(request, secret) {
    const id = request.headers['webhook-id'];
    const seconds = request.headers['webhook-timestamp'];
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const wanted = createHmac('sha256', key).update(`${id}.${seconds}.${request.body}`).digest();
    return (request.headers['webhook-signature'] ?? '').split(' ').some((text) => {
        const [version, value] = text.split(',');
        const given = Buffer.from(value ?? '', 'base64');
        return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
    });
}
