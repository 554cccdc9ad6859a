/** Several disks, agents, arrays, helpers, cancelling, snapshot slots, operators and latency control, against sums done by hand. */
import { describe, expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult, OracleTask } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const IDLE = { rate: 0, changed: '0MB/day' };

function play(changes: Estate): OracleResult {
  return integrate(estate(changes), { stepMs: MINUTE });
}

function tasks(result: OracleResult, job = 'job'): OracleTask[] {
  return (result.jobs[job]?.runs ?? []).flatMap((run) => run.tasks);
}

function disk(sizeMb: number, changes: object = {}): object {
  return { datastore: 'ds', size: `${sizeMb}MB`, writes: IDLE, ...changes };
}

describe('a VM with several disks', () => {
  /** An hour, half an hour and a quarter of an hour at 10 MB/s each. */
  const vms = { a: { disks: [disk(36_000), disk(18_000), disk(9000)] } };

  it('reads them at once and closes its snapshot after the last', () => {
    const [task] = tasks(play({ vms }));
    expect(task).toMatchObject({ transferMs: 0, transferEndMs: HOUR, consolidatedMs: HOUR, readBytes: 63e9 });
  });

  it.each([
    ['the repository', { repository: { slots: 1 } }, 105],
    ['a proxy', { job: { proxies: ['p'] }, more: { proxies: { p: { slots: 1, perCore: { full: '1GB/s' } } } } }, 105],
    [
      'a proxy with a slot per VM',
      { job: { proxies: ['p'] }, more: { proxies: { p: { slots: 1, slotUnit: 'vm', perCore: { full: '1GB/s' } } } } },
      60,
    ],
  ])('ends with one slot of %s after the right time', (_name, changes, minutes) => {
    expect(tasks(play({ vms, ...changes }))[0]?.transferEndMs).toBe(minutes * MINUTE);
  });

  it('opens a delta on the datastore of each disk and counts their largest sum', () => {
    const writes = { law: 'append', rate: '1MB/s' };
    const two = { a: { disks: [disk(36_000, { writes }), disk(9000, { writes, datastore: 'other' })] } };
    const document = { ...estate({ vms: two }), datastores: { ds: { capacity: '1TB' }, other: { capacity: '1TB' } } };
    const result = integrate(document, { stepMs: MINUTE });
    // Two deltas of 3,600 MB each; while they are merged at 100 MiB/s, 34 s more are written to each.
    const eachBytes = 3600e6 + (3600e6 / (100 * 2 ** 20)) * 1e6;
    expect(Math.abs((tasks(result)[0]?.peakDeltaBytes ?? 0) - 2 * eachBytes)).toBeLessThan(3000);
    expect(Math.abs((result.datastores.other?.peakUsedBytes ?? 0) - 9e9 - eachBytes)).toBeLessThan(2000);
  });

  it('pauses with all its disks when one of their datastores is full', () => {
    const writes = { law: 'append', rate: '1MB/s' };
    const two = {
      a: { disks: [disk(36_000, { writes, provisioning: 'thick' }), disk(9000, { writes, provisioning: 'thick', datastore: 'tight' })] },
    };
    const document = { ...estate({ vms: two }), datastores: { ds: { capacity: '1TB' }, tight: { capacity: '9700MB', floor: '100MB' } } };
    const result = integrate(document, { stepMs: MINUTE });
    expect(result.vms.a?.pausedAtMs).toBe(600_000);
    expect(result.datastores.ds?.peakUsedBytes).toBe(36_600e6);
  });
});

it('lets an agent read through the guest and the network of its host, without a snapshot', () => {
  const vms = { a: { ...disk(36_000, { writes: { law: 'append', rate: '1MB/s' } }), host: 'h', network: '5MB/s', changeTracking: false } };
  const hosts = { h: { network: '4MB/s', nbd: '1MB/s' } };
  const job = { method: 'agent', mode: 'forever-forward', schedule: { at: ['2026-03-02T00:00', '2026-03-02T04:00'] } };
  const result = play({ vms, job: { ...job, timings: { quiesce: '5s', create: '7s', remove: '9s' } }, more: { hosts } });
  const [first, second] = tasks(result);
  expect(first).toMatchObject({ snapshotMs: 5000, transferMs: 5000, transferEndMs: 2.5 * HOUR + 5000, consolidatedMs: null, peakDeltaBytes: 0 });
  expect(second).toMatchObject({ kind: 'incremental', readBytes: 14_400e6 });
  expect(result.vms.a?.maxChainDepth).toBe(0);
});

it('lets two datastores share an array', () => {
  const vms = { a: disk(36_000), b: disk(36_000, { datastore: 'other' }) };
  const fast = { capacity: '1TB', read: '1TB/s', write: '1TB/s', array: 'shared' };
  const arrays = { shared: { read: '15MB/s', write: '15MB/s', iops: 1000, capacity: '1PB' } };
  const document = { ...estate({ vms }), arrays, datastores: { ds: fast, other: fast } };
  expect(tasks(integrate(document, { stepMs: MINUTE })).map((task) => task.transferEndMs)).toEqual([4800_000, 4800_000]);
});

describe('consolidation by helper', () => {
  const vm = { writes: { law: 'append', rate: '1MB/s' } };

  it('makes passes until the rest can be merged in a short stun', () => {
    const result = play({ vm, datastore: { consolidation: 'helper', mergeRate: '10MB/s' } });
    // Passes of 3,600, 360 and 36 MB take 360, 36 and, in a stun, 3.6 s.
    expect(tasks(result)[0]).toMatchObject({ consolidatedMs: HOUR + 399_600, peakDeltaBytes: 3600e6 });
    // The largest moment is the end of the first pass.
    expect(result.datastores.ds).toMatchObject({ peakUsedBytes: 36e9 + 3600e6 + 360e6, peakAtMs: HOUR + 360_000 });
  });

  it('gives up passing after its limit and merges the rest while the VM stands still', () => {
    const snapshots = [{ taken: '2026-02-20T10:00', size: '500MB', kind: 'user' }];
    const result = play({ duration: '8h', vm: { ...vm, snapshots }, datastore: { consolidation: 'helper', mergeRate: '1MB/s', passLimit: 2 } });
    // Three times 3,600 s, in the last of which nothing is written.
    expect(tasks(result)[0]?.consolidatedMs).toBe(4 * HOUR);
    expect(result.datastores.ds?.peakUsedBytes).toBe(36e9 + 500e6 + 3 * 3600e6 + 4 * 3600e6);
  });
});

it('merges one delta after another on a datastore with serial merges', () => {
  const vms = { a: { ...disk(36_000, { writes: { law: 'append', rate: '1MB/s' }, provisioning: 'thick' }), count: 2 } };
  const result = play({ vms, datastore: { merges: 'serial', mergeRate: '3MB/s' } });
  // 3,600 MB take 1,200 s; then the second delta holds 4,800 MB.
  expect(tasks(result).map((task) => task.consolidatedMs)).toEqual([HOUR + 1200_000, HOUR + 2800_000]);
});

describe('cancel-previous', () => {
  it('aborts the run before and starts when its snapshot has gone', () => {
    const job = { schedule: { every: '30m' }, ifRunning: 'cancel-previous', timings: { quiesce: '0s', create: '0s', remove: '5m' } };
    const runs = play({ duration: '100m', job }).jobs.job?.runs ?? [];
    expect(runs.map(({ status }) => status)).toEqual(['aborted', 'aborted', 'aborted', 'running']);
    expect(runs.map(({ startedMs }) => (startedMs ?? 0) / MINUTE)).toEqual([0, 35, 65, 95]);
    expect(runs[0]?.tasks[0]).toMatchObject({ status: 'aborted', readBytes: 18_000e6, storedBytes: 0, consolidatedMs: 35 * MINUTE });
  });

  it('lets a run that still waits give way', () => {
    const job = { schedule: { every: '30m' }, ifRunning: 'cancel-previous', timings: { quiesce: '0s', create: '0s', remove: '40m' } };
    const runs = play({ duration: '100m', job }).jobs.job?.runs ?? [];
    expect(runs.map(({ status }) => status)).toEqual(['aborted', 'skipped', 'running', 'queued']);
    expect(runs.map(({ startedMs }) => startedMs)).toEqual([0, null, 70 * MINUTE, null]);
    expect(runs[2]?.tasks[0]?.readBytes).toBe(12_000e6);
  });
});

describe('open snapshots of a datastore', () => {
  const vms = { a: { disks: [disk(18_000), disk(18_000)] }, b: disk(36_000) };

  it('are one for a task with two disks there, and are held until the delta has gone', () => {
    const job = { timings: { quiesce: '0s', create: '0s', remove: '10m' } };
    expect(tasks(play({ vms, datastore: { maxOpenSnapshots: 1 }, job })).map(({ snapshotMs }) => snapshotMs)).toEqual([0, 40 * MINUTE]);
  });

  it.each([
    [false, 0],
    [true, null],
  ])('with countOrphans %s admit a task beside a user snapshot at %s', (countOrphans, expected) => {
    const snapshots = [{ taken: '2026-02-20T10:00', size: 0, kind: 'user', disk: 1 }];
    const result = play({ vms: { a: { ...vms.a, snapshots } }, datastore: { maxOpenSnapshots: 1, countOrphans } });
    expect(tasks(result)[0]?.snapshotMs).toBe(expected);
  });
});

describe('an operator', () => {
  /** The delta reaches 1,000 MB after 1,000 s; from 2 h 30 m on there is space again. */
  const filling = (respondsAfter: string): Estate => ({
    vm: { provisioning: 'thick', writes: { law: 'append', rate: '1MB/s' } },
    datastore: { capacity: '37100MB', floor: '100MB', resumeMargin: '500MB' },
    job: { streamRate: '4MB/s' },
    more: { operator: { respondsAfter } },
  });

  it.each([
    ['1h', 2.5 * HOUR + 2 - 1000_000],
    ['3h', 3 * HOUR],
  ])('who answers after %s lets the VM run when the space is there too, %i ms after its pause', (respondsAfter, expected) => {
    expect(play(filling(respondsAfter)).vms.a?.pausedMs).toBe(expected);
  });
});

describe('latency control', () => {
  const vms = { a: { ...disk(36_000), count: 2 } };

  it('holds transfers to what keeps the latency', () => {
    const datastore = { read: '10MB/s', latency: '5ms', latencyControl: { stop: '99ms', throttle: '20ms' } };
    // Three quarters of the device for 72,000 MB.
    expect(tasks(play({ vms, datastore, job: { streamRate: '1GB/s' } }))[0]?.transferEndMs).toBe(9600_000);
  });

  it('never holds them below a twentieth of the device', () => {
    const busy = { vms: { a: disk(3600, { writes: { law: 'append', rate: '16384kB/s' }, reads: { rate: 0 } }) } };
    const datastore = { read: '10MB/s', iops: 1024, latency: '5ms', latencyControl: { stop: '99ms', throttle: '20ms' } };
    expect(tasks(play({ ...busy, datastore, job: { streamRate: '1GB/s' } }))[0]?.transferEndMs).toBe(7200_000);
  });

  it('begins no task while the latency is above stop', () => {
    const datastore = { read: '100MB/s', latency: '5ms', latencyControl: { stop: '9ms', throttle: '50ms' } };
    const job = { vms: { names: ['a-01'] }, schedule: { at: ['2026-03-02T00:00'] }, repository: 'repo', mode: 'full', streamRate: '50MB/s' };
    const timings = { quiesce: '0s', create: '0s', remove: '0s' };
    const late = { ...job, vms: { names: ['a-02'] }, schedule: { at: ['2026-03-02T00:05'] }, timings };
    // Half of the device makes 10 ms of 5 until the 36,000 MB are read, after 12 minutes.
    const result = play({ vms, datastore, jobs: { first: { ...job, timings }, late } });
    expect(tasks(result, 'late')[0]?.snapshotMs).toBe(12 * MINUTE);
  });
});
