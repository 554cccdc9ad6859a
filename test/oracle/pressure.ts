import { failCopies } from './copies.ts';
import { isComplete, isRunning } from './network.ts';
import { closeRuns, startQueuedRuns } from './runs.ts';
import { fleecingOn } from './savings.ts';
import { deltaBytes, disksOn, freeBytes, isFull, repositoryBytes } from './space.ts';
import { abortTasks, breakOff, inOrder } from './tasks.ts';
import type { Datastore, Disk, Stream, Vm, World } from './world.ts';

/** What full datastores and repositories do at this instant (MODEL.md 6 and 7). True when anything changed. */
export function applyPressure(world: World): boolean {
  let changed = false;
  for (const datastore of world.datastores) changed = pressDatastore(world, datastore) || changed;
  for (const repository of world.repositories) {
    // READING: a repository is full when its capacity is reached, not only when it would be exceeded.
    if (repositoryBytes(world, repository, 0) < repository.capacityBytes) continue;
    repository.fullAtMs ??= world.nowMs;
    const streams = world.tasks.filter(({ run }) => run.job.repository === repository).flatMap((task) => task.streams);
    const writers = new Set(inOrder(streams.filter(isWriting)).map(({ task }) => task));
    for (const task of writers) breakOff(world, task, 'failed', 'repository-full');
    changed = failCopies(world, repository) || writers.size > 0 || changed;
  }
  return changed;
}

function isWriting({ stage, transfer }: Stream): boolean {
  return stage === 'moving' && transfer !== null && !isComplete(transfer);
}

function pressDatastore(world: World, datastore: Datastore): boolean {
  if (!isFull(world, datastore)) {
    datastore.cutOff = false;
    return false;
  }
  // READING: where a VM goes at this very instant, whether it is full shows when that has gone.
  if (world.nowMs < world.durationMs && world.vms.some((vm) => vm.untilMs <= world.nowMs && disksOn(vm, datastore).length > 0)) return false;
  datastore.fullAtMs ??= world.nowMs;
  datastore.hasSpace = false;
  const fleecing = new Set(inOrder(fleecingOn(world, datastore)).map(({ task }) => task));
  for (const task of fleecing) breakOff(world, task, 'failed', 'fleecing-full');
  if (fleecing.size > 0 && !isFull(world, datastore)) return true;
  const here = world.vms.filter((vm) => disksOn(vm, datastore).length > 0);
  const stopped = here.filter((vm) => isRunning(vm) && (datastore.pausesAll || needsSpace(vm, datastore)));
  for (const vm of stopped) {
    vm.pausedBy = datastore;
    vm.pausedSinceMs = world.nowMs;
    vm.spaceCameBack = false;
    vm.pausedAtMs ??= world.nowMs;
  }
  return fleecing.size + stopped.length > 0;
}

/** Lets paused VMs run for which there is space again. True when there was one. */
export function resumePaused(world: World): boolean {
  for (const datastore of world.datastores) {
    // READING: space that has come back once is there until the floor is reached again; what is taken at the same instant has not come back.
    if (freeBytes(world, datastore, 0) >= datastore.floorBytes + datastore.resumeMarginBytes) datastore.hasSpace = true;
  }
  // READING: a VM waits for the datastore that has stopped it; another one that has filled up meanwhile stops it anew.
  // READING: the operator answers for each VM by itself, counted from its own pause.
  for (const vm of world.vms) if (vm.pausedBy?.hasSpace) vm.spaceCameBack = true;
  const resumed = world.vms.filter((vm) => mayRun(world, vm) && (vm.pausedBy?.resumes || answerMs(world, vm) <= world.nowMs));
  for (const vm of resumed) {
    vm.pausedBy = null;
    vm.pausedSinceMs = null;
  }
  return resumed.length > 0;
}

/** Whether a paused VM would find the blocks that it needs. */
function mayRun(world: World, vm: Vm): boolean {
  const { pausedBy } = vm;
  if (pausedBy === null) return false;
  // READING: where space has come back and is gone again when the operator answers, a VM that needs none by then does not wait for it.
  const isAnswered = vm.spaceCameBack && answerMs(world, vm) === world.nowMs;
  return pausedBy.hasSpace || (isAnswered && !pausedBy.pausesAll && !needsSpace(vm, pausedBy));
}

function needsSpace(vm: Vm, datastore: Datastore): boolean {
  return disksOn(vm, datastore).some((disk) => {
    const top = disk.chain.at(-1);
    const deltaGrows = top !== undefined && deltaBytes(top, 0) < disk.sizeBytes;
    return writes(disk) && (deltaGrows || (disk.thin && disk.usedBytes < disk.sizeBytes));
  });
}

function writes(disk: Disk): boolean {
  // READING: growth is written too, so a disk that only grows has a write rate.
  return disk.writeBytesPerSecond > 0 || ('share' in disk.growth ? disk.growth.share : disk.growth.bytesPerDay) > 0;
}

/** When the operator answers for a paused VM. */
export function answerMs(world: World, vm: Vm): number {
  return vm.pausedSinceMs === null ? Number.POSITIVE_INFINITY : vm.pausedSinceMs + world.respondsAfterMs;
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
    vm.pausedBy = null;
    // READING: what a VM's tasks have open is removed in the order in which they were made; a later task backs up the disks as they lie.
    abortTasks(
      world,
      world.tasks.filter((task) => task.vm === vm),
      'vm-crashed',
    );
    // READING: guests crash one after the other; a run that ends by the first lets the queued one start before the second crashes.
    closeRuns(world);
    startQueuedRuns(world);
  }
  return crashed.length > 0;
}
