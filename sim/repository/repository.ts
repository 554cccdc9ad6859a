/** A repository: a device with capacity, task slots, and the restore points that jobs keep on it. */
import { SlotPool } from '../estate/host.ts';
import type { RepositoryPlan } from '../plan.ts';
import type { TaskDisk } from '../backup/task.ts';

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
  /** Disks that are being written now. */
  readonly writers = new Set<TaskDisk>();

  check = -1;
  spaceDirty = false;
  fullAtMs: number | null = null;
  startUsedBytes = 0;
  peakUsed = 0;
  peakAtMs = 0;
  /** Finished disks, whether or not their point is complete. */
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

  /** Bytes in use: what is finished, and what running transfers have written, `writtenBy` giving the latter. */
  usedWith(writtenBy: (part: TaskDisk) => number): number {
    let used = this.kept;
    for (const part of this.writers) used += writtenBy(part);
    return used;
  }

  notePeak(nowMs: number, used: number): void {
    if (used <= this.peakUsed) return;
    this.peakUsed = used;
    this.peakAtMs = nowMs;
  }

  keep(storedBytes: number): void {
    this.kept += storedBytes;
  }

  /** Adds a complete point, whose bytes are kept already. */
  addPoint(chain: string, full: boolean, storedBytes: number): void {
    const points = this.points.get(chain);
    if (points === undefined) this.points.set(chain, [{ full, storedBytes }]);
    else points.push({ full, storedBytes });
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
