import { describe, expect, it } from 'vitest';
import type { Plan, ProxyPlan } from '../../../sim/index.ts';
import { job, MiB, plan, proxy, repository, vms } from '../plans.ts';
import { findingsOf, kindsOf } from './support.ts';

/** VMs of 10 GiB each through one proxy whose cores handle 10 MiB/s each. */
function through(count: number, cores: number, given: Partial<Plan> = {}, more: Partial<ProxyPlan> = {}): Plan {
  return plan({
    vms: vms(count),
    proxies: [proxy('p', { cores, perCoreFullBytesPerSecond: 10 * MiB, ...more })],
    jobs: [job({ proxies: ['p'] })],
    ...given,
  });
}

describe('proxy-starved', () => {
  it('is raised where the cores of a proxy hold back a run for most of its transfers', () => {
    // Two tasks share one core: 20 GiB at 10 MiB/s.
    const found = findingsOf(through(2, 1), 'proxy-starved');
    expect(found).toMatchObject([
      {
        severity: 'warning',
        subject: { kind: 'proxy', name: 'p' },
        atMs: 0,
        untilMs: 2_048_000,
        evidence: { run: 'nightly#1', heldPercent: 100, busyPercent: 100, lastsMs: 2_048_000 },
      },
    ]);
    expect(kindsOf(through(2, 1), found[0]?.causes ?? [])).toEqual(['run-started']);
  });

  it('is not raised where each stream has its core and others are idle', () => {
    expect(findingsOf(through(2, 3), 'proxy-starved')).toEqual([]);
  });

  it('is not raised where the target is slower', () => {
    expect(findingsOf(through(2, 1, { repositories: [repository({ writeBytesPerSecond: 5 * MiB })] }), 'proxy-starved')).toEqual([]);
  });

  it('is not raised where the proxy is short for less than half of the time', () => {
    // One after the other on 1.5 cores nothing is short; both at once would be.
    expect(findingsOf(through(2, 1.5, { jobs: [job({ proxies: ['p'], concurrency: 1 })] }), 'proxy-starved')).toEqual([]);
    expect(findingsOf(through(2, 1.5), 'proxy-starved')).toHaveLength(1);
  });

  it('is raised for a narrow network of the proxy as well', () => {
    const narrow = through(2, 8, {}, { networkBytesPerSecond: 10 * MiB, perCoreFullBytesPerSecond: 100 * MiB });
    expect(findingsOf(narrow, 'proxy-starved')).toMatchObject([{ atMs: 0, untilMs: 2_048_000 }]);
  });
});
