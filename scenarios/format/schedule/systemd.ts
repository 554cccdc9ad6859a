/** Calendar events as systemd.time(7) describes them and systemd 252 reads them. */
import { UnitError } from '../units.ts';
import { openZone } from '../zone.ts';
import type { CalendarReading } from './calendar.ts';
import { DAY, type Field, HOUR, MINUTE, MONTH, SECOND, SHORTHANDS, YEAR } from './fields.ts';
import { ascending, steps, weekdayOf } from './values.ts';

/** No month is shorter. */
const DAY_FROM_END: Field = { name: 'day from the end of the month', from: 1, to: 28 };

const WORDS = new Map([...SHORTHANDS, ['biannually', '*-01,07-01 00:00:00'], ['bi-annually', '*-01,07-01 00:00:00']]);

/** @throws UnitError naming the field that is wrong. */
export function parseSystemdCalendar(text: string, expected: string): CalendarReading {
  const { words, zoneName } = splitZone(text.split(/\s+/));
  const shorthand = words.length === 1 ? WORDS.get((words[0] as string).toLowerCase()) : undefined;
  const rest = shorthand?.split(' ') ?? words;
  const daysOfWeek = /^[a-z]/i.test(rest[0] as string) ? parseWeekdays(rest.shift() as string, expected) : steps(0, 6);
  const [first, second, surplus] = rest;
  if (surplus !== undefined) throw new UnitError(`\`${surplus}\` in \`${text}\` is neither a date, a time nor a time zone`, expected);
  const dateFirst = first !== undefined && !first.includes(':');
  if (second !== undefined && !dateFirst) throw new UnitError(`\`${first}\` is no date, and only a date can stand before \`${second}\``, expected);
  return {
    daysOfWeek,
    ...parseDate(dateFirst ? first : '*-*-*', expected),
    ...parseTime((dateFirst ? second : first) ?? '0:0', expected),
    zoneName,
    reading: null,
  };
}

function splitZone(words: string[]): { words: string[]; zoneName: string | null } {
  const last = words.at(-1) as string;
  if (words.length < 2 || openZone(last) === null) return { words, zoneName: null };
  return { words: words.slice(0, -1), zoneName: last.toUpperCase() === 'UTC' ? 'UTC' : last };
}

/** Ranges do not go over Sunday. `-` stands for `..` in old files; one comma may stand at the end. */
function parseWeekdays(word: string, expected: string): number[] {
  const days = word.replace(/,$/, '').split(',');
  return ascending(
    days.flatMap((item) => {
      const [first, last = first, surplus] = item.split(/\.\.|-/).map((name) => weekdayOf(name)) as [number | null, ...(number | null)[]];
      if (first === null || last === null || surplus !== undefined)
        throw new UnitError(`\`${item}\` is no day of the week, nor a range of them`, expected);
      // In the order of a week that ends with Sunday.
      const [from, to] = [first || 7, (last as number) || 7];
      if (from > to) throw new UnitError(`the days of the week \`${item}\` run backwards: systemd's week ends with Sunday`, expected);
      return steps(from, to).map((day) => day % 7);
    }),
  );
}

function parseDate(word: string, expected: string): Pick<CalendarReading, 'years' | 'months' | 'daysOfMonth' | 'fromMonthEnd'> {
  const match = /^(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)$/.exec(word);
  if (match === null) throw new UnitError(`\`${word}\` is neither a date nor a time${everyFewMinutes(word)}`, expected);
  const [, year, month, separator, day] = match as unknown as [string, string | undefined, string, string, string];
  const fromMonthEnd = separator === '~';
  return {
    years: year === undefined || year === '*' ? null : parseField(year, YEAR, expected),
    months: parseField(month, MONTH, expected),
    daysOfMonth: fromMonthEnd ? parseField(day, DAY_FROM_END, expected) : parseField(day, DAY, expected),
    fromMonthEnd,
  };
}

// Proxmox takes that for every so many minutes.
function everyFewMinutes(word: string): string {
  return /^\*\/[0-9]+$/.test(word) ? `: every ${word.slice(2)} minutes is \`*:0${word.slice(1)}\`` : '';
}

function parseTime(word: string, expected: string): Pick<CalendarReading, 'hours' | 'minutes' | 'seconds'> {
  const [hour, minute, second = '0', surplus] = word.split(':');
  if (minute === undefined || surplus !== undefined) throw new UnitError(`\`${word}\` is no time of day`, expected);
  return {
    hours: parseField(hour as string, HOUR, expected),
    minutes: parseField(minute, MINUTE, expected),
    seconds: parseField(second, SECOND, expected),
  };
}

function parseField(text: string, field: Field, expected: string): number[] {
  if (text === '*') return steps(field.from, field.to);
  return ascending(text.split(',').flatMap((item) => parseItem(item, field, expected)));
}

function parseItem(item: string, field: Field, expected: string): number[] {
  const fail = (reason: string) => new UnitError(`the ${field.name} \`${item}\` ${reason}`, expected);
  const match = /^([0-9]+)(?:\.\.([0-9]+))?(?:\/([0-9]+))?$/.exec(item);
  if (match === null) throw fail(reasonOf(item, field));
  const [, first, last, stepText] = match as unknown as [string, string, string | undefined, string | undefined];
  const [from, to] = [first, last ?? first].map((value) => (field === YEAR ? fullYear(Number(value)) : Number(value))) as [number, number];
  const step = Number(stepText ?? 1);
  if (step === 0) throw fail('has a step of zero');
  if (from > to) throw fail('runs backwards');
  // An end that no step reaches does not matter.
  const reached = from + Math.floor((to - from) / step) * step;
  if (from < field.from || reached > field.to) throw fail(`is out of range ${field.from} to ${field.to}`);
  if (last === undefined) return stepText === undefined ? [from] : repeated(from, step, field, fail);
  if (field === SECOND && stepText === undefined && from === to) throw fail('is a range without length, which systemd refuses');
  return steps(from, reached, step);
}

/** Days from the end are repeated towards the end of the month. */
function repeated(from: number, step: number, field: Field, fail: (reason: string) => UnitError): number[] {
  const room = field === DAY_FROM_END ? from - field.from : field.to - from;
  if (step > room) throw fail(`has a step that leads nowhere: the field goes from ${field.from} to ${field.to}`);
  return steps(0, room, step).map((distance) => (field === DAY_FROM_END ? from - distance : from + distance));
}

function reasonOf(item: string, field: Field): string {
  if (field === SECOND && /[0-9]\.[0-9]/.test(item)) return 'has a fraction, but schedules are simulated by whole seconds';
  if (/^\*\/[0-9]+$/.test(item)) return `cannot be read: in systemd's grammar every ${item.slice(2)}th is \`${field.from}${item.slice(1)}\``;
  return 'cannot be read';
}

/** As systemd completes years of two digits. */
function fullYear(year: number): number {
  return year >= 100 ? year : year < 70 ? year + 2000 : year + 1900;
}
