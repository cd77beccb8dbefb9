// Runs clang-tidy over every source of ours in a compile database; warnings are errors (.clang-tidy).
//
//   node tools/tidy.mjs --build DIR [--jobs N] [FILTER...]
//
// What passed once is not read again while nothing that the source includes has changed: ninja's
// own record of an object's headers, their contents, the flags and the checks make the key. Keys lie
// in the user's cache folder, so that another clone profits. Ends with one line `N passed, N failed`.
import {execFileSync, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';

const {values: options, positionals: filters} = parseArgs({
    allowPositionals: true,
    options: {build: {type: 'string'}, jobs: {type: 'string', default: '2'}},
});
const root = process.cwd();
const build = path.resolve(options.build);
const tidy = 'clang-tidy-19';
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'eyed', 'tidy');
// gcc's flags that clang does not know are no fault of a source.
const extra = ['--extra-arg=-Wno-unknown-warning-option', '--extra-arg=-Wno-ignored-optimization-argument'];
mkdirSync(cache, {recursive: true});

const digest = (text) => createHash('sha256').update(text).digest('hex');
const version = execFileSync(tidy, ['--version'], {encoding: 'utf8'});
const checks = readFileSync('.clang-tidy', 'utf8');

// A header's content stands for it when it is ours, its size and time when it is the system's.
const stamps = new Map();
function stamp(file) {
    let value = stamps.get(file);
    if (value === undefined) {
        const at = statSync(file);
        value = file.startsWith(root + path.sep)
            ? `${path.relative(root, file)} ${digest(readFileSync(file))}`
            : `${file} ${at.size} ${at.mtimeMs}`;
        stamps.set(file, value);
    }
    return value;
}

// Object file (relative to the build) -> absolute paths of all that it was made from.
function recordedHeaders() {
    const headers = new Map();
    let current;
    const listing = execFileSync('ninja', ['-C', build, '-t', 'deps'], {encoding: 'utf8', maxBuffer: 1 << 30});
    for (const line of listing.split('\n')) {
        const object = line.match(/^(\S+): #deps/);
        if (object) headers.set(object[1], (current = []));
        else if (line.startsWith('    ')) current?.push(path.resolve(build, line.trim()));
    }
    return headers;
}

function keyOf(unit, headers) {
    const object = unit.command.match(/ -o (\S+)/)?.[1];
    const sources = headers.get(object);
    if (!sources || sources.some((file) => !existsSync(file))) return undefined;
    const command = unit.command.replaceAll(root, '');
    return digest([version, checks, command, ...extra, ...sources.map(stamp).sort()].join('\n'));
}

function read(file) {
    return new Promise((resolve) => {
        const child = spawn(tidy, ['-p', build, '--quiet', ...extra, file], {stdio: ['ignore', 'pipe', 'pipe']});
        let output = '';
        let errors = '';
        child.stdout.on('data', (chunk) => (output += chunk));
        child.stderr.on('data', (chunk) => (errors += chunk));
        child.on('error', (error) => (errors += error.message));
        // Standard error counts the warnings it suppressed; it matters only when nothing else was said.
        child.on('close', (code) => resolve({ok: code === 0, output: output.trim() || errors}));
    });
}

const units = JSON.parse(readFileSync(path.join(build, 'compile_commands.json')))
    .filter((unit) => unit.file.startsWith(root + path.sep))
    .filter((unit) => filters.length === 0 || filters.some((filter) => unit.file.includes(filter)))
    .sort((a, b) => a.file.localeCompare(b.file));
const headers = recordedHeaders();
let cached = 0;
let passed = 0;
let failed = 0;
const queue = [...units];
await Promise.all(Array.from({length: Number(options.jobs)}, async () => {
    for (let unit = queue.shift(); unit; unit = queue.shift()) {
        const key = keyOf(unit, headers);
        const mark = key && path.join(cache, key);
        if (mark && existsSync(mark)) {
            cached++;
            passed++;
            continue;
        }
        const {ok, output} = await read(unit.file);
        if (ok) {
            passed++;
            if (mark) writeFileSync(mark, '');
        } else {
            failed++;
            console.log(`FAIL ${path.relative(root, unit.file)}\n${output}`);
        }
    }
}));
console.log(`${units.length} sources read, ${cached} of them known from before`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || units.length === 0 ? 1 : 0);
