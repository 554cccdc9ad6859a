/** Schedules in words: what an expression was understood to say. */
import type { CalendarSchedule, SchedulePlan } from '../sim/plan.ts';
import { formatDuration } from './time.ts';

/** In the order of systemd's week; the plan counts from Sunday, 0. */
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `every 4 h from 00:15`, `after each end of nightly`; an expression as it was written. */
export function describeSchedule(schedule: SchedulePlan): string {
  switch (schedule.kind) {
    case 'cron':
      return `cron \`${schedule.text}\``;
    case 'calendar':
      return `calendar \`${schedule.text}\` (${schedule.dialect}), that is \`${calendarNormalForm(schedule)}\``;
    case 'every':
      return `every ${formatDuration(schedule.everyMs)}, from ${formatDuration(schedule.offsetMs)} after each local midnight`;
    case 'at':
      return 'at single times';
    case 'after':
      return schedule.on === 'any' ? `after each run of ${schedule.job}` : `after each run of ${schedule.job} that has not failed`;
  }
}

/** Every field written out; the grammar that the event came in reads it again as the same. */
export function calendarNormalForm(plan: CalendarSchedule): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const field = (values: readonly number[], size: number) => (values.length === size ? '*' : values.map(two).join(','));
  const weekdays = plan.daysOfWeek.length === 7 ? '' : `${weekdayList(plan.daysOfWeek)} `;
  const date = `${plan.years?.join(',') ?? '*'}-${field(plan.months, 12)}${plan.fromMonthEnd ? '~' : '-'}${field(plan.daysOfMonth, 31)}`;
  const time = [field(plan.hours, 24), field(plan.minutes, 60), field(plan.seconds, 60)].join(':');
  return `${weekdays}${date} ${time}${plan.zone === null ? '' : ` ${plan.zone.name}`}`;
}

/** `Mon..Fri,Sun`: three and more in a row become a range. */
function weekdayList(daysOfWeek: readonly number[]): string {
  const rows: string[][] = [];
  for (const [index, name] of WEEKDAYS.entries()) {
    if (!daysOfWeek.includes((index + 1) % 7)) continue;
    const row = rows.at(-1);
    if (row !== undefined && row.at(-1) === WEEKDAYS[index - 1]) row.push(name);
    else rows.push([name]);
  }
  return rows.map((row) => (row.length < 3 ? row.join(',') : `${row[0]}..${row.at(-1)}`)).join(',');
}
