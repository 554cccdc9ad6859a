import { describe, expect, it } from 'vitest';
import { type Plan, type Result, simulate, type TaskResult } from '../../sim/index.ts';
import { appending, DAY, datastore, disk, GiB, HOUR, job, MINUTE, MiB, NO_WRITES, plan, repository, SECOND, TiB, vm, vms } from './plans.ts';

/** Merges that take no measurable time. */
const INSTANT = 1e18;

function tasksOf(result: Result, name = 'nightly'): TaskResult[] {
  return (result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks);
}

describe('one flow after another', () => {
  it('moves one disk in bytes / rate', () => {
    const result = simulate(plan({ repositories: [repository({ writeBytesPerSecond: 100 * MiB })] }));
    expect(tasksOf(result)[0]?.transferEndMs).toBe(((10 * GiB) / (100 * MiB)) * SECOND);
  });

  it('lets n equal tasks on one repository take n times as long, all ending together', () => {
    const result = simulate(plan({ vms: vms(7), repositories: [repository({ writeBytesPerSecond: 70 * MiB })] }));
    for (const task of tasksOf(result)) expect(task.transferEndMs).toBe(((70 * GiB) / (70 * MiB)) * SECOND);
  });

  it('stores source bytes / reduction and writes no more than that', () => {
    const result = simulate(plan({ jobs: [job({ reduction: 4 })], repositories: [repository({ writeBytesPerSecond: 10 * MiB })] }));
    const [task] = tasksOf(result);
    expect(task?.readBytes).toBe(10 * GiB);
    expect(task?.storedBytes).toBe(2.5 * GiB);
    expect(task?.transferEndMs).toBe(((2.5 * GiB) / (10 * MiB)) * SECOND);
    expect(result.repositories.repo?.peakUsedBytes).toBe(2.5 * GiB);
  });
});

describe('a delta after time t', () => {
  const deltaAfterTransfer = (writes: Partial<typeof NO_WRITES>): { ms: number; bytes: number } => {
    const result = simulate(
      plan({
        vms: [vm('web', { disk: { usedBytes: 50 * GiB, writes: { ...NO_WRITES, ...writes } } })],
        datastores: [datastore({ mergeBytesPerSecond: INSTANT, readBytesPerSecond: INSTANT, writeBytesPerSecond: INSTANT })],
        repositories: [repository({ writeBytesPerSecond: 10 * MiB })],
      }),
    );
    const [task] = tasksOf(result);
    return { ms: task?.consolidatedMs ?? 0, bytes: task?.peakDeltaBytes ?? 0 };
  };

  it('follows append', () => {
    const { ms, bytes } = deltaAfterTransfer({ rateBytesPerSecond: MiB });
    expect(Math.abs(bytes - (ms / 1000) * MiB)).toBeLessThanOrEqual(1);
  });

  it('follows working-set', () => {
    const { ms, bytes } = deltaAfterTransfer({ law: 'working-set', rateBytesPerSecond: MiB, workingSetBytes: 3 * GiB });
    expect(Math.abs(bytes - 3 * GiB * (1 - Math.exp((-ms / 1000 / 3) * (1 / 1024))))).toBeLessThanOrEqual(1);
  });

  it('follows the power law', () => {
    const { ms, bytes } = deltaAfterTransfer({ law: 'power', changedBytesPerDay: 9 * GiB });
    expect(Math.abs(bytes - 9 * GiB * (ms / DAY) ** 0.72)).toBeLessThanOrEqual(1);
  });
});

describe('a delta of a small disk', () => {
  it('grows to the size of the disk and no further', () => {
    const result = simulate(
      plan({
        vms: [vm('web', { disk: { sizeBytes: 2 * GiB, usedBytes: GiB, writes: appending(10 * MiB) } })],
        jobs: [job({ streamBytesPerSecond: MiB })],
      }),
    );
    // 1024 s of 10 MiB/s would be 10 GiB.
    expect(tasksOf(result)[0]?.peakDeltaBytes).toBe(2 * GiB);
  });
});

describe('the time until a datastore is full', () => {
  it('is the root of the sum of all laws, to the millisecond', () => {
    const disks = [
      disk({ writes: appending(3 * MiB) }),
      disk({ writes: { ...NO_WRITES, law: 'working-set', rateBytesPerSecond: 20 * MiB, workingSetBytes: 30 * GiB } }),
      disk({ writes: { ...NO_WRITES, law: 'power', changedBytesPerDay: 60 * GiB } }),
      disk({ writes: { ...NO_WRITES, law: 'power', changedBytesPerDay: 10 * GiB, exponent: 0.5 } }),
    ];
    const free = 80 * GiB;
    const result = simulate(
      plan({
        durationMs: 5 * DAY,
        vms: disks.map((given, i) => vm(`vm-${i}`, { disk: given })),
        datastores: [datastore({ capacityBytes: 400 * GiB + free, iops: 1e9 })],
        repositories: [repository({ writeBytesPerSecond: 1 })],
        jobs: [job({ streamBytesPerSecond: 1 })],
      }),
    );
    const grown = (ms: number): number => {
      const seconds = ms / 1000;
      const append = 3 * MiB * seconds;
      const set = 30 * GiB * (1 - Math.exp((-20 * MiB * seconds) / (30 * GiB)));
      const power = 60 * GiB * (ms / DAY) ** 0.72;
      const slow = Math.min((seconds * 10 * GiB) / 0.18 / 86_400, 10 * GiB * (ms / DAY) ** 0.5);
      return append + set + power + slow;
    };
    let low = 0;
    let high = 5 * DAY;
    while (high - low > 1e-6) {
      const middle = (low + high) / 2;
      if (grown(middle) >= free - 100 * MiB) high = middle;
      else low = middle;
    }
    expect(result.datastores.ds?.fullAtMs).toBe(Math.ceil(high));
    expect(result.vms['vm-0']?.pausedAtMs).toBe(Math.ceil(high));
  });
});

describe('a job every 15 minutes that takes longer', () => {
  const backlogAfterSixDays = (serviceMinutes: number): number => {
    const result = simulate(
      plan({
        durationMs: 6 * DAY,
        vms: [vm('web', { disk: { usedBytes: serviceMinutes * 60 * MiB } })],
        repositories: [repository({ writeBytesPerSecond: MiB })],
        jobs: [job({ schedule: { kind: 'every', everyMs: 15 * MINUTE, offsetMs: 0 }, ifRunning: 'queue-all' })],
      }),
    );
    return (result.jobs.nightly?.runs ?? []).filter((run) => run.endedMs === null).length;
  };

  it.each([
    [15, 0],
    [16, 36],
    [20, 144],
    [30, 288],
    [60, 432],
  ])('%i minutes of work leave %i runs due and not ended after six days', (service, backlog) => {
    expect(backlogAfterSixDays(service)).toBe(backlog);
  });
});

describe('all snapshots open against one after another', () => {
  const estate = (given: Parameters<typeof job>[0]): Plan =>
    plan({
      durationMs: 10 * HOUR,
      vms: vms(10, {
        disk: {
          sizeBytes: 40 * GiB,
          usedBytes: 16 * GiB,
          writes: { ...NO_WRITES, law: 'working-set', rateBytesPerSecond: 2 * MiB, workingSetBytes: 8 * GiB },
        },
      }),
      datastores: [
        datastore({ capacityBytes: 10 * TiB, mergeBytesPerSecond: INSTANT, readBytesPerSecond: INSTANT, writeBytesPerSecond: INSTANT, iops: 1e12 }),
      ],
      repositories: [repository({ writeBytesPerSecond: 50 * MiB })],
      jobs: [job(given)],
    });

  it('holds 44.05 GiB of deltas when all ten run together', () => {
    const result = simulate(estate({}));
    const deltas = result.datastores.ds?.peakLedger.filter((entry) => entry.kind === 'delta') ?? [];
    const sum = deltas.reduce((total, entry) => total + entry.bytes, 0);
    expect(deltas.length).toBe(10);
    expect((sum / GiB).toFixed(2)).toBe('44.05');
    expect(tasksOf(result).every((task) => task.transferEndMs === ((10 * 16 * GiB) / (50 * MiB)) * SECOND)).toBe(true);
  });

  it('sums to 6.15 GiB over ten peaks, and never holds more than 0.62 GiB, one after another', () => {
    const result = simulate(estate({ concurrency: 1 }));
    const sum = tasksOf(result).reduce((total, task) => total + task.peakDeltaBytes, 0);
    expect((sum / GiB).toFixed(2)).toBe('6.15');
    const peak = result.datastores.ds as { peakUsedBytes: number };
    expect(((peak.peakUsedBytes - 400 * GiB) / GiB).toFixed(2)).toBe('0.62');
  });
});
