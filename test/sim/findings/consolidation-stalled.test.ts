import { describe, expect, it } from 'vitest';
import { type DatastorePlan, type Plan, simulate } from '../../../sim/index.ts';
import { appending, datastore, GiB, HOUR, job, MiB, plan, vm } from '../plans.ts';
import { findingsOf } from './support.ts';

/** Runs at 0:00 and 1:00; so many GiB are read at 10 MiB/s, and the guest writes so much a second meanwhile. */
function hourly(usedGib: number, writesMib: number, given: Partial<DatastorePlan>, atMs = [0, HOUR]): Plan {
  return plan({
    durationMs: 6 * HOUR,
    datastores: [datastore(given)],
    vms: [vm('web', { disk: { sizeBytes: 100 * GiB, usedBytes: usedGib * GiB, writes: appending(writesMib * MiB) } })],
    jobs: [job({ schedule: { kind: 'at', atMs }, streamBytesPerSecond: 10 * MiB })],
  });
}

describe('consolidation-stalled', () => {
  it('is raised when the next run is due and a merge is not through that began in the first half of the time, until it is', () => {
    // 1024 s of reading leave 1024 MiB, which merge in 4096 s at 256 KiB/s.
    const given = hourly(10, 1, { mergeBytesPerSecond: MiB / 4 });
    expect(findingsOf(given, 'consolidation-stalled')).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'vm', name: 'web' },
        atMs: HOUR,
        untilMs: 5_120_000,
        evidence: { datastore: 'ds', run: 'nightly#1', next: 'nightly#2', lastsMs: HOUR - 1_024_000, count: 1 },
      },
    ]);
  });

  it('is not raised where the merge is through by then', () => {
    expect(findingsOf(hourly(10, 1, { mergeBytesPerSecond: MiB }), 'consolidation-stalled')).toEqual([]);
  });

  it('is not raised where it is the reading that takes so long, and the merge has only begun', () => {
    // 3072 s of reading, then 3072 MiB merge for as long: at 1:00 it has been merging for 528 s of 3600 s.
    const given = hourly(30, 1, { mergeBytesPerSecond: MiB });
    expect(simulate(given).jobs.nightly?.firstOverlapAtMs).toBe(HOUR);
    expect(findingsOf(given, 'consolidation-stalled')).toEqual([]);
  });

  it('is raised where a helper leaves more to merge than the pass before has merged, and not where it leaves less', () => {
    // 2048 MiB merge for 2048 s at 1 MiB/s; the guest writes 4096 MiB meanwhile.
    const helper = { consolidation: 'helper' as const, mergeBytesPerSecond: MiB };
    expect(findingsOf(hourly(10, 2, helper, [0]), 'consolidation-stalled')[0]).toMatchObject({
      atMs: 1_024_000 + 2_048_000,
      evidence: { run: 'nightly#1', next: null, passBytes: 2048 * MiB, restBytes: 4096 * MiB },
    });
    expect(findingsOf(hourly(10, 0.5, helper, [0]), 'consolidation-stalled')).toEqual([]);
  });
});
