// What is measured: eyed itself on a fresh data directory, nginx beside it, and the generator.
import {spawn, spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import path from 'node:path';

export async function waitFor(what, condition, timeoutMs = 600_000, everyMs = 20) {
    const end = Date.now() + timeoutMs;
    for (;;) {
        const value = await condition();
        if (value) return value;
        if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
}

export class Eyed {
    #agent = new http.Agent({keepAlive: true, maxSockets: 4});

    constructor(options, settings = {}) {
        this.binary = options.binary;
        this.data = path.join(options.data, 'eyed');
        this.settings = settings;
    }

    // Begins with nothing and makes the one user.
    async fresh() {
        rmSync(this.data, {recursive: true, force: true});
        mkdirSync(this.data, {recursive: true});
        const made = spawnSync(this.binary, ['user', 'create', 'bench', '--superuser', '--password-stdin', '--data', this.data],
            {input: 'a password for the bench\n', encoding: 'utf8'});
        if (made.status !== 0) throw new Error(`eyed user create: ${made.stderr}`);
        await this.start();
        return this;
    }

    // Starts on the data that is there; gives when the process was started and when it listened.
    async start({untilReady = true} = {}) {
        const flags = Object.entries(this.settings).map(([name, value]) => `--${name}=${value}`);
        const started = performance.now();
        this.log = '';
        this.child = spawn(this.binary, ['serve', '--data', this.data, '--listen', '127.0.0.1:0', '--logging.format=json', ...flags],
            {stdio: ['ignore', 'pipe', 'pipe']});
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-100_000)));
        }
        this.ended = new Promise((resolve) => this.child.on('close', resolve));
        this.child.on('close', (code) => (this.code = code));
        this.code = undefined;
        const address = await waitFor('eyed to listen', () => {
            if (this.code !== undefined) throw new Error(`eyed ended:\n${this.log}`);
            return this.log.match(/"msg":"listening".*?"address":"[^"]*:(\d+)"/);
        }, 60_000, 2);
        this.port = Number(address[1]);
        const listening = performance.now();
        if (untilReady) await waitFor('readiness', async () => (await this.get('/readyz')).status === 200);
        this.token ??= (await this.request('POST', '/api-token-auth/', {username: 'bench', password: 'a password for the bench'})).body.token;
        return {started, listening};
    }

    async stop() {
        this.child?.kill('SIGTERM');
        await this.ended;
        this.#agent.destroy();
        this.#agent = new http.Agent({keepAlive: true, maxSockets: 4});
        if (this.code !== 0) throw new Error(`eyed ended with ${this.code}:\n${this.log}`);
    }

    request(method, target, json) {
        const body = json === undefined ? undefined : JSON.stringify(json);
        const headers = {...(this.token ? {authorization: `Token ${this.token}`} : {}), ...(body ? {'content-type': 'application/json'} : {})};
        return new Promise((resolve, reject) => {
            const request = http.request({port: this.port, host: '127.0.0.1', agent: this.#agent, method, path: target, headers}, (answer) => {
                const chunks = [];
                answer.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => {
                    const text = Buffer.concat(chunks).toString();
                    const json = /json/.test(answer.headers['content-type'] ?? '');
                    resolve({status: answer.statusCode, headers: answer.headers, text, body: json ? JSON.parse(text) : undefined});
                });
            });
            request.on('error', reject).end(body);
        });
    }
    get(target) { return this.request('GET', target); }

    // The value of a metric, summed over its labels.
    async metric(name) {
        const {text} = await this.get('/metrics');
        const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map((match) => Number(match[1]));
        if (values.length === 0) throw new Error(`/metrics has no ${name}`);
        return values.reduce((sum, value) => sum + value, 0);
    }

    // The newest event's id once a read shows all that was accepted.
    newestVisible() {
        return waitFor('all being visible', async () => {
            const answer = await this.get('/api/v1/events?limit=1');
            return answer.status === 200 && answer.headers['x-eyed-stale'] !== 'true' && (answer.body.results[0]?.id ?? 0);
        });
    }
}

// `return 200` on a port of its own.
export class Nginx {
    constructor(options) {
        this.home = path.join(options.data, 'nginx');
    }
    async start(port) {
        this.port = port;
        rmSync(this.home, {recursive: true, force: true});
        mkdirSync(this.home, {recursive: true});
        const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${this.home}/${name};`);
        writeFileSync(path.join(this.home, 'nginx.conf'), `
            worker_processes auto; daemon off; pid ${this.home}/pid; error_log ${this.home}/error.log;
            events { worker_connections 4096; }
            http { access_log off; keepalive_requests 1000000000; ${paths.join(' ')}
                server { listen 127.0.0.1:${port}; location / { return 200; } } }`);
        this.child = spawn('/usr/sbin/nginx', ['-c', path.join(this.home, 'nginx.conf'), '-p', this.home], {stdio: 'ignore'});
        const answers = () => new Promise((resolve) => {
            http.get({host: '127.0.0.1', port}, (answer) => resolve(answer.resume().statusCode === 200)).on('error', () => resolve(false));
        });
        await waitFor('nginx', answers, 20_000);
        return this;
    }
    async stop() {
        const ended = new Promise((resolve) => this.child.on('close', resolve));
        this.child.kill('SIGTERM');
        await ended;
    }
}

// Runs the generator; gives the object it prints. Options are its flags.
export async function load(options, flags) {
    const args = Object.entries(flags).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
    const child = spawn(path.join(options.tools, 'bench_load'), args, {stdio: ['ignore', 'pipe', 'inherit']});
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`bench_load ${args.join(' ')}: exit ${code}`);
    const outcome = JSON.parse(text);
    const bad = Object.entries(outcome.statuses).filter(([status]) => !status.startsWith('2') || status === '207');
    if (bad.length || outcome.broken) throw new Error(`not all was answered well: ${text}`);
    return outcome;
}
