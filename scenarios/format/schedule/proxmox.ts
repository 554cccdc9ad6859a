/**
 * Calendar events as Proxmox VE and Proxmox Backup Server read them (crate proxmox-time; appendix "Calendar Events" of their manuals). The grammar is an
 * ordered choice: a number that cannot be an hour makes the parts before and after the colon minutes and seconds.
 */
import { UnitError } from '../units.ts';
import type { CalendarReading } from './calendar.ts';
import { DAY, type Field, HOUR, MINUTE, MONTH, SECOND, SHORTHANDS, YEAR } from './fields.ts';
import { ascending, steps, weekdayOf } from './values.ts';

const WORDS = new Map(SHORTHANDS);

const WEEKDAYS = /^[a-z]+(?:\.\.[a-z]+)?(?:,[a-z]+(?:\.\.[a-z]+)?)*/i;

/** @throws UnitError naming the field that is wrong. */
export function parseProxmoxCalendar(text: string, expected: string): CalendarReading {
  const inUtc = text.endsWith('UTC');
  const local = inUtc ? text.slice(0, -'UTC'.length).trimEnd() : text;
  const whole = WORDS.get(local) ?? local;
  const weekdays = WEEKDAYS.exec(whole)?.[0] ?? '';
  const words = whole
    .slice(weekdays.length)
    .trim()
    .split(/ +/)
    .filter((word) => word !== '');
  const hasDate = words[0]?.includes('-') ?? false;
  const date = hasDate ? (words.shift() as string) : '*-*-*';
  const [time, surplus] = words;
  if (surplus !== undefined)
    throw new UnitError(`\`${surplus}\` in \`${text}\` is neither a date nor a time (a zone cannot be named, but \`UTC\`)`, expected);
  if (weekdays === '' && !hasDate && time === undefined) throw new UnitError(`\`${text}\` has neither a weekday, a date nor a time`, expected);
  return {
    daysOfWeek: weekdays === '' ? steps(0, 6) : parseWeekdays(weekdays, expected),
    ...parseDate(date, expected),
    ...parseTime(time ?? '0:0', expected),
    zoneName: inUtc ? 'UTC' : null,
  };
}

/** Ranges may go over Sunday: `fri..mon`. */
function parseWeekdays(text: string, expected: string): number[] {
  return ascending(
    text.split(',').flatMap((item) => {
      const [first, last = first] = item.split('..').map((name) => weekdayOf(name)) as [number | null, ...(number | null)[]];
      if (first === null || last === null) throw new UnitError(`\`${item}\` is no day of the week, nor a range of them`, expected);
      const length = (((last as number) - first + 7) % 7) + 1;
      return steps(0, length - 1).map((days) => (first + days) % 7);
    }),
  );
}

function parseDate(word: string, expected: string): Pick<CalendarReading, 'years' | 'months' | 'daysOfMonth' | 'fromMonthEnd'> {
  if (word.includes('~')) throw new UnitError(`\`${word}\` counts days from the end of the month, which Proxmox cannot`, expected);
  const parts = word.split('-');
  const [day, month, year, surplus] = parts.reverse() as [string, string, string | undefined, string | undefined];
  if (surplus !== undefined) throw new UnitError(`\`${word}\` is no date`, expected);
  return {
    years: year === undefined || year === '*' ? null : parseField(year, YEAR, expected),
    months: parseField(month, MONTH, expected),
    daysOfMonth: parseField(day, DAY, expected),
    fromMonthEnd: false,
  };
}

function parseTime(word: string, expected: string): Pick<CalendarReading, 'hours' | 'minutes' | 'seconds' | 'reading'> {
  const parts = word.split(':');
  const [first, second, third, surplus] = parts as [string, string | undefined, string | undefined, string | undefined];
  if (surplus !== undefined) throw new UnitError(`\`${word}\` is no time of day`, expected);
  const isHour = second !== undefined && (third !== undefined || numbersOf(first).every((value) => value <= HOUR.to));
  const [hour, minute, seconds = '0'] = isHour ? [first, second, third] : ['*', first, second];
  return {
    hours: parseField(hour, HOUR, expected),
    minutes: parseField(minute, MINUTE, expected),
    seconds: parseField(seconds, SECOND, expected),
    reading: isHour ? null : readingOf(word, second),
  };
}

function readingOf(word: string, second: string | undefined): string {
  if (second === undefined) return `Proxmox takes a number without a colon, \`${word}\`, for minutes of every hour`;
  return `Proxmox takes \`${word}\` for minutes and seconds of every hour, because the first part is no hour`;
}

function numbersOf(text: string): number[] {
  return (text.match(/[0-9]+/g) ?? []).map(Number);
}

function parseField(text: string, field: Field, expected: string): number[] {
  const values = text.startsWith('*') ? parseWildcard(text, field, expected) : text.split(',').flatMap((item) => parseItem(item, field, expected));
  const due = ascending(values.filter((value) => value >= field.from));
  if (due.length === 0) throw new UnitError(`the ${field.name} \`${text}\` never comes: it goes from ${field.from} to ${field.to}`, expected);
  return due;
}

/** A wildcard stands alone, not in a list. */
function parseWildcard(text: string, field: Field, expected: string): number[] {
  const match = /^\*(?:\/([0-9]+))?$/.exec(text);
  if (match === null) throw new UnitError(`the ${field.name} \`${text}\` cannot be read`, expected);
  const step = match[1] === undefined ? 1 : checkedStep(Number(match[1]), text, field, expected);
  if (step === 0) throw new UnitError(`the ${field.name} \`${text}\` has a step of zero`, expected);
  return steps(field === YEAR ? step * Math.ceil(YEAR.from / step) : field.from, field.to, step);
}

function parseItem(item: string, field: Field, expected: string): number[] {
  const fail = (reason: string) => new UnitError(`the ${field.name} \`${item}\` ${reason}`, expected);
  const match = /^([0-9]+)(?:\.\.([0-9]+))?(?:\/([0-9]+))?$/.exec(item);
  if (match === null) throw fail('cannot be read');
  const [, first, last, stepText] = match as unknown as [string, string, string | undefined, string | undefined];
  const [from, to] = [Number(first), Number(last ?? first)];
  if (from > field.to || to > field.to) throw fail(`is out of range ${field.from} to ${field.to}`);
  if (from > to) throw fail('runs backwards');
  if (stepText === undefined) return steps(from, to);
  const step = checkedStep(Number(stepText), item, field, expected);
  return step === 0 ? [from] : steps(from, last === undefined ? field.to : to, step);
}

/** A step is written like a value of its field: no minute goes by sixties. */
function checkedStep(step: number, item: string, field: Field, expected: string): number {
  if (step > field.to) throw new UnitError(`the ${field.name} \`${item}\` has a step above ${field.to}`, expected);
  return step;
}
