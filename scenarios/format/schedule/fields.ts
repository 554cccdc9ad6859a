/** Fields of calendar events and the words for usual ones, as far as systemd and Proxmox agree. */

export interface Field {
  name: string;
  /** Values below it match nothing. */
  from: number;
  to: number;
}

/** Years up to 2199 can be written; nothing before 1970 can be due. */
export const YEAR: Field = { name: 'year', from: 1970, to: 2199 };
export const MONTH: Field = { name: 'month', from: 1, to: 12 };
export const DAY: Field = { name: 'day of the month', from: 1, to: 31 };
export const HOUR: Field = { name: 'hour', from: 0, to: 23 };
export const MINUTE: Field = { name: 'minute', from: 0, to: 59 };
export const SECOND: Field = { name: 'second', from: 0, to: 59 };

export const SHORTHANDS: readonly (readonly [string, string])[] = [
  ['minutely', '*-*-* *:*:00'],
  ['hourly', '*-*-* *:00:00'],
  ['daily', '*-*-* 00:00:00'],
  ['weekly', 'mon *-*-* 00:00:00'],
  ['monthly', '*-*-01 00:00:00'],
  ['yearly', '*-01-01 00:00:00'],
  ['annually', '*-01-01 00:00:00'],
  ['quarterly', '*-01,04,07,10-01 00:00:00'],
  ['semiannually', '*-01,07-01 00:00:00'],
  ['semi-annually', '*-01,07-01 00:00:00'],
];
