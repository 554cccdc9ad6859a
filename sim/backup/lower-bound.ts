/**
 * How much of a run's length cannot be avoided with what it uses: no schedule of its transfers is shorter than the longest task alone, than the work on the
 * busiest resource, and than the work on the scarcest slots (Graham's bounds for list scheduling). Counts the reading of what was really read; preparing and merging come on top.
 */
import type { Transfer } from './methods/method.ts';
import type { Job } from './run.ts';
import type { TaskDisk } from './task.ts';

export class LowerBound {
  /** Milliseconds for which the run needs the whole of each resource, by number; null: of none, or its books are closed. */
  private workMs: Float64Array | null = null;
  private busiestMs = 0;
  private longestTaskMs = 0;
  private tasksMs = 0;
  private disksMs = 0;

  /** A transfer is over; `capacities` are those of the undisturbed resources, by number. */
  add(part: TaskDisk, { cap, uses }: Transfer, capacities: readonly number[]): void {
    const { task, readBytes } = part;
    this.workMs ??= new Float64Array(capacities.length);
    const { workMs } = this;
    let aloneMs = readBytes / cap;
    for (const { resource, perByte } of uses) {
      const ms = (readBytes * perByte) / (capacities[resource] as number);
      workMs[resource] = (workMs[resource] as number) + ms;
      if (ms > aloneMs) aloneMs = ms;
    }
    this.disksMs += aloneMs;
    if (aloneMs <= task.aloneMs) return;
    // The disks of a task are read side by side.
    this.tasksMs += aloneMs - task.aloneMs;
    task.aloneMs = aloneMs;
    if (aloneMs > this.longestTaskMs) this.longestTaskMs = aloneMs;
  }

  /** Nothing more comes: a long scenario has many runs, and few resources are used by each. */
  close(): void {
    for (const ms of this.workMs ?? []) if (ms > this.busiestMs) this.busiestMs = ms;
    this.workMs = null;
  }

  /** Whole milliseconds. */
  leastMs({ plan, proxies, repository }: Job): number {
    this.close();
    const perSlotMs = proxies.some(({ slotUnit }) => slotUnit === 'vm') ? this.tasksMs : this.disksMs;
    let proxySlots = proxies.length === 0 ? Number.POSITIVE_INFINITY : 0;
    for (const { slots } of proxies) proxySlots += slots.total;
    return Math.floor(
      Math.max(
        this.longestTaskMs,
        this.busiestMs,
        this.tasksMs / (plan.concurrency ?? Number.POSITIVE_INFINITY),
        perSlotMs / Math.min(proxySlots, repository.slots.total),
      ),
    );
  }
}
