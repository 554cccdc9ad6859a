/** Snapshots that nobody removes, and who tries to remove them later (docs/model.md, "Orphans"). */
import { isStruck } from './faults.ts';
import { endTask } from './merges.ts';
import type { Cleanup, Datastore, Delta, Disk, Host, Run, Task, Vm, World } from './world.ts';

/** Snapshots of a VM that nobody keeps any more. */
export function disown(vm: Vm, isMeant: (delta: Delta) => boolean): void {
  for (const delta of vm.disks.flatMap(({ chain }) => chain.filter(isMeant))) {
    delta.task?.snapshotSlots.clear();
    delta.kind = 'orphan';
  }
}

export function isAway(world: World, host: Host | null): boolean {
  return host !== null && isStruck(world, 'host-loss', host);
}

/** Whether somebody can be asked to remove a snapshot of a VM. */
export function canAskHost(world: World, { host }: Vm): boolean {
  return host === null || (!isAway(world, host) && !isStruck(world, 'network-outage', host));
}

/** Ends a task that can no longer remove what it should: its own snapshot, or an older one that is no longer kept. That is nobody's any more; merges are broken off. */
export function abandon(world: World, task: Task): void {
  orphan(
    world,
    task.vm.disks.flatMap(({ chain }) => chain.filter((delta) => delta.removedBy === task)),
  );
  if (task.outcome === 'success') {
    task.outcome = 'warning';
    task.reason = 'snapshot-orphaned';
  }
  endTask(world, task);
}

/** What a broken-off merge has moved into a delta is given up; what it has taken of a thin base stays taken. */
function orphan(world: World, deltas: Delta[]): void {
  for (const delta of deltas) {
    for (const { absorbing } of delta.disk.chain) if (absorbing === delta) below(delta).absorbing = null;
    delta.task?.snapshotSlots.clear();
    delta.merge = null;
    delta.removedBy = null;
    delta.kind = 'orphan';
  }
  world.removals = world.removals.filter((delta) => !deltas.includes(delta));
}

function below(delta: Delta): Delta {
  const found = delta.disk.chain[delta.disk.chain.indexOf(delta) - 1];
  if (found === undefined) throw new Error('nothing absorbs the lowest delta');
  return found;
}

/** A run that takes VMs has their orphans removed on datastores that are cleaned up then. */
export function cleanUpWithRun(world: World, { tasks }: Run): void {
  for (const { vm } of tasks) cleanUp(world, vm, ({ disk }) => disk.datastore.cleansUp === 'next-run');
}

/** Begins the clean-ups whose period is over at this instant. */
export function cleanUpRegularly(world: World): void {
  for (const datastore of world.datastores) {
    if (typeof datastore.cleansUp !== 'number' || world.nowMs === 0 || world.nowMs % datastore.cleansUp !== 0) continue;
    for (const vm of world.vms) cleanUp(world, vm, ({ disk }) => disk.datastore === datastore);
  }
}

export function nextCleanupMs({ nowMs }: World, { cleansUp }: Datastore): number {
  return typeof cleansUp === 'number' ? (Math.floor(nowMs / cleansUp) + 1) * cleansUp : Number.POSITIVE_INFINITY;
}

/** Begins to remove those orphans of a VM that are meant; one that is under way takes them too. */
export function cleanUp(world: World, vm: Vm, isMeant: (orphan: Delta) => boolean): void {
  if (vm.lostAtMs !== null || !canAskHost(world, vm)) return;
  const underWay = world.cleanups.find((cleanup) => cleanup.vm === vm);
  if (underWay) {
    underWay.isMeant.push(isMeant);
    return;
  }
  const cleanup: Cleanup = { vm, isMeant: [isMeant], refused: new Set(), stage: 'removing', place: 0 };
  const lowest = vm.disks.flatMap((disk) => nextOrphan(world, cleanup, disk));
  if (lowest.length === 0) return;
  world.cleanups.push(cleanup);
  take(world, cleanup, lowest, world.removals.length);
}

function take(world: World, cleanup: Cleanup, deltas: Delta[], at: number): void {
  // READING: a datastore is asked for the merge of an orphan when those below it are gone.
  cleanup.place = world.begun++;
  for (const delta of deltas) delta.removedBy = cleanup;
  world.removals.splice(at, 0, ...deltas);
}

/** The lowest orphan of a disk that nobody removes, and whose merge has not been refused. */
function nextOrphan(world: World, { isMeant, refused }: Cleanup, { vm, chain }: Disk): Delta[] {
  const { removals } = world;
  // READING: what is being merged goes on while nobody can be asked, but no further orphan is taken.
  if (!canAskHost(world, vm)) return [];
  const isOpen = (delta: Delta): boolean => delta.kind === 'orphan' && !removals.includes(delta) && !refused.has(delta);
  return chain.filter((delta) => isOpen(delta) && isMeant.some((means) => means(delta))).slice(0, 1);
}

/** A clean-up whose turn has come looks again which orphans are the lowest. */
export function beginCleanup(world: World, cleanup: Cleanup): void {
  const own = world.removals.filter(({ removedBy }) => removedBy === cleanup);
  const at = world.removals.findIndex(({ removedBy }) => removedBy === cleanup);
  world.removals = world.removals.filter((delta) => !own.includes(delta));
  for (const delta of own) delta.removedBy = null;
  const lowest = cleanup.vm.disks.flatMap((disk) => nextOrphan(world, cleanup, disk));
  take(world, cleanup, lowest, at);
  cleanup.stage = 'consolidating';
  if (lowest.length === 0) endCleanup(world, cleanup);
}

/** One orphan is gone, or cannot go. After the last of the lowest ones the next ones follow, or the clean-up is over. */
export function goOnCleaning(world: World, cleanup: Cleanup, at: number): void {
  if (world.removals.some(({ removedBy }) => removedBy === cleanup)) return;
  const next = cleanup.vm.disks.flatMap((disk) => nextOrphan(world, cleanup, disk));
  take(world, cleanup, next, at);
  if (next.length === 0) endCleanup(world, cleanup);
}

function endCleanup(world: World, cleanup: Cleanup): void {
  world.cleanups.splice(world.cleanups.indexOf(cleanup), 1);
}

/** Breaks the clean-up of a VM off. */
export function breakOffCleanup(world: World, vm: Vm): void {
  for (const cleanup of world.cleanups.filter((one) => one.vm === vm)) {
    orphan(
      world,
      vm.disks.flatMap(({ chain }) => chain.filter(({ removedBy }) => removedBy === cleanup)),
    );
    endCleanup(world, cleanup);
  }
}
