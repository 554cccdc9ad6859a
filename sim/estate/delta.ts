/**
 * One delta of a disk's chain. Only the top delta grows; the one below it is frozen when a snapshot is taken. A delta into which its child is being
 * merged holds U(V of both) from the start of that merge.
 */
import type { Disk } from './disk.ts';
import { type GrowthLaw, uniqueBytes, uniqueSlope } from './growth-law.ts';

export type DeltaKind = 'delta' | 'helper' | 'user' | 'orphan';

export class Delta {
  readonly disk: Disk;
  kind: DeltaKind;
  /** The run whose task opened it; null for one that was there at the start. */
  readonly run: string | null;
  readonly law: GrowthLaw;
  /** When it came into being; negative: before the start. */
  readonly createdMs: number;
  /** Id of the event by which it came into being. */
  readonly createdBy: number;
  /** False once it has been merged. */
  exists = true;
  /** The guest's writes no longer land here. */
  frozen = false;
  /** The child that is being merged into this one. */
  absorbing: Delta | null = null;
  /** What the guest used of the disk when this delta was frozen: a thin base that takes it in grows up to there. */
  usedWhenFrozen = 0;
  private writtenOffset: number;

  /** `written`: V at `nowMs` (0 for a new delta). */
  constructor(disk: Disk, kind: DeltaKind, run: string | null, law: GrowthLaw, written: number, nowMs: number, createdBy: number, createdMs = nowMs) {
    this.disk = disk;
    this.kind = kind;
    this.run = run;
    this.law = law;
    this.createdBy = createdBy;
    this.createdMs = createdMs;
    this.writtenOffset = disk.writtenAt(nowMs) - written;
  }

  /** V of this delta alone. */
  ownWrittenAt(nowMs: number): number {
    return this.frozen ? this.writtenOffset : this.disk.writtenAt(nowMs) - this.writtenOffset;
  }

  /** V of what this delta holds. */
  writtenAt(nowMs: number): number {
    const own = this.ownWrittenAt(nowMs);
    return this.absorbing === null ? own : own + this.absorbing.ownWrittenAt(nowMs);
  }

  get grows(): boolean {
    return !this.frozen || (this.absorbing !== null && !this.absorbing.frozen);
  }

  freeze(nowMs: number): void {
    if (this.frozen) return;
    this.writtenOffset = this.ownWrittenAt(nowMs);
    this.frozen = true;
    this.usedWhenFrozen = this.disk.usedAt(nowMs);
  }

  /** The child's merge has ended: its bytes are this delta's own, and if it was the top, so is this one now. */
  takeOver(child: Delta, nowMs: number): void {
    const written = this.ownWrittenAt(nowMs) + child.ownWrittenAt(nowMs);
    this.absorbing = null;
    this.frozen = child.frozen;
    this.usedWhenFrozen = child.usedWhenFrozen;
    this.writtenOffset = child.frozen ? written : this.disk.writtenAt(nowMs) - written;
  }
}

/** Bytes that a delta occupies at an instant. */
export function heldBytes(delta: Delta, nowMs: number): number {
  return boundedBytes(delta, delta.writtenAt(nowMs));
}

/** Bytes that it would occupy with so many bytes written: the law, at most the disk's size. */
export function boundedBytes(delta: Delta, written: number): number {
  const bytes = uniqueBytes(delta.law, written) * delta.disk.vm.deltaOverhead;
  return bytes < delta.disk.sizeBytes ? bytes : delta.disk.sizeBytes;
}

/** Bytes per millisecond by which it grows at an instant; an upper bound for later ones, as every law is concave. */
export function heldSlope(delta: Delta, nowMs: number): number {
  if (!delta.grows) return 0;
  const written = delta.writtenAt(nowMs);
  const unique = uniqueBytes(delta.law, written);
  const overhead = delta.disk.vm.deltaOverhead;
  if (unique * overhead >= delta.disk.sizeBytes) return 0;
  return uniqueSlope(delta.law, written, unique) * overhead * delta.disk.writePace();
}
