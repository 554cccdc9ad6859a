/** Retention by periods against the words of its definition, told a second time with labels of dates, and the space of a past against the past itself. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repositoryBytesAtStart } from '../../../sim/build.ts';
import { Zone } from '../../../sim/estate/zone.ts';
import { type JobPlan, type RepositoryPlan, type Result, type RetentionPlan, type SchedulePlan, simulate } from '../../../sim/index.ts';
import { NO_FLAGS } from '../../../sim/repository/point.ts';
import { keptBy } from '../../../sim/repository/retention.ts';
import { appending, DAY, GiB, HOUR, job, keep, MINUTE, plan, repository, START_EPOCH_MS, vm } from '../plans.ts';

const UTC = new Zone({ name: 'UTC', startEpochMs: START_EPOCH_MS, dataVersion: 'none', offsets: [{ fromMs: -4000 * DAY, offsetMs: 0 }] });

const isoOf = (atMs: number): string => new Date(START_EPOCH_MS + atMs).toISOString();
/** The Thursday of its week names the week (ISO 8601). */
const thursdayOf = (atMs: number): string => isoOf(atMs + (3 - ((new Date(START_EPOCH_MS + atMs).getUTCDay() + 6) % 7)) * DAY).slice(0, 10);
const LABELS: [keyof RetentionPlan, (atMs: number) => string][] = [
  ['hourly', (atMs) => isoOf(atMs).slice(0, 13)],
  ['daily', (atMs) => isoOf(atMs).slice(0, 10)],
  ['weekly', thursdayOf],
  ['monthly', (atMs) => isoOf(atMs).slice(0, 7)],
  ['yearly', (atMs) => isoOf(atMs).slice(0, 4)],
];

/** "Prune Schedules" of the manual, word by word, newest first. */
function prune(retention: RetentionPlan, moments: readonly number[]): number[] {
  const newestFirst = [...moments].sort((a, b) => b - a);
  const kept = newestFirst.slice(0, retention.last ?? 0);
  const done = new Set(kept);
  for (const [option, labelOf] of LABELS) {
    const count = retention[option] as number | null;
    if (count === null) continue;
    const covered = kept.map(labelOf);
    const selected: string[] = [];
    for (const moment of newestFirst) {
      const label = labelOf(moment);
      if (done.has(moment) || covered.includes(label)) continue;
      if (selected.includes(label)) done.add(moment);
      else if (selected.length >= count) break;
      else {
        selected.push(label);
        kept.push(moment);
        done.add(moment);
      }
    }
  }
  return kept.sort((a, b) => a - b);
}

const count = fc.option(fc.integer({ min: 1, max: 9 }));
const retentions = fc.record({ last: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count }).map(keep);
const moments = fc
  .uniqueArray(fc.integer({ min: -900 * 24 * 4, max: 0 }), { minLength: 1, maxLength: 120 })
  .map((quarters) => quarters.map((n) => n * 15 * MINUTE).sort((a, b) => a - b));

const keptOf = (retention: RetentionPlan, given: readonly number[]): number[] => {
  const kept = keptBy(
    retention,
    given.map((atMs) => ({ atMs, streamedMs: null, flags: NO_FLAGS, periods: null })),
    UTC,
    0,
  );
  return given.filter((_, place) => kept[place]);
};

it('keeps what the words of the definition keep', () => {
  fc.assert(
    fc.property(retentions, moments, (retention, given) => {
      expect(keptOf(retention, given)).toEqual(prune(retention, given));
    }),
    { numRuns: 500 },
  );
});

it('keeps the same when any of what it does not keep has gone before', () => {
  fc.assert(
    fc.property(retentions, moments, fc.infiniteStream(fc.boolean()), (retention, given, gone) => {
      const kept = keptOf(retention, given);
      const left = given.filter((moment) => kept.includes(moment) || !gone.next().value);
      expect(keptOf(retention, left)).toEqual(kept);
    }),
    { numRuns: 300 },
  );
});

/** By cron, at midnight on some days of the week. */
function onDays(...daysOfWeek: number[]): Extract<SchedulePlan, { kind: 'cron' }> {
  const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  const wildcards = { hourIsWildcard: false, dayOfMonthIsWildcard: true, dayOfWeekIsWildcard: false };
  return { kind: 'cron', text: '', minutes: [0], hours: [0], daysOfMonth: all(31), months: all(12), daysOfWeek, ...wildcards };
}

const SATURDAYS = onDays(6);
const JOBS: Partial<JobPlan>[] = [
  { mode: 'forever-forward' },
  { mode: 'reverse' },
  { mode: 'full' },
  { mode: 'forward', fullBackups: { kind: 'active', schedule: SATURDAYS } },
  { mode: 'forward', fullBackups: { kind: 'synthetic', schedule: SATURDAYS } },
  { mode: 'forward', fullBackups: { kind: 'active', schedule: SATURDAYS }, differential: onDays(1, 3, 5) },
];
const RETENTIONS = [
  keep({ last: 5 }),
  keep({ last: 3, daily: 9, weekly: 4, monthly: 3 }),
  keep({ last: 3, weekly: 4, monthly: 2, definition: 'veeam' }),
];
/** On Thursdays at midnight. */
const COLLECTED: Partial<RepositoryPlan> = { gcGraceMs: 25 * HOUR, garbageCollection: { schedule: onDays(4), readShare: 0.001 } };
const REPOSITORIES: Partial<RepositoryPlan>[] = [{}, { gcGraceMs: 50 * HOUR }, { blockClone: true }, { immutableMs: 12 * DAY + HOUR }, COLLECTED];

const cases = JOBS.flatMap((of) => RETENTIONS.flatMap((retention) => REPOSITORIES.map((store) => ({ of, retention, store }))));

it.each(cases)('weighs an established past as much as the simulation finds of it: $of $retention $store', ({ of, retention, store }) => {
  const writes = (mib: number) => ({ disk: { writes: appending(mib * 10_000), usedBytes: 60 * GiB } });
  const given = plan({
    durationMs: HOUR,
    vms: [vm('a', writes(1)), vm('b', { ...writes(3), changeTracking: false })],
    repositories: [
      repository({ ...store, copyTo: { repository: 'second', links: [], retention, schedule: null, account: null } }),
      repository({ name: 'second' }),
    ],
    jobs: [job({ ...of, retention, initial: 'established', reduction: 2, schedule: { kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR } })],
  });
  const { repositories } = simulate(given);
  const weighed = Object.entries(repositoryBytesAtStart(given)).map(([name, bytes]) => [name, Math.ceil(bytes)]);
  expect(weighed).toEqual(Object.entries(repositories).map(([name, { startUsedBytes }]) => [name, startUsedBytes]));
  for (const [, bytes] of weighed) expect(bytes).toBeGreaterThan(60 * GiB);
});

/** A whole number of weeks, and more than any of the retentions looks back. */
const PAST_MS = 40 * 7 * DAY;

/** Of the copies. */
const longer = keep({ last: 8, weekly: 6 });

it.each(cases)('establishes what a job that has really run for 40 weeks holds: $of $retention $store', ({ of, retention, store }) => {
  const given = plan({
    durationMs: HOUR,
    vms: [vm('a', { disk: { writes: appending(10_000), usedBytes: 60 * GiB } })],
    repositories: [
      repository({ ...store, copyTo: { repository: 'second', links: [], retention: longer, schedule: null, account: null } }),
      repository({ name: 'second' }),
    ],
    jobs: [job({ ...of, retention, reduction: 2, schedule: { kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR } })],
  });
  const lived = simulate({ ...given, durationMs: PAST_MS, zone: { ...given.zone, startEpochMs: given.zone.startEpochMs - PAST_MS } });
  const established = simulate({ ...given, jobs: given.jobs.map((one) => ({ ...one, initial: 'established' })) });
  for (const name of ['repo', 'second']) {
    const [expected, found] = [lived.repositories[name]?.endUsedBytes ?? 0, established.repositories[name]?.startUsedBytes ?? 0];
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-6);
  }
  expect(established.vms.a?.restorePoints).toBe(lived.vms.a?.restorePoints);
});

/** At midnight of these days, from the first repository to the second, and from there to the third. */
const COPIES: [SchedulePlan | null, SchedulePlan | null][] = [
  [onDays(0, 3), null],
  [onDays(6), onDays(2)],
  [null, onDays(1, 4)],
];
/** The first keeps less than what waits for a week. */
const COPIED_RETENTIONS = [keep({ last: 2 }), ...RETENTIONS];
const copied = JOBS.flatMap((of) =>
  COPIED_RETENTIONS.flatMap((retention) => [{}, COLLECTED].flatMap((store) => COPIES.map((at) => ({ of, retention, store, at })))),
);

it.each(copied)(
  'establishes what waits to be copied, and what has been: $of $retention $store $at',
  ({ of, retention, store, at: [first, second] }) => {
    const goingOnMs = 9 * DAY;
    const copyTo = (name: string, schedule: SchedulePlan | null) => ({ repository: name, links: [], retention: longer, schedule, account: null });
    const given = plan({
      durationMs: goingOnMs,
      vms: [vm('a', { disk: { writes: appending(10_000), usedBytes: 60 * GiB } })],
      repositories: [
        repository({ ...store, copyTo: copyTo('second', first) }),
        repository({ name: 'second', copyTo: copyTo('third', second) }),
        repository({ name: 'third' }),
      ],
      jobs: [job({ ...of, retention, reduction: 2, schedule: { kind: 'every', everyMs: DAY, offsetMs: 12 * HOUR } })],
    });
    const established = (recoveryAt: number[]) =>
      simulate({ ...given, jobs: given.jobs.map((one) => ({ ...one, initial: 'established' })) }, { recoveryAt });
    const lived = (recoveryAt: number[]) =>
      simulate(
        { ...given, durationMs: PAST_MS + goingOnMs, zone: { ...given.zone, startEpochMs: given.zone.startEpochMs - PAST_MS } },
        { recoveryAt: recoveryAt.map((atMs) => PAST_MS + atMs) },
      );
    // Also where it goes on from what was there at the start.
    const instants = Array.from({ length: 10 }, (_, day) => day * DAY + 6 * HOUR).filter((atMs) => atMs <= goingOnMs);
    const momentsOf = ({ recovery }: Result, startMs: number) =>
      recovery?.map(({ vms }) =>
        vms.a?.chains.map(({ repository: name, points }) => [name, points.map(({ atMs, kind }) => [kind, Math.round((atMs - startMs) / DAY)])]),
      );
    const [expected, found] = [lived(instants), established(instants)];
    expect(momentsOf(found, 0)).toEqual(momentsOf(expected, PAST_MS));
    for (const [name, { endUsedBytes }] of Object.entries(expected.repositories)) {
      expect(Math.abs((found.repositories[name]?.endUsedBytes ?? 0) / endUsedBytes - 1)).toBeLessThan(1e-3);
    }
    expect(found.vms.a?.survives).toEqual(expected.vms.a?.survives);
  },
);
