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

  it('is raised where a job is only due outside its window, and not where a window opens once', () => {
    const hours = { fromMinute: 20 * 60, untilMinute: 22 * 60, days: [0, 1, 2, 3, 4, 5, 6] };
    const window = { hours, blackouts: [], atEnd: 'finish' as const, catchUp: false };
    const given = (everyMs: number, more: Partial<JobPlan['window'] & object> = {}): Plan => {
      const plan = estate(selecting({ all: true }), { kind: 'every', everyMs, offsetMs: HOUR });
      return { ...plan, jobs: plan.jobs.map((one) => ({ ...one, window: { ...window, ...more } })) };
    };
    const [found, ...others] = findingsOf(given(DAY), 'vm-unprotected');
    expect(found).toMatchObject({ subject: { name: 'taken' }, atMs: HOUR, untilMs: null, evidence: { dropped: 2 } });
    expect(kindsOf(given(DAY), found?.causes ?? [])).toEqual(['tick-dropped']);
    expect(others).toHaveLength(1);
    expect(simulate(given(DAY)).verdict).toBe('fails');
    expect(findingsOf(given(5 * HOUR), 'vm-unprotected')).toEqual([]);
    expect(findingsOf(given(DAY, { catchUp: true }), 'vm-unprotected')).toEqual([]);
  });
});
