import { describe, expect, it } from 'vitest';
import { type Plan, simulate } from '../../../sim/index.ts';
import { appending, DAY, datastore, HOUR, job, KiB, MiB, plan, repository, vm, vms } from '../plans.ts';

/** 1,000 operations of 16 KiB a second; a VM that reads a tenth of that. */
const slow = datastore({ iops: 1000, latencyMs: 2 });
const reads = (1000 * 16 * KiB) / 10;

describe('guests` I/O', () => {
  const chained = (depth: number): Plan =>
    plan({
      datastores: [slow],
      vms: [
        vm('web', {
          disk: {
            readBytesPerSecond: reads,
            writes: appending(1),
            snapshots: Array.from({ length: depth }, () => ({ kind: 'user' as const, takenMs: -DAY, sizeBytes: MiB })),
          },
        }),
      ],
      jobs: [],
    });

  it.each([
    [0, 1],
    [1, 0.65],
    [2, 0.5],
    [3, 0.4],
    [6, 0.25],
    [8, 0.2],
    [10, 0.15],
    [14, 0.15],
  ])('through %i snapshots reads at %f of the speed', (depth, speed) => {
    const result = simulate(chained(depth));
    const busy = 0.1 / speed;
    expect(result.datastores.ds?.utilisation.mean).toBeCloseTo(busy, 3);
    // The datastore's latency, L0 / (1 - u), and the VM's, slower by as much again.
    const latency = 2 / (1 - busy);
    expect(Math.abs((result.datastores.ds?.latencyMs.p50 ?? 0) / latency - 1)).toBeLessThan(0.01);
    expect(Math.abs((result.vms.web?.latencyMs.p50 ?? 0) / (latency / speed) - 1)).toBeLessThan(0.02);
  });

  it('of one VM weighs as much device time as one transfer when a device is overloaded', () => {
    const result = simulate(
      plan({
        durationMs: HOUR,
        datastores: [datastore({ iops: 100, readBytesPerSecond: 100 * MiB })],
        vms: vms(3, { disk: { readBytesPerSecond: 100 * MiB } }),
        repositories: [repository({ writeBytesPerSecond: 1e15 })],
        jobs: [job({ selection: { all: false, names: ['vm-01'], tags: [], hosts: [], datastores: [], except: [] } })],
      }),
    );
    // Three greedy guests and one transfer: a quarter of the device each, so 25 MiB/s for 10 GiB.
    const [task] = result.jobs.nightly?.runs[0]?.tasks ?? [];
    expect(task?.transferEndMs).toBe(409_600);
    expect(result.findings.map((finding) => finding.rule)).toContain('io-saturated');
  });

  it('that is not served is not made up later: a throttled guest writes less into its delta', () => {
    const written = (iops: number): number => {
      const result = simulate(
        plan({
          datastores: [datastore({ iops, mergeBytesPerSecond: 1e18, writeBytesPerSecond: 1e18, readBytesPerSecond: 1e18 })],
          vms: [vm('web', { disk: { usedBytes: 3600 * MiB, writes: appending(2 * MiB) } })],
          jobs: [job({ streamBytesPerSecond: MiB })],
        }),
      );
      return result.jobs.nightly?.runs[0]?.tasks[0]?.peakDeltaBytes ?? 0;
    };
    // 2 MiB/s are 128 operations of 16 KiB a second.
    expect(written(1000) / MiB).toBeCloseTo(7200, 0);
    expect(written(64) / MiB).toBeCloseTo(3600, 0);
  });
});
