import { describe, expect, it } from 'vitest';
import { estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleRun } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Runs of the job that reads its VM for an hour. */
function runsOf(job: object, duration = '12h', more: object = {}): OracleRun[] {
  return integrate(estate({ duration, job, ...more }), { stepMs: 30 * MINUTE }).jobs.job?.runs ?? [];
}

function instants(runs: OracleRun[], key: 'dueMs' | 'startedMs' | 'endedMs'): (number | null)[] {
  return runs.map((run) => run[key]).map((ms) => (ms === null ? null : ms / HOUR));
}

describe('windows', () => {
  const window = { from: '03:00', to: '05:30' };

  it('drop what is due outside them, their last instant included', () => {
    expect(instants(runsOf({ schedule: { every: '90m' }, window }), 'dueMs')).toEqual([3, 4.5]);
  });

  it('are caught up with once, when they open', () => {
    expect(instants(runsOf({ schedule: { every: '2h', offset: '30m' }, window, catchUp: true }), 'dueMs')).toEqual([3, 4.5]);
  });

  it('let runs finish, or end them', () => {
    const status = (atEnd: string): string[] => {
      const runs = runsOf({ schedule: { at: ['2026-03-02T05:00'] }, window: { ...window, atEnd } });
      return runs.map((run) => `${run.status} ${run.tasks[0]?.reason} ${(run.endedMs ?? 0) / HOUR}`);
    };
    expect(status('finish')).toEqual(['success null 6']);
    expect(status('stop-new-tasks')).toEqual(['success null 6']);
    expect(status('terminate')).toEqual(['aborted window-closed 5.5']);
  });

  it('leave out a queued run whose turn comes outside them, and catch up with it', () => {
    const job = { schedule: { at: ['2026-03-02T05:00', '2026-03-02T05:20'] }, window: { ...window, to: '05:30' }, ifRunning: 'queue', catchUp: true };
    const runs = runsOf(job, '30h');
    expect(runs.map(({ status }) => status)).toEqual(['success', 'skipped', 'success']);
    expect(instants(runs, 'startedMs')).toEqual([5, null, 27]);
  });

  it('follow the wall clock', () => {
    // On 2026-03-29 02:30 does not exist in Berlin; 03:00 there is 01:00 UTC, an hour after the start.
    const job = { schedule: { every: '30m' }, window: { from: '02:30', to: '04:00' } };
    const runs = runsOf(job, '6h', { start: '2026-03-29T01:00', timezone: 'Europe/Berlin', vm: { size: '36MB' } });
    expect(instants(runs, 'dueMs')).toEqual([1, 1.5]);
  });

  it('are closed by blackouts', () => {
    const blackouts = [{ from: '2026-03-02T03:30', to: '2026-03-02T04:31' }];
    expect(instants(runsOf({ schedule: { every: '30m' }, window, blackouts }), 'dueMs')).toEqual([3, 5]);
  });
});

describe('deadlines', () => {
  it('fail what is not through', () => {
    const [run] = runsOf({ timeout: '25m', retries: { times: 3, wait: '1m' } });
    expect(run?.tasks.map(({ status, reason, endedMs }) => [status, reason, endedMs])).toEqual([['failed', 'timeout', 25 * MINUTE]]);
  });

  it('fail what has not begun, and skip runs that wait', () => {
    const job = { schedule: { at: ['2026-03-02T00:00', '2026-03-02T00:30'] }, startDeadline: '20m', ifRunning: 'queue', concurrency: 1 };
    const vms = { a: { datastore: 'ds', size: '36000MB', count: 2, writes: { rate: 0, changed: '0MB/day' } } };
    const runs = runsOf(job, '6h', { vms });
    expect(runs.map(({ status }) => status)).toEqual(['failed', 'skipped']);
    expect(runs[0]?.tasks.map(({ reason, endedMs }) => [reason, endedMs])).toEqual([
      [null, HOUR],
      ['start-deadline', 20 * MINUTE],
    ]);
  });
});

describe('waiting for a lock', () => {
  it('ends after its time, unless one of its tasks has had slots', () => {
    const vms = { a: { datastore: 'ds', size: '36000MB', count: 2, writes: { rate: 0, changed: '0MB/day' } } };
    const lockWait = (job: object): unknown[] => {
      const runs = runsOf({ schedule: { at: ['2026-03-02T00:00', '2026-03-02T00:30'] }, ifRunning: 'start', concurrency: 1, ...job }, '6h', {
        vms,
        repository: { slots: 1 },
      });
      return runs.map(({ status, endedMs }) => [status, (endedMs ?? 0) / HOUR]);
    };
    // The first holds the slot until 02:00, its own second VM waits for an hour.
    expect(lockWait({ lockWait: '20m' })).toEqual([
      ['success', 2],
      ['failed', 50 / 60],
    ]);
    expect(lockWait({ lockWait: '2h' })).toEqual([
      ['success', 2],
      ['success', 4],
    ]);
  });
});

describe('retries', () => {
  it('follow the end of what has failed, and only the last attempt counts', () => {
    const snapshots = [{ taken: '2026-03-01T10:00', size: '1MB', kind: 'user' }];
    const vm = { maxChain: 1, snapshots, writes: { law: 'append', rate: '1MB/s' } };
    const [run] = runsOf({ retries: { times: 2, wait: '10m' } }, '6h', { vm });
    expect(run?.tasks.map(({ attempt, reason, queuedMs }) => [attempt, reason, queuedMs / MINUTE])).toEqual([
      [1, 'chain-limit', 0],
      [2, 'chain-limit', 10],
      [3, 'chain-limit', 20],
    ]);
    expect([run?.status, run?.endedMs]).toEqual(['failed', 20 * MINUTE]);
  });
});

describe('jobs after jobs', () => {
  it('are due when the other ends, on success only where that is asked for', () => {
    const first = { vms: 'all', schedule: { every: '3h' }, repository: 'repo', mode: 'full', reduction: 1, streamRate: '10MB/s', timeout: '2h' };
    const timings = { quiesce: '0s', create: '0s', remove: '0s' };
    const after = (on: string): object => ({ ...first, schedule: { after: 'first', on }, timings });
    const jobs = (timeout: string): object => ({ first: { ...first, timings, timeout }, any: after('any'), good: after('success') });
    const due = (timeout: string): unknown[] => {
      const result = integrate(estate({ duration: '5h', jobs: jobs(timeout) }), { stepMs: 30 * MINUTE }).jobs;
      return [result.any, result.good].map((job) => instants(job?.runs ?? [], 'dueMs'));
    };
    expect(due('2h')).toEqual([
      [1, 4],
      [1, 4],
    ]);
    expect(due('30m')).toEqual([[0.5, 3.5], []]);
  });
});

describe('calendar events', () => {
  it.each([
    ['mon,wed 22:00', 'systemd', [22, 70]],
    ['*-*-3 05..7/2:15', 'systemd', [29.25, 31.25]],
    ['sun..mon 23:30', 'proxmox', [23.5]],
  ])('%s of %s', (calendar, dialect, expected) => {
    const vm = { size: '36MB' };
    expect(instants(runsOf({ schedule: { calendar, dialect } }, '4d', { vm }), 'dueMs')).toEqual(expected);
  });

  it('are not due when the clocks skip them, and once when they come twice', () => {
    const due = (start: string): unknown => {
      const job = { schedule: { calendar: '*-*-* 02:30', dialect: 'systemd' } };
      return instants(runsOf(job, '24h', { start, timezone: 'Europe/Berlin', vm: { size: '36MB' } }), 'dueMs');
    };
    expect(due('2026-03-29T00:00')).toEqual([]);
    expect(due('2026-10-25T00:00')).toEqual([2.5]);
  });
});
