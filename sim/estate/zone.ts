/** Local time from the plan's table of offsets: no time-zone library, no platform. Instants are milliseconds since the scenario's start. */
import type { ZoneTable } from '../plan.ts';
import { MS_PER_DAY } from './growth-law.ts';

export const MS_PER_HOUR = 3_600_000;
export const MS_PER_MINUTE = 60_000;
export const MS_PER_SECOND = 1000;

/** A local date, by its day number since 1970-01-01. */
export interface LocalDate {
  year: number;
  /** 1-12. */
  month: number;
  day: number;
  /** 0 = Sunday. */
  weekday: number;
}

export class Zone {
  private readonly table: ZoneTable;

  constructor(table: ZoneTable) {
    this.table = table;
  }

  /** Local minus UTC at an instant. */
  offsetAt(atMs: number): number {
    const offsets = this.table.offsets;
    let low = 0;
    let high = offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((offsets[middle] as { fromMs: number }).fromMs <= atMs) low = middle;
      else high = middle - 1;
    }
    return (offsets[low] as { offsetMs: number }).offsetMs;
  }

  /** Milliseconds of local wall time since 1970-01-01T00:00 local. */
  localOf(atMs: number): number {
    return this.table.startEpochMs + atMs + this.offsetAt(atMs);
  }

  /** The local day that contains an instant, as a day number since 1970-01-01. */
  dayOf(atMs: number): number {
    return Math.floor(this.localOf(atMs) / MS_PER_DAY);
  }

  /** The instants at which the local wall clock shows a time: none in a gap, two in an overlap, otherwise one; ascending. */
  instantsOf(localMs: number): number[] {
    const guess = localMs - this.table.startEpochMs;
    const found: number[] = [];
    for (const offset of new Set([this.offsetAt(guess - MS_PER_DAY), this.offsetAt(guess), this.offsetAt(guess + MS_PER_DAY)])) {
      const at = guess - offset;
      if (this.offsetAt(at) === offset) found.push(at);
    }
    return found.sort((a, b) => a - b);
  }

  /** The first instant at which the wall clock shows a time, or where it jumps over that time the first instant after the gap. */
  firstInstantOf(localMs: number): number {
    const [first] = this.instantsOf(localMs);
    if (first !== undefined) return first;
    const guess = localMs - this.table.startEpochMs;
    const before = this.offsetAt(guess - MS_PER_DAY);
    const gap = this.table.offsets.find(
      (entry) => entry.fromMs > guess - before - MS_PER_DAY && entry.offsetMs > before && entry.fromMs <= guess - before,
    );
    if (gap === undefined) throw new Error(`no instant for local time ${localMs}`);
    return gap.fromMs;
  }

  /** The first instant of a local day. */
  midnightOf(day: number): number {
    return this.firstInstantOf(day * MS_PER_DAY);
  }
}

/** Gregorian calendar of a day number since 1970-01-01 (Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
export function dateOf(dayNumber: number): LocalDate {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    weekday: (((dayNumber + 4) % 7) + 7) % 7,
  };
}
