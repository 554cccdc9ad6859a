/**
 * `npm run swarm -- [--seconds N] [--from SEED]`: the swarm for as long as wanted (default one hour), from a seed of its own unless one is given. Prints
 * progress every ten seconds and each failure as it is found; exit code 1 if there was any.
 */
import { parseArgs } from 'node:util';
import { report, runSwarm } from './run.ts';

const PROGRESS_MS = 10_000;
const MOST_FAILURES = 20;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3600' }, from: { type: 'string' } } });
const firstSeed = Number(values.from ?? Date.now() % 1_000_000_000);
const seconds = Number(values.seconds);
if (!Number.isSafeInteger(firstSeed) || !(seconds >= 0)) throw new Error('npm run swarm -- [--seconds N] [--from SEED], both numbers');
console.log(`swarm from seed ${firstSeed} for ${seconds} s`);
let reported = 0;
let nextMs = performance.now() + PROGRESS_MS;
const swarm = runSwarm({
  firstSeed,
  seconds,
  mostFailures: MOST_FAILURES,
  onSeed: ({ scenarios, tasks, failed }) => {
    for (; reported < failed.length; reported++) console.log(report(failed[reported] as (typeof failed)[number]));
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + PROGRESS_MS;
    console.log(`${scenarios} scenarios, ${tasks} tasks, ${failed.length} failed`);
  },
});
console.log(`${swarm.scenarios} scenarios, ${swarm.tasks} tasks, ${swarm.failed.length} failed`);
process.exitCode = swarm.failed.length > 0 ? 1 : 0;
