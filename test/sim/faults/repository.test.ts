import { describe, expect, it } from 'vitest';
import type { DiskPlan } from '../../../sim/index.ts';
import { appending, DAY, datastore, HOUR, job, keep, MINUTE, MiB, plan, repository, SECOND, vm } from '../plans.ts';
import { nights, observe, server } from '../repository/observed.ts';
import { at, fault, rules, tasksOf } from './support.ts';

describe('catalog-corrupt', () => {
  it('makes the next backup of every VM of the job a full, and only that', () => {
    const jobs = [
      job({ schedule: nights(4), mode: 'forever-forward' }),
      job({ name: 'other', schedule: nights(4), mode: 'forever-forward', ifVmBusy: 'stack' }),
    ];
    const { result, of } = observe(
      plan({ durationMs: 4 * DAY, vms: [server('a'), server('b')], jobs, faults: [fault('catalog-corrupt', { job: 'nightly', ...at(DAY + HOUR) })] }),
    );
    const kinds = (name: string) => result.jobs[name]?.runs.map((run) => run.tasks.map(({ kind }) => kind?.[0]).join('')) ?? [];
    expect(kinds('nightly')).toEqual(['ff', 'ii', 'ff', 'ii']);
    expect(kinds('other')).toEqual(['ff', 'ii', 'ii', 'ii']);
    const [began] = of('fault-began');
    expect(
      of('transfer-started')
        .filter(({ causes }) => causes.includes(began?.id ?? ''))
        .map(({ run }) => run),
    ).toEqual(['nightly#3', 'nightly#3']);
    // The points before are there all the same.
    expect(result.vms.a?.restorePoints).toBe(8);
  });
});

describe('stolen-account', () => {
  const estate = (immutableMs: number | null, given: Parameters<typeof job>[0] = {}) =>
    observe(
      plan({
        durationMs: 5 * DAY,
        vms: [given.mode === 'full' ? vm('web') : server('web')],
        repositories: [repository({ immutableMs })],
        jobs: [job({ schedule: nights(5), retention: keep({ last: 14 }), account: 'svc', ...given })],
        faults: [fault('stolen-account', { account: 'svc', ...at(3 * DAY + HOUR) })],
      }),
    );

  it('deletes everything that it may: nothing is left but what comes after', () => {
    const { result, of } = estate(null, { mode: 'full' });
    expect(of('points-deleted')).toMatchObject([{ atMs: 3 * DAY + HOUR, vm: 'web', points: 4, bytes: 4 * 10_240 * 1024 ** 2 }]);
    expect(result.vms.web).toMatchObject({ restorePoints: 1 });
    // Without any point it counts from the start, up to the next backup.
    expect(result.vms.web?.worstRpoMs).toBe(4 * DAY + 10_240);
    expect(result.repositories.repo?.endUsedBytes).toBe(10_240 * 1024 ** 2);
  });

  it('leaves what is immutable', () => {
    // Points of the last two nights are younger than 36 h.
    const { result, of } = estate(36 * HOUR, { mode: 'full' });
    expect(of('points-deleted')).toMatchObject([{ points: 2 }]);
    expect(result.vms.web).toMatchObject({ restorePoints: 3, worstRpoMs: DAY + 10_240 });
  });

  it('with all that it needs: of a chain nothing; what is left is built upon', () => {
    const { result, of } = estate(36 * HOUR, { mode: 'forever-forward' });
    expect(of('points-deleted')).toEqual([]);
    expect(result.vms.web?.restorePoints).toBe(5);
    // Of two chains the older one goes: the full of the third night has nothing before it that it needs.
    const forward = estate(36 * HOUR, { mode: 'forward', fullBackups: { kind: 'active', schedule: { kind: 'at', atMs: [2 * DAY] } } });
    expect(forward.of('points-deleted')).toMatchObject([{ points: 2 }]);
    expect(forward.result.vms.web?.restorePoints).toBe(3);
    expect(tasksOf(forward.result).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'full', 'incremental', 'incremental']);
  });

  it('leaves to a cloned full the blocks that it shares with points that go', () => {
    // Nights 3 and 4 are immutable; of the first two the cloned full of the third night inherits what it lacks: 10,240 - 1,024 of 11,264 MiB.
    const { result, of } = observe(
      plan({
        durationMs: 4 * DAY,
        vms: [server('web')],
        repositories: [repository({ immutableMs: 36 * HOUR, blockClone: true })],
        jobs: [
          job({
            schedule: nights(4),
            retention: keep({ last: 14 }),
            account: 'svc',
            mode: 'forward',
            fullBackups: { kind: 'synthetic', schedule: { kind: 'at', atMs: [2 * DAY] } },
          }),
        ],
        faults: [fault('stolen-account', { account: 'svc', ...at(3 * DAY + HOUR) })],
      }),
    );
    expect(of('points-deleted')).toMatchObject([{ points: 2, bytes: 2048 * MiB }]);
    expect(result.repositories.repo?.endUsedBytes).toBe((10_240 + 1024) * MiB);
  });

  it('makes worthless what is being written on top of what goes; the next backup is a full', () => {
    // The increment of the second night is read from 24 h on, for 102.4 s at 10 MiB/s.
    const { result, of } = observe(
      plan({
        durationMs: 3 * DAY,
        vms: [server('web')],
        jobs: [job({ schedule: nights(3), mode: 'forever-forward', retention: keep({ last: 14 }), account: 'svc', streamBytesPerSecond: 10 * MiB })],
        faults: [fault('stolen-account', { account: 'svc', ...at(DAY + 50 * SECOND) })],
      }),
    );
    expect(of('points-deleted')).toMatchObject([{ points: 1 }]);
    expect(tasksOf(result).map(({ kind, status }) => `${kind} ${status}`)).toEqual(['full success', 'incremental success', 'full success']);
    expect(result.vms.web?.restorePoints).toBe(1);
  });

  it('does not touch the points of another account', () => {
    const { result, of } = observe(
      plan({
        vms: [vm('web')],
        jobs: [job({ account: 'own' }), job({ name: 'b', account: 'svc', ifVmBusy: 'stack' })],
        faults: [fault('stolen-account', { account: 'svc', ...at(HOUR) })],
      }),
    );
    expect(of('points-deleted')).toMatchObject([{ job: 'b' }]);
    expect(result.vms.web).toMatchObject({ restorePoints: 1, survives: { 'account:own': 0 } });
    expect(rules(result)).toEqual(['excessive-permission repo', 'job-overlap b']);
  });

  it('removes snapshots that are kept as if they were backups', () => {
    const kept = job({ method: 'snapshot-only', repository: null, account: 'svc', schedule: { kind: 'every', everyMs: 10 * MINUTE, offsetMs: 0 } });
    const { result } = observe(plan({ durationMs: HOUR, jobs: [kept], faults: [fault('stolen-account', { account: 'svc', ...at(55 * MINUTE) })] }));
    expect(result.vms.web).toMatchObject({ restorePoints: 0, maxChainDepth: 4, snapshotOpenMs: 55 * MINUTE });
  });

  it('removes those of all jobs of the account from the lowest on', () => {
    const kept = (name: string, atMs: number) =>
      job({ name, method: 'snapshot-only', repository: null, account: 'svc', schedule: { kind: 'at', atMs: [atMs] } });
    const { of } = observe(
      plan({
        durationMs: HOUR,
        vms: [vm('web', { disk: { writes: appending(MiB) } })],
        jobs: [kept('later', 20 * MINUTE), kept('first', 0)],
        faults: [fault('stolen-account', { account: 'svc', ...at(30 * MINUTE) })],
      }),
    );
    expect(of('merge-started').map(({ run }) => run)).toEqual(['first#1', 'later#1']);
  });

  it('removes those alone: an orphan from before stays, on every disk', () => {
    const orphan = { kind: 'orphan', takenMs: -DAY, sizeBytes: 100 * MiB } as const;
    const [disk] = vm('web', { disk: { snapshots: [orphan], writes: appending(MiB) } }).disks;
    const { result, of } = observe(
      plan({
        durationMs: HOUR,
        vms: [{ ...vm('web'), disks: [disk as DiskPlan, disk as DiskPlan] }],
        jobs: [job({ method: 'snapshot-only', repository: null, account: 'svc', schedule: { kind: 'every', everyMs: 20 * MINUTE, offsetMs: 0 } })],
        faults: [fault('stolen-account', { account: 'svc', ...at(50 * MINUTE) })],
      }),
    );
    expect(of('cleanup-started')).toMatchObject([{ atMs: 50 * MINUTE, orphans: 2 }]);
    expect(of('cleanup-ended')).toMatchObject([{ left: 2 }]);
    expect(new Set(of('snapshot-removed').map(({ run }) => run))).toEqual(new Set(['nightly#1', 'nightly#2', 'nightly#3']));
    // Two disks, 1 MiB/s each, 20 minutes each but for the last one, which grows until it is merged.
    const peaks = tasksOf(result).map(({ peakDeltaBytes }) => Math.round(peakDeltaBytes / MiB));
    expect(peaks.slice(0, 2)).toEqual([2400, 2400]);
    expect(peaks[2]).toBeGreaterThanOrEqual(1200);
  });

  it('frees their snapshot slots at once, unless orphans count', () => {
    // Two snapshots fill the slots; each holds 1200 MiB and more at the theft, and is merged at 1 MiB/s.
    const third = (countOrphans: boolean): number | null | undefined => {
      const jobs = [
        job({
          method: 'snapshot-only',
          repository: null,
          account: 'svc',
          keepSnapshots: 2,
          schedule: { kind: 'every', everyMs: 20 * MINUTE, offsetMs: 0 },
        }),
      ];
      const datastores = [datastore({ maxOpenSnapshots: 2, mergeBytesPerSecond: MiB, countOrphans })];
      const faults = [fault('stolen-account', { account: 'svc', ...at(39 * MINUTE) })];
      const { result } = observe(plan({ durationMs: 3 * HOUR, datastores, vms: [vm('web', { disk: { writes: appending(MiB) } })], jobs, faults }));
      return tasksOf(result)[2]?.snapshotMs;
    };
    expect(third(false)).toBe(40 * MINUTE);
    // The older one is gone after 1200 s.
    expect(third(true)).toBe(59 * MINUTE);
  });
});
