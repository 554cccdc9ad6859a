/** A VM's lock: nobody begins on a VM that another task holds, unless runs of its job may overlap or its job may stack. */
import type { Played } from '../play.ts';
import { jobOfRun, keyOf } from './tasks.ts';

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
    for (const other of held) {
      const allowed = jobOfRun(plan, other) === job ? job?.ifRunning === 'start' : job?.ifVmBusy === 'stack';
      if (!allowed) wrong.push(`${keyOf(run, vm)} begins at ${atMs} while ${other} holds it`);
    }
    held.add(run);
  }
  return wrong;
}
