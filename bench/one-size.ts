/** One simulation of a large estate in a process of its own: arguments are VMs and days; prints seconds of processor time and tasks. */
import { simulate } from './built.ts';
import { estate, LARGE } from './estate.ts';
import { secondsOf } from './measure.ts';

const [vms = LARGE.vms, days = LARGE.days] = process.argv.slice(2).map(Number);
// For the compiler, which would otherwise count against the small sizes.
simulate(estate({ ...LARGE, vms: 400, days: 3 }));
const plan = estate({ ...LARGE, vms, days });
let tasks = 0;
const seconds = secondsOf(() => {
  for (const job of Object.values(simulate(plan).jobs)) for (const run of job.runs) tasks += run.tasks.length;
});
console.log(`${seconds} ${tasks}`);
