import { describe, expect, it } from 'vitest';
import { Zone } from '../../../sim/estate/zone.ts';
import type { RetentionPlan } from '../../../sim/index.ts';
import { NO_FLAGS, type RestorePoint } from '../../../sim/repository/point.ts';
import { flagsFor, keptBy } from '../../../sim/repository/retention.ts';
import { DAY, HOUR, keep } from '../plans.ts';

type Dated = Pick<RestorePoint, 'atMs' | 'streamedMs' | 'flags' | 'periods'>;

const EPOCH_MS = Date.parse('2026-03-15T00:00Z');
const UTC = new Zone({ name: 'UTC', startEpochMs: EPOCH_MS, dataVersion: 'none', offsets: [{ fromMs: -2000 * DAY, offsetMs: 0 }] });

const instant = (text: string): number => Date.parse(`${text}Z`) - EPOCH_MS;
/** A point of a moment. */
const at = (atMs: number): Dated => ({ atMs, streamedMs: null, flags: NO_FLAGS, periods: null });

const textOf = (atMs: number): string => new Date(EPOCH_MS + atMs).toISOString().slice(0, 10);

/** Days kept of backups at 22:00 from one day to another, both included; newest first. */
function keptDays(given: Partial<RetentionPlan>, from: string, to: string): string[] {
  const points: Dated[] = [];
  for (let atMs = instant(`${from}T22:00`); atMs <= instant(`${to}T22:00`); atMs += DAY) points.push(at(atMs));
  const kept = keptBy(keep(given), points, UTC, instant(`${to}T23:00`));
  return points
    .filter((_, index) => kept[index] === true)
    .map(({ atMs }) => textOf(atMs))
    .reverse();
}

describe('retention by the definition of Proxmox', () => {
  it('keeps the newest points', () => {
    expect(keptDays({ last: 2 }, '2026-03-01', '2026-03-15')).toEqual(['2026-03-15', '2026-03-14']);
  });

  it('keeps the newest point of so many periods that no earlier option covers', () => {
    // 2026-03-15 is a Sunday. Days: 12 to 8 after the three newest. Weeks: those ending on the 15th and 8th are covered, so 1 March and 22 February.
    // Months: March and February are covered, so the last of January and December. Years: 2026 and 2025 are covered, and there is nothing older.
    const kept = keptDays({ last: 3, daily: 5, weekly: 2, monthly: 2, yearly: 1 }, '2025-12-01', '2026-03-15');
    expect(kept).toEqual([
      ...['2026-03-15', '2026-03-14', '2026-03-13'],
      ...['2026-03-12', '2026-03-11', '2026-03-10', '2026-03-09', '2026-03-08'],
      ...['2026-03-01', '2026-02-22'],
      ...['2026-01-31', '2025-12-31'],
    ]);
  });

  it('does not bring back what an earlier option has passed over', () => {
    // The week that ends on 1 March is kept by that day, which passes over 23 to 28 February: the newest left of February is the 22nd.
    expect(keptDays({ weekly: 1, monthly: 2 }, '2026-02-01', '2026-03-01')).toEqual(['2026-03-01', '2026-02-22']);
  });

  it('counts periods in which there is a point, not those that have passed', () => {
    const points = ['2026-01-05T22:00', '2026-02-02T22:00', '2026-03-02T22:00'].map((text) => at(instant(text)));
    expect(keptBy(keep({ weekly: 2 }), points, UTC, instant('2026-03-14T00:00'))).toEqual([false, true, true]);
  });

  it('takes hours, days and weeks from the local clock', () => {
    // New York, five hours behind: 02:00 and 20:00 UTC of 15 March are the 14th and the 15th there.
    const zone = new Zone({
      name: 'America/New_York',
      startEpochMs: EPOCH_MS,
      dataVersion: 'none',
      offsets: [{ fromMs: -DAY, offsetMs: -5 * HOUR }],
    });
    const points = () => [2, 4, 20].map((hour) => at(hour * HOUR));
    expect(keptBy(keep({ daily: 2 }), points(), zone, DAY)).toEqual([false, true, true]);
    expect(keptBy(keep({ daily: 2 }), points(), UTC, DAY)).toEqual([false, false, true]);
    expect(keptBy(keep({ hourly: 2 }), points(), UTC, DAY)).toEqual([false, true, true]);
  });
});

describe('retention by the definition of Veeam', () => {
  /** Fulls on these days, flagged as they come; which are kept at an instant. */
  function keptFulls(given: Partial<RetentionPlan>, days: string[], now: string): string[] {
    const points: Dated[] = [];
    for (const day of days) {
      const point = at(instant(`${day}T22:00`));
      point.flags = flagsFor(point, points, UTC);
      points.push(point);
    }
    const kept = keptBy(keep({ last: 1, definition: 'veeam', ...given }), points, UTC, instant(now));
    return points.filter((_, index) => kept[index] === true).map(({ atMs }) => textOf(atMs));
  }

  const fulls = ['2026-01-31', '2026-02-07', '2026-02-14', '2026-02-18', '2026-03-07'];

  it('keeps the first full of a week until it is so many weeks old', () => {
    // The 18th is the first of its week (from the 16th). Four weeks after 14 February, 22:00, are 14 March, 22:00.
    expect(keptFulls({ weekly: 4 }, fulls, '2026-03-14T21:59')).toEqual(['2026-02-14', '2026-02-18', '2026-03-07']);
    expect(keptFulls({ weekly: 4 }, fulls, '2026-03-14T22:00')).toEqual(['2026-02-18', '2026-03-07']);
  });

  it('keeps the first full of a month until it is so many months old, by the calendar', () => {
    // 31 January and a month is 28 February.
    expect(keptFulls({ monthly: 1 }, fulls, '2026-02-28T21:59')).toEqual(['2026-01-31', '2026-02-07', '2026-03-07']);
    expect(keptFulls({ monthly: 1 }, fulls, '2026-02-28T22:00')).toEqual(['2026-02-07', '2026-03-07']);
  });

  it('keeps the first full of a year for years', () => {
    expect(keptFulls({ yearly: 2 }, fulls, '2028-01-31T21:59')).toEqual(['2026-01-31', '2026-03-07']);
    expect(keptFulls({ yearly: 2 }, fulls, '2028-01-31T22:00')).toEqual(['2026-03-07']);
  });

  it('is over once, also where the clock shows the hour of its end a second time', () => {
    // 2026-10-11, 02:30 in Berlin; two weeks later 02:30 comes at 00:30 UTC, and at 01:00 UTC the clock goes back to 02:00.
    const clocksChangeMs = instant('2026-10-25T01:00');
    const offsets = [
      { fromMs: -DAY, offsetMs: 2 * HOUR },
      { fromMs: clocksChangeMs, offsetMs: HOUR },
    ];
    const zone = new Zone({ name: 'Europe/Berlin', startEpochMs: EPOCH_MS, dataVersion: 'none', offsets });
    const points = [at(instant('2026-10-11T00:30')), at(instant('2026-10-24T00:30'))];
    for (const point of points) point.flags = flagsFor(point, [], zone);
    const isKept = (now: string) => keptBy(keep({ last: 1, weekly: 2, definition: 'veeam' }), points, zone, instant(now))[0];
    expect(['00:29', '00:30', '01:14', '01:30'].map((time) => isKept(`2026-10-25T${time}`))).toEqual([true, false, false, false]);
  });
});
