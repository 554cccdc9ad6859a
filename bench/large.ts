/**
 * How long a large estate takes: 10,000 VMs x 30 nights by default; `npm run bench -- 2000 7` for other sizes. Prints seconds, tasks, events, solves and
 * peak memory. For a profile: `node --cpu-prof --import tsx bench/large.ts`.
 */
import { simulate } from '../sim/index.ts';
import { estate, LARGE } from './estate.ts';

const [vms, days] = process.argv.slice(2).map(Number);
const size = { ...LARGE, vms: vms ?? LARGE.vms, days: days ?? LARGE.days };
const plan = estate(size);
const started = performance.now();
const result = simulate(plan);
const seconds = (performance.now() - started) / 1000;
const runs = Object.values(result.jobs).flatMap((job) => job.runs);
const tasks = runs.reduce((sum, run) => sum + run.tasks.length, 0);
const longest = Math.max(...runs.map((run) => (run.endedMs ?? 0) - (run.startedMs ?? 0))) / 3_600_000;
console.log(`${size.vms} VMs x ${size.days} nights on ${size.datastores} datastores, Node ${process.version}`);
console.log(`${seconds.toFixed(1)} s, ${tasks} tasks, ${((seconds / tasks) * 1e6).toFixed(0)} us per task, longest run ${longest.toFixed(1)} h`);
console.log(`${result.engine.events} events, ${result.engine.solves} solves, ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB at most`);
console.log(`verdict ${result.verdict}, fingerprint ${result.fingerprint}`);
