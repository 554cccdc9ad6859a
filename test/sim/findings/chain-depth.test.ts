import { describe, expect, it } from 'vitest';
import { type Plan, simulate } from '../../../sim/index.ts';
import { appending, DAY, datastore, GiB, HOUR, job, MiB, plan, vm } from '../plans.ts';
import { findingsOf, kindsOf } from './support.ts';

/** So many snapshots are there; the backup of 10 GiB at 10 MiB/s takes 1024 s and puts one on top. */
function estate(existing: number, given: Parameters<typeof vm>[1] = {}): Plan {
  const snapshots = Array.from({ length: existing }, () => ({ kind: 'user' as const, takenMs: -HOUR, sizeBytes: GiB }));
  return plan({
    durationMs: 2 * HOUR,
    datastores: [datastore({ mergeBytesPerSecond: 100 * MiB })],
    vms: [vm('web', { ...given, disk: { writes: appending(MiB), snapshots } })],
    jobs: [job({ streamBytesPerSecond: 10 * MiB, timings: { ...job().timings, createMs: 500, removeMs: 1000 } })],
  });
}

describe('chain-depth', () => {
  it('is raised by the fourth snapshot on a disk, and ends when that is merged', () => {
    const given = estate(3);
    const [found] = findingsOf(given, 'chain-depth');
    // 0.5 s to create, 1024 s to read, 1 s to remove; 1025 MiB merge at 100 MiB/s.
    expect(found).toMatchObject({
      severity: 'warning',
      subject: { kind: 'vm', name: 'web' },
      atMs: 500,
      untilMs: 500 + 1_024_000 + 1000 + 10_250,
      evidence: { datastore: 'ds', depth: 4, count: 1 },
    });
    expect(kindsOf(given, found?.causes ?? [])).toEqual(['snapshot-created']);
  });

  it('is not raised by the third', () => {
    expect(simulate(estate(2)).vms.web?.maxChainDepth).toBe(3);
    expect(findingsOf(estate(2), 'chain-depth')).toEqual([]);
  });

  it('is there from the start where the snapshots are, and ends with the VM', () => {
    expect(findingsOf(estate(4), 'chain-depth')).toMatchObject([{ atMs: 0, untilMs: null, evidence: { depth: 4 } }]);
    expect(findingsOf(estate(4, { deletedMs: HOUR }), 'chain-depth')).toMatchObject([{ atMs: 0, untilMs: HOUR }]);
  });

  it('counts each disk by itself', () => {
    const two = estate(2);
    const [web] = two.vms;
    const disks = [...(web?.disks ?? []), ...(web?.disks ?? [])];
    expect(findingsOf({ ...two, durationMs: DAY, vms: [{ ...vm('web'), disks }] }, 'chain-depth')).toEqual([]);
  });
});
