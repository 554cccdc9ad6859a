/** How long guests stand still around snapshots (docs/model.md, "A run and its tasks", and "Consolidation by helper"). */
import type { Task, World } from './world.ts';

/** Must come before the world has advanced. READING: stuns add up, also those that hold a guest at the same time. */
export function noteStuns(world: World, spanMs: number): void {
  for (const task of world.tasks) if (isStunning(task)) task.vm.stunMs += spanMs;
  for (const { merge, disk } of world.removals) if (merge?.stuns) disk.vm.stunMs += spanMs;
}

/** While the snapshot is created, and while the call to remove it lasts. */
function isStunning({ stage, dueMs }: Task): boolean {
  return stage === 'snapshotting' || (stage === 'removing' && dueMs !== null);
}
