/** Cron expressions against croner, and where croner goes other ways against the second implementation. */
import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../scenarios/format/schedule/cron.ts';
import { ticksBetween } from '../../oracle/schedule.ts';
import { Zone } from '../../oracle/zone.ts';
import { DAY } from '../plans.ts';
import { NIGHTS, Station } from './due.ts';
import { type CronParts, cronAtFixedHours, cronFollowingRealTime, cronOnceADay, cronText } from './expressions.ts';

const RUNS_PER_NIGHT = 50;
const COUNT = 12;

function byCroner(text: string, { name, startEpochMs, endEpochMs }: Station): string[] {
  const runs = new Cron(text, { timezone: name }).nextRuns(COUNT, new Date(startEpochMs));
  return runs.filter((run) => run.getTime() < endEpochMs).map((run) => run.toISOString().replace('.000Z', 'Z'));
}

/** Gaps in Nuuk take the last hour of a Saturday; what falls into it croner leaves out where it is due at once in other gaps. */
function isLostAtMidnight({ hour }: CronParts, { name }: Station): boolean {
  return hour === '23' && name === 'America/Nuuk';
}

function agrees(station: Station, parts: fc.Arbitrary<CronParts>): void {
  const check = (given: CronParts) => {
    fc.pre(!isLostAtMidnight(given, station));
    expect(station.next(parseCron(cronText(given)), COUNT)).toEqual(byCroner(cronText(given), station));
  };
  fc.assert(fc.property(parts, check), { numRuns: RUNS_PER_NIGHT, seed: 6 });
}

describe.each(NIGHTS)('cron in %s from %s', (zone, start) => {
  const station = new Station(zone, start);

  it('with a wildcard hour is due when croner is, in every hour that passes', () => agrees(station, cronFollowingRealTime));

  it('at one time of the day is due when croner is: after a gap at once, of a repeated time at the first', () => agrees(station, cronOnceADay));

  // croner makes up for a lost time only where it is the only one of the day, and runs lists and ranges of hours in both repeated hours.
  it('at several hours follows the same rule for each of its times, as the second implementation does', () => {
    const oracle = new Zone(zone);
    const check = (given: CronParts) => {
      const text = cronText(given);
      const expected = ticksBetween({ kind: 'cron', fields: text.split(' ') }, oracle, station.startEpochMs + 1, station.startEpochMs + 3 * DAY);
      const ours = station.next(parseCron(text), expected.length + 1).slice(0, expected.length);
      expect(ours).toEqual(expected.map((atMs) => new Date(atMs).toISOString().replace('.000Z', 'Z')));
    };
    fc.assert(fc.property(cronAtFixedHours, check), { numRuns: RUNS_PER_NIGHT, seed: 6 });
  });
});

describe('cron where the gap takes the last hour of a day', () => {
  it('is due at once after it, as after any other gap', () => {
    const station = new Station('America/Nuuk', '2026-03-28T12:00:00Z');
    expect(station.next(parseCron('30 23 * * sat'), 2)).toEqual(['2026-03-29T01:00:00Z', '2026-04-05T00:30:00Z']);
    expect(byCroner('30 23 * * sat', station)[0]).toBe('2026-04-05T00:30:00Z');
  });
});

describe('cron in a month without change of the clocks', () => {
  it('is due when croner is, whatever its hours', () => {
    const station = new Station('Europe/Berlin', '2026-05-03T12:34:56Z');
    const clocksChangeMs = Date.parse('2026-10-24T00:00:00Z');
    const check = (given: CronParts) => {
      const text = cronText(given);
      const before = (instants: string[]) => instants.filter((one) => Date.parse(one) < clocksChangeMs);
      expect(before(station.next(parseCron(text), COUNT))).toEqual(before(byCroner(text, station)));
    };
    fc.assert(fc.property(cronAtFixedHours, check), { numRuns: 400, seed: 6 });
  });

  it('takes a step over a wildcard day for a wildcard, as Vixie cron does and croner does not', () => {
    const station = new Station('UTC', '2026-05-31T23:59:00Z');
    // Odd days that are Mondays: June 1, 15 and 29; croner takes every odd day and every Monday.
    const mondays = ['2026-06-01T00:00:00Z', '2026-06-15T00:00:00Z', '2026-06-29T00:00:00Z'];
    expect(station.next(parseCron('0 0 */2 * mon'), 3)).toEqual(mondays);
    expect(byCroner('0 0 */2 * mon', station).slice(0, 3)).not.toEqual(mondays);
  });
});
