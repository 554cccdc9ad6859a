/**
 * When a job is due. Schedules are evaluated in local time, day by day; cron's rules for daylight saving (MODEL 4): a time in the gap runs at the first
 * instant after it, a time that exists twice runs at the first of the two, and a schedule with a wildcard hour follows real time through both.
 */
import { MS_PER_DAY } from '../estate/growth-law.ts';
import { dateOf, MS_PER_HOUR, MS_PER_MINUTE, type Zone } from '../estate/zone.ts';
import type { SchedulePlan } from '../plan.ts';

/** A cron expression such as `0 0 30 2 *` has no next instant; after so many days without one we stop looking (29 February comes every 8 years at worst). */
const SEARCH_DAYS = 366 * 9;

type CronPlan = Extract<SchedulePlan, { kind: 'cron' }>;

export class Schedule {
  private readonly plan: SchedulePlan;
  private readonly zone: Zone;
  private cachedDay = Number.NaN;
  private cachedTicks: number[] = [];

  constructor(plan: SchedulePlan, zone: Zone) {
    this.plan = plan;
    this.zone = zone;
  }

  /** The first instant due at or after `atMs` and at or before `endMs`; null if there is none. */
  nextFrom(atMs: number, endMs: number): number | null {
    const plan = this.plan;
    if (plan.kind === 'at') return firstAtOrAfter(plan.atMs, atMs, endMs);
    const lastDay = Math.min(this.zone.dayOf(endMs), this.zone.dayOf(atMs) + SEARCH_DAYS);
    for (let day = this.zone.dayOf(atMs); day <= lastDay; day++) {
      const found = firstAtOrAfter(this.ticksOf(day), atMs, endMs);
      if (found !== null) return found;
    }
    return null;
  }

  /** Up to `count` instants due before `beforeMs`, latest first, looking back at most `days` local days. */
  lastBefore(beforeMs: number, count: number, days: number): number[] {
    const found: number[] = [];
    const plan = this.plan;
    if (plan.kind === 'at') return found;
    const today = this.zone.dayOf(beforeMs);
    for (let day = today; day > today - days && found.length < count; day--) {
      const ticks = this.ticksOf(day);
      for (let i = ticks.length - 1; i >= 0 && found.length < count; i--) if ((ticks[i] as number) < beforeMs) found.push(ticks[i] as number);
    }
    return found;
  }

  private ticksOf(day: number): number[] {
    if (day === this.cachedDay) return this.cachedTicks;
    const plan = this.plan;
    if (plan.kind === 'every') this.cachedTicks = this.everyTicks(plan.everyMs, plan.offsetMs, day);
    else if (plan.kind === 'cron') this.cachedTicks = matchesDay(plan, day) ? this.cronTicks(plan, day) : [];
    this.cachedDay = day;
    return this.cachedTicks;
  }

  /** The grid restarts at each local midnight and counts elapsed time from there. */
  private everyTicks(everyMs: number, offsetMs: number, day: number): number[] {
    const ticks: number[] = [];
    const end = this.zone.midnightOf(day + 1);
    for (let at = this.zone.midnightOf(day) + offsetMs; at < end; at += everyMs) ticks.push(at);
    return ticks;
  }

  private cronTicks(plan: CronPlan, day: number): number[] {
    const ticks = new Set<number>();
    for (const hour of plan.hours) {
      for (const minute of plan.minutes) {
        const local = day * MS_PER_DAY + hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
        if (!plan.hourIsWildcard) ticks.add(this.zone.firstInstantOf(local));
        else for (const at of this.zone.instantsOf(local)) ticks.add(at);
      }
    }
    return [...ticks].sort((a, b) => a - b);
  }
}

function matchesDay(plan: CronPlan, day: number): boolean {
  const date = dateOf(day);
  if (!plan.months.includes(date.month)) return false;
  const dayOfMonth = plan.daysOfMonth.includes(date.day);
  const dayOfWeek = plan.daysOfWeek.includes(date.weekday);
  return plan.dayOfMonthIsWildcard || plan.dayOfWeekIsWildcard ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
}

function firstAtOrAfter(ticks: number[], atMs: number, endMs: number): number | null {
  for (const tick of ticks) if (tick >= atMs) return tick <= endMs ? tick : null;
  return null;
}
