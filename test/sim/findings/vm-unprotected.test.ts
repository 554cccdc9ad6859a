import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, simulate } from '../../../sim/index.ts';
import { DAY, HOUR, job, plan, vm } from '../plans.ts';
import { findingsOf, kindsOf, selecting } from './support.ts';

const estate = (selection: JobPlan['selection'], schedule: JobPlan['schedule'], given: Parameters<typeof vm>[1] = {}): Plan =>
  plan({ durationMs: 2 * DAY, vms: [vm('taken', { tags: ['gold'] }), vm('other', given)], jobs: [job({ selection, schedule })] });

const daily: JobPlan['schedule'] = { kind: 'every', everyMs: DAY, offsetMs: 0 };

describe('vm-unprotected', () => {
  it('is raised for a VM that no job selects, at once, and the plan fails by it', () => {
    const given = estate(selecting({ tags: ['gold'] }), daily);
    const found = findingsOf(given, 'vm-unprotected');
    expect(found).toMatchObject([
      { severity: 'error', subject: { kind: 'vm', name: 'other' }, atMs: 0, untilMs: null, evidence: { jobs: 1, count: 1 } },
    ]);
    expect(kindsOf(given, found[0]?.causes ?? [])).toEqual(['scenario-started']);
    expect(simulate(given).verdict).toBe('fails');
  });

  it('is not raised where a job takes it some day, be it after the end of the run', () => {
    expect(findingsOf(estate(selecting({ all: true }), { kind: 'every', everyMs: DAY, offsetMs: 23 * HOUR }), 'vm-unprotected')).toEqual([]);
    const short = estate(selecting({ all: true }), { kind: 'every', everyMs: DAY, offsetMs: 23 * HOUR });
    expect(findingsOf({ ...short, durationMs: HOUR }, 'vm-unprotected')).toEqual([]);
  });

  it('is raised when the VM is created, and ends with it', () => {
    const given = estate(selecting({ tags: ['gold'] }), daily, { bornMs: 5 * HOUR, deletedMs: 9 * HOUR });
    const [found] = findingsOf(given, 'vm-unprotected');
    expect(found).toMatchObject({ subject: { name: 'other' }, atMs: 5 * HOUR, untilMs: 9 * HOUR });
    expect(kindsOf(given, found?.causes ?? [])).toEqual(['vm-created']);
  });

  it('is raised where all single instants of a job lie before its creation, and not where one lies after it', () => {
    const at = (atMs: number[]): number =>
      findingsOf(estate(selecting({ all: true }), { kind: 'at', atMs }, { bornMs: 5 * HOUR }), 'vm-unprotected').length;
    expect(at([0, 5 * HOUR - 1])).toBe(1);
    expect(at([0, 5 * HOUR])).toBe(0);
  });
});
