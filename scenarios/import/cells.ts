import type { Cell, Workbook } from './workbook.ts';

/** The meaning of one cell; `problem` where it has none. */
export type Parsed<T> = { value: T } | { problem: string };

/** A sum of bytes up to this many MiB is still a whole number in every computation. */
const largestMebibytes = 2 ** 33;
const dayMs = 86_400_000;
/** Unset dates show as the epoch of some clock, the latest of which lies in the nineties. */
const firstRealYear = 1999;

/**
 * Sizes are whole numbers, as real numbers or as text with any one thousands separator. Groups of exactly three digits make `16.384` safe to read
 * as 16384: these columns never hold fractions.
 */
export function parseMebibytes(cell: Cell): Parsed<number> {
  const shown = JSON.stringify(cell);
  let value: number;
  if (typeof cell === 'number') value = cell;
  else if (typeof cell === 'string' && /^\d{1,3}(?:([,.'’ \u00a0\u202f])\d{3})(?:\1\d{3})*$|^\d+$/.test(cell.trim()))
    value = Number(cell.replace(/\D/g, ''));
  else return { problem: `${shown} is not a whole number` };
  if (!Number.isInteger(value)) return { problem: `${shown} is not a whole number` };
  if (value < 0) return { problem: `${shown} is negative` };
  if (value > largestMebibytes) return { problem: `${shown} is more than 8 PiB` };
  return { value };
}

export function parseFlag(cell: Cell): Parsed<boolean> {
  const text = String(cell).trim().toLowerCase();
  if (text === 'true' || text === '1') return { value: true };
  if (text === 'false' || text === '0') return { value: false };
  return { problem: `${JSON.stringify(cell)} is neither True nor False` };
}

/**
 * A wall-clock time as milliseconds since 1970-01-01T00:00 of the same, unnamed clock; undefined where the date is an unset one. Numbers are
 * serial days; text is year first (`2026-03-18 16:05:15`, `2026/03/18`), and a zone behind it is left out of account.
 */
export function parseTime(cell: Cell, serialEpoch: Workbook['serialEpoch']): Parsed<number | undefined> {
  if (typeof cell === 'number') {
    // Day 0 of the 1900 system is 1899-12-30 for every date after February 1900.
    const zeroMs = serialEpoch === 1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
    const timeMs = zeroMs + Math.round(cell * 86_400) * 1000;
    if (!(Math.abs(cell) < 2_958_466)) return { problem: `${cell} is not a date` };
    return { value: onlyReal(timeMs) };
  }
  const match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?$/.exec(
    String(cell).trim(),
  );
  if (match === null) return { problem: `${JSON.stringify(cell)} is not a date (year-month-day hours:minutes:seconds)` };
  const [year, month, day, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hours > 23 || minutes > 59 || seconds > 59) {
    return { problem: `${JSON.stringify(cell)} is not a possible date` };
  }
  return { value: onlyReal(date.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000) };
}

function onlyReal(timeMs: number): number | undefined {
  return timeMs < Date.UTC(firstRealYear, 0, 1) ? undefined : timeMs;
}

/** 18:00 on the day after. */
export function eveningAfter(timeMs: number): number {
  return (Math.floor(timeMs / dayMs) + 1) * dayMs + 18 * 3_600_000;
}

/** `2026-03-18T16:05`, with seconds only where there are any. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, timeMs % 60_000 === 0 ? 16 : 19);
}
