import { describe, expect, it } from 'vitest';
import { appending, DAY, datastore, GiB, HOUR, job, MINUTE, MiB, plan, proxy, SECOND, vm } from '../plans.ts';
import { observe } from '../repository/observed.ts';
import { at, fault, rules, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

type Cleanup = ReturnType<typeof datastore>['orphanCleanup'];

/** A proxy crashes 100 s into the first run: 100 MiB are left behind, and grow by 1 MiB/s. Merges at 10 MiB/s. */
const crashed = (orphanCleanup: Cleanup, given: Parameters<typeof plan>[0] = {}) =>
  plan({
    datastores: [datastore({ mergeBytesPerSecond: 10 * MiB, orphanCleanup })],
    proxies: [proxy('p1')],
    vms: [vm('web', { disk: { writes: appending(MiB) } })],
    jobs: [slowJob({ proxies: ['p1'], schedule: { kind: 'at', atMs: [0, HOUR] } })],
    faults: [fault('proxy-crash', { proxy: 'p1', ...at(100 * SECOND, MINUTE) })],
    ...given,
  });

describe('orphanCleanup', () => {
  it('never: the delta stays, under the snapshots of later runs', () => {
    const { result, of } = observe(crashed({ kind: 'never' }));
    expect(of('cleanup-started')).toEqual([]);
    expect(result.vms.web).toMatchObject({ maxChainDepth: 2, snapshotOpenMs: DAY });
    expect(tasksOf(result)[1]).toMatchObject({ status: 'success' });
    expect(result.findings.find(({ rule }) => rule === 'snapshot-orphaned')).toMatchObject({ atMs: 100_000, untilMs: null });
  });

  it('next-run: the next run has it merged beside its own work', () => {
    const { result, of } = observe(crashed({ kind: 'next-run' }));
    // 3600 MiB by then, at 10 MiB/s; the run does not wait for it.
    expect(of('cleanup-started')).toMatchObject([{ atMs: HOUR, vm: 'web', orphans: 1 }]);
    expect(of('merge-started')[0]).toMatchObject({ atMs: HOUR, run: 'nightly#1', bytes: 3600 * MiB });
    expect(of('cleanup-ended')).toMatchObject([{ atMs: HOUR + 360 * SECOND, left: 0 }]);
    expect(tasksOf(result)[1]).toMatchObject({ status: 'success', transferEndMs: HOUR + TRANSFER_MS });
    // The first snapshot is open for an hour and six minutes, the second from then on until it is merged as well.
    expect(result.vms.web?.snapshotOpenMs).toBe((tasksOf(result)[1]?.consolidatedMs ?? 0) as number);
    expect(result.findings.find(({ rule }) => rule === 'snapshot-orphaned')).toMatchObject({ atMs: 100_000, untilMs: HOUR + 360 * SECOND });
  });

  it('does not keep a run active', () => {
    const small = { disk: { usedBytes: 100 * MiB, writes: appending(MiB) } };
    const { result } = observe(
      crashed({ kind: 'next-run' }, { vms: [vm('web', small)], faults: [fault('proxy-crash', { proxy: 'p1', ...at(5 * SECOND, MINUTE) })] }),
    );
    // 10 s of reading; its own removal waits behind the clean-up of 3600 MiB, as removals of one VM do.
    const [, run] = result.jobs.nightly?.runs ?? [];
    expect(run?.tasks[0]).toMatchObject({ transferEndMs: HOUR + 10 * SECOND });
    expect(run?.endedMs).toBeGreaterThan(HOUR + 360 * SECOND);
    const agent = slowJob({ name: 'agent', method: 'agent', proxies: [], schedule: { kind: 'at', atMs: [HOUR] } });
    const apart = observe(
      crashed(
        { kind: 'next-run' },
        {
          vms: [vm('web', small)],
          jobs: [slowJob({ proxies: ['p1'] }), agent],
          faults: [fault('proxy-crash', { proxy: 'p1', ...at(5 * SECOND, MINUTE) })],
        },
      ),
    );
    expect(apart.result.jobs.agent?.runs[0]).toMatchObject({ endedMs: HOUR + 10 * SECOND });
    expect(apart.of('cleanup-ended')[0]?.atMs).toBe(HOUR + 360 * SECOND);
  });

  it('every period from the start, whatever the jobs do', () => {
    const { of, result } = observe(crashed({ kind: 'every', everyMs: 30 * MINUTE }, { jobs: [slowJob({ proxies: ['p1'] })] }));
    expect(of('cleanup-started').map(({ atMs }) => atMs)).toEqual([30 * MINUTE]);
    expect(of('cleanup-ended')).toMatchObject([{ atMs: 30 * MINUTE + 180 * SECOND, left: 0 }]);
    expect(result.vms.web).toMatchObject({ maxChainDepth: 1, snapshotOpenMs: 33 * MINUTE });
  });

  it('takes all layers before a removal that was asked for meanwhile', () => {
    // 2000 and 3000 MiB at 10 MiB/s; the run's own snapshot is to be removed after one second, and waits for both.
    const taken = (sizeMib: number) => ({ kind: 'orphan', takenMs: -DAY, sizeBytes: sizeMib * MiB }) as const;
    const { of, result } = observe(
      plan({
        datastores: [datastore({ mergeBytesPerSecond: 10 * MiB, orphanCleanup: { kind: 'next-run' } })],
        vms: [vm('web', { disk: { usedBytes: 10 * MiB, snapshots: [taken(2000), taken(3000)], writes: appending(0) } })],
        jobs: [slowJob({ schedule: { kind: 'at', atMs: [HOUR] } })],
      }),
    );
    expect(of('merge-started').map(({ atMs }) => (atMs - HOUR) / SECOND)).toEqual([0, 200, 500]);
    expect(of('cleanup-ended')).toMatchObject([{ atMs: HOUR + 500 * SECOND, left: 0 }]);
    expect(tasksOf(result)[0]).toMatchObject({ transferEndMs: HOUR + SECOND, consolidatedMs: HOUR + 500 * SECOND });
  });

  it('removes several of one disk from the bottom up, those of the start too, but no snapshot of a user', () => {
    const taken = (kind: 'user' | 'orphan', sizeMib: number) => ({ kind, takenMs: -DAY, sizeBytes: sizeMib * MiB });
    const { of, result } = observe(
      plan({
        datastores: [
          datastore({ mergeBytesPerSecond: 10 * MiB, orphanCleanup: { kind: 'every', everyMs: HOUR }, countOrphans: true, maxOpenSnapshots: 3 }),
        ],
        vms: [vm('web', { disk: { snapshots: [taken('orphan', 1000), taken('user', 500), taken('orphan', 2000)], writes: appending(0) } })],
        jobs: [job({ schedule: { kind: 'at', atMs: [2 * MINUTE] } })],
      }),
    );
    expect(of('merge-started').filter(({ run }) => run === null)).toMatchObject([
      { atMs: HOUR, bytes: 1000 * MiB },
      { atMs: HOUR + 100 * SECOND, bytes: 2000 * MiB },
    ]);
    expect(of('cleanup-ended')).toMatchObject([{ atMs: HOUR + 300 * SECOND, left: 0 }]);
    // The upper one goes into the delta of the user's snapshot, which stays.
    expect(result.datastores.ds?.peakLedger).toContainEqual({ owner: 'web', kind: 'user', bytes: 2500 * MiB });
    // All three slots are taken by what was there, until the first of them is gone.
    expect(tasksOf(result)[0]).toMatchObject({ queuedMs: 2 * MINUTE, snapshotMs: HOUR + 100 * SECOND });
  });
});

describe('a clean-up without room', () => {
  /** A thin disk of which 2 GiB have grown into the orphan; 1 GiB is free, so the base cannot take them. */
  const cramped = (extra: number, given: Parameters<typeof plan>[0] = {}) => {
    const growing = {
      usedBytes: 10 * GiB,
      provisioning: 'thin',
      growth: { kind: 'linear', bytesPerDay: 24 * GiB },
      writes: appending(GiB / 3600),
    } as const;
    return crashed(
      { kind: 'every', everyMs: 2 * HOUR },
      {
        datastores: [
          datastore({
            capacityBytes: (10 + 2 + 1) * GiB + 100 * MiB + extra,
            orphanCleanup: { kind: 'every', everyMs: 2 * HOUR },
            mergeBytesPerSecond: GiB,
          }),
        ],
        vms: [vm('web', { disk: growing })],
        jobs: [slowJob({ proxies: ['p1'] })],
        faults: [fault('proxy-crash', { proxy: 'p1', ...at(SECOND, MINUTE) })],
        ...given,
      },
    );
  };

  it('is refused, tried again at the next occasion, and never helps: the datastore is full, and the VM stands', () => {
    const { result, of } = observe(cramped(0));
    expect(of('merge-refused').map(({ atMs }) => atMs / HOUR)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]);
    expect(of('merge-refused')[0]).toMatchObject({ neededBytes: 2 * GiB, vm: 'web' });
    // What was 3 GiB of room is full after three hours.
    expect(result.datastores.ds?.fullAtMs).toBe(3 * HOUR);
    expect(result.vms.web).toMatchObject({ pausedAtMs: 3 * HOUR, pausedMs: 21 * HOUR });
    expect(result.datastores.ds?.minFreeBytes).toBeGreaterThanOrEqual(99 * MiB);
    expect(rules(result)).toContain('space-exhausted ds');
  });

  it('goes through with room for what the base has to take', () => {
    const { result, of } = observe(cramped(GiB + 100 * MiB));
    expect(of('merge-refused')).toEqual([]);
    expect(of('cleanup-ended')[0]).toMatchObject({ left: 0 });
    expect(of('cleanup-ended')[0]?.atMs).toBeLessThan(2 * HOUR + MINUTE);
    expect(result.findings.find(({ rule }) => rule === 'snapshot-orphaned')?.untilMs).toBe(of('cleanup-ended')[0]?.atMs);
  });

  it('goes on with the orphans above the one that is refused', () => {
    const growth = { kind: 'linear', bytesPerDay: 24 * GiB } as const;
    const { of } = observe(
      cramped(-2 * GiB, {
        durationMs: 3 * HOUR,
        vms: [vm('web', { disk: { usedBytes: 10 * GiB, provisioning: 'thin', growth, writes: appending((100 * MiB) / 3600) } })],
        jobs: [slowJob({ proxies: ['p1'], schedule: { kind: 'at', atMs: [0, HOUR] } })],
        faults: [fault('proxy-crash', { proxy: 'p1', ...at(SECOND, MINUTE) }), fault('proxy-crash', { proxy: 'p1', ...at(HOUR + SECOND, MINUTE) })],
      }),
    );
    // The base would have to take what the disk had grown by the second snapshot; the lower delta has room for what an hour of writes has put into the upper.
    expect(of('merge-refused')).toMatchObject([{ atMs: 2 * HOUR, neededBytes: GiB }]);
    expect(of('merge-started')).toMatchObject([{ atMs: 2 * HOUR, bytes: 100 * MiB }]);
    expect(of('cleanup-ended')).toMatchObject([{ left: 1 }]);
  });
});
