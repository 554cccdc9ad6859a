/** Ticks make runs, runs make tasks; what happens when a tick finds a run of its job still active (MODEL 4, overlap). */
import type { Vm } from '../estate/vm.ts';
import type { World } from '../world.ts';
import { WaitGroup } from './admission.ts';
import { type Job, Run } from './run.ts';
import { type Outcome, Task } from './task.ts';

/** The worst of its tasks decides a run's status. */
const OUTCOME_ORDER: readonly Outcome[] = ['failed', 'aborted', 'warning'];

export class Runs {
  private readonly world: World;
  private readonly tick: number;
  /** The group in which a run's tasks wait for slots with their snapshots open. */
  private readonly readyGroups = new Map<Run, WaitGroup>();

  constructor(world: World) {
    this.world = world;
    this.tick = world.kernel.handle((job) => this.due(world.jobs[job] as Job));
  }

  /** Schedules the first tick of each job. */
  begin(): void {
    for (const job of this.world.jobs) this.scheduleTick(job, 0);
  }

  taskEnded(task: Task): void {
    const run = task.run;
    if (--run.openTasks === 0) this.endRun(run, task.lastEvent);
  }

  /** A task of a whole-run snapshot has its delta and now needs its slots. */
  awaitSlots(task: Task): void {
    const { kernel, admission } = this.world;
    let group = this.readyGroups.get(task.run);
    if (group === undefined || group.tasks.length === 0) {
      group = new WaitGroup(task.run, task.run.startedMs as number, false, true);
      this.readyGroups.set(task.run, group);
      admission.enter(group);
    }
    group.add(task, kernel.nowMs);
    admission.dirty = true;
  }

  private scheduleTick(job: Job, fromMs: number): void {
    const next = job.schedule.nextFrom(fromMs, this.world.endMs);
    if (next !== null) this.world.kernel.scheduleTick(next, this.tick, job.index);
  }

  private due(job: Job): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    this.scheduleTick(job, now + 1);
    const run = new Run(job, now);
    run.dueEvent = log.record(now, 'run-due', { job: job.name, run: run.id }, [this.world.startEvent]);
    const previous = job.active[job.active.length - 1];
    if (previous === undefined) {
      this.startRun(run, [run.dueEvent]);
      return;
    }
    run.overlapsPrevious = true;
    job.firstOverlapAtMs ??= now;
    const overlap = log.record(now, 'run-overlap', { job: job.name, run: run.id, active: previous.id }, [previous.startedEvent, run.dueEvent]);
    const policy = job.plan.ifRunning;
    if (policy === 'start') this.startRun(run, [overlap]);
    else if (policy === 'skip' || (policy === 'queue' && job.waiting.length > 0)) {
      run.status = 'skipped';
      log.record(now, 'run-skipped', { job: job.name, run: run.id, active: previous.id }, [overlap]);
    } else {
      job.waiting.push(run);
      log.record(now, 'run-queued', { job: job.name, run: run.id, active: previous.id }, [overlap]);
    }
  }

  private startRun(run: Run, causes: number[]): void {
    const { kernel, log, admission } = this.world;
    const now = kernel.nowMs;
    const job = run.job;
    run.status = 'running';
    run.startedMs = now;
    job.active.push(run);
    run.startedEvent = log.record(now, 'run-started', { job: job.name, run: run.id, tasks: job.vms.length }, causes);
    const wholeRun = job.plan.snapshots === 'whole-run';
    const group = new WaitGroup(run, now, true, !wholeRun);
    for (const vm of job.vms) group.add(this.newTask(run, vm), now);
    run.openTasks = run.tasks.length;
    if (run.openTasks === 0) this.endRun(run, run.startedEvent);
    else admission.enter(group);
  }

  private newTask(run: Run, vm: Vm): Task {
    const { tasks, kernel } = this.world;
    const task = new Task(tasks.length, run, vm, kernel.nowMs, run.startedEvent);
    tasks.push(task);
    run.tasks.push(task);
    vm.activeTasks.push(task);
    return task;
  }

  private endRun(run: Run, cause: number): void {
    const { kernel, log } = this.world;
    const job = run.job;
    run.endedMs = kernel.nowMs;
    run.status = OUTCOME_ORDER.find((outcome) => run.tasks.some((task) => task.outcome === outcome)) ?? 'success';
    job.active.splice(job.active.indexOf(run), 1);
    this.readyGroups.delete(run);
    const ended = log.record(kernel.nowMs, 'run-ended', { job: job.name, run: run.id, status: run.status }, [cause]);
    const next = job.waiting.shift();
    if (next !== undefined)
      this.startRun(
        next,
        [next.dueEvent, ended].sort((a, b) => a - b),
      );
  }
}
