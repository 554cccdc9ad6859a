/**
 * Which points a retention keeps (MODEL 7). Two definitions of the same words:
 *
 * `proxmox` (Proxmox Backup Server, "Prune Schedules"; pbs-datastore/src/prune.rs): the options last, hourly, daily, weekly, monthly, yearly in that order; for
 * each, newest first, the newest point of each period is kept until as many periods as the option says have been found. Periods in which an earlier option
 * keeps a point are skipped. Periods are those of local time, weeks begin on Monday (ISO 8601).
 *
 * `veeam` (Veeam user guide, "Short-Term Retention", "Long-Term Retention (GFS)"): the newest `last` points; besides, the first full of a week, month or
 * year bears a flag and is kept until it is so many weeks, months or years old.
 *
 * What a kept point depends on stays in any case (`point.ts`).
 */
import { MS_PER_DAY } from '../estate/growth-law.ts';
import { dateOf, MS_PER_HOUR, type Zone } from '../estate/zone.ts';
import type { RetentionPlan } from './plan.ts';
import { type FullFlags, heldMoment, type Periods, type RestorePoint } from './point.ts';

type Dated = Pick<RestorePoint, 'atMs' | 'streamedMs' | 'flags' | 'periods'>;

const WEEK_MS = 7 * MS_PER_DAY;
/** 1970-01-01 was a Thursday. */
const MONDAY_SHIFT_DAYS = 3;

/** In the order in which they count. */
const OPTIONS: readonly [keyof Periods, (periods: Periods) => number][] = [
  ['hourly', (periods) => periods.hourly],
  ['daily', (periods) => periods.daily],
  ['weekly', (periods) => periods.weekly],
  ['monthly', (periods) => periods.monthly],
  ['yearly', (periods) => periods.yearly],
];

function periodsAt(localMs: number): Periods {
  const day = dayOf(localMs);
  const { year, month } = dateOf(day);
  const weekly = Math.floor((day + MONDAY_SHIFT_DAYS) / 7);
  return { hourly: Math.floor(localMs / MS_PER_HOUR), daily: day, weekly, monthly: year * 12 + month, yearly: year };
}

function dayOf(localMs: number): number {
  return Math.floor(localMs / MS_PER_DAY);
}

function periodsOf(point: Dated, zone: Zone): Periods {
  point.periods ??= periodsAt(zone.localOf(heldMoment(point)));
  return point.periods;
}

/** For points in the order of their moments, whether each is kept. */
export function keptBy(retention: RetentionPlan, points: readonly Dated[], zone: Zone, nowMs: number): boolean[] {
  const { last } = retention;
  const kept: boolean[] = [];
  for (let place = 0; place < points.length; place++) kept.push(last !== null && place >= points.length - last);
  if (isPlain(retention)) return kept;
  if (retention.definition === 'proxmox') keepByPeriods(retention, points, zone, kept);
  else keepByAge(retention, points, zone, nowMs, kept);
  return kept;
}

/** Only the newest points count. */
export function isPlain({ hourly, daily, weekly, monthly, yearly }: RetentionPlan): boolean {
  return hourly === null && daily === null && weekly === null && monthly === null && yearly === null;
}

/** Whether a new full is the first of its week, month and year among the fulls that are there. */
export function flagsFor(point: Dated, fulls: readonly Dated[], zone: Zone): FullFlags {
  const own = periodsOf(point, zone);
  const isFirst = (option: 'weekly' | 'monthly' | 'yearly'): boolean => fulls.every((other) => periodsOf(other, zone)[option] !== own[option]);
  return { weekly: isFirst('weekly'), monthly: isFirst('monthly'), yearly: isFirst('yearly') };
}

function keepByPeriods(retention: RetentionPlan, points: readonly Dated[], zone: Zone, kept: boolean[]): void {
  // Points that are not the newest of a period found: a later option does not keep them either.
  const passed = new Set<number>();
  for (const [option, numberOf] of OPTIONS) {
    const count = retention[option];
    if (count !== null) keepPerPeriod(count, (place) => numberOf(periodsOf(points[place] as Dated, zone)), kept, passed);
  }
}

function keepPerPeriod(count: number, periodOf: (place: number) => number, kept: boolean[], passed: Set<number>): void {
  const covered = new Set<number>();
  for (let place = 0; place < kept.length; place++) if (kept[place] === true) covered.add(periodOf(place));
  const found = new Set<number>();
  for (let place = kept.length - 1; place >= 0; place--) {
    if (kept[place] === true || passed.has(place)) continue;
    const period = periodOf(place);
    if (covered.has(period)) continue;
    if (found.has(period)) passed.add(place);
    else {
      if (found.size >= count) return;
      found.add(period);
      kept[place] = true;
    }
  }
}

function keepByAge(retention: RetentionPlan, points: readonly Dated[], zone: Zone, nowMs: number, kept: boolean[]): void {
  const isBefore = (localMs: number): boolean => comesBefore(nowMs, localMs, zone);
  points.forEach((point, place) => {
    if (kept[place] === true) return;
    const { flags } = point;
    const local = zone.localOf(heldMoment(point));
    kept[place] =
      (flags.weekly && retention.weekly !== null && isBefore(local + retention.weekly * WEEK_MS)) ||
      (flags.monthly && retention.monthly !== null && isBefore(monthsLater(local, retention.monthly))) ||
      (flags.yearly && retention.yearly !== null && isBefore(monthsLater(local, 12 * retention.yearly)));
  });
}

/** Whether an instant comes before the wall clock first shows a time: what is over stays over, also where the clock shows the time once more. */
function comesBefore(atMs: number, localMs: number, zone: Zone): boolean {
  const ahead = localMs - zone.localOf(atMs);
  // No zone has changed its clocks by more than a day.
  return Math.abs(ahead) > 2 * MS_PER_DAY ? ahead > 0 : atMs < zone.firstInstantOf(localMs);
}

/** The same day and time so many months later; the last day of a month that is too short. */
function monthsLater(localMs: number, months: number): number {
  const day = dayOf(localMs);
  const { year, month, day: dayOfMonth } = dateOf(day);
  const firstOfMonth = day - dayOfMonth + 1;
  let first = firstOfMonth;
  let next = firstOfMonth;
  for (let i = 0; i <= months; i++) {
    first = next;
    next += daysIn(year + Math.floor((month - 1 + i) / 12), ((month - 1 + i) % 12) + 1);
  }
  const target = Math.min(first + dayOfMonth - 1, next - 1);
  return target * MS_PER_DAY + (localMs - day * MS_PER_DAY);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
