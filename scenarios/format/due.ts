/** Whether a recurring schedule comes up at all. By the local clock: an hour more or less at the edge of the run decides nothing here. */
import type { SchedulePlan } from '../../sim/plan.ts';
import type { CronPlan } from './cron.ts';
import type { Clock } from './draft.ts';
import { MS_PER_DAY, MS_PER_HOUR } from './units.ts';

const MS_PER_MINUTE = MS_PER_HOUR / 60;

export function isDueWithin(schedule: Exclude<SchedulePlan, { kind: 'at' }>, clock: Clock): boolean {
  const end = clock.startEpochMs + clock.durationMs;
  const from = clock.startEpochMs + clock.zone.offsetAt(clock.startEpochMs);
  const until = end + clock.zone.offsetAt(end);
  for (let midnight = Math.floor(from / MS_PER_DAY) * MS_PER_DAY; midnight < until; midnight += MS_PER_DAY) {
    const first = schedule.kind === 'every' ? firstPeriodic(schedule, midnight, from) : firstCron(schedule, midnight, from);
    if (first !== null && first < until) return true;
  }
  return false;
}

/** The first local time of the day that is not before `from`. */
function firstPeriodic(schedule: { everyMs: number; offsetMs: number }, midnight: number, from: number): number | null {
  const steps = Math.max(0, Math.ceil((from - midnight - schedule.offsetMs) / schedule.everyMs));
  const time = schedule.offsetMs + steps * schedule.everyMs;
  return time < MS_PER_DAY ? midnight + time : null;
}

function firstCron(schedule: CronPlan, midnight: number, from: number): number | null {
  const date = new Date(midnight);
  const inMonth = schedule.daysOfMonth.includes(date.getUTCDate());
  const inWeek = schedule.daysOfWeek.includes(date.getUTCDay());
  // Vixie cron: with both day fields restricted either is enough.
  const onDay = schedule.dayOfMonthIsWildcard || schedule.dayOfWeekIsWildcard ? inMonth && inWeek : inMonth || inWeek;
  if (!onDay || !schedule.months.includes(date.getUTCMonth() + 1)) return null;
  for (const hour of schedule.hours) {
    for (const minute of schedule.minutes) {
      const time = midnight + hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
      if (time >= from) return time;
    }
  }
  return null;
}
