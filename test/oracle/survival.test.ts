/** What single losses leave of the points of a VM, against sums done by hand. */
import { expect, it } from 'vitest';
import { type Estate, estate } from './estate.ts';
import { integrate } from './integrate.ts';

const MINUTE = 60_000;
const TIMINGS = { quiesce: '0s', create: '0s', remove: '0s' };
const FAST = { capacity: '1PB', read: '1TB/s', write: '1TB/s' };

function at(...times: string[]): { at: string[] } {
  return { at: times.map((time) => `2026-03-02T${time}`) };
}

const KEPT = { vms: 'all', method: 'snapshot-only', keep: 2, schedule: at('00:10', '01:10', '02:10'), timings: TIMINGS };

/** Three fulls that take an hour each, complete at 1:00, 3:00 and 5:00; the end is at 6:00. */
const THREE = { account: 'backup', schedule: at('00:00', '02:00', '04:00') };

function survives(changes: Estate): Record<string, number> | undefined {
  return integrate(estate(changes), { stepMs: 10 * MINUTE }).vms.a?.survives;
}

/** The job of the estate, and another one that keeps two snapshots. */
function withKept({ job, kept, ...changes }: Estate & { kept?: object }): Record<string, number> | undefined {
  const both = { job: { vms: 'all', repository: 'repo', mode: 'full', streamRate: '10MB/s', timings: TIMINGS, ...THREE, ...job } };
  return survives({ ...changes, jobs: { ...both, keeper: { ...KEPT, ...kept } } });
}

it('a datastore takes the snapshots kept on it, a repository its points, an account what it may delete', () => {
  expect(withKept({})).toEqual({ 'datastore:ds': 3, 'repository:repo': 2, 'account:backup': 2 });
  expect(withKept({ kept: { account: 'keeper' } })).toEqual({ 'datastore:ds': 3, 'repository:repo': 2, 'account:backup': 2, 'account:keeper': 3 });
  expect(withKept({ kept: { account: 'backup' } })).toEqual({ 'datastore:ds': 3, 'repository:repo': 2, 'account:backup': 0 });
});

it('each datastore with a disk of the VM takes its snapshots, others take nothing', () => {
  const ds = { capacity: '10TB', read: '1TB/s', write: '1TB/s', iops: 1e9 };
  const disk = { size: '18000MB', writes: { rate: 0, changed: '0MB/day' } };
  const vms = {
    a: {
      disks: [
        { ...disk, datastore: 'ds' },
        { ...disk, datastore: 'two' },
      ],
    },
  };
  const more = { datastores: { ds, two: ds, three: ds } };
  expect(withKept({ vms, more })).toMatchObject({ 'datastore:ds': 3, 'datastore:two': 3, 'repository:repo': 2 });
  expect(withKept({ vms, more })).not.toHaveProperty('datastore:three');
});

it('an account leaves what is immutable, and what that needs', () => {
  const writing = { writes: { law: 'append', rate: '1MB/s' } };
  const left = (mode: string, immutable: string): number | undefined =>
    survives({ vm: writing, job: { ...THREE, mode }, repository: { immutable } })?.['account:backup'];
  // The newest is an hour old at the end, the others three and five hours.
  expect([left('full', '59m'), left('full', '90m'), left('full', '4h')]).toEqual([0, 1, 2]);
  // Increments of minutes are complete at once; the newest, two hours old, needs the full.
  expect([left('forever-forward', '59m'), left('forever-forward', '2h30m')]).toEqual([0, 3]);
});

it('a copy counts once, and is left where only one of the two is lost', () => {
  const copied = (copyTo: object): Record<string, number> | undefined =>
    survives({ job: THREE, more: { repositories: { repo: { ...FAST, copyTo: { repository: 'far', ...copyTo } }, far: FAST } } });
  expect(copied({})).toEqual({ 'datastore:ds': 3, 'repository:repo': 3, 'repository:far': 3, 'account:backup': 0 });
  expect(copied({ account: 'vault', retention: { last: 1 } })).toEqual({
    'datastore:ds': 3,
    'repository:repo': 1,
    'repository:far': 3,
    'account:backup': 1,
    'account:vault': 3,
  });
});

it('copies that are no good do not survive anything', () => {
  const job = { ...THREE, method: 'direct-disk' };
  expect(survives({ vm: { writes: { law: 'append', rate: '1MB/s' } }, job })).toEqual({
    'datastore:ds': 0,
    'repository:repo': 0,
    'account:backup': 0,
  });
});

it('what a thief has taken already is not there to survive', () => {
  const faults = [{ kind: 'stolen-account', account: 'backup', at: '2026-03-02T03:30' }];
  // Two are stolen; the third is complete at 5:00. The snapshots are of another account.
  expect(withKept({ more: { faults } })).toEqual({ 'datastore:ds': 1, 'repository:repo': 2, 'account:backup': 2 });
  expect(withKept({ job: { schedule: at('00:00', '02:00') }, more: { faults } })).toEqual({
    'datastore:ds': 0,
    'repository:repo': 2,
    'account:backup': 2,
  });
});
