/** Tasks: their stages come in order, what is done has taken time, and what held them back adds up. */
import type { Played } from '../play.ts';
import { allTasks, TAKES_SNAPSHOTS } from './tasks.ts';

export function stagesComeInOrder({ plan, result }: Played): string[] {
  const wrong: string[] = [];
  for (const { task, run, job, key } of allTasks(plan, result)) {
    const { queuedMs, snapshotMs, transferMs, transferEndMs, consolidatedMs, endedMs } = task;
    const marks = [run.dueMs, run.startedMs, queuedMs, snapshotMs, transferMs, transferEndMs, consolidatedMs, endedMs, run.endedMs];
    const reached = marks.filter((mark) => mark !== null);
    if (reached.some((mark, index) => mark < (reached[index - 1] ?? 0))) wrong.push(`${key}: stages at ${marks}`);
    if (reached.some((mark) => mark > plan.durationMs)) wrong.push(`${key}: a stage after the end of the scenario`);
    if (transferMs !== null && snapshotMs === null) wrong.push(`${key}: reads before it knows what`);
    if (transferEndMs !== null && (transferMs === null || (task.readBytes > 0 && transferEndMs <= transferMs)))
      wrong.push(`${key}: bytes in no time`);
    if (consolidatedMs !== null && !TAKES_SNAPSHOTS.includes(job.method)) wrong.push(`${key}: there was no snapshot to consolidate`);
    const copies = job.method !== 'snapshot-only';
    if (task.status === 'success' && ((copies && transferEndMs === null) || endedMs === null)) wrong.push(`${key}: success without an end`);
  }
  return wrong;
}

export function bottlenecksSumToOne({ plan, result }: Played): string[] {
  const wrong: string[] = [];
  for (const { task, key } of allTasks(plan, result)) {
    const shares = Object.values(task.bottleneck);
    const sum = shares.reduce((total, share) => total + share, 0);
    if (shares.length > 0 && !(Math.abs(sum - 1) < 1e-9)) wrong.push(`${key}: bottlenecks sum to ${sum}`);
    if (shares.length === 0 && task.transferEndMs !== null && task.transferEndMs > task.queuedMs)
      wrong.push(`${key}: no bottleneck for the time it took`);
  }
  return wrong;
}

/** The outcome of a run is that of its worst task. */
export function runsEndWithTheirTasks({ plan, result }: Played): string[] {
  const wrong: string[] = [];
  for (const job of plan.jobs) {
    for (const run of result.jobs[job.name]?.runs ?? []) {
      // With retries a run also lasts while it waits for the next attempt, and only the last one counts.
      if (job.retries.times > 0) continue;
      const open = run.tasks.filter(({ endedMs }) => endedMs === null).length;
      if (run.startedMs !== null && (run.endedMs === null) !== open > 0) wrong.push(`${run.id}: ended at ${run.endedMs}, ${open} tasks open`);
      const last = Math.max(...run.tasks.map(({ endedMs }) => endedMs ?? 0));
      if (run.endedMs !== null && run.tasks.length > 0 && run.endedMs !== last)
        wrong.push(`${run.id}: ended at ${run.endedMs}, its last task at ${last}`);
      const worst = ['failed', 'aborted', 'warning', 'success'].find((status) => run.tasks.some((task) => task.status === status));
      if (run.endedMs !== null && run.status !== (worst ?? 'success')) wrong.push(`${run.id}: ${run.status}, its tasks ${worst}`);
    }
  }
  return wrong;
}
