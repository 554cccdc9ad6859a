import { isComplete, isRunning } from './network.ts';
import { closeRuns, startQueuedRuns } from './runs.ts';
import { deltaBytes, freeBytes, isFull, repositoryBytes } from './space.ts';
import { breakOff, inOrder } from './tasks.ts';
import type { Datastore, Vm, World } from './world.ts';

/** What full datastores and repositories do at this instant (MODEL.md 6 and 7). True when anything changed. */
export function applyPressure(world: World): boolean {
  let changed = false;
  for (const datastore of world.datastores) changed = pressDatastore(world, datastore) || changed;
  for (const repository of world.repositories) {
    // READING: a repository is full when its capacity is reached, not only when it would be exceeded.
    if (repositoryBytes(world, repository, 0) < repository.capacityBytes) continue;
    repository.fullAtMs ??= world.nowMs;
    const writers = world.tasks.filter(
      (task) => task.stage === 'transferring' && task.run.job.repository === repository && task.transfer !== null && !isComplete(task.transfer),
    );
    for (const task of inOrder(writers)) breakOff(world, task, 'failed');
    changed = writers.length > 0 || changed;
  }
  return changed;
}

function pressDatastore(world: World, datastore: Datastore): boolean {
  const here = world.vms.filter((vm) => vm.datastore === datastore);
  if (isFull(world, datastore)) {
    datastore.fullAtMs ??= world.nowMs;
    const stopped = here.filter((vm) => isRunning(vm) && (datastore.pausesAll || needsSpace(vm)));
    for (const vm of stopped) {
      vm.pausedSinceMs = world.nowMs;
      vm.pausedAtMs ??= world.nowMs;
    }
    return stopped.length > 0;
  }
  datastore.cutOff = false;
  // READING: between the floor and the resume margin nobody is paused anew and nobody resumes.
  if (!datastore.resumes || freeBytes(world, datastore, 0) < datastore.floorBytes + datastore.resumeMarginBytes) return false;
  const paused = here.filter((vm) => vm.pausedSinceMs !== null);
  for (const vm of paused) vm.pausedSinceMs = null;
  return paused.length > 0;
}

function needsSpace(vm: Vm): boolean {
  const top = vm.chain.at(-1);
  const deltaGrows = top !== undefined && deltaBytes(top, 0) < vm.sizeBytes;
  // READING: growth is written too, so a VM that only grows has a write rate.
  const writes = vm.writeBytesPerSecond > 0 || ('share' in vm.growth ? vm.growth.share : vm.growth.bytesPerDay) > 0;
  return writes && (deltaGrows || (vm.thin && vm.usedBytes < vm.sizeBytes));
}

/** When a paused VM will crash; Infinity for one that will not. */
export function crashMs(vm: Vm): number {
  return vm.pausedSinceMs === null ? Number.POSITIVE_INFINITY : vm.pausedSinceMs + vm.toleratesPauseMs;
}

/** Crashes the guests that have been paused for too long, and aborts what was backing them up. True when there was one. */
export function crashGuests(world: World): boolean {
  const crashed = world.vms.filter((vm) => crashMs(vm) <= world.nowMs);
  for (const vm of crashed) {
    vm.crashedAtMs = world.nowMs;
    vm.pausedSinceMs = null;
    // READING: a task that has its last byte is not aborted, one that still waits is; a later task of the crashed VM backs up its disk as it lies.
    const stages = ['queued', 'quiescing', 'snapshotting', 'holding', 'transferring'];
    // READING: what a VM's tasks have open is removed in the order in which they were made.
    for (const task of world.tasks) if (task.vm === vm && stages.includes(task.stage)) breakOff(world, task, 'aborted');
    // READING: guests crash one after the other; a run that ends by the first lets the queued one start before the second crashes.
    closeRuns(world);
    startQueuedRuns(world);
  }
  return crashed.length > 0;
}
