/**
 * How long a large estate takes: 10,000 VMs x 30 nights by default, `npm run bench -- large 2000 7` for another size. Beside it the same transfers and merges
 * through a bare fluid loop, the same tasks through a loop that only shares out repositories, and the memory with and without the whole result written as
 * JSON. For a profile: `node --cpu-prof --import tsx bench/large.ts 5000 7`.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { nodeSha256 } from '../cli/hash.ts';
import { reportContext } from '../reports/context.ts';
import { jsonReport } from '../reports/json.ts';
import type { Result } from '../sim/index.ts';
import { simulate } from './built.ts';
import { equalShares, type ShareTask } from './equal-shares.ts';
import { estate, LARGE } from './estate.ts';
import { fluidEstate, type NumberedTask } from './fluid-estate.ts';
import { type FluidFigures, type FluidTask, fluidLoop } from './fluid-loop.ts';
import { heading, mainThreadMs, median, peakMiB, secondsOf, WORK_FOLDER } from './measure.ts';

const MiB = 1024 ** 2;

const [vms = LARGE.vms, days = LARGE.days] = process.argv.slice(2).map(Number);
const size = { ...LARGE, vms, days };
heading(`large ${vms} ${days}`);
const plan = estate(size);
const planMiB = peakMiB();
const started = performance.now();
let result: Result | undefined;
const ownBefore = mainThreadMs();
const seconds = secondsOf(() => {
  result = simulate(plan, { hash: nodeSha256() });
});
const ownSeconds = (mainThreadMs() - ownBefore) / 1000;
const wallSeconds = (performance.now() - started) / 1000;
if (result !== undefined) report(result);

function report(done: Result): void {
  const runs = Object.values(done.jobs).flatMap((job) => job.runs);
  const tasks = runs.reduce((sum, run) => sum + run.tasks.length, 0);
  const longestMs = Math.max(...runs.map((run) => (run.endedMs ?? 0) - (run.startedMs ?? 0)));
  // Memory first: the loops below have lists of their own.
  const runMiB = peakMiB();
  const bytes = writeJson(done);
  const jsonMiB = peakMiB();
  const shares = equalSharesSeconds(done);
  const fluid = fluidLoopSeconds(done);
  console.log(
    `${vms} VMs x ${days} nights on ${size.datastores} datastores: ${tasks} tasks, ${done.engine.events} events, ${done.engine.solves} solves`,
  );
  console.log(`verdict ${done.verdict}, longest run ${(longestMs / 3_600_000).toFixed(1)} h, fingerprint ${done.fingerprint}`);
  console.log(
    `${seconds.toFixed(1)} s of processor time, ${ownSeconds.toFixed(1)} s of them in the thread that simulates (${wallSeconds.toFixed(1)} s by the clock), ${((seconds / tasks) * 1e6).toFixed(0)} us per task`,
  );
  const lastMs = tasksOf(done).reduce((last, { transferEndMs }) => Math.max(last, transferEndMs ?? 0), 0);
  const apart = ((lastMs - fluid.figures.lastTransferMs) / longestMs) * 100;
  console.log(
    `bare fluid loop ${fluid.seconds.toFixed(2)} s, ${fluid.figures.solves} solves: ratio ${(seconds / fluid.seconds).toFixed(1)}; its last transfer ends ${apart.toFixed(1)} % of a run earlier`,
  );
  console.log(`equal shares of repositories ${shares.toFixed(2)} s: ratio ${(seconds / shares).toFixed(1)}`);
  console.log(
    `memory at most: ${planMiB.toFixed(0)} MiB with the plan, ${runMiB.toFixed(0)} MiB after the run, ${jsonMiB.toFixed(0)} MiB after ${(bytes / MiB).toFixed(0)} MiB of JSON`,
  );
}

/** The same tasks, with the bytes that they read, through the loop that only shares out repositories: the median of three. */
function equalSharesSeconds(done: Result): number {
  const tasks: ShareTask[] = tasksOf(done).map(({ queuedMs, readBytes, repository }) => ({ dueMs: queuedMs, bytes: readBytes, repository }));
  const repositories = plan.repositories.map(({ writeBytesPerSecond, slots }) => ({
    bytesPerMs: writeBytesPerSecond / 1000,
    slots: slots ?? Number.POSITIVE_INFINITY,
  }));
  return median([0, 1, 2].map(() => secondsOf(() => equalShares(tasks, repositories))));
}

/** The same transfers, and merges of what the snapshots came to, through the bare fluid loop: the median of three, and what it found. */
function fluidLoopSeconds(done: Result): { seconds: number; figures: FluidFigures } {
  const tasks = tasksOf(done);
  const fluidTasks: FluidTask[] = tasks.map(({ queuedMs, repository }) => ({ dueMs: queuedMs, repository }));
  const flows = fluidEstate(plan, tasks);
  let figures: FluidFigures = { lastTransferMs: 0, lastMergeMs: 0, solves: 0 };
  const seconds = median(
    [0, 1, 2].map(() =>
      secondsOf(() => {
        figures = fluidLoop(fluidTasks, flows);
      }),
    ),
  );
  return { seconds, figures };
}

/** All tasks in the order in which they were due. The estate has a job for each repository. */
function tasksOf(done: Result): NumberedTask[] {
  const tasks = Object.values(done.jobs).flatMap(({ runs }, repository) => runs.flatMap((run) => run.tasks.map((task) => ({ ...task, repository }))));
  return tasks.sort((a, b) => a.queuedMs - b.queuedMs);
}

/** Writes the result as the command does, piece by piece; returns the size. */
function writeJson(done: Result): number {
  mkdirSync(WORK_FOLDER, { recursive: true });
  const file = openSync(join(WORK_FOLDER, 'large.json'), 'w');
  let bytes = 0;
  for (const piece of jsonReport(reportContext(plan, done))) bytes += writeSync(file, piece);
  closeSync(file);
  return bytes;
}
