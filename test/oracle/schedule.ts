import { type CalendarEvent, calendarTicks } from './calendar.ts';
import { DAY_MS } from './units.ts';
import type { Zone } from './zone.ts';

const MINUTE_MS = 60_000;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export type Schedule =
  | { kind: 'cron'; fields: string[] }
  | { kind: 'calendar'; event: CalendarEvent }
  | { kind: 'every'; everyMs: number; offsetMs: number }
  | { kind: 'at'; instants: number[] }
  | { kind: 'after'; job: string; onSuccess: boolean };

/** Looked for already, for each schedule: what is asked about it is mostly about the same days. */
const known = new WeakMap<Schedule, { fromMs: number; toMs: number; ticks: number[] }>();

const MARGIN_MS = 7 * DAY_MS;

/** Due instants in [fromMs, toMs), UTC. */
export function ticksBetween(schedule: Schedule, zone: Zone, fromMs: number, toMs: number): number[] {
  let span = known.get(schedule);
  if (span === undefined || fromMs < span.fromMs || toMs > span.toMs) {
    const wider = { fromMs: Math.min(fromMs, span?.fromMs ?? fromMs) - MARGIN_MS, toMs: Math.max(toMs, span?.toMs ?? toMs) + MARGIN_MS };
    span = { ...wider, ticks: searchTicks(schedule, zone, wider.fromMs, wider.toMs) };
    known.set(schedule, span);
  }
  return span.ticks.filter((utcMs) => utcMs >= fromMs && utcMs < toMs);
}

function searchTicks(schedule: Schedule, zone: Zone, fromMs: number, toMs: number): number[] {
  if (schedule.kind === 'at') return [...new Set(schedule.instants)].filter((utcMs) => utcMs >= fromMs && utcMs < toMs).sort((a, b) => a - b);
  if (schedule.kind === 'every') return everyTicks(schedule.everyMs, schedule.offsetMs, zone, fromMs, toMs);
  if (schedule.kind === 'after') return [];
  if (schedule.kind === 'calendar') return calendarTicks(schedule.event, zone, fromMs, toMs);
  return cronTicks(schedule.fields, zone, fromMs, toMs);
}

/** The newest `count` due instants before `beforeMs`, oldest first; those a schedule lacks lie one day before the next. */
export function ticksBefore(schedule: Schedule, zone: Zone, beforeMs: number, count: number): number[] {
  let ticks: number[] = [];
  for (let days = 8; days <= 800 && ticks.length < count; days *= 10) ticks = ticksBetween(schedule, zone, beforeMs - days * DAY_MS, beforeMs);
  ticks = ticks.slice(-count);
  // READING: a schedule with too few earlier ticks is continued backwards in steps of one day, as MODEL.md does for none at all.
  while (ticks.length < count) ticks.unshift((ticks[0] ?? beforeMs) - DAY_MS);
  return ticks;
}

function everyTicks(everyMs: number, offsetMs: number, zone: Zone, fromMs: number, toMs: number): number[] {
  const midnights = zone.midnights(fromMs - 2 * DAY_MS, toMs + 2 * DAY_MS);
  const ticks: number[] = [];
  midnights.forEach((midnight, index) => {
    const next = midnights[index + 1] ?? midnight;
    // READING: periods are elapsed time from the local midnight on, also on days of 23 or 25 hours.
    for (let tick = midnight + offsetMs; tick < next; tick += everyMs) if (tick >= fromMs && tick < toMs) ticks.push(tick);
  });
  return ticks;
}

function cronTicks(fields: string[], zone: Zone, fromMs: number, toMs: number): number[] {
  const [minutes = '*', hours = '*', days = '*', months = '*', weekdays = '*'] = fields;
  const minuteSet = cronField(minutes, 0, 59, []);
  const hourSet = cronField(hours, 0, 23, []);
  const daySet = cronField(days, 1, 31, []);
  const monthSet = cronField(months, 1, 12, MONTHS);
  const weekdaySet = cronField(weekdays, 0, 7, WEEKDAYS);
  if (weekdaySet.has(7)) weekdaySet.add(0);
  const matches = (local: Date): boolean => {
    if (!minuteSet.has(local.getUTCMinutes()) || !hourSet.has(local.getUTCHours()) || !monthSet.has(local.getUTCMonth() + 1)) return false;
    const day = daySet.has(local.getUTCDate());
    const weekday = weekdaySet.has(local.getUTCDay());
    return days.startsWith('*') || weekdays.startsWith('*') ? day && weekday : day || weekday;
  };
  const everyHour = hours.startsWith('*');
  const ticks: number[] = [];
  for (let utcMs = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS; utcMs < toMs; utcMs += MINUTE_MS) {
    const jumpMs = zone.offsetMs(utcMs) - zone.offsetMs(utcMs - MINUTE_MS);
    let due = matches(zone.local(utcMs)) && (everyHour || !zone.isRepeat(utcMs));
    // READING: with a wildcard hour the lost times of a gap are not made up for, the next regular one follows at once.
    if (!everyHour) {
      for (let lostMs = MINUTE_MS; lostMs <= jumpMs; lostMs += MINUTE_MS) due ||= matches(new Date(zone.local(utcMs).getTime() - lostMs));
    }
    if (due) ticks.push(utcMs);
  }
  return ticks;
}

function cronField(text: string, lowest: number, highest: number, names: string[]): Set<number> {
  const number = (part: string): number => {
    const index = names.indexOf(part.toLowerCase().slice(0, 3));
    const value = index >= 0 ? index + lowest : Number(part);
    if (!Number.isInteger(value) || value < lowest || value > highest) throw new Error(`'${text}' is not a cron field`);
    return value;
  };
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const [range = '', step] = item.split('/');
    const [first = '', last] = range.split('-');
    const from = range === '*' ? lowest : number(first);
    const single = step === undefined ? from : highest;
    const to = range === '*' ? highest : last === undefined ? single : number(last);
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}
