/**
 * How many unique bytes U a guest's V written bytes leave in a delta (MODEL 2). All laws are concave: rewriting a block that is already in the delta
 * costs nothing. Exponent 0.72 and C / V24 = 0.18 are medians fitted from the traces of 106 production disks (CloudPhysics, 2012-2015).
 */
import { expm1, log1p, pow } from '../kernel/math.ts';
import type { Growth, WriteLaw, WritePlan } from '../plan.ts';

export const MS_PER_DAY = 86_400_000;

/** C / V24 where only `changed` is known: the median disk leaves 0.18 unique bytes per byte written in a day. */
const UNIQUE_PER_WRITTEN_DAY = 0.18;

/** A law with its figures, fixed at one moment; a growing workload makes a new one. */
export interface GrowthLaw {
  law: WriteLaw;
  /** C: unique bytes in 24 h of mean writing. */
  changedBytes: number;
  /** V24: bytes written in 24 h of mean writing. */
  writtenBytes: number;
  /** H; 0 where the law has none. */
  workingSetBytes: number;
  exponent: number;
  /** Up to here the power law would give more than was written: every byte is unique. */
  allUniqueBytes: number;
}

/** The law of a disk whose workload has grown by `scale`. */
export function growthLaw(writes: WritePlan, scale: number): GrowthLaw {
  const changedBytes = writes.changedBytesPerDay * scale;
  const writtenBytes = writtenPerDay(writes) * scale;
  const workingSetBytes = writes.workingSetBytes ?? 0;
  const exponent = writes.exponent;
  let allUniqueBytes = 0;
  if (writes.law === 'power' && changedBytes > 0) {
    // V = C (V / V24)^b has the root V24 (C / V24)^(1 / (1 - b)).
    allUniqueBytes = exponent === 1 ? 0 : writtenBytes * pow(changedBytes / writtenBytes, 1 / (1 - exponent));
  }
  return { law: writes.law, changedBytes, writtenBytes, workingSetBytes, exponent, allUniqueBytes };
}

/** V24 before any growth: bytes that the guest writes to the disk in 24 h. */
export function writtenPerDay(writes: WritePlan): number {
  if (writes.rateBytesPerSecond !== null) return writes.rateBytesPerSecond * 86_400;
  const changed = writes.changedBytesPerDay;
  if (writes.law === 'append') return changed;
  if (writes.law === 'power') return changed / UNIQUE_PER_WRITTEN_DAY;
  const set = writes.workingSetBytes ?? 0;
  return changed === 0 ? 0 : -set * log1p(-changed / set);
}

/** U(V). */
export function uniqueBytes(law: GrowthLaw, written: number): number {
  if (written <= 0) return 0;
  if (law.law === 'append') return written;
  if (law.law === 'working-set') return -law.workingSetBytes * expm1(-written / law.workingSetBytes);
  if (law.changedBytes === 0) return 0;
  if (written <= law.allUniqueBytes) return written;
  return law.changedBytes * pow(written / law.writtenBytes, law.exponent);
}

/** dU/dV from the right, given U(V): the steepest that U can be from V on. */
export function uniqueSlope(law: GrowthLaw, written: number, unique: number): number {
  if (law.law === 'append') return 1;
  if (law.law === 'working-set') return 1 - unique / law.workingSetBytes;
  if (law.changedBytes === 0) return 0;
  // Where next to nothing has been written the quotient below has no digits; no law gives more than one unique byte per byte.
  if (written < law.allUniqueBytes || written < 1e-6) return 1;
  return (law.exponent * unique) / written;
}

/** V at which U(V) = unique; Infinity if U never gets there. */
export function writtenFor(law: GrowthLaw, unique: number): number {
  if (unique <= 0) return 0;
  if (law.law === 'append') return unique;
  if (law.law === 'working-set') return unique < law.workingSetBytes ? -law.workingSetBytes * log1p(-unique / law.workingSetBytes) : Infinity;
  if (law.changedBytes === 0) return Infinity;
  if (unique <= law.allUniqueBytes) return unique;
  return law.writtenBytes * pow(unique / law.changedBytes, 1 / law.exponent);
}

/** Bytes per millisecond of growth that accrues evenly. */
export function linearPerMs(growth: Growth): number {
  return growth.kind === 'linear' ? growth.bytesPerDay / MS_PER_DAY : 0;
}

/** Factor of growth that compounds, per local midnight. */
export function dailyFactor(growth: Growth): number {
  return growth.kind === 'compound' ? pow(1 + growth.fraction, 1 / growth.perDays) : 1;
}
