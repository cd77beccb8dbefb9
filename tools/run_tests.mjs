// Runs unit test programs and scenario files and counts their cases.
//
//   node tools/run_tests.mjs [--build DIR] [--jobs N] [--filter TEXT] [FOLDER...]
//
// Unit tests are the GoogleTest programs that CTest knows in DIR; scenarios are the *.test.mjs under
// each FOLDER, run with node:test. What fails is run once more, by itself, because the machine is
// shared; a second success counts, and is named in the summary. Those under tests/crash need the
// disk and the cores for themselves and run last. Ends with one line `N passed, N failed`.
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';

const {values: options, positionals: folders} = parseArgs({
    allowPositionals: true,
    options: {
        build: {type: 'string'},
        jobs: {type: 'string', default: '2'},
        filter: {type: 'string', default: ''},
    },
});
const results = path.resolve(options.build ?? 'build', 'results');
const defaultTimeoutMs = 600_000;

function unitTests() {
    if (!options.build) return [];
    const listing = execFileSync('ctest', ['--show-only=json-v1'], {cwd: options.build, maxBuffer: 1 << 26});
    return JSON.parse(listing).tests.map((test) => {
        const property = (name) => test.properties?.find((p) => p.name === name)?.value;
        return {
            kind: 'unit',
            name: test.name,
            command: test.command,
            cwd: property('WORKING_DIRECTORY') ?? options.build,
            timeoutMs: (property('TIMEOUT') ?? 0) * 1000 || defaultTimeoutMs,
        };
    });
}

function scenarioFiles(folder) {
    return readdirSync(folder, {withFileTypes: true})
        .filter((entry) => entry.name !== 'node_modules')
        .flatMap((entry) => {
            const file = path.join(folder, entry.name);
            if (entry.isDirectory()) return scenarioFiles(file);
            return entry.name.endsWith('.test.mjs') ? [file] : [];
        });
}

function scenarios() {
    return folders.flatMap((folder) => scenarioFiles(folder)).sort().map((file) => ({
        kind: 'scenario',
        name: file,
        alone: file.startsWith('tests/crash/'),
        command: [process.execPath, '--test-reporter=tap', file],
        cwd: process.cwd(),
        timeoutMs: defaultTimeoutMs + 30_000 * Number(process.env.EYED_TEST_ROUNDS ?? 0),
    }));
}

// Runs a command in a process group of its own, so that nothing it started outlives it.
function run(command, cwd, env, timeoutMs) {
    return new Promise((resolve) => {
        const child = spawn(command[0], command.slice(1), {
            cwd, env: {...process.env, ...env}, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
        });
        const chunks = [];
        let timedOut = false;
        const killGroup = () => {
            try {
                process.kill(-child.pid, 'SIGKILL');
            } catch {
                // the group is gone already
            }
        };
        const timer = setTimeout(() => {
            timedOut = true;
            killGroup();
        }, timeoutMs);
        child.stdout.on('data', (chunk) => chunks.push(chunk));
        child.stderr.on('data', (chunk) => chunks.push(chunk));
        child.on('error', (error) => chunks.push(Buffer.from(`cannot start ${command[0]}: ${error.message}\n`)));
        // 'exit', not 'close': a grandchild that holds the pipe must not keep us waiting.
        child.on('exit', killGroup);
        child.on('close', (code, signal) => {
            clearTimeout(timer);
            let output = Buffer.concat(chunks).toString('utf8');
            if (timedOut) output += `\nkilled: it ran for more than ${timeoutMs / 1000} s\n`;
            else if (signal) output += `\nended by ${signal}\n`;
            resolve({ok: code === 0, output});
        });
    });
}

// {ok, passed, failed, skipped, failedNames, output} of one GoogleTest program.
async function runUnit(test, only) {
    const report = path.join(results, `${test.name}.json`);
    rmSync(report, {force: true});
    const command = [...test.command, `--gtest_output=json:${report}`, '--gtest_brief=1', '--gtest_color=no'];
    if (only?.length) command.push(`--gtest_filter=${only.join(':')}`);
    const ended = await run(command, test.cwd, {}, test.timeoutMs);
    const outcome = {passed: 0, failed: 0, skipped: 0, failedNames: [], ...ended};
    if (existsSync(report)) {
        for (const suite of JSON.parse(readFileSync(report)).testsuites) {
            for (const one of suite.testsuite) {
                if (one.status !== 'RUN' && one.result !== 'SKIPPED') continue;
                if (one.result === 'SKIPPED') outcome.skipped++;
                else if (one.failures) outcome.failedNames.push(`${suite.name}.${one.name}`);
                else outcome.passed++;
            }
        }
    }
    // A program that died, or failed outside its cases, has failed at least once.
    outcome.failed = outcome.failedNames.length || (ended.ok ? 0 : 1);
    return outcome;
}

async function runScenario(test) {
    const ended = await run(test.command, test.cwd, {}, test.timeoutMs);
    const count = (word) => Number(ended.output.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
    const failed = count('fail') + count('cancelled');
    return {
        ok: ended.ok, output: ended.output, failedNames: [],
        passed: count('pass'), skipped: count('skipped') + count('todo'), failed: failed || (ended.ok ? 0 : 1),
    };
}

const retried = [];
const skipped = [];
const failures = [];
let passed = 0;
let failed = 0;

async function runOnce(test, only) {
    return test.kind === 'unit' ? runUnit(test, only) : runScenario(test);
}

function report(test, outcome, seconds) {
    const count = `${outcome.passed} passed${outcome.failed ? `, ${outcome.failed} FAILED` : ''}` +
        (outcome.skipped ? `, ${outcome.skipped} skipped` : '');
    console.log(`${outcome.failed ? 'FAIL' : 'ok  '} ${test.name.padEnd(40)} ${count} (${seconds} s)`);
    if (outcome.failed) console.log(outcome.output.replace(/^/gm, '    '));
    if (outcome.skipped) skipped.push(`${test.name}: ${outcome.skipped}`);
}

async function runFirst(test, again) {
    const start = Date.now();
    const outcome = await runOnce(test);
    report(test, outcome, ((Date.now() - start) / 1000).toFixed(1));
    passed += outcome.passed;
    if (outcome.failed) again.push({test, outcome});
}

async function runAgain({test, outcome}) {
    console.log(`     ${test.name} once more`);
    const start = Date.now();
    const second = await runOnce(test, outcome.failedNames);
    report(test, second, ((Date.now() - start) / 1000).toFixed(1));
    // The second run repeats only the failed cases, or all of them when it could not tell which.
    passed += outcome.failedNames.length ? second.passed : Math.max(0, second.passed - outcome.passed);
    failed += second.failed;
    (second.failed ? failures : retried).push([test.name, ...outcome.failedNames].join(' '));
}

async function inParallel(tests, jobs, again) {
    const queue = [...tests];
    await Promise.all(Array.from({length: jobs}, async () => {
        for (let test = queue.shift(); test; test = queue.shift()) await runFirst(test, again);
    }));
}

mkdirSync(results, {recursive: true});
const tests = [...unitTests(), ...scenarios()].filter((test) => test.name.includes(options.filter));
if (tests.length === 0) {
    console.error(`no test matches '${options.filter}'`);
    process.exit(1);
}
const again = [];
await inParallel(tests.filter((test) => !test.alone), Number(options.jobs), again);
await inParallel(tests.filter((test) => test.alone), 1, again);
for (const one of again) await runAgain(one);
console.log();
for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of retried) console.log(`needed a second run: ${name}`);
for (const name of failures) console.log(`FAILED: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
