/**
 * A thousand runs of a small estate in one process, as a sweep makes them: is the tenth run as fast as the fastest, and the last as fast as the tenth? Each run
 * deals the same sizes to other VMs. `npm run bench -- sweep 100` for fewer.
 */
import { simulate } from '../sim/index.ts';
import { estate } from './estate.ts';
import { heading, median, peakMiB, printTable, secondsOf } from './measure.ts';

const SIZE = { vms: 100, days: 7, datastores: 4, hosts: 4, proxies: 2, repositories: 1 };

const [count = 1000] = process.argv.slice(2).map(Number);
heading(`sweep ${count}`);
const started = performance.now();
const ms = Array.from({ length: count }, (_, variant) => {
  const plan = estate(SIZE, variant);
  return secondsOf(() => simulate(plan)) * 1000;
});
const wallSeconds = (performance.now() - started) / 1000;
const fastest = Math.min(...ms);
/** Single runs are as long as a hiccup of the machine: the runs around one speak for it. */
const around = (run: number): number => median(ms.slice(Math.max(0, run - 3), run + 2));

const rows = [['ms of processor time', '', 'to the fastest']];
const row = (name: string, value: number): void => void rows.push([name, value.toFixed(2), (value / fastest).toFixed(2)]);
row('first', ms[0] as number);
row('second', ms[1] as number);
row('tenth (median of 8th to 12th)', around(10));
row('hundredth (median of five)', around(Math.min(100, count - 2)));
row('last (median of five)', around(count - 2));
row('median of all', median(ms));
row('fastest', fastest);
printTable(rows);
console.log(`${count} runs of ${SIZE.vms} VMs x ${SIZE.days} days: ${wallSeconds.toFixed(1)} s by the clock, ${peakMiB().toFixed(0)} MiB at most`);
