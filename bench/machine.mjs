// Where a measurement was made, and whether it may be made there at all.
import {execFileSync} from 'node:child_process';
import {cpus, release, totalmem} from 'node:os';
import {readFileSync} from 'node:fs';

function output(command, ...args) {
    try {
        return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
    } catch {
        return 'unknown';
    }
}

export function describeMachine(directory) {
    return {
        cpu: cpus()[0]?.model.trim(),
        cores: cpus().length,
        memory_gib: Math.round(totalmem() / 2 ** 30),
        kernel: release(),
        filesystem: output('stat', '-f', '-c', '%T', directory),
        mount: output('findmnt', '-n', '-o', 'SOURCE,FSTYPE,OPTIONS', '-T', directory),
        commit: output('git', 'describe', '--always', '--dirty'),
        time: new Date().toISOString(),
    };
}

// A file system in memory makes every figure a lie.
export function refuseMemory(machine) {
    if (/^(tmpfs|ramfs)$/.test(machine.filesystem)) {
        throw new Error(`${machine.filesystem} is memory: choose a directory on a disk with --data`);
    }
}

// CPU seconds that a process has used, user and system.
export function cpuSeconds(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
}

// {rss, peak} of a process in MiB.
export function memoryMib(pid) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]) / 1024;
    return {rss: field('VmRSS'), peak: field('VmHWM')};
}

export function diskBytes(directory) {
    return Number(output('du', '-s', '--block-size=1', directory).split(/\s/)[0]);
}
