// A plain HTTP client, and a raw one for what no client would send.
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

const timeoutMs = 60_000;

function send(server, method, target, headers, body) {
    return new Promise((resolve, reject) => {
        const {request} = server.scheme === 'https' ? https : http;
        const options = {
            host: server.host, port: server.port, method, path: target, headers, agent: false, timeout: timeoutMs,
            ca: server.ca, servername: server.ca ? 'localhost' : undefined,
        };
        const outgoing = request(options, (incoming) => {
            const chunks = [];
            incoming.on('data', (chunk) => chunks.push(chunk));
            incoming.on('error', reject);
            incoming.on('end', () => resolve({
                status: incoming.statusCode, headers: incoming.headers, bytes: Buffer.concat(chunks),
            }));
        });
        outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
        outgoing.on('error', reject);
        outgoing.end(body);
    });
}

function parse(answer) {
    answer.text = answer.bytes.toString('utf8');
    const type = answer.headers['content-type'] ?? '';
    const plain = /^application\/(problem\+)?json\b/.test(type) && !answer.headers['content-encoding'];
    if (plain && answer.text) answer.body = JSON.parse(answer.text);
    return answer;
}

// Sends one request on a connection of its own. Options: `token` (null: none), `json` or `body`
// or `form`, `headers`, `type`. Gives {status, headers, bytes, text, body}, body being parsed JSON.
// A read that says it is stale is asked again: on a busy machine the store may lag behind.
export async function call(server, method, target, options = {}) {
    const headers = {...options.headers};
    if (options.token) headers.authorization ??= `Token ${options.token}`;
    let {body} = options;
    if ('json' in options) {
        body = JSON.stringify(options.json);
        headers['content-type'] ??= 'application/json';
    } else if (options.form) {
        body = new URLSearchParams(options.form).toString();
        headers['content-type'] ??= 'application/x-www-form-urlencoded';
    }
    if (options.type) headers['content-type'] = options.type;
    const end = Date.now() + timeoutMs;
    for (;;) {
        const answer = parse(await send(server, method, target, headers, body));
        const stale = method === 'GET' && answer.headers['x-eyed-stale'] === 'true';
        if (!stale || options.stale === 'take' || Date.now() > end) return answer;
    }
}

// A connection to write bytes on and read whole answers from, in order.
export class RawConnection {
    static async open(server) {
        const connection = new RawConnection();
        connection.socket = net.connect(server.port, server.host);
        connection.received = Buffer.alloc(0);
        connection.closed = false;
        connection.waiters = [];
        const wake = () => connection.waiters.splice(0).forEach((resolve) => resolve());
        connection.socket.on('data', (chunk) => {
            connection.received = Buffer.concat([connection.received, chunk]);
            wake();
        });
        connection.socket.on('error', () => {});  // a reset is an end, too
        connection.socket.on('close', () => {
            connection.closed = true;
            wake();
        });
        await new Promise((resolve, reject) => {
            connection.socket.once('connect', resolve);
            connection.socket.once('error', reject);
        });
        return connection;
    }

    write(bytes) {
        if (!this.socket.destroyed) this.socket.write(bytes);
        return this;
    }

    async changed(what) {
        let timer;
        const late = new Promise((_, reject) => {
            timer = setTimeout(() => reject(new Error(
                `${what}: nothing for ${timeoutMs / 1000} s after ${JSON.stringify(this.received.toString('latin1').slice(-500))}`)), timeoutMs);
        });
        await Promise.race([new Promise((resolve) => this.waiters.push(resolve)), late]).finally(() => clearTimeout(timer));
    }

    // The next answer, or undefined when the connection ends before it is whole.
    async answer({method = 'GET'} = {}) {
        for (;;) {
            const answer = this.take(method);
            if (answer) return answer;
            if (this.closed) return undefined;
            await this.changed('an answer');
        }
    }

    take(method) {
        const end = this.received.indexOf('\r\n\r\n');
        if (end < 0) return undefined;
        const [line, ...fields] = this.received.subarray(0, end).toString('latin1').split('\r\n');
        const status = Number(line.split(' ')[1]);
        const headers = {};
        for (const field of fields) {
            const colon = field.indexOf(':');
            headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
        }
        const rest = this.received.subarray(end + 4);
        let body = Buffer.alloc(0);
        let used = 0;
        const bodyless = method === 'HEAD' || status === 204 || status === 304 || status < 200;
        if (!bodyless && /chunked/i.test(headers['transfer-encoding'] ?? '')) {
            const whole = takeChunks(rest);
            if (!whole) return undefined;
            ({body, used} = whole);
        } else if (!bodyless && 'content-length' in headers) {
            used = Number(headers['content-length']);
            if (rest.length < used) return undefined;
            body = rest.subarray(0, used);
        } else if (!bodyless) {
            if (!this.closed) return undefined;
            used = rest.length;
            body = rest;
        }
        this.received = Buffer.from(rest.subarray(used));
        return parse({status, headers, bytes: body, line});
    }

    // Waits for the server to close.
    async end() {
        while (!this.closed) await this.changed('the end of the connection');
    }

    close() {
        this.socket.destroy();
    }
}

function takeChunks(bytes) {
    const parts = [];
    let at = 0;
    for (;;) {
        const line = bytes.indexOf('\r\n', at);
        if (line < 0) return undefined;
        const size = parseInt(bytes.subarray(at, line).toString('latin1'), 16);
        const begin = line + 2;
        if (bytes.length < begin + size + 2) return undefined;
        if (size === 0) {
            const end = bytes.indexOf('\r\n', begin);
            return end < 0 ? undefined : {body: Buffer.concat(parts), used: end + 2};
        }
        parts.push(bytes.subarray(begin, begin + size));
        at = begin + size + 2;
    }
}

// The text of a request, for RawConnection. Headers as an object; a body sets Content-Length.
export function requestText(method, target, {headers = {}, body, token, close = false} = {}) {
    const all = {Host: 'eyed.test', ...(token ? {Authorization: `Token ${token}`} : {}), ...headers};
    if (body !== undefined) all['Content-Length'] ??= Buffer.byteLength(body);
    if (close) all.Connection = 'close';
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n`), Buffer.from(body ?? '')]);
}

// Sends raw bytes on a new connection and gives the first answer (undefined: closed without one).
export async function sendRaw(server, bytes, options) {
    const connection = await RawConnection.open(server);
    try {
        return await connection.write(bytes).answer(options);
    } finally {
        connection.close();
    }
}
