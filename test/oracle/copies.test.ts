/** Copies to another repository, against sums done by hand. */
import { expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

interface Places extends Omit<Estate, 'more'> {
  near?: object;
  far?: object;
  copyTo?: object;
  more?: object;
}

/** The job of the estate writes to `repo`, whose points go to `far`. */
function play({ near, far, copyTo, more, ...changes }: Places): OracleResult {
  const fast = { capacity: '1PB', read: '1TB/s', write: '1TB/s' };
  const repositories = { repo: { ...fast, ...near, copyTo: { repository: 'far', ...copyTo } }, far: { ...fast, ...far } };
  return integrate(estate({ ...changes, more: { repositories, ...more } }), { stepMs: 10 * MINUTE });
}

/** When copies, merges or removals began and ended, in hours, and what they moved, in GB. */
function works({ works: all }: OracleResult, kind: string, repository: string): (number | null)[][] {
  const found = all.filter((work) => work.kind === kind && work.repository === repository);
  const hours = (ms: number | null): number | null => (ms === null ? null : Math.round((ms / HOUR) * 1000) / 1000);
  return found.map(({ startedMs, endedMs, bytes }) => [hours(startedMs), hours(endedMs), Math.round(bytes / 1e6) / 1000]);
}

it('copies a point when it is complete, as fast as both repositories and the links let it', () => {
  const links = { wan: { bandwidth: '80Mbit/s' }, lan: { bandwidth: '800Mbit/s' } };
  // 36 GB in stored bytes at the 10 MB/s of a link that is named twice and crossed once.
  const result = play({ copyTo: { links: ['wan', 'lan'] }, far: { links: ['wan'] }, more: { links } });
  expect(works(result, 'copy', 'repo')).toEqual([[1, 2, 36]]);
  expect(result.repositories.far).toMatchObject({ peakUsedBytes: 36e9, endUsedBytes: 36e9 });
  expect(result.vms.a).toMatchObject({ restorePoints: 1 });
  expect(works(play({ near: { read: '20MB/s' } }), 'copy', 'repo')).toEqual([[1, 1.5, 36]]);
  expect(works(play({ far: { write: '5MB/s' } }), 'copy', 'repo')).toEqual([[1, 3, 36]]);
  // What the job has reduced to a half is copied so.
  expect(works(play({ job: { reduction: 2 }, far: { write: '5MB/s' } }), 'copy', 'repo')).toEqual([[1, 2, 18]]);
});

it('holds a slot of both repositories, and lets the guests of a slot wait', () => {
  const vms = { a: { count: 2, datastore: 'ds', size: '36000MB', writes: { rate: 0, changed: '0MB/day' } } };
  expect(works(play({ vms, far: { slots: 1, write: '10MB/s' } }), 'copy', 'repo')).toEqual([
    [1, 2, 36],
    [2, 3, 36],
  ]);
  const [first, second] =
    play({ near: { slots: 1 }, far: { write: '10MB/s' }, job: { schedule: { at: ['2026-03-02T00:00', '2026-03-02T01:10'] } } }).jobs.job?.runs ?? [];
  expect(first?.tasks[0]).toMatchObject({ transferEndMs: HOUR });
  expect(second?.tasks[0]).toMatchObject({ queuedMs: HOUR + 10 * MINUTE, transferMs: 2 * HOUR });
});

it('copies all that waits at the instants of a schedule, and keeps it until then', () => {
  const at = ['2026-03-02T00:00', '2026-03-02T01:00', '2026-03-02T02:00'];
  const result = play({ copyTo: { schedule: '30 3 * * *' }, far: { write: '20MB/s' }, job: { schedule: { at }, retention: { last: 1 } } });
  expect(works(result, 'copy', 'repo')).toEqual([
    [3.5, 4, 36],
    [4, 4.5, 36],
    [4.5, 5, 36],
  ]);
  // Without the copies, one would go at 2:00 and one at 3:00.
  expect(works(result, 'removal', 'repo')).toEqual([
    [4, 4, 36],
    [4.5, 4.5, 36],
  ]);
  expect(result.repositories).toMatchObject({ repo: { peakUsedBytes: 108e9, endUsedBytes: 36e9 }, far: { endUsedBytes: 108e9 } });
  expect(result.vms.a).toMatchObject({ restorePoints: 3 });
});

it('keeps a chain of its own at the target, with the bytes as sent and its own retention', () => {
  // 12 GB are new every three hours; a reverse chain becomes one of increments there.
  const vm = { writes: { law: 'append', changed: '96GB/day' } };
  for (const mode of ['forever-forward', 'reverse']) {
    const job = { method: 'agent', vms: { names: ['a'] }, mode, streamRate: '1TB/s', schedule: { every: '3h' }, retention: { last: 4 } };
    const result = play({ vm, job, duration: '10h', copyTo: { retention: { last: 2 } }, far: { mergeRate: '10MB/s' } });
    expect(works(result, 'copy', 'repo').map(([started, , bytes]) => [started, bytes])).toEqual([
      [0, 36],
      [3, 12],
      [6, 12],
      [9, 12],
    ]);
    // 12 GB at 10 MB/s take 20 minutes.
    expect(works(result, 'merge', 'far')).toEqual([
      [6, 6.333, 12],
      [9, 9.333, 12],
    ]);
    expect(result.repositories.far?.endUsedBytes).toBeCloseTo(48e9, -8);
  }
});

it('fails where the target is full, and tries again with the next point', () => {
  const at = ['2026-03-02T00:00', '2026-03-02T03:00'];
  const result = play({ far: { capacity: '18GB', write: '10MB/s' }, job: { schedule: { at } } });
  expect(works(result, 'copy', 'repo')).toEqual([
    [1, null, 36],
    [4, null, 36],
  ]);
  expect(result.repositories.far).toMatchObject({ fullAtMs: 1.5 * HOUR, peakUsedBytes: 18e9, endUsedBytes: 0 });
});

it('deletes what waits with the point, and spares copies that belong to another account', () => {
  const at = ['2026-03-02T00:00', '2026-03-02T01:00', '2026-03-02T03:20'];
  const faults = [{ at: '2026-03-02T03:00', kind: 'stolen-account', account: 'backup' }];
  const job = { account: 'backup', schedule: { at } };
  const copyTo = { schedule: '30 1,4 * * *' };
  const spared = play({ job, copyTo: { ...copyTo, account: 'vault' }, more: { faults } });
  expect(works(spared, 'copy', 'repo').map(([started]) => started)).toEqual([1.5, 4.5]);
  expect(spared.vms.a).toMatchObject({ restorePoints: 2 });
  expect(play({ job, copyTo, more: { faults } }).vms.a).toMatchObject({ restorePoints: 1 });
});

it('holds of an established past what waits for the next instant', () => {
  // Every five hours from midnight on: 20:00 is copied at 21:00, 0:00 waits until 21:00.
  const job = { initial: 'established', mode: 'full', schedule: { every: '5h' }, retention: { last: 1 } };
  const result = play({ start: '2026-03-02T03:00', job, copyTo: { schedule: '0 21 * * *', retention: { last: 3 } } });
  expect(result.repositories).toMatchObject({ repo: { startUsedBytes: 36e9 }, far: { startUsedBytes: 108e9 } });
  const later = play({ start: '2026-03-02T18:00', job, copyTo: { schedule: '0 21 * * *', retention: { last: 3 } }, duration: '2h' });
  // 0:00, 5:00, 10:00 and 15:00 wait.
  expect(later.repositories).toMatchObject({ repo: { startUsedBytes: 144e9 }, far: { startUsedBytes: 108e9 } });
});
