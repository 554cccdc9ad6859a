import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../scenarios/format/schedule/cron.ts';
import { Activity } from '../../../sim/estate/activity.ts';
import { dateOf, Zone } from '../../../sim/estate/zone.ts';
import type { SchedulePlan, ZoneTable } from '../../../sim/index.ts';
import { Schedule } from '../../../sim/schedule/schedule.ts';
import { DAY, HOUR, MINUTE } from '../plans.ts';
import { NIGHTS, Station } from './due.ts';
import { cronAtFixedHours, cronFollowingRealTime, cronText, systemdCalendar } from './expressions.ts';

/** Europe/Berlin in 2026: summer time from 29 March 01:00Z to 25 October 01:00Z. */
function berlin(start: string): ZoneTable {
  const startEpochMs = Date.parse(start);
  const change = (iso: string): number => Date.parse(iso) - startEpochMs;
  return {
    name: 'Europe/Berlin',
    startEpochMs,
    dataVersion: 'test',
    offsets: [
      { fromMs: change('2025-10-26T01:00:00Z'), offsetMs: HOUR },
      { fromMs: change('2026-03-29T01:00:00Z'), offsetMs: 2 * HOUR },
      { fromMs: change('2026-10-25T01:00:00Z'), offsetMs: HOUR },
    ],
  };
}

const range = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, index) => low + index);

function cron(minutes: number[], hours: number[] | '*', given: Partial<Extract<SchedulePlan, { kind: 'cron' }>> = {}): SchedulePlan {
  return {
    kind: 'cron',
    text: 'test',
    minutes,
    hours: hours === '*' ? range(0, 23) : hours,
    daysOfMonth: range(1, 31),
    months: range(1, 12),
    daysOfWeek: range(0, 6),
    hourIsWildcard: hours === '*',
    dayOfMonthIsWildcard: true,
    dayOfWeekIsWildcard: true,
    ...given,
  };
}

/** All instants due within a span, as UTC. */
function due(plan: SchedulePlan, start: string, days: number): string[] {
  const table = berlin(start);
  const schedule = new Schedule(plan, new Zone(table));
  const found: string[] = [];
  for (let at = schedule.nextFrom(0, days * DAY); at !== null; at = schedule.nextFrom(at + 1, days * DAY)) {
    found.push(new Date(table.startEpochMs + at).toISOString().slice(0, 16));
  }
  return found;
}

describe('cron on the nights of daylight saving', () => {
  it('runs a skipped time at the first instant after the gap', () => {
    expect(due(cron([30], [2]), '2026-03-27T23:00:00Z', 3)).toEqual(['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']);
  });

  it('runs once when several skipped times fall on that instant', () => {
    expect(due(cron([0, 15, 30], [2, 3]), '2026-03-28T23:00:00Z', 1).slice(0, 3)).toEqual([
      '2026-03-29T01:00',
      '2026-03-29T01:15',
      '2026-03-29T01:30',
    ]);
  });

  it('runs a repeated time once, at the first of the two', () => {
    expect(due(cron([30], [2]), '2026-10-23T22:00:00Z', 3)).toEqual(['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']);
  });

  it('follows real time through both repeated hours with a wildcard hour, and skips nothing in spring but what does not exist', () => {
    expect(due(cron([0, 30], '*'), '2026-10-24T23:00:00Z', 1).slice(0, 8)).toEqual([
      '2026-10-24T23:00',
      '2026-10-24T23:30',
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
    expect(due(cron([0], '*'), '2026-03-28T23:00:00Z', 1).length).toBe(24 + 1);
  });
});

describe('cron', () => {
  it('takes either day field when both are restricted, and both when one is a wildcard', () => {
    const friday13 = { daysOfMonth: [13], daysOfWeek: [5] };
    const either = due(cron([0], [2], { ...friday13, dayOfMonthIsWildcard: false, dayOfWeekIsWildcard: false }), '2026-01-31T23:00:00Z', 28);
    expect(either.map((text) => text.slice(8, 10))).toEqual(['06', '13', '20', '27']);
    const only = due(cron([0], [2], { daysOfWeek: [1], dayOfWeekIsWildcard: false }), '2026-01-31T23:00:00Z', 14);
    expect(only.map((text) => text.slice(0, 10))).toEqual(['2026-02-02', '2026-02-09']);
  });

  it('finds a leap day years ahead, and gives up where there is none', () => {
    const leap = cron([0], [0], { daysOfMonth: [29], months: [2], dayOfMonthIsWildcard: false });
    expect(due(leap, '2026-01-01T00:00:00Z', 3 * 366)).toEqual(['2028-02-28T23:00']);
    expect(due(cron([0], [0], { daysOfMonth: [30], months: [2], dayOfMonthIsWildcard: false }), '2026-01-01T00:00:00Z', 3660)).toEqual([]);
  });
});

describe('every', () => {
  it('restarts at each local midnight and counts elapsed time from there', () => {
    const four = due({ kind: 'every', everyMs: 4 * HOUR, offsetMs: 15 * MINUTE }, '2026-03-28T23:00:00Z', 1);
    // 29 March has 23 hours: the next day's grid starts an hour early.
    expect(four).toEqual([
      '2026-03-28T23:15',
      '2026-03-29T03:15',
      '2026-03-29T07:15',
      '2026-03-29T11:15',
      '2026-03-29T15:15',
      '2026-03-29T19:15',
      '2026-03-29T22:15',
    ]);
    expect(due({ kind: 'every', everyMs: 7 * HOUR, offsetMs: 0 }, '2026-01-01T23:00:00Z', 1)).toEqual([
      '2026-01-01T23:00',
      '2026-01-02T06:00',
      '2026-01-02T13:00',
      '2026-01-02T20:00',
      '2026-01-02T23:00',
    ]);
  });
});

describe('calendar events on the nights of daylight saving', () => {
  it.each(['systemd', 'proxmox'] as const)('skip a time that does not exist, by the grammar of %s', (dialect) => {
    const spring = new Station('Europe/Berlin', '2026-03-27T23:00:00Z');
    expect(spring.next(spring.calendar('02:30', dialect), 2)).toEqual(['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z']);
  });

  it.each(['systemd', 'proxmox'] as const)('run a repeated time once, at the first of the two, by the grammar of %s', (dialect) => {
    const autumn = new Station('Europe/Berlin', '2026-10-24T22:00:00Z');
    expect(autumn.next(autumn.calendar('02:30', dialect), 2)).toEqual(['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']);
    // The hole of ninety minutes that systemd shows as well.
    expect(autumn.next(autumn.calendar('2..3:0/30', dialect), 4).map((instant) => instant.slice(11, 16))).toEqual([
      '00:00',
      '00:30',
      '02:00',
      '02:30',
    ]);
  });

  it('follow the zone that they name, not that of the scenario', () => {
    const autumn = new Station('Europe/Berlin', '2026-10-24T22:00:00Z');
    const newYork = ['2026-10-25T06:30:00Z', '2026-10-26T06:30:00Z'];
    expect(autumn.next(autumn.calendar('02:30 America/New_York', 'systemd'), 2)).toEqual(newYork);
  });
});

describe('a local day that does not exist', () => {
  it('is made up for by cron at its end, skipped by calendar events and by periods', () => {
    // Samoa went over the date line: 29 December 2011 ended at 10:00Z on the 30th, with the 31st.
    const samoa = new Station('Pacific/Apia', '2011-12-29T12:00:00Z');
    const noons = ['2011-12-29T22:00:00Z', '2011-12-30T22:00:00Z', '2011-12-31T22:00:00Z'];
    expect(samoa.next(samoa.calendar('12:00', 'systemd'), 3)).toEqual(noons);
    expect(samoa.next(parseCron('0 12 * * *'), 3)).toEqual([noons[0], '2011-12-30T10:00:00Z', noons[1]]);
    expect(samoa.next({ kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR }, 3)).toEqual(noons);
  });
});

describe('a weekly cycle', () => {
  it('has a full on the first Saturday, differentials on the others and increments on weekdays', () => {
    const june = new Station('UTC', '2013-06-04T00:00:00Z');
    const until = (text: string): string[] =>
      june
        .next(june.calendar(text, 'systemd'), 20)
        .filter((instant) => instant < '2013-06-18')
        .map((instant) => instant.slice(5, 16));
    expect(until('Sat *-*-1..7 21:00')).toEqual([]);
    expect(until('Sat *-*-8..31 21:00')).toEqual(['06-08T21:00', '06-15T21:00']);
    expect(until('Mon..Fri 21:00').map((instant) => instant.slice(3, 5))).toEqual(['04', '05', '06', '07', '10', '11', '12', '13', '14', '17']);
  });
});

describe('firings', () => {
  const marked = (plan: SchedulePlan, start: string, days: number): (string | null)[][] => {
    const station = new Station('Europe/Berlin', start);
    const wall = (localMs: number): string => new Date(localMs).toISOString().slice(5, 16);
    return [...station.schedule(plan).firingsBetween(0, days * DAY)].map(({ atMs, localMs, change, insteadOfLocalMs }) => [
      atMs === null ? null : station.iso(atMs).slice(5, 16),
      wall(localMs),
      change,
      ...insteadOfLocalMs.map(wall),
    ]);
  };
  const [spring, autumn] = ['2026-03-28T23:00:00Z', '2026-10-24T22:00:00Z'];
  const calendar = (text: string): SchedulePlan => new Station('Europe/Berlin', spring).calendar(text, 'systemd');

  it('say which times a moved one stands for', () => {
    expect(marked(cron([15, 45], [2]), spring, 1)).toEqual([['03-29T01:00', '03-29T03:00', 'moved', '03-29T02:15', '03-29T02:45']]);
  });

  it('name those that are dropped in their place', () => {
    expect(marked(calendar('1,2,3:30'), spring, 1)).toEqual([
      ['03-29T00:30', '03-29T01:30', null],
      [null, '03-29T02:30', 'dropped'],
      ['03-29T01:30', '03-29T03:30', null],
    ]);
    // Every hour that there is: nothing is lost.
    expect(marked(calendar('*:30'), spring, 1).filter(([, , change]) => change !== null)).toEqual([]);
  });

  it('tell a repeated time that fires once from one that fires twice', () => {
    expect(marked(cron([30], [2]), autumn, 1)).toEqual([['10-25T00:30', '10-25T02:30', 'once']]);
    expect(marked(cron([30], '*'), autumn, 1).filter(([, , change]) => change !== null)).toEqual([
      ['10-25T00:30', '10-25T02:30', 'twice'],
      ['10-25T01:30', '10-25T02:30', 'twice'],
    ]);
  });

  it('mark what elapsed time moves away from its usual time of the day', () => {
    const moved = marked({ kind: 'every', everyMs: 4 * HOUR, offsetMs: 15 * MINUTE }, spring, 0.5);
    expect(moved).toEqual([
      ['03-28T23:15', '03-29T00:15', null],
      ['03-29T03:15', '03-29T05:15', 'moved', '03-29T04:15'],
      ['03-29T07:15', '03-29T09:15', 'moved', '03-29T08:15'],
    ]);
  });
});

describe('any schedule in any zone', () => {
  const stations = NIGHTS.map(([zone, start]) => new Station(zone, start));
  const drawn = fc.tuple(
    fc.constantFrom(...stations),
    fc.oneof(cronFollowingRealTime, cronAtFixedHours).map(cronText),
    systemdCalendar,
    fc.nat(2 * DAY),
  );

  it('fires in ascending order, and the next firing after one is a later one', () => {
    const check = ([station, cronExpression, calendarText, fromMs]: [Station, string, string, number]) => {
      for (const plan of [parseCron(cronExpression), station.calendar(calendarText, 'systemd')]) {
        const schedule = station.schedule(plan);
        const listed = [...schedule.firingsBetween(fromMs, fromMs + 2 * DAY)].flatMap(({ atMs }) => atMs ?? []).slice(0, 50);
        const stepped: number[] = [];
        for (
          let at = schedule.nextFrom(fromMs, fromMs + 2 * DAY - 1);
          at !== null && stepped.length < 50;
          at = schedule.nextFrom(at + 1, fromMs + 2 * DAY - 1)
        )
          stepped.push(at);
        expect(listed).toEqual(stepped);
        expect(stepped).toEqual([...new Set(stepped)].sort((a, b) => a - b));
      }
    };
    fc.assert(fc.property(drawn, check), { numRuns: 80, seed: 3 });
  });

  it('looks back at the same instants as forward', () => {
    const check = ([station, cronExpression, calendarText, fromMs]: [Station, string, string, number]) => {
      for (const plan of [parseCron(cronExpression), station.calendar(calendarText, 'systemd')]) {
        const schedule = station.schedule(plan);
        const before = schedule.lastBefore(fromMs + 2 * DAY, 20, 400);
        const [oldest] = before.slice(-1);
        if (oldest === undefined) continue;
        const forward: number[] = [];
        for (let at = schedule.nextFrom(oldest, fromMs + 2 * DAY - 1); at !== null; at = schedule.nextFrom(at + 1, fromMs + 2 * DAY - 1))
          forward.push(at);
        expect(before.toReversed()).toEqual(forward);
      }
    };
    fc.assert(fc.property(drawn, check), { numRuns: 80, seed: 3 });
  });
});

describe('looking back', () => {
  it('lists the ticks before an instant, latest first', () => {
    const table = berlin('2026-03-30T10:00:00Z');
    const found = new Schedule(cron([30], [2]), new Zone(table)).lastBefore(0, 3, 400);
    expect(found.map((at) => new Date(table.startEpochMs + at).toISOString().slice(0, 16))).toEqual([
      '2026-03-30T00:30',
      '2026-03-29T01:00',
      '2026-03-28T01:30',
    ]);
  });
});

describe('the calendar', () => {
  it('agrees with the platform on every day of five centuries', () => {
    for (let day = -40_000; day < 140_000; day += 1) {
      const platform = new Date(day * DAY);
      const own = dateOf(day);
      if (
        own.year !== platform.getUTCFullYear() ||
        own.month !== platform.getUTCMonth() + 1 ||
        own.day !== platform.getUTCDate() ||
        own.weekday !== platform.getUTCDay()
      ) {
        expect(own).toEqual(platform.toISOString());
      }
    }
  });
});

describe('an activity profile', () => {
  const zone = new Zone(berlin('2026-03-23T00:00:00Z'));
  const nights = new Activity({ name: 'nights', multipliers: range(0, 23).map((hour) => (hour >= 22 || hour < 5 ? 1.6 : 0.75)) }, zone);

  it('has the mean 1 over its week', () => {
    // 23 March 2026 00:00Z is Monday 01:00 in Berlin; the following Sunday has 23 hours, so take Monday to Saturday.
    expect(nights.meanBetween(-HOUR, 5 * DAY - HOUR)).toBeCloseTo(1, 12);
  });

  it('changes at full local hours, also across a change of the clock', () => {
    // Sunday 29 March: night ends at 05:00 summer time, 03:00Z.
    const saturdayNight = Date.parse('2026-03-28T21:00:00Z') - Date.parse('2026-03-23T00:00:00Z');
    expect(nights.nextChangeAfter(saturdayNight) - saturdayNight).toBe(6 * HOUR);
  });
});
