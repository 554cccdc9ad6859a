import { describe, expect, it } from 'vitest';
import { appending, DAY, datastore, disk, GiB, HOUR, job, MiB, plan, SECOND, vm } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, rules, slowJob, tasksOf } from './support.ts';

describe('datastore-degraded', () => {
  it('does everything at a part of its speed while it lasts', () => {
    const given = plan({ jobs: [job()], faults: [fault('datastore-degraded', { datastore: 'ds', factor: 0.1, ...at(0, 50 * SECOND) })] });
    // 5,000 MiB in 50 s, then the other 5,240 MiB in 5.24 s.
    expect(tasksOf(observe(given).result)[0]).toMatchObject({ transferEndMs: 55_240, bottleneck: { 'datastore:ds': 1 } });
  });

  it('answers its guests later, loaded or not', () => {
    const lasting = (factor: number) => fault('datastore-degraded', { datastore: 'ds', factor, ...at(0) });
    const latency = (faults: ReturnType<typeof fault>[], readBytesPerSecond: number) =>
      observe(
        plan({
          datastores: [datastore({ iops: 1024 })],
          vms: [vm('web', { disk: { readBytesPerSecond } })],
          jobs: [job({ schedule: { kind: 'at', atMs: [] } })],
          faults,
        }),
      ).result.datastores.ds?.latencyMs.p50;
    // Idle 1 ms. 4 of 16 MiB/s: 1 / (1 - 1/4); of 8 MiB/s at half the speed: 2 / (1 - 1/2).
    expect(latency([], 4 * MiB)).toBe(1.33);
    expect(latency([lasting(0.5)], 4 * MiB)).toBe(4);
    expect(latency([lasting(0.5)], 0)).toBe(2);
  });
});

describe('datastore-lost', () => {
  const onBoth = vm('db', { disk: { writes: appending(MiB) } });
  onBoth.disks.push(disk({ datastore: 'ds2', usedBytes: GiB, writes: appending(MiB) }));
  const estate = (given: Parameters<typeof plan>[0] = {}) =>
    observe(
      plan({
        durationMs: 2 * DAY,
        datastores: [datastore({ mergeBytesPerSecond: 10 * MiB }), datastore({ name: 'ds2' })],
        vms: [vm('web', { disk: { writes: appending(MiB) } }), onBoth, vm('file', { disk: { datastore: 'ds2' } })],
        jobs: [slowJob({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 } })],
        faults: [fault('datastore-lost', { datastore: 'ds', ...at(DAY + 100 * SECOND) })],
        ...given,
      }),
    );

  it('stops VMs with a disk there for good; their tasks fail, and what lies elsewhere stays behind', () => {
    const { result, of } = estate();
    const second = tasksOf(result).slice(3);
    expect(second).toMatchObject([
      { vm: 'web', status: 'failed', reason: 'datastore-lost', endedMs: DAY + 100_000 },
      { vm: 'db', status: 'failed', reason: 'datastore-lost', endedMs: DAY + 100_000 },
      { vm: 'file', status: 'success' },
    ]);
    expect(of('vm-lost')).toMatchObject([{ vm: 'web', datastore: 'ds' }, { vm: 'db' }]);
    expect(of('snapshot-orphaned')).toMatchObject([{ vm: 'db', datastore: 'ds2', bytes: 100 * MiB }]);
    expect(result.vms.web).toMatchObject({ lostAtMs: DAY + 100_000, restorePoints: 1 });
    expect(result.vms.file).toMatchObject({ lostAtMs: null, restorePoints: 2 });
    // Its snapshot is open for the first transfer, the merge of 1024 MiB, and 100 s of the second.
    expect(result.vms.web?.snapshotOpenMs).toBe(1_024_000 + 102_400 + 100_000);
    expect(rules(result)).toEqual(['vm-crashed web', 'vm-crashed db', 'task-failed web', 'task-failed db', 'snapshot-orphaned db']);
  });

  it('ends merges that take their turns, those of one VM included, and begins no other there', () => {
    const two = vm('db', { disk: { writes: appending(MiB) } });
    two.disks.push(disk({ writes: appending(MiB) }));
    const { result, of } = estate({
      durationMs: DAY,
      datastores: [datastore({ mergeBytesPerSecond: MiB, merges: 'serial' }), datastore({ name: 'ds2' })],
      vms: [two, vm('web', { disk: { writes: appending(MiB) } })],
      jobs: [slowJob()],
      faults: [fault('datastore-lost', { datastore: 'ds', ...at(1100 * SECOND) })],
    });
    // Both have been read by 1024 s; the first of three deltas is being merged.
    expect(of('merge-started')).toHaveLength(1);
    expect(of('snapshot-removed')).toEqual([]);
    expect(tasksOf(result).map(({ endedMs }) => endedMs)).toEqual([1_100_000, 1_100_000]);
  });

  it('fails the backups of later runs before they begin', () => {
    const { result } = estate({ faults: [fault('datastore-lost', { datastore: 'ds', ...at(HOUR) })] });
    expect(tasksOf(result).slice(3)).toMatchObject([
      { status: 'failed', reason: 'datastore-lost', snapshotMs: null },
      { status: 'failed' },
      { status: 'success' },
    ]);
  });

  it('takes kept snapshots along: nothing is left to go back to', () => {
    const { result } = estate({
      jobs: [job({ method: 'snapshot-only', repository: null, schedule: { kind: 'every', everyMs: 6 * HOUR, offsetMs: 0 } })],
      faults: [fault('datastore-lost', { datastore: 'ds', ...at(DAY + HOUR) })],
    });
    expect(result.vms.web?.restorePoints).toBe(0);
    expect(result.vms.file?.restorePoints).toBe(3);
    // From the start on, once the points are gone.
    expect(result.vms.web?.worstRpoMs).toBe(2 * DAY);
  });

  it('creates no VM there any more', () => {
    const { of } = estate({ vms: [vm('late', { bornMs: 2 * HOUR })], faults: [fault('datastore-lost', { datastore: 'ds', ...at(HOUR) })] });
    expect(of('vm-not-created')).toMatchObject([{ vm: 'late', datastore: 'ds', freeBytes: 0 }]);
  });

  it('frees the snapshot slots of what lay there: a task begins, and fails', () => {
    const { result } = observe(
      plan({
        datastores: [datastore({ maxOpenSnapshots: 1, countOrphans: true })],
        vms: [vm('web', { disk: { snapshots: [{ kind: 'orphan', takenMs: -DAY, sizeBytes: MiB }] } })],
        jobs: [job({ schedule: { kind: 'at', atMs: [HOUR] } })],
        faults: [fault('datastore-lost', { datastore: 'ds', ...at(2 * HOUR) })],
      }),
    );
    expect(tasksOf(result)).toMatchObject([{ endedMs: 2 * HOUR, status: 'failed', reason: 'datastore-lost' }]);
  });
});
