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

  it('is no good when a copy that stands still holds the guest as it begins to write: it has written for a millisecond', () => {
    const kind = (firstHour: number): string | undefined => {
      const activity = Array.from({ length: 24 }, (_, hour) => (hour < firstHour ? 0 : 1));
      const one = { vms: 'all', repository: 'repo', mode: 'full', timings: { create: '0s' } };
      const slow = { ...one, method: 'copy-before-write', streamRate: '10MB/s', schedule: { at: ['2026-03-02T00:00'] } };
      const direct = { ...one, method: 'direct-disk', streamRate: '60MB/s', schedule: { at: ['2026-03-02T00:55'] } };
      // It is cut off after 45 minutes and stands still until 1 h 15.
      const faults = [{ kind: 'security-software', vm: 'a', job: 'slow', offset: '75%' }];
      return tasks(play({ vm: { writes: writing, activity }, jobs: { slow, direct }, more: { faults } }), 'direct')[0]?.status;
    };
    expect([kind(1), kind(2)]).toEqual(['warning', 'success']);
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

/** A thick disk of 500 GB with 36 GB in use; what the guest writes shows in the delta of a snapshot that somebody forgot. */
function writing(writes: object, changes: object = {}): object {
  const snapshots = [{ taken: '2026-02-20T10:00', size: '1kB' }];
  return { size: '500GB', used: '36GB', provisioning: 'thick', reads: { rate: 0 }, writes, snapshots, ...changes };
}

function deltaGb(result: OracleResult): number {
  return ((result.datastores.ds?.peakUsedBytes ?? 0) - 500e9) / 1e9;
}

describe('copy-before-write', () => {
  const job = { method: 'copy-before-write' };

  it('lets the guest write what the copy can save, of the blocks that are not copied', () => {
    const vm = writing({ law: 'append', rate: '40MB/s' });
    const result = play({ duration: '1h', vm, job });
    // The served fraction is 10/(40 q) until q is a quarter, after 2,700 s: 36 ln 4 GB; then 900 s of 40 MB/s.
    expect(deltaGb(result)).toBeCloseTo(36 * Math.log(4) + 36, 1);
    expect(tasks(result)[0]).toMatchObject({ status: 'success', transferEndMs: HOUR, consolidatedMs: null, peakDeltaBytes: 0 });
  });

  it('counts a block at the first write to it', () => {
    const vm = writing({ law: 'working-set', rate: '40MB/s', workingSet: '9GB' }, { snapshots: undefined });
    // In GB: exp(-V/9) dV = 10/q dt and dq = -10/36 dt, so that exp(-V/9) = 1 + 4 ln q. The guest is free when 40 q exp(-V/9) has fallen to 10.
    const free = (q: number): number => 40 * q * (1 + 4 * Math.log(q)) - 10;
    let [low, high] = [0.8, 1];
    for (let halving = 0; halving < 60; halving++) [low, high] = free((low + high) / 2) > 0 ? [low, (low + high) / 2] : [(low + high) / 2, high];
    const freeSeconds = 3600 * (1 - high);
    const whileHeld = -9 * Math.log(1 + 4 * Math.log(high));
    const [task] = tasks(
      play({ duration: '2h', vm, job: { ...job, mode: 'forever-forward', schedule: { at: ['2026-03-02T00:00', '2026-03-02T01:00'] } } }),
    ).slice(1);
    const writtenGb = whileHeld + (3600 - freeSeconds) * 0.04;
    expect((task?.readBytes ?? 0) / 1e9).toBeCloseTo(9 * (1 - Math.exp(-writtenGb / 9)), 6);
  });

  it('does not share the VM, whatever the jobs say', () => {
    const one = {
      vms: 'all',
      repository: 'repo',
      schedule: { at: ['2026-03-02T00:00'] },
      mode: 'full',
      streamRate: '10MB/s',
      timings: { create: '0s' },
    };
    const result = play({ jobs: { copy: { ...one, ...job }, other: { ...one, ifVmBusy: 'stack' } } });
    expect(tasks(result, 'other')[0]?.snapshotMs).toBe(HOUR);
  });

  describe('with fleecing', () => {
    const fleeced = { ...job, fleecing: 'fast' };
    const fast = { capacity: '1TB', read: '1TB/s', write: '1TB/s' };

    function playFleeced(changes: object = {}, writes: object = { law: 'append', rate: '40MB/s' }): OracleResult {
      const document = estate({ duration: '1h', vm: writing(writes), job: fleeced });
      const { datastores } = document as { datastores: object };
      return integrate({ ...document, datastores: { ...datastores, fast: { ...fast, ...changes } } }, { stepMs: MINUTE });
    }

    it('saves the blocks beside and lets the guest write', () => {
      const result = playFleeced();
      expect(deltaGb(result)).toBeCloseTo(144, 4);
      // The integral of q from 1 to 0 over an hour of 40 MB/s.
      expect((result.datastores.fast?.peakUsedBytes ?? 0) / 1e9).toBeCloseTo(72, 6);
      expect(result.datastores.fast?.peakLedger).toMatchObject([{ owner: 'a', kind: 'fleece', run: 'job#1' }]);
    });

    it('fails when there is no room for them, and pauses nobody', () => {
      const result = playFleeced({ capacity: '10100MB', floor: '100MB' });
      // 40 t - 40 t^2 / 7200 = 10,000 MB.
      const seconds = 3600 * (1 - Math.sqrt(1 - 10_000 / 72_000));
      expect(result.datastores.fast?.fullAtMs).toBe(Math.ceil(seconds * 1000));
      expect(tasks(result)[0]).toMatchObject({ status: 'failed', transferEndMs: null, readBytes: Math.ceil(seconds * 1000) * 10_000 });
      expect(result.vms.a?.pausedAtMs).toBeNull();
    });

    it('writes them as one more flow', () => {
      const document = estate({
        duration: '2h',
        vms: {
          a: { datastore: 'ds', ...writing({ law: 'append', rate: '40MB/s' }) },
          b: { datastore: 'fast', size: '36000MB', writes: IDLE },
        },
        jobs: {
          job: { vms: { names: ['a'] }, repository: 'repo', schedule: { at: ['2026-03-02T00:00'] }, mode: 'full', streamRate: '10MB/s', ...fleeced },
          other: { vms: { names: ['b'] }, repository: 'repo', schedule: { at: ['2026-03-02T00:00'] }, mode: 'full', timings: { create: '0s' } },
        },
      });
      const { datastores } = document as { datastores: object };
      const given = { ...document, datastores: { ...datastores, fast: { ...fast, read: '20MB/s', write: '10MB/s' } } };
      const end = tasks(integrate(given, { stepMs: MINUTE }), 'other')[0]?.transferEndMs ?? 0;
      // 20/3 MB/s each until q is a sixth, 20 (1 - 4 q) until the copy ends: 20 and 8 GB in an hour; the other 8 GB at 20 MB/s.
      expect(Math.abs(end - 4000_000)).toBeLessThan(200);
    });
  });
});

describe('cdp', () => {
  const vm = writing({ law: 'append', rate: '4MB/s' }, { snapshots: undefined });
  const job = { method: 'cdp', mode: 'forever-forward', schedule: { every: '2h' } };

  it('copies everything once, then sends what is written, to the end', () => {
    const result = play({ vm, job });
    const runs = result.jobs.job?.runs ?? [];
    expect(runs.map(({ status }) => status)).toEqual(['running']);
    expect(tasks(result)[0]).toMatchObject({
      status: 'running',
      kind: 'full',
      transferEndMs: HOUR,
      readBytes: 36e9,
      storedBytes: 36e9,
      peakDeltaBytes: 0,
    });
    // 14,400 MB were written during the copy, the oldest an hour before its end.
    expect(result.vms.a?.worstLagMs).toBe(HOUR);
    expect(result.repositories.repo?.peakUsedBytes).toBe(36e9);
  });

  it('has no more to send than has changed', () => {
    const small = writing({ law: 'working-set', rate: '4MB/s', workingSet: '1GB' }, { snapshots: undefined });
    // The working set has been written over and over: its last gigabyte took 250 s.
    expect(play({ vm: small, job }).vms.a?.worstLagMs).toBe(250_000);
  });

  it('falls behind where the guest writes more than it can send', () => {
    const result = play({
      duration: '4h',
      vm: { ...writing({ law: 'append', rate: '4MB/s' }), snapshots: undefined, used: '3GB' },
      job: { ...job, streamRate: '3MB/s' },
    });
    // After 1,000 s 4,000 MB are behind, and 1 MB/s more: 17,400 MB at the end.
    expect(result.vms.a?.worstLagMs).toBe(17_400_000 / 4);
  });

  it('leaves a replica behind that is as old as what it had sent', () => {
    const slow = { ...job, streamRate: '3MB/s', schedule: { at: ['2026-03-02T00:00'] } };
    const small = { ...writing({ law: 'append', rate: '4MB/s' }), snapshots: undefined, used: '3GB' };
    const stopped = play({ duration: '4h', vm: small, job: { ...slow, timeout: '2h' } });
    // At the end of the second hour 4,000 + 6,200 MB are behind, the oldest of them 2,550 s old. Nothing follows in two more hours.
    expect(stopped.vms.a).toMatchObject({ worstLagMs: 2_550_000, worstRpoMs: 2_550_000 + 2 * HOUR, restorePoints: 1 });
    const other = { ...slow, streamRate: '50MB/s', vms: 'all', repository: 'repo', reduction: 1 };
    // The newer of two replicas counts: nothing was there before the first copy was complete, after a minute.
    const two = play({ duration: '4h', vm: small, jobs: { slow: { ...slow, vms: 'all', repository: 'repo', reduction: 1 }, other } });
    expect(two.vms.a).toMatchObject({ worstLagMs: 17_400_000 / 4, worstRpoMs: 60_000 });
  });

  it('leaves others what it does not need once it is in step', () => {
    const one = { vms: 'all', repository: 'repo', mode: 'full', reduction: 1, timings: { quiesce: '0s', create: '0s', remove: '0s' } };
    const jobs = {
      job: { ...one, method: 'cdp', schedule: { at: ['2026-03-02T00:00'] } },
      other: { ...one, schedule: { at: ['2026-03-02T02:00'] } },
    };
    const result = play({ vm, jobs, repository: { write: '10MB/s' } });
    // In step after 2 h: 14,400 MB at 6 MB/s more than the guest writes are 40 minutes. Then 36,000 MB at 6 MB/s.
    expect(tasks(result, 'other')[0]?.transferEndMs).toBe(2 * HOUR + 6000_000);
  });

  it('ends when its guest crashes', () => {
    const crashing = { ...writing({ law: 'append', rate: '4MB/s' }), toleratesPause: '10m' };
    const result = play({ vm: crashing, job, datastore: { capacity: '543300MB', floor: '100MB' } });
    // The forgotten snapshot has room for 43,200 MB: three hours.
    expect(result.vms.a).toMatchObject({ pausedAtMs: 3 * HOUR, crashedAtMs: 3 * HOUR + 10 * MINUTE });
    expect(tasks(result)[0]).toMatchObject({ status: 'aborted', transferEndMs: HOUR });
  });
});
