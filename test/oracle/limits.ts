/** What ends runs and tasks because of the time: windows, deadlines, timeouts; and what begins them anew (docs/model.md, "Windows, deadlines, retries"). */
import { closes, nextBoundaryMs } from './hours.ts';
import { addTask, cancelAttempts, isActive, isQueued } from './runs.ts';
import { breakOff, canStillFail, inOrder } from './tasks.ts';
import type { Job, Run, Task, World } from './world.ts';

/** Applies the limits that are reached at this instant. True when one changed anything. */
export function applyLimits(world: World): boolean {
  let changed = false;
  for (const job of world.jobs) {
    if (closes(job.hours, world.nowMs)) changed = closeWindow(world, job) || changed;
    for (const run of job.runs) {
      changed = [giveUp(world, run), endByTimeout(world, run), missStart(world, run), retry(world, run)].includes(true) || changed;
    }
  }
  return changed;
}

function closeWindow(world: World, job: Job): boolean {
  const { atEnd } = job.hours;
  if (atEnd === 'finish') return false;
  let changed = false;
  for (const run of job.runs.filter(isActive)) {
    const ended = run.tasks.filter((task) => task.stage === 'queued' || (atEnd === 'terminate' && canStillFail(task)));
    for (const task of ended) breakOff(world, task, 'aborted', 'window-closed');
    changed = cancelAttempts(run) || ended.length > 0 || changed;
  }
  return changed;
}

/** A run that has waited all its time without a slot. */
function giveUp(world: World, run: Run): boolean {
  return !run.hadSlots && lockWaitEndMs(run) <= world.nowMs && failAll(world, run, 'lock-wait');
}

function endByTimeout(world: World, run: Run): boolean {
  return timeoutMs(run) <= world.nowMs && failAll(world, run, 'timeout');
}

function failAll(world: World, run: Run, reason: string): boolean {
  if (!isActive(run)) return false;
  const late = run.tasks.filter(canStillFail);
  for (const task of late) breakOff(world, task, 'failed', reason);
  return cancelAttempts(run) || late.length > 0;
}

function missStart(world: World, run: Run): boolean {
  if (isQueued(run) && deadlineMs(run) <= world.nowMs) {
    run.skipped = true;
    return true;
  }
  const late = run.tasks.filter((task) => isFirstToStart(task) && deadlineMs(run, task) <= world.nowMs);
  for (const task of late) {
    task.isLastAttempt = true;
    breakOff(world, task, 'failed', 'start-deadline');
  }
  return late.length > 0;
}

/** Makes the further attempts at VMs whose tasks have failed long enough ago, when those are gone whose time is over. */
function retry(world: World, run: Run): boolean {
  if (world.nowMs < world.durationMs && world.vms.some(({ untilMs }) => untilMs <= world.nowMs)) return false;
  const due = inOrder(run.tasks.filter(({ retryAtMs }) => retryAtMs !== null && retryAtMs <= world.nowMs));
  for (const task of due) {
    task.retryAtMs = null;
    addTask(world, run, task.vm, task.attempt + 1);
  }
  return due.length > 0;
}

function lockWaitEndMs({ job, startedMs }: Run): number {
  return (startedMs ?? Number.POSITIVE_INFINITY) + job.lockWaitMs;
}

function timeoutMs({ job, startedMs }: Run): number {
  return (startedMs ?? Number.POSITIVE_INFINITY) + job.timeoutMs;
}

/** READING: for a VM that joins a continuous run later, it counts from the tick that lets it join. */
function deadlineMs({ job, dueMs, startedMs }: Run, task?: Task): number {
  return (task !== undefined && task.queuedMs > (startedMs ?? 0) ? task.queuedMs : dueMs) + job.startDeadlineMs;
}

function isFirstToStart({ stage, attempt }: Task): boolean {
  return stage === 'queued' && attempt === 1;
}

/** The instants of a job after the present one at which a limit may be reached. */
export function limitsAhead(world: World, job: Job): number[] {
  const instants = [nextBoundaryMs(job.hours, world.nowMs)];
  for (const run of job.runs) {
    if (isActive(run)) instants.push(timeoutMs(run), lockWaitEndMs(run));
    if (isQueued(run)) instants.push(deadlineMs(run));
    for (const task of run.tasks) if (isFirstToStart(task)) instants.push(deadlineMs(run, task));
    for (const { retryAtMs } of run.tasks) if (retryAtMs !== null) instants.push(retryAtMs);
  }
  return instants.filter((ms) => ms > world.nowMs);
}
