/**
 * Instants and durations in words. Local time comes from the plan's own offset table, so a report reads the same on every machine and in every
 * process time zone. All instants are milliseconds since the scenario's start.
 */
import type { ZoneTable } from '../sim/plan.ts';

const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A local calendar date and time of day; `month` 1-12, `weekday` 0-6 from Sunday. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

function offsetIndexAt(zone: ZoneTable, atMs: number): number {
  let low = 0;
  let high = zone.offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((zone.offsets[middle]?.fromMs ?? 0) <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Local minus UTC in milliseconds; 0 where the table is empty. */
function offsetAt(zone: ZoneTable, atMs: number): number {
  return zone.offsets[offsetIndexAt(zone, atMs)]?.offsetMs ?? 0;
}

/** Whether the local time at `atMs` occurs twice because clocks were, or are about to be, set back. */
function isRepeated(zone: ZoneTable, atMs: number): boolean {
  const index = offsetIndexAt(zone, atMs);
  const here = zone.offsets[index];
  const before = zone.offsets[index - 1];
  const after = zone.offsets[index + 1];
  if (here && before && index > 0 && atMs - here.fromMs < before.offsetMs - here.offsetMs) return true;
  return here !== undefined && after !== undefined && after.fromMs - atMs <= here.offsetMs - after.offsetMs;
}

/** Days since 1970-01-01 to a date of the proleptic Gregorian calendar (an era is 400 years, a year begins in March). */
function dateOfDay(dayNumber: number): { year: number; month: number; day: number } {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function localTime(zone: ZoneTable, atMs: number): LocalTime {
  const localMs = zone.startEpochMs + atMs + offsetAt(zone, atMs);
  const dayNumber = Math.floor(localMs / DAY_MS);
  const inDayMs = localMs - dayNumber * DAY_MS;
  return {
    ...dateOfDay(dayNumber),
    weekday: (((dayNumber + 4) % 7) + 7) % 7,
    hour: Math.floor(inDayMs / HOUR_MS),
    minute: Math.floor(inDayMs / MINUTE_MS) % 60,
    second: Math.floor(inDayMs / 1000) % 60,
  };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `2 Mar`. */
export function formatDate(zone: ZoneTable, atMs: number): string {
  const at = localTime(zone, atMs);
  return `${at.day} ${MONTHS[at.month - 1]}`;
}

/** `Mar 2026`. */
export function formatMonth(zone: ZoneTable, atMs: number): string {
  const at = localTime(zone, atMs);
  return `${MONTHS[at.month - 1]} ${at.year}`;
}

/** `22:00`; with the offset where the local time occurs twice. */
export function formatClock(zone: ZoneTable, atMs: number): string {
  const at = localTime(zone, atMs);
  const clock = `${two(at.hour)}:${two(at.minute)}`;
  return isRepeated(zone, atMs) ? `${clock} ${offsetText(offsetAt(zone, atMs))}` : clock;
}

/** `Mon`. */
export function formatWeekday(zone: ZoneTable, atMs: number): string {
  return WEEKDAYS[localTime(zone, atMs).weekday] as string;
}

/** `Mon 2 Mar 22:00`, for places where the year is clear. */
export function formatShort(zone: ZoneTable, atMs: number): string {
  return `${formatWeekday(zone, atMs)} ${formatDate(zone, atMs)} ${formatClock(zone, atMs)}`;
}

/** `Mon 2 Mar 2026 22:00`. */
export function formatInstant(zone: ZoneTable, atMs: number): string {
  const at = localTime(zone, atMs);
  return `${WEEKDAYS[at.weekday]} ${formatDate(zone, atMs)} ${at.year} ${formatClock(zone, atMs)}`;
}

/** `2026-03-02T22:00:00+01:00`, for spreadsheets and programs. */
export function formatIso(zone: ZoneTable, atMs: number): string {
  const at = localTime(zone, atMs);
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}${offsetText(offsetAt(zone, atMs))}`;
}

/** Two units at most: `40 s`, `5 min`, `3 h 12 min`, `4 d 6 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${Math.round(ms / 1000)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The first instant at or after `fromMs` at which a local calendar day begins. A day whose midnight the clocks skip begins at the skip. */
export function nextLocalMidnight(zone: ZoneTable, fromMs: number): number {
  const local = zone.startEpochMs + fromMs + offsetAt(zone, fromMs);
  const midnightLocal = Math.ceil(local / DAY_MS) * DAY_MS;
  const guess = fromMs + (midnightLocal - local);
  const moved = offsetAt(zone, guess) - offsetAt(zone, fromMs);
  const exact = guess - moved;
  return exact >= fromMs && offsetAt(zone, exact) === offsetAt(zone, guess) ? exact : guess;
}
