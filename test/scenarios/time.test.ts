import { describe, expect, it } from 'vitest';
import { parseCron } from '../../scenarios/format/schedule/cron.ts';
import { openZone, resolveLocal } from '../../scenarios/format/zone.ts';
import { changed, load } from './support.ts';

const HOUR = 3_600_000;

describe('the zone table', () => {
  it('holds the two changes of Europe/Berlin in 2026 to the millisecond', () => {
    const { plan } = load(changed('2026-03-02T18:00', '2026-01-01T00:00', changed('duration: 3d', 'duration: 365d')), { timeZoneData: '2026a' });
    const start = Date.parse('2025-12-31T23:00:00Z');
    expect(plan.zone).toMatchObject({ name: 'Europe/Berlin', startEpochMs: start, dataVersion: '2026a' });
    expect(plan.start).toBe('2026-01-01T00:00:00+01:00');
    const in2026 = plan.zone.offsets.filter(({ fromMs }) => fromMs > 0);
    expect(in2026).toEqual([
      { fromMs: Date.parse('2026-03-29T01:00:00Z') - start, offsetMs: 2 * HOUR },
      { fromMs: Date.parse('2026-10-25T01:00:00Z') - start, offsetMs: HOUR },
    ]);
    expect(plan.zone.offsets[0]?.fromMs).toBe(-400 * 24 * HOUR);
  });

  it('is one entry long in UTC, which is the default zone', () => {
    const { plan } = load(changed('timezone: Europe/Berlin\n', ''));
    expect(plan.zone.offsets).toEqual([{ fromMs: -400 * 24 * HOUR, offsetMs: 0 }]);
    expect(plan.start).toBe('2026-03-02T18:00:00+00:00');
    expect(plan.assumptions).toContainEqual({ path: 'timezone', value: 'UTC', source: 'default of the scenario format' });
  });

  it('knows half-hour changes and zones far from Greenwich', () => {
    const lordHowe = openZone('Australia/Lord_Howe');
    const kiritimati = openZone('Pacific/Kiritimati');
    expect(lordHowe?.offsetAt(Date.parse('2026-01-01T00:00:00Z'))).toBe(11 * HOUR);
    expect(lordHowe?.offsetAt(Date.parse('2026-07-01T00:00:00Z'))).toBe(10.5 * HOUR);
    expect(kiritimati?.offsetAt(Date.parse('2026-07-01T00:00:00Z'))).toBe(14 * HOUR);
    expect(openZone('Mars/Olympus')).toBeNull();
  });
});

describe('local times around the change of clocks', () => {
  const berlin = openZone('Europe/Berlin');
  const resolve = (text: string) => {
    if (berlin === null) throw new Error('no zone data');
    const { epochMs, kind } = resolveLocal(berlin, Date.parse(`${text}Z`));
    return { at: new Date(epochMs).toISOString(), kind };
  };

  it('a time in the gap is the first instant after it', () => {
    expect(resolve('2026-03-29T02:00')).toEqual({ at: '2026-03-29T01:00:00.000Z', kind: 'skipped' });
    expect(resolve('2026-03-29T02:59')).toEqual({ at: '2026-03-29T01:00:00.000Z', kind: 'skipped' });
    expect(resolve('2026-03-29T01:59')).toEqual({ at: '2026-03-29T00:59:00.000Z', kind: 'unique' });
    expect(resolve('2026-03-29T03:00')).toEqual({ at: '2026-03-29T01:00:00.000Z', kind: 'unique' });
  });

  it('a time that exists twice is the first of the two', () => {
    expect(resolve('2026-10-25T02:30')).toEqual({ at: '2026-10-25T00:30:00.000Z', kind: 'twice' });
    expect(resolve('2026-10-25T03:00')).toEqual({ at: '2026-10-25T02:00:00.000Z', kind: 'unique' });
  });

  it('a start in the gap is listed as an assumption', () => {
    const { plan } = load(changed('2026-03-02T18:00', '2026-03-29T02:30'));
    expect(plan.start).toBe('2026-03-29T03:00:00+02:00');
    expect(plan.assumptions.find(({ path }) => path === 'start')).toMatchObject({ value: '2026-03-29T03:00:00+02:00' });
  });
});

describe('cron expressions', () => {
  it('names, lists, ranges, steps and Sunday as 7 become sets of numbers', () => {
    expect(parseCron('*/15 8-18/5,22 1,15 jan-mar mon-fri')).toMatchObject({
      minutes: [0, 15, 30, 45],
      hours: [8, 13, 18, 22],
      daysOfMonth: [1, 15],
      months: [1, 2, 3],
      daysOfWeek: [1, 2, 3, 4, 5],
      hourIsWildcard: false,
      dayOfMonthIsWildcard: false,
      dayOfWeekIsWildcard: false,
    });
    expect(parseCron('0 0 * * 5-7').daysOfWeek).toEqual([0, 5, 6]);
    expect(parseCron('0 0 * * Fri-SUN').daysOfWeek).toEqual([0, 5, 6]);
    expect(parseCron('0 0 * * *').daysOfWeek).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('macros stand for their expressions', () => {
    expect(parseCron('@daily')).toMatchObject({ minutes: [0], hours: [0], hourIsWildcard: false, dayOfWeekIsWildcard: true });
    expect(parseCron('@hourly')).toMatchObject({ minutes: [0], hourIsWildcard: true });
  });

  it.each([
    '60 * * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5/10 * * * *',
    '10-5 * * * *',
    '*/0 * * * *',
    '*-5 * * * *',
    ', * * * *',
    '* * * * * *',
    '@reboot',
    '',
  ])('%j is refused', (text) => {
    expect(() => parseCron(text)).toThrow();
  });
});

describe('schedules and the length of the run', () => {
  const assumed = (schedule: string) =>
    load(changed('"0 22 * * *"', schedule)).plan.assumptions.find(({ path }) => path === 'jobs.nightly.schedule')?.value;

  it('a recurring schedule that is not due within the run is an assumption', () => {
    expect(assumed('"0 22 * * sun"')).toBe('never due within the run');
    expect(assumed('"0 18 2 3 *"')).toBeUndefined();
    expect(assumed('"59 17 2 3 *"')).toBe('never due within the run');
    expect(assumed('"59 17 5 3 *"')).toBeUndefined();
    expect(assumed('"0 18 5 3 *"')).toBe('never due within the run');
    expect(assumed('{ every: 24h, offset: 17h }')).toBeUndefined();
  });

  it('single times outside the run are left out and said', () => {
    const { plan } = load(changed('"0 22 * * *"', '{ at: [2026-03-03T18:00, 2026-03-01T18:00, 2026-03-02T18:00] }'));
    expect(plan.jobs[0]?.schedule).toEqual({ kind: 'at', atMs: [0, 24 * HOUR] });
    expect(plan.assumptions).toContainEqual({
      path: 'jobs.nightly.schedule.at.1',
      value: 'left out',
      source: '2026-03-01T18:00:00 lies outside the run',
    });
  });
});
