/** From a task to its result. */
import type { TaskResult } from '../result.ts';
import type { HeldBack, Task } from './task.ts';

/** Nothing can happen to it any more: it has ended, and its snapshots are gone. */
export function isSettled({ stage, disks }: Task): boolean {
  return stage === 'ended' && !disks.some(({ delta }) => delta?.exists);
}

export function taskResult(task: Task): TaskResult {
  return {
    vm: task.vm.name,
    status: task.stage === 'ended' ? task.outcome : task.stage === 'queued' ? 'queued' : 'running',
    attempt: task.attempt,
    kind: task.snapshotMs === null ? null : task.level,
    reason: task.reason,
    consistency: consistencyOf(task),
    queuedMs: task.queuedMs,
    snapshotMs: task.snapshotMs,
    transferMs: task.transferMs,
    transferEndMs: task.transferEndMs,
    consolidatedMs: task.consolidatedMs,
    endedMs: task.endedMs,
    readBytes: Math.ceil(task.readBytes),
    storedBytes: Math.ceil(task.storedBytes),
    peakDeltaBytes: Math.ceil(task.peakDeltaBytes),
    bottleneck: bottleneckOf(task),
  };
}

function consistencyOf({ run, snapshotMs, crashConsistent }: Task): TaskResult['consistency'] {
  if (snapshotMs === null || run.job.plan.quiesce.mode !== 'application') return null;
  return crashConsistent ? 'crash' : 'application';
}

/** Fractions of all the time accounted for, largest first. */
function bottleneckOf(task: Task): Record<string, number> {
  let total = 0;
  for (const { ms } of task.heldBack) total += ms;
  const fractions: Record<string, number> = {};
  for (const { label, ms } of byLength(task.heldBack)) fractions[label] = ms / total;
  return fractions;
}

/** Longest first, of equals the earlier. There are one to four, and many tasks: put in their places one by one they need no memory to sort in. */
function byLength(heldBack: readonly HeldBack[]): readonly HeldBack[] {
  const sorted = [...heldBack];
  for (let i = 1; i < sorted.length; i++) {
    const entry = sorted[i] as HeldBack;
    let place = i;
    for (; place > 0 && (sorted[place - 1] as HeldBack).ms < entry.ms; place--) sorted[place] = sorted[place - 1] as HeldBack;
    sorted[place] = entry;
  }
  return sorted;
}
