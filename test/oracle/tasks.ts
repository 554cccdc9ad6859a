import { fullBytes, tracksChanges } from './activity.ts';
import { addPoint, chainOf, levelOf, newestFull } from './chains.ts';
import { cutOf, faultsOf } from './faults.ts';
import { openFeed, startFeeds } from './feeds.ts';
import { uniqueBytes } from './laws.ts';
import { abandon } from './left-behind.ts';
import { endTask, startMerges } from './merges.ts';
import { isOutOfReach, isWorthless, opensSnapshot, savesBlocks } from './methods.ts';
import { isComplete } from './network.ts';
import { noteAge } from './recovery.ts';
import { comesToRest, createMs, goOnWithout, isFrozenTooLong } from './rest.ts';
import { beginSaving } from './savings.ts';
import { isFull, openDelta } from './space.ts';
import { askTransforms } from './transforms.ts';
import type { Base, Disk, Point, Stream, Task, World } from './world.ts';

/** Tasks whose present stages end at one instant, those that began first before the others. */
export function inOrder<T extends { place: number }>(things: T[]): T[] {
  return things.sort((a, b) => a.place - b.place);
}

/** Ends every stage whose time has come. True when there was one. */
export function endStages(world: World): boolean {
  const due = world.tasks.filter((task) => task.dueMs !== null && task.dueMs <= world.nowMs);
  for (const task of inOrder(due)) {
    task.dueMs = null;
    if (task.stage === 'quiescing') beginCreate(world, task);
    else if (task.stage === 'snapshotting') openSnapshot(world, task);
    else if (task.stage === 'attaching') startStreams(world, task);
    else {
      task.stage = 'consolidating';
      task.place = world.begun++;
      startMerges(world);
    }
  }
  return due.length > 0;
}

function beginCreate(world: World, task: Task): void {
  const { vm } = task;
  if (!comesToRest(world, task)) return;
  if (!opensSnapshot(task.run.job)) {
    chooseBytes(world, task);
    return;
  }
  // READING: the length of the chain is tested when create begins, like free space; one disk that cannot fails them all.
  const isRefused = vm.disks.some(({ datastore }) => isFull(world, datastore));
  if (isRefused || vm.disks.some(({ chain }) => chain.length >= vm.maxChain)) {
    breakOff(world, task, 'failed', isRefused ? 'datastore-full' : 'chain-limit');
    return;
  }
  task.stage = 'snapshotting';
  task.frozenMs = createMs(task);
  task.dueMs = world.nowMs + task.frozenMs;
  task.place = world.begun++;
}

function openSnapshot(world: World, task: Task): void {
  if (isFrozenTooLong(task) && !goOnWithout(world, task, 'freeze-limit')) return;
  task.consistency = task.rest;
  for (const disk of task.vm.disks) openDelta(disk, 'delta', task);
  if (task.run.job.method === 'snapshot-only') keep(world, task);
  else chooseBytes(world, task);
}

/** The snapshot stays; beyond the number to be kept, the oldest one of this job goes. */
function keep(world: World, task: Task): void {
  const { vm } = task;
  const { job } = task.run;
  task.snapshotMs = world.nowMs;
  task.kind = 'full';
  noteAge(world, vm);
  const kept = job.kept.get(vm) ?? [];
  job.kept.set(vm, [...kept, task]);
  const oldest = kept.length < job.keepSnapshots ? undefined : kept[0];
  if (oldest) job.kept.set(vm, [...kept.slice(1), task]);
  leave(world, task, oldest ?? null);
}

/** The state to be saved stands: what is to be read follows from it. An agent calls that instant its snapshot. */
function chooseBytes(world: World, task: Task): void {
  const { vm } = task;
  const { job } = task.run;
  task.snapshotMs = world.nowMs;
  task.base = {
    snapshotMs: world.nowMs,
    fullBytes: vm.disks.reduce((sum, disk) => sum + fullBytes(job, disk), 0),
    marks: new Map(vm.disks.map((disk) => [disk, { writtenBytes: disk.writtenBytes, law: disk.law }])),
  };
  const newest = job.method === 'direct-disk' || !tracksChanges(job, vm) ? undefined : job.bases.get(vm);
  const chain = chainOf(world, job, vm);
  const full = chain === null ? undefined : newestFull(chain)?.base;
  task.kind = newest === undefined || chain === null ? 'full' : levelOf(world, chain, task.run.dueMs);
  // READING: a differential whose full is forgotten, or stolen, has nothing to count from, and is a full.
  const isKnown = full !== undefined && !job.forgottenFulls.has(full) && chain?.lostBases.has(full) !== true;
  if (task.kind === 'differential' && !isKnown) task.kind = 'full';
  const base = { full: undefined, incremental: newest, differential: full }[task.kind];
  task.since = base ?? null;
  for (const stream of task.streams) {
    const workBytes = base ? changedBytes(base, stream.disk, job.cbtOverhead) : fullBytes(job, stream.disk);
    stream.transfer = { workBytes, leftBytes: workBytes, bytesPerMs: 0 };
    if (job.method === 'cdp') stream.feed = openFeed(stream, world.nowMs);
  }
  if (!opensSnapshot(job)) task.consistency = task.rest;
  if (task.takesJobSlot) startStreams(world, task);
  else task.stage = 'holding';
}

function changedBytes(base: Base, disk: Disk, cbtOverhead: number): number {
  const mark = base.marks.get(disk);
  if (mark === undefined) throw new Error('a base knows all disks');
  return Math.min(uniqueBytes(mark.law, disk.writtenBytes - mark.writtenBytes) * cbtOverhead, disk.usedBytes);
}

/** Starts the transfer of every disk that has its slots, once those that a proxy attaches are attached. */
export function startStreams(world: World, task: Task): void {
  const admitted = task.streams.filter(({ stage }) => stage === 'admitted');
  if (!task.run.job.fallsBack && admitted.some(isOutOfReach)) {
    breakOff(world, task, 'failed', 'no-transport');
    return;
  }
  // READING: on a full datastore no file for saved blocks can be made, so that nothing begins.
  const { fleecing } = task.run.job;
  if (fleecing !== null && (fleecing.isLost || isFull(world, fleecing))) {
    breakOff(world, task, 'failed', fleecing.isLost ? 'datastore-lost' : 'fleecing-full');
    return;
  }
  if (task.stage === 'attaching' && task.dueMs !== null) return;
  // READING: a disk that would be attached after the first byte of another is read at once.
  if (task.stage !== 'attaching' && task.transferMs === null && task.run.job.attachMs > 0 && admitted.some(({ way }) => way === 'attached')) {
    task.stage = 'attaching';
    task.dueMs = world.nowMs + task.run.job.attachMs;
    task.place = world.begun++;
    return;
  }
  task.stage = 'transferring';
  task.transferMs ??= world.nowMs;
  for (const stream of admitted) {
    stream.stage = 'moving';
    if (savesBlocks(task.run.job)) beginSaving(stream);
    stream.place = world.begun++;
    disturb(world, stream);
  }
}

/** What faults do to a transfer that begins now. */
function disturb(world: World, stream: Stream): void {
  const { task, disk, transfer } = stream;
  const cut = cutOf(world, task, disk);
  if (cut !== null && transfer !== null) stream.cut = { leftBytes: transfer.workBytes * (1 - cut.share), reason: cut.reason };
  const factors = faultsOf(world, 'security-software', task).filter(({ offset }) => offset === null);
  stream.slowdown = factors.reduce((product, { factor }) => product * factor, 1);
}

function isAtItsEnd({ transfer }: Stream): boolean {
  return transfer !== null && isComplete(transfer);
}

function isAtItsCut({ transfer, cut, isHung }: Stream): boolean {
  return transfer !== null && cut !== null && !isHung && transfer.leftBytes - cut.leftBytes <= transfer.bytesPerMs * 1e-6;
}

/** An unreadable place is seen at once, a cut connection is not. */
function cutOff(world: World, stream: Stream): void {
  if (stream.cut?.reason === 'read-error') {
    if (canStillFail(stream.task)) breakOff(world, stream.task, 'failed', 'read-error');
    return;
  }
  if (stream.transfer && stream.cut) stream.transfer.leftBytes = stream.cut.leftBytes;
  stream.isHung = true;
  stream.stalledSinceMs ??= world.nowMs;
}

/** Ends every disk's transfer whose last byte has arrived, and with the last one the task's. True when there was one. */
export function finishTransfers(world: World): boolean {
  const finished: Stream[] = [];
  for (const { streams } of world.tasks) {
    for (const stream of streams) if (stream.stage === 'moving' && (isAtItsEnd(stream) || isAtItsCut(stream))) finished.push(stream);
  }
  for (const stream of inOrder(finished)) {
    // Another disk of the task may have failed it at this instant.
    if (stream.stage !== 'moving') continue;
    if (!isAtItsEnd(stream)) {
      cutOff(world, stream);
      continue;
    }
    if (stream.transfer) stream.transfer.leftBytes = 0;
    stream.stage = 'done';
    stream.saving = null;
    if (stream.task.streams.every(({ stage }) => stage === 'done')) {
      succeed(world, stream.task);
      // READING: what its run asks for with this one stands before the next one's point is there.
      askTransforms(world);
    }
  }
  return finished.length > 0;
}

function succeed(world: World, task: Task): void {
  const { vm, base } = task;
  const { job } = task.run;
  if (base === null) throw new Error('a task without a snapshot has nothing to read');
  task.transferEndMs = world.nowMs;
  if (isWorthless(task)) {
    task.outcome = 'warning';
    task.reason = task.isDamaged ? 'damaged-copy' : 'inconsistent-copy';
  }
  // READING: what builds upon stolen points is worth nothing, and the next backup is a full.
  const isLost = task.since !== null && chainOf(world, job, vm)?.lostBases.has(task.since) === true;
  if (!isLost && base.snapshotMs >= (job.bases.get(vm)?.snapshotMs ?? base.snapshotMs)) job.bases.set(vm, base);
  storePoint(world, task, base, !isLost && !isWorthless(task));
  if (job.method === 'cdp') {
    task.stage = 'streaming';
    task.takesJobSlot = false;
    startFeeds(world, task);
  } else leave(world, task, task);
}

function storePoint(world: World, task: Task, base: Base, isGood: boolean): void {
  const { job, dueMs } = task.run;
  const chain = chainOf(world, job, task.vm);
  if (chain === null || task.kind === null) return;
  const workBytes = task.streams.reduce((sum, { transfer }) => sum + (transfer?.workBytes ?? 0), 0);
  const point: Point = {
    momentMs: base.snapshotMs,
    completeMs: world.nowMs,
    dueMs,
    kind: task.kind,
    bytes: workBytes / job.reduction,
    fullBytes: base.fullBytes / job.reduction,
    isGood,
    isCloned: false,
    firstOf: [],
    base,
    since: task.since,
  };
  task.stored = { chain, point };
  addPoint(world, chain, point);
}

/** Gives the transfer slots back and asks for the removal of a task's snapshot, where there is one; the call begins when its turn comes. */
function leave(world: World, task: Task, opener: Task | null, isLeftBehind = false): void {
  task.takesJobSlot = false;
  for (const stream of task.streams) {
    stream.stage = 'done';
    stream.saving = null;
    stream.feed = null;
  }
  const deltas = opener === null ? [] : task.vm.disks.flatMap(({ chain }) => chain.filter((delta) => delta.task === opener));
  if (deltas.length === 0) {
    endTask(world, task);
    return;
  }
  for (const delta of deltas) delta.removedBy = task;
  if (isLeftBehind) {
    abandon(world, task);
    return;
  }
  task.stage = 'removing';
  task.dueMs = null;
  world.removals.push(...deltas);
}

// READING: a failed task's slots and partial file go at the instant of the failure; its status stays, whatever its merge does.
/** Ends a task before its time: its slots are free at once, its snapshot is removed or left behind, its partial file is deleted. */
export function breakOff(world: World, task: Task, outcome: 'failed' | 'aborted', reason: string, isLeftBehind = false): void {
  task.outcome = outcome;
  task.reason = reason;
  leave(world, task, task, isLeftBehind);
}

/** Whether a task has something left to read. */
export function canStillFail({ stage }: Task): boolean {
  return ['queued', 'quiescing', 'snapshotting', 'holding', 'attaching', 'transferring', 'streaming'].includes(stage);
}

/** Aborts what can still be: a task that has its last byte goes on. */
export function abortTasks(world: World, tasks: Task[], reason: string): void {
  for (const task of tasks) if (canStillFail(task)) breakOff(world, task, 'aborted', reason);
}
