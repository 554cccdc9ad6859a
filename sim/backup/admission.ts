/**
 * Slots and admission (MODEL 4): a task takes all it needs at once or waits; after each instant the waiting ones are looked through in the order of
 * priority, arrival, job and VM; each that can take everything starts, and one that cannot never blocks a later one.
 *
 * The disks of one run arrive together and need the same job, proxy and repository slots, so they wait as one group: when those are taken, the whole
 * group is passed over at once. The group also keeps the account of what it waited for: what the first of its waiting disks lacks.
 */

import type { Datastore } from '../estate/datastore.ts';
import type { Proxy } from '../estate/host.ts';
import { withAdded, without } from '../estate/lists.ts';
import type { World } from '../world.ts';
import type { Run } from './run.ts';
import type { Task, TaskDisk } from './task.ts';

export type Lack = 'job' | 'proxy' | 'repository' | 'vm' | 'datastore';
export type Waited = Record<Lack, number>;

const NONE: readonly Datastore[] = [];

const LACKS: readonly Lack[] = ['job', 'proxy', 'repository', 'vm', 'datastore'];

export class WaitGroup {
  readonly run: Run;
  readonly arrivalMs: number;
  /** Its tasks have not begun: they need the VM's lock and snapshot slots. */
  readonly begins: boolean;
  readonly needsSlots: boolean;
  /** In the order of their tasks and disks. */
  readonly disks: TaskDisk[] = [];
  /** Disks whose tasks hold a job slot already: they only need slots of their own. */
  followers = 0;
  lack: Lack | null = null;
  private sinceMs = 0;
  private readonly lackedMs: Waited = { job: 0, proxy: 0, repository: 0, vm: 0, datastore: 0 };
  /** The account as it stands; null: it has changed since somebody entered. */
  private entry: Waited | null = null;

  constructor(run: Run, arrivalMs: number, begins: boolean, needsSlots: boolean) {
    this.run = run;
    this.arrivalMs = arrivalMs;
    this.begins = begins;
    this.needsSlots = needsSlots;
  }

  add(part: TaskDisk, nowMs: number): void {
    this.setLack(this.lack, nowMs);
    this.entry ??= { ...this.lackedMs };
    part.waitedBefore = this.entry;
    let place = this.disks.length;
    while (place > 0 && (this.disks[place - 1] as TaskDisk).number > part.number) place--;
    if (place === this.disks.length) this.disks.push(part);
    else this.disks.splice(place, 0, part);
    if (part.task.holdsJobSlot) this.followers++;
    part.group = this;
  }

  /** Takes a disk out; returns what it waited for. */
  remove(part: TaskDisk, nowMs: number): Waited {
    this.setLack(this.lack, nowMs);
    const place = this.disks.indexOf(part);
    if (place === 0) this.disks.shift();
    else this.disks.splice(place, 1);
    if (part.task.holdsJobSlot) this.followers--;
    const before = part.waitedBefore as Waited;
    part.waitedBefore = null;
    part.group = null;
    const { job, proxy, repository, vm, datastore } = this.lackedMs;
    return {
      job: job - before.job,
      proxy: proxy - before.proxy,
      repository: repository - before.repository,
      vm: vm - before.vm,
      datastore: datastore - before.datastore,
    };
  }

  setLack(lack: Lack | null, nowMs: number): void {
    if (this.lack !== null && nowMs > this.sinceMs) {
      this.lackedMs[this.lack] += nowMs - this.sinceMs;
      this.entry = null;
    }
    this.sinceMs = nowMs;
    this.lack = lack;
  }
}

export class Admission {
  /**
   * To be set by whatever changes who could start, or what those who wait lack: slots, locks and latency that come or go, and who stands in the line. A scan
   * that nobody needed changes nothing.
   */
  dirty = false;
  private readonly world: World;
  private readonly groups: WaitGroup[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** A new group of waiting disks. */
  enter(group: WaitGroup): void {
    let place = this.groups.length;
    while (place > 0 && comesBefore(group, this.groups[place - 1] as WaitGroup)) place--;
    this.groups.splice(place, 0, group);
    this.dirty = true;
  }

  /** Starts whatever can start; returns whether anything did. */
  scan(): boolean {
    if (!this.dirty) return false;
    this.dirty = false;
    let started = false;
    for (const group of [...this.groups]) if (this.scanGroup(group)) started = true;
    // What a group lacks is told by a scan that starts nothing: what others have taken since it was looked at counts.
    this.dirty = started;
    for (let i = this.groups.length - 1; i >= 0; i--) if ((this.groups[i] as WaitGroup).disks.length === 0) this.groups.splice(i, 1);
    return started;
  }

  /** Ends a task's wait without starting it. */
  leave(task: Task): void {
    for (const part of task.disks) {
      if (part.group === null) continue;
      this.takeOut(part.group, part);
      // The next of its group may lack something else.
      this.dirty = true;
    }
  }

  /** Closes the books at the end of the scenario: everybody who still waits has waited until now. */
  settleWaits(): void {
    for (const group of this.groups) for (const part of [...group.disks]) this.takeOut(group, part);
  }

  /** A disk's transfer is over: its slots are free, unless other disks of its VM share them. */
  releaseSlots(part: TaskDisk): void {
    if (!part.holdsSlots) return;
    part.holdsSlots = false;
    const { lastEvent, run } = part.task;
    run.job.repository.slots.release(lastEvent);
    part.proxy?.slots.release(lastEvent);
    this.dirty = true;
  }

  releaseJobSlot(task: Task): void {
    if (!task.holdsJobSlot) return;
    task.holdsJobSlot = false;
    task.run.concurrent--;
    task.run.freedBy = task.lastEvent;
    this.dirty = true;
  }

  releaseLock(task: Task): void {
    if (!task.vm.lockHolders.includes(task)) return;
    task.vm.lockHolders = without(task.vm.lockHolders, task);
    task.vm.freedBy = task.lastEvent;
    this.dirty = true;
  }

  /** The task's snapshot is gone from the datastore. */
  releaseSnapshotSlot(task: Task, datastore: Datastore): void {
    if (!task.snapshotSlots.includes(datastore)) return;
    task.snapshotSlots = task.snapshotSlots.length === 1 ? NONE : task.snapshotSlots.filter((other) => other !== datastore);
    datastore.snapshotSlots.release(task.lastEvent);
    this.dirty = true;
  }

  private scanGroup(group: WaitGroup): boolean {
    const { disks } = group;
    let started = false;
    let lack: Lack | null = null;
    /** Of one task that has begun before. */
    let joining: TaskDisk[] = [];
    /** Number of the last disk that was looked at and needs no further look. */
    let passed = -1;
    for (let i = 0; ; ) {
      const part = disks[i];
      if (joining.length > 0 && part?.task !== joining[0]?.task) {
        if (this.join(joining)) i = placeAfter(disks, passed);
        joining = [];
        continue;
      }
      if (part === undefined) break;
      const missing = this.missing(group, part);
      if (missing === null) {
        passed = part.number;
        if (!this.start(group, part)) joining.push(part);
        started = true;
        continue;
      }
      lack ??= missing;
      // What the whole run lacks, every further disk lacks; only those whose tasks have begun do not need a job slot.
      if (missing === 'proxy' || missing === 'repository' || (missing === 'job' && group.followers === 0)) {
        if (!this.join(joining)) break;
        joining = [];
        i = placeAfter(disks, passed);
        continue;
      }
      passed = part.number;
      i++;
    }
    if (disks.length > 0) group.setLack(lack, this.world.kernel.nowMs);
    return started;
  }

  /**
   * Disks of one VM that get their slots at one time are looked at together. Returns whether one has failed at once: what that gives back is for those whom
   * the scan still has before it.
   */
  private join(joining: readonly TaskDisk[]): boolean {
    if (joining.length === 0) return false;
    const before = this.dirty;
    this.dirty = false;
    for (const part of joining) this.world.stages.slotsTaken(part);
    const freed = this.dirty;
    this.dirty = before || freed;
    return freed;
  }

  private missing(group: WaitGroup, part: TaskDisk): Lack | null {
    const { task } = part;
    const { job } = group.run;
    if (group.needsSlots) {
      if (!task.holdsJobSlot && job.plan.concurrency !== null && group.run.concurrent >= job.plan.concurrency) return 'job';
      if (job.proxies.length > 0 && !hasFreeSlot(job.proxies)) return 'proxy';
      if (job.repository.slots.free <= 0) return 'repository';
    }
    if (!group.begins || task.stage !== 'queued') return null;
    if (!this.canLock(task)) return 'vm';
    if (task.disks.some(({ disk }) => disk.datastore.stopsNewTasks)) return 'datastore';
    return job.method.opensSnapshot && task.disks.some(({ disk }) => disk.datastore.snapshotSlots.free <= 0) ? 'datastore' : null;
  }

  /** Returns whether its task begins with it. */
  private start(group: WaitGroup, part: TaskDisk): boolean {
    const { task } = part;
    const begins = group.begins && task.stage === 'queued';
    const lacked = group.lack;
    this.takeOut(group, part);
    if (begins) {
      if (task.run.job.method.locksVm) task.vm.lockHolders = withAdded(task.vm.lockHolders, task);
      if (task.run.job.method.opensSnapshot) takeSnapshotSlots(task);
    }
    if (group.needsSlots) this.takeSlots(group, part);
    part.freedBy = group.arrivalMs === this.world.kernel.nowMs ? 0 : freedBy(part, lacked);
    if (begins) this.world.stages.admitted(task);
    return begins;
  }

  private takeSlots(group: WaitGroup, part: TaskDisk): void {
    const { task } = part;
    const { job } = task.run;
    part.holdsSlots = true;
    job.repository.slots.used++;
    if (job.proxies.length > 0) {
      part.proxy = bestProxy(job.proxies);
      part.proxy.slots.used++;
    }
    if (task.holdsJobSlot) return;
    task.holdsJobSlot = true;
    task.run.hasBegun = true;
    task.run.concurrent++;
    for (const other of task.disks) if (other.group === group) group.followers++;
    // One slot for all disks of the VM: the others need none of their own.
    if (part.proxy?.slotUnit === 'vm') {
      for (const other of task.disks) {
        if (other.group === null) continue;
        this.takeOut(other.group, other);
        other.proxy = part.proxy;
        other.sharesSlots = true;
      }
    }
  }

  /** With `ifRunning: start` the runs of one job do not exclude each other, with `ifVmBusy: stack` different jobs do not. */
  private canLock(task: Task): boolean {
    const { job } = task.run;
    if (!job.method.locksVm) return true;
    if (task.vm.lockHolders.length === 0) return true;
    // While old blocks are saved nothing else touches the VM, whatever the jobs allow.
    const saves = ({ run }: Task): boolean => run.job.method.copiesBeforeWrite;
    if (saves(task) || task.vm.lockHolders.some(saves)) return false;
    return task.vm.lockHolders.every((holder) => (holder.run.job === job ? job.plan.ifRunning === 'start' : job.plan.ifVmBusy === 'stack'));
  }

  private takeOut(group: WaitGroup, part: TaskDisk): void {
    const { task } = part;
    const { job } = task.run;
    const waited = group.remove(part, this.world.kernel.nowMs);
    for (const lack of LACKS) if (waited[lack] > 0) task.addHeldBack(waitLabel(lack, part), waited[lack]);
    for (const proxy of job.proxies) proxy.slots.waitMs += waited.proxy;
    job.repository.slots.waitMs += waited.repository;
    this.world.conditions.slotsAwaited(task, waited);
  }
}

/** Of the first disk behind that of a number. */
function placeAfter(disks: readonly TaskDisk[], number: number): number {
  let place = 0;
  while (place < disks.length && (disks[place] as TaskDisk).number <= number) place++;
  return place;
}

/** What a disk waited for, as its task's bottleneck names it. */
function waitLabel(lack: Lack, part: TaskDisk): string {
  if (lack === 'vm') return `waiting:vm:${part.task.vm.name}`;
  if (lack === 'datastore') return `waiting:datastore:${part.disk.datastore.name}`;
  return part.task.run.job.waitLabels[lack];
}

/** The log event that freed what was lacking. */
function freedBy(part: TaskDisk, lacked: Lack | null): number {
  const { task, disk } = part;
  if (lacked === 'job') return task.run.freedBy;
  if (lacked === 'proxy') return part.proxy?.slots.freedBy ?? 0;
  if (lacked === 'repository') return task.run.job.repository.slots.freedBy;
  if (lacked === 'vm') return task.vm.freedBy;
  return lacked === 'datastore' ? disk.datastore.snapshotSlots.freedBy : 0;
}

function hasFreeSlot(proxies: readonly Proxy[]): boolean {
  for (const { slots } of proxies) if (slots.free > 0) return true;
  return false;
}

/** The listed proxy with most free slots; of equals the first. */
function bestProxy(proxies: readonly Proxy[]): Proxy {
  let best = proxies[0] as Proxy;
  for (const proxy of proxies) if (proxy.slots.free > best.slots.free) best = proxy;
  return best;
}

/** One on each datastore of its disks, however many disks are there: they have one snapshot. */
function takeSnapshotSlots(task: Task): void {
  for (const { disk } of task.disks) {
    if (task.snapshotSlots.includes(disk.datastore)) continue;
    task.snapshotSlots = task.snapshotSlots.length === 0 ? disk.datastore.alone : task.snapshotSlots.concat(disk.datastore);
    disk.datastore.snapshotSlots.used++;
  }
}

/** Priority, arrival, job in file order, run; further attempts that come at one instant by their VMs. */
function comesBefore(a: WaitGroup, b: WaitGroup): boolean {
  const [left, right] = [a.run.job, b.run.job];
  if (left.plan.priority !== right.plan.priority) return left.plan.priority < right.plan.priority;
  if (a.arrivalMs !== b.arrivalMs) return a.arrivalMs < b.arrivalMs;
  if (left.index !== right.index) return left.index < right.index;
  if (a.run !== b.run) return a.run.number < b.run.number;
  const [first, second] = [a.disks[0], b.disks[0]];
  return first !== undefined && second !== undefined && first.task.vm.index < second.task.vm.index;
}
