/**
 * Repositories: what they hold at the end is what they held at the start, the points kept since, what was pruned and has not come back, and what is being
 * written. Bytes stored are bytes read over the reduction.
 */
import type { Plan, RepositoryPlan, Result, TaskResult } from '../../../sim/index.ts';
import { replayChains } from '../chain-replay.ts';
import type { Played } from '../play.ts';
import { allTasks } from './tasks.ts';

export function repositoriesHoldTheirPoints(played: Played): string[] {
  const { plan, result, events } = played;
  const changed = replayChains(played);
  const wrong: string[] = [];
  for (const spec of plan.repositories) {
    const held = result.repositories[spec.name];
    if (held === undefined) continue;
    const expected = held.startUsedBytes + (changed.get(spec.name) ?? 0) + beingWritten(plan, result, spec);
    // Each figure of the result and of the log is rounded to whole bytes.
    const slack = 2 + 2 * events.length;
    const copying = events.some(({ work, to }) => work === 'copy' && to === spec.name) ? spec.capacityBytes : 0;
    if (held.endUsedBytes < expected - slack || held.endUsedBytes > expected + slack + copying)
      wrong.push(`${spec.name}: ${held.endUsedBytes} bytes at the end, by its points ${expected}`);
    if (held.peakUsedBytes < Math.max(held.endUsedBytes, held.startUsedBytes)) wrong.push(`${spec.name}: its peak is below its end or its start`);
    if (held.peakUsedBytes > spec.capacityBytes + overshoot(spec, held.startUsedBytes)) wrong.push(`${spec.name}: holds more than its capacity`);
  }
  return wrong;
}

/** It is full at the first whole millisecond, in which it is still written to. */
function overshoot(spec: RepositoryPlan, startUsedBytes: number): number {
  return Math.max(0, startUsedBytes - spec.capacityBytes) + Math.ceil(spec.writeBytesPerSecond / 1000) + 1;
}

function beingWritten(plan: Plan, result: Result, { name }: RepositoryPlan): number {
  return allTasks(plan, result).reduce(
    (sum, { task, job }) => sum + (job.repository === name && isWriting(task) ? task.readBytes / job.reduction : 0),
    0,
  );
}

/** One that was stopped is running, too, until its snapshot is gone, but has nothing on the repository. */
function isWriting({ status, reason, transferMs, transferEndMs }: TaskResult): boolean {
  const isStopped = reason !== null && reason !== 'crash-consistent';
  return status === 'running' && !isStopped && transferMs !== null && transferEndMs === null;
}
