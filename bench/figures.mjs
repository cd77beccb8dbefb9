// How figures are made and told: {figure, bound, measured, unit, met, beside}.
import {Eyed} from './subjects.mjs';

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

export const atLeast = (figure, measured, bound, unit, beside = '') => ({figure, measured, unit, bound: `≥ ${bound}`, met: measured >= bound, beside});
export const atMost = (figure, measured, bound, unit, beside = '') => ({figure, measured, unit, bound: `≤ ${bound}`, met: measured <= bound, beside});

export async function withEyed(options, run, settings) {
    const eyed = await new Eyed(options, settings).fresh();
    try {
        return await run(eyed);
    } finally {
        await eyed.stop();
    }
}

export async function timesOf(eyed, target, count) {
    const times = [];
    for (let i = 0; i < count; i++) {
        const start = performance.now();
        const {status, text} = await eyed.get(typeof target === 'function' ? target(i) : target);
        times.push(performance.now() - start);
        if (status !== 200) throw new Error(`${target}: ${status} ${text}`);
    }
    return times;
}
