/** What repositories hold and do, against sums done by hand. */
import { describe, expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult, OracleTask } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A full of 36 GB, 3.6 GB more each hour where the guest appends 1 MB/s; 100 MB/s either way on the repository. */
const APPENDING = { size: '500GB', used: '36GB', provisioning: 'thick', writes: { law: 'append', rate: '1MB/s' } };
const REPOSITORY = { read: '100MB/s', write: '100MB/s', mergeRate: '25MB/s' };

function play(job: object, changes: Estate = {}): OracleResult {
  const given = { streamRate: '1GB/s', mode: 'forever-forward', schedule: { every: '1h' }, ...job };
  return integrate(estate({ vm: APPENDING, ...changes, job: given, repository: { ...REPOSITORY, ...changes.repository } }), { stepMs: 10 * MINUTE });
}

function tasks(result: OracleResult): OracleTask[] {
  return (result.jobs.job?.runs ?? []).flatMap((run) => run.tasks);
}

function works(result: OracleResult, kind: string): { startedMs: number; endedMs: number | null; bytes: number }[] {
  return result.works.filter((work) => work.kind === kind);
}

describe('forever-forward', () => {
  it('merges the oldest increment at the rate for merges', () => {
    const result = play({ retention: { last: 2 } }, { duration: '2h30m' });
    // The third point is complete 36 s after 2 h; 3.6 GB at 25 MB/s are 144 s. The second took 3.6 GB from 0 to 1 h.
    expect(works(result, 'merge')).toMatchObject([{ startedMs: 2 * HOUR + 36_000, endedMs: 2 * HOUR + 180_000, bytes: 3600e6 }]);
    expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 36e9 + 7200e6, endUsedBytes: 36e9 + 3600e6 });
    expect(result.vms.a?.restorePoints).toBe(2);
  });

  it('is as fast as the device where that is slower: each byte is read and written', () => {
    const result = play({ retention: { last: 2 } }, { duration: '2h30m', repository: { mergeRate: '1GB/s' } });
    expect(works(result, 'merge')[0]?.endedMs).toBe(2 * HOUR + 36_000 + 72_000);
  });

  it('grows the full with what is in use, and takes that first', () => {
    const growing = { ...APPENDING, growth: '24GB/day' };
    const result = play({ retention: { last: 1 } }, { duration: '1h30m', vm: growing });
    // A gigabyte an hour.
    expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 36e9 + 3600e6 + 1e9, endUsedBytes: 37e9 });
  });

  it('refuses a merge that does not fit, and asks again after the next run', () => {
    const growing = { ...APPENDING, growth: '24GB/day' };
    const result = play({ retention: { last: 1 } }, { duration: '2h30m', vm: growing, repository: { capacity: '40300MB' } });
    expect(works(result, 'merge')).toEqual([]);
    // The next increment of 3.6 GB has 0.7 GB of room.
    expect(result.repositories.repo?.fullAtMs).toBe(2 * HOUR + 7000);
    expect(result.repositories.repo?.endUsedBytes).toBe(39_600e6);
  });

  it('takes a slot, after the tasks that wait', () => {
    const vms = { a: { datastore: 'ds', ...APPENDING, count: 2 } };
    const result = play({ retention: { last: 1 } }, { duration: '1h30m', vms, repository: { slots: 1 } });
    // The second VM was frozen 360 s after the first, then 36 s: increments of 3.6 and 3.276 GB, then their merges.
    expect(works(result, 'merge').map(({ endedMs }) => endedMs)).toEqual([HOUR + 68_760 + 144_000, HOUR + 68_760 + 144_000 + 131_040]);
  });

  it('changes references only with block clone', () => {
    const result = play({ retention: { last: 1 } }, { duration: '1h30m', repository: { blockClone: true } });
    expect(works(result, 'merge')).toMatchObject([{ startedMs: HOUR + 36_000, endedMs: HOUR + 36_000 }]);
    expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 39_600e6, endUsedBytes: 36e9 });
  });
});

describe('forward', () => {
  const job = { mode: 'forward', schedule: { every: '6h' }, retention: { last: 9 } };

  it('makes a full by the first run that is due at or after its instant', () => {
    const result = play({ ...job, full: { active: { at: ['2026-03-02T07:00'] } } }, { duration: '19h' });
    expect(tasks(result).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'full', 'incremental']);
  });

  it('makes a differential of all that has changed since the full', () => {
    const result = play({ ...job, full: { active: '0 0 1 * *' }, differential: { at: ['2026-03-02T12:00'] } }, { duration: '19h' });
    expect(tasks(result).map(({ kind, readBytes }) => [kind, readBytes / 1e6])).toEqual([
      ['full', 36_000],
      ['incremental', 21_600],
      ['differential', 36_000],
      ['incremental', 21_600],
    ]);
  });

  it('writes a synthetic full of what it reads, and gives the increment back', () => {
    const result = play({ ...job, full: { synthetic: { at: ['2026-03-02T11:00'] } } }, { duration: '17h' });
    // Reads 36 + 21.6 + 21.6 GB, writes 36 GB at 100 MB/s, after the 216 s of the third backup.
    const startedMs = 12 * HOUR + 216_000;
    expect(works(result, 'synthetic-full')).toMatchObject([{ startedMs, endedMs: startedMs + 792_000 + 360_000, bytes: 36e9 }]);
    expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 36e9 + 43.2e9 + 36e9, endUsedBytes: 36e9 + 21.6e9 + 36e9 });
  });

  it('keeps what kept points need, and drops a chain as a whole', () => {
    const result = play({ ...job, full: { active: { at: ['2026-03-02T12:00'] } }, retention: { last: 2 } }, { duration: '19h' });
    // The last increment leaves nothing that needs the first full.
    expect(works(result, 'removal')).toMatchObject([{ startedMs: 18 * HOUR + 216_000, bytes: 57_600e6 }]);
  });

  it('lets a clone inherit the blocks of what goes before it', () => {
    const changes = { duration: '25h', repository: { blockClone: true } };
    const result = play({ ...job, full: { synthetic: { at: ['2026-03-02T12:00'] } }, retention: { last: 1 } }, changes);
    // f 36, i 21.6, c 21.6, i 21.6 GB. The clone lacks 14.4 GB, which the full leaves to it.
    expect(works(result, 'removal')).toMatchObject([{ bytes: 43_200e6 }]);
    expect(result.repositories.repo?.endUsedBytes).toBe(36e9 + 2 * 21_600e6);
  });
});

it('leaves an increment as the way back where the full is already further', () => {
  const small = { ...APPENDING, used: '9GB', growth: '24GB/day' };
  const at = ['2026-03-02T00:00', '2026-03-02T02:00', '2026-03-02T02:20', '2026-03-02T02:40'];
  const job = { mode: 'reverse', streamRate: '4MB/s', schedule: { at }, ifRunning: 'start', retention: { last: 3 } };
  const result = play(job, { duration: '3h', vm: small });
  // 7.2 GB are read from 2:00 to 2:30, 8.4 GB from 2:20 to 2:55, and 2.4 GB since the first of them from 2:40 to 2:50.
  expect(tasks(result).map(({ transferEndMs }) => (transferEndMs ?? 0) / MINUTE)).toEqual([37.5, 150, 175, 170]);
  // The full has grown by a gigabyte an hour up to 2:40; the ways back to 2:00 and 2:20 hold 2.4 GB less what it grew by, and all 8.4.
  expect(works(result, 'removal')).toMatchObject([{ startedMs: 175 * MINUTE, bytes: 5200e6 }]);
  expect(result.repositories.repo?.endUsedBytes).toBe(9e9 + 2400e6 + 2000e6 + 8400e6);
});

it('grows the newest full of reverse increments and leaves the rest as the way back', () => {
  const growing = { ...APPENDING, growth: '24GB/day' };
  const result = play({ mode: 'reverse', retention: { last: 2 } }, { duration: '2h30m', vm: growing });
  // 3.6 GB at 1/read + 2/write: 33.3 MB/s. The full grows by 1 GB an hour; 2.6 GB lead back; the oldest of three points goes.
  expect(tasks(result).map(({ transferEndMs }) => transferEndMs)).toEqual([360_000, HOUR + 108_000, 2 * HOUR + 108_000]);
  expect(works(result, 'removal')).toMatchObject([{ startedMs: 2 * HOUR + 108_000, bytes: 2600e6 }]);
  expect(result.repositories.repo?.endUsedBytes).toBe(38e9 + 2600e6);
});

describe('what is removed', () => {
  const job = { mode: 'full', schedule: { every: '6h' }, retention: { last: 1 } };

  it('comes back after its grace', () => {
    const result = play(job, { duration: '20h', repository: { gcGrace: '5h' } });
    // Removed at 6 and 12 h and 6 minutes; the next full begins an hour after the first has come back.
    expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 72e9, endUsedBytes: 72e9 });
    expect(play(job, { duration: '20h', repository: { gcGrace: '7h' } }).repositories.repo?.peakUsedBytes).toBe(108e9);
  });

  it('is not younger than what is immutable', () => {
    const result = play(job, { duration: '20h', repository: { immutable: '7h' } });
    // Looked at when the points of 6, 12 and 18 h are complete.
    expect(works(result, 'removal').map(({ startedMs }) => startedMs)).toEqual([12 * HOUR + 360_000, 18 * HOUR + 360_000]);
  });
});

describe('retention by periods', () => {
  /** One full every six hours from Monday 00:00 on; what is left at the end. */
  const left = (retention: object, duration: string, more: object = {}): number =>
    play({ mode: 'full', schedule: { every: '6h' }, retention, ...more }, { duration }).vms.a?.restorePoints ?? 0;

  it.each([
    ['the newest', { last: 3 }, 3],
    ['the newest of each day', { daily: 3 }, 3],
    // Wednesday 18:00 and 12:00, Tuesday 18:00, Monday 18:00.
    ['days beside the newest', { last: 2, daily: 2 }, 4],
    // Two hours, the days of which are skipped.
    ['days beside hours', { hourly: 5, daily: 1 }, 6],
    ['the only week', { weekly: 4 }, 1],
  ])('keeps %s', (_what, retention, expected) => {
    expect(left(retention, '71h')).toBe(expected);
  });

  it('keeps the first full of a week as long as it says', () => {
    const job = { mode: 'forward', full: { active: '0 0 * * *' }, schedule: '0 0 * * *', retention: { definition: 'veeam', last: 1, weekly: 1 } };
    // Monday's until the next Monday, when that has become the first of its week.
    expect(play(job, { duration: '6d' }).vms.a?.restorePoints).toBe(2);
    expect(play(job, { duration: '7d1h' }).vms.a?.restorePoints).toBe(1);
  });
});

describe('an established past', () => {
  const job = { initial: 'established', schedule: '0 12 * * *', retention: { last: 3 } };

  it('is a steady chain', () => {
    const result = play(job, { duration: '11h' });
    expect(result.repositories.repo?.startUsedBytes).toBe(36e9 + 2 * 36e9);
    expect(result.vms.a).toMatchObject({ restorePoints: 3, worstRpoMs: 23 * HOUR });
  });

  it('goes back to the last full', () => {
    const result = play({ ...job, mode: 'forward', full: { active: '0 0 * * wed' } }, { duration: '11h' });
    // Monday: the full of Wednesday, increments of Thursday to Sunday, all as large as the disk by then.
    expect(result.repositories.repo?.startUsedBytes).toBe(5 * 36e9);
  });

  it('holds what its grace has not given back', () => {
    const result = play({ ...job, mode: 'full' }, { duration: '2d', repository: { gcGrace: '13h' } });
    expect(result.repositories.repo).toMatchObject({ startUsedBytes: 4 * 36e9, peakUsedBytes: 4 * 36e9 });
  });
});

it('asks for transforms again when a continuous run has read another VM', () => {
  const idle = { datastore: 'ds', size: '36000MB', writes: { rate: 0, changed: '0MB/day' } };
  const vms = { a: idle, b: { ...idle, exists: { from: '2026-03-02T01:30' } } };
  const job = { method: 'cdp', initial: 'established', retention: { last: 1 }, streamRate: '10MB/s' };
  const merged = (immutable: string): unknown[] => {
    const result = play(job, { vms, duration: '4h', repository: { immutable } });
    return works(result, 'merge').map(({ startedMs }) => startedMs / HOUR);
  };
  // At 0:00 the full of a takes in what is old enough: the point of an hour before, or of four. At 2:00 the run takes b in and reads it until 3:00.
  expect(merged('30m')).toEqual([0, 3]);
  expect(merged('4h')).toEqual([0, 3, 3, 3]);
});

describe('a stolen account', () => {
  const thief = (at: string): object => ({ faults: [{ kind: 'stolen-account', account: 'admin', at: `2026-03-02T${at}` }] });

  it('loses all points, and has to begin with a full', () => {
    const result = play({ account: 'admin' }, { duration: '3h30m', more: thief('01:30'), repository: { gcGrace: '2h1m' } });
    expect(tasks(result).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'full', 'incremental']);
    // What is gone goes on taking its place: 36 + 3.6 GB until 3 h 31.
    expect(result.repositories.repo?.endUsedBytes).toBe(2 * (36e9 + 3600e6));
    // Without any point until 36 GB have been written again.
    expect(result.vms.a).toMatchObject({ restorePoints: 2, worstRpoMs: 2 * HOUR + 360_000 });
    expect(tasks(play({ account: 'other' }, { duration: '3h30m', more: thief('01:30') })).map(({ kind }) => kind)[2]).toBe('incremental');
  });

  it('keeps what is immutable with all that it needs', () => {
    // Full, i, i, full, i. At 4 h 30 the last three are younger than 2 h 45: the increment of 2 h needs all before it. Of the last two none does.
    const job = { account: 'admin', mode: 'forward', full: { active: { at: ['2026-03-02T03:00'] } } };
    const left = (immutable: string): unknown[] => {
      const { vms, repositories } = play(job, { duration: '4h50m', more: thief('04:30'), repository: { immutable } });
      return [vms.a?.restorePoints, (repositories.repo?.endUsedBytes ?? 0) / 1e6];
    };
    expect(left('2h45m')).toEqual([5, 36_000 * 2 + 3600 * 3]);
    expect(left('1h45m')).toEqual([2, 36_000 + 3600]);
    expect(left('1m')).toEqual([0, 0]);
  });

  it('loses what a merge works on when that is done', () => {
    const result = play({ account: 'admin', retention: { last: 2 } }, { duration: '2h30m', more: thief('02:01') });
    // The merge runs from 2 h 0:36 to 2 h 3:00. The third point goes at once.
    expect(works(result, 'merge')).toMatchObject([{ endedMs: 2 * HOUR + 180_000 }]);
    expect(result.vms.a).toMatchObject({ restorePoints: 0 });
    expect(result.repositories.repo?.endUsedBytes).toBe(0);
  });

  it('loses the snapshots that its jobs keep', () => {
    const job = { account: 'admin', method: 'snapshot-only', keep: 3, timings: { quiesce: '0s', create: '0s', remove: '10s' } };
    const kept = (more: object): number[] => {
      const { vms, datastores } = play(job, { duration: '2h55m', more, datastore: { mergeRate: '100MB/s' } });
      return [vms.a?.restorePoints ?? 0, vms.a?.maxChainDepth ?? 0, Math.round((datastores.ds?.peakUsedBytes ?? 0) / 1e6)];
    };
    // Three deltas, 1 MB/s since the first snapshot; after the theft of two, one more.
    expect(kept({})).toEqual([3, 3, 500_000 + 10_500]);
    expect(kept(thief('01:30')).slice(0, 2)).toEqual([1, 2]);
  });

  it('leaves a clone the blocks that it shares with what is stolen', () => {
    const job = { account: 'admin', mode: 'forward', full: { synthetic: { every: '1h' } } };
    const left = (immutable: string): number => {
      const result = play(job, { duration: '2h40m', more: thief('02:30'), repository: { blockClone: true, immutable } });
      return (result.repositories.repo?.endUsedBytes ?? 0) / 1e6;
    };
    // The newest of three fulls, the last two of which took 3.6 GB each, stays whole.
    expect(left('45m')).toBe(36_000);
    expect(left('1m')).toBe(0);
  });

  it('leaves orphans where they are that none of its jobs keeps', () => {
    const vm = { ...APPENDING, snapshots: [{ taken: '2026-02-01T00:00', size: '500MB', kind: 'orphan' }] };
    const job = { account: 'admin', method: 'snapshot-only', keep: 3, timings: { quiesce: '0s', create: '0s', remove: '10s' } };
    const { datastores } = play({ ...job, schedule: { at: ['2026-03-02T00:00'] } }, { duration: '10h', more: thief('00:30'), vm });
    // The kept one is merged into it at once; it takes all that is written.
    expect(datastores.ds?.peakLedger.filter(({ kind }) => kind === 'orphan')).toEqual([{ owner: 'a', kind: 'orphan', bytes: 500e6 + 36_000e6 }]);
  });
});

describe('by the clock', () => {
  const job = { mode: 'full', schedule: { every: '6h' }, retention: { last: 1 } };

  it('a collection gives back what had been removed long enough before it began', () => {
    const garbageCollection = { schedule: { at: ['2026-03-02T07:00', '2026-03-02T13:00', '2026-03-02T19:00'] }, readShare: '10%' };
    const result = play(job, { duration: '20h', repository: { gcGrace: '2h', garbageCollection } });
    // A tenth of 72 GB, then of 108 GB, at 100 MB/s. What goes at 6:06 is too young at 7:00; at 13:00 it comes back, what goes at 12:06 only at 19:00.
    expect(works(result, 'garbage-collection').map(({ startedMs, endedMs }) => [startedMs, endedMs])).toEqual(
      [7, 13, 19].map((hour) => [hour * HOUR, hour * HOUR + (hour === 7 ? 72_000 : 108_000)]),
    );
    expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 36e9 * 3, endUsedBytes: 36e9 * 2 });
  });

  it('a verification reads everything, with a slot of its own', () => {
    const result = play(job, { duration: '20h', repository: { slots: 1, verify: { every: '5m', offset: '357m' } } });
    // The first at 5:57 reads for six minutes: the one of 6:02 is left out, and the second full has to wait until 6:03.
    expect(works(result, 'verification').slice(0, 2)).toMatchObject([
      { startedMs: 357 * MINUTE, endedMs: 363 * MINUTE, bytes: 36e9 },
      { startedMs: 369 * MINUTE, endedMs: 375 * MINUTE, bytes: 36e9 },
    ]);
    expect(tasks(result)[1]).toMatchObject({ queuedMs: 6 * HOUR, transferMs: 363 * MINUTE, transferEndMs: 369 * MINUTE });
  });
});
