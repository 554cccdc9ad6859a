/** Ticks make runs, runs make tasks; what happens when a tick finds a run of its job still active (MODEL 4, overlap). */
import { withAdded } from '../estate/lists.ts';
import type { Vm } from '../estate/vm.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import { WaitGroup } from './admission.ts';
import { type Job, Run } from './run.ts';
import { type Outcome, Task, TaskDisk } from './task.ts';
import { isSettled, taskResult } from './task-result.ts';

/** The worst of its tasks decides a run's status. */
const OUTCOME_ORDER: readonly Outcome[] = ['failed', 'aborted', 'warning'];

export class Runs {
  private readonly world: World;
  private readonly tick: number;
  private readonly again: number;
  /** The group in which the first attempts of a run wait for slots with their snapshots open. */
  private readonly readyGroups = new Map<Run, WaitGroup>();
  /** Jobs that are due after runs that have just ended, with the log events of those ends. */
  private readonly called: { job: Job; ended: number }[] = [];

  constructor(world: World) {
    this.world = world;
    this.tick = world.kernel.handle((job) => this.tickOf(world.jobs[job] as Job));
    this.again = world.kernel.handle((number) => {
      const task = world.tasks[number];
      if (task !== undefined) this.retry(task);
    });
  }

  /** Schedules the first tick of each job. */
  begin(): void {
    for (const job of this.world.jobs) this.scheduleTick(job, 0);
  }

  /** When a task that is failing now is tried again; null: it is not. */
  retryAt({ run, outcome, reason, attempt, vm }: Task): number | null {
    const { retries } = run.job.plan;
    if (outcome !== 'failed' || reason === 'start-deadline' || attempt > retries.times || run.closedEvent > 0 || !vm.exists) return null;
    return this.world.kernel.nowMs + retries.waitMs;
  }

  taskEnded(task: Task, retryAtMs: number | null): void {
    const { run } = task;
    if (retryAtMs === null) {
      this.giveUp(task, task.lastEvent);
      return;
    }
    task.retried = true;
    run.toRetry.push(task);
    this.world.kernel.schedule(retryAtMs, EventClass.stage, this.again, task.number);
  }

  /** No further attempt of a run is made: those that were to come end with their last one. */
  dropRetries(run: Run): void {
    for (const task of run.toRetry.splice(0)) this.dropRetry(task, run.closedEvent);
  }

  /** A VM is deleted: nobody tries it again. */
  vmDeleted(vm: Vm): void {
    for (const job of this.world.jobs) {
      for (const run of [...job.active]) {
        const task = run.toRetry.find((failed) => failed.vm === vm);
        if (task === undefined) continue;
        run.toRetry.splice(run.toRetry.indexOf(task), 1);
        this.dropRetry(task, task.lastEvent);
      }
    }
  }

  /** The attempt that was to follow does not come: the task has failed for good. */
  private dropRetry(task: Task, cause: number): void {
    const { kernel, log } = this.world;
    task.retried = false;
    const fields = { run: task.run.id, vm: task.vm.name, status: task.outcome, reason: task.reason };
    this.giveUp(task, log.record(kernel.nowMs, 'retry-dropped', fields, causesOf(task.lastEvent, cause)));
  }

  /** Nothing more is done for a task's VM in its run. */
  private giveUp(task: Task, cause: number): void {
    const { run } = task;
    this.world.chains.transferOver(task);
    if (--run.openTasks === 0) this.endRun(run, cause);
  }

  /** A run that waits for its start gives up. */
  skip(run: Run, cause: number): void {
    const { kernel, log } = this.world;
    const { job } = run;
    job.waiting.splice(job.waiting.indexOf(run), 1);
    run.status = 'skipped';
    const active = job.active[0]?.id ?? null;
    log.record(kernel.nowMs, 'run-skipped', { job: job.name, run: run.id, active }, [cause]);
  }

  /** Makes the runs due that are after those that have ended at this instant. True when there were any. */
  settle(): boolean {
    if (this.called.length === 0 || this.world.kernel.nowMs >= this.world.endMs) return false;
    for (const { job, ended } of this.called.splice(0)) this.due(job, ended);
    return true;
  }

  /** A task of a whole-run snapshot has its delta and now needs its slots. */
  awaitSlots(task: Task): void {
    const { kernel, admission } = this.world;
    const { run, attempt, queuedMs, disks } = task;
    // A further attempt has come later than its run, and stands in line by itself.
    const known = attempt === 1 ? this.readyGroups.get(run) : undefined;
    const joins = known !== undefined && known.disks.length > 0;
    const group = joins ? known : new WaitGroup(run, queuedMs, false, true);
    for (const part of disks) group.add(part, kernel.nowMs);
    if (!joins) admission.enter(group);
    if (attempt === 1) this.readyGroups.set(run, group);
    admission.dirty = true;
  }

  private scheduleTick(job: Job, fromMs: number): void {
    const next = job.schedule.nextFrom(fromMs, this.world.endMs);
    if (next !== null) this.world.kernel.scheduleTick(next, this.tick, job.index);
  }

  private tickOf(job: Job): void {
    this.scheduleTick(job, this.world.kernel.nowMs + 1);
    this.due(job, this.world.startEvent);
  }

  /** A job is due, by its schedule or after another. */
  due(job: Job, cause: number): void {
    const { kernel, log, windows } = this.world;
    const now = kernel.nowMs;
    const [continuing] = job.active;
    if (job.method.continuous && continuing !== undefined) {
      this.takeNewVms(continuing);
      return;
    }
    if (!windows.isOpen(job)) {
      windows.miss(job, cause);
      return;
    }
    job.missedEvent = 0;
    const run = new Run(job, now);
    run.dueEvent = log.record(now, 'run-due', { job: job.name, run: run.id }, [cause]);
    windows.due(run);
    const previous = job.active[job.active.length - 1];
    if (previous === undefined) {
      this.startRun(run, [run.dueEvent]);
      return;
    }
    run.overlapsPrevious = true;
    job.firstOverlapAtMs ??= now;
    const overlap = log.record(now, 'run-overlap', { job: job.name, run: run.id, active: previous.id }, [previous.startedEvent, run.dueEvent]);
    this.world.conditions.merges.runDue(job, run.id);
    const policy = job.plan.ifRunning;
    if (policy === 'start') this.startRun(run, [overlap]);
    else if (policy === 'cancel-previous') this.cancelFor(run, overlap);
    else if (policy === 'skip' || (policy === 'queue' && job.waiting.length > 0)) {
      run.status = 'skipped';
      log.record(now, 'run-skipped', { job: job.name, run: run.id, active: previous.id }, [overlap]);
    } else {
      job.waiting.push(run);
      log.record(now, 'run-queued', { job: job.name, run: run.id, active: previous.id }, [overlap]);
    }
  }

  /** The runs before are stopped; this one starts once their snapshots are gone. One that still waits for that gives way as well. */
  private cancelFor(run: Run, overlap: number): void {
    const { kernel, log, stages } = this.world;
    const { job } = run;
    const waiting = job.waiting.shift();
    if (waiting !== undefined) {
      waiting.status = 'skipped';
      log.record(kernel.nowMs, 'run-skipped', { job: job.name, run: waiting.id, active: run.id }, [overlap]);
    }
    job.waiting.push(run);
    const cancelled = log.record(kernel.nowMs, 'run-cancelled', { job: job.name, run: (job.active[0] as Run).id, by: run.id }, [overlap]);
    for (const active of [...job.active]) {
      active.closedEvent = cancelled;
      for (const task of active.tasks) stages.abort(task, 'aborted', 'cancelled', cancelled);
      this.dropRetries(active);
    }
  }

  private startRun(run: Run, causes: number[]): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    const job = run.job;
    run.status = 'running';
    run.startedMs = now;
    job.active.push(run);
    const vms = selectedNow(job, now);
    run.startedEvent = log.record(now, 'run-started', { job: job.name, run: run.id, tasks: vms.length }, causes);
    this.world.conditions.runStarted(run);
    this.world.windows.started(run);
    this.world.faults.runStarted(run);
    if (vms.length === 0) {
      this.endRun(run, run.startedEvent);
      return;
    }
    this.addTasks(run, vms);
    this.world.orphans.runStarted(run);
  }

  /** What goes on all the time needs no further start: VMs that have been created since join it. */
  private takeNewVms(run: Run): void {
    const { kernel, log } = this.world;
    const taken = new Set(run.tasks.map((task) => task.vm));
    const vms = selectedNow(run.job, kernel.nowMs).filter((vm) => !taken.has(vm));
    if (vms.length === 0) return;
    log.record(kernel.nowMs, 'run-joined', { job: run.job.name, run: run.id, tasks: vms.length }, [run.startedEvent]);
    this.addTasks(run, vms);
    this.world.windows.joined(run);
  }

  private addTasks(run: Run, vms: readonly Vm[]): void {
    const group = new WaitGroup(run, this.world.kernel.nowMs, true, !takesSnapshotsFirst(run.job));
    for (const vm of vms) this.queue(this.newTask(run, vm, 1), group);
    run.openTasks += vms.length;
    run.openTransfers += vms.length;
    this.world.admission.enter(group);
  }

  /** With whole-run snapshots a task begins as one; its disks wait for slots when they have their deltas. */
  private queue(task: Task, group: WaitGroup): void {
    for (const part of group.needsSlots ? task.disks : task.disks.slice(0, 1)) group.add(part, this.world.kernel.nowMs);
  }

  /** A failed task's VM has another, with a snapshot of its own. */
  private retry(failed: Task): void {
    const { kernel, log, admission } = this.world;
    const { run, vm } = failed;
    // The run may have been told meanwhile to make no further attempt.
    const place = run.toRetry.indexOf(failed);
    if (place < 0) return;
    run.toRetry.splice(place, 1);
    const task = this.newTask(run, vm, failed.attempt + 1);
    const fields = { run: run.id, vm: vm.name, attempt: task.attempt };
    task.lastEvent = log.record(kernel.nowMs, 'task-retried', fields, [failed.lastEvent]);
    const group = new WaitGroup(run, kernel.nowMs, true, !takesSnapshotsFirst(run.job));
    this.queue(task, group);
    admission.enter(group);
  }

  private newTask(run: Run, vm: Vm, attempt: number): Task {
    const { tasks, parts, kernel } = this.world;
    const task = new Task(tasks.length, run, vm, attempt, kernel.nowMs, run.startedEvent);
    const disks: TaskDisk[] = [];
    for (const disk of vm.disks) {
      const part = new TaskDisk(parts.length, task, disk);
      disks.push(part);
      parts.push(part);
    }
    task.disks = disks;
    tasks.push(task);
    run.tasks.push(task);
    vm.activeTasks = withAdded(vm.activeTasks, task);
    return task;
  }

  private endRun(run: Run, cause: number): void {
    const { kernel, log } = this.world;
    const job = run.job;
    run.endedMs = kernel.nowMs;
    run.lowerBound.close();
    run.status = OUTCOME_ORDER.find((outcome) => run.tasks.some((task) => !task.retried && task.outcome === outcome)) ?? 'success';
    job.active.splice(job.active.indexOf(run), 1);
    this.readyGroups.delete(run);
    const ended = log.record(kernel.nowMs, 'run-ended', { job: job.name, run: run.id, status: run.status }, [cause]);
    this.world.conditions.runEnded(run);
    this.callFollowers(run, ended);
    // One that waited beyond its window is as good as missed.
    while (job.waiting.length > 0 && !this.world.windows.isOpen(job)) {
      this.skip(job.waiting[0] as Run, ended);
      this.world.windows.miss(job, ended);
    }
    const next = job.waiting.shift();
    if (next !== undefined)
      this.startRun(
        next,
        [next.dueEvent, ended].sort((a, b) => a - b),
      );
    this.settleTasks(run);
  }

  /** Tasks to which nothing can happen any more make room for their results, which take a fraction of it. */
  private settleTasks(run: Run): void {
    if (!run.tasks.every(isSettled)) return;
    const { tasks, parts } = this.world;
    run.results = run.tasks.map(taskResult);
    for (const { number, disks } of run.tasks) {
      tasks[number] = undefined;
      for (const part of disks) parts[part.number] = undefined;
    }
    run.tasks.length = 0;
  }

  /** A run that only left its snapshots behind has its data: it counts as a success. */
  private callFollowers(run: Run, ended: number): void {
    const succeeded = run.status === 'success' || run.status === 'warning';
    for (const job of run.job.followers) {
      if (succeeded || job.plan.schedule.kind !== 'after' || job.plan.schedule.on === 'any') this.called.push({ job, ended });
    }
  }
}

/** Who is deleted at this very instant is not worth a task. */
function selectedNow(job: Job, nowMs: number): readonly Vm[] {
  return job.selected().filter((vm) => vm.deletedMs !== nowMs);
}

function takesSnapshotsFirst({ plan, method }: Job): boolean {
  return plan.snapshots === 'whole-run' && method.opensSnapshot;
}
