/** From a task to its result. */
import type { TaskResult } from '../result.ts';
import type { Task } from './task.ts';

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
  for (const { label, ms } of [...task.heldBack].sort((a, b) => b.ms - a.ms)) fractions[label] = ms / total;
  return fractions;
}
