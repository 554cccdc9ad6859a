/** How the methods read and what their proxies do with the data, against sums done by hand. */
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

/** A VM on host `h`, and a proxy that is one on host `p`: 36,000 MB at 10 MB/s where nothing else limits. */
function throughProxy(method: string, changes: { job?: object; proxy?: object; host?: object; vm?: object } = {}): OracleTask[] {
  const vms = { a: { datastore: 'ds', host: 'h', size: '36000MB', writes: IDLE, ...changes.vm } };
  const proxies = { p: { host: 'p', perCore: { full: '1GB/s' }, ...changes.proxy } };
  const hosts = { h: { nbd: '5MB/s' }, p: changes.host ?? {} };
  return tasks(play({ vms, job: { method, proxies: ['p'], ...changes.job }, more: { proxies, hosts } }));
}

describe('hot-add', () => {
  it('attaches for 90 s and meets neither the host of the VM nor the network and the links of the proxy', () => {
    const [task] = throughProxy('hot-add', { proxy: { network: '2MB/s' } });
    expect(task).toMatchObject({ snapshotMs: 0, transferMs: 90_000, transferEndMs: HOUR + 90_000, consolidatedMs: HOUR + 90_000 });
  });

  it('sends what it stores through the network of its own host', () => {
    const [task] = throughProxy('hot-add', { host: { network: '2MB/s' }, job: { reduction: 4, timings: { create: '0s', attach: '1m' } } });
    expect(task).toMatchObject({ transferMs: MINUTE, transferEndMs: 36_000_000 / 8 + MINUTE });
  });

  it('goes over the network of the host where the host of the proxy does not see the datastore', () => {
    const [task] = throughProxy('hot-add', { host: { datastores: [] } });
    expect(task).toMatchObject({ transferMs: 0, transferEndMs: 2 * HOUR });
  });

  it('fails instead when it shall', () => {
    const [task] = throughProxy('hot-add', { host: { datastores: [] }, job: { fallback: 'fail', timings: { create: '2s', remove: '3s' } } });
    expect(task).toMatchObject({ status: 'failed', snapshotMs: 2000, transferMs: null, transferEndMs: null, consolidatedMs: 5000, readBytes: 0 });
  });
});

it.each([
  ['all', {}, 4 * HOUR],
  ['none', { datastores: [] }, 2 * HOUR],
])('reads over the storage network when the proxy reaches %s', (_which, zoned, expected) => {
  expect(throughProxy('direct-san', { proxy: { fabric: '2.5MB/s', ...zoned } })[0]).toMatchObject({ transferMs: 0, transferEndMs: expected });
});

describe('the work of a proxy', () => {
  const perCore = { full: '8MB/s' };

  it.each([
    ['none', 16, 1],
    ['optimal', 8, 2],
    ['high', 16 / 3, 2.4],
    ['extreme', 8 / 3, 2.6],
  ])('with compression %s is a core for %d MB/s, and stores one byte of %d', (compression, megabytesPerSecond, reduction) => {
    const { job, ...rest } = { job: { compression, streamRate: '100MB/s', reduction: undefined }, proxy: { perCore }, vm: { host: undefined } };
    const [task] = throughProxy('snapshot', { job, ...rest });
    expect(task?.transferEndMs).toBe(Math.ceil(36e6 / megabytesPerSecond - 1e-6));
    expect(task?.storedBytes).toBe(Math.ceil(36e9 / reduction));
  });

  it('takes a second more for every 2,067 MB that are looked for among those stored', () => {
    const given = {
      job: { deduplication: 'inline', streamRate: '10GB/s' },
      proxy: { perCore: { full: '2067MB/s' } },
      vm: { size: '20670MB', host: undefined },
    };
    expect(throughProxy('snapshot', given)[0]?.transferEndMs).toBe(20_000);
  });

  it('needs 2 GiB of memory a task', () => {
    const ends = throughProxy('snapshot', { proxy: { memory: '5GiB', slots: 3 }, vm: { count: 3, host: undefined } }).map(
      (task) => task.transferEndMs,
    );
    expect(ends).toEqual([HOUR, HOUR, 2 * HOUR]);
  });
});

describe('direct-disk', () => {
  const job = {
    method: 'direct-disk',
    mode: 'forever-forward',
    timings: { quiesce: '5s' },
    schedule: { at: ['2026-03-02T00:00', '2026-03-02T02:00'] },
  };
  const writing = { rate: '1MB/s', law: 'append' };

  it('reads everything at once each time, without quiescing and without a snapshot', () => {
    const [first, second] = tasks(play({ job }));
    expect(first).toMatchObject({ status: 'success', kind: 'full', transferMs: 0, transferEndMs: HOUR, consolidatedMs: null, peakDeltaBytes: 0 });
    expect(second).toMatchObject({ kind: 'full', transferMs: 2 * HOUR, readBytes: 36e9 });
  });

  it.each([
    ['the guest writes meanwhile', { writes: writing }],
    ['a snapshot is open', { snapshots: [{ taken: '2026-02-20T10:00', size: '0MB' }] }],
  ])('is no good when %s', (_when, vm) => {
    const { status, tasks: made } = play({ vm, job }).jobs.job?.runs[0] ?? {};
    expect([status, made?.[0]?.status]).toEqual(['warning', 'warning']);
  });

  it('neither holds the VM nor waits for it', () => {
    const one = {
      vms: 'all',
      repository: 'repo',
      schedule: { at: ['2026-03-02T00:00'] },
      mode: 'full',
      streamRate: '10MB/s',
      timings: { create: '0s' },
    };
    const result = play({ jobs: { held: one, direct: { ...one, method: 'direct-disk' }, later: one } });
    expect(['held', 'direct', 'later'].map((name) => tasks(result, name)[0]?.transferMs)).toEqual([0, 0, HOUR + 1000]);
    // The first job's snapshot is open.
    expect(tasks(result, 'direct')[0]?.status).toBe('warning');
  });
});

describe('snapshot-only', () => {
  const vm = { provisioning: 'thick', writes: { rate: '1MB/s', law: 'append' } };
  const timings = { quiesce: '0s', create: '5s', remove: '10s' };
  const job = { method: 'snapshot-only', keep: 2, repository: undefined, schedule: { every: '1h' }, timings };

  it('keeps its snapshots and merges the oldest beyond their number', () => {
    const result = play({ vm, job, duration: '2h59m', datastore: { mergeRate: '10MB/s' } });
    const [first, second, third] = tasks(result);
    for (const task of [first, second])
      expect(task).toMatchObject({ status: 'success', transferMs: null, consolidatedMs: null, readBytes: 0, storedBytes: 0 });
    // The first delta holds the 3,600 MB of an hour.
    expect(third).toMatchObject({ snapshotMs: 2 * HOUR + 5000, consolidatedMs: 2 * HOUR + 15_000 + 360_000 });
    expect(result.datastores.ds).toMatchObject({ peakUsedBytes: 36e9 + 7570e6, peakAtMs: 2 * HOUR + 375_000 });
    expect([first, second, third].map((task) => task?.peakDeltaBytes)).toEqual([3600e6, 3600e6, 3535e6]);
  });

  it('holds a snapshot slot for each that is kept', () => {
    const [first, second, third] = tasks(play({ vm, job, datastore: { maxOpenSnapshots: 2 } }));
    expect([first, second, third].map((task) => task?.snapshotMs)).toEqual([5000, HOUR + 5000, null]);
  });
});
