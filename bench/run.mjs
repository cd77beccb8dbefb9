// `./dev bench [--quick] [--data DIR] [CASE...]`: measures the release build, prints a table and
// writes JSON to build/bench/. Generator and server share the machine, as the figures' bounds assume.
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';

import {calendarCase} from './calendar_case.mjs';
import * as cases from './cases.mjs';
import * as delivery from './delivery_cases.mjs';
import {describeMachine, refuseMemory} from './machine.mjs';

const {values: flags, positionals: names} = parseArgs({
    allowPositionals: true,
    options: {quick: {type: 'boolean', default: false}, data: {type: 'string', default: 'build/bench/data'}},
});
const all = {
    single: cases.singleCase, checks: cases.checksCase, batch: cases.batchCase, sustained: cases.sustainedCase, per_sync: cases.perSyncCase,
    visible: cases.visibleCase, reads: cases.readsCase, refusals: cases.refusalsCase, memory: cases.memoryCase, disk: cases.diskCase, start: cases.startCase, calendar: calendarCase,
    purchases: delivery.purchasesCase, deliveries: delivery.deliveriesCase, hanging: delivery.hangingCase,
};
const unknown = names.filter((name) => !(name in all));
if (unknown.length) {
    console.error(`no case ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
    process.exit(2);
}

const data = path.resolve(flags.data);
mkdirSync(data, {recursive: true});
const machine = describeMachine(data);
refuseMemory(machine);
const million = 1_000_000;
const options = {
    binary: path.resolve('build/release/eyed'), tools: path.resolve('build/release'), data,
    seconds: flags.quick ? 3 : 10,
    rounds: flags.quick ? 3 : 5,
    repeats: flags.quick ? 20 : 100,
    probes: flags.quick ? 50 : 500,
    // 1 GB of log is about 6 M of these events, before compression.
    events: flags.quick
        ? {sustained: million, appender: million, reads: million, start: million, calendar: 100_000}
        : {sustained: 20 * million, appender: 5 * million, reads: 10 * million, start: 6 * million, calendar: 100_000},
    sustainedRate: 250_000,
    limitsMib: 512 + 256,  // the defaults of store.memory and ingest.dedup_memory
};

const shown = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(2));
const results = [];
let failed = false;
for (const name of names.length ? names : Object.keys(all)) {
    console.error(`== ${name}`);
    try {
        for (const row of await all[name](options)) {
            if (row.unit === 'events/s' && row.figure.startsWith('sustained')) options.sustainedRate = row.measured;
            results.push({case: name, ...row});
            console.error(`   ${row.figure}: ${shown(row.measured)} ${row.unit}  (${row.bound}) ${row.met ? 'met' : 'NOT MET'}  ${row.beside}`);
        }
    } catch (error) {
        failed = true;
        results.push({case: name, error: error.message});
        console.error(`   ${error.stack}`);
    }
}
rmSync(data, {recursive: true, force: true});

console.log('| figure | bound | measured | | beside |\n|---|---|---|---|---|');
for (const row of results) {
    if (row.error) console.log(`| ${row.case} | | failed | | ${row.error.split('\n')[0]} |`);
    else console.log(`| ${row.figure} | ${row.bound} ${row.unit} | ${shown(row.measured)} ${row.unit} | ${row.met ? 'met' : 'not met'} | ${row.beside} |`);
}
const file = `build/bench/${machine.time.replace(/[:.]/g, '')}.json`;
writeFileSync(file, `${JSON.stringify({machine, quick: flags.quick, options, results}, null, 4)}\n`);
console.log(`\n${machine.cpu}, ${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.filesystem}, commit ${machine.commit}; ${file}`);
process.exit(failed ? 1 : 0);
