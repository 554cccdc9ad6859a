import type { Conventions } from './conventions.ts';
import { type NumberShape, readDateShape, readNumberShape } from './shapes.ts';
import type { Cell, Sheet } from './workbook.ts';

/** The meaning of one cell; `problem` where it has none. */
export type Parsed<T> = { value: T } | { problem: string };

/** A sum of bytes up to this many MiB is still a whole number in every computation. */
const largestMebibytes = 2 ** 33;
const dayMs = 86_400_000;
/** Unset dates show as the epoch of some clock, the latest of which lies in the nineties. */
const firstRealYear = 1999;

/**
 * MiB. Numbers as they are, or text with separators, which the conventions of the file explain. A whole number may carry a fraction of zeros; other
 * sizes are rounded up, so that no space is lost.
 */
export function parseMebibytes(cell: Cell, holds: 'whole' | 'size', conventions: Conventions): Parsed<number> {
  const problem = (text: string) => ({ problem: `${JSON.stringify(cell)} ${text}` });
  const wanted = holds === 'whole' ? 'a whole number' : 'a number';
  let value: number;
  if (typeof cell === 'number') value = cell;
  else if (typeof cell === 'string') {
    const shape = readNumberShape(cell.trim());
    if (shape === undefined) return problem(`is not ${wanted}`);
    const isFraction = shape.couldBeFraction && holds === 'size' ? readsAsFraction(shape, conventions) : false;
    if (isFraction === undefined) {
      return problem('may have a thousands separator or a decimal one; nothing in the file tells. Write the number without separators');
    }
    value = isFraction ? Number(shape.whole) / 1000 : Number(`${shape.whole}.${shape.fraction}0`);
  } else return problem(`is not ${wanted}`);
  if (holds === 'whole' && !Number.isInteger(value)) return problem('is not a whole number');
  if (value < 0) return problem('is negative');
  if (value > largestMebibytes) return problem('is more than 8 PiB');
  return { value: Math.ceil(value) };
}

/** Whether the one separator before three digits marks decimals; undefined where the file does not tell. */
function readsAsFraction({ group }: NumberShape, { thousands, decimal }: Conventions): boolean | undefined {
  if (decimal !== undefined) return decimal === group;
  if (thousands !== undefined) return thousands !== group;
  return undefined;
}

/** As spreadsheets write them in the languages in which they write anything else than TRUE and FALSE. */
const flagWords = new Map([
  ...['True', 'TRUE', 'true', '1', 'yes', 'wahr', 'vrai', 'verdadero', 'vero', 'waar', 'verdadeiro'].map((word) => [word, true] as const),
  ...['False', 'FALSE', 'false', '0', 'no', 'falsch', 'faux', 'falso', 'onwaar'].map((word) => [word, false] as const),
]);

export function parseFlag(cell: Cell): Parsed<boolean> {
  const text = String(cell);
  const value = flagWords.get(text) ?? flagWords.get(text.trim().toLowerCase());
  return value === undefined ? { problem: `${JSON.stringify(cell)} is neither True nor False` } : { value };
}

/**
 * A wall-clock time as milliseconds since 1970-01-01T00:00 of the same, unnamed clock; undefined where the date is an unset one. Numbers are
 * serial days; text is year first (`2026-03-18 16:05:15`, `2026/03/18`), or in the order of the file's region. A zone behind it is left out of account.
 */
export function parseTime(cell: Cell, serialEpoch: Sheet['serialEpoch'], conventions: Conventions): Parsed<number | undefined> {
  if (typeof cell === 'number') {
    // Day 0 of the 1900 system is 1899-12-30 for every date after February 1900.
    const zeroMs = serialEpoch === 1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
    const timeMs = zeroMs + Math.round(cell * 86_400) * 1000;
    if (!(Math.abs(cell) < 2_958_466)) return { problem: `${cell} is not a date` };
    return { value: onlyReal(timeMs) };
  }
  const text = String(cell).trim();
  const parts = readYearFirst(text) ?? readRegional(text, conventions);
  if (parts === undefined) return { problem: `${JSON.stringify(cell)} is not a date (year-month-day hours:minutes:seconds)` };
  if (parts === 'ambiguous') return { problem: `${JSON.stringify(cell)} may start with the day or the month; nothing in the file tells` };
  const { year, month, day, hours, minutes, seconds } = parts;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hours > 23 || minutes > 59 || seconds > 59) {
    return { problem: `${JSON.stringify(cell)} is not a possible date` };
  }
  return { value: onlyReal(date.getTime() + ((hours * 60 + minutes) * 60 + seconds) * 1000) };
}

type Time = Record<'year' | 'month' | 'day' | 'hours' | 'minutes' | 'seconds', number>;

function readYearFirst(text: string): Time | undefined {
  const match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((digits) => Number(digits ?? 0));
  return { year, month, day, hours, minutes, seconds };
}

function readRegional(text: string, conventions: Conventions): Time | 'ambiguous' | undefined {
  const shape = readDateShape(text);
  if (shape === undefined) return undefined;
  const dayFirst = shape.dayFirst ?? conventions.dayFirst;
  if (dayFirst === undefined) return 'ambiguous';
  return { ...shape, day: dayFirst ? shape.first : shape.second, month: dayFirst ? shape.second : shape.first };
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
