import { tickCopies } from './copies.ts';
import { isOpen } from './hours.ts';
import { cleanUpRegularly, cleanUpWithRun } from './left-behind.ts';
import { tickRestores } from './restores.ts';
import { abortTasks } from './tasks.ts';
import { askTransforms } from './transforms.ts';
import { tickUpkeep } from './upkeep.ts';
import type { Job, Run, Task, Vm, World } from './world.ts';

/** Makes the runs that are due at this instant, by schedule or because an earlier tick fell outside the window. */
export function tick(world: World): void {
  cleanUpRegularly(world);
  for (const job of world.jobs) {
    if (job.ticksMs.includes(world.nowMs)) makeDue(world, job);
    else if (job.hasMissed && isOpen(job.hours, world.nowMs)) makeDue(world, job);
  }
  // What a job's tick breaks off asks for its chains' transforms before anything that is due after the jobs.
  askTransforms(world);
  tickCopies(world);
  tickUpkeep(world);
  tickRestores(world);
}

/** Makes the runs of jobs that follow one whose run has ended at this instant. True when a run had. */
export function tickAfterOthers(world: World): boolean {
  // READING: of several runs that end at one instant each makes one due, one after the other.
  const run = world.ended.shift();
  if (run === undefined) return false;
  // READING: at the end of the scenario nothing becomes due, not by another job's end either.
  if (world.nowMs >= world.durationMs) return true;
  for (const job of world.jobs) {
    if (job.schedule.kind !== 'after' || job.schedule.job !== run.job.name) continue;
    if (!job.schedule.onSuccess || ['success', 'warning'].includes(statusOf(run))) makeDue(world, job);
  }
  return true;
}

/** What a tick makes: a run, or outside the window the wish to catch up. */
function makeDue(world: World, job: Job): void {
  const active = job.runs.some(isActive);
  // READING: ticks that find a continuous run do nothing, inside the window and outside it.
  if (active && job.method === 'cdp') {
    takeInNew(world, job);
    return;
  }
  if (!isOpen(job.hours, world.nowMs)) {
    miss(job);
    return;
  }
  job.hasMissed = false;
  const waits = job.runs.some(isQueued);
  const skipped = active && (job.ifRunning === 'skip' || (job.ifRunning === 'queue' && waits));
  const run: Run = {
    id: `${job.name}#${job.runs.length + 1}`,
    job,
    dueMs: world.nowMs,
    startedMs: null,
    hadSlots: false,
    hasAsked: false,
    endedMs: null,
    skipped,
    overlapsPrevious: active,
    triesAgain: true,
    tasks: [],
  };
  if (active && job.ifRunning === 'cancel-previous') cancel(world, job);
  job.runs.push(run);
  if (!active || job.ifRunning === 'start') startRun(world, run);
}

/** A continuous run goes on with VMs that have been created since. */
function takeInNew(world: World, job: Job): void {
  for (const run of job.runs.filter(isActive)) {
    for (const vm of selected(world, job)) if (!run.tasks.some((task) => task.vm === vm)) addTask(world, run, vm, 1);
  }
}

/** Those that will be deleted at this very instant are not taken. */
function selected(world: World, job: Job): Vm[] {
  return world.vms.filter((vm) => job.selects(vm) && vm.untilMs > world.nowMs);
}

function miss(job: Job): void {
  if (job.catchesUp) job.hasMissed = true;
}

/** Aborts what runs; what still waits gives way. */
function cancel(world: World, job: Job): void {
  for (const run of job.runs) {
    if (isQueued(run)) run.skipped = true;
    if (!isActive(run)) continue;
    abortTasks(world, run.tasks, 'cancelled');
    cancelAttempts(run);
  }
}

/** No task of a run is tried again from now on. True when one would have been. */
export function cancelAttempts(run: Run): boolean {
  run.triesAgain = false;
  const waiting = run.tasks.filter(({ retryAtMs }) => retryAtMs !== null);
  for (const task of waiting) task.retryAtMs = null;
  return waiting.length > 0;
}

export function isActive(run: Run): boolean {
  return run.startedMs !== null && run.endedMs === null;
}

export function isQueued(run: Run): boolean {
  return run.startedMs === null && !run.skipped;
}

function startRun(world: World, run: Run): void {
  run.startedMs = world.nowMs;
  for (const vm of selected(world, run.job)) addTask(world, run, vm, 1);
  cleanUpWithRun(world, run);
}

export function addTask(world: World, run: Run, vm: Vm, attempt: number): void {
  const task: Task = {
    run,
    vm,
    attempt,
    isLastAttempt: false,
    retryAtMs: null,
    stage: 'queued',
    outcome: 'success',
    reason: null,
    dueMs: null,
    place: 0,
    locksVm: false,
    isDamaged: false,
    rest: null,
    consistency: null,
    frozenMs: 0,
    snapshotSlots: new Set(),
    takesJobSlot: false,
    proxyOfAll: null,
    streams: [],
    kind: null,
    stored: null,
    queuedMs: world.nowMs,
    snapshotMs: null,
    base: null,
    since: null,
    transferMs: null,
    transferEndMs: null,
    consolidatedMs: null,
    endedMs: null,
    peakDeltaBytes: 0,
  };
  for (const disk of vm.disks) {
    const faults = { stalledSinceMs: null, cut: null, isHung: false, slowdown: 1 };
    task.streams.push({ task, disk, stage: 'waiting', proxy: null, way: 'nbd', place: 0, ...faults, transfer: null, saving: null, feed: null });
  }
  run.tasks.push(task);
  world.tasks.push(task);
}

/** Starts the oldest queued run of every job that has become idle; outside its window it is left out. True when there was one. */
export function startQueuedRuns(world: World): boolean {
  let started = false;
  for (const job of world.jobs) {
    const next = job.runs.find(isQueued);
    if (!next || job.runs.some(isActive)) continue;
    if (isOpen(job.hours, world.nowMs)) startRun(world, next);
    else {
      next.skipped = true;
      miss(job);
    }
    started = true;
  }
  return started;
}

/** Closes the runs whose tasks have all ended, and are not tried again. */
export function closeRuns(world: World): void {
  for (const job of world.jobs) {
    for (const run of job.runs.filter(isActive)) {
      if (!run.tasks.every(({ stage, retryAtMs }) => stage === 'ended' && retryAtMs === null)) continue;
      run.endedMs = world.nowMs;
      world.ended.push(run);
    }
  }
  world.tasks = world.tasks.filter(({ stage }) => stage !== 'ended');
}

export function statusOf(run: Run): 'success' | 'warning' | 'failed' | 'skipped' | 'aborted' | 'queued' | 'running' {
  if (run.skipped) return 'skipped';
  if (run.startedMs === null) return 'queued';
  if (run.endedMs === null) return 'running';
  const last = run.tasks.filter(({ vm, attempt }) => !run.tasks.some((other) => other.vm === vm && other.attempt > attempt));
  // READING: an aborted task makes its run aborted when none failed.
  const worst = (['failed', 'aborted', 'warning'] as const).find((outcome) => last.some((task) => task.outcome === outcome));
  return worst ?? 'success';
}
