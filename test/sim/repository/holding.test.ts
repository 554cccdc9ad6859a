import { describe, expect, it } from 'vitest';
import type { Plan, RepositoryPlan } from '../../../sim/index.ts';
import { DAY, HOUR, job, keep, MINUTE, MiB, NO_WRITES, SECOND, vm } from '../plans.ts';
import { days, device, heldAt, nights, observe, server } from './observed.ts';

const FULL = 10_240;

/** A full each night, of which only the newest is wanted. */
const fulls = (of: Partial<RepositoryPlan>, count = 4): Plan =>
  days(count, { repositories: [device(of)], jobs: [job({ schedule: nights(count), retention: keep({ last: 1 }) })] });

const second = DAY + 204_800;

describe('space of removed points', () => {
  it('comes back at once', () => {
    expect(heldAt(fulls({}), second).usedMib).toBe(FULL);
  });

  it('comes back after the grace', () => {
    const given = fulls({ gcGraceMs: 36 * HOUR });
    expect(heldAt(given, second + 36 * HOUR - 1).usedMib).toBeGreaterThan(2 * FULL);
    expect(observe(given).of('space-reclaimed')[0]).toMatchObject({ atMs: second + 36 * HOUR, bytes: FULL * MiB });
    expect(heldAt(given, 3 * DAY + HOUR)).toMatchObject({ usedMib: 3 * FULL, points: { full: 1 } });
  });

  it('comes back with the first collection of garbage that begins after the grace, which takes its time', () => {
    // At noon: removed at 24 h 3 m 24.8 s, so not yet 18 h old at the first noon after; at noon of day 2 the collection reads a tenth of what is stored.
    const given = fulls({
      gcGraceMs: 18 * HOUR,
      garbageCollection: { schedule: { kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR }, readShare: 0.1 },
    });
    const run = observe(given);
    // Three fulls are there: the present one, and those removed on nights 1 and 2.
    const took = (3 * FULL * 0.1 * 1000) / 100;
    expect(run.of('space-reclaimed')[0]).toMatchObject({ atMs: 2 * DAY + 12 * HOUR + took, bytes: FULL * MiB });
    expect(run.of('repository-work-started').map(({ atMs }) => (atMs - 12 * HOUR) / DAY)).toEqual([0, 1, 2, 3]);
    expect(heldAt(given, 3 * DAY - 1).usedMib).toBe(2 * FULL);
  });
});

describe('immutability', () => {
  it('keeps a point until it is old enough, whatever retention says', () => {
    const given = fulls({ immutableMs: 36 * HOUR });
    // On night 1 the first point is 24 h old, on night 2 it is 48 h old and the second 24 h.
    expect(heldAt(given, 2 * DAY - 1).points.full).toBe(2);
    expect(heldAt(given, 3 * DAY - 1).points.full).toBe(2);
    expect(
      observe(given)
        .of('points-removed')
        .map(({ atMs, moments }) => [atMs, moments]),
    ).toEqual([
      [2 * DAY + 204_800, '0'],
      [3 * DAY + 204_800, `${DAY}`],
    ]);
  });

  it('holds back merges, too', () => {
    const given = days(4, {
      repositories: [device({ immutableMs: 30 * HOUR })],
      jobs: [job({ mode: 'forever-forward', schedule: nights(4), retention: keep({ last: 1 }) })],
    });
    // The first increment is old enough with the run of night 3.
    const [first] = observe(given).of('repository-work-started');
    expect(first?.atMs).toBe(3 * DAY + 20_480);
    expect(heldAt(given, 4 * DAY).points).toMatchObject({ full: 1, incremental: 2 });
  });
});

describe('a full repository', () => {
  const other = vm('other', { disk: { usedBytes: FULL * MiB, writes: NO_WRITES } });
  const naming = (name: string) => ({ all: false, names: [name], tags: [], hosts: [], datastores: [], except: [] });

  it('fails who writes, while a merge goes on and gives its space back; nothing stored is lost', () => {
    const given = days(4, {
      vms: [server(), other],
      repositories: [device({ capacityBytes: 15_000 * MiB, mergeBytesPerSecond: MiB })],
      jobs: [
        job({ name: 'kept', mode: 'forever-forward', selection: naming('web'), schedule: nights(3), retention: keep({ last: 2 }) }),
        job({ name: 'large', selection: naming('other'), schedule: { kind: 'at', atMs: [2 * DAY + MINUTE] } }),
      ],
    });
    const run = observe(given);
    // The merge runs from 20.48 s after midnight for 1,024 s. Beside it, which takes 0.03 of the device, the write gets its 0.97 of 50 MiB/s.
    const filled = 2 * DAY + MINUTE + Math.ceil(((15_000 - FULL - 2048) / (0.97 * 50)) * SECOND);
    expect(run.of('repository-full')[0]).toMatchObject({ atMs: filled, writers: 1 });
    expect(run.result.jobs.large?.runs[0]?.tasks[0]).toMatchObject({ status: 'failed', reason: 'repository-full', storedBytes: 0 });
    expect(run.of('repository-work-ended')[0]).toMatchObject({ work: 'merge', atMs: 2 * DAY + 20_480 + 1_024_000 });
    expect(run.result.repositories.repo?.fullAtMs).toBe(filled);
    expect(heldAt(given, filled + 1).usedMib).toBe(FULL + 2048);
    expect(heldAt(given, 3 * DAY)).toMatchObject({ usedMib: FULL + 1024, points: { full: 1, incremental: 1 } });
  });
});

describe('an established chain', () => {
  const established = (given: Parameters<typeof job>[0], of: Partial<RepositoryPlan> = {}): Plan =>
    days(1, {
      repositories: [device(of)],
      jobs: [
        job({
          schedule: { kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR },
          initial: 'established',
          reduction: 2,
          retention: keep({ last: 5 }),
          ...given,
        }),
      ],
    });
  const start = (given: Plan): [number, Record<string, number>] => {
    const { usedMib, points } = heldAt(given, HOUR);
    return [usedMib, Object.fromEntries(Object.entries(points).filter(([, count]) => count > 0))];
  };

  it('holds the steady points of its mode', () => {
    expect(start(established({ mode: 'full' }))).toEqual([5 * 5120, { full: 5 }]);
    expect(start(established({ mode: 'forever-forward' }))).toEqual([5120 + 4 * 512, { full: 1, incremental: 4 }]);
    expect(start(established({ mode: 'reverse' }))).toEqual([5120 + 4 * 512, { full: 1, reverse: 4 }]);
  });

  it('reaches back to the full on which its oldest point depends', () => {
    // Start: Monday. Fulls on Saturdays; the five newest are from Sunday back to Wednesday, which needs the week since the Saturday before.
    const schedule = { kind: 'every' as const, everyMs: DAY, offsetMs: 12 * HOUR };
    const fullBackups = { kind: 'active' as const, schedule: { kind: 'cron' as const, ...cronSaturday } };
    expect(start(established({ mode: 'forward', schedule, fullBackups }))).toEqual([2 * 5120 + 7 * 512, { full: 2, incremental: 7 }]);
    const synthetic = { ...fullBackups, kind: 'synthetic' as const };
    expect(start(established({ mode: 'forward', schedule, fullBackups: synthetic }))).toEqual([2 * 5120 + 7 * 512, { full: 2, incremental: 7 }]);
    // By block clone the newer full shares what the older chain holds.
    expect(start(established({ mode: 'forward', schedule, fullBackups: synthetic }, { blockClone: true }))).toEqual([
      5120 + 8 * 512,
      { full: 2, incremental: 7 },
    ]);
  });

  it('keeps what a longer retention has kept, and what the grace still holds', () => {
    // Sunday, and the Sundays of three weeks before that one.
    expect(start(established({ mode: 'full', retention: keep({ last: 1, weekly: 3 }) }))).toEqual([4 * 5120, { full: 4 }]);
    // Removed on Sunday noon, 12 h before the start.
    expect(start(established({ mode: 'full' }, { gcGraceMs: DAY }))).toEqual([6 * 5120, { full: 5 }]);
  });

  it('goes on where the past has ended', () => {
    const run = observe(established({ mode: 'forever-forward' }));
    expect(run.result.jobs.nightly?.runs[0]?.tasks[0]).toMatchObject({ kind: 'incremental', readBytes: 1024 * MiB });
    expect(run.of('repository-work-ended')[0]).toMatchObject({ work: 'merge', bytes: 512 * MiB });
    expect(run.result.vms.web).toMatchObject({ restorePoints: 5 });
  });
});

const cronSaturday = {
  text: '0 0 * * sat',
  minutes: [0],
  hours: [0],
  daysOfMonth: Array.from({ length: 31 }, (_, index) => index + 1),
  months: Array.from({ length: 12 }, (_, index) => index + 1),
  daysOfWeek: [6],
  hourIsWildcard: false,
  dayOfMonthIsWildcard: true,
  dayOfWeekIsWildcard: false,
};
