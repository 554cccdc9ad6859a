/**
 * What a schedule does on one local day. Most days are plain; on the days on which clocks change, the dialect decides (MODEL 4):
 * a local time that does not exist runs at the first instant after the gap (cron) or not at all (calendar events); one that exists twice runs at the
 * first of the two. Cron with a wildcard hour follows real time: it runs in both, and makes nothing up. `every` counts elapsed time from local midnight.
 */
import { MS_PER_DAY } from '../estate/growth-law.ts';
import type { Zone } from '../estate/zone.ts';
import { isOnDay, timesOfDay } from './local-times.ts';
import type { CalendarSchedule, CronSchedule, EverySchedule } from './plan.ts';

/** How a change of the clocks has changed a firing; `once` and `twice` are about local times that exist twice. */
export type ClockChange = 'moved' | 'dropped' | 'once' | 'twice';

export interface Firing {
  /** Since the scenario's start; null when the firing is dropped. */
  atMs: number | null;
  /** Wall time since 1970-01-01T00:00 local, of the firing or of the one that is dropped. */
  localMs: number;
  change: ClockChange | null;
  /** The local times that do not exist and for which this firing stands; ascending. */
  insteadOfLocalMs: number[];
}

export type RecurringSchedule = CronSchedule | CalendarSchedule | EverySchedule;

const HOURS_OF_DAY = 24;

/** Every firing of a local day in its order; several local times that fall on one instant are one firing. */
export function firingsOfDay(plan: RecurringSchedule, zone: Zone, day: number): Firing[] {
  if (plan.kind === 'every') return periodicFirings(plan, zone, day);
  if (!isOnDay(plan, day)) return [];
  const byInstant = new Map<number, Firing>();
  const dropped: Firing[] = [];
  for (const time of timesOfDay(plan)) {
    const localMs = day * MS_PER_DAY + time;
    const instants = zone.instantsOf(localMs);
    if (instants.length > 0) addExisting(byInstant, plan, localMs, instants);
    else if (plan.kind === 'cron' && !plan.hourIsWildcard) addMoved(byInstant, zone, localMs);
    // What is due in every hour loses nothing with an hour that does not exist.
    else if (plan.hours.length < HOURS_OF_DAY) dropped.push({ atMs: null, localMs, change: 'dropped', insteadOfLocalMs: [] });
  }
  return [...dropped, ...byInstant.values()].sort((a, b) => placeOf(a, zone) - placeOf(b, zone) || a.localMs - b.localMs);
}

/** The instant of a firing, or at which a dropped one would have been moved to. */
export function placeOf({ atMs, localMs }: Firing, zone: Zone): number {
  return atMs ?? zone.firstInstantOf(localMs);
}

function addExisting(byInstant: Map<number, Firing>, plan: CronSchedule | CalendarSchedule, localMs: number, instants: number[]): void {
  const inBoth = plan.kind === 'cron' && plan.hourIsWildcard;
  const change = instants.length === 1 ? null : inBoth ? 'twice' : 'once';
  for (const atMs of inBoth ? instants : instants.slice(0, 1)) {
    const moved = byInstant.get(atMs);
    byInstant.set(atMs, { atMs, localMs, change: moved?.change ?? change, insteadOfLocalMs: moved?.insteadOfLocalMs ?? [] });
  }
}

function addMoved(byInstant: Map<number, Firing>, zone: Zone, localMs: number): void {
  const atMs = zone.firstInstantOf(localMs);
  const firing = byInstant.get(atMs) ?? { atMs, localMs: zone.localOf(atMs), change: 'moved', insteadOfLocalMs: [] };
  firing.insteadOfLocalMs.push(localMs);
  byInstant.set(atMs, firing);
}

/** The grid restarts at each local midnight. Where the wall clock then shows a time that is not on the usual grid, the firing has moved. */
function periodicFirings({ everyMs, offsetMs }: EverySchedule, zone: Zone, day: number): Firing[] {
  const firings: Firing[] = [];
  const midnight = zone.midnightOf(day);
  const end = zone.midnightOf(day + 1);
  for (let atMs = midnight + offsetMs; atMs < end; atMs += everyMs) {
    const localMs = zone.localOf(atMs);
    const isOnGrid = (localMs - day * MS_PER_DAY - offsetMs) % everyMs === 0;
    const usualMs = atMs - midnight < MS_PER_DAY ? [day * MS_PER_DAY + atMs - midnight] : [];
    firings.push({ atMs, localMs, change: isOnGrid ? null : 'moved', insteadOfLocalMs: isOnGrid ? [] : usualMs });
  }
  return firings;
}
