import { describe, expect, it } from 'vitest';
import { estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleRun } from './result.ts';

const MINUTE = 60_000;

/** Runs of a job that is due every ten minutes of an hour and needs `serviceMinutes` for its one VM. */
function everyTenMinutes(serviceMinutes: number, ifRunning: string): OracleRun[] {
  const job = { schedule: { every: '10m' }, streamRate: `${600 / serviceMinutes}MB/s`, ifRunning };
  const document = estate({ duration: '1h', vm: { size: '36000MB' }, job });
  return integrate(document, { stepMs: MINUTE }).jobs.job?.runs ?? [];
}

function minutes(list: OracleRun[], instant: (run: OracleRun) => number | null): (number | null)[] {
  return list.map((run) => {
    const ms = instant(run);
    return ms === null ? null : ms / MINUTE;
  });
}

describe('overlap of a job with itself', () => {
  it('finds no overlap when a run ends exactly when the next is due', () => {
    const runs = everyTenMinutes(10, 'skip');
    expect(runs.map((run) => run.overlapsPrevious)).toEqual([false, false, false, false, false, false]);
    expect(minutes(runs, (run) => run.endedMs)).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('skips what is due meanwhile', () => {
    const runs = everyTenMinutes(25, 'skip');
    expect(runs.map((run) => run.status)).toEqual(['success', 'skipped', 'skipped', 'success', 'skipped', 'skipped']);
    expect(minutes(runs, (run) => run.startedMs)).toEqual([0, null, null, 30, null, null]);
    expect(runs.map((run) => run.overlapsPrevious)).toEqual([false, true, true, false, true, true]);
  });

  it('queues one and skips the rest, and starts a queued run before the tick of the same instant', () => {
    const runs = everyTenMinutes(25, 'queue');
    expect(runs.map((run) => run.status)).toEqual(['success', 'success', 'skipped', 'running', 'skipped', 'queued']);
    expect(minutes(runs, (run) => run.startedMs)).toEqual([0, 25, null, 50, null, null]);
  });

  it('queues all', () => {
    const runs = everyTenMinutes(25, 'queue-all');
    expect(runs.map((run) => run.status)).toEqual(['success', 'success', 'running', 'queued', 'queued', 'queued']);
    expect(minutes(runs, (run) => run.startedMs)).toEqual([0, 25, 50, null, null, null]);
  });

  it('starts runs on top of each other', () => {
    const document = estate({ duration: '1h', job: { schedule: { every: '10m' }, streamRate: '24MB/s', ifRunning: 'start' } });
    const result = integrate(document, { stepMs: MINUTE });
    expect(minutes(result.jobs.job?.runs ?? [], (run) => run.endedMs)).toEqual([25, 35, 45, 55, null, null]);
    expect(result.vms.a?.maxChainDepth).toBe(3);
    expect(result.jobs.job?.firstOverlapAtMs).toBe(10 * MINUTE);
  });

  it('lets the removals of one VM wait for each other, the removal call included', () => {
    const job = { schedule: { every: '10m' }, ifRunning: 'start', timings: { quiesce: '0s', create: '0s', remove: '15m' } };
    const runs = integrate(estate({ duration: '2h', job }), { stepMs: MINUTE }).jobs.job?.runs ?? [];
    // Transfers end ten minutes apart from the hour on, removals take a quarter of an hour each.
    expect(minutes(runs, (run) => run.tasks[0]?.transferEndMs ?? null).slice(0, 3)).toEqual([60, 70, 80]);
    expect(minutes(runs, (run) => run.endedMs).slice(0, 3)).toEqual([75, 90, 105]);
  });

  it.each([
    [16, 36],
    [20, 144],
    [30, 288],
    [60, 432],
  ])('with %i minutes of service every 15 leaves %i runs due and not ended after six days', (serviceMinutes, expected) => {
    const job = { schedule: { every: '15m' }, streamRate: `${600 / serviceMinutes}MB/s`, ifRunning: 'queue-all' };
    const runs = integrate(estate({ duration: '6d', job }), { stepMs: 24 * 60 * MINUTE }).jobs.job?.runs ?? [];
    expect(runs).toHaveLength(576);
    expect(runs.filter((run) => run.endedMs === null)).toHaveLength(expected);
  });
});

describe('slots', () => {
  const sixVms = { a: { datastore: 'ds', size: '36000MB', count: 6, writes: { rate: 0, changed: '0MB/day' } } };

  it.each([
    ['concurrency', { job: { concurrency: 4 } }],
    ['repository slots', { repository: { slots: 4 } }],
    ['open snapshots', { datastore: { maxOpenSnapshots: 4 } }],
    ['proxy slots', { job: { proxies: ['p', 'q'] }, more: { proxies: { p: { slots: 1 }, q: { slots: 3 } } } }],
  ])('runs four tasks and lets two wait when %s are short', (_name, changes) => {
    const result = integrate(estate({ vms: sixVms, ...changes }), { stepMs: MINUTE });
    const starts = (result.jobs.job?.runs ?? []).flatMap((run) => run.tasks.map((task) => task.transferMs));
    expect(starts).toEqual([0, 0, 0, 0, 60 * MINUTE, 60 * MINUTE]);
  });

  it('lets the job with the lower priority number go first and one job wait for the VM of the other', () => {
    const job = { vms: 'all', schedule: { at: ['2026-03-02T00:00'] }, repository: 'repo', mode: 'full', reduction: 1, streamRate: '10MB/s' };
    const result = integrate(estate({ jobs: { late: { ...job, priority: 2 }, early: { ...job, priority: 1 } } }), { stepMs: MINUTE });
    expect(result.jobs.early?.runs[0]?.tasks[0]?.snapshotMs).toBe(500);
    expect(result.jobs.late?.runs[0]?.tasks[0]?.snapshotMs).toBe(60 * MINUTE + 500 + 1000 + 500);
  });

  it('holds the snapshots of a whole run open while its tasks wait', () => {
    const document = estate({ vms: sixVms, job: { snapshots: 'whole-run', concurrency: 3 } });
    const tasks = integrate(document, { stepMs: MINUTE }).jobs.job?.runs[0]?.tasks ?? [];
    expect(tasks.map((task) => task.snapshotMs)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(tasks.map((task) => task.transferMs)).toEqual([0, 0, 0, 60 * MINUTE, 60 * MINUTE, 60 * MINUTE]);
  });
});

describe('what is read and kept', () => {
  const writes = { law: 'append', rate: '10kB/s' };
  const daily = { schedule: '0 1 * * *', mode: 'forever-forward', streamRate: '100MB/s', reduction: 2 };

  it('reads what was written since the last snapshot, from the second run on', () => {
    const runs = integrate(estate({ duration: '3d', vm: { writes }, job: daily }), { stepMs: 60 * MINUTE }).jobs.job?.runs ?? [];
    expect(runs.flatMap((run) => run.tasks.map(({ kind, readBytes, storedBytes }) => [kind, readBytes, storedBytes]))).toEqual([
      ['full', 36e9, 18e9],
      ['incremental', 864e6, 432e6],
      ['incremental', 864e6, 432e6],
    ]);
  });

  it('begins with a steady chain and a base one day old when established', () => {
    const job = { ...daily, initial: 'established', retention: { last: 3 } };
    const result = integrate(estate({ duration: '3d', vm: { writes }, job }), { stepMs: 60 * MINUTE });
    expect(result.jobs.job?.runs[0]?.tasks[0]).toMatchObject({ kind: 'incremental', readBytes: 864e6 });
    // A full and two increments stay; the newest is there before the oldest goes.
    expect(result.repositories.repo?.peakUsedBytes).toBe(18e9 + 3 * 432e6);
  });

  it('keeps the full and drops the oldest increment', () => {
    const days = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-07'];
    const job = { ...daily, schedule: { at: days.map((day) => `${day}T00:00`) }, retention: { last: 2 } };
    const result = integrate(estate({ duration: '6d', vm: { writes }, job }), { stepMs: 60 * MINUTE });
    // The increment of one day stands beside the full when that of three days comes.
    expect(result.repositories.repo?.peakUsedBytes).toBe(18e9 + 432e6 + 3 * 432e6);
  });

  it('keeps fulls only in mode full', () => {
    const result = integrate(estate({ duration: '6d', job: { ...daily, mode: 'full', retention: { last: 2 } } }), { stepMs: 60 * MINUTE });
    expect(result.repositories.repo?.peakUsedBytes).toBe(3 * 18e9);
  });

  it('writes in office hours what the normalised week says', () => {
    const job = { ...daily, schedule: { at: ['2026-03-02T08:00', '2026-03-02T18:00'] } };
    const document = estate({ duration: '1d', vm: { writes, activity: 'office-hours' }, job });
    const second = integrate(document, { stepMs: 60 * MINUTE }).jobs.job?.runs[1]?.tasks[0];
    // 50 of 168 hours at 1.8 and 118 at 0.5 have the mean 149/168.
    expect(Math.abs((second?.readBytes ?? 0) - (360e6 * 1.8 * 168) / 149)).toBeLessThanOrEqual(1);
  });
});

describe('ticks in local time', () => {
  function ticks(start: string, schedule: unknown, duration = '1d'): string[] {
    const document = estate({ start, duration, timezone: 'Europe/Berlin', job: { schedule, ifRunning: 'start' } });
    const startMs = Date.parse(`${start}Z`) - (start.includes('-10-') ? 2 : 1) * 60 * MINUTE;
    const runs = integrate(document, { stepMs: 24 * 60 * MINUTE }).jobs.job?.runs ?? [];
    return runs.map((run) => new Date(startMs + run.dueMs).toISOString().slice(11, 16));
  }

  it('moves a daily time inside the gap of spring to the first instant after it', () => {
    expect(ticks('2026-03-29T00:00', '30 2 * * *')).toEqual(['01:00']);
  });

  it('runs a daily time that comes twice in autumn at the first of the two', () => {
    expect(ticks('2026-10-25T00:00', '30 2 * * *')).toEqual(['00:30']);
  });

  it('runs a wildcard hour in both of the repeated hours', () => {
    expect(ticks('2026-10-25T01:00', '30 * * * *', '4h')).toEqual(['23:30', '00:30', '01:30', '02:30']);
  });

  it('restarts a period at local midnight', () => {
    expect(ticks('2026-03-02T18:00', { every: '5h', offset: '15m' }, '12h')).toEqual(['19:15', '23:15', '04:15']);
  });

  it('understands names, lists, ranges and steps', () => {
    expect(ticks('2026-03-02T00:00', '0,30 8-10/2 * mar mon-fri')).toEqual(['07:00', '07:30', '09:00', '09:30']);
    expect(ticks('2026-03-01T00:00', '0 8 * * mon')).toEqual([]);
  });
});
