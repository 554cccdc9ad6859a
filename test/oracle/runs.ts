import { abortTasks } from './tasks.ts';
import type { Job, Run, Task, World } from './world.ts';

/** Makes the runs that are due at this instant. */
export function tick(world: World): void {
  for (const job of world.jobs) {
    // Every tick makes exactly one entry in the list of runs, so its length points at the next tick.
    if (job.ticksMs[job.runs.length] !== world.nowMs) continue;
    const active = job.runs.some(isActive);
    const waits = job.runs.some(isQueued);
    const skipped = active && (job.ifRunning === 'skip' || (job.ifRunning === 'queue' && waits));
    const run: Run = {
      id: `${job.name}#${job.runs.length + 1}`,
      job,
      dueMs: world.nowMs,
      startedMs: null,
      endedMs: null,
      skipped,
      overlapsPrevious: active,
      tasks: [],
    };
    if (active && job.ifRunning === 'cancel-previous') cancel(world, job);
    job.runs.push(run);
    if (!active || job.ifRunning === 'start') startRun(world, run);
  }
}

/** Aborts what runs; what still waits gives way. */
function cancel(world: World, job: Job): void {
  for (const run of job.runs) {
    if (isQueued(run)) run.skipped = true;
    if (isActive(run)) abortTasks(world, run.tasks, 'cancelled');
  }
}

function isActive(run: Run): boolean {
  return run.startedMs !== null && run.endedMs === null;
}

function isQueued(run: Run): boolean {
  return run.startedMs === null && !run.skipped;
}

function startRun(world: World, run: Run): void {
  run.startedMs = world.nowMs;
  for (const vm of world.vms.filter(run.job.selects)) {
    const task: Task = {
      run,
      vm,
      stage: 'queued',
      outcome: 'success',
      reason: null,
      dueMs: null,
      place: 0,
      locksVm: false,
      isDamaged: false,
      snapshotSlots: new Set(),
      takesJobSlot: false,
      proxyOfAll: null,
      streams: [],
      kind: null,
      queuedMs: world.nowMs,
      snapshotMs: null,
      base: null,
      transferMs: null,
      transferEndMs: null,
      consolidatedMs: null,
      endedMs: null,
      peakDeltaBytes: 0,
    };
    for (const disk of vm.disks) task.streams.push({ task, disk, stage: 'waiting', proxy: null, way: 'nbd', place: 0, transfer: null });
    run.tasks.push(task);
    world.tasks.push(task);
  }
}

/** Starts the oldest queued run of every job that has become idle. True when there was one. */
export function startQueuedRuns(world: World): boolean {
  let started = false;
  for (const job of world.jobs) {
    const next = job.runs.find(isQueued);
    if (!next || job.runs.some(isActive)) continue;
    startRun(world, next);
    started = true;
  }
  return started;
}

/** Closes the runs whose tasks have all ended. */
export function closeRuns(world: World): void {
  for (const job of world.jobs) {
    for (const run of job.runs.filter(isActive)) {
      if (run.tasks.every(({ stage }) => stage === 'ended')) run.endedMs = world.nowMs;
    }
  }
  world.tasks = world.tasks.filter(({ stage }) => stage !== 'ended');
}
