/** Which local times a cron expression or a calendar event names: days by their date, times of a day in milliseconds after midnight. */
import { dateOf, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from '../estate/zone.ts';
import type { CalendarSchedule, CronSchedule } from './plan.ts';

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Ascending; local wall time since midnight. */
export function timesOfDay(plan: CronSchedule | CalendarSchedule): number[] {
  const seconds = plan.kind === 'calendar' ? plan.seconds : [0];
  return plan.hours.flatMap((hour) =>
    plan.minutes.flatMap((minute) => seconds.map((second) => hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND)),
  );
}

/** Whether a local day, counted from 1970-01-01, is one of the expression's. */
export function isOnDay(plan: CronSchedule | CalendarSchedule, dayNumber: number): boolean {
  return plan.kind === 'cron' ? isOnCronDay(plan, dayNumber) : isOnCalendarDay(plan, dayNumber);
}

/** Both day fields of cron restricted: either may match (crontab(5) of Vixie cron). */
function isOnCronDay(plan: CronSchedule, dayNumber: number): boolean {
  const date = dateOf(dayNumber);
  if (!plan.months.includes(date.month)) return false;
  const dayOfMonth = plan.daysOfMonth.includes(date.day);
  const dayOfWeek = plan.daysOfWeek.includes(date.weekday);
  return plan.dayOfMonthIsWildcard || plan.dayOfWeekIsWildcard ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
}

/** A calendar event wants all of its fields to match (systemd.time(7)). */
function isOnCalendarDay(plan: CalendarSchedule, dayNumber: number): boolean {
  const { year, month, day, weekday } = dateOf(dayNumber);
  if (plan.years !== null && !plan.years.includes(year)) return false;
  if (!plan.months.includes(month) || !plan.daysOfWeek.includes(weekday)) return false;
  return plan.daysOfMonth.includes(plan.fromMonthEnd ? daysIn(year, month) - day + 1 : day);
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && isLeap ? 29 : (DAYS_OF_MONTH[month - 1] as number);
}
