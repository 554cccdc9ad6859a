/**
 * A VM's lock: nobody begins on a VM that another task holds, unless runs of its job may overlap or its job may stack; and in no case where old blocks are
 * saved before they are overwritten.
 */
import type { Played } from '../play.ts';
import { jobOfRun, keyOf, LOCKS_NOTHING } from './tasks.ts';

export function locksExclude({ plan, events }: Played): string[] {
  const holders = new Map<string, Set<string>>();
  const wrong: string[] = [];
  for (const { kind, atMs, run, vm } of events) {
    if (typeof run !== 'string' || typeof vm !== 'string') continue;
    const held = holders.get(vm) ?? new Set();
    holders.set(vm, held);
    if (kind === 'task-ended') held.delete(run);
    if (kind !== 'task-started') continue;
    const job = jobOfRun(plan, run);
    if (job === undefined || LOCKS_NOTHING.includes(job.method)) continue;
    for (const other of held) {
      const shares = jobOfRun(plan, other) === job ? job.ifRunning === 'start' : job.ifVmBusy === 'stack';
      const allowed = shares && job.method !== 'copy-before-write';
      if (!allowed) wrong.push(`${keyOf(run, vm)} begins at ${atMs} while ${other} holds it`);
    }
    held.add(run);
  }
  return wrong;
}
