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
      pruned: false,
      tasks: [],
    };
    job.runs.push(run);
    if (!active || job.ifRunning === 'start') startRun(world, run);
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
      dueMs: null,
      locksVm: false,
      takesSnapshotSlot: false,
      takesTransferSlots: false,
      proxy: null,
      delta: null,
      transfer: null,
      kind: null,
      queuedMs: world.nowMs,
      snapshotMs: null,
      snapshotWrittenBytes: 0,
      transferMs: null,
      transferEndMs: null,
      consolidatedMs: null,
      peakDeltaBytes: 0,
    };
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

// READING: retention looks at the VMs of the run, at the instant of its last transfer's end or failure.
/** Applies retention after a run's last transfer and closes the runs whose tasks have all ended. */
export function closeRuns(world: World): void {
  for (const job of world.jobs) {
    for (const run of job.runs.filter(isActive)) {
      if (!run.pruned && run.tasks.every(({ stage }) => stage === 'removing' || stage === 'consolidating' || stage === 'ended')) prune(job, run);
      if (run.tasks.every(({ stage }) => stage === 'ended')) run.endedMs = world.nowMs;
    }
  }
  world.tasks = world.tasks.filter(({ stage }) => stage !== 'ended');
}

/** Drops the oldest points beyond `last`; a full stays while an increment stands on it, and the oldest increment goes instead. */
function prune(job: Job, run: Run): void {
  run.pruned = true;
  for (const { vm } of run.tasks) {
    const points = job.points.get(vm) ?? [];
    while (points.length > job.keepLast) points.splice(points[0]?.full && points[1]?.full === false ? 1 : 0, 1);
  }
}
