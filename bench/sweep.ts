/**
 * A thousand runs of a small estate in one process, as a sweep makes them: is the tenth run as fast as the fastest, and the last as fast as the tenth? Each run
 * deals the same sizes to other VMs. `npm run bench -- sweep 100` for fewer.
 *
 * The fastest of a thousand is an extreme of what the machine does meanwhile. So the first runs of new processes are also measured beside the same runs of one
 * that has made hundreds, in turn: what is left is what the number of the run makes of it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { simulate } from './built.ts';
import { estate } from './estate.ts';
import { heading, median, peakMiB, printTable, secondsOf } from './measure.ts';
import { SWEEP } from './sweep-size.ts';

const PAIRS = 10;
/** Runs behind the process that the new ones are compared with, and those that it makes before and after each. */
const BEHIND = 400;
const BESIDE = 12;
/** First and last of the runs whose median stands for a place in the row. */
const PLACES = [
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 5],
  [6, 7],
  [8, 12],
  [18, 22],
  [36, 44],
] as const;

const [count = 1000] = process.argv.slice(2).map(Number);
heading(`sweep ${count}`);
inOneProcess();
await inPairs();

function inOneProcess(): void {
  const started = performance.now();
  /** Milliseconds of each run: by the clock, and of all threads, the compiler's and the collector's included. */
  const elapsed: number[] = [];
  const all: number[] = [];
  for (let variant = 0; variant < count; variant++) {
    const plan = estate(SWEEP, variant);
    const began = performance.now();
    all.push(secondsOf(() => simulate(plan)) * 1000);
    elapsed.push(performance.now() - began);
  }
  const wallSeconds = (performance.now() - started) / 1000;
  /** Single runs are as long as a hiccup of the machine: the runs around one speak for it. */
  const around = (ms: readonly number[], run: number): number => median(ms.slice(Math.max(0, run - 3), run + 2));
  const later = (ms: readonly number[]): number => median(ms.slice(count >> 1));
  const beside = ['to fastest', 'to later half'];
  const rows = [['ms', 'by the clock', ...beside, 'all threads', ...beside]];
  const row = (name: string, of: (ms: readonly number[]) => number): void => {
    const cells = [elapsed, all].flatMap((ms) => [of(ms).toFixed(1), (of(ms) / Math.min(...ms)).toFixed(2), (of(ms) / later(ms)).toFixed(2)]);
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
  const tenth = around(elapsed, 10);
  const slower = elapsed.slice(count >> 1).filter((ms) => ms > tenth).length / (count - (count >> 1));
  console.log(`${Math.round(slower * 100)} % of the later half took longer by the clock than the tenth`);
  console.log(
    `${count} runs of ${SWEEP.vms} VMs x ${SWEEP.days} days: ${wallSeconds.toFixed(1)} s by the clock, ${peakMiB().toFixed(0)} MiB at most\n`,
  );
}

async function inPairs(): Promise<void> {
  const warm = await newProcess();
  await runs(warm, BEHIND);
  const ratios: number[][] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const before = await runs(warm, BESIDE);
    const fresh = await newProcess();
    const ms = await runs(fresh, PLACES[PLACES.length - 1]?.[1] as number);
    fresh.kill();
    const after = await runs(warm, BESIDE);
    const level = median([...before, ...after]);
    ratios.push(PLACES.map(([from, to]) => median(ms.slice(from - 1, to)) / level));
  }
  warm.kill();
  const rows = [[`by the clock, to a process with ${BEHIND} runs behind it`, `median of ${PAIRS}`, 'least', 'most']];
  for (const [at, [from, to]] of PLACES.entries()) {
    const found = ratios.map((pair) => pair[at] as number);
    const name = from === to ? `run ${from}` : `runs ${from} to ${to} (median)`;
    rows.push([name, median(found).toFixed(2), Math.min(...found).toFixed(2), Math.max(...found).toFixed(2)]);
  }
  printTable(rows);
}

async function newProcess(): Promise<ChildProcess> {
  const made = fork(join(import.meta.dirname, 'sweep-process.ts'), { execArgv: ['--import', 'tsx'] });
  await once(made, 'message');
  return made;
}

async function runs(of: ChildProcess, count: number): Promise<number[]> {
  of.send(count);
  const [ms] = (await once(of, 'message')) as [number[]];
  return ms;
}
