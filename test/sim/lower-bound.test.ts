/** The unavoidable part of a run, by hand. Every VM has 10 GiB to read. */
import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, type ProxyPlan, simulate } from '../../sim/index.ts';
import { DAY, job, MiB, plan, proxy, repository, SECOND, vms } from './plans.ts';

const boundOf = (given: Partial<Plan>) => {
  const [run] = simulate(plan({ durationMs: DAY, ...given })).jobs.nightly?.runs ?? [];
  const lengthMs = (run?.endedMs ?? 0) - (run?.startedMs ?? 0);
  expect(run?.status).toBe('success');
  expect(run?.lowerBoundMs).toBeLessThanOrEqual(lengthMs);
  return { boundMs: run?.lowerBoundMs, lengthMs };
};
const fast = repository({ readBytesPerSecond: 1e15, writeBytesPerSecond: 1e15 });

describe('the lower bound of a run', () => {
  it('is its longest task where nothing else is scarce', () => {
    expect(boundOf({ vms: vms(3), repositories: [fast], jobs: [job({ streamBytesPerSecond: 10 * MiB })] }).boundMs).toBe(1024 * SECOND);
  });

  it('is the work on the busiest resource', () => {
    // Four times 5 GiB stored at 10 MiB/s.
    const slow = repository({ writeBytesPerSecond: 10 * MiB });
    expect(boundOf({ vms: vms(4), repositories: [slow], jobs: [job({ reduction: 2 })] }).boundMs).toBe(2048 * SECOND);
  });

  it('is the work on the slots, of the job or of its proxies', () => {
    // Five tasks of 1024 s on two slots: 2560 s, but no three of them end before 3072 s.
    const streamed = job({ streamBytesPerSecond: 10 * MiB });
    for (const [given, proxies] of [
      [{ concurrency: 2 }, []],
      [{ proxies: ['p'] }, [proxy('p', { slots: 2 })]],
    ] satisfies [Partial<JobPlan>, ProxyPlan[]][]) {
      const { boundMs, lengthMs } = boundOf({ vms: vms(5), repositories: [fast], proxies, jobs: [{ ...streamed, ...given }] });
      expect(boundMs).toBe(2560 * SECOND);
      expect(Math.round(lengthMs / SECOND)).toBe(3072);
    }
  });

  it('is null for a run that does not start', () => {
    const schedule = { kind: 'at' as const, atMs: [0, 1000] };
    const { jobs } = simulate(plan({ durationMs: DAY, repositories: [fast], jobs: [job({ schedule, streamBytesPerSecond: 10 * MiB })] }));
    expect(jobs.nightly?.runs.map(({ status, lowerBoundMs }) => [status, lowerBoundMs])).toEqual([
      ['success', 1024 * SECOND],
      ['skipped', null],
    ]);
  });
});
