import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, simulate } from '../../../sim/index.ts';
import { appending, DAY, HOUR, job, MINUTE, MiB, plan, SECOND, vm } from '../plans.ts';
import { findingsOf, kindsOf } from './support.ts';

/** 10 GiB are read at 10 MiB/s: a point is there 1024 s after its moment. */
function estate(rpoMs: number, atMs: number[], given: Parameters<typeof vm>[1] = {}, more: Partial<JobPlan> = {}): Plan {
  return plan({
    durationMs: DAY,
    vms: [vm('web', { rpoMs, ...given })],
    jobs: [job({ schedule: { kind: 'at', atMs }, streamBytesPerSecond: 10 * MiB, ...more })],
  });
}

const READS_MS = 1_024_000;

describe('rpo-missed', () => {
  it('is raised when the newest point gets older than wanted, until a newer one is there', () => {
    const given = estate(6 * HOUR, [0, 8 * HOUR, 12 * HOUR, 18 * HOUR - READS_MS, 22 * HOUR]);
    const found = findingsOf(given, 'rpo-missed');
    expect(found).toMatchObject([
      {
        severity: 'error',
        subject: { kind: 'vm', name: 'web' },
        atMs: 6 * HOUR,
        untilMs: 8 * HOUR + READS_MS,
        evidence: { rpoMs: 6 * HOUR, ageMs: 8 * HOUR + READS_MS, count: 1 },
      },
    ]);
    expect(kindsOf(given, found[0]?.causes ?? [])).toEqual(['transfer-ended']);
    expect(simulate(given).verdict).toBe('fails');
  });

  it('is not raised where the next point is there in time, to the millisecond', () => {
    const every = (periodMs: number): number =>
      findingsOf(estate(6 * HOUR, [0, periodMs, 2 * periodMs, 3 * periodMs, 4 * periodMs]), 'rpo-missed').length;
    expect(every(6 * HOUR - READS_MS)).toBe(0);
    expect(every(6 * HOUR - READS_MS + 1)).toBe(1);
  });

  it('counts from the start where there is no point, or from the creation', () => {
    expect(findingsOf(estate(6 * HOUR, [9 * HOUR, 14 * HOUR, 19 * HOUR]), 'rpo-missed')).toMatchObject([
      { atMs: 6 * HOUR, untilMs: 9 * HOUR + READS_MS },
    ]);
    const born = estate(6 * HOUR, [9 * HOUR, 14 * HOUR, 19 * HOUR], { bornMs: 2 * HOUR });
    expect(findingsOf(born, 'rpo-missed')).toMatchObject([{ atMs: 8 * HOUR, untilMs: 9 * HOUR + READS_MS }]);
    expect(kindsOf(born, findingsOf(born, 'rpo-missed')[0]?.causes ?? [])).toEqual(['vm-created']);
    expect(simulate(born).vms.web?.worstRpoMs).toBe(7 * HOUR + READS_MS);
  });

  it('lasts to the end, or to the deletion, where no other point comes', () => {
    expect(findingsOf(estate(6 * HOUR, [0]), 'rpo-missed')).toMatchObject([{ atMs: 6 * HOUR, untilMs: null, evidence: { ageMs: DAY } }]);
    expect(findingsOf(estate(6 * HOUR, [0], { deletedMs: 7 * HOUR }), 'rpo-missed')).toMatchObject([{ atMs: 6 * HOUR, untilMs: 7 * HOUR }]);
    expect(findingsOf(estate(6 * HOUR, [0], { deletedMs: 6 * HOUR }), 'rpo-missed')).toEqual([]);
  });

  it('goes on where points come that are too old already', () => {
    // Each point is 1024 s old when it is there, more than is wanted.
    const given = estate(15 * MINUTE, [0, HOUR], {});
    expect(findingsOf(given, 'rpo-missed')).toMatchObject([{ atMs: 15 * MINUTE, untilMs: null, evidence: { count: 1 } }]);
    expect(kindsOf(given, findingsOf(given, 'rpo-missed')[0]?.causes ?? [])).toEqual(['scenario-started']);
  });

  it('is not raised where nobody said what is wanted', () => {
    const given = estate(0, [0]);
    expect(findingsOf({ ...given, vms: [vm('web')] }, 'rpo-missed')).toEqual([]);
  });

  /** 10 GiB go out at 10 MiB/s, then what the guest writes: 1 MiB/s. */
  const streaming = (rpoMs: number, more: Partial<JobPlan> = {}): Plan =>
    estate(rpoMs, [0], { disk: { writes: appending(MiB) } }, { method: 'cdp', ...more });

  it('looks at the lag of a continuous backup, not at the age of its full', () => {
    // The lag is 1024 s when the full is there, and then shrinks by 9 s a second.
    expect(findingsOf(streaming(1025 * SECOND), 'rpo-missed')).toEqual([]);
    const given = streaming(1000 * SECOND);
    expect(findingsOf(given, 'rpo-missed')).toMatchObject([{ atMs: 1000 * SECOND, untilMs: 1_026_667, evidence: { ageMs: 1_024_000, count: 1 } }]);
    expect(kindsOf(given, findingsOf(given, 'rpo-missed')[0]?.causes ?? [])).toEqual(['scenario-started']);
  });

  it('is raised when the lag of a continuous backup gets longer than wanted', () => {
    // One half of what is written goes out: after t the writes of the first half of t.
    const given = estate(HOUR, [0], { disk: { usedBytes: 0, writes: appending(20 * MiB) } }, { method: 'cdp' });
    const [found, ...more] = findingsOf({ ...given, durationMs: 3 * HOUR }, 'rpo-missed');
    expect(more).toEqual([]);
    expect(found?.untilMs).toBeNull();
    expect(Math.abs((found?.atMs ?? 0) - 2 * HOUR)).toBeLessThan(10);
    expect(Math.abs(Number(found?.evidence.ageMs) - 1.5 * HOUR)).toBeLessThan(10);
    expect(kindsOf(given, found?.causes ?? [])).toEqual(['cdp-behind']);
  });

  it('counts from where a continuous backup had come to when it stopped', () => {
    const found = findingsOf(streaming(1025 * SECOND, { timeoutMs: 2 * HOUR }), 'rpo-missed');
    expect(found).toMatchObject([{ atMs: 2 * HOUR + 1025 * SECOND, untilMs: null }]);
  });

  it('is silent as long as one of two continuous backups keeps up', () => {
    const slow = job({ name: 'slow', method: 'cdp', streamBytesPerSecond: MiB / 2 });
    const fast = streaming(1025 * SECOND);
    expect(findingsOf({ ...fast, jobs: [...fast.jobs, slow] }, 'rpo-missed')).toEqual([]);
    expect(findingsOf({ ...fast, jobs: [slow] }, 'rpo-missed')).toHaveLength(1);
  });
});
