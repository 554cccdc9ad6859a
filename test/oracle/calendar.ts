/** Calendar events of systemd and Proxmox as far as random scenarios use them: weekdays, a day of the month, hours and minutes (docs/schedules.md). */
import type { Zone } from './zone.ts';

const MINUTE_MS = 60_000;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface CalendarEvent {
  weekdays: (weekday: number) => boolean;
  days: (day: number) => boolean;
  hours: (hour: number) => boolean;
  minutes: (minute: number) => boolean;
}

const always = (): boolean => true;

export function readCalendarEvent(text: string, dialect: 'systemd' | 'proxmox'): CalendarEvent {
  const event: CalendarEvent = { weekdays: always, days: always, hours: matcher('0', 23), minutes: matcher('0', 59) };
  for (const part of text.trim().split(/\s+/)) {
    if (part === 'hourly') event.hours = always;
    else if (part === 'daily') continue;
    else if (/^[a-z]/i.test(part)) event.weekdays = (weekday) => weekdaysIn(part).includes(weekday);
    else if (part.includes('-')) event.days = matcher(part.split('-').at(-1) ?? '', 31);
    else {
      const [hours = '', minutes] = part.split(':');
      if (minutes === undefined && dialect === 'systemd') throw new Error(`'${text}': a time has a colon`);
      // Proxmox takes a number without a colon for minutes.
      event.hours = minutes === undefined ? always : matcher(hours, 23);
      event.minutes = matcher(minutes ?? hours, 59);
    }
  }
  return event;
}

/** `mon..wed,sat` as numbers, Monday 0; a range may go round the week. */
function weekdaysIn(text: string): number[] {
  return text.split(',').flatMap((item) => {
    const [first = 0, last = first] = item.split('..').map((name) => WEEKDAYS.indexOf(name.slice(0, 3).toLowerCase()));
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, later) => (first + later) % 7);
  });
}

/** Lists, ranges `8..17`, and repetitions `5/10`, `8..17/2` and `*` with a step. */
function matcher(text: string, highest: number): (value: number) => boolean {
  const items = text.split(',').map((item) => {
    const [range = '', step] = item.split('/');
    const [first, last] = range.split('..');
    const from = first === '*' ? 0 : Number(first);
    const single = step === undefined && first !== '*' ? from : highest;
    return { from, to: last === undefined ? single : Number(last), step: Number(step ?? 1) };
  });
  return (value) => items.some(({ from, to, step }) => value >= from && value <= to && (value - from) % step === 0);
}

/** Due instants in [fromMs, toMs), UTC. What the clocks skip is not due; of a local time that exists twice, the first one is. */
export function calendarTicks(event: CalendarEvent, zone: Zone, fromMs: number, toMs: number): number[] {
  const ticks: number[] = [];
  for (let utcMs = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS; utcMs < toMs; utcMs += MINUTE_MS) {
    const local = zone.local(utcMs);
    const matches = event.minutes(local.getUTCMinutes()) && event.hours(local.getUTCHours()) && event.days(local.getUTCDate());
    if (matches && event.weekdays((local.getUTCDay() + 6) % 7) && !zone.isRepeat(utcMs)) ticks.push(utcMs);
  }
  return ticks;
}
