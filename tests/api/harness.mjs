// Starts the real program with a data directory of its own, on a port the system chooses.
//
//   const server = useServer({settings: {'http.body_timeout': '1s'}});
//   test('…', async () => { await server.get('/healthz'); });
//
// The server is started before the file's first test and stopped after its last one, which must end
// it with exit code 0. When something in the file failed, its log is printed.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before} from 'node:test';
import {fileURLToPath} from 'node:url';

import {call} from './client.mjs';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const binary = path.resolve(process.env.EYED_BINARY ?? path.join(repository, 'build/dev/eyed'));
export const deadlineMs = 20_000;

// What makes passwords cheap: the tests make many users on a busy machine.
const cheapSettings = {
    'auth.hash_memory': '8MiB',
    'auth.hash_passes': '1',
    'auth.login_attempts': '1000',
};

// Waits until `condition` gives something truthy, and gives that.
export async function waitFor(what, condition, timeoutMs = deadlineMs) {
    const end = Date.now() + timeoutMs;
    for (;;) {
        const value = await condition();
        if (value) return value;
        if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

export function temporaryDirectory() {
    const directory = mkdtempSync(path.join(tmpdir(), 'eyed-test-'));
    process.on('exit', () => rmSync(directory, {recursive: true, force: true}));
    return directory;
}

function cleanEnvironment(environment) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^EYED_|^(SECRET_KEY|ALGORITHM)$/.test(name));
    return {...Object.fromEntries(inherited), ...environment};
}

function settingFlags(settings) {
    return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

// Runs a command to its end: {code, stdout, stderr}.
// `started` is handed the process.
export function runProgram(program, args, {input, environment = {}, cwd, timeoutMs = 120_000, started} = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, {cwd, env: cleanEnvironment(environment), timeout: timeoutMs});
        started?.(child);
        const stdout = [];
        const stderr = [];
        child.stdout.on('data', (chunk) => stdout.push(chunk));
        child.stderr.on('data', (chunk) => stderr.push(chunk));
        child.stdin.on('error', () => {});  // a command need not read its input
        child.stdin.end(input ?? '');
        child.on('error', reject);
        child.on('close', (code, signal) => resolve({
            code, signal,
            stdout: Buffer.concat(stdout).toString('utf8'),
            stderr: Buffer.concat(stderr).toString('utf8'),
        }));
    });
}

export function runEyed(args, options) {
    return runProgram(binary, args, options);
}

// Runs eyed on a data directory with the tests' settings; must succeed unless `code` says otherwise.
export async function runOn(data, args, {code = 0, ...options} = {}) {
    const all = [...args, '--data', data, ...settingFlags(cheapSettings)];
    const ended = await runEyed(all, options);
    assert.equal(ended.code, code, `eyed ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
}

export async function createUser(data, name, {superuser = false, password = `${name} pass 1234`} = {}) {
    const flags = superuser ? ['--superuser'] : [];
    await runOn(data, ['user', 'create', name, ...flags, '--password-stdin'], {input: `${password}\n`});
    return password;
}

export function tokenIn(text) {
    const found = text.match(/\b(eyed_)?[0-9a-f]{40}\b/);
    assert.ok(found, `a token is printed: ${text}`);
    return found[0];
}

// A new key's token. `scopes`: some of ingest, read, manage; none: what the program gives by default.
export async function createKey(data, user, {application, scopes = []} = {}) {
    const flags = application ? ['--application', application] : [];
    for (const scope of scopes) flags.push('--scope', scope);
    const ended = await runOn(data, ['token', 'create', '--user', user, ...flags]);
    return tokenIn(ended.stdout);
}

// Stopped after a file's last test, also when a failed test left one behind.
const running = new Set();
after(async () => {
    for (const server of running) await server.stop();
}, {timeout: 120_000});

export class Server {
    constructor({settings = {}, environment = {}, data, args = [], scheme = 'http', listen, ca, cheap = true,
        openFiles} = {}) {
        this.settings = {...(cheap ? cheapSettings : {}), ...settings};
        this.environment = environment;
        this.data = data ?? temporaryDirectory();
        this.args = args;
        this.scheme = scheme;
        this.listen = listen ?? '127.0.0.1:0';
        this.ca = ca;
        this.openFiles = openFiles;  // the limit, soft and hard
        this.output = '';
        this.passwords = {};
        this.tokens = {};
    }

    spawn() {
        assert.ok(existsSync(binary), `build the program first: ${binary} is not there`);
        this.mark = this.output.length;
        this.exited = undefined;
        const args = ['serve', '--data', this.data, '--listen', this.listen, ...settingFlags(this.settings), ...this.args];
        const [program, before] = this.openFiles
            ? ['bash', ['-c', `ulimit -n ${this.openFiles}; exec "$0" "$@"`, binary]] : [binary, []];
        this.child = spawn(program, [...before, ...args], {env: cleanEnvironment(this.environment), stdio: ['ignore', 'pipe', 'pipe']});
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream.setEncoding('utf8');
            stream.on('data', (text) => { this.output += text; });
        }
        const child = this.child;
        running.add(this);
        this.ended = new Promise((resolve) => {
            child.on('close', (code, signal) => {
                running.delete(this);
                this.exited = {code, signal};
                resolve(this.exited);
            });
        });
        process.on('exit', () => child.kill('SIGKILL'));
    }

    // Lines of this run's log that are JSON objects.
    lines() {
        return this.output.slice(this.mark).split('\n').flatMap((line) => {
            try {
                const value = JSON.parse(line);
                return value && typeof value === 'object' ? [value] : [];
            } catch {
                return [];
            }
        });
    }

    logged(message) {
        return this.lines().find((line) => line.msg === message);
    }

    waitForLine(message) {
        return waitFor(`a log line "${message}"`, () => {
            const found = this.logged(message);
            if (!found && this.exited) throw new Error(`the server ended:\n${this.output.slice(this.mark)}`);
            return found;
        });
    }

    async start() {
        this.spawn();
        const line = await this.waitForLine('listening');
        const [, host, port] = line.address.match(/^(.*):(\d+)$/);
        this.host = host.replace(/^\[|\]$/g, '');
        this.port = Number(port);
        this.origin = `${this.scheme}://${host}:${port}`;
        await waitFor('readiness', async () => (await this.get('/readyz')).status === 200);
        return this;
    }

    async stop() {
        if (!this.child || this.exited) return;
        this.child.kill('SIGTERM');
        const deadline = new Promise((_, reject) => {
            setTimeout(() => reject(new Error('SIGTERM does not end the server')), deadlineMs).unref();
        });
        const ended = await Promise.race([this.ended, deadline]);
        assert.deepEqual(ended, {code: 0, signal: null}, `SIGTERM ends the server with exit code 0\n${this.output}`);
    }

    async restart() {
        await this.stop();
        return this.start();
    }

    async kill() {
        this.child.kill('SIGKILL');
        await this.ended;
    }

    // Makes a user, before or while the server runs; gives their own token, which grants all.
    async user(name, options = {}) {
        this.passwords[name] = await createUser(this.data, name, options);
        const {body} = await this.post('/api-token-auth/', {json: {username: name, password: this.passwords[name]}});
        this.tokens[name] = body?.token;
        return this.tokens[name];
    }

    // Makes a key while the server runs, and waits until the server knows it.
    async key(user, options) {
        const token = await createKey(this.data, user, options);
        await waitFor('the new key counts', async () => (await this.get('/events/', {token})).status !== 401);
        return token;
    }

    call(method, target, options = {}) {
        return call(this, method, target, {token: this.token, ...options});
    }
    get(target, options) { return this.call('GET', target, options); }
    post(target, options) { return this.call('POST', target, options); }
    put(target, options) { return this.call('PUT', target, options); }
    patch(target, options) { return this.call('PATCH', target, options); }
    delete(target, options) { return this.call('DELETE', target, options); }
}

// A server for a whole file. With `admin` (the default) there is a superuser of that name, whose
// token calls carry unless they say otherwise. `prepare` comes last: hooks of a file do not wait for
// each other, so it must not have another `before`.
export function useServer({admin = 'admin', prepare = async () => {}, ...options} = {}) {
    const server = new Server(options);
    before(async () => {
        if (admin) server.passwords[admin] = await createUser(server.data, admin, {superuser: true});
        await server.start();
        if (!admin) return prepare();
        const credentials = {username: admin, password: server.passwords[admin]};
        server.token = (await server.post('/api-token-auth/', {json: credentials})).body?.token;
        assert.match(server.token ?? '', /^[0-9a-f]{40}$/, 'the administrator gets a token');
        await prepare();
    }, {timeout: 240_000});
    process.on('exit', (code) => {
        if (code || process.exitCode) writeSync(2, `--- the server's log\n${server.output.slice(-20_000)}\n`);
    });
    return server;
}
