/** A repository: a device with capacity, task slots, and the chains of restore points that jobs keep on it. */
import type { TaskDisk } from '../backup/task.ts';
import { SlotPool } from '../estate/host.ts';
import type { Chain } from './chain.ts';
import type { RepositoryPlan } from './plan.ts';
import type { PointKind } from './point.ts';

/** Room that a transform of a full may need besides, in fulls (ORACLES: the usual sizing of working space). */
const WORKING_SPACE_FULLS = 1.05;

/** Room for the rounding of running sums, as a fraction. */
const ROUNDING = 1e-9;

/** Something other than a task that writes here: a copy from another repository. */
export interface Writer {
  /** Stored bytes written so far. */
  writtenBytes(): number;
  /** Stored bytes per millisecond at present. */
  rate(): number;
  /** The repository is full; `cause` is the log event that says so. */
  fail(cause: number): void;
  /** Log event by which it began. */
  readonly event: number;
}

/** Space that was given up and has not come back yet. */
interface Pruned {
  bytes: number;
  atMs: number;
  /** Log event by which it was given up. */
  event: number;
}

export class Repository {
  readonly index: number;
  readonly plan: RepositoryPlan;
  readonly name: string;
  readonly capacityBytes: number;
  readonly device: number;
  readonly links: readonly number[];
  readonly slots: SlotPool;
  /** Busy milliseconds per stored byte read and written. */
  readonly readCost: number;
  readonly writeCost: number;
  /** Disks that are being written now, and other writers. */
  readonly writers = new Set<TaskDisk>();
  readonly otherWriters = new Set<Writer>();
  /** What the disks being written will have stored when they are done: a running sum, good for bounds only. */
  private expectedBytes = 0;
  /** In the order in which their first points came. */
  readonly chains = new Map<string, Chain>();
  /** Where its new points are copied to; null: nowhere. */
  copyTarget: Repository | null = null;
  /** Resource numbers of the links on the way there, those of the target included. */
  copyLinks: readonly number[] = [];

  check = -1;
  spaceDirty = false;
  fullAtMs: number | null = null;
  startUsedBytes = 0;
  peakUsed = 0;
  peakAtMs = 0;
  /** Finished disks, whether or not their point is complete, what transforms have taken, and what was pruned and is still there. */
  private kept = 0;
  private readonly pruned: Pruned[] = [];

  constructor(index: number, plan: RepositoryPlan, device: number, links: readonly number[]) {
    this.index = index;
    this.plan = plan;
    this.name = plan.name;
    this.capacityBytes = plan.capacityBytes;
    this.device = device;
    this.links = links;
    this.slots = new SlotPool(plan.slots);
    this.readCost = 1000 / plan.readBytesPerSecond;
    this.writeCost = 1000 / plan.writeBytesPerSecond;
  }

  /** Bytes in use: what is finished, and what running transfers have written, `writtenBy` giving the latter. */
  usedWith(writtenBy: (part: TaskDisk) => number): number {
    let used = this.kept;
    for (const part of this.writers) used += writtenBy(part);
    for (const writer of this.otherWriters) used += writer.writtenBytes();
    return used;
  }

  /** Bytes of finished disks: what there is to be read. */
  get keptBytes(): number {
    return this.kept;
  }

  /** A disk's transfer begins; it will store so many bytes. */
  addWriter(part: TaskDisk, storedBytes: number): void {
    this.writers.add(part);
    this.expectedBytes += storedBytes;
  }

  /** The transfer has ended; `storedBytes` is what it was to store. */
  removeWriter(part: TaskDisk, storedBytes: number): void {
    this.writers.delete(part);
    this.expectedBytes = this.writers.size === 0 ? 0 : this.expectedBytes - storedBytes;
  }

  /** Whether what is being written could bring it to a level: if not, nobody need sum up how far it has come. */
  mayReach(bytes: number): boolean {
    return this.otherWriters.size > 0 || (this.kept + this.expectedBytes) * (1 + ROUNDING) >= bytes;
  }

  notePeak(nowMs: number, used: number): void {
    if (used <= this.peakUsed) return;
    this.peakUsed = used;
    this.peakAtMs = nowMs;
  }

  /** Takes bytes, or gives them back; sums that come to nothing may miss it by a rounding error. */
  keep(storedBytes: number): void {
    this.kept = Math.max(0, this.kept + storedBytes);
  }

  /** Notes space that comes back later, in the order of the instants. */
  prune(bytes: number, atMs: number, event: number): void {
    let place = this.pruned.length;
    while (place > 0 && (this.pruned[place - 1] as Pruned).atMs > atMs) place--;
    this.pruned.splice(place, 0, { bytes, atMs, event });
  }

  /** What was pruned at or before an instant comes back; returns its bytes, and the log events by which it was given up. */
  reclaim(untilMs: number): { bytes: number; events: number[] } {
    const first = this.pruned.findIndex(({ atMs }) => atMs > untilMs);
    const back = this.pruned.splice(0, first < 0 ? this.pruned.length : first);
    const bytes = back.reduce((sum, one) => sum + one.bytes, 0);
    this.keep(-bytes);
    return { bytes, events: back.map(({ event }) => event) };
  }

  pointCounts(): Record<PointKind, number> {
    const counts: Record<PointKind, number> = { full: 0, incremental: 0, differential: 0, reverse: 0 };
    for (const { points } of this.chains.values()) for (const { kind } of points) counts[kind]++;
    return counts;
  }

  /** Busy milliseconds per stored byte of a task: in a reverse chain the old block is read and saved before the new one is written. */
  storeCost(part: TaskDisk): number {
    const reverse = part.task.run.job.plan.mode === 'reverse' && !part.full;
    return reverse ? this.readCost + 2 * this.writeCost : this.writeCost;
  }

  /** What should stay free for transforms: 1.05 times the fulls of the job that has most to transform. */
  workingSpaceBytes(): number {
    const byJob = new Map<number, number>();
    for (const { job, points } of this.chains.values()) {
      const newest = points[points.length - 1];
      if (newest !== undefined) byJob.set(job.index, (byJob.get(job.index) ?? 0) + newest.fullBytes);
    }
    return WORKING_SPACE_FULLS * Math.max(0, ...byJob.values());
  }
}
