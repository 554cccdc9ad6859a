import { uniqueBytes } from './laws.ts';
import type { Datastore, Delta, LedgerEntry, Repository, Task, Vm, World } from './world.ts';

/*
 * All functions here take `aheadMs`: how far to look beyond the present instant with the present rates.
 * Advancing the world by that span and asking with 0 gives the same answer.
 */

export function isTop(delta: Delta): boolean {
  return delta.vm.chain.at(-1) === delta;
}

/** V of a delta; one that absorbs the delta above it counts the V of both. */
export function writtenInto(delta: Delta, aheadMs: number): number {
  const live = delta.openedAtBytes === null ? 0 : delta.vm.writtenBytes + delta.vm.writtenBytesPerMs * aheadMs - delta.openedAtBytes;
  const absorbed = delta.absorbing === null ? 0 : writtenInto(delta.absorbing, aheadMs);
  return delta.writtenBytes + live + absorbed;
}

/** What a delta occupies on the datastore once it holds this V. */
export function deltaBytesAt({ vm, law }: Delta, writtenBytes: number): number {
  return Math.min(uniqueBytes(law, writtenBytes) * vm.deltaOverhead, vm.sizeBytes);
}

export function deltaBytes(delta: Delta, aheadMs: number): number {
  return deltaBytesAt(delta, writtenInto(delta, aheadMs));
}

/** Growth of the VM's used bytes within `aheadMs`, which ends at the disk's size. */
export function growthWithin(vm: Vm, aheadMs: number): number {
  return Math.min(vm.grownBytesPerMs * aheadMs, vm.sizeBytes - vm.usedBytes);
}

/** Whether growth is allocated in the base at once. What accrues during the merge of the only delta is taken at its end. */
export function growsInBase(vm: Vm): boolean {
  return vm.chain.length === 0;
}

/** Every owner's unrounded bytes on a datastore. */
export function ledger(world: World, datastore: Datastore, aheadMs: number): LedgerEntry[] {
  const found: LedgerEntry[] = [{ owner: 'other', kind: 'other', bytes: datastore.otherBytes + datastore.otherBytesPerMs * aheadMs }];
  for (const vm of world.vms) {
    if (vm.datastore !== datastore) continue;
    found.push({ owner: vm.name, kind: 'base', bytes: vm.thin ? vm.initialUsedBytes : vm.sizeBytes });
    if (vm.thin) found.push({ owner: vm.name, kind: 'growth', bytes: vm.baseGrowthBytes + (growsInBase(vm) ? growthWithin(vm, aheadMs) : 0) });
    for (const delta of vm.chain) {
      const run = delta.task?.run.id;
      found.push({ owner: vm.name, kind: delta.kind, bytes: deltaBytes(delta, aheadMs), ...(run === undefined ? {} : { run }) });
    }
  }
  return found.filter((entry) => entry.bytes > 0);
}

export function usedBytes(world: World, datastore: Datastore, aheadMs: number): number {
  return ledger(world, datastore, aheadMs).reduce((sum, entry) => sum + entry.bytes, 0);
}

export function freeBytes(world: World, datastore: Datastore, aheadMs: number): number {
  return datastore.capacityBytes - usedBytes(world, datastore, aheadMs);
}

/** Whether no further block can be had on a datastore. */
export function isFull(world: World, datastore: Datastore): boolean {
  return freeBytes(world, datastore, 0) <= datastore.floorBytes + (datastore.cutOff ? 1 : 0);
}

/** Source bytes a task has read. */
export function bytesRead(task: Task, aheadMs: number): number {
  return task.transfer === null ? 0 : task.transfer.workBytes - Math.max(0, task.transfer.leftBytes - task.transfer.bytesPerMs * aheadMs);
}

/** Stored points and what running transfers have written so far. */
export function repositoryBytes(world: World, repository: Repository, aheadMs: number): number {
  let bytes = 0;
  for (const job of world.jobs) {
    if (job.repository !== repository) continue;
    for (const points of job.points.values()) for (const point of points) bytes += point.bytes;
  }
  for (const task of world.tasks) {
    const job = task.run.job;
    if (job.repository === repository && task.stage === 'transferring') bytes += bytesRead(task, aheadMs) / job.reduction;
  }
  return bytes;
}
