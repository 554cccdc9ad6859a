import { fullBytes } from './activity.ts';
import { uniqueBytes } from './laws.ts';
import { endTask } from './merges.ts';
import { isComplete } from './network.ts';
import { isFull } from './space.ts';
import type { Point, Proxy, Task, World } from './world.ts';

/** Scans the waiting tasks once; each that can take everything it needs starts. True when one did. */
export function scanWaiting(world: World): boolean {
  const waiting = world.tasks.filter(({ stage }) => stage === 'queued' || stage === 'holding');
  const place = (task: Task): number[] => [task.run.job.priority, task.queuedMs, task.run.job.order, world.vms.indexOf(task.vm)];
  const byPlace = waiting.map((task) => ({ task, place: place(task) })).sort((a, b) => compare(a.place, b.place));
  let started = false;
  for (const { task } of byPlace) started = tryToStart(world, task) || started;
  return started;
}

function compare(a: number[], b: number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}

function tryToStart(world: World, task: Task): boolean {
  const { job } = task.run;
  // READING: with whole-run a task first takes the VM and a snapshot slot, and the transfer slots when its snapshot is open.
  const opensSnapshot = task.stage === 'queued';
  const transfers = !job.wholeRun || task.stage === 'holding';
  if (opensSnapshot && (vmIsBusy(world, task) || !snapshotSlotIsFree(world, task))) return false;
  if (transfers) {
    if (!transferSlotsAreFree(world, task)) return false;
    const proxy = freestProxy(world, task);
    if (proxy === undefined) return false;
    task.proxy = proxy;
    task.takesTransferSlots = true;
  }
  if (opensSnapshot) {
    task.locksVm = true;
    task.takesSnapshotSlot = true;
    task.stage = 'quiescing';
    task.dueMs = world.nowMs + job.quiesceMs;
    task.place = world.begun++;
  } else {
    startTransfer(world, task);
  }
  return true;
}

function vmIsBusy(world: World, task: Task): boolean {
  const { job } = task.run;
  // READING: `start` lifts the lock between runs of the same job only.
  return world.tasks.some(
    (other) => other.locksVm && other.vm === task.vm && (other.run.job === job ? job.ifRunning !== 'start' : !job.stacksOnBusyVm),
  );
}

function snapshotSlotIsFree(world: World, task: Task): boolean {
  const { datastore } = task.vm;
  let open = world.tasks.filter((other) => other.takesSnapshotSlot && other.vm.datastore === datastore).length;
  // READING: a delta left behind by a failed merge is an orphan and counts as one.
  const strays = world.vms.filter((vm) => vm.datastore === datastore).flatMap((vm) => vm.chain.filter((delta) => delta.kind !== 'delta'));
  if (datastore.countsOrphans) open += strays.length;
  return open < datastore.maxOpenSnapshots;
}

function transferSlotsAreFree(world: World, task: Task): boolean {
  const holders = world.tasks.filter((other) => other.takesTransferSlots);
  const { job } = task.run;
  const ofRun = holders.filter((other) => other.run === task.run).length;
  const ofRepository = holders.filter((other) => other.run.job.repository === job.repository).length;
  return ofRun < job.concurrency && ofRepository < job.repository.slots;
}

/** The proxy to use, null when the job names none, undefined when all are taken. */
function freestProxy(world: World, task: Task): Proxy | null | undefined {
  const { proxies } = task.run.job;
  if (proxies.length === 0) return null;
  const free = (proxy: Proxy): number => proxy.slots - world.tasks.filter((other) => other.takesTransferSlots && other.proxy === proxy).length;
  let best: Proxy | undefined;
  for (const proxy of proxies) if (free(proxy) > 0 && (best === undefined || free(proxy) > free(best))) best = proxy;
  return best;
}

/** Tasks whose present stages end at one instant, those that began first before the others. */
export function inOrder(tasks: Task[]): Task[] {
  return tasks.sort((a, b) => a.place - b.place);
}

/** Ends every stage whose time has come. True when there was one. */
export function endStages(world: World): boolean {
  const due = world.tasks.filter((task) => task.dueMs !== null && task.dueMs <= world.nowMs);
  for (const task of inOrder(due)) {
    task.dueMs = null;
    if (task.stage === 'quiescing') beginCreate(world, task);
    else if (task.stage === 'snapshotting') openSnapshot(world, task);
    else task.stage = 'consolidating';
  }
  return due.length > 0;
}

function beginCreate(world: World, task: Task): void {
  const { vm } = task;
  // READING: the length of the chain is tested when create begins, like free space.
  if (isFull(world, vm.datastore) || vm.chain.length >= vm.maxChain) {
    breakOff(world, task, 'failed');
    return;
  }
  task.stage = 'snapshotting';
  task.dueMs = world.nowMs + task.run.job.createMs;
  task.place = world.begun++;
}

function openSnapshot(world: World, task: Task): void {
  const { vm } = task;
  const { job } = task.run;
  const below = vm.chain.at(-1);
  if (below && below.openedAtBytes !== null) {
    below.writtenBytes += vm.writtenBytes - below.openedAtBytes;
    below.openedAtBytes = null;
  }
  const opened = { law: vm.law, writtenBytes: 0, openedAtBytes: vm.writtenBytes, growthBytes: 0, absorbing: null, merge: null };
  task.delta = { vm, kind: 'delta', task, ...opened };
  vm.chain.push(task.delta);
  vm.maxChainDepth = Math.max(vm.maxChainDepth, vm.chain.length);
  task.snapshotMs = world.nowMs;
  task.base = { snapshotMs: world.nowMs, writtenBytes: vm.writtenBytes, law: vm.law };
  const base = job.bases.get(vm);
  const incremental = base !== undefined && !job.fullsOnly && vm.changeTracking;
  task.kind = incremental ? 'incremental' : 'full';
  const unique = incremental ? uniqueBytes(base.law, vm.writtenBytes - base.writtenBytes) * job.cbtOverhead : 0;
  const workBytes = incremental ? Math.min(unique, vm.usedBytes) : fullBytes(job, vm);
  task.transfer = { workBytes, leftBytes: workBytes, bytesPerMs: 0 };
  if (job.wholeRun) task.stage = 'holding';
  else startTransfer(world, task);
}

function startTransfer(world: World, task: Task): void {
  task.stage = 'transferring';
  task.transferMs = world.nowMs;
  task.place = world.begun++;
}

/** Success of every task whose last byte has arrived. True when there was one. */
export function finishTransfers(world: World): boolean {
  const finished = world.tasks.filter((task) => task.stage === 'transferring' && task.transfer !== null && isComplete(task.transfer));
  for (const task of inOrder(finished)) {
    const { job } = task.run;
    const { vm, transfer, base } = task;
    if (transfer === null || base === null) continue;
    transfer.leftBytes = 0;
    task.transferEndMs = world.nowMs;
    if (base.snapshotMs >= (job.bases.get(vm)?.snapshotMs ?? base.snapshotMs)) job.bases.set(vm, base);
    const points = job.points.get(vm) ?? [];
    points.push({ full: task.kind === 'full', bytes: transfer.workBytes / job.reduction });
    job.points.set(vm, prune(points, job.keepLast));
    beginRemove(world, task);
  }
  return finished.length > 0;
}

/** Drops the oldest points beyond `last`; a full stays while an increment stands on it, and the oldest increment goes instead. */
function prune(points: Point[], last: number): Point[] {
  while (points.length > last) points.splice(points[0]?.full && points[1]?.full === false ? 1 : 0, 1);
  return points;
}

/** Asks for the removal of a task's snapshot; `dueMs` is set when its turn comes. */
function beginRemove(world: World, task: Task): void {
  task.takesTransferSlots = false;
  task.stage = 'removing';
  task.dueMs = null;
  if (task.delta) world.removals.push(task.delta);
}

// READING: a failed task's slots and partial file go at the instant of the failure; its status stays, whatever its merge does.
/** Ends a task before its time: its slots are free at once, its snapshot is removed, its partial file is deleted. */
export function breakOff(world: World, task: Task, outcome: 'failed' | 'aborted'): void {
  task.outcome = outcome;
  task.takesTransferSlots = false;
  if (task.delta) beginRemove(world, task);
  else endTask(task);
}
