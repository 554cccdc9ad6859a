import { factorOn, faultsOf, isStruck } from './faults.ts';
import { isAway } from './left-behind.ts';
import { holdsVm, opensSnapshot, savesBlocks, wayOf } from './methods.ts';
import { isRestoring } from './restores.ts';
import { breakOff, startStreams } from './tasks.ts';
import type { Datastore, Proxy, Repository, Task, World } from './world.ts';

/** Scans the waiting tasks once; each that can take everything it needs starts. True when one did. */
export function scanWaiting(world: World): boolean {
  const waiting = world.tasks.filter(({ streams }) => streams.some(({ stage }) => stage === 'waiting'));
  // READING: of tasks of one job that arrive at one instant those of earlier runs come first, then VMs as they stand in the file.
  const place = ({ run, queuedMs, vm }: Task): number[] => [
    run.job.priority,
    queuedMs,
    run.job.order,
    run.job.runs.indexOf(run),
    world.vms.indexOf(vm),
  ];
  const byPlace = waiting.sort((a, b) => compare(place(a), place(b)));
  let started = false;
  for (const task of byPlace) {
    // READING: what has its slots begins, or fails, to read before the next one is looked at.
    if (task.streams.every(({ stage }) => stage !== 'waiting') || !tryToStart(world, task)) continue;
    if (['holding', 'attaching', 'transferring'].includes(task.stage)) startStreams(world, task);
    started = true;
  }
  return started;
}

function compare(a: number[], b: number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index]);
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}

function tryToStart(world: World, task: Task): boolean {
  const { job } = task.run;
  // READING: with whole-run a task with a snapshot first takes the VM and a snapshot slot, and the transfer slots when its snapshot is open.
  const begins = task.stage === 'queued';
  // Of VMs that are deleted at this instant no task begins.
  if (task.vm.untilMs <= world.nowMs && world.nowMs < world.durationMs) return false;
  const transfers = !job.wholeRun || !opensSnapshot(job) || task.stage === 'holding' || task.takesJobSlot;
  if (begins && (vmIsBusy(world, task) || !snapshotSlotsAreFree(world, task) || isTooSlow(task))) return false;
  if (transfers ? !takeSlots(world, task) : !begins) return false;
  const refusal = begins ? refusalOf(world, task) : null;
  if (refusal !== null) breakOff(world, task, 'failed', refusal);
  else if (begins) {
    task.locksVm = holdsVm(job);
    if (opensSnapshot(job)) for (const { datastore } of task.vm.disks) task.snapshotSlots.add(datastore);
    task.stage = 'quiescing';
    // READING: a copy under the running VM asks nobody to quiesce.
    task.dueMs = world.nowMs + (job.method === 'direct-disk' ? 0 : job.quiesceMs);
    task.place = world.begun++;
  }
  return true;
}

/** Why a task that begins is turned away at once. */
function refusalOf(world: World, task: Task): string | null {
  if (task.vm.lostAtMs !== null) return 'datastore-lost';
  if (isAway(world, task.vm.host)) return 'host-lost';
  return faultsOf(world, 'credential-expired', task).length > 0 ? 'credential-expired' : null;
}

/** What keeps new tasks from beginning is the latency before the events of this instant. */
export function isTooSlow(task: Task): boolean {
  return task.vm.disks.some(({ datastore }) => datastore.latencyMs > datastore.stopLatencyMs);
}

function vmIsBusy(world: World, task: Task): boolean {
  const { job } = task.run;
  if (!holdsVm(job)) return false;
  // READING: `start` lifts the lock between runs of the same job only.
  return world.tasks.some(
    (other) =>
      other.locksVm &&
      other.vm === task.vm &&
      (savesBlocks(job) || savesBlocks(other.run.job) || (other.run.job === job ? job.ifRunning !== 'start' : !job.stacksOnBusyVm)),
  );
}

function snapshotSlotsAreFree(world: World, task: Task): boolean {
  return !opensSnapshot(task.run.job) || task.vm.disks.every(({ datastore }) => openSnapshots(world, datastore) < datastore.maxOpenSnapshots);
}

function openSnapshots(world: World, datastore: Datastore): number {
  const openers = [...world.tasks, ...world.jobs.flatMap(({ kept }) => [...kept.values()].flat()), ...world.removals.map(({ task }) => task)];
  const open = new Set<unknown>(openers.filter((task) => task?.snapshotSlots.has(datastore)));
  if (!datastore.countsOrphans) return open.size;
  for (const { disks } of world.vms) {
    for (const disk of disks) {
      // READING: the deltas that one task has left behind on a datastore are one snapshot.
      if (disk.datastore === datastore)
        for (const delta of disk.chain) if (delta.kind !== 'delta' && delta.kind !== 'helper') open.add(delta.task ?? delta);
    }
  }
  return open.size;
}

/** Takes the slots of as many disks as there are free ones, the job's with the first. True when there was one. */
function takeSlots(world: World, task: Task): boolean {
  const { job } = task.run;
  if (!task.takesJobSlot && world.tasks.filter((other) => other.takesJobSlot && other.run === task.run).length >= job.concurrency) return false;
  let taken = false;
  for (const stream of task.streams) {
    if (stream.stage !== 'waiting') continue;
    if (task.proxyOfAll === null) {
      if (job.repository && repositorySlotsTaken(world, job.repository) >= job.repository.slots) break;
      const proxy = freestProxy(world, task);
      if (proxy === undefined) break;
      stream.proxy = proxy;
      if (proxy?.slotPerVm && !task.takesJobSlot) task.proxyOfAll = proxy;
    } else stream.proxy = task.proxyOfAll;
    stream.stage = 'admitted';
    stream.way = wayOf(job, stream);
    task.takesJobSlot = true;
    task.run.hadSlots = true;
    taken = true;
  }
  return taken;
}

export function repositorySlotsTaken(world: World, repository: Repository): number {
  const transforms = world.transforms.filter(({ chain, work }) => chain.repository === repository && work !== null).length;
  const upkeeps = world.upkeeps.filter((upkeep) => upkeep.repository === repository && upkeep.work !== null).length;
  const restores = world.restores.filter((restore) => restore.source?.chain.repository === repository && isRestoring(restore)).length;
  const copies = world.copies.filter(
    ({ from, work }) => work !== null && [from.repository, from.repository.copyTo?.repository].includes(repository),
  ).length;
  return world.tasks
    .filter(({ run }) => run.job.repository === repository)
    .reduce((sum, task) => sum + slotsOf(task, null), transforms + upkeeps + restores + copies);
}

/** The slots that a task holds, on one proxy or, with null, on its repository. */
function slotsOf(task: Task, proxy: Proxy | null): number {
  if (task.proxyOfAll !== null) return task.takesJobSlot && (proxy === null || proxy === task.proxyOfAll) ? 1 : 0;
  const held = task.streams.filter(({ stage }) => stage === 'admitted' || stage === 'moving');
  return held.filter((stream) => proxy === null || stream.proxy === proxy).length;
}

/** What faults leave of a proxy's slots. */
function slotsLeft(world: World, proxy: Proxy): number {
  if (isStruck(world, 'proxy-crash', proxy) || isAway(world, proxy.host)) return 0;
  const factor = factorOn(world, 'server-resources', proxy);
  return factor < 1 ? Math.max(1, Math.floor(proxy.slots * factor)) : proxy.slots;
}

/** The proxy to use, null when the job names none, undefined when all are taken. */
function freestProxy(world: World, task: Task): Proxy | null | undefined {
  const { proxies } = task.run.job;
  if (proxies.length === 0) return null;
  const free = (proxy: Proxy): number => slotsLeft(world, proxy) - world.tasks.reduce((sum, other) => sum + slotsOf(other, proxy), 0);
  let best: Proxy | undefined;
  for (const proxy of proxies) if (free(proxy) > 0 && (best === undefined || free(proxy) > free(best))) best = proxy;
  return best;
}
