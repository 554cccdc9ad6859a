/** What the grammars of schedules have in common: lists of values, names of days, and which dates there are. */

export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const FEBRUARY = 2;
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** From `from` to at most `to`, both included. */
export function steps(from: number, to: number, step = 1): number[] {
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

/** Each value once. */
export function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Whether any of the months ever has any of the days; `years` null: every year. */
export function hasSuchDate(months: readonly number[], daysOfMonth: readonly number[], years: readonly number[] | null): boolean {
  const hasLeapYear = years?.every((year) => !isLeap(year)) !== true;
  const lengthOf = (month: number) => (month === FEBRUARY && !hasLeapYear ? 28 : (LONGEST_MONTHS[month - 1] as number));
  return months.some((month) => daysOfMonth.some((day) => day <= lengthOf(month)));
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** 0 is Sunday; null when it is no English name of a weekday, whole or cut to three letters. */
export function weekdayOf(word: string): number | null {
  const found = WEEKDAYS.findIndex((name) => name === word.toLowerCase() || name.slice(0, 3) === word.toLowerCase());
  return found < 0 ? null : found;
}
