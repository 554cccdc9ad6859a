/**
 * A thousand runs of a small estate in one process, as a sweep makes them: is the tenth run as fast as the fastest, and the last as fast as the tenth? Each run
 * deals the same sizes to other VMs. `npm run bench -- sweep 100` for fewer.
 */
import { simulate } from '../sim/index.ts';
import { estate } from './estate.ts';
import { heading, mainThreadMs, median, peakMiB, printTable, secondsOf } from './measure.ts';

const SIZE = { vms: 100, days: 7, datastores: 4, hosts: 4, proxies: 2, repositories: 1 };

const [count = 1000] = process.argv.slice(2).map(Number);
heading(`sweep ${count}`);
const started = performance.now();
/** Milliseconds of each run: by the clock, of the thread that simulates, and of all threads, the compiler's and the collector's included. */
const elapsed: number[] = [];
const own: number[] = [];
const all: number[] = [];
for (let variant = 0; variant < count; variant++) {
  const plan = estate(SIZE, variant);
  const before = mainThreadMs();
  const beganMs = performance.now();
  all.push(secondsOf(() => simulate(plan)) * 1000);
  elapsed.push(performance.now() - beganMs);
  own.push(mainThreadMs() - before);
}
const wallSeconds = (performance.now() - started) / 1000;

/** Single runs are as long as a hiccup of the machine: the runs around one speak for it. */
const around = (ms: readonly number[], run: number): number => median(ms.slice(Math.max(0, run - 3), run + 2));
/** The fastest of a thousand is an extreme of that noise as well; the later half is what a run takes once everything is compiled. */
const later = (ms: readonly number[]): number => median(ms.slice(count >> 1));

const beside = ['to fastest', 'to later half'];
const rows = [['ms', 'by the clock', ...beside, 'own thread', ...beside, 'all threads', ...beside]];
const row = (name: string, of: (ms: readonly number[]) => number): void => {
  const cells = [elapsed, own, all].flatMap((ms) => [of(ms).toFixed(1), (of(ms) / Math.min(...ms)).toFixed(2), (of(ms) / later(ms)).toFixed(2)]);
  rows.push([name, ...cells]);
};
row('first', (ms) => ms[0] as number);
row('second', (ms) => ms[1] as number);
row('tenth (median of 8th to 12th)', (ms) => around(ms, 10));
row('hundredth (median of five)', (ms) => around(ms, Math.min(100, count - 2)));
row('last (median of five)', (ms) => around(ms, count - 2));
row('median of the later half', later);
row('fastest', (ms) => Math.min(...ms));
printTable(rows);
console.log(`${count} runs of ${SIZE.vms} VMs x ${SIZE.days} days: ${wallSeconds.toFixed(1)} s by the clock, ${peakMiB().toFixed(0)} MiB at most`);
