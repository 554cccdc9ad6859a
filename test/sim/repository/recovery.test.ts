import { describe, expect, it } from 'vitest';
import type { JobPlan, Plan, RepositoryPlan, Result } from '../../../sim/index.ts';
import { appending, DAY, datastore, HOUR, job, keep, MINUTE, MiB, repository, SECOND, vm } from '../plans.ts';
import { days, device, nights, observe, server } from './observed.ts';

const web = (given: Plan): Result['vms'][string] => observe(given).result.vms.web as Result['vms'][string];

describe('restore points and their age', () => {
  it('age from the moment of the snapshot to the end of the next transfer', () => {
    const given = days(4, { repositories: [device()], jobs: [job({ mode: 'forever-forward', schedule: nights(3), retention: keep({ last: 9 }) })] });
    // The last one is of day 2, and the end is day 4; before, a day and the transfer of 20.48 s was the worst.
    expect(web(given)).toMatchObject({ restorePoints: 3, worstRpoMs: 2 * DAY });
    expect(web({ ...given, durationMs: 3 * DAY - 1 })).toMatchObject({ restorePoints: 3, worstRpoMs: DAY + 20_480 });
  });

  it('without any count from the start, or from when the VM was created', () => {
    expect(web(days(3, { jobs: [] }))).toMatchObject({ restorePoints: 0, worstRpoMs: 3 * DAY, survives: { 'datastore:ds': 0 } });
    const born = vm('web', { bornMs: 2 * DAY });
    expect(web(days(3, { vms: [born], jobs: [] })).worstRpoMs).toBe(DAY);
    expect(web(days(3, { vms: [vm('web', { deletedMs: DAY })], jobs: [] })).worstRpoMs).toBe(DAY);
  });

  it('of an established job count from its last run', () => {
    const schedule = { kind: 'every' as const, everyMs: DAY, offsetMs: 12 * HOUR };
    const given = days(1, {
      repositories: [device()],
      jobs: [job({ mode: 'forever-forward', initial: 'established', schedule, retention: keep({ last: 3 }) })],
    });
    expect(web(given)).toMatchObject({ restorePoints: 3, worstRpoMs: DAY + 20_480 });
  });

  it('do not come from tasks that failed', () => {
    const given = days(1, { repositories: [device({ capacityBytes: 1000 * MiB })], jobs: [job({})] });
    expect(web(given)).toMatchObject({ restorePoints: 0, worstRpoMs: DAY });
  });

  it('do not come from copies of a running disk to which the guest wrote', () => {
    const given = days(1, { repositories: [device()], jobs: [job({ method: 'direct-disk' })] });
    expect(observe(given).result.jobs.nightly?.runs[0]?.tasks[0]?.status).toBe('warning');
    expect(web(given)).toMatchObject({ restorePoints: 0, worstRpoMs: DAY });
  });

  it('of a continuous backup are as old as its lag', () => {
    const given = days(2, { repositories: [device()], jobs: [job({ method: 'cdp' })] });
    // The full takes 204.8 s; while it is sent nothing newer than the start exists, and the writes of that time go out next.
    const result = web(given);
    expect(result.worstRpoMs).toBe(result.worstLagMs);
    expect(result.worstRpoMs).toBeGreaterThanOrEqual(204_800);
    expect(result.worstRpoMs).toBeLessThan(210_000);
    // The stream overwrites the replica: there is one moment to go back to.
    expect(result.restorePoints).toBe(1);
  });

  it('of a continuous backup that was stopped stay where it had come to', () => {
    const given = days(2, { repositories: [device()], jobs: [job({ method: 'cdp', timeoutMs: DAY })] });
    expect(web(given)).toMatchObject({ restorePoints: 1, worstRpoMs: DAY });
    const restores = [{ atMs: DAY + 6 * HOUR, vm: 'web', repository: null, pointAtMs: DAY + 6 * HOUR, origin: '' }];
    expect(observe({ ...given, restores }).result.restores[0]?.pointAtMs).toBe(DAY);
    // While it streams the replica is of the present.
    const live = [{ atMs: 12 * HOUR, vm: 'web', repository: null, pointAtMs: 12 * HOUR, origin: '' }];
    const { pointAtMs } = observe({ ...given, restores: live }).result.restores[0] as Result['restores'][number];
    expect(pointAtMs).toBeGreaterThan(12 * HOUR - 2000);
    // And cannot be taken back.
    const before = [{ atMs: 12 * HOUR, vm: 'web', repository: null, pointAtMs: HOUR, origin: '' }];
    expect(observe({ ...given, restores: before }).result.restores[0]?.pointAtMs).toBeNull();
  });

  it('of a continuous backup that was stopped count for the retention by the day to which it had come', () => {
    // From 18:00 to 6:00 of the next day, and from 10:00 to 22:00 of that: both hold states of one day, of which the newest point is kept.
    const jobs = (stoppedAfterMs: number) => [
      job({
        method: 'cdp',
        mode: 'forever-forward',
        timeoutMs: stoppedAfterMs,
        schedule: { kind: 'at', atMs: [18 * HOUR, 34 * HOUR] },
        retention: { ...keep({ daily: 5 }), last: null },
      }),
    ];
    expect(web(days(2, { repositories: [device()], jobs: jobs(12 * HOUR) })).restorePoints).toBe(1);
    // Stopped at 23:00 the first one holds a state of the day before.
    expect(web(days(2, { repositories: [device()], jobs: jobs(5 * HOUR) })).restorePoints).toBe(2);
  });

  it('that the retention removes make the VM as old as those that are left', () => {
    // Established copies of 15:00, an hour in which the guest writes nothing; those of the scenario take 85 minutes, so that it writes to them: worth nothing.
    const schedule = { kind: 'every' as const, everyMs: DAY, offsetMs: 15 * HOUR };
    const copies = {
      method: 'direct-disk' as const,
      mode: 'full' as const,
      initial: 'established' as const,
      streamBytesPerSecond: 2 * MiB,
      schedule,
    };
    const given = (last: number): Plan =>
      days(2, {
        activities: [{ name: 'flat', multipliers: Array.from({ length: 24 }, (_, hour) => (hour === 15 ? 0 : 1)) }],
        repositories: [device()],
        jobs: [job({ ...copies, retention: keep({ last }) })],
      });
    // On the first day the worthless point takes the place of the good one of the day before: nothing is left, and it counts from the start.
    expect(web(given(1))).toMatchObject({ restorePoints: 0, worstRpoMs: 2 * DAY });
    // The good one goes when the copy of the second day is complete, two days and 85 minutes old.
    expect(web(given(2))).toMatchObject({ restorePoints: 0, worstRpoMs: 2 * DAY + 5_120_000 });
  });

  it('of an established job that copies disk files are good only where the guest wrote nothing, and no snapshot was open', () => {
    const schedule = { kind: 'every' as const, everyMs: DAY, offsetMs: 15 * HOUR };
    const jobs = [job({ method: 'direct-disk', mode: 'full', initial: 'established', schedule, retention: keep({ last: 3 }) })];
    const atStart = (disk: Parameters<typeof vm>[1]) => web(days(1, { durationMs: HOUR, repositories: [device()], vms: [vm('web', disk)], jobs }));
    expect(atStart({ disk: { writes: appending(1000) } })).toMatchObject({ restorePoints: 0, worstRpoMs: HOUR });
    expect(atStart({})).toMatchObject({ restorePoints: 3, worstRpoMs: 10 * HOUR });
    // Taken between the copies of the two days before: the older ones, 33 and 57 h before the start, are good.
    const snapshots = [{ kind: 'user' as const, sizeBytes: 0, takenMs: -20 * HOUR }];
    expect(atStart({ disk: { snapshots } })).toMatchObject({ restorePoints: 2, worstRpoMs: 34 * HOUR });
  });

  it('of an established job that are left in copies alone count as well', () => {
    // Of three daily copies beneath the hypervisor a snapshot has damaged the newest, the only one that the job keeps; the next is 33 h old at the start.
    const copyTo = { repository: 'far', schedule: null, links: [], retention: keep({ last: 3 }), account: null };
    const schedule = { kind: 'every' as const, everyMs: DAY, offsetMs: 15 * HOUR };
    const snapshots = [{ kind: 'user' as const, sizeBytes: 0, takenMs: -20 * HOUR }];
    const given = days(1, {
      durationMs: HOUR,
      repositories: [device({ copyTo }), device({ name: 'far' })],
      vms: [vm('web', { disk: { snapshots } })],
      jobs: [job({ method: 'direct-disk', mode: 'full', initial: 'established', schedule, retention: keep({ last: 1 }) })],
    });
    expect(web(given)).toMatchObject({ restorePoints: 2, worstRpoMs: 34 * HOUR });
  });

  it('of several established jobs count from the newest of them, whatever their order', () => {
    const old = job({ name: 'old', mode: 'forever-forward', initial: 'established', schedule: { kind: 'at', atMs: [12 * HOUR] } });
    const recent = job({
      name: 'recent',
      mode: 'forever-forward',
      initial: 'established',
      schedule: { kind: 'every', everyMs: 4 * HOUR, offsetMs: 3 * HOUR },
    });
    for (const jobs of [
      [old, recent],
      [recent, old],
    ]) {
      const given = days(1, { repositories: [device()], vms: [vm('web', { rpoMs: 5 * HOUR })], jobs });
      const { result } = observe({ ...given, durationMs: 2 * HOUR });
      // One of 23:00 the day before.
      expect(result.vms.web?.worstRpoMs).toBe(3 * HOUR);
      expect(result.findings.filter(({ rule }) => rule === 'rpo-missed')).toEqual([]);
    }
  });
});

describe('what survives a loss', () => {
  const two: Partial<JobPlan> = { mode: 'forever-forward', schedule: nights(3), retention: keep({ last: 9 }), account: 'ops' };

  it('of a repository: the points on others; of a datastore: all that are copies', () => {
    const given = days(3, {
      repositories: [device(), device({ name: 'second' })],
      jobs: [job(two), job({ ...two, name: 'weekly', repository: 'second', schedule: { kind: 'at', atMs: [HOUR] }, account: null })],
    });
    expect(web(given)).toMatchObject({
      restorePoints: 4,
      survives: { 'datastore:ds': 4, 'repository:repo': 1, 'repository:second': 3, 'account:ops': 1 },
    });
  });

  it('of a datastore: no snapshot that is kept on it', () => {
    const given = days(3, { jobs: [job({ method: 'snapshot-only', keepSnapshots: 2, repository: null, schedule: nights(3), account: 'ops' })] });
    expect(web(given)).toMatchObject({ restorePoints: 2, survives: { 'datastore:ds': 0, 'account:ops': 0 } });
  });

  it('of an account: only points that are immutable, with all that they depend on', () => {
    const given = (mode: JobPlan['mode'], immutableMs: number) => days(3, { repositories: [device({ immutableMs })], jobs: [job({ ...two, mode })] });
    // At the end the points are 72, 48 and 24 h old.
    expect(web(given('full', 50 * HOUR)).survives['account:ops']).toBe(2);
    expect(web(given('forever-forward', 50 * HOUR)).survives['account:ops']).toBe(3);
    expect(web(given('forever-forward', 20 * HOUR)).survives['account:ops']).toBe(0);
  });
});

describe('copies to another repository', () => {
  const mib = (count: number) => count * MiB;
  const given = (of: { schedule?: JobPlan['schedule']; account?: string; capacityBytes?: number; last?: number } = {}): Plan =>
    days(3, {
      links: [{ name: 'wan', bandwidthBytesPerSecond: mib(10), origin: '' }],
      repositories: [
        device({
          copyTo: {
            repository: 'far',
            links: ['wan'],
            schedule: of.schedule ?? null,
            retention: keep({ last: of.last ?? 9 }),
            account: of.account ?? null,
          },
        }),
        repository({ name: 'far', readBytesPerSecond: mib(100), writeBytesPerSecond: mib(50), capacityBytes: of.capacityBytes ?? mib(1e6) }),
      ],
      jobs: [job({ ...{ mode: 'forever-forward', schedule: nights(3) }, retention: keep({ last: 2 }), account: 'ops' })],
    });

  it('begin when a point is complete and cross both devices and the links', () => {
    const work = observe(given()).events.filter((event) => event.work === 'copy');
    // Full: there at 204.8 s, 10,240 MiB over 10 MiB/s. Increment: there at 20.48 s, 1,024 MiB.
    expect(work.map(({ kind, atMs, bytes }) => [kind.split('-').at(-1), atMs, (bytes as number) / MiB])).toEqual([
      ['started', 204_800, 10_240],
      ['ended', 204_800 + 1_024_000, 10_240],
      ['started', DAY + 20_480, 1024],
      ['ended', DAY + 20_480 + 102_400, 1024],
      ['started', 2 * DAY + 20_480, 1024],
      ['ended', 2 * DAY + 20_480 + 102_400, 1024],
    ]);
    expect(web(given())).toMatchObject({ restorePoints: 3, survives: { 'repository:repo': 3, 'repository:far': 2, 'account:ops': 0 } });
  });

  it('are merged there by their own retention', () => {
    const run = observe(given({ last: 1 }));
    expect(run.of('repository-work-ended').filter(({ work, repository: name }) => work === 'merge' && name === 'far')).toHaveLength(2);
    expect(run.result.repositories.far?.endUsedBytes).toBe(mib(10_240));
  });

  it('go by a schedule, one after another, and until then their originals stay', () => {
    const noonOfDay2 = { kind: 'at' as const, atMs: [2 * DAY + 12 * HOUR] };
    const run = observe(given({ schedule: noonOfDay2 }));
    const ends = run.of('repository-work-ended').filter(({ work }) => work === 'copy');
    expect(ends.map(({ atMs }) => (atMs - noonOfDay2.atMs[0]!) / 1000)).toEqual([1024, 1024 + 102.4, 1024 + 204.8]);
    expect(run.of('repository-work-started').filter(({ work }) => work === 'merge')).toEqual([]);
  });

  it('fail where the target is full, and are tried again with the next point', () => {
    const run = observe(given({ capacityBytes: mib(5120) }));
    // 5,120 MiB at 10 MiB/s.
    expect(run.of('repository-full').map(({ atMs, repository: name }) => [atMs, name])).toEqual([
      [204_800 + 512_000, 'far'],
      [DAY + 20_480 + 512_000, 'far'],
      [2 * DAY + 20_480 + 512_000, 'far'],
    ]);
    expect(run.result.repositories.far?.endUsedBytes).toBe(0);
  });

  it('belong to an account of their own', () => {
    expect(web(given({ account: 'vault' })).survives).toMatchObject({ 'account:ops': 3, 'account:vault': 2 });
  });
});

describe('other work on a repository', () => {
  it('reads all that is stored to verify it, in a slot', () => {
    const given = days(1, { repositories: [device({ slots: 1, verify: { kind: 'at', atMs: [HOUR] } })], jobs: [job({})] });
    const run = observe(given);
    expect(run.of('repository-work-started')[0]).toMatchObject({ atMs: HOUR, work: 'verification', bytes: 10_240 * MiB });
    expect(run.of('repository-work-ended')[0]?.atMs).toBe(HOUR + 102_400);
    // A backup that comes meanwhile waits for the slot.
    const late = observe({ ...given, jobs: [job({}), job({ name: 'late', schedule: { kind: 'at', atMs: [HOUR + 1000] } })] });
    expect(late.result.jobs.late?.runs[0]?.tasks[0]?.transferMs).toBe(HOUR + 102_400);
  });

  it('collects garbage at no cost where that is asked for', () => {
    const garbageCollection = { schedule: { kind: 'every' as const, everyMs: 6 * HOUR, offsetMs: HOUR }, readShare: 0 };
    const run = observe(
      days(2, { repositories: [device({ garbageCollection })], jobs: [job({ mode: 'full', schedule: nights(2), retention: keep({ last: 1 }) })] }),
    );
    expect(run.of('repository-work-ended').map(({ atMs }) => atMs / HOUR)).toEqual([1, 7, 13, 19, 25, 31, 37, 43]);
    expect(run.of('space-reclaimed').map(({ atMs }) => atMs / HOUR)).toEqual([25]);
  });

  it('leaves a verification out while the one before is not done', () => {
    const given = days(1, {
      repositories: [device({ verify: { kind: 'every', everyMs: 60_000, offsetMs: HOUR } })],
      jobs: [job({})],
      durationMs: HOUR + 200_000,
    });
    // 102.4 s each, due every 60 s.
    expect(
      observe(given)
        .of('repository-work-skipped')
        .map(({ atMs }) => atMs - HOUR),
    ).toEqual([60_000, 180_000]);
  });
});

describe('a restore', () => {
  const at = (atMs: number, pointAtMs = atMs) => [{ atMs, vm: 'web', repository: null, pointAtMs, origin: '' }];
  const given = (restores: Plan['restores'], jobGiven: Partial<JobPlan> = {}): Plan =>
    days(3, {
      datastores: [datastore({ writeBytesPerSecond: 40 * MiB })],
      links: [{ name: 'wan', bandwidthBytesPerSecond: 15 * MiB, origin: '' }],
      repositories: [device({ links: ['wan'] })],
      vms: [server()],
      jobs: [job({ mode: 'forever-forward', schedule: nights(3), retention: keep({ last: 9 }), reduction: 2, ...jobGiven })],
      restores,
    });

  it('reads each block once, crosses the links as it is stored, and writes to the datastore as it was', () => {
    // 10,240 MiB: the link lets 30 MiB/s of source bytes through, less than the datastore's 40.
    const run = observe(given(at(2 * DAY + HOUR)));
    expect(run.result.restores).toEqual([
      {
        vm: 'web',
        atMs: 2 * DAY + HOUR,
        repository: 'repo',
        pointAtMs: 2 * DAY,
        startedMs: 2 * DAY + HOUR,
        endedMs: 2 * DAY + HOUR + Math.ceil((10_240 / 30) * 1000),
        readBytes: 5120 * MiB,
      },
    ]);
  });

  it('goes back to the moment asked for', () => {
    expect(observe(given(at(2 * DAY + HOUR, 2 * DAY - 1))).result.restores[0]?.pointAtMs).toBe(DAY);
  });

  /** On the fourth night the full takes in the first increment, on the fifth the second. */
  const merging = (restores: Plan['restores'], of: Partial<RepositoryPlan> = {}): number[] => {
    const plan = given(restores, { schedule: nights(5), retention: keep({ last: 3 }) });
    const run = observe({ ...plan, durationMs: 5 * DAY, repositories: [device(of)] });
    expect(run.result.restores.every(({ endedMs }) => endedMs !== null)).toBe(true);
    return run.of('repository-work-started').flatMap(({ atMs, work }) => (work === 'merge' ? [Math.floor(atMs / DAY)] : []));
  };

  it('holds all that it reads, not only its own point, against merges until the next run', () => {
    expect(merging([])).toEqual([3, 4]);
    // It reads the second increment and all before it, and still does when the merge would be due.
    expect(merging(at(3 * DAY - MINUTE))).toEqual([4, 4]);
  });

  it('holds what it waits to read against a merge that was asked for before', () => {
    // The only slot: the task's, then the verification's, for which both wait, the merge first. The restore wants the full.
    const one = { slots: 1, verify: { kind: 'at' as const, atMs: [3 * DAY + SECOND] } };
    expect(merging([], one)).toEqual([3, 4]);
    expect(merging(at(3 * DAY + MINUTE, DAY - 1), one)).toEqual([4, 4]);
  });

  it('that is under way at the end has read what it has read', () => {
    // 100 s at 30 MiB/s of source bytes, of which half is stored.
    const run = observe({ ...given(at(2 * DAY + HOUR)), durationMs: 2 * DAY + HOUR + 100 * SECOND });
    expect(run.result.restores[0]).toMatchObject({ endedMs: null, readBytes: 1500 * MiB });
  });

  it('lets retention look again when it has ended', () => {
    const plan = given(at(2 * DAY + 10 * MINUTE), { mode: 'full', retention: keep({ last: 1 }), reduction: 1 });
    const run = observe(plan);
    expect(run.of('points-removed').at(-1)).toMatchObject({ atMs: run.result.restores[0]?.endedMs, moments: `${DAY}` });
  });

  it('fails without a point', () => {
    const run = observe(given(at(1000)));
    expect(run.of('restore-failed')[0]).toMatchObject({ atMs: 1000, reason: 'no-restore-point' });
    expect(run.result.restores[0]).toMatchObject({ pointAtMs: null, startedMs: null });
  });
});
