// Runs every fuzz target for a while, one after the other.
//
//   node tools/fuzz.mjs --build DIR --seconds N [--seed N]
//
// fuzz/corpus/TARGET holds the inputs that are kept; what a run finds grows in DIR/corpus/TARGET. A
// crash leaves its input in DIR/crashes. Ends with one line `N passed, N failed`.
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';

const {values: options} = parseArgs({
    options: {build: {type: 'string'}, seconds: {type: 'string', default: '60'}, seed: {type: 'string'}},
});
const targets = readdirSync('fuzz').filter((name) => name.endsWith('_fuzz.cc')).sort().map((name) => name.slice(0, -3));
const crashes = path.join(options.build, 'crashes');
mkdirSync(crashes, {recursive: true});
let failed = 0;
for (const target of targets) {
    const grown = path.join(options.build, 'corpus', target);
    mkdirSync(grown, {recursive: true});
    const kept = path.join('fuzz', 'corpus', target);
    const args = [
        `-max_total_time=${options.seconds}`, '-timeout=60', '-rss_limit_mb=3072', '-print_final_stats=1',
        `-artifact_prefix=${crashes}/${target}-`, ...(options.seed ? [`-seed=${options.seed}`] : []),
        grown, ...(existsSync(kept) ? [kept] : []),
    ];
    const ended = spawnSync(path.join(options.build, target), args, {
        encoding: 'utf8', maxBuffer: 1 << 28, timeout: (Number(options.seconds) + 300) * 1000, killSignal: 'SIGKILL',
    });
    const runs = ended.stderr?.match(/stat::number_of_executed_units:\s*(\d+)/)?.[1] ?? '0';
    if (ended.status === 0 && Number(runs) > 0) {
        console.log(`ok   ${target}: ${runs} inputs`);
        continue;
    }
    failed++;
    console.log(`FAIL ${target}: ${ended.error?.message ?? `exit ${ended.status ?? ended.signal}`}`);
    console.log((ended.stderr ?? '').split('\n').slice(-120).join('\n'));
}
console.log(`${targets.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
