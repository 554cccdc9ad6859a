/** Local times as people write them. Calendar arithmetic only; zones are in `zone.ts`. */
import { UnitError } from './units.ts';

export const LOCAL_TIME_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?$';
export const EXPECTED_LOCAL_TIME = "a local time such as `2026-03-02T18:00`, without offset (it is in the scenario's `timezone`)";

/** Milliseconds since 1970-01-01T00:00 on the local clock (as if it were UTC). */
export function parseLocalTime(text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text.trim());
  if (match === null) {
    const offset = /^\d{4}-\d{2}-\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
    throw new UnitError(offset ? `\`${text}\` has an offset, but times are local` : `\`${text}\` is not a local time`, EXPECTED_LOCAL_TIME);
  }
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    throw new UnitError(`there is no ${text.slice(0, 10)} in the calendar`, EXPECTED_LOCAL_TIME);
  if (hour > 23 || minute > 59 || second > 59) throw new UnitError(`there is no such time of day in \`${text}\``, EXPECTED_LOCAL_TIME);
  if (year < 1970) throw new UnitError(`\`${text}\` lies before 1970`, EXPECTED_LOCAL_TIME);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export const TIME_OF_DAY_PATTERN = '^(?:[01]?[0-9]|2[0-4]):[0-5][0-9]$';
export const EXPECTED_TIME_OF_DAY = 'a time of day such as `"22:00"`';

/** Minutes from midnight, up to `24:00`. */
export function parseTimeOfDay(text: string): number {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (match === null) throw new UnitError(`\`${text}\` is no time of day`, EXPECTED_TIME_OF_DAY);
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  if (minute > 59 || hour * 60 + minute > 24 * 60) throw new UnitError(`there is no such time of day as \`${text}\``, EXPECTED_TIME_OF_DAY);
  return hour * 60 + minute;
}

/** `2026-03-02T18:00:00`; thousandths only where there are any. */
export function formatLocalTime(localMs: number): string {
  return new Date(localMs).toISOString().replace(/(?:\.000)?Z$/, '');
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
