/**
 * Slots and admission (MODEL 4): a task takes all it needs at once or waits; after each instant the waiting tasks are looked through in the order of
 * priority, arrival, job and VM; each that can take everything starts, and one that cannot never blocks a later one.
 *
 * Tasks of one run arrive together and need the same job, proxy and repository slots, so they wait as one group: when those are taken, the whole group
 * is passed over at once. The group also keeps the account of what it waited for.
 */
import type { Proxy } from '../estate/host.ts';
import type { World } from '../world.ts';
import type { Run } from './run.ts';
import type { Task } from './task.ts';

type Lack = 'job' | 'proxy' | 'repository' | 'vm';

const LACKS: readonly Lack[] = ['job', 'proxy', 'repository', 'vm'];

export class WaitGroup {
  readonly run: Run;
  readonly arrivalMs: number;
  readonly needsLock: boolean;
  readonly needsSlots: boolean;
  /** In the order of their VMs. */
  readonly tasks: Task[] = [];
  private lack: Lack | null = null;
  private sinceMs = 0;
  private readonly lackedMs: Record<Lack, number> = { job: 0, proxy: 0, repository: 0, vm: 0 };
  private readonly atEntry = new Map<Task, Record<Lack, number>>();

  constructor(run: Run, arrivalMs: number, needsLock: boolean, needsSlots: boolean) {
    this.run = run;
    this.arrivalMs = arrivalMs;
    this.needsLock = needsLock;
    this.needsSlots = needsSlots;
  }

  add(task: Task, nowMs: number): void {
    this.setLack(this.lack, nowMs);
    this.atEntry.set(task, { ...this.lackedMs });
    let place = this.tasks.length;
    while (place > 0 && (this.tasks[place - 1] as Task).number > task.number) place--;
    this.tasks.splice(place, 0, task);
    task.group = this;
  }

  /** Takes a task out; what it waited for goes to its account. */
  remove(task: Task, nowMs: number, labels: (lack: Lack) => string): Record<Lack, number> {
    this.tasks.splice(this.tasks.indexOf(task), 1);
    const waited = this.waitedBy(task, nowMs);
    for (const lack of LACKS) task.addHeldBack(labels(lack), waited[lack]);
    this.atEntry.delete(task);
    task.group = null;
    return waited;
  }

  waitedBy(task: Task, nowMs: number): Record<Lack, number> {
    this.setLack(this.lack, nowMs);
    const entry = this.atEntry.get(task) as Record<Lack, number>;
    const waited = { job: 0, proxy: 0, repository: 0, vm: 0 };
    for (const lack of LACKS) waited[lack] = this.lackedMs[lack] - entry[lack];
    return waited;
  }

  setLack(lack: Lack | null, nowMs: number): void {
    if (this.lack !== null) this.lackedMs[this.lack] += nowMs - this.sinceMs;
    this.sinceMs = nowMs;
    this.lack = lack;
  }
}

export class Admission {
  /** Something was freed or somebody arrived since the last scan. */
  dirty = false;
  private readonly world: World;
  private readonly groups: WaitGroup[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** A new group of waiting tasks. */
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
    for (let i = this.groups.length - 1; i >= 0; i--) if ((this.groups[i] as WaitGroup).tasks.length === 0) this.groups.splice(i, 1);
    return started;
  }

  /** Ends a task's wait without starting it. */
  leave(task: Task): void {
    if (task.group !== null) this.takeOut(task.group, task);
  }

  /** Closes the books at the end of the scenario: everybody who still waits has waited until now. */
  settleWaits(): void {
    for (const group of this.groups) for (const task of [...group.tasks]) this.takeOut(group, task);
  }

  releaseSlots(task: Task): void {
    if (!task.holdsSlots) return;
    task.holdsSlots = false;
    task.run.concurrent--;
    task.run.job.repository.slots.used--;
    if (task.proxy !== null) task.proxy.slots.used--;
    this.dirty = true;
  }

  releaseLock(task: Task): void {
    const place = task.vm.lockHolders.indexOf(task.number);
    if (place < 0) return;
    task.vm.lockHolders.splice(place, 1);
    this.dirty = true;
  }

  private scanGroup(group: WaitGroup): boolean {
    const now = this.world.kernel.nowMs;
    let started = false;
    let lack: Lack | null = null;
    for (let i = 0; i < group.tasks.length; ) {
      if (group.needsSlots) lack = this.lackingSlot(group.run);
      if (lack !== null && lack !== 'vm') break;
      const task = group.tasks[i] as Task;
      if (group.needsLock && !this.canLock(task)) {
        i++;
        continue;
      }
      this.takeOut(group, task);
      if (group.needsLock) task.vm.lockHolders.push(task.number);
      if (group.needsSlots) this.takeSlots(task);
      this.world.stages.admitted(task);
      started = true;
    }
    if (group.tasks.length > 0) group.setLack(lack ?? 'vm', now);
    return started;
  }

  private lackingSlot(run: Run): Lack | null {
    const job = run.job;
    if (job.plan.concurrency !== null && run.concurrent >= job.plan.concurrency) return 'job';
    if (job.proxies.length > 0 && bestProxy(job.proxies).slots.free <= 0) return 'proxy';
    if (job.repository.slots.free <= 0) return 'repository';
    return null;
  }

  private takeSlots(task: Task): void {
    const job = task.run.job;
    task.holdsSlots = true;
    task.run.concurrent++;
    job.repository.slots.used++;
    if (job.proxies.length > 0) {
      task.proxy = bestProxy(job.proxies);
      task.proxy.slots.used++;
    }
  }

  /** With `ifRunning: start` the runs of one job do not exclude each other; different jobs always do. */
  private canLock(task: Task): boolean {
    for (const number of task.vm.lockHolders) {
      const holder = this.world.tasks[number] as Task;
      if (holder.run.job !== task.run.job || task.run.job.plan.ifRunning !== 'start') return false;
    }
    return true;
  }

  private takeOut(group: WaitGroup, task: Task): void {
    const job = task.run.job;
    const labels: Record<Lack, string> = {
      job: `waiting:job:${job.name}`,
      proxy: `waiting:proxy:${job.plan.proxies.join('+')}`,
      repository: `waiting:repository:${job.repository.name}`,
      vm: `waiting:vm:${task.vm.name}`,
    };
    const waited = group.remove(task, this.world.kernel.nowMs, (lack) => labels[lack]);
    for (const proxy of job.proxies) proxy.slots.waitMs += waited.proxy;
    job.repository.slots.waitMs += waited.repository;
    this.world.conditions.slotsAwaited(task, waited);
  }
}

/** The listed proxy with most free slots; of equals the first. */
function bestProxy(proxies: readonly Proxy[]): Proxy {
  let best = proxies[0] as Proxy;
  for (const proxy of proxies) if (proxy.slots.free > best.slots.free) best = proxy;
  return best;
}

/** Priority, arrival, job in file order, run. */
function comesBefore(a: WaitGroup, b: WaitGroup): boolean {
  const [left, right] = [a.run.job, b.run.job];
  if (left.plan.priority !== right.plan.priority) return left.plan.priority < right.plan.priority;
  if (a.arrivalMs !== b.arrivalMs) return a.arrivalMs < b.arrivalMs;
  if (left.index !== right.index) return left.index < right.index;
  return a.run.number < b.run.number;
}
