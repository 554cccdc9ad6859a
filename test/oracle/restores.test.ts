/** Restores, against sums done by hand. */
import { expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';
import type { OracleResult } from './result.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

function play(changes: Estate): OracleResult {
  const repository = { read: '20MB/s', write: '1GB/s', ...changes.repository };
  return integrate(estate({ ...changes, repository }), { stepMs: 10 * MINUTE });
}

it('reads the newest good point that is old enough, as fast as repository, network and datastore let it', () => {
  const restores = [
    { at: '2026-03-02T01:30', vm: 'a' },
    { at: '2026-03-02T03:00', vm: 'a', point: '2026-03-01T23:00' },
  ];
  const [made, failed] = play({ more: { restores } }).restores;
  // 36 GB at 20 MB/s.
  expect(made).toMatchObject({ repository: 'repo', pointAtMs: 0, startedMs: 1.5 * HOUR, endedMs: 2 * HOUR, readBytes: 36e9 });
  expect(failed).toMatchObject({ repository: null, pointAtMs: null, startedMs: null, endedMs: null, readBytes: 0 });
});

it('writes each disk by itself, with one slot, over the network of the host', () => {
  const disk = { datastore: 'ds', size: '18000MB', writes: { rate: 0, changed: '0MB/day' } };
  const vms = { a: { host: 'h', disks: [disk, { ...disk, datastore: 'slow' }] } };
  const result = play({
    vms,
    repository: { slots: 1, read: '1GB/s' },
    job: { reduction: 2, streamRate: '20MB/s', schedule: { at: ['2026-03-02T00:00', '2026-03-02T01:10'] } },
    more: {
      hosts: { h: { nbd: '40MB/s' } },
      datastores: { ds: { capacity: '10TB', read: '1TB/s', write: '1TB/s' }, slow: { capacity: '10TB', read: '1TB/s', write: '10MB/s' } },
      restores: [{ at: '2026-03-02T01:00', vm: 'a' }],
    },
  });
  // One disk at 30 MB/s for 600 s, the other at 10 MB/s for 1,800 s. The backup waits for the slot.
  expect(result.restores).toMatchObject([{ startedMs: HOUR, endedMs: 1.5 * HOUR, readBytes: 18e9 }]);
  expect(result.jobs.job?.runs[1]?.tasks[0]).toMatchObject({ queuedMs: HOUR + 10 * MINUTE, transferMs: 1.5 * HOUR });
});

it('holds the points that it reads', () => {
  const hosts = { h: { nbd: '20MB/s', network: '1GB/s' } };
  const vm = { host: 'h' };
  const at = ['2026-03-02T00:00', '2026-03-02T01:40', '2026-03-02T03:00'];
  const job = { vms: { names: ['a'] }, method: 'agent', retention: { last: 1 }, streamRate: '60MB/s', schedule: { at } };
  const removals = (more: object): number[] => {
    const { works } = play({ vm, job, repository: { read: '1TB/s', write: '1TB/s' }, more });
    return works.filter(({ kind }) => kind === 'removal').map(({ startedMs }) => startedMs / MINUTE);
  };
  expect(removals({ hosts })).toEqual([110, 190]);
  // It reads from 1:30 to 2:00.
  expect(removals({ hosts, restores: [{ at: '2026-03-02T01:30', vm: 'a' }] })).toEqual([120, 190]);
});

/** Merges of a chain of 36 GB and 1 GB an hour: the minutes at which they begin. */
function merges(repository: object, more: object, times: string[]): number[] {
  const at = times.map((time) => `2026-03-02T${time}`);
  const vm = { host: 'h', writes: { law: 'append', changed: '24000MB/day' } };
  const job = { method: 'agent', mode: 'forever-forward', retention: { last: 3 }, streamRate: '600MB/s', schedule: { at } };
  const hosts = { h: { nbd: '20MB/s', network: '1GB/s' } };
  const { works } = play({ vm, job, repository: { read: '1TB/s', write: '1TB/s', ...repository }, more: { hosts, ...more } });
  return works.filter(({ kind }) => kind === 'merge').map(({ startedMs }) => Math.floor(startedMs / MINUTE));
}

it('holds all that its point needs against merges', () => {
  const times = ['00:00', '01:00', '02:00', '02:45', '04:00'];
  expect(merges({}, {}, times)).toEqual([165, 240]);
  // From 2:30 to 3:00 it reads the increment of 2:00, and so the full and that of 1:00; two merges follow after the next run.
  expect(merges({}, { restores: [{ at: '2026-03-02T02:30', vm: 'a' }] }, times)).toEqual([240, 240]);
});

it('a merge that waits gives way to it until the next run', () => {
  // The one slot: at 2:10 a verification asks for it while the run of 2:09:59 writes 667 MB; it reads 38.2 GB to 3:13.
  const repository = { slots: 1, read: '10MB/s', verify: '10 2 * * *' };
  const times = ['00:00', '01:00', '01:30', '02:09:59', '05:00'];
  expect(merges(repository, {}, times)).toEqual([193, 300]);
  expect(merges(repository, { restores: [{ at: '2026-03-02T02:30', vm: 'a' }] }, times)).toEqual([300, 301]);
});

it('what is stolen goes when it has been read, and nothing is built upon it meanwhile', () => {
  const at = ['00:00', '01:00', '01:30', '02:00'].map((time) => `2026-03-02T${time}`);
  const vm = { host: 'h', writes: { law: 'append', changed: '24000MB/day' } };
  const job = { method: 'agent', mode: 'forever-forward', account: 'admin', streamRate: '60MB/s', schedule: { at } };
  const more = {
    hosts: { h: { nbd: '20MB/s', network: '1GB/s' } },
    restores: [{ at: '2026-03-02T01:05', vm: 'a' }],
    faults: [{ kind: 'stolen-account', account: 'admin', at: '2026-03-02T01:20' }],
  };
  const result = play({ vm, job, repository: { read: '1TB/s', write: '1TB/s' }, more });
  expect(result.jobs.job?.runs.map(({ tasks }) => tasks[0]?.kind)).toEqual(['full', 'incremental', 'full', 'incremental']);
  // From 1:05 to 1:35 it reads; by then the new full has come to 18 GB beside 37 GB.
  expect(result.restores).toMatchObject([{ pointAtMs: HOUR, endedMs: 95 * MINUTE, readBytes: 36e9 }]);
  expect(result.repositories.repo).toMatchObject({ peakUsedBytes: 55e9, endUsedBytes: 36.5e9 });
  expect(result.vms.a?.restorePoints).toBe(2);
});
