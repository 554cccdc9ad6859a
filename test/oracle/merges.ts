import { abandon, beginCleanup, canAskHost, goOnCleaning } from './left-behind.ts';
import { isComplete } from './network.ts';
import { deltaBytes, deltaBytesAt, freeBytes, isTop, notePeak, openDelta, writtenInto } from './space.ts';
import type { Cleanup, Delta, Merge, Task, World } from './world.ts';

/** A rest that can be merged within this time is merged while the VM stands still. */
const LONGEST_LAST_PASS_MS = 12_000;

/** Whether a failed task is followed by another attempt. */
export function willBeTriedAgain({ run, vm, outcome, attempt, isLastAttempt }: Task): boolean {
  return outcome === 'failed' && vm.isThere && run.triesAgain && !isLastAttempt && attempt <= run.job.retries.times;
}

export function endTask(world: World, task: Task): void {
  task.stage = 'ended';
  task.endedMs = world.nowMs;
  if (willBeTriedAgain(task)) {
    task.retryAtMs = world.nowMs + task.run.job.retries.waitMs;
    task.place = world.begun++;
  }
  task.dueMs = null;
  task.locksVm = false;
  if (!task.run.job.kept.get(task.vm)?.includes(task)) task.snapshotSlots.clear();
}

/** Begins every removal whose turn has come, and starts, or gives up, every merge that is ready. True when anything happened. */
export function startMerges(world: World): boolean {
  let happened = false;
  for (const { disk, removedBy } of [...world.removals]) {
    if (removedBy?.stage !== 'removing' || world.removals.find((other) => other.disk.vm === disk.vm)?.removedBy !== removedBy) continue;
    if (!isTask(removedBy)) beginCleanup(world, removedBy);
    else if (removedBy.dueMs === null && !canAskHost(world, disk.vm)) abandon(world, removedBy);
    else if (removedBy.dueMs === null) {
      removedBy.dueMs = world.nowMs + removedBy.run.job.removeMs;
      removedBy.place = world.begun++;
    } else continue;
    happened = true;
  }
  // READING: a merge is asked of its datastore when the removal call has returned.
  const asked = world.removals.filter(({ merge, removedBy }) => merge === null && removedBy?.stage === 'consolidating');
  asked.sort((a, b) => (a.removedBy?.place ?? 0) - (b.removedBy?.place ?? 0));
  for (const delta of asked) {
    const { datastore } = delta.disk;
    if (datastore.serialMerges && world.removals.some((other) => other.merge !== null && other.disk.datastore === datastore)) continue;
    happened = true;
    if (!fits(world, delta)) giveUp(world, delta);
    else start(world, delta, 1);
  }
  return happened;
}

/** Whether what the parent has to take leaves the floor free. */
function fits(world: World, delta: Delta): boolean {
  const { disk } = delta;
  const parent = disk.chain[disk.chain.indexOf(delta) - 1];
  const baseNeed = disk.thin ? delta.growthBytes : 0;
  const need = parent ? deltaBytesAt(parent, writtenInto(parent, 0) + writtenInto(delta, 0)) - deltaBytes(parent, 0) : baseNeed;
  return need <= 0 || freeBytes(world, disk.datastore, 0) - need >= disk.datastore.floorBytes;
}

function start(world: World, delta: Delta, pass: number): void {
  const { disk } = delta;
  const { datastore } = disk;
  const workBytes = deltaBytes(delta, 0);
  const parent = disk.chain[disk.chain.indexOf(delta) - 1];
  const stunMs = (workBytes / datastore.mergeBytesPerSecond) * 1000;
  // A helper that a snapshot has frozen is like any other delta below the top.
  const stuns = delta.kind === 'helper' && isTop(delta) && (pass > datastore.passLimit || stunMs <= LONGEST_LAST_PASS_MS);
  delta.merge = { workBytes, leftBytes: workBytes, bytesPerMs: stuns ? datastore.mergeBytesPerSecond / 1000 : 0, pass, stuns, place: world.begun++ };
  if (parent) parent.absorbing = delta;
  else {
    disk.baseGrowthBytes += delta.growthBytes;
    delta.growthBytes = 0;
  }
  if (datastore.helps && isTop(delta) && !stuns) openDelta(disk, 'helper', delta.task).removedBy = delta.removedBy;
  // READING: what a merge takes counts before what another one gives back at the same instant.
  notePeak(world, datastore);
}

/** The snapshot stays behind, nobody's, and goes on growing. */
function giveUp(world: World, delta: Delta): void {
  const { removedBy } = delta;
  delta.kind = 'orphan';
  if (removedBy !== null && !isTask(removedBy)) {
    removedBy.refused.add(delta);
    delta.removedBy = null;
  } else if (removedBy?.outcome === 'success') {
    removedBy.outcome = 'warning';
    removedBy.reason = 'merge-refused';
  }
  leaveQueue(world, delta, removedBy);
}

/** Removes every delta whose merge has carried its last byte; a helper's turn comes next. True when there was one. */
export function finishMerges(world: World): boolean {
  const finished: { delta: Delta; merge: Merge }[] = [];
  for (const delta of world.removals) if (delta.merge !== null && isComplete(delta.merge)) finished.push({ delta, merge: delta.merge });
  finished.sort((a, b) => a.merge.place - b.merge.place);
  for (const { delta, merge } of finished) finish(world, delta, merge);
  return finished.length > 0;
}

function finish(world: World, delta: Delta, merge: Merge): void {
  const { disk, task } = delta;
  const place = disk.chain.indexOf(delta);
  const parent = disk.chain[place - 1];
  const above = disk.chain[place + 1];
  if (parent) {
    parent.absorbing = null;
    parent.writtenBytes += writtenInto(delta, 0);
    parent.growthBytes += delta.growthBytes;
    if (isTop(delta)) parent.openedAtBytes = disk.writtenBytes;
  } else disk.baseGrowthBytes += delta.growthBytes;
  disk.chain.splice(place, 1);
  if (above?.kind === 'helper' && above.task === task) {
    world.removals.splice(world.removals.indexOf(delta), 1, above);
    if (fits(world, above)) start(world, above, merge.pass + 1);
    else giveUp(world, above);
    return;
  }
  leaveQueue(world, delta, delta.removedBy);
  // READING: the next orphans take what they need before the next merge of this instant has given back its own.
  if (delta.removedBy !== null && !isTask(delta.removedBy)) startMerges(world);
}

function isTask(remover: Task | Cleanup): remover is Task {
  return 'run' in remover;
}

/** A delta is gone, or stays for good: what its remover does next. */
function leaveQueue(world: World, delta: Delta, remover: Delta['removedBy']): void {
  const at = world.removals.indexOf(delta);
  world.removals.splice(at, 1);
  if (remover === null) return;
  if (isTask(remover)) endIfNoneIsLeft(world, delta, remover);
  else goOnCleaning(world, remover, at);
}

/** Ends a task when it has no delta to remove any more; snapshot slots go as the deltas of each datastore do. */
function endIfNoneIsLeft(world: World, { task: opener }: Delta, task: Task): void {
  const left = world.removals.filter((delta) => delta.removedBy === task);
  for (const datastore of opener?.snapshotSlots ?? []) {
    if (!left.some(({ disk }) => disk.datastore === datastore)) opener?.snapshotSlots.delete(datastore);
  }
  if (left.length > 0) return;
  if (!task.vm.disks.some(({ chain }) => chain.some((delta) => delta.removedBy === task))) task.consolidatedMs = world.nowMs;
  endTask(world, task);
}
