import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarNormalForm } from '../../reports/schedules.ts';
import { parseCalendar } from '../../scenarios/format/schedule/calendar.ts';
import { UnitError } from '../../scenarios/format/units.ts';
import type { CalendarDialect, SchedulePlan } from '../../sim/index.ts';
import { Station } from '../sim/schedule/due.ts';
import { proxmoxCalendar, systemdCalendar } from '../sim/schedule/expressions.ts';
import { BASE, changed, errorsOf, load } from './support.ts';

/** A Sunday. */
const station = new Station('UTC', '2026-03-01T00:00:00Z');

/** The first firings after the start; null when the grammar refuses the text. */
function due(text: string, dialect: CalendarDialect, count: number): string[] | null {
  try {
    return station.next(station.calendar(text, dialect), count).map((instant) => instant.slice(0, 16).replace('2026-', ''));
  } catch (error) {
    if (error instanceof UnitError) return null;
    throw error;
  }
}

describe('the grammars of calendar events', () => {
  /** Measured with systemd 252; for Proxmox from the grammar in its source. */
  it.each<[text: string, proxmox: string[] | null, systemd: string[] | null]>([
    ['22', ['03-01T00:22', '03-01T01:22'], null],
    ['mon..fri 22', ['03-02T00:22', '03-02T01:22'], null],
    ['*/5', ['03-01T00:05', '03-01T00:10'], null],
    ['20..22:*/30', ['03-01T20:00', '03-01T20:30'], null],
    ['fri..mon', ['03-02T00:00', '03-06T00:00'], null],
    ['4..10/2:0', ['03-01T04:00', '03-01T06:00'], ['03-01T04:00', '03-01T06:00']],
    ['*-*~1 02:00', null, ['03-31T02:00', '04-30T02:00']],
    ['Mon..Fri 22:00 Europe/Berlin', null, ['03-02T21:00', '03-03T21:00']],
    ['Mon..Fri 22:00 UTC', ['03-02T22:00', '03-03T22:00'], ['03-02T22:00', '03-03T22:00']],
    ['daily 02:00', null, null],
    ['0 2 * * *', null, null],
    // Not an hour, so Proxmox tries minutes and seconds.
    ['24:00', ['03-01T00:24', '03-01T01:24'], null],
    ['Daily', null, ['03-02T00:00', '03-03T00:00']],
    ['5/0:00', ['03-01T05:00', '03-02T05:00'], null],
    ['*:0/60', null, null],
  ])('%s', (text, proxmox, systemd) => {
    expect(due(text, 'proxmox', 2)).toEqual(proxmox);
    expect(due(text, 'systemd', 2)).toEqual(systemd);
  });

  /** The examples of the manual of Proxmox Backup Server, with what it says that they mean. */
  it.each<[string, string[]]>([
    ['mon,tue,wed,thu,fri', ['03-02T00:00', '03-03T00:00', '03-04T00:00', '03-05T00:00', '03-06T00:00', '03-09T00:00']],
    ['sat..sun', ['03-07T00:00', '03-08T00:00', '03-14T00:00']],
    ['12:05', ['03-01T12:05', '03-02T12:05']],
    ['*:00/5', ['03-01T00:05', '03-01T00:10', '03-01T00:15']],
    ['mon..wed *:30/10', ['03-02T00:30', '03-02T00:40', '03-02T00:50', '03-02T01:30']],
    ['fri 12..13:5/20', ['03-06T12:05', '03-06T12:25', '03-06T12:45', '03-06T13:05', '03-06T13:25', '03-06T13:45', '03-13T12:05']],
    ['12/2:5', ['03-01T12:05', '03-01T14:05', '03-01T16:05', '03-01T18:05', '03-01T20:05', '03-01T22:05', '03-02T12:05']],
    ['0/1:0/1', ['03-01T00:01', '03-01T00:02']],
    ['*-05', ['03-05T00:00', '04-05T00:00']],
    ['Sat *-1..7 15:00', ['03-07T15:00', '04-04T15:00', '05-02T15:00']],
    ['2026-10-21', ['10-21T00:00']],
    ['monthly', ['04-01T00:00', '05-01T00:00']],
    ['semiannually', ['07-01T00:00']],
  ])('%s as the manual of Proxmox explains it', (text, expected) => {
    expect(due(text, 'proxmox', 60)?.slice(0, expected.length)).toEqual(expected);
  });

  /** From systemd.time(7): each pair means the same. */
  it.each([
    ['Sat,Thu,Mon..Wed,Sat..Sun', 'Mon..Thu,Sat,Sun *-*-* 00:00:00'],
    ['Mon,Sun 12-*-* 2,1:23', 'Mon,Sun 2012-*-* 01,02:23:00'],
    ['Wed..Wed,Wed *-1', 'Wed *-*-01 00:00:00'],
    ['Wed, 17:48', 'Wed *-*-* 17:48:00'],
    ['12-10-15 1:2:3', '2012-10-15 01:02:03'],
    ['10-15', '*-10-15 00:00:00'],
    ['monday *-12-* 17:00', 'Mon *-12-* 17:00:00'],
    ['12,14,13,12:20,10,30', '*-*-* 12,13,14:10,20,30:00'],
    ['mon,fri *-1/2-1,3 *:30:45', 'Mon,Fri *-01/2-01,03 *:30:45'],
    ['2003-03-05 05:40 UTC', '2003-03-05 05:40:00 UTC'],
    ['weekly Pacific/Auckland', 'Mon *-*-* 00:00:00 Pacific/Auckland'],
    ['annually', '*-01-01 00:00:00'],
    ['*:2/3', '*-*-* *:02/3:00'],
  ])('%s is %s in the manual of systemd', (text, normalized) => {
    const { text: _one, ...fields } = parseCalendar(text, 'systemd');
    const { text: _other, ...expected } = parseCalendar(normalized, 'systemd');
    expect(fields).toEqual(expected);
  });

  it('says how Proxmox reads a number without a colon', () => {
    const { plan } = load(changed('"0 22 * * *"', '{ calendar: "mon..fri 22", dialect: proxmox }'));
    expect(plan.assumptions.find(({ path }) => path === 'jobs.nightly.schedule.calendar')).toMatchObject({
      value: 'mon..fri 22',
      source: 'Proxmox takes a number without a colon, `22`, for minutes of every hour',
    });
  });

  it.each<[CalendarDialect, fc.Arbitrary<string>]>([
    ['systemd', systemdCalendar],
    ['proxmox', proxmoxCalendar.filter((text) => !text.includes('/0'))],
  ])('what is printed of an event in the grammar of %s is read as the same', (dialect, texts) => {
    const same = (text: string) => {
      const plan = station.calendar(text, dialect) as Extract<SchedulePlan, { kind: 'calendar' }>;
      expect(station.calendar(calendarNormalForm(plan), dialect)).toEqual({ ...plan, text: calendarNormalForm(plan) });
    };
    fc.assert(fc.property(texts, same), { numRuns: 300, seed: 11 });
  });
});

describe('a schedule in a scenario', () => {
  it('in another zone than the scenario carries the offsets of that zone', () => {
    const { plan } = load(changed('"0 22 * * *"', '{ calendar: "22:00 America/New_York", dialect: systemd }'));
    const schedule = plan.jobs[0]?.schedule;
    expect(schedule).toMatchObject({ kind: 'calendar', hours: [22], zone: { name: 'America/New_York', dataVersion: 'unknown' } });
    expect(plan.zone.name).toBe('Europe/Berlin');
  });

  it('is an assumption when it is not due within the run', () => {
    const assumed = (text: string) =>
      load(changed('"0 22 * * *"', `{ calendar: "${text}", dialect: systemd }`)).plan.assumptions.find(({ path }) => path === 'jobs.nightly.schedule')
        ?.value;
    expect(assumed('sun')).toBe('never due within the run');
    expect(assumed('2003-03-05')).toBe('never due within the run');
    expect(assumed('thu 17:59')).toBeUndefined();
    expect(assumed('thu 18:00')).toBe('never due within the run');
  });

  it('after another job fills in which ends count', () => {
    const copy = '  copy: { vms: all, schedule: { after: nightly }, repository: r1 }\n';
    const { plan } = load(BASE + copy);
    expect(plan.jobs[1]?.schedule).toEqual({ kind: 'after', job: 'nightly', on: 'any' });
    expect(plan.assumptions.find(({ path }) => path === 'jobs.copy.schedule.on')?.value).toBe('any');
    expect(load(BASE + copy.replace('nightly }', 'nightly, on: success }')).plan.jobs[1]?.schedule).toMatchObject({ on: 'success' });
  });

  const at = (schedule: string) => errorsOf(changed('"0 22 * * *"', schedule)).map(({ line, column, text }) => `${line}:${column} ${text}`);

  it.each([
    ['{ calendar: "mon..fri 25:00", dialect: systemd }', '33:27 the hour `25` is out of range 0 to 23'],
    ['{ calendar: "13-01", dialect: systemd }', '33:27 the month `13` is out of range 1 to 12'],
    ['{ calendar: "1:61", dialect: proxmox }', '33:27 the minute `61` is out of range 0 to 59'],
    ['{ calendar: "*-*-0", dialect: proxmox }', '33:27 the day of the month `0` never comes: it goes from 1 to 31'],
    ['{ calendar: "*-*~29", dialect: systemd }', '33:27 the day from the end of the month `29` is out of range 1 to 28'],
    ['{ calendar: "*-*~1", dialect: proxmox }', '33:27 `*-*~1` counts days from the end of the month, which Proxmox cannot'],
    ['{ calendar: "fri..mon", dialect: systemd }', "33:27 the days of the week `fri..mon` run backwards: systemd's week ends with Sunday"],
    ['{ calendar: "mon..day", dialect: systemd }', '33:27 `mon..day` is no day of the week, nor a range of them'],
    ['{ calendar: "02-30", dialect: systemd }', '33:27 `02-30` can never be due: none of its months has a day 30'],
    ['{ calendar: "2027-02-29", dialect: proxmox }', '33:27 `2027-02-29` can never be due: none of its months has a day 29'],
    ['{ calendar: "*:0:0.5", dialect: systemd }', '33:27 the second `0.5` has a fraction, but schedules are simulated by whole seconds'],
    ['{ calendar: "*/5", dialect: systemd }', '33:27 `*/5` is neither a date nor a time: every 5 minutes is `*:0/5`'],
    ['{ calendar: "0 2 * * *", dialect: proxmox }', '33:27 `0 2 * * *` is a cron expression, not a calendar event'],
    ['{ calendar: "" , dialect: proxmox }', '33:27 the calendar event is empty'],
    ['{ calendar: "daily" }', '33:27 the calendar event does not say whose grammar it is in'],
    ['{ calendar: daily, dialect: bareos }', '33:43 unknown value `bareos` of `dialect`'],
    ['"mon..fri 22:00"', '33:15 `mon..fri 22:00` is a calendar event, not a cron expression'],
    ['{ cron: "0 22 * * *", on: any }', '33:41 `on` belongs to `after`'],
    ['{ cron: "0 22 * * *", calendar: daily, dialect: systemd }', '33:5 the schedule says its time twice'],
    ['{}', '33:5 the schedule says no time'],
    ['{ after: nightyl }', '33:24 unknown job `nightyl`'],
    ['{ after: nightly }', '33:24 job `nightly` waits for itself'],
  ])('%s is refused by field and place', (schedule, expected) => {
    expect(at(schedule)).toEqual([expected]);
  });

  it('tells a circle of jobs once, and not the jobs that follow it', () => {
    const jobs = ['a: { after: c }', 'b: { after: a }', 'c: { after: b }', 'd: { after: c }'].map((entry) => {
      const [name, schedule] = entry.split(/: (.*)/);
      return `  ${name}: { vms: all, schedule: ${schedule}, repository: r1 }\n`;
    });
    expect(errorsOf(BASE + jobs.join('')).map(({ line, text }) => [line, text])).toEqual([
      [36, 'these jobs wait for each other: `a` after `c` after `b` after `a`'],
    ]);
  });
});
