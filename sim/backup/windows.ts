/**
 * Limits of time (MODEL 4): windows outside which a job does not start and at whose end it may have to stop, the deadline by which a run or a task must have
 * begun, how long a run waits for its first slots, and the longest time that it may take.
 */
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Job, Run } from './run.ts';
import type { Task } from './task.ts';

/** Stages in which a task still needs the window: removing its snapshot may take longer. */
const WORKING: readonly Task['stage'][] = ['queued', 'quiescing', 'snapshotting', 'ready', 'attaching', 'transferring', 'streaming'];

/** Due instants that were no runs, and the log event of the first. */
export interface Dropped {
  count: number;
  firstMs: number;
  event: number;
}

export class Windows {
  private readonly world: World;
  private readonly changed: number;
  private readonly missedTick: number;
  private readonly deadline: number;
  private readonly lockWait: number;
  private readonly timeout: number;
  /** Runs by the number under which their limits are scheduled. */
  private readonly runs: Run[] = [];
  private readonly dropped = new Map<Job, Dropped>();

  constructor(world: World) {
    this.world = world;
    this.changed = world.kernel.handle((job) => this.change(world.jobs[job] as Job));
    this.missedTick = world.kernel.handle((job) => this.catchUp(world.jobs[job] as Job));
    this.deadline = world.kernel.handle((run) => this.startDeadline(this.runs[run] as Run));
    this.lockWait = world.kernel.handle((run) => this.giveUp(this.runs[run] as Run));
    this.timeout = world.kernel.handle((run) => this.timeOut(this.runs[run] as Run));
  }

  begin(): void {
    for (const job of this.world.jobs) if (job.permitted !== null) this.scheduleChange(job);
  }

  isOpen(job: Job): boolean {
    return job.permitted?.isOpenAt(this.world.kernel.nowMs) ?? true;
  }

  /** A tick outside the window: it is lost, or made up for when the window opens. */
  miss(job: Job, cause: number): void {
    const { kernel, log } = this.world;
    const event = log.record(kernel.nowMs, 'tick-dropped', { job: job.name }, [cause]);
    const known = this.dropped.get(job);
    if (known === undefined) this.dropped.set(job, { count: 1, firstMs: kernel.nowMs, event });
    else known.count++;
    if (job.plan.window?.catchUp) job.missedEvent = event;
  }

  /** When a job was due outside its window; null: never. */
  droppedOf(job: Job): Dropped | null {
    return this.dropped.get(job) ?? null;
  }

  /** A run is due: it must begin in time. */
  due(run: Run): void {
    const limit = run.job.plan.startDeadlineMs;
    if (limit !== null) this.schedule(run, run.dueMs + limit, this.deadline);
  }

  /** VMs have joined a continuous run: their tasks must begin in time from now. */
  joined(run: Run): void {
    const limit = run.job.plan.startDeadlineMs;
    if (limit !== null) this.schedule(run, this.world.kernel.nowMs + limit, this.deadline);
  }

  started(run: Run): void {
    const { lockWaitMs, timeoutMs } = run.job.plan;
    const startedMs = run.startedMs as number;
    if (lockWaitMs !== null) this.schedule(run, startedMs + lockWaitMs, this.lockWait);
    if (timeoutMs !== null) this.schedule(run, startedMs + timeoutMs, this.timeout);
  }

  private schedule(run: Run, atMs: number, kind: number): void {
    const { kernel, endMs } = this.world;
    if (atMs > endMs) return;
    this.runs.push(run);
    kernel.schedule(atMs, EventClass.stage, kind, this.runs.length - 1);
  }

  private scheduleChange(job: Job): void {
    const { kernel, endMs } = this.world;
    const next = job.permitted?.nextChange(kernel.nowMs) ?? null;
    if (next !== null && next <= endMs) kernel.schedule(next, EventClass.stage, this.changed, job.index);
  }

  private change(job: Job): void {
    const { kernel } = this.world;
    if (this.isOpen(job)) {
      // A tick of its own at this instant does as well.
      if (job.missedEvent > 0) kernel.scheduleTick(kernel.nowMs, this.missedTick, job.index);
    } else this.close(job);
    this.scheduleChange(job);
  }

  private catchUp(job: Job): void {
    if (job.missedEvent === 0) return;
    this.world.runs.due(job, job.missedEvent);
  }

  private close(job: Job): void {
    const { kernel, log, stages } = this.world;
    for (const run of [...job.active]) {
      const working = run.tasks.filter((task) => WORKING.includes(task.stage));
      if (working.length === 0 && run.toRetry.length === 0) continue;
      const fields = { job: job.name, run: run.id, tasks: working.length, retries: run.toRetry.length };
      const event = log.record(kernel.nowMs, 'window-closed', fields, [run.startedEvent]);
      if (job.plan.window?.atEnd === 'finish') continue;
      run.closedEvent = event;
      const stopped = job.plan.window?.atEnd === 'terminate' ? working : working.filter((task) => task.stage === 'queued');
      for (const task of stopped) stages.abort(task, 'aborted', 'window-closed', event);
      this.world.runs.dropRetries(run);
    }
  }

  /** Runs whose time is over give up before what ends here could let them start. */
  private startDeadline(run: Run): void {
    const { kernel, runs, stages } = this.world;
    const { job } = run;
    const limit = job.plan.startDeadlineMs as number;
    for (const waiting of job.waiting.filter((one) => one.dueMs + limit <= kernel.nowMs)) runs.skip(waiting, this.noteLate(waiting, 0));
    const queued = run.tasks.filter((task) => task.stage === 'queued' && task.attempt === 1 && dueMs(task) + limit <= kernel.nowMs);
    if (queued.length === 0) return;
    const event = this.noteLate(run, queued.length);
    for (const task of queued) stages.abort(task, 'failed', 'start-deadline', event);
  }

  private noteLate(run: Run, tasks: number): number {
    const { kernel, log } = this.world;
    return log.record(kernel.nowMs, 'start-deadline', { job: run.job.name, run: run.id, tasks }, causesOf(run.dueEvent, run.startedEvent));
  }

  /** None of its tasks has had slots: somebody else has held them all the time. */
  private giveUp(run: Run): void {
    if (!run.hasBegun) this.failAll(run, 'lock-wait', 'lock-wait');
  }

  private timeOut(run: Run): void {
    this.failAll(run, 'run-timed-out', 'timeout');
  }

  /** What is not through fails, and is not tried again. */
  private failAll(run: Run, kind: 'lock-wait' | 'run-timed-out', reason: 'lock-wait' | 'timeout'): void {
    const { kernel, log, runs, stages } = this.world;
    if (run.endedMs !== null) return;
    const open = run.tasks.filter((task) => task.stage !== 'ended');
    const event = log.record(kernel.nowMs, kind, { job: run.job.name, run: run.id, tasks: open.length }, [run.startedEvent]);
    run.closedEvent = event;
    for (const task of open) stages.abort(task, 'failed', reason, event);
    runs.dropRetries(run);
  }
}

/** With its run, or when it joined it. */
function dueMs({ run, queuedMs }: Task): number {
  return queuedMs > (run.startedMs as number) ? queuedMs : run.dueMs;
}
