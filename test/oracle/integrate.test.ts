import { describe, expect, it } from 'vitest';
import { OutsideScope } from './document.ts';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult, OracleRun, OracleTask } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const GIB = 2 ** 30;
const MIB = 2 ** 20;

function play(changes: Estate = {}, stepMs = MINUTE): OracleResult {
  return integrate(estate(changes), { stepMs });
}

function runs(result: OracleResult, job = 'job'): OracleRun[] {
  return result.jobs[job]?.runs ?? [];
}

function tasks(result: OracleResult, job = 'job'): OracleTask[] {
  return runs(result, job).flatMap((run) => run.tasks);
}

describe('transfers', () => {
  it('moves one flow in bytes divided by rate', () => {
    const [task] = tasks(play());
    expect(task).toMatchObject({ status: 'success', kind: 'full', snapshotMs: 0, transferMs: 0, transferEndMs: HOUR, consolidatedMs: HOUR });
    expect(task).toMatchObject({ readBytes: 36e9, storedBytes: 36e9, peakDeltaBytes: 0 });
  });

  it('counts quiesce, create and remove at their places', () => {
    const [task] = tasks(play({ job: { timings: { quiesce: '3s', create: '500ms', remove: '1s' } } }));
    expect(task).toMatchObject({ queuedMs: 0, snapshotMs: 3500, transferMs: 3500, transferEndMs: HOUR + 3500, consolidatedMs: HOUR + 4500 });
  });

  it('shares a repository equally among equal flows', () => {
    const vm = { datastore: 'ds', size: '10GB', count: 5, writes: { rate: 0, changed: '0MB/day' } };
    const result = play({ vms: { a: vm }, repository: { write: '10MB/s' }, job: { reduction: 2, streamRate: '1GB/s' } });
    expect(tasks(result).map((task) => task.transferEndMs)).toEqual([2.5e6, 2.5e6, 2.5e6, 2.5e6, 2.5e6]);
  });

  it('gives what a link withholds from one task to the other on the same datastore', () => {
    const vm = { datastore: 'ds', size: '100GB', writes: { rate: 0, changed: '0MB/day' } };
    const job = { schedule: { at: ['2026-03-02T00:00'] }, mode: 'full', reduction: 2, timings: { create: '0s' } };
    const result = play({
      datastore: { read: '300MB/s' },
      vms: { near: vm, far: vm },
      jobs: { near: { ...job, vms: ['near'], repository: 'repo' }, far: { ...job, vms: ['far'], repository: 'away' } },
      more: {
        links: { wan: { bandwidth: '400Mbit/s' } },
        repositories: {
          repo: { capacity: '1PB', read: '1TB/s', write: '1TB/s' },
          away: { capacity: '1PB', read: '1TB/s', write: '1TB/s', links: ['wan'] },
        },
      },
    });
    // 50 MB/s of stored bytes carry 100 MB/s of source bytes at reduction 2; the other 200 MB/s are left for `near`.
    expect(tasks(result, 'near')[0]?.transferEndMs).toBe(500_000);
    expect(tasks(result, 'far')[0]?.transferEndMs).toBe(1_000_000);
  });

  it('holds a stream to one core and the streams of a proxy to its cores', () => {
    const vm = { datastore: 'ds', size: '10GB', count: 4, writes: { rate: 0, changed: '0MB/day' } };
    const proxies = { p: { cores: 2, perCore: { full: '100MB/s' } } };
    const four = play({ vms: { a: vm }, more: { proxies }, job: { proxies: ['p'], streamRate: '1GB/s' } });
    expect(tasks(four).map((task) => task.transferEndMs)).toEqual([200_000, 200_000, 200_000, 200_000]);
    const one = play({ vms: { a: { ...vm, count: 1 } }, more: { proxies }, job: { proxies: ['p'], streamRate: '1GB/s' } });
    expect(tasks(one)[0]?.transferEndMs).toBe(100_000);
  });

  it('lets a guest weigh as much device time as one transfer', () => {
    const vm = { datastore: 'ds', size: '100000MiB', writes: { rate: '10MiB/s', law: 'append' }, reads: { rate: 0 } };
    const result = play({ duration: '2000s', vms: { a: vm }, datastore: { read: '100MiB/s', iops: 1000 }, job: { streamRate: '1GB/s' } });
    // The guest asks for 0.64 of the device (1,000 x 16 KiB a second) and gets half: 7.8125 MiB/s, the transfer 50 MiB/s.
    expect(tasks(result)[0]?.transferEndMs).toBe(2_000_000);
    expect(result.datastores.ds?.guestServedFraction).toBeCloseTo(0.78125, 10);
    expect(tasks(result)[0]?.peakDeltaBytes).toBe(15_625 * MIB);
  });

  it('slows random reads by the depth of the chain', () => {
    const snapshots = [{ taken: '2026-02-20T10:00', size: '1GB', kind: 'user' }];
    const vm = { datastore: 'ds', size: '100GB', writes: { rate: '1B/s', law: 'append' }, reads: { rate: '10MiB/s' }, snapshots };
    const result = play({ duration: '10m', vms: { a: vm }, datastore: { iops: 640 }, jobs: {} });
    // 640 x 16 KiB is 10 MiB/s; one snapshot leaves 0.65 of it.
    expect(result.datastores.ds?.guestServedFraction).toBeCloseTo(0.65, 6);
    expect(result.vms.a?.maxChainDepth).toBe(1);
  });
});

describe('deltas', () => {
  it.each([
    ['append', { law: 'append', rate: '1MB/s' }, 3600e6],
    ['working-set', { law: 'working-set', rate: '1MB/s', workingSet: '2GB' }, 2e9 * (1 - Math.exp(-1.8))],
    ['power', { law: 'power', rate: '1MB/s', changed: '8GB/day', exponent: 0.6 }, 8e9 * (1 / 24) ** 0.6],
    ['power with the default rate', { law: 'power', changed: '1GB/day' }, 1e9 * (1 / 24) ** 0.72],
  ])('follows the law %s', (_name, writes, expected) => {
    const [task] = tasks(play({ vm: { writes }, duration: '1h' }));
    expect(Math.abs((task?.peakDeltaBytes ?? 0) - expected)).toBeLessThanOrEqual(1);
  });

  it('holds the ten deltas of the open window together and of one after another apart', () => {
    const writes = { law: 'working-set', rate: '2MiB/s', workingSet: '8GiB' };
    const vms = { a: { count: 10, datastore: 'ds', host: 'h', size: '40GiB', used: '16GiB', writes } };
    const more = { hosts: { h: { network: '1GB/s', nbd: '50MiB/s' } } };
    const together = tasks(play({ vms, more, job: { streamRate: '1GB/s' } }));
    expect(together.reduce((sum, task) => sum + task.peakDeltaBytes, 0) / GIB).toBeCloseTo(44.05, 2);
    const serial = play({ vms, more, job: { streamRate: '1GB/s', concurrency: 1 } });
    expect(tasks(serial).reduce((sum, task) => sum + task.peakDeltaBytes, 0) / GIB).toBeCloseTo(6.15, 2);
    expect(((serial.datastores.ds?.peakUsedBytes ?? 0) - 160 * GIB) / GIB).toBeCloseTo(0.615, 2);
  });

  it('keeps growing while it is mirrored into the base', () => {
    const [task] = tasks(play({ vm: { writes: { law: 'append', rate: '1MB/s' } }, datastore: { mergeRate: '2MB/s' } }));
    // 3,600 MB of work at 2 MB/s take half an hour, in which 1,800 MB more are written.
    expect(task).toMatchObject({ transferEndMs: HOUR, consolidatedMs: 1.5 * HOUR, peakDeltaBytes: 5400e6 });
  });

  it('costs the guest two writes for one while it is mirrored', () => {
    const vm = { writes: { law: 'append', rate: '1MiB/s' }, reads: { rate: 0 } };
    const [task] = tasks(play({ vm, datastore: { iops: 100, mergeRate: '1MiB/s' } }));
    // 64 of 100 operations a second become 128: of 3,600 MiB in the second hour 1/1.28 are written.
    expect(task?.consolidatedMs).toBe(2 * HOUR);
    expect((task?.peakDeltaBytes ?? 0) / MIB).toBeCloseTo(3600 + 3600 / 1.28, 1);
  });

  it('adds what is merged into the delta below to what that delta holds', () => {
    const writes = { law: 'append', rate: '1MB/s' };
    const snapshots = [{ taken: '2026-02-20T10:00', size: '500MB', kind: 'user' }];
    const result = play({ vm: { writes, snapshots }, duration: '3h', datastore: { mergeRate: '2MB/s' } });
    // At the merge's end after 1.5 h the child holds 5,400 MB and the parent 5,900; at 3 h the parent alone holds 11,300.
    expect(result.datastores.ds).toMatchObject({ peakUsedBytes: 36e9 + 11_300e6, peakAtMs: 1.5 * HOUR });
    const longer = play({ vm: { writes, snapshots }, duration: '4h', datastore: { mergeRate: '2MB/s' } });
    expect(longer.datastores.ds).toMatchObject({ peakUsedBytes: 36e9 + 14_900e6, peakAtMs: 4 * HOUR });
  });

  it('allocates the growth of a thin disk in the base only when the delta has gone', () => {
    const vm = { size: '100GB', used: '36GB', growth: '24GB/day', writes: { law: 'append', rate: '100kB/s' } };
    const result = play({ vm, duration: '3h' });
    // The delta of the first hour is gone by the second, so the peak is at the end: 3 GB of growth, nothing else.
    expect(result.datastores.ds?.peakLedger).toEqual([
      { owner: 'a', kind: 'base', bytes: 36e9 },
      { owner: 'a', kind: 'growth', bytes: 3e9 },
    ]);
  });
});

it.each<[string, Estate]>([
  ['a method', { job: { method: 'tape' } }],
  ['a key of a job', { job: { preset: 'veeam' } }],
  ['a fault', { more: { faults: [{ at: '2026-03-02T01:00', kind: 'fire' }] } }],
])('refuses %s that it does not cover', (_name, changes) => {
  expect(() => play(changes)).toThrow(OutsideScope);
});
