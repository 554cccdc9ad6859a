import { describe, expect, it } from 'vitest';
import { HOUR, job, MiB, plan, proxy, vms } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

describe('server-resources', () => {
  it('leaves a part of the cores', () => {
    const given = plan({
      vms: vms(4),
      proxies: [proxy('p1', { cores: 4, perCoreFullBytesPerSecond: 10 * MiB })],
      jobs: [job({ proxies: ['p1'] })],
      faults: [fault('server-resources', { proxy: 'p1', factor: 0.25, ...at(0, HOUR) })],
    });
    // Four streams on one core, 9,000 MiB of each in an hour; then each on its own, the last 1,240 MiB in 124 s.
    expect(tasksOf(observe(given).result).map(({ transferEndMs }) => transferEndMs)).toEqual(Array(4).fill(3_724_000));
  });

  it('leaves a part of the slots, rounded down, and one at least', () => {
    const given = (factor: number) =>
      plan({
        vms: vms(3),
        proxies: [proxy('p1', { slots: 3 })],
        jobs: [slowJob({ proxies: ['p1'] })],
        faults: [fault('server-resources', { proxy: 'p1', factor, ...at(0) })],
      });
    const begins = (factor: number) => tasksOf(observe(given(factor)).result).map(({ transferMs }) => (transferMs ?? 0) / TRANSFER_MS);
    expect(begins(0.9)).toEqual([0, 0, 1]);
    expect(begins(0.1)).toEqual([0, 1, 2]);
  });
});
