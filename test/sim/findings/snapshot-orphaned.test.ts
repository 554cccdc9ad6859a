import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../sim/index.ts';
import { appending, DAY, datastore, GiB, HOUR, job, MINUTE, MiB, plan, vm } from '../plans.ts';
import { findingsOf, kindsOf } from './support.ts';

const FLOOR = 100 * MiB;

/** A thin disk grows by 1 MiB a second while 10 GiB are read in 1024 s: its delta holds 1024 MiB then, and the base needs as much to take it in. */
const growing = (freeMib: number): Plan =>
  plan({
    durationMs: 20 * MINUTE,
    datastores: [datastore({ capacityBytes: 10 * GiB + FLOOR + freeMib * MiB })],
    vms: [vm('web', { disk: { provisioning: 'thin', growth: { kind: 'linear', bytesPerDay: 86_400 * MiB }, writes: appending(MiB) } })],
    jobs: [job({ streamBytesPerSecond: 10 * MiB })],
  });

const withSnapshot = (kind: 'user' | 'orphan', given: Parameters<typeof vm>[1] = {}): Plan =>
  plan({
    durationMs: 3 * HOUR,
    vms: [vm('web', { ...given, disk: { writes: appending(MiB), snapshots: [{ kind, takenMs: -HOUR, sizeBytes: GiB }] } })],
    jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 23 * HOUR } })],
  });

describe('snapshot-orphaned', () => {
  it('is raised when a delta cannot be merged', () => {
    const given = growing(1536);
    const [found] = findingsOf(given, 'snapshot-orphaned');
    expect(found).toMatchObject({
      severity: 'warning',
      subject: { kind: 'vm', name: 'web' },
      atMs: 1_024_000,
      untilMs: null,
      evidence: { datastore: 'ds', run: 'nightly#1', neededBytes: 1024 * MiB, freeBytes: 512 * MiB + FLOOR, count: 1 },
    });
    expect(kindsOf(given, found?.causes ?? [])).toEqual(['merge-refused']);
  });

  it('is not raised where there is just enough room to merge it', () => {
    expect(findingsOf(growing(2048), 'snapshot-orphaned')).toEqual([]);
  });

  it('is raised at the start for what a backup has left behind before, and not for what somebody took', () => {
    expect(findingsOf(withSnapshot('orphan'), 'snapshot-orphaned')).toMatchObject([
      { atMs: 0, untilMs: null, evidence: { datastore: 'ds', bytes: GiB } },
    ]);
    expect(findingsOf(withSnapshot('user'), 'snapshot-orphaned')).toEqual([]);
  });

  it('ends with the VM', () => {
    expect(findingsOf(withSnapshot('orphan', { deletedMs: HOUR }), 'snapshot-orphaned')).toMatchObject([{ atMs: 0, untilMs: HOUR }]);
  });
});
