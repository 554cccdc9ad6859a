import { describe, expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

function play(changes: Estate, stepMs = MINUTE): OracleResult {
  return integrate(estate(changes), { stepMs });
}

describe('a datastore that fills up', () => {
  /** One VM of 36 GB whose delta grows by 1 MB/s, and `roomMB` above the floor of 100 MB. */
  const filling = (roomMB: number, changes: Estate = {}): Estate => ({
    ...changes,
    vm: { provisioning: 'thick', writes: { law: 'append', rate: '1MB/s' }, ...changes.vm },
    datastore: { capacity: `${36_100 + roomMB}MB`, floor: '100MB', ...changes.datastore },
  });

  it('pauses the writers at the first millisecond at the floor and grows no further', () => {
    const result = play(filling(1800));
    expect(result.datastores.ds).toMatchObject({ fullAtMs: 1800_000, peakUsedBytes: 37_800e6, peakAtMs: 1800_000 });
    expect(result.vms.a).toMatchObject({
      pausedAtMs: 1800_000,
      pausedMs: 6 * HOUR - 1800_000,
      crashedAtMs: null,
      worstLagMs: null,
      maxChainDepth: 1,
    });
  });

  const growing = { provisioning: 'thin', size: '40GB', used: '36000MB', growth: '24GB/day', writes: { law: 'append', rate: '1MB/s' } };

  it('merges into a thick base also below the floor', () => {
    const run = play(filling(1800.0005)).jobs.job?.runs[0];
    expect(run?.tasks[0]).toMatchObject({ status: 'success', transferEndMs: HOUR, consolidatedMs: HOUR + 4 });
  });

  it('leaves the snapshot behind when the growth that a thin base has to take does not fit', () => {
    const result = play(filling(1800.0005, { vm: growing }));
    expect(result.datastores.ds).toMatchObject({ fullAtMs: 1800_001, peakUsedBytes: 37_800_001_000 });
    const run = result.jobs.job?.runs[0];
    expect(run).toMatchObject({ status: 'warning', endedMs: HOUR });
    expect(run?.tasks[0]).toMatchObject({ status: 'warning', transferEndMs: HOUR, consolidatedMs: null });
  });

  it('creates no snapshot at the floor', () => {
    const job = { schedule: { at: ['2026-03-02T00:00', '2026-03-02T02:00'] } };
    const second = play(filling(1800.0005, { vm: growing, job })).jobs.job?.runs[1];
    expect(second).toMatchObject({ status: 'failed', startedMs: 2 * HOUR, endedMs: 2 * HOUR });
    expect(second?.tasks[0]).toMatchObject({ status: 'failed', snapshotMs: null, readBytes: 0 });
  });

  it('aborts the task of a guest that cannot ride out the pause', () => {
    const result = play(filling(1800, { vm: { writes: { law: 'append', rate: '1MB/s' }, provisioning: 'thick', toleratesPause: '60s' } }));
    expect(result.vms.a).toMatchObject({ pausedAtMs: 1800_000, pausedMs: 60_000, crashedAtMs: 1860_000 });
    expect(result.jobs.job?.runs[0]?.tasks[0]).toMatchObject({ status: 'aborted', transferEndMs: null, readBytes: 18_600e6, storedBytes: 0 });
  });

  it.each([
    ['stay-paused', 6 * HOUR - 5000_000],
    ['resume', 400_000],
  ])('with %s keeps its writers paused for %i ms when a merge gives space back', (onSpaceFreed, pausedMs) => {
    // The merge of 3,600 MB runs from 3,600 s to 5,400 s; the mirrored delta reaches 5,000 MB after 5,000 s.
    const result = play(filling(5000, { datastore: { capacity: '41100MB', mergeRate: '2MB/s', onSpaceFreed } }));
    expect(result.vms.a).toMatchObject({ pausedAtMs: 5000_000, pausedMs });
    expect(result.jobs.job?.runs[0]?.tasks[0]?.consolidatedMs).toBe(5400_000);
  });

  it('pauses thin disks and spares thick ones without a snapshot', () => {
    const disk = { datastore: 'ds', size: '10GB', used: '1GB', writes: { law: 'append', rate: '1MB/s' } };
    const vms = { thin: { ...disk, growth: '24GB/day' }, thick: { ...disk, provisioning: 'thick' } };
    const result = play({ vms, jobs: {}, datastore: { capacity: '13.1GB', floor: '100MB' } });
    expect(result.vms.thin?.pausedAtMs).toBe(2 * HOUR);
    expect(result.vms.thick?.pausedAtMs).toBeNull();
    const all = play({ vms, jobs: {}, datastore: { capacity: '13.1GB', floor: '100MB', onFull: 'all' } });
    expect(all.vms.thick?.pausedAtMs).toBe(2 * HOUR);
  });
});

describe('growth by percentages', () => {
  const vm = { size: '100GB', used: '10GB' };

  it.each([
    ['10%/day', '47h', 11e9],
    ['10%/day', '48h', 12.1e9],
    ['21%/week', '7d', 12.1e9],
  ])('comes in steps at midnight: %s for %s', (growth, duration, expected) => {
    const result = play({ vm: { ...vm, growth }, jobs: {}, duration });
    expect(Math.abs((result.datastores.ds?.peakUsedBytes ?? 0) - expected)).toBeLessThanOrEqual(1);
  });

  it('is cut at the floor and stops thin disks and other data there', () => {
    const datastore = { capacity: '23.1GB', floor: '100MB', otherUsed: '10GB', otherGrowth: '25%/day' };
    const result = play({ vm: { ...vm, growth: '25%/day' }, jobs: {}, duration: '3d', datastore });
    expect(result.datastores.ds).toMatchObject({ peakUsedBytes: 23e9, peakAtMs: 24 * HOUR, fullAtMs: 24 * HOUR });
    expect(result.datastores.ds?.peakLedger.map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['other', 10.5e9],
      ['base', 10e9],
      ['growth', 2.5e9],
    ]);
    expect(result.vms.a?.pausedAtMs).toBe(24 * HOUR);
  });

  it('raises what is written, but not the law of a delta that is already open', () => {
    const writes = { law: 'power', rate: '1MB/s', changed: '20GB/day', exponent: 0.5, growth: '50%/day' };
    const job = { schedule: { at: ['2026-03-02T22:00', '2026-03-03T03:00'] }, streamRate: '2.5MB/s' };
    const [first, second] = play({ vm: { writes }, job, duration: '32h' }).jobs.job?.runs.flatMap((run) => run.tasks) ?? [];
    // 36,000 MB take four hours. In the first two 7,200 MB are written, in the next two half as much again; then all is half as much again.
    expect((first?.peakDeltaBytes ?? 0) / 20e9).toBeCloseTo((18_000 / 86_400) ** 0.5, 6);
    expect(second?.peakDeltaBytes).toBeLessThan(30e9);
    expect((second?.peakDeltaBytes ?? 0) / 30e9).toBeCloseTo((14_400 / 86_400) ** 0.5, 6);
  });
});

it('fails what writes to a full repository and keeps what it held', () => {
  const job = { schedule: { every: '2h' }, retention: { last: 9 } };
  const result = play({ job, repository: { capacity: '56GB' } });
  expect(result.repositories.repo).toEqual({ startUsedBytes: 0, peakUsedBytes: 56e9, endUsedBytes: 36e9, fullAtMs: 2 * HOUR + 2000_000 });
  const runs = result.jobs.job?.runs ?? [];
  expect(runs.map((run) => run.status)).toEqual(['success', 'failed', 'failed']);
  expect(runs[2]?.tasks[0]).toMatchObject({ transferEndMs: null, consolidatedMs: 4 * HOUR + 2000_000, readBytes: 20e9, storedBytes: 0 });
});

it('gives the same answer whatever the step', () => {
  const disk = { datastore: 'ds', size: '60GB', used: '30GB', growth: '1%/day' };
  const timings = { quiesce: '2s', create: '500ms', remove: '1s' };
  const job = { vms: 'all', repository: 'repo', reduction: 2, streamRate: '60MB/s', timings };
  const document = estate({
    duration: '3d',
    timezone: 'Europe/Berlin',
    start: '2026-03-28T12:00',
    datastore: { read: '200MB/s', write: '150MB/s', iops: 150, mergeRate: '500kB/s', capacity: '330GB' },
    repository: { write: '8MB/s', slots: 5 },
    vms: {
      a: { ...disk, count: 4, activity: 'office-hours', writes: { changed: '6%/day' } },
      b: { ...disk, count: 3, provisioning: 'thick', activity: 'nights', writes: { law: 'working-set', workingSet: '5GB', rate: '300kB/s' } },
    },
    jobs: {
      often: { ...job, schedule: { every: '2h', offset: '10m' }, ifRunning: 'start', concurrency: 2 },
      nightly: { ...job, schedule: '0 22 * * *', snapshots: 'whole-run', initial: 'established', priority: 1 },
    },
  });
  const fine = integrate(document, { stepMs: 20_000 });
  const coarse = integrate(document, { stepMs: 3 * HOUR });
  const pairs = [fine, coarse].map((result) => Object.values(result.jobs).flatMap(({ runs }) => runs.flatMap((run) => run.tasks)));
  expect(pairs[0]?.length).toBeGreaterThan(50);
  pairs[0]?.forEach((task, index) => {
    const other = pairs[1]?.[index];
    expect(other).toMatchObject({ vm: task.vm, status: task.status, kind: task.kind });
    expect(Math.abs((task.consolidatedMs ?? 0) - (other?.consolidatedMs ?? 0))).toBeLessThanOrEqual(50);
    expect(Math.abs(task.readBytes - 2 * task.storedBytes)).toBeLessThanOrEqual(2);
  });
  const { ds } = fine.datastores;
  expect(ds?.guestServedFraction).toBeLessThan(0.99);
  expect(Object.values(fine.vms).some((state) => state.maxChainDepth > 1)).toBe(true);
  expect(ds?.peakLedger.reduce((sum, entry) => sum + entry.bytes, 0)).toBe(ds?.peakUsedBytes);
  expect(Math.abs((ds?.peakUsedBytes ?? 0) / (coarse.datastores.ds?.peakUsedBytes ?? 1) - 1)).toBeLessThan(1e-6);
  expect(ds?.guestServedFraction).toBeCloseTo(coarse.datastores.ds?.guestServedFraction ?? 0, 6);
});
it.each([60_000, 7_777, 3_600_000])('finds the root of the sum of unequal deltas to a millisecond with steps of %i ms', (stepMs) => {
  const vm = { datastore: 'ds', size: '36000MB', provisioning: 'thick' };
  const vms = {
    append: { ...vm, writes: { law: 'append', rate: '100kB/s' } },
    power: { ...vm, writes: { law: 'power', rate: '1MB/s', changed: '20GB/day' } },
    set: { ...vm, writes: { law: 'working-set', rate: '700kB/s', workingSet: '3GB' } },
  };
  const used = (ms: number): number => {
    const seconds = ms / 1000;
    return 108e9 + 1e5 * seconds + 20e9 * (seconds / 86_400) ** 0.72 + 3e9 * (1 - Math.exp((-7e5 * seconds) / 3e9));
  };
  let [low, high] = [0, HOUR];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (used(middle) >= 110.2e9) high = middle;
    else low = middle;
  }
  const result = play({ vms, datastore: { capacity: '110.3GB', floor: '100MB' } }, stepMs);
  expect(high).toBeGreaterThan(10 * MINUTE);
  expect(result.datastores.ds?.fullAtMs).toBe(high);
  expect(Object.values(result.vms).map((state) => state.pausedAtMs)).toEqual([high, high, high]);
});
