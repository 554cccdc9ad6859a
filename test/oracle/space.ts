import { heldBytes } from './chains.ts';
import { copiedBytes } from './copies.ts';
import { uniqueBytes } from './laws.ts';
import { fileBytes, savingStreams } from './savings.ts';
import type { Datastore, Delta, Disk, LedgerEntry, Repository, Task, Vm, World } from './world.ts';

/*
 * All functions here take `aheadMs`: how far to look beyond the present instant with the present rates.
 * Advancing the world by that span and asking with 0 gives the same answer.
 */

/** The list of VMs is made anew whenever it changes; its disks are asked for all the time. */
const disksByVms = new WeakMap<Vm[], Disk[]>();

export function disksOf({ vms }: World): Disk[] {
  const known = disksByVms.get(vms);
  if (known !== undefined) return known;
  const disks = vms.flatMap((vm) => vm.disks);
  disksByVms.set(vms, disks);
  return disks;
}

/** The disks of a VM that lie on a datastore. */
export function disksOn(vm: Vm, datastore: Datastore): Disk[] {
  return vm.disks.filter((disk) => disk.datastore === datastore);
}

export function isTop(delta: Delta): boolean {
  return delta.disk.chain.at(-1) === delta;
}

/** V of a delta; one that absorbs the delta above it counts the V of both. */
export function writtenInto(delta: Delta, aheadMs: number): number {
  const live = delta.openedAtBytes === null ? 0 : delta.disk.writtenBytes + delta.disk.writtenBytesPerMs * aheadMs - delta.openedAtBytes;
  const absorbed = delta.absorbing === null ? 0 : writtenInto(delta.absorbing, aheadMs);
  return delta.writtenBytes + live + absorbed;
}

/** What a delta occupies on the datastore once it holds this V. */
export function deltaBytesAt({ disk, law }: Delta, writtenBytes: number): number {
  return Math.min(uniqueBytes(law, writtenBytes) * disk.vm.deltaOverhead, disk.sizeBytes);
}

export function deltaBytes(delta: Delta, aheadMs: number): number {
  return deltaBytesAt(delta, writtenInto(delta, aheadMs));
}

/** A new delta takes in what is written to the disk from now on; what was the top one rests. */
export function openDelta(disk: Disk, kind: 'delta' | 'helper', task: Task | null): Delta {
  const below = disk.chain.at(-1);
  if (below) freeze(below);
  const opened: Delta = {
    disk,
    kind,
    wasHelper: kind === 'helper',
    task,
    removedBy: null,
    law: disk.law,
    writtenBytes: 0,
    openedAtBytes: disk.writtenBytes,
    growthBytes: 0,
    absorbing: null,
    merge: null,
  };
  disk.chain.push(opened);
  disk.vm.maxChainDepth = Math.max(disk.vm.maxChainDepth, disk.chain.length);
  return opened;
}

function freeze(delta: Delta): void {
  if (delta.openedAtBytes === null) return;
  delta.writtenBytes += delta.disk.writtenBytes - delta.openedAtBytes;
  delta.openedAtBytes = null;
}

/** Growth of the disk's used bytes within `aheadMs`, which ends at its size. */
export function growthWithin(disk: Disk, aheadMs: number): number {
  return Math.min(disk.grownBytesPerMs * aheadMs, disk.sizeBytes - disk.usedBytes);
}

/** Whether growth is allocated in the base at once: without a delta, and while the only one is merged with writes going to both. */
export function growsInBase(disk: Disk): boolean {
  const [first, second] = disk.chain;
  return first === undefined || (second === undefined && first.merge !== null);
}

/** Every owner's unrounded bytes on a datastore. */
function ledger(world: World, datastore: Datastore, aheadMs: number): LedgerEntry[] {
  const found: LedgerEntry[] = [{ owner: 'other', kind: 'other', bytes: datastore.otherBytes + datastore.otherBytesPerMs * aheadMs }];
  for (const disk of disksOf(world)) {
    if (disk.datastore !== datastore || disk.isLost) continue;
    const owner = disk.vm.name;
    found.push({ owner, kind: 'base', bytes: disk.thin ? disk.initialUsedBytes : disk.sizeBytes });
    if (disk.thin) found.push({ owner, kind: 'growth', bytes: disk.baseGrowthBytes + (growsInBase(disk) ? growthWithin(disk, aheadMs) : 0) });
    for (const delta of disk.chain) {
      const run = delta.task?.run.id;
      found.push({ owner, kind: delta.kind, bytes: deltaBytes(delta, aheadMs), ...(run === undefined ? {} : { run }) });
    }
  }
  for (const { stream, saving } of savingStreams(world)) {
    const { run, vm } = stream.task;
    if (saving.datastore === datastore) found.push({ owner: vm.name, kind: 'fleece', bytes: fileBytes(stream, saving, aheadMs), run: run.id });
  }
  return found.filter((entry) => entry.bytes > 0);
}

/** Takes note of what a datastore holds, where it has never held as much. */
export function notePeak(world: World, datastore: Datastore): void {
  const used = usedBytes(world, datastore, 0);
  if (used <= datastore.peakUsedBytes) return;
  datastore.peakUsedBytes = used;
  datastore.peakAtMs = world.nowMs;
  datastore.peakLedger = ledger(world, datastore, 0);
}

function usedBytes(world: World, datastore: Datastore, aheadMs: number): number {
  return ledger(world, datastore, aheadMs).reduce((sum, entry) => sum + entry.bytes, 0);
}

export function freeBytes(world: World, datastore: Datastore, aheadMs: number): number {
  return datastore.capacityBytes - usedBytes(world, datastore, aheadMs);
}

/** Whether no further block can be had on a datastore. */
export function isFull(world: World, datastore: Datastore): boolean {
  return !datastore.isLost && freeBytes(world, datastore, 0) <= datastore.floorBytes + (datastore.cutOff ? 1 : 0);
}

/** Source bytes a task has read. */
export function bytesRead(task: Task, aheadMs: number): number {
  let bytes = 0;
  for (const { transfer, stage } of task.streams) {
    if (transfer === null) continue;
    const moved = stage === 'moving' ? transfer.bytesPerMs * aheadMs : 0;
    bytes += transfer.workBytes - Math.max(0, transfer.leftBytes - moved);
  }
  return bytes;
}

/** What is held and what running transfers have written so far. */
export function repositoryBytes(world: World, repository: Repository, aheadMs: number): number {
  let bytes = heldBytes(world, repository);
  for (const task of world.tasks) {
    const job = task.run.job;
    if (job.repository === repository && task.stage === 'transferring') bytes += bytesRead(task, aheadMs) / job.reduction;
  }
  for (const copy of world.copies) if (copy.from.repository.copyTo?.repository === repository) bytes += copiedBytes(copy, aheadMs);
  return bytes;
}
