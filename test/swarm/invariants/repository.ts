/**
 * Repositories: what they hold at the end is what they held at the start, the points kept since, and what running tasks have written. Bytes stored are bytes
 * read over the reduction; the retention is worked out here on its own: the newest points stay, and an increment that has become the oldest is merged into the
 * full below it, which keeps its size.
 */
import type { JobPlan, RepositoryPlan, TaskResult } from '../../../sim/index.ts';
import type { Played } from '../play.ts';
import { allTasks, type FoundTask, keyOf } from './tasks.ts';

interface Point {
  full: boolean;
  bytes: number;
}

export function repositoriesHoldTheirPoints(played: Played): string[] {
  const { plan, result } = played;
  const tasks = allTasks(plan, result);
  const order = transferOrder(played);
  const wrong: string[] = [];
  for (const spec of plan.repositories) {
    const held = result.repositories[spec.name];
    if (held === undefined) continue;
    const here = tasks.filter(({ job }) => job.repository === spec.name);
    const { kept, all, writing } = contents(here, order);
    // Each figure of the result is rounded up to whole bytes.
    const slack = 2 + here.length;
    // What a chain from before the start gives up as it grows is not told apart here.
    const exact = plan.jobs.every((job) => job.repository !== spec.name || !hasEarlierPoints(job));
    const [low, high] = exact
      ? [held.startUsedBytes + kept + writing, held.startUsedBytes + kept + writing]
      : [kept + writing, held.startUsedBytes + all + writing];
    if (held.endUsedBytes < low - slack || held.endUsedBytes > high + slack) {
      wrong.push(
        `${spec.name}: ${held.endUsedBytes} bytes at the end, ${held.startUsedBytes} at the start, ${kept} kept since, ${writing} being written`,
      );
    }
    if (held.peakUsedBytes < Math.max(held.endUsedBytes, held.startUsedBytes)) wrong.push(`${spec.name}: its peak is below its end or its start`);
    if (held.peakUsedBytes > spec.capacityBytes + overshoot(spec, held.startUsedBytes)) wrong.push(`${spec.name}: holds more than its capacity`);
  }
  return wrong;
}

function hasEarlierPoints(job: JobPlan): boolean {
  return job.initial === 'established';
}

/** It is full at the first whole millisecond, in which it is still written to. */
function overshoot(spec: RepositoryPlan, startUsedBytes: number): number {
  return Math.max(0, startUsedBytes - spec.capacityBytes) + Math.ceil(spec.writeBytesPerSecond / 1000) + 1;
}

function contents(tasks: readonly FoundTask[], order: Map<string, number>): { kept: number; all: number; writing: number } {
  const chains = new Map<string, { points: Point[]; last: number }>();
  let writing = 0;
  let all = 0;
  const done = tasks.filter(({ key }) => order.has(key)).sort((a, b) => (order.get(a.key) as number) - (order.get(b.key) as number));
  for (const { task, job } of done) {
    const name = `${job.name}/${task.vm}`;
    const chain = chains.get(name) ?? { points: [], last: job.retention.last ?? 1 };
    chains.set(name, chain);
    const bytes = task.readBytes / job.reduction;
    chain.points.push({ full: task.kind === 'full', bytes });
    all += bytes;
  }
  for (const { task, job } of tasks) if (isWriting(task)) writing += task.readBytes / job.reduction;
  let kept = 0;
  for (const { points, last } of chains.values()) kept += keptBytes(points, last);
  return { kept, all, writing };
}

/** One that was stopped is running, too, until its snapshot is gone, but has nothing on the repository. */
function isWriting({ status, reason, transferMs, transferEndMs }: TaskResult): boolean {
  return status === 'running' && reason === null && transferMs !== null && transferEndMs === null;
}

function keptBytes(points: readonly Point[], last: number): number {
  const from = Math.max(0, points.length - last);
  let bytes = 0;
  for (const point of points.slice(from)) bytes += point.bytes;
  const oldest = points[from];
  if (oldest === undefined || oldest.full) return bytes;
  const below = points.slice(0, from).findLast(({ full }) => full);
  // Without one here it is a point from before the start.
  return bytes - oldest.bytes + (below?.bytes ?? 0);
}

/** The order in which transfers ended, also within a millisecond. */
function transferOrder({ events }: Played): Map<string, number> {
  const ended = events.filter(({ kind }) => kind === 'transfer-ended');
  return new Map(ended.map(({ run, vm }, index) => [keyOf(run, vm), index]));
}
