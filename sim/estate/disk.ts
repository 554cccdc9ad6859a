/**
 * A virtual disk: what the guest uses of it, what the datastore has allocated for it, and its chain of deltas. All quantities are functions of the
 * instant that change their course only at events; nothing here ticks.
 */
import type { DiskPlan, WritePlan } from '../plan.ts';
import type { Datastore } from './datastore.ts';
import { type Delta, heldBytes } from './delta.ts';
import { dailyFactor, type GrowthLaw, growthLaw, linearPerMs, MS_PER_DAY, writtenPerDay } from './growth-law.ts';
import type { GuestClock } from './guest-clock.ts';
import { LatencyHistogram } from './statistics.ts';
import type { Vm } from './vm.ts';

export class Disk {
  readonly index: number;
  readonly vm: Vm;
  readonly datastore: Datastore;
  readonly clock: GuestClock;
  readonly sizeBytes: number;
  readonly thin: boolean;
  readonly writes: WritePlan;
  /** Bytes per virtual millisecond, present: what is served, and what the guest would write. */
  writeRate: number;
  fullWriteRate: number;
  /** Fraction of its writes for which the guest does not wait. */
  writeShare = 1;
  readRate: number;
  law: GrowthLaw;
  /** Bottom first. */
  chain: readonly Delta[] = [];
  /** Snapshots taken of it by jobs so far that were open for any time. */
  snapshotsTaken = 0;
  /** It takes space: its VM has been created and not been deleted. */
  exists: boolean;
  /** The guest runs: it writes, reads and grows. */
  running: boolean;
  /** A mirrored merge is under way: the guest's writes go to two files. */
  mirroring = false;
  /** What the datastore holds for the base; for a thin disk without a delta it follows `usedAt`. */
  allocatedBytes: number;
  readonly startUsedBytes: number;
  readonly latency = new LatencyHistogram();
  /** Place in the datastore's table of fixed bytes. */
  readonly place: number;

  private heldMs = 0;
  private shareSinceMs = 0;
  private readonly meanReadRate: number | null;
  private readonly growthPerMs: number;
  private readonly growthFactor: number;
  private readonly writeFactor: number;
  private writeScale = 1;
  private usedBytes: number;
  private usedSinceMs = 0;
  private writtenBytes = 0;
  private writtenAtClock = 0;

  constructor(index: number, vm: Vm, datastore: Datastore, clock: GuestClock, plan: DiskPlan) {
    this.index = index;
    this.vm = vm;
    this.datastore = datastore;
    this.clock = clock;
    this.sizeBytes = plan.sizeBytes;
    this.thin = plan.provisioning === 'thin';
    this.writes = plan.writes;
    this.usedBytes = plan.usedBytes;
    this.startUsedBytes = plan.usedBytes;
    this.exists = vm.exists;
    this.running = vm.exists;
    this.allocatedBytes = vm.exists ? this.bytesWhenCreated : 0;
    this.writeRate = writtenPerDay(plan.writes) / MS_PER_DAY;
    this.fullWriteRate = this.writeRate;
    this.meanReadRate = plan.readBytesPerSecond === null ? null : plan.readBytesPerSecond / 1000;
    this.readRate = this.meanReadRate ?? this.writeRate;
    this.law = growthLaw(plan.writes, 1);
    this.growthPerMs = linearPerMs(plan.growth);
    this.growthFactor = dailyFactor(plan.growth);
    this.writeFactor = dailyFactor(plan.writes.growth);
    this.place = datastore.addDisk(this);
  }

  /** What a new disk takes. */
  get bytesWhenCreated(): number {
    return this.thin ? this.startUsedBytes : this.sizeBytes;
  }

  get growsInSteps(): boolean {
    return this.growthFactor !== 1 || this.writeFactor !== 1;
  }

  /** The guest's use of it grows. */
  get grows(): boolean {
    return this.growthFactor !== 1 || this.growthPerMs > 0;
  }

  get top(): Delta | undefined {
    return this.deltaAt(this.chain.length - 1);
  }

  /** What lies below a delta; undefined: the base. */
  below(delta: Delta): Delta | undefined {
    return this.deltaAt(this.chain.indexOf(delta) - 1);
  }

  /** Below 0 there is none; engines look for an element -1 as for a property with that name, which is slow. */
  private deltaAt(place: number): Delta | undefined {
    return place < 0 ? undefined : this.chain[place];
  }

  /** What the guest uses of the disk, growth included, wherever the bytes lie. */
  usedAt(nowMs: number): number {
    if (!this.running || this.growthPerMs === 0) return this.usedBytes;
    const used = this.usedBytes + this.growthPerMs * (nowMs - this.usedSinceMs);
    return used < this.sizeBytes ? used : this.sizeBytes;
  }

  /** Bytes that the base occupies: a thin disk's used bytes, but while a delta is open growth lands there. */
  baseBytesAt(nowMs: number): number {
    return this.baseGrows ? this.usedAt(nowMs) : this.allocatedBytes;
  }

  /** A thin base takes new blocks as the guest writes them: without a delta, or while the only delta is mirrored into it. */
  get baseFollows(): boolean {
    return this.thin && this.exists && (this.chain.length === 0 || (this.mirroring && this.chain.length === 1));
  }

  /** Whether the base's allocation moves by itself. */
  get baseGrows(): boolean {
    return this.growthPerMs > 0 && this.baseFollows;
  }

  /** Bytes per millisecond by which the base grows at an instant. */
  baseSlopeAt(nowMs: number): number {
    return this.baseGrows && this.running && this.usedAt(nowMs) < this.sizeBytes ? this.growthPerMs : 0;
  }

  /** All bytes that the guest has written to this disk since the start (before it: negative). */
  writtenAt(nowMs: number): number {
    if (!this.running) return this.writtenBytes;
    return this.writtenBytes + this.writeRate * (this.clock.at(nowMs) - this.writtenAtClock);
  }

  /** Bytes per millisecond that the guest writes at present. */
  writePace(): number {
    return this.running ? this.writeRate * this.clock.currentPace : 0;
  }

  create(nowMs: number): void {
    this.exists = true;
    this.allocatedBytes = this.bytesWhenCreated;
    this.restart(nowMs);
  }

  /** Its base and all deltas are gone at once. */
  delete(nowMs: number): void {
    this.stop(nowMs);
    for (const delta of this.chain) delta.exists = false;
    this.chain = [];
    this.mirroring = false;
    this.exists = false;
    this.allocatedBytes = 0;
  }

  stop(nowMs: number): void {
    this.rebase(nowMs);
    this.running = false;
  }

  restart(nowMs: number): void {
    this.running = true;
    this.usedSinceMs = nowMs;
    this.writtenAtClock = this.clock.at(nowMs);
  }

  /**
   * A local midnight: percentages take effect. A thin base takes at most `headroomBytes`; what the guest could not write it does not use. Returns the
   * bytes that it wanted of the datastore.
   */
  stepGrowth(nowMs: number, headroomBytes: number): number {
    this.rebase(nowMs);
    if (this.writeFactor !== 1) {
      this.writeScale *= this.writeFactor;
      this.law = growthLaw(this.writes, this.writeScale);
      this.fullWriteRate = this.law.writtenBytes / MS_PER_DAY;
      this.writeRate = this.fullWriteRate * this.writeShare;
      this.readRate = this.meanReadRate ?? this.fullWriteRate;
    }
    if (this.growthFactor === 1 || !this.running) return 0;
    const wanted = Math.min(this.usedBytes * this.growthFactor, this.sizeBytes) - this.usedBytes;
    const allocates = this.baseFollows;
    this.usedBytes += allocates ? Math.min(wanted, headroomBytes) : wanted;
    if (!allocates) return 0;
    this.allocatedBytes = this.usedBytes;
    return wanted;
  }

  /** Growth from now on lands in a delta. */
  freezeBase(nowMs: number): void {
    if (this.baseFollows) this.allocatedBytes = this.usedAt(nowMs);
  }

  /** The last delta on a thin base is gone: it follows the guest's use again. */
  releaseBase(nowMs: number): void {
    if (!this.thin || this.chain.length > 0) return;
    this.rebase(nowMs);
    this.allocatedBytes = this.usedBytes;
  }

  /** Milliseconds of writing that the guest has lost by waiting. */
  writeHeldUntil(nowMs: number): number {
    return this.heldMs + (1 - this.writeShare) * (nowMs - this.shareSinceMs);
  }

  /** From now on the guest gets this fraction of its writes done; what it does not write it does not write later. */
  serveWrites(nowMs: number, share: number): void {
    this.rebase(nowMs);
    this.heldMs = this.writeHeldUntil(nowMs);
    this.shareSinceMs = nowMs;
    this.writeShare = share;
    this.writeRate = this.fullWriteRate * share;
  }

  /** Guest demand changes its meaning from now on: settle what has accrued. */
  private rebase(nowMs: number): void {
    this.usedBytes = this.usedAt(nowMs);
    this.usedSinceMs = nowMs;
    this.writtenBytes = this.writtenAt(nowMs);
    this.writtenAtClock = this.clock.at(nowMs);
  }

  /** Whether a write now could need a new block (MODEL 6). */
  canGrowAt(nowMs: number): boolean {
    const top = this.top;
    if (top !== undefined && heldBytes(top, nowMs) < this.sizeBytes) return true;
    return this.thin && this.usedAt(nowMs) < this.sizeBytes;
  }
}
