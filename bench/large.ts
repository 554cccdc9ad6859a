/**
 * How long a large estate takes: 10,000 VMs x 30 nights by default, `npm run bench -- large 2000 7` for another size. Beside it the same tasks through a
 * bare fluid loop, and the memory with and without the whole result written as JSON. For a profile: `node --cpu-prof --import tsx bench/large.ts 5000 7`.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { reportContext } from '../reports/context.ts';
import { jsonReport } from '../reports/json.ts';
import { type Result, simulate } from '../sim/index.ts';
import { estate, LARGE } from './estate.ts';
import { type FluidTask, fluidLoop } from './fluid-loop.ts';
import { heading, median, peakMiB, secondsOf, WORK_FOLDER } from './measure.ts';

const MiB = 1024 ** 2;

const [vms = LARGE.vms, days = LARGE.days] = process.argv.slice(2).map(Number);
const size = { ...LARGE, vms, days };
heading(`large ${vms} ${days}`);
const plan = estate(size);
const planMiB = peakMiB();
const started = performance.now();
let result: Result | undefined;
const seconds = secondsOf(() => {
  result = simulate(plan);
});
const wallSeconds = (performance.now() - started) / 1000;
if (result !== undefined) report(result);

function report(done: Result): void {
  const runs = Object.values(done.jobs).flatMap((job) => job.runs);
  const tasks = runs.reduce((sum, run) => sum + run.tasks.length, 0);
  const longest = Math.max(...runs.map((run) => (run.endedMs ?? 0) - (run.startedMs ?? 0))) / 3_600_000;
  const runMiB = peakMiB();
  const bare = bareSeconds(done);
  console.log(
    `${vms} VMs x ${days} nights on ${size.datastores} datastores: ${tasks} tasks, ${done.engine.events} events, ${done.engine.solves} solves`,
  );
  console.log(`verdict ${done.verdict}, longest run ${longest.toFixed(1)} h, fingerprint ${done.fingerprint}`);
  console.log(
    `${seconds.toFixed(1)} s of processor time (${wallSeconds.toFixed(1)} s by the clock), ${((seconds / tasks) * 1e6).toFixed(0)} us per task`,
  );
  console.log(`bare fluid loop ${bare.toFixed(2)} s: ratio ${(seconds / bare).toFixed(1)}`);
  const bytes = writeJson(done);
  console.log(
    `memory at most: ${planMiB.toFixed(0)} MiB with the plan, ${runMiB.toFixed(0)} MiB after the run, ${peakMiB().toFixed(0)} MiB after ${(bytes / MiB).toFixed(0)} MiB of JSON`,
  );
}

/** The same tasks, with the bytes that they read, through the bare loop: the median of three. */
function bareSeconds(done: Result): number {
  const tasks: FluidTask[] = Object.values(done.jobs).flatMap(({ runs }, repository) =>
    runs.flatMap((run) => run.tasks.map((task): FluidTask => ({ dueMs: task.queuedMs, bytes: task.readBytes, repository }))),
  );
  tasks.sort((a, b) => a.dueMs - b.dueMs);
  const repositories = plan.repositories.map(({ writeBytesPerSecond, slots }) => ({
    bytesPerMs: writeBytesPerSecond / 1000,
    slots: slots ?? Number.POSITIVE_INFINITY,
  }));
  return median([0, 1, 2].map(() => secondsOf(() => fluidLoop(tasks, repositories))));
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
