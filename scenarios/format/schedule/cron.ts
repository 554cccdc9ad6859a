/** Cron expressions in the dialect of Vixie cron: five fields, names, lists, ranges, steps, `@daily` and its like. */
import type { CronSchedule } from '../../../sim/plan.ts';
import { suggest } from '../suggest.ts';
import { UnitError } from '../units.ts';
import { ascending, hasSuchDate, steps } from './values.ts';

interface Field {
  name: string;
  from: number;
  to: number;
  /** Names in order from `from`. */
  words: readonly string[];
}

const MINUTE: Field = { name: 'minute', from: 0, to: 59, words: [] };
const HOUR: Field = { name: 'hour', from: 0, to: 23, words: [] };
const DAY_OF_MONTH: Field = { name: 'day of the month', from: 1, to: 31, words: [] };
const MONTH: Field = { name: 'month', from: 1, to: 12, words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] };
/** 7 is Sunday, as 0 is. */
const DAY_OF_WEEK: Field = { name: 'day of the week', from: 0, to: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const MACROS = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** What cron never has: a colon, a range with two dots, a word for a period. */
const CALENDAR_EVENT = /:|\.\.|^(?:(?:minute|hour|dai|week|month|year|quarter)ly|(?:semi-?)?annually)$/i;

export const EXPECTED_CRON = 'five cron fields, minute hour day-of-month month day-of-week, such as `0 22 * * mon-fri`, or `@daily`';

export function parseCron(text: string): CronSchedule {
  const trimmed = text.trim();
  const expression = MACROS.get(trimmed.toLowerCase()) ?? trimmed;
  if (expression.startsWith('@')) {
    const meant = suggest(expression, [...MACROS.keys()]);
    throw new UnitError(`unknown cron macro \`${expression}\`${meant === null ? '' : `, did you mean \`${meant}\`?`}`, EXPECTED_CRON);
  }
  const parts = expression.split(/\s+/);
  if (CALENDAR_EVENT.test(expression))
    throw new UnitError(
      `\`${text}\` is a calendar event, not a cron expression`,
      `\`{calendar: "${trimmed}", dialect: systemd}\`, or \`proxmox\`; or ${EXPECTED_CRON}`,
    );
  if (parts.length !== 5)
    throw new UnitError(`\`${text}\` has ${parts.length === 1 ? '1 field' : `${parts.length} fields`}, a cron expression has 5`, EXPECTED_CRON);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts as [string, string, string, string, string];
  const plan: CronSchedule = {
    kind: 'cron',
    text: trimmed,
    minutes: parseField(minute, MINUTE),
    hours: parseField(hour, HOUR),
    daysOfMonth: parseField(dayOfMonth, DAY_OF_MONTH),
    months: parseField(month, MONTH),
    daysOfWeek: ascending(parseField(dayOfWeek, DAY_OF_WEEK).map((day) => day % 7)),
    hourIsWildcard: hour.startsWith('*'),
    dayOfMonthIsWildcard: dayOfMonth.startsWith('*'),
    dayOfWeekIsWildcard: dayOfWeek.startsWith('*'),
  };
  if (plan.dayOfWeekIsWildcard && !hasSuchDate(plan.months, plan.daysOfMonth, null)) {
    throw new UnitError(`\`${text}\` can never be due: none of its months has a day ${plan.daysOfMonth[0]}`, EXPECTED_CRON);
  }
  return plan;
}

function parseField(text: string, field: Field): number[] {
  return ascending(text.split(',').flatMap((item) => parseItem(item, field)));
}

function parseItem(item: string, field: Field): number[] {
  const match = /^(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:\/([0-9]+))?$/.exec(item);
  const fail = (reason: string) =>
    new UnitError(`the ${field.name} \`${item}\` ${reason}`, `${field.from} to ${field.to}, lists, ranges and steps: ${EXPECTED_CRON}`);
  if (match === null) throw fail('cannot be read');
  const [, first, second, stepText] = match as unknown as [string, string, string | undefined, string | undefined];
  const isStar = first === '*';
  if (isStar && second !== undefined) throw fail('mixes `*` with a range');
  if (stepText !== undefined && !isStar && second === undefined) throw fail('has a step but neither a range nor `*` before it');
  const from = isStar ? field.from : parseValue(first, field, fail);
  // Sunday twice in `*` would be harmless, but a step over it would not.
  const top = field === DAY_OF_WEEK ? 6 : field.to;
  const end = isStar ? top : second === undefined ? from : parseValue(second, field, fail);
  const to = field === DAY_OF_WEEK && from > 0 && end === 0 ? 7 : end;
  if (from > to) throw fail('runs backwards');
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1) throw fail('has a step of zero');
  if (stepText !== undefined && step > field.to - field.from)
    throw fail(`has a step that never comes round: the field goes from ${field.from} to ${field.to}`);
  return steps(from, to, step);
}

function parseValue(text: string, field: Field, fail: (reason: string) => UnitError): number {
  const word = field.words.indexOf(text.toLowerCase());
  if (word >= 0) return field.from + word;
  if (!/^[0-9]+$/.test(text)) throw fail('cannot be read');
  const value = Number(text);
  if (value < field.from || value > field.to) throw fail(`is out of range ${field.from} to ${field.to}`);
  return value;
}
