/** VMs that are created and deleted during the run (docs/model.md, "VMs that come and go"). */
import { isAway } from './left-behind.ts';
import { endTask } from './merges.ts';
import { noteAge } from './recovery.ts';
import { closeRuns, startQueuedRuns } from './runs.ts';
import { disksOn, freeBytes } from './space.ts';
import { breakOff, canStillFail } from './tasks.ts';
import type { Datastore, Vm, World } from './world.ts';

/** A VM is there from now on, in its place in the file. */
export function appear(world: World, vm: Vm): void {
  vm.isThere = true;
  world.vms = world.everyVm.filter(({ isThere }) => isThere);
}

/** Deletes the VMs whose time is over, then creates those whose time has come. True when there was one. */
export function comeAndGo(world: World): boolean {
  const gone = world.vms.filter(({ untilMs }) => untilMs <= world.nowMs);
  for (const vm of gone) vanish(world, vm);
  // What a deletion lets start starts before the creations of its instant.
  closeRuns(world);
  startQueuedRuns(world);
  const born = world.everyVm.filter(({ fromMs }) => fromMs === world.nowMs && fromMs > 0);
  const created = born.filter((vm) => !vm.isThere && vm.untilMs > world.nowMs && findsRoom(world, vm));
  return gone.length + created.length > 0;
}

/** Whether there is room for its base on each datastore; it takes that at once. */
function findsRoom(world: World, vm: Vm): boolean {
  if (!world.datastores.every((datastore) => baseBytes(vm, datastore) === 0 || hasRoom(world, vm, datastore))) return false;
  appear(world, vm);
  // READING: a VM that is created while its host is away does not run before that is back.
  vm.isDown = isAway(world, vm.host);
  return true;
}

function hasRoom(world: World, vm: Vm, datastore: Datastore): boolean {
  // READING: on a lost datastore there is none.
  return !datastore.isLost && freeBytes(world, datastore, 0) - baseBytes(vm, datastore) >= datastore.floorBytes;
}

function baseBytes(vm: Vm, datastore: Datastore): number {
  return disksOn(vm, datastore).reduce((sum, { thin, usedBytes, sizeBytes }) => sum + (thin ? usedBytes : sizeBytes), 0);
}

function vanish(world: World, vm: Vm): void {
  noteAge(world, vm);
  vm.isThere = false;
  world.vms = world.vms.filter((other) => other !== vm);
  world.removals = world.removals.filter(({ disk }) => disk.vm !== vm);
  world.cleanups = world.cleanups.filter((cleanup) => cleanup.vm !== vm);
  for (const disk of vm.disks) disk.chain = [];
  for (const { kept, runs } of world.jobs) {
    for (const task of kept.get(vm) ?? []) task.snapshotSlots.clear();
    kept.delete(vm);
    for (const task of runs.flatMap(({ tasks }) => tasks).filter((one) => one.vm === vm)) task.retryAtMs = null;
  }
  for (const task of world.tasks.filter((one) => one.vm === vm && one.stage !== 'ended')) {
    if (canStillFail(task)) breakOff(world, task, 'aborted', 'vm-deleted');
    else {
      task.reason ??= 'vm-deleted';
      endTask(world, task);
    }
  }
}

/** Instants after the present one at which VMs are created or deleted. */
export function comingsAndGoings({ everyVm, nowMs }: World): number[] {
  return everyVm.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((ms) => ms > nowMs);
}
