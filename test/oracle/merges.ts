import { isComplete } from './network.ts';
import { deltaBytes, deltaBytesAt, freeBytes, isTop, writtenInto } from './space.ts';
import type { Delta, Task, World } from './world.ts';

export function endTask(task: Task): void {
  task.stage = 'ended';
  task.dueMs = null;
  task.locksVm = false;
  task.takesSnapshotSlot = false;
}

/** Begins every removal whose turn has come, and starts, or gives up, every merge that is ready. True when anything happened. */
export function startMerges(world: World): boolean {
  let happened = false;
  const asked = world.removals.slice();
  for (const delta of asked) {
    const { vm, task } = delta;
    if (delta.merge !== null || task === null || world.removals.find((other) => other.vm === vm) !== delta) continue;
    if (task.stage === 'removing') {
      if (task.dueMs !== null) continue;
      task.dueMs = world.nowMs + task.run.job.removeMs;
      task.place = world.begun++;
      happened = true;
      continue;
    }
    if (vm.datastore.serialMerges && world.removals.some((other) => other.merge !== null && other.vm.datastore === vm.datastore)) continue;
    happened = true;
    startOrGiveUp(world, delta);
  }
  return happened;
}

function startOrGiveUp(world: World, delta: Delta): void {
  const { vm } = delta;
  const parent = vm.chain[vm.chain.indexOf(delta) - 1];
  const baseNeed = vm.thin ? delta.growthBytes : 0;
  const need = parent ? deltaBytesAt(parent, writtenInto(parent, 0) + writtenInto(delta, 0)) - deltaBytes(parent, 0) : baseNeed;
  if (need > 0 && freeBytes(world, vm.datastore, 0) - need < vm.datastore.floorBytes) {
    giveUp(world, delta);
    return;
  }
  const workBytes = deltaBytes(delta, 0);
  delta.merge = { workBytes, leftBytes: workBytes, bytesPerMs: 0 };
  if (delta.task) delta.task.place = world.begun++;
  if (parent) {
    parent.absorbing = delta;
    return;
  }
  vm.baseGrowthBytes += delta.growthBytes;
  delta.growthBytes = 0;
}

/** The snapshot stays behind, nobody's, and goes on growing. */
function giveUp(world: World, delta: Delta): void {
  world.removals.splice(world.removals.indexOf(delta), 1);
  delta.kind = 'orphan';
  if (!delta.task) return;
  if (delta.task.outcome === 'success') delta.task.outcome = 'warning';
  endTask(delta.task);
}

/** Removes every delta whose merge has carried its last byte. True when there was one. */
export function finishMerges(world: World): boolean {
  const finished = world.removals.filter((delta) => delta.merge !== null && isComplete(delta.merge));
  finished.sort((a, b) => (a.task?.place ?? 0) - (b.task?.place ?? 0));
  for (const delta of finished) finish(world, delta);
  return finished.length > 0;
}

function finish(world: World, delta: Delta): void {
  const { vm, task } = delta;
  const parent = vm.chain[vm.chain.indexOf(delta) - 1];
  if (parent) {
    parent.absorbing = null;
    parent.writtenBytes += writtenInto(delta, 0);
    parent.growthBytes += delta.growthBytes;
    if (isTop(delta)) parent.openedAtBytes = vm.writtenBytes;
  } else vm.baseGrowthBytes += delta.growthBytes;
  vm.chain.splice(vm.chain.indexOf(delta), 1);
  world.removals.splice(world.removals.indexOf(delta), 1);
  if (!task) return;
  task.consolidatedMs = world.nowMs;
  endTask(task);
}
