/** Laws that other tests only touch in passing, each with a figure from a pencil. */
import { describe, expect, it } from 'vitest';
import { relativeReadSpeed } from '../../../sim/estate/read-speed.ts';
import { type Plan, type Result, simulate, type TaskResult, type VmPlan } from '../../../sim/index.ts';
import { at, fault, host } from '../faults/support.ts';
import { appending, DAY, datastore, disk, GiB, HOUR, job, KiB, MINUTE, MiB, NO_WRITES, plan, repository, SECOND, vm } from '../plans.ts';

const tasks = (result: Result, name = 'nightly'): TaskResult[] => (result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks);

describe('stuns', () => {
  const timings = { quiesceMs: 0, createMs: 700, removeMs: 1100, attachMs: 0 };
  const nights = (count: number) => ({ kind: 'at' as const, atMs: Array.from({ length: count }, (_, night) => night * HOUR) });
  const stunOf = (given: Parameters<typeof job>[0], disks = 1): number | undefined => {
    const machine = { ...vm('web'), disks: Array.from({ length: disks }, () => disk({ usedBytes: GiB })) };
    return simulate(plan({ vms: [machine], jobs: [job({ timings, ...given })] })).vms.web?.stunMs;
  };

  it('are the making and the removal of each snapshot, of all disks at once', () => {
    expect(stunOf({})).toBe(700 + 1100);
    expect(stunOf({}, 3)).toBe(700 + 1100);
    expect(stunOf({ schedule: nights(5) })).toBe(5 * (700 + 1100));
  });

  it('with kept snapshots the removal of those that go', () => {
    expect(stunOf({ method: 'snapshot-only', keepSnapshots: 2, schedule: nights(5) })).toBe(5 * 700 + 3 * 1100);
  });

  it('none where no snapshot is made', () => {
    expect(stunOf({ method: 'direct-disk' })).toBe(0);
  });

  it('end with the VM, with the scenario, and with what breaks them off', () => {
    const slow = { quiesceMs: 0, createMs: 10 * MINUTE, removeMs: 10 * MINUTE, attachMs: 0 };
    const after = (durationMs: number, given: Partial<Plan> = {}, machine: Partial<VmPlan> = {}): number | undefined => {
      const web = { ...vm('web', { host: 'h', disk: { usedBytes: 600 * MiB } }), ...machine };
      const hosts = [host('h')];
      return simulate(plan({ durationMs, hosts, vms: [web], jobs: [job({ timings: slow, streamBytesPerSecond: MiB })], ...given })).vms.web?.stunMs;
    };
    // Made until 0:10, read until 0:20, removed until 0:30.
    expect(after(HOUR)).toBe(20 * MINUTE);
    expect(after(4 * MINUTE)).toBe(4 * MINUTE);
    expect(after(24 * MINUTE)).toBe(14 * MINUTE);
    expect(after(HOUR, {}, { deletedMs: 4 * MINUTE })).toBe(4 * MINUTE);
    expect(after(HOUR, {}, { deletedMs: 24 * MINUTE })).toBe(14 * MINUTE);
    const lost = (atMs: number) => ({ faults: [fault('host-loss', { host: 'h', ...at(atMs) })] });
    expect(after(HOUR, lost(4 * MINUTE))).toBe(4 * MINUTE);
    expect(after(HOUR, lost(24 * MINUTE))).toBe(14 * MINUTE);
  });

  it('take nothing from what the guest writes', () => {
    // 1 MiB/s: 100 s of transfer, 1.1 s of removal, and the merge, at 500 MiB/s.
    const web = vm('web', { disk: { usedBytes: 100 * MiB, writes: appending(MiB) } });
    const [task] = tasks(
      simulate(plan({ vms: [web], jobs: [job({ timings, streamBytesPerSecond: MiB })], datastores: [datastore({ mergeBytesPerSecond: 1e15 })] })),
    );
    expect((task?.peakDeltaBytes as number) / MiB).toBeCloseTo(101.1 + 101.1 / 500, 2);
  });
});

describe('reads through snapshots', () => {
  it('are slower by the table of the model at each depth', () => {
    const speeds = Array.from({ length: 13 }, (_, depth) => relativeReadSpeed(depth));
    // 0 to 6 as stated, then in equal steps down to .15 at 10.
    expect(speeds).toEqual([1, 0.65, 0.5, 0.4, 0.35, 0.3, 0.25, 0.225, 0.2, 0.175, 0.15, 0.15, 0.15]);
  });

  it('make the latency of a VM that much longer', () => {
    for (const [depth, speed] of [
      [4, 0.35],
      [5, 0.3],
    ] as const) {
      const snapshots = Array.from({ length: depth }, (_, age) => ({ kind: 'user' as const, takenMs: (age - depth) * DAY, sizeBytes: MiB }));
      const result = simulate(plan({ vms: [vm('web', { disk: { snapshots, writes: appending(1) } })], jobs: [] }));
      expect(result.vms.web?.latencyMs.p50).toBeCloseTo(1 / speed, 1);
    }
  });
});

describe('an array', () => {
  const array = { name: 'san', readBytesPerSecond: 10 * MiB, writeBytesPerSecond: 10 * MiB, iops: 640, origin: '' };

  it('is crossed by merges, too, which read and write there', () => {
    // 100 s of backup at 1 MiB/s leave 100 MiB, merged at 5 MiB/s: each byte is read and written at 10.
    const web = vm('web', { disk: { usedBytes: 100 * MiB, writes: appending(MiB) } });
    const given = { vms: [web], jobs: [job({ streamBytesPerSecond: MiB })], arrays: [array] };
    const [task] = tasks(simulate(plan({ ...given, datastores: [datastore({ array: 'san' })] })));
    // The guest's own writes take a tenth of its time: 1 MiB/s of random I/O at 640 x 16 KiB/s, twice while a merge mirrors them.
    const mergedMs = (task?.consolidatedMs as number) - (task?.transferEndMs as number);
    expect(mergedMs / SECOND).toBeCloseTo(100 / (5 * (1 - 0.2)), 0);
  });

  it('is crossed by the guests of all its datastores', () => {
    // Each asks for 6 MiB/s of 10: both together for more than there is.
    const busy = (name: string) => vm(name, { disk: { datastore: name, writes: appending(6 * MiB) } });
    const given = { arrays: [array], vms: [busy('ds'), busy('ds2')], jobs: [] };
    const served = (on: string | null): number[] => {
      const result = simulate(plan({ ...given, datastores: [datastore({ array: on }), datastore({ name: 'ds2', array: on })] }));
      return ['ds', 'ds2'].map((name) => result.datastores[name]?.saturatedMs as number);
    };
    expect(served(null)).toEqual([0, 0]);
    expect(served('san')).toEqual([DAY, DAY]);
  });
});

describe('latency control', () => {
  it('leaves a twentieth of the device, however busy the guests are', () => {
    // Guests alone ask for twice what the device can do: 12,800 x 16 KiB/s of 6,400.
    const guests = vm('busy', { disk: { usedBytes: MiB, writes: appending(200 * MiB) } });
    const ds = datastore({ readBytesPerSecond: 100 * MiB, iops: 6400, latencyMs: 1, latencyControl: { stopMs: 1e6, throttleMs: 10 } });
    const given = { datastores: [ds], vms: [guests, vm('web', { disk: { usedBytes: GiB, datastore: 'ds' } })] };
    const only = { all: false, names: ['web'], tags: [], hosts: [], datastores: [], except: [] };
    const [task] = tasks(simulate(plan({ ...given, repositories: [repository({ writeBytesPerSecond: 1e12 })], jobs: [job({ selection: only })] })));
    expect(task?.transferEndMs).toBe(Math.ceil((1024 / 5) * SECOND));
  });
});

describe('an orphan that a task leaves', () => {
  it('holds a snapshot slot for good where orphans count, and none where they do not', () => {
    // The base of `web` has no room for 12 GiB of growth a day: its merge is refused after a day, and its delta stays.
    const web = vm('web', {
      disk: {
        provisioning: 'thin',
        sizeBytes: 40 * GiB,
        growth: { kind: 'linear', bytesPerDay: 12 * GiB },
        writes: { ...NO_WRITES, changedBytesPerDay: 6 * GiB },
      },
    });
    const next = vm('next', { disk: { usedBytes: 16 * KiB, sizeBytes: 16 * KiB } });
    const of = (name: string) => ({ all: false, names: [name], tags: [], hosts: [], datastores: [], except: [] });
    const began = (countOrphans: boolean): number | null | undefined => {
      const result = simulate(
        plan({
          durationMs: 2 * DAY,
          datastores: [datastore({ capacityBytes: 21 * GiB, maxOpenSnapshots: 1, countOrphans })],
          vms: [web, next],
          jobs: [
            job({ selection: of('web'), streamBytesPerSecond: (10 * GiB) / 86_400 }),
            job({ name: 'other', selection: of('next'), schedule: { kind: 'at', atMs: [DAY + MINUTE] } }),
          ],
        }),
      );
      expect(tasks(result)[0]).toMatchObject({ reason: 'merge-refused' });
      return tasks(result, 'other')[0]?.snapshotMs;
    };
    expect(began(false)).toBe(DAY + MINUTE);
    expect(began(true)).toBeNull();
  });
});
