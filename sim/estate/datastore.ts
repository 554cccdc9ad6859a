/**
 * Space of a datastore (MODEL 2): `used` is a sum of functions of time that is concave between events, so the next crossing of a level can be bounded
 * from below by the tangent, checked there, and bounded again (Newton's method from the left): exact to the millisecond without ticking.
 */
import type { Merge } from '../backup/removal.ts';
import type { DatastorePlan, Thresholds } from '../plan.ts';
import type { LedgerEntry } from '../result.ts';
import { BlockSums } from './block-sums.ts';
import { heldBytes, heldSlope } from './delta.ts';
import type { Disk } from './disk.ts';
import type { GrowingFile } from './growing-file.ts';
import { dailyFactor, linearPerMs } from './growth-law.ts';
import { GuestClock } from './guest-clock.ts';
import { SlotPool } from './host.ts';
import { Ledger } from './ledger.ts';
import { OrderedByPlace } from './ordered-by-place.ts';
import { ConditionMeter, Meter } from './statistics.ts';
import { WorkList } from './work-list.ts';

/** The log tells of less free space than this share, whatever the policy: a policy judges the log and does not change it. */
const LOW_FREE_SHARE = 0.1;

/** Room for the rounding of sums, as a fraction. */
const ROUNDING = 1e-9;

/** A device on which reads, writes and random I/O cost busy time. */
export interface StorageDevice {
  resource: number;
  /** Busy milliseconds per byte: sequential, and random by the size of an operation. */
  readCost: number;
  writeCost: number;
  randomCost: number;
}

/** Costs of a device by its rates. `ioSizeBytes` is the mean size of a random operation. */
export function storageDevice(
  resource: number,
  rates: { readBytesPerSecond: number; writeBytesPerSecond: number; iops: number },
  ioSizeBytes: number,
): StorageDevice {
  return {
    resource,
    readCost: 1000 / rates.readBytesPerSecond,
    writeCost: 1000 / rates.writeBytesPerSecond,
    randomCost: 1000 / (ioSizeBytes * rates.iops),
  };
}

/** Datastores about which something has changed in the present instant. */
export class DatastoreChanges {
  /** What `used` is or how it grows; free space was gained. */
  readonly space = new WorkList<Datastore>();
  /** What the guests ask for, or what it costs. */
  readonly guests = new WorkList<Datastore>();
}

export class Datastore {
  readonly index: number;
  readonly plan: DatastorePlan;
  readonly name: string;
  readonly capacityBytes: number;
  /** `used` at which writes that need a block are refused, at which the log calls it low, and above which `free-space` speaks. */
  readonly fullLevel: number;
  readonly lowLevel: number;
  readonly warnLevel: number;
  /** Latency above which the rule `latency` counts. */
  readonly slowAboveMs: number;
  /** Resource number of the device. */
  readonly device: number;
  /** Busy milliseconds per byte. */
  readonly readCost: number;
  readonly writeCost: number;
  readonly randomCost: number;
  /** Its own device and the array behind it: what crosses one crosses both. */
  readonly devices: StorageDevice[];
  /** Resource that holds transfers and merges back under latency control; -1: none. */
  throttle = -1;
  /** Latency control lets no new task begin here. */
  stopsNewTasks = false;
  readonly snapshotSlots: SlotPool;
  /** Merges that wait for each other, the first being under way (`merges: serial`). */
  mergeQueue: Merge[] = [];

  /** A list of this datastore only, for whoever needs no more: there are many tasks with one disk. */
  readonly alone: readonly Datastore[] = [this];

  readonly disks: Disk[] = [];
  /** What backups keep here for a while. */
  readonly files: GrowingFile[] = [];
  readonly clocks: { activity: number; clock: GuestClock }[] = [];
  /** Flow of all guests' I/O; -1 while nobody asks for any. */
  guestFlow = -1;
  guestDemand = 0;
  guestWeight = 0;
  guestCost = 0;
  servedFraction = 1;

  isLow = false;
  isWarned = false;
  isFull = false;
  /** VMs that this datastore's lack of space has stopped and that may run again. */
  heldVms = 0;
  /** Handle of the pending check of levels; -1: none. */
  check: number;
  /** Sums over its running guests, to be made anew when who runs, how much they ask for or the hour has changed. */
  demandDirty = true;
  demand = 0;
  asking = 0;
  fullAtMs: number | null = null;
  fullEvent = 0;
  /** Log event by which it was lost for good; 0: it is there. */
  lossEvent = 0;
  /** The latest step of growth of something here. */
  growthEvent = 0;
  lowEvent = 0;
  freedEvent = 0;
  /** The latest event that changed the load here. */
  lastEvent = 0;

  peakUsed = -1;
  peakAtMs = 0;

  readonly busy = new Meter();
  readonly latency = new Meter();
  readonly served = new Meter();
  readonly saturated = new ConditionMeter();
  readonly slow = new ConditionMeter();
  /** Its guests alone ask for more than counts as saturated. */
  readonly guestBound = new ConditionMeter();

  private readonly changes: DatastoreChanges;
  private peak: Ledger | null = null;
  /** What `usedAt` gave last, and for which instant; NaN: something has changed since. */
  private knownUsed = 0;
  private knownAtMs = Number.NaN;
  /** Bytes that do not move by themselves, by disk. */
  private readonly fixed = new BlockSums();
  /** The most that bases and deltas that grow can come to, by disk and in all: whole numbers. */
  private readonly movingMostOf: number[] = [];
  private movingMost = 0;
  private readonly chained = new OrderedByPlace<Disk>();
  private readonly moving = new OrderedByPlace<Disk>();
  private otherUsed: number;
  private otherSinceMs = 0;
  private readonly otherPerMs: number;
  private readonly otherFactor: number;

  constructor(index: number, plan: DatastorePlan, device: number, changes: DatastoreChanges, thresholds: Readonly<Thresholds>) {
    this.index = index;
    this.changes = changes;
    this.plan = plan;
    this.check = -1;
    this.name = plan.name;
    this.device = device;
    this.capacityBytes = plan.capacityBytes;
    this.fullLevel = plan.capacityBytes - plan.floorBytes;
    this.lowLevel = plan.capacityBytes * (1 - LOW_FREE_SHARE);
    this.warnLevel = plan.capacityBytes * (1 - thresholds.freeShare);
    this.slowAboveMs = thresholds.latencyAboveMs;
    const own = storageDevice(device, plan, plan.ioSizeBytes);
    this.readCost = own.readCost;
    this.writeCost = own.writeCost;
    this.randomCost = own.randomCost;
    this.devices = [own];
    this.snapshotSlots = new SlotPool(plan.maxOpenSnapshots);
    this.otherUsed = plan.otherUsedBytes;
    this.otherPerMs = linearPerMs(plan.otherGrowth);
    this.otherFactor = dailyFactor(plan.otherGrowth);
    this.served.set(0, 1);
    this.latency.set(0, plan.latencyMs);
    this.spaceChanged();
    this.guestsChanged();
  }

  get otherGrowsInSteps(): boolean {
    return this.otherFactor !== 1;
  }

  /** The clock of one activity profile, made when first asked for. */
  clockFor(activity: number): GuestClock {
    const known = this.clocks.find((entry) => entry.activity === activity);
    if (known !== undefined) return known.clock;
    const clock = new GuestClock();
    this.clocks.push({ activity, clock });
    return clock;
  }

  addDisk(disk: Disk): number {
    this.disks.push(disk);
    return this.fixed.addPlace();
  }

  /** A disk's allocation or what moves in it has changed. */
  diskChanged(disk: Disk, nowMs: number): void {
    let fixed = 0;
    let moving = 0;
    if (disk.baseGrows) moving++;
    else fixed += disk.baseBytesAt(nowMs);
    for (const delta of disk.chain) {
      if (delta.grows) moving++;
      else fixed += heldBytes(delta, nowMs);
    }
    this.fixed.set(disk.place, fixed);
    this.moving.set(disk, moving > 0);
    this.movingMost += moving * disk.sizeBytes - (this.movingMostOf[disk.place] ?? 0);
    this.movingMostOf[disk.place] = moving * disk.sizeBytes;
    this.chained.set(disk, disk.chain.length > 0);
    this.spaceChanged();
  }

  /** Its levels are to be looked at, and the next check is to be set anew. */
  spaceChanged(): void {
    this.knownAtMs = Number.NaN;
    this.changes.space.add(this);
  }

  /** Its guests' I/O costs something else from now on. */
  guestsChanged(): void {
    this.changes.guests.add(this);
  }

  /** Guests ask for something else from now on. */
  changeDemand(): void {
    this.demandDirty = true;
    this.guestsChanged();
  }

  /** The disks that have a chain of deltas, in the order of their places. */
  chainedDisks(): readonly Disk[] {
    return this.chained.inOrder();
  }

  /**
   * Whether what moves by itself can bring it to a level before anything else changes: no base and no delta outgrows its disk. Mostly it cannot, and then
   * nobody need sum up what everything holds.
   */
  mayReach(level: number): boolean {
    if (this.files.length > 0 || this.otherPerMs !== 0) return true;
    return (this.otherUsed + this.fixed.total() + this.movingMost) * (1 + ROUNDING) >= level;
  }

  /** Unrounded bytes in use. Sums start from zero in the order of the disks, those of what does not move in blocks. */
  usedAt(nowMs: number): number {
    if (nowMs !== this.knownAtMs) {
      this.knownUsed = this.sumUsed(nowMs);
      this.knownAtMs = nowMs;
    }
    return this.knownUsed;
  }

  private sumUsed(nowMs: number): number {
    let used = this.otherUsedAt(nowMs) + this.fixed.total();
    for (const disk of this.moving.inOrder()) {
      if (disk.baseGrows) used += disk.baseBytesAt(nowMs);
      for (const delta of disk.chain) if (delta.grows) used += heldBytes(delta, nowMs);
    }
    for (const file of this.files) used += file.bytesAt(nowMs);
    return used;
  }

  /** Bytes per millisecond by which `used` grows at an instant; an upper bound until the next event. */
  slopeAt(nowMs: number): number {
    let slope = this.otherStands ? 0 : this.otherPerMs;
    for (const disk of this.moving.inOrder()) {
      slope += disk.baseSlopeAt(nowMs);
      for (const delta of disk.chain) slope += heldSlope(delta, nowMs);
    }
    for (const file of this.files) slope += file.slope;
    return slope;
  }

  /** Other data on the datastore; it cannot grow either while nothing is left. */
  otherUsedAt(nowMs: number): number {
    return this.otherStands ? this.otherUsed : this.otherUsed + this.otherPerMs * (nowMs - this.otherSinceMs);
  }

  /** It is gone for good; `event` says why. */
  lose(nowMs: number, event: number): void {
    this.setFull(nowMs, this.isFull);
    this.lossEvent = event;
  }

  private get otherStands(): boolean {
    return this.isFull || this.lossEvent > 0;
  }

  setFull(nowMs: number, full: boolean): void {
    this.otherUsed = this.otherUsedAt(nowMs);
    this.otherSinceMs = nowMs;
    this.isFull = full;
  }

  /** A local midnight for the other data; returns the bytes that it wanted. */
  stepOtherGrowth(nowMs: number, headroomBytes: number): number {
    if (this.lossEvent > 0) return 0;
    const used = this.otherUsedAt(nowMs);
    const wanted = used * (this.otherFactor - 1);
    this.otherUsed = used + Math.min(wanted, headroomBytes);
    this.otherSinceMs = nowMs;
    this.spaceChanged();
    return wanted;
  }

  /** Notes the fullest moment; to be called before anything shrinks. */
  notePeak(nowMs: number): void {
    const used = this.usedAt(nowMs);
    if (used <= this.peakUsed) return;
    this.peakUsed = used;
    this.peakAtMs = nowMs;
    this.peak = new Ledger(this, nowMs);
  }

  /** Bytes in use as they are reported: the sum of every owner's, each rounded up. */
  reportedUsedAt(nowMs: number): number {
    let used = Math.ceil(this.otherUsedAt(nowMs));
    for (const disk of this.disks) {
      used += Math.ceil(disk.baseBytesAt(nowMs));
      for (const delta of disk.chain) used += Math.ceil(heldBytes(delta, nowMs));
    }
    for (const file of this.files) used += Math.ceil(file.bytesAt(nowMs));
    return used;
  }

  /** Every byte in use by its owner, whole bytes, largest first; owners of nothing are left out. */
  ledgerAt(nowMs: number): LedgerEntry[] {
    return new Ledger(this, nowMs).entries();
  }

  /** The same at the fullest moment that was noted. */
  peakLedger(): LedgerEntry[] {
    return this.peak?.entries() ?? [];
  }

  /** Log events of the snapshots whose deltas grow here, for causes. */
  growingDeltaEvents(): number[] {
    const events: number[] = [];
    for (const disk of this.disks) for (const delta of disk.chain) if (delta.grows && delta.createdBy > 0) events.push(delta.createdBy);
    for (const file of this.files) events.push(file.createdBy);
    return events;
  }
}
