/** How guests come to rest for a snapshot (docs/model.md, "Coming to rest"). */
import { faultsOf } from './faults.ts';
import { breakOff } from './tasks.ts';
import type { Task, World } from './world.ts';

/** What the end of quiescing brings: false where it ends the task. */
export function comesToRest(world: World, task: Task): boolean {
  const { run, vm } = task;
  const { job } = run;
  // READING: that is a failure of the task at that moment, also where nobody is asked to come to rest.
  if (faultsOf(world, 'buggy-application', task).length > 0) return fail(world, task, 'application-failure');
  const isKnown = job.supportedGuests === null || vm.guest === null || job.supportedGuests.includes(vm.guest);
  if (job.method === 'agent' && !isKnown) return fail(world, task, 'unsupported-guest');
  if (!job.comesToRest) return true;
  task.rest = 'application';
  if (!isKnown) return goOnWithout(world, task, 'unsupported-guest');
  return faultsOf(world, 'writer-failure', task).length === 0 || goOnWithout(world, task, 'writer-failure');
}

/** How long it takes to create the snapshot, while the writers are at rest. */
export function createMs({ run, vm, rest }: Task): number {
  const { job } = run;
  if (rest !== 'application') return job.createMs;
  // READING: L0 is that of the sound device, as are the times of a job.
  const slowest = Math.max(1, ...vm.disks.map(({ datastore }) => datastore.latencyMs / datastore.nominal.idleLatencyMs));
  return Math.ceil(job.createMs * slowest - 1e-6);
}

/** Whether the snapshot that exists now has taken longer than writers can be at rest. */
export function isFrozenTooLong({ run, rest, frozenMs }: Task): boolean {
  return rest === 'application' && frozenMs > run.job.freezeLimitMs;
}

/** Fails the task, or lets it go on with a snapshot that is only crash-consistent. */
export function goOnWithout(world: World, task: Task, reason: string): boolean {
  task.rest = 'crash';
  if (!task.run.job.goesOnWithout) return fail(world, task, reason);
  task.outcome = 'warning';
  task.reason = 'crash-consistent';
  return true;
}

function fail(world: World, task: Task, reason: string): false {
  breakOff(world, task, 'failed', reason);
  return false;
}
