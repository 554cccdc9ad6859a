import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../sim/index.ts';
import { appending, DAY, GiB, HOUR, job, MiB, plan, vm } from '../plans.ts';
import { findingsOf, kindsOf } from './support.ts';

/** A snapshot of somebody is 70 h old at the start. */
const forgotten = (durationMs: number, given: Parameters<typeof vm>[1] = {}): Plan =>
  plan({
    durationMs,
    vms: [vm('web', { ...given, disk: { writes: appending(MiB), snapshots: [{ kind: 'user', takenMs: -70 * HOUR, sizeBytes: GiB }] } })],
    jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 23 * HOUR } })],
  });

/** A backup at 1 MiB/s keeps its snapshot open as long as it reads; nothing is written meanwhile. */
const endless = (usedGib: number): Plan =>
  plan({
    durationMs: 10 * DAY,
    vms: [vm('web', { disk: { sizeBytes: 400 * GiB, usedBytes: usedGib * GiB } })],
    jobs: [job({ streamBytesPerSecond: MiB })],
  });

describe('snapshot-age', () => {
  it('is raised when a snapshot gets older than 72 h, whoever took it', () => {
    expect(findingsOf(forgotten(3 * HOUR), 'snapshot-age')).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'vm', name: 'web' },
        atMs: 2 * HOUR,
        untilMs: null,
        evidence: { datastore: 'ds', owner: 'user', run: null, ageMs: 73 * HOUR },
      },
    ]);
  });

  it('is not raised at 72 h sharp', () => {
    expect(findingsOf(forgotten(2 * HOUR), 'snapshot-age')).toEqual([]);
  });

  it('ends when the snapshot goes with its VM', () => {
    expect(findingsOf(forgotten(5 * HOUR, { deletedMs: 4 * HOUR }), 'snapshot-age')).toMatchObject([{ atMs: 2 * HOUR, untilMs: 4 * HOUR }]);
    expect(findingsOf(forgotten(5 * HOUR, { deletedMs: 2 * HOUR }), 'snapshot-age')).toEqual([]);
  });

  it('counts the snapshot of a backup that does not come to an end, until it is merged', () => {
    // 300 GiB are read in 307,200 s, 85 h; 250 GiB in 71 h.
    const [found] = findingsOf(endless(300), 'snapshot-age');
    expect(found).toMatchObject({ atMs: 72 * HOUR, untilMs: 307_200_000, evidence: { owner: 'delta', run: 'nightly#1', ageMs: 307_200_000 } });
    expect(kindsOf(endless(300), found?.causes ?? [])).toEqual(['snapshot-created']);
    expect(findingsOf(endless(250), 'snapshot-age')).toEqual([]);
  });
});
