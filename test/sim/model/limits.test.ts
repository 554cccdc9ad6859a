import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, type Result, simulate, type TaskResult, type WindowPlan } from '../../../sim/index.ts';
import { appending, DAY, GiB, HOUR, job, MINUTE, MiB, plan, repository, SECOND, START_EPOCH_MS, vm, vms } from '../plans.ts';

const runs = (result: Result, name = 'nightly') => result.jobs[name]?.runs ?? [];
const tasks = (result: Result, name = 'nightly'): TaskResult[] => runs(result, name).flatMap((run) => run.tasks);
const rules = (result: Result): string[] => result.findings.map((finding) => `${finding.rule} ${finding.subject.name}`);
const outcome = ({ status, reason, attempt }: TaskResult) => [status, reason, attempt];

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

function window(from: number, until: number, given: Partial<WindowPlan> = {}, days = EVERY_DAY): WindowPlan {
  return { hours: { fromMinute: from * 60, untilMinute: until * 60, days }, blackouts: [], atEnd: 'finish', catchUp: false, ...given };
}

const every = (everyMs: number, offsetMs = 0): JobPlan['schedule'] => ({ kind: 'every', everyMs, offsetMs });

/** Ten VMs of 10 GiB, one after the other at 10 MiB/s: 1024 s each, from 21:00 on. What they write meanwhile takes a millisecond to merge. */
function tenInTurn(given: Partial<JobPlan>): Plan {
  return plan({
    durationMs: 2 * DAY,
    vms: vms(10, { disk: { writes: appending(1) } }),
    repositories: [repository({ writeBytesPerSecond: 10 * MiB })],
    jobs: [job({ concurrency: 1, schedule: { kind: 'at', atMs: [21 * HOUR] }, ...given })],
  });
}

describe('a window', () => {
  const dues = (given: Partial<WindowPlan>): number[] =>
    runs(simulate(plan({ durationMs: DAY + HOUR, jobs: [job({ schedule: every(4 * HOUR, 15 * MINUTE), window: window(19, 8, given) })] }))).map(
      ({ dueMs }) => dueMs / MINUTE,
    );

  it('drops ticks outside it, or makes up for them when it opens', () => {
    expect(dues({ catchUp: false })).toEqual([15, 4 * 60 + 15, 20 * 60 + 15, 24 * 60 + 15]);
    expect(dues({ catchUp: true })).toEqual([15, 4 * 60 + 15, 19 * 60, 20 * 60 + 15, 24 * 60 + 15]);
  });

  it('is open from its first instant until before its last', () => {
    const on = (hours: number[]): number =>
      runs(simulate(plan({ jobs: [job({ window: window(8, 9), schedule: { kind: 'at', atMs: hours.map((hour) => hour * HOUR) } })] }))).length;
    expect([on([7]), on([8]), on([9])]).toEqual([0, 1, 0]);
    // One that opens and is missed at once is caught up once.
    const caught = plan({ jobs: [job({ window: window(8, 9, { catchUp: true }), schedule: { kind: 'at', atMs: [7 * HOUR, 8 * HOUR] } })] });
    expect(runs(simulate(caught)).map(({ dueMs }) => dueMs)).toEqual([8 * HOUR]);
  });

  it('opens on its days only, and on the wall clock', () => {
    // 2026-03-02 is a Monday.
    const tuesdays = plan({ durationMs: 9 * DAY, jobs: [job({ window: window(20, 4, {}, [2]), schedule: every(HOUR) })] });
    expect(runs(simulate(tuesdays)).map(({ dueMs }) => dueMs / HOUR)).toEqual(
      [20, 21, 22, 23, 24, 25, 26, 27]
        .flatMap((hour) => [24 + hour, 8 * 24 + hour])
        .filter((hour) => hour < 9 * 24)
        .sort((a, b) => a - b),
    );
    // Clocks go forward at 02:00 of the second day: the window from 01:00 to 04:00 has two hours.
    const zone = {
      name: 'test',
      startEpochMs: START_EPOCH_MS,
      dataVersion: '',
      offsets: [
        { fromMs: -DAY, offsetMs: 0 },
        { fromMs: 26 * HOUR, offsetMs: HOUR },
      ],
    };
    const spring = plan({ durationMs: 2 * DAY, zone, jobs: [job({ window: window(1, 4), schedule: every(HOUR) })] });
    expect(runs(simulate(spring)).map(({ dueMs }) => dueMs / HOUR)).toEqual([1, 2, 3, 25, 26]);
  });

  it('lets a run that has begun finish, and says so', () => {
    const result = simulate(tenInTurn({ window: window(20, 22) }));
    expect(runs(result)[0]).toMatchObject({ status: 'success', endedMs: 21 * HOUR + 10 * 1024 * SECOND + 1 });
    const [finding] = result.findings;
    // In the hour three are through, the fourth is under way.
    expect(finding).toMatchObject({ rule: 'window-overrun', severity: 'warning', atMs: 22 * HOUR, untilMs: 21 * HOUR + 10 * 1024 * SECOND + 1 });
    expect(finding?.evidence).toMatchObject({ run: 'nightly#1', tasks: 7 });
    expect(rules(simulate(tenInTurn({ window: window(20, 24) })))).toEqual([]);
  });

  it('lets no further task begin at its end', () => {
    const result = simulate(tenInTurn({ window: window(20, 22, { atEnd: 'stop-new-tasks' }) }));
    expect(tasks(result).map(outcome)).toEqual([
      ...Array.from({ length: 4 }, () => ['success', null, 1]),
      ...Array.from({ length: 6 }, () => ['aborted', 'window-closed', 1]),
    ]);
    expect(runs(result)[0]).toMatchObject({ status: 'aborted', endedMs: 21 * HOUR + 4 * 1024 * SECOND + 1 });
  });

  it('stops what runs at its end, and the snapshot is removed after it', () => {
    const result = simulate(
      tenInTurn({ window: window(20, 22, { atEnd: 'terminate' }), timings: { quiesceMs: 0, createMs: 0, removeMs: SECOND, attachMs: 0 } }),
    );
    expect(tasks(result)[3]).toMatchObject({ status: 'aborted', reason: 'window-closed', storedBytes: 0, readBytes: (3600 - 3 * 1024) * 10 * MiB });
    // One byte a second had been written to the delta.
    expect(tasks(result)[3]?.consolidatedMs).toBe(22 * HOUR + SECOND + 1);
  });

  it('gives way to a blackout like to its end', () => {
    const blackouts = [{ fromMs: 22 * HOUR, untilMs: 26 * HOUR }];
    const result = simulate(
      tenInTurn({
        window: { hours: null, blackouts, atEnd: 'stop-new-tasks', catchUp: true },
        schedule: { kind: 'at', atMs: [21 * HOUR, 25 * HOUR] },
      }),
    );
    expect(runs(result).map(({ dueMs }) => dueMs)).toEqual([21 * HOUR, 26 * HOUR]);
  });
});

describe('limits of a run', () => {
  it('a timeout fails what is not through, without another attempt', () => {
    const result = simulate(tenInTurn({ timeoutMs: HOUR, retries: { times: 3, waitMs: MINUTE } }));
    expect(tasks(result).map(outcome)).toEqual([
      ...Array.from({ length: 3 }, () => ['success', null, 1]),
      ...Array.from({ length: 7 }, () => ['failed', 'timeout', 1]),
    ]);
    expect(runs(result)[0]).toMatchObject({ status: 'failed', startedMs: 21 * HOUR });
  });

  it('a start deadline fails tasks that wait too long, and skips a run that does', () => {
    const result = simulate(tenInTurn({ startDeadlineMs: 30 * MINUTE }));
    expect(tasks(result).map(outcome)).toEqual([
      ...Array.from({ length: 2 }, () => ['success', null, 1]),
      ...Array.from({ length: 8 }, () => ['failed', 'start-deadline', 1]),
    ]);
    const queued = simulate(
      tenInTurn({ startDeadlineMs: 5 * HOUR, ifRunning: 'queue', schedule: { kind: 'at', atMs: [20 * HOUR, 21 * HOUR, 24 * HOUR] } }),
    );
    expect(runs(queued).map(({ status }) => status)).toEqual(['success', 'success', 'success']);
    const late = simulate(
      tenInTurn({ startDeadlineMs: HOUR, concurrency: null, ifRunning: 'queue', schedule: { kind: 'at', atMs: [20 * HOUR, 20.5 * HOUR] } }),
    );
    expect(runs(late).map(({ status, startedMs }) => [status, startedMs])).toEqual([
      ['success', 20 * HOUR],
      ['skipped', null],
    ]);
  });

  it('a start deadline lets nobody start whose time is over by then', () => {
    // Two runs of one job end together when their only VM is deleted, so two of the job after it are due at one instant. The slot is somebody else's.
    const of = (...names: string[]): JobPlan['selection'] => ({ all: false, names, tags: [], hosts: [], datastores: [], except: [] });
    const given = plan({
      vms: [vm('long', { disk: { usedBytes: 60 * GiB } }), vm('brief', { deletedMs: HOUR }), vm('late')],
      repositories: [repository({ slots: 1 })],
      jobs: [
        job({ name: 'long', selection: of('long'), streamBytesPerSecond: MiB }),
        job({ name: 'first', selection: of('brief'), ifRunning: 'start', schedule: { kind: 'at', atMs: [MINUTE, 2 * MINUTE] } }),
        job({ selection: of('late'), ifRunning: 'queue-all', startDeadlineMs: HOUR, schedule: { kind: 'after', job: 'first', on: 'any' } }),
      ],
    });
    expect(runs(simulate(given)).map(({ dueMs, status, startedMs }) => [dueMs, status, startedMs])).toEqual([
      [HOUR, 'failed', HOUR],
      [HOUR, 'skipped', null],
    ]);
  });
});

describe('a wait for the first slots', () => {
  /** Three in turn from 20:00 on, 1024 s each, on a repository with one slot; another job of ten is due at 20:30 and could begin at 20:51:12. */
  const behind = (given: Partial<JobPlan>): Result => {
    const base = tenInTurn({ schedule: { kind: 'at', atMs: [20.5 * HOUR] }, ...given });
    const first = job({
      name: 'first',
      selection: { ...job().selection, all: false, names: ['vm-01', 'vm-02', 'vm-03'] },
      concurrency: 1,
      schedule: { kind: 'at', atMs: [20 * HOUR] },
    });
    return simulate({ ...base, repositories: base.repositories.map((each) => ({ ...each, slots: 1 })), jobs: [first, ...base.jobs] });
  };

  it('ends with the failure of all, without another attempt', () => {
    const result = behind({ lockWaitMs: 21 * MINUTE, retries: { times: 3, waitMs: MINUTE } });
    expect(tasks(result).map(outcome)).toEqual(Array.from({ length: 10 }, () => ['failed', 'lock-wait', 1]));
    expect(runs(result)[0]).toMatchObject({ status: 'failed', startedMs: 20.5 * HOUR, endedMs: 20.5 * HOUR + 21 * MINUTE });
    expect(tasks(result, 'first').every(({ status }) => status === 'success')).toBe(true);
  });

  it('counts for the first of them only', () => {
    expect(tasks(behind({ lockWaitMs: 22 * MINUTE })).map(outcome)).toEqual(Array.from({ length: 10 }, () => ['success', null, 1]));
  });

  it('counts with snapshots that are open already, which go', () => {
    const others = { ...job().selection, except: ['vm-01', 'vm-02', 'vm-03'] };
    const result = behind({ lockWaitMs: 21 * MINUTE, snapshots: 'whole-run', selection: others });
    expect(tasks(result).map(({ reason, snapshotMs }) => [reason, snapshotMs])).toEqual(Array.from({ length: 7 }, () => ['lock-wait', 20.5 * HOUR]));
    expect(tasks(result).every(({ consolidatedMs }) => consolidatedMs !== null && consolidatedMs > 20.85 * HOUR)).toBe(true);
  });
});

describe('retries', () => {
  /** Another job holds a snapshot of the VM until `until`, and the VM takes one at most. */
  const blocked = (until: number, given: Partial<JobPlan> = {}): Plan =>
    plan({
      durationMs: 6 * HOUR,
      vms: [vm('web', { maxChain: 1 })],
      jobs: [
        job({ name: 'holder', streamBytesPerSecond: (10 * GiB) / (until / SECOND), schedule: { kind: 'at', atMs: [0] } }),
        job({ ifVmBusy: 'stack', schedule: { kind: 'at', atMs: [MINUTE] }, retries: { times: 3, waitMs: 10 * MINUTE }, ...given }),
      ],
    });

  it('try a failed VM again, each time as long after the failure, with a snapshot of its own', () => {
    const result = simulate(blocked(15 * MINUTE));
    expect(tasks(result).map((task) => [...outcome(task), task.queuedMs / MINUTE])).toEqual([
      ['failed', 'chain-limit', 1, 1],
      ['failed', 'chain-limit', 2, 11],
      ['success', null, 3, 21],
    ]);
    expect(runs(result)[0]).toMatchObject({ status: 'success', startedMs: MINUTE });
    expect(rules(result)).toEqual(['job-overlap nightly']);
  });

  it('give up after the last one, which is when the VM has failed', () => {
    const result = simulate(blocked(5 * HOUR));
    expect(tasks(result).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(runs(result)[0]).toMatchObject({ status: 'failed', endedMs: 31 * MINUTE });
    expect(result.findings.find(({ rule }) => rule === 'task-failed')).toMatchObject({ atMs: 31 * MINUTE, evidence: { count: 1 } });
  });

  it('end with the window and with the timeout', () => {
    const closed = simulate(blocked(5 * HOUR, { window: window(0, 0.4, { atEnd: 'stop-new-tasks' }) }));
    expect(tasks(closed).map(({ queuedMs }) => queuedMs / MINUTE)).toEqual([1, 11, 21]);
    expect(runs(closed)[0]).toMatchObject({ status: 'failed', endedMs: 24 * MINUTE });
    expect(closed.findings.find(({ rule }) => rule === 'task-failed')).toMatchObject({ atMs: 24 * MINUTE });
    const timed = simulate(blocked(5 * HOUR, { timeoutMs: 15 * MINUTE }));
    expect(runs(timed)[0]).toMatchObject({ status: 'failed', endedMs: 16 * MINUTE });
  });

  it('keep the run active meanwhile', () => {
    const result = simulate(blocked(5 * HOUR, { schedule: { kind: 'at', atMs: [MINUTE, 15 * MINUTE] } }));
    expect(runs(result).map(({ status, overlapsPrevious }) => [status, overlapsPrevious])).toEqual([
      ['failed', false],
      ['skipped', true],
    ]);
  });

  it('leave other VMs alone', () => {
    const result = simulate({ ...blocked(15 * MINUTE), vms: [vm('web', { maxChain: 1 }), vm('other')] });
    expect(tasks(result).filter(({ vm: name }) => name === 'other')).toHaveLength(1);
  });
});
