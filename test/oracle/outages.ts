/** What faults do to hosts, proxies, datastores, and to the tasks and snapshots there (docs/model.md, "Faults"). */
import { strikesNow } from './faults.ts';
import { abandon, breakOffCleanup, disown, isAway } from './left-behind.ts';
import { crossesOutage, isRunning } from './network.ts';
import { fleecingOn } from './savings.ts';
import { breakOff, canStillFail, inOrder } from './tasks.ts';
import { robAccount } from './theft.ts';
import type { Fault, Job, Stream, Vm, World } from './world.ts';

/** A transfer through which nothing has come for so long fails. */
const LONGEST_STALL_MS = 30 * 60_000;

/** Lets the faults of this instant strike, and ends those that are over. True when anything changed. */
export function applyFaults(world: World): boolean {
  const struck = strikesNow(world);
  for (const fault of struck) strike(world, fault);
  const back = world.vms.filter((vm) => vm.isDown && !isAway(world, vm.host));
  for (const vm of back) vm.isDown = false;
  return [struck.length > 0, back.length > 0, noteStalls(world)].includes(true);
}

function strike(world: World, fault: Fault): void {
  if (fault.kind === 'proxy-crash') crashProxy(world, fault.on);
  if (fault.kind === 'network-outage') loseRemovals(world, fault.on);
  if (fault.kind === 'host-loss') loseHost(world, fault.on);
  if (fault.kind === 'datastore-lost') loseDatastore(world, fault.on);
  if (fault.kind === 'stolen-account') robAccount(world, fault.account);
  if (fault.kind === 'catalog-corrupt') for (const job of world.jobs.filter(({ name }) => name === fault.job)) forgetAll(world, job);
}

/** What a job has read it knows no more; fulls that are complete later it will know. */
function forgetAll(world: World, job: Job): void {
  job.bases.clear();
  for (const chain of world.chains.filter((one) => one.job === job && one.copyOf === null)) {
    for (const { kind, base } of chain.points) if (kind === 'full') job.forgottenFulls.add(base);
  }
}

function crashProxy(world: World, proxy: object | null): void {
  const isThere = ({ stage, proxy: used, feed }: Stream): boolean => used === proxy && (stage === 'admitted' || stage === 'moving' || feed !== null);
  for (const task of world.tasks.filter(({ streams }) => streams.some(isThere))) breakOff(world, task, 'failed', 'proxy-crash', true);
}

/** Snapshots whose removal has been called for are left behind; merges go on. */
function loseRemovals(world: World, host: object | null): void {
  for (const task of world.tasks.filter(({ vm, stage }) => vm.host === host && stage === 'removing')) abandon(world, task);
}

function loseHost(world: World, host: object | null): void {
  const here = world.vms.filter((vm) => vm.host === host);
  // READING: VMs that are paused or crashed stay as they are.
  for (const vm of here) vm.isDown ||= isRunning(vm);
  for (const task of world.tasks.filter(({ vm, stage }) => here.includes(vm) && stage !== 'queued')) {
    if (canStillFail(task)) breakOff(world, task, 'aborted', 'host-lost', true);
    else abandon(world, task);
  }
  for (const vm of here) breakOffCleanup(world, vm);
  for (const proxy of world.proxies.filter((one) => one.host === host)) crashProxy(world, proxy);
}

function loseDatastore(world: World, lost: object | null): void {
  const here = world.vms.filter(({ disks }) => disks.some(({ datastore }) => datastore === lost));
  for (const task of world.tasks.filter(({ vm, stage }) => here.includes(vm) && stage !== 'queued')) {
    if (canStillFail(task)) breakOff(world, task, 'failed', 'datastore-lost', true);
    else abandon(world, task);
  }
  // What keeps old blocks there loses them.
  const fleecing = world.datastores.filter((datastore) => datastore === lost).flatMap((datastore) => fleecingOn(world, datastore));
  for (const task of new Set(inOrder(fleecing).map((stream) => stream.task))) breakOff(world, task, 'failed', 'datastore-lost');
  for (const vm of here) {
    breakOffCleanup(world, vm);
    loseKept(world, vm);
    vm.lostAtMs ??= world.nowMs;
    vm.isDown = false;
    vm.pausedSinceMs = null;
    vm.pausedBy = null;
    for (const disk of vm.disks) {
      disk.isLost ||= disk.datastore === lost;
      if (disk.isLost) disk.chain = [];
    }
  }
  for (const datastore of world.datastores) datastore.isLost ||= datastore === lost;
}

/** Snapshots that jobs keep of a VM are nobody's any more. */
function loseKept(world: World, vm: Vm): void {
  for (const { kept } of world.jobs) {
    const tasks = kept.get(vm) ?? [];
    disown(vm, ({ task }) => task !== null && tasks.includes(task));
    kept.delete(vm);
  }
}

/** Counts how long transfers have stood still, and ends those that have for too long. True when there was one. */
function noteStalls(world: World): boolean {
  if (!world.faults.some(({ kind }) => kind === 'network-outage' || kind === 'security-software')) return false;
  const late: Stream[] = [];
  const moving = world.tasks.flatMap(({ streams }) => streams).filter(({ stage }) => stage === 'moving');
  // READING: of several that fail at one instant, the order is that of the file and of the runs.
  moving.sort((a, b) => a.task.run.job.order - b.task.run.job.order || a.task.run.dueMs - b.task.run.dueMs);
  for (const stream of moving) {
    if (crossesOutage(world, stream)) stream.stalledSinceMs ??= world.nowMs;
    else if (!stream.isHung) stream.stalledSinceMs = null;
    if (stream.stalledSinceMs !== null && stream.stalledSinceMs + LONGEST_STALL_MS <= world.nowMs) late.push(stream);
  }
  for (const { task, isHung } of late) if (canStillFail(task)) breakOff(world, task, 'failed', isHung ? 'connection-cut' : 'network-lost');
  return late.length > 0;
}

/** When transfers that stand still now will fail. */
export function stallsAhead(world: World): number[] {
  const stalled = world.tasks.flatMap(({ streams }) => streams).filter(({ stage }) => stage === 'moving');
  return stalled.flatMap(({ stalledSinceMs }) => (stalledSinceMs === null ? [] : [stalledSinceMs + LONGEST_STALL_MS]));
}
