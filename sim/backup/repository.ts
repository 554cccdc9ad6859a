/** A repository: a device with capacity, task slots, and the restore points that jobs keep on it. */

import { SlotPool } from '../estate/host.ts';
import { Meter } from '../estate/statistics.ts';
import type { RepositoryPlan } from '../plan.ts';
import type { Task } from './task.ts';

interface RestorePoint {
  full: boolean;
  storedBytes: number;
}

export class Repository {
  readonly index: number;
  readonly plan: RepositoryPlan;
  readonly name: string;
  readonly capacityBytes: number;
  readonly device: number;
  readonly links: readonly number[];
  readonly slots: SlotPool;
  /** Busy milliseconds per stored byte written. */
  readonly writeCost: number;
  /** Tasks that are writing now. */
  readonly writers = new Set<Task>();
  readonly fill = new Meter();

  check = -1;
  spaceDirty = false;
  fullAtMs: number | null = null;
  startUsedBytes = 0;
  peakUsed = 0;
  peakAtMs = 0;
  private kept = 0;
  private readonly points = new Map<string, RestorePoint[]>();

  constructor(index: number, plan: RepositoryPlan, device: number, links: readonly number[]) {
    this.index = index;
    this.plan = plan;
    this.name = plan.name;
    this.capacityBytes = plan.capacityBytes;
    this.device = device;
    this.links = links;
    this.slots = new SlotPool(plan.slots);
    this.writeCost = 1000 / plan.writeBytesPerSecond;
  }

  /** Bytes in use: finished points and what running tasks have written, `writtenBy` giving the latter. */
  usedWith(writtenBy: (task: Task) => number): number {
    let used = this.kept;
    for (const task of this.writers) used += writtenBy(task);
    return used;
  }

  notePeak(nowMs: number, used: number): void {
    if (used <= this.peakUsed) return;
    this.peakUsed = used;
    this.peakAtMs = nowMs;
  }

  addPoint(chain: string, full: boolean, storedBytes: number): void {
    let points = this.points.get(chain);
    if (points === undefined) {
      points = [];
      this.points.set(chain, points);
    }
    points.push({ full, storedBytes });
    this.kept += storedBytes;
  }

  /**
   * Keeps the newest `last` points of a chain. Where the oldest point is a full that increments depend on, it takes in the oldest of them: merging
   * replaces blocks, so the full keeps its size and the increment's bytes go.
   */
  retain(chain: string, last: number): void {
    const points = this.points.get(chain);
    while (points !== undefined && points.length > last) {
      const dependent = points.length > 1 && !(points[1] as RestorePoint).full;
      const [gone] = points.splice(dependent ? 1 : 0, 1) as [RestorePoint];
      this.kept -= gone.storedBytes;
    }
  }
}
