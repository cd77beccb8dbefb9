// Runs every ```sh block of README.md and docs/*.md as it is pasted, in one shell a document, against
// a fresh server. `<!-- stopped -->` and `<!-- running -->` say what the blocks that follow expect.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {binary, createUser, repository, Server, temporaryDirectory} from './harness.mjs';

const documents = ['README.md', ...readdirSync(path.join(repository, 'docs'))
    .filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const withoutUsers = new Set(['README.md', 'docs/start.md']);
const blockTimeoutMs = 120_000;

// The document's sh blocks as {line, text, needs: 'running' | 'stopped'}.
function blocksOf(text) {
    const blocks = [];
    let needs = 'running';
    let open;
    text.split('\n').forEach((line, i) => {
        const mark = line.match(/^<!-- (running|stopped) -->$/);
        if (mark) needs = mark[1];
        else if (line === '```sh') open = {line: i + 1, lines: [], needs};
        else if (line === '```' && open) {
            blocks.push({...open, text: open.lines.join('\n')});
            open = undefined;
        } else if (open) open.lines.push(line);
    });
    return blocks;
}

// A shell in a folder that looks like a built checkout, whose data is the server's.
class Shell {
    constructor(server) {
        this.folder = temporaryDirectory();
        mkdirSync(path.join(this.folder, 'build/release'), {recursive: true});
        symlinkSync(binary, path.join(this.folder, 'build/release/eyed'));
        symlinkSync(server.data, path.join(this.folder, 'data'));
        writeFileSync(path.join(this.folder, '.curlrc'), 'fail-with-body\nshow-error\n');
        const inherited = Object.entries(process.env).filter(([name]) => !/^EYED_|_proxy$/i.test(name));
        this.child = spawn('bash', ['-eu', '-o', 'pipefail', '-s'], {
            cwd: this.folder,
            env: {...Object.fromEntries(inherited), CURL_HOME: this.folder},
        });
        process.on('exit', () => this.child.kill('SIGKILL'));
        this.output = '';
        this.exited = new Promise((resolve) => this.child.on('close', resolve));
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream.setEncoding('utf8');
            stream.on('data', (text) => {
                this.output += text;
                this.wake?.();
            });
        }
        this.child.stdin.on('error', () => {});
    }

    // Runs a block to its end; throws with the output when a command of it fails.
    async run(text) {
        this.output = '';
        this.child.stdin.write(`${text}\necho "== block done"\n`);
        let timer;
        const ended = new Promise((resolve, reject) => {
            const check = () => this.output.includes('== block done\n') && resolve('done');
            this.wake = check;
            this.exited.then((code) => resolve(`the shell ended with ${code}`));
            timer = setTimeout(() => reject(new Error(`no end after ${blockTimeoutMs / 1000} s`)), blockTimeoutMs);
            check();
        });
        const how = await ended.finally(() => clearTimeout(timer));
        assert.equal(how, 'done', `${text}\n---\n${this.output}`);
        return this.output;
    }

    close() {
        this.child.stdin.end();
        this.child.kill('SIGKILL');
    }
}

// Runs a document's blocks, with the server running or stopped as they expect it.
async function follow(name, shell, server) {
    for (const block of blocksOf(readFileSync(path.join(repository, name), 'utf8'))) {
        if (block.needs === 'stopped') await server.stop();
        else if (server.exited) await server.start();
        const text = block.text.replaceAll('http://127.0.0.1:8000', server.origin);
        await shell.run(text).catch((error) => {
            throw new Error(`${name}:${block.line}: ${error.message}\n${server.output.slice(-3000)}`);
        });
    }
}

// Several documents in one shell, on one installation that has no user yet.
async function followAll(names) {
    const settings = {'auth.login_attempts': '1000', 'delivery.allow_networks': '127.0.0.0/8'};
    const server = new Server({settings, cheap: false});
    await server.start();
    const shell = new Shell(server);
    try {
        let hasUser = false;
        for (const name of names) {
            if (!withoutUsers.has(name)) {
                if (!hasUser) await createUser(server.data, 'admin', {superuser: true});
                if (server.exited) await server.start();
                await shell.run(`TOKEN=${await server.key('admin')}`);
            }
            hasUser = true;
            await follow(name, shell, server);
        }
    } finally {
        shell.close();
        await server.stop();
    }
}

for (const name of documents) {
    if (blocksOf(readFileSync(path.join(repository, name), 'utf8')).length === 0) continue;
    test(`${name} works as pasted`, {timeout: 600_000}, () => followAll([name]));
}

test('the guides work one after another, on one installation', {timeout: 600_000}, async () => {
    const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');
    const guides = [...readme.matchAll(/^- .*?\]\((docs\/[\w-]+\.md)\)/gm)].map(([, name]) => name);
    assert.ok(guides.length >= 7 && guides[0] === 'docs/start.md', guides.join(' '));
    await followAll(guides);
});

test('the documents link to what is there', () => {
    for (const name of documents) {
        const text = readFileSync(path.join(repository, name), 'utf8');
        for (const [, link] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
            if (/^https?:/.test(link)) continue;
            const target = path.join(repository, path.dirname(name), link);
            assert.doesNotThrow(() => readdirSync(path.dirname(target)).includes(path.basename(target)) || assert.fail(), `${name}: ${link}`);
        }
    }
});
