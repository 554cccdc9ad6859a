import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, simulate } from '../../../sim/index.ts';
import { datastore, job, MINUTE, MiB, plan, proxy, vm } from '../plans.ts';
import { findingsOf, kindsOf, selecting } from './support.ts';

/** Job a reads one VM of 10 GiB in 1024 s, job b another one, somewhat later. */
function estate(laterMs: number, given: Partial<Plan> = {}, more: Partial<JobPlan> = {}): Plan {
  const one = (name: string, vmName: string, atMs: number): JobPlan =>
    job({ name, selection: selecting({ names: [vmName] }), schedule: { kind: 'at', atMs: [atMs] }, streamBytesPerSecond: 10 * MiB, ...more });
  return plan({ vms: [vm('x'), vm('y')], jobs: [one('b', 'y', laterMs), one('a', 'x', 0)], ...given });
}

const apart: Partial<Plan> = { datastores: [datastore(), datastore({ name: 'ds2' })], vms: [vm('x'), vm('y', { disk: { datastore: 'ds2' } })] };

describe('job-overlap', () => {
  it('is noted from the moment at which the later of two runs on one datastore begins until the first one ends', () => {
    const given = estate(10 * MINUTE);
    const found = findingsOf(given, 'job-overlap');
    expect(found).toMatchObject([
      {
        severity: 'info',
        subject: { kind: 'job', name: 'b' },
        atMs: 10 * MINUTE,
        untilMs: 1_024_000,
        evidence: { run: 'b#1', other: 'a#1', shares: 'datastore', name: 'ds', count: 1 },
      },
    ]);
    expect(kindsOf(given, found[0]?.causes ?? [])).toEqual(['run-started']);
    expect(simulate(given).verdict).toBe('safe');
  });

  it('is not noted where one begins when the other has ended', () => {
    expect(findingsOf(estate(1_024_000), 'job-overlap')).toEqual([]);
  });

  it('is not noted where they have nothing in common but the repository', () => {
    expect(findingsOf(estate(10 * MINUTE, apart), 'job-overlap')).toEqual([]);
  });

  it('names what they share: a proxy, a host, a VM', () => {
    const shared = (given: Partial<Plan>, more: Partial<JobPlan> = {}) => findingsOf(estate(10 * MINUTE, given, more), 'job-overlap')[0]?.evidence;
    expect(shared({ ...apart, proxies: [proxy('p')] }, { proxies: ['p'] })).toMatchObject({ shares: 'proxy', name: 'p' });
    const hosts = [{ name: 'h', nbdBytesPerSecond: null, networkBytesPerSecond: null, datastores: null, origin: '' }];
    const vms = (apart.vms ?? []).map((one) => ({ ...one, host: 'h' }));
    expect(shared({ ...apart, vms, hosts })).toMatchObject({ shares: 'host', name: 'h' });
    expect(shared(apart, { selection: selecting({ all: true }) })).toMatchObject({ shares: 'vm', name: 'x' });
  });

  it('lasts to the end where both do', () => {
    expect(findingsOf({ ...estate(10 * MINUTE), durationMs: 15 * MINUTE }, 'job-overlap')).toMatchObject([{ atMs: 10 * MINUTE, untilMs: null }]);
  });
});
