/** VMs that are created and deleted during the run, against sums done by hand. */
import { describe, expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult, OracleTask } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const VM = { datastore: 'ds', size: '36000MB', writes: { law: 'append', rate: '1MB/s' } };

function play(changes: Estate): OracleResult {
  return integrate(estate(changes), { stepMs: 10 * MINUTE });
}

function tasks(result: OracleResult): OracleTask[] {
  return (result.jobs.job?.runs ?? []).flatMap((run) => run.tasks);
}

/** In units of 1,000,000,000 bytes: the milliseconds of a merge are no matter. */
function peakOf(result: OracleResult): number {
  return (result.datastores.ds?.peakUsedBytes ?? 0) / 1e9;
}

function at(...times: string[]): { at: string[] } {
  return { at: times.map((time) => `2026-03-02T${time}`) };
}

describe('a VM that is created later', () => {
  const vms = { a: VM, late: { ...VM, exists: { from: '2026-03-02T02:00' } } };

  it('takes its base at once, and is seen by the runs from then on', () => {
    const result = play({ vms, job: { schedule: at('00:30', '02:00') }, duration: '4h' });
    expect(tasks(result).map(({ vm, queuedMs }) => [vm, queuedMs])).toEqual([
      ['a', HOUR / 2],
      ['a', 2 * HOUR],
      ['late', 2 * HOUR],
    ]);
    // Both deltas after an hour of reading.
    expect(peakOf(result)).toBeCloseTo(79.2, 3);
    expect(result.vms.late).toMatchObject({ restorePoints: 1, worstRpoMs: 2 * HOUR });
  });

  it('is on no list of names', () => {
    const result = play({ vms, job: { vms: { names: ['a', 'late'] }, schedule: at('03:00') }, duration: '4h' });
    expect(tasks(result).map(({ vm }) => vm)).toEqual(['a']);
  });

  it('is not created where it would leave less than the floor', () => {
    const datastore = { capacity: '72100MB', floor: '100MB' };
    expect(play({ vms, datastore, job: { schedule: at('05:59') } }).datastores.ds?.peakUsedBytes).toBe(72e9);
    const full = play({ vms, datastore: { ...datastore, capacity: '72099MB' }, job: { schedule: at('05:00') } });
    expect(peakOf(full)).toBeCloseTo(39.6, 3);
    expect(tasks(full).map(({ vm }) => vm)).toEqual(['a']);
    expect(full.vms.late).toMatchObject({ restorePoints: 0, worstRpoMs: 0, maxChainDepth: 0 });
  });

  it('grows from the midnight after it', () => {
    const growing = { datastore: 'ds', size: '36GB', used: '10GB', writes: { rate: 0, changed: '0MB/day' }, growth: '10%/day' };
    const result = play({
      duration: '50h',
      vms: { a: growing, late: { ...growing, exists: { from: '2026-03-03T12:00' } } },
      job: { schedule: at('00:00') },
    });
    // At the second midnight the one has grown twice, the other once.
    expect(peakOf(result)).toBeCloseTo(10 * 1.21 + 10 * 1.1, 6);
  });

  it('joins a continuous run when its job is due', () => {
    const job = { method: 'cdp', mode: 'forever-forward', schedule: at('01:00', '03:00') };
    const result = play({ vms, job, duration: '5h' });
    expect(result.jobs.job?.runs).toHaveLength(1);
    expect(tasks(result).map(({ vm, queuedMs, transferEndMs }) => [vm, queuedMs, transferEndMs])).toEqual([
      ['a', HOUR, 2 * HOUR],
      ['late', 3 * HOUR, 4 * HOUR],
    ]);
  });
});

describe('a VM that is deleted', () => {
  const vms = { a: VM, gone: { ...VM, exists: { until: '2026-03-02T02:00' } } };

  it('gives its space back, and its tasks that read are aborted', () => {
    const result = play({ vms, job: { schedule: at('01:30'), ifRunning: 'start' }, duration: '4h' });
    expect(tasks(result)).toMatchObject([
      { vm: 'a', status: 'success', transferEndMs: 2.5 * HOUR },
      { vm: 'gone', status: 'aborted', reason: 'vm-deleted', transferEndMs: null, endedMs: 2 * HOUR, readBytes: 18e9, peakDeltaBytes: 1800e6 },
    ]);
    // Two disks and the deltas of half an hour; then one disk and the delta of an hour.
    expect(result.datastores.ds).toMatchObject({ peakUsedBytes: 72e9 + 3600e6, peakAtMs: 2 * HOUR });
    expect(result.vms.gone).toMatchObject({ restorePoints: 0, worstRpoMs: 2 * HOUR });
  });

  it('has been backed up where all its data was read', () => {
    const datastore = { mergeRate: '1MB/s' };
    const result = play({ vms, datastore, job: { schedule: at('00:45', '03:00'), timings: { create: '0s', remove: '0s' } }, duration: '5h' });
    expect(tasks(result).filter(({ vm }) => vm === 'gone')).toMatchObject([
      { status: 'success', reason: 'vm-deleted', transferEndMs: 1.75 * HOUR, consolidatedMs: null, endedMs: 2 * HOUR },
    ]);
    // The age of its only point, at the deletion; the age before it was complete.
    expect(result.vms.gone).toMatchObject({ restorePoints: 1, worstRpoMs: 1.75 * HOUR });
  });
});

it('a VM that goes at midnight gives back the room that growth has filled just then', () => {
  const start = '2026-03-02T22:00';
  const datastore = { capacity: '100GB', otherUsed: '50GB', otherGrowth: '50%/day', floor: '1GB' };
  const thick = { datastore: 'ds', size: '30GB', provisioning: 'thick', writes: { rate: 0, changed: '0MB/day' } };
  const thin = { datastore: 'ds', size: '10GB', used: '1GB', writes: { law: 'append', rate: '1kB/s' } };
  const go = (until: object): (number | null | undefined)[] => {
    const { datastores, vms } = play({ start, duration: '4h', datastore, vms: { a: { ...thick, ...until }, b: thin }, jobs: {} });
    return [peakOf({ datastores } as OracleResult), datastores.ds?.fullAtMs, vms.b?.pausedAtMs];
  };
  // 25 GB more would be 106 GB.
  expect(go({})).toEqual([99, 2 * HOUR, 2 * HOUR]);
  expect(go({ exists: { until: '2026-03-03T00:00' } })).toEqual([99, null, null]);
});

describe('a VM that is deleted when further attempts are due', () => {
  it('goes first: there is none at it, and the others find its room', () => {
    // Both fail at once, as their chains are as long as they may be; ten minutes later one of them is gone.
    const full = { ...VM, maxChain: 1, snapshots: [{ taken: '2026-03-01T10:00', size: '1MB', kind: 'user' }] };
    const vms = { a: full, b: { ...full, exists: { until: '2026-03-02T00:40' } } };
    const result = play({ vms, job: { schedule: at('00:30'), retries: { times: 1, wait: '10m' } }, duration: '2h' });
    expect(tasks(result).map(({ vm, attempt }) => [vm, attempt])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
    ]);
  });
});
