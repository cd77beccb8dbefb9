// A small real file system of its own: an ext4 image on a loop device. Needs root and loop devices.
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {temporaryDirectory} from '../api/harness.mjs';

function done(command, ...args) {
    const ended = spawnSync(command, args, {encoding: 'utf8'});
    return ended.status === 0 ? undefined : `${command}: ${(ended.stderr || ended.error?.message || `exit ${ended.status}`).trim()}`;
}

// {directory} of `mebibytes` in size, or {reason} why there can be none here.
export function smallDisk(mebibytes) {
    if (process.getuid() !== 0) return {reason: 'needs root to mount a file system'};
    const home = temporaryDirectory();
    const image = path.join(home, 'image');
    const directory = path.join(home, 'mounted');
    mkdirSync(directory);
    writeFileSync(image, '');
    truncateSync(image, mebibytes * 1024 * 1024);
    const reason = done('mkfs.ext4', '-q', '-F', '-m', '0', image) ?? done('mount', '-o', 'loop', image, directory);
    if (reason) return {reason};
    process.prependListener('exit', () => spawnSync('umount', ['-l', directory]));
    return {directory};
}

export function freeBytes(directory) {
    const {bavail, bsize} = statfsSync(directory);
    return bavail * bsize;
}

// Takes all space of the file system but `leave` bytes; gives a function that frees it again.
export function fillDisk(directory, leave) {
    const ballast = path.join(directory, 'ballast');
    const ended = spawnSync('fallocate', ['-l', String(freeBytes(directory) - leave), ballast], {encoding: 'utf8'});
    if (ended.status !== 0) throw new Error(`fallocate: ${ended.stderr}`);
    return () => existsSync(ballast) && rmSync(ballast);
}
