import { describe, expect, it } from 'vitest';
import { appending, DAY, datastore, GiB, HOUR, job, keep, MINUTE, MiB, plan, repository, SECOND, vm } from '../plans.ts';
import { nights, observe, server } from '../repository/observed.ts';
import { at, fault, host, overLink, slowJob, TRANSFER_MS, tasksOf } from './support.ts';

const written = { disk: { writes: appending(MiB) } };

describe('during an outage', () => {
  it('merges under way go on', () => {
    const { result } = observe(
      plan({
        hosts: [host('esx')],
        datastores: [datastore({ mergeBytesPerSecond: 10 * MiB })],
        vms: [vm('web', { host: 'esx', ...written })],
        jobs: [slowJob()],
        faults: [fault('network-outage', { host: 'esx', ...at(TRANSFER_MS + SECOND, HOUR) })],
      }),
    );
    expect(tasksOf(result)[0]).toMatchObject({ status: 'success', consolidatedMs: TRANSFER_MS + 102_400 });
  });

  it('a transfer fails by the outage, not by a cut that it has not come to', () => {
    const faults = [fault('network-outage', { link: 'wan', ...at(100 * SECOND) }), fault('corrupt-disk', { vm: 'web', offset: 0.8 })];
    const { result } = observe(overLink({ faults }));
    expect(tasksOf(result)[0]).toMatchObject({ status: 'failed', reason: 'network-lost', endedMs: 100 * SECOND + 30 * MINUTE });
  });

  it('a guest waits that may not overwrite what is not copied', () => {
    const given = (forMs: number) =>
      overLink({
        vms: [vm('web', { disk: { writes: appending(MiB) } })],
        jobs: [job({ method: 'copy-before-write' })],
        faults: [fault('network-outage', { link: 'wan', ...at(100 * SECOND, forMs) })],
      });
    const held = (forMs: number) => observe(given(forMs)).result.vms.web?.writeHeldMs ?? 0;
    // All that time, but for the look that finds the transfer standing still, at most a second late.
    expect(held(20 * MINUTE)).toBeGreaterThan(20 * MINUTE - 2 * SECOND);
    expect(held(20 * MINUTE)).toBeLessThanOrEqual(20 * MINUTE + 2 * SECOND);
    expect(tasksOf(observe(given(20 * MINUTE)).result)[0]).toMatchObject({ status: 'success', transferEndMs: TRANSFER_MS + 20 * MINUTE });
  });

  it('a continuous stream falls behind and does not fail', () => {
    const { result } = observe(
      overLink({
        vms: [vm('web', { disk: { usedBytes: GiB, writes: appending(MiB) } })],
        jobs: [job({ method: 'cdp' })],
        faults: [fault('network-outage', { link: 'wan', ...at(HOUR, 2 * HOUR) })],
      }),
    );
    expect(tasksOf(result)[0]).toMatchObject({ status: 'running', reason: null });
    expect(result.vms.web?.worstLagMs).toBeGreaterThanOrEqual(2 * HOUR);
    expect(result.vms.web?.worstLagMs).toBeLessThan(2 * HOUR + MINUTE);
  });

  it('copies to another repository wait', () => {
    const near = repository({ name: 'near', copyTo: { repository: 'far', links: [], schedule: null, retention: keep({ last: 7 }), account: null } });
    const { result, of } = observe(
      overLink({
        repositories: [near, repository({ name: 'far', links: ['wan'] })],
        jobs: [job({ repository: 'near' })],
        faults: [fault('network-outage', { link: 'wan', ...at(100 * SECOND, 2 * HOUR) })],
      }),
    );
    expect(of('repository-work-ended')).toMatchObject([{ work: 'copy', atMs: 10_240 + TRANSFER_MS + 2 * HOUR }]);
    expect(tasksOf(result)[0]).toMatchObject({ status: 'success' });
  });
});

describe('a lost host', () => {
  it('leaves a VM paused that a full datastore had paused', () => {
    const { result, of } = observe(
      plan({
        hosts: [host('esx')],
        datastores: [datastore({ capacityBytes: 11 * GiB + 100 * MiB })],
        vms: [vm('web', { host: 'esx', disk: { provisioning: 'thin', growth: { kind: 'linear', bytesPerDay: 24 * GiB }, writes: appending(MiB) } })],
        jobs: [],
        faults: [fault('host-loss', { host: 'esx', ...at(2 * HOUR, HOUR) })],
      }),
    );
    // A rounding error below the level at the hour.
    expect(result.vms.web).toMatchObject({ pausedAtMs: HOUR + 1, pausedMs: 23 * HOUR - 1, downMs: 0 });
    expect(of('vm-stopped')).toEqual([]);
  });

  it('turns tasks away, those of VMs that a full datastore had paused included', () => {
    const { result } = observe(
      plan({
        hosts: [host('esx')],
        datastores: [datastore({ capacityBytes: 11 * GiB + 100 * MiB })],
        vms: [vm('web', { host: 'esx', disk: { provisioning: 'thin', growth: { kind: 'linear', bytesPerDay: 24 * GiB }, writes: appending(MiB) } })],
        jobs: [job({ method: 'agent', schedule: { kind: 'at', atMs: [150 * MINUTE] } })],
        faults: [fault('host-loss', { host: 'esx', ...at(2 * HOUR, HOUR) })],
      }),
    );
    expect(result.vms.web).toMatchObject({ pausedAtMs: HOUR + 1, downMs: 0 });
    expect(tasksOf(result)[0]).toMatchObject({ status: 'failed', reason: 'host-lost', endedMs: 150 * MINUTE, readBytes: 0 });
  });

  it('holds back a VM that is created on it', () => {
    const faults = [fault('host-loss', { host: 'esx', ...at(0, 2 * HOUR) })];
    const { result } = observe(plan({ hosts: [host('esx')], vms: [vm('late', { host: 'esx', bornMs: HOUR, ...written })], jobs: [], faults }));
    expect(result.vms.late).toMatchObject({ createdAtMs: HOUR, downMs: HOUR });
  });
});

describe('a lost datastore', () => {
  const lost = (datastoreName: string, atMs: number) => fault('datastore-lost', { datastore: datastoreName, ...at(atMs) });

  it('fails backups that keep old blocks there', () => {
    const { result } = observe(
      plan({
        datastores: [datastore(), datastore({ name: 'scratch' })],
        vms: [vm('web', written)],
        jobs: [slowJob({ method: 'copy-before-write', fleecing: 'scratch' })],
        faults: [lost('scratch', 100 * SECOND)],
      }),
    );
    expect(tasksOf(result)[0]).toMatchObject({ status: 'failed', reason: 'datastore-lost', endedMs: 100_000 });
    expect(result.vms.web?.lostAtMs).toBeNull();
  });

  it('fails those that would begin to keep old blocks there later, whether or not it was full', () => {
    for (const usedBytes of [0, GiB]) {
      const { result } = observe(
        plan({
          datastores: [datastore(), datastore({ name: 'scratch', capacityBytes: GiB + 100 * MiB, otherUsedBytes: usedBytes })],
          vms: [vm('web', written)],
          jobs: [slowJob({ method: 'copy-before-write', fleecing: 'scratch', schedule: { kind: 'at', atMs: [HOUR] } })],
          faults: [lost('scratch', 100 * SECOND)],
        }),
      );
      expect(tasksOf(result)[0]).toMatchObject({ status: 'failed', reason: 'datastore-lost', endedMs: HOUR, readBytes: 0 });
    }
  });

  it('stops its other data, and tells no more levels', () => {
    const { result, of } = observe(
      plan({
        datastores: [datastore({ capacityBytes: 200 * GiB, otherGrowth: { kind: 'linear', bytesPerDay: 2400 * GiB } })],
        faults: [lost('ds', 10 * MINUTE)],
      }),
    );
    // 100 GiB of disk, and 100 GiB/h.
    expect(result.datastores.ds?.peakUsedBytes).toBe(Math.ceil((100 + 100 / 6) * GiB));
    expect(of('datastore-full')).toEqual([]);
  });

  it('can be restored from a repository, as if there were another', () => {
    const restores = [{ atMs: 2 * HOUR, vm: 'web', repository: null, pointAtMs: 2 * HOUR, origin: '' }];
    const { result } = observe(plan({ jobs: [job()], faults: [lost('ds', HOUR)], restores }));
    expect(result.restores).toMatchObject([{ vm: 'web', startedMs: 2 * HOUR, endedMs: 2 * HOUR + 10_240 }]);
  });
});

describe('security software and corrupt disks together', () => {
  it('slow by the product of their factors, and stop at the first cut', () => {
    const factors = [fault('security-software', { factor: 0.5 }), fault('security-software', { factor: 0.4 })];
    expect(tasksOf(observe(plan({ faults: factors })).result)[0]).toMatchObject({ transferEndMs: 51_200 });
    const cuts = [fault('security-software', { offset: 0.7 }), fault('corrupt-disk', { vm: 'web', offset: 0.3 })];
    expect(tasksOf(observe(plan({ faults: cuts })).result)[0]).toMatchObject({ reason: 'read-error', endedMs: 3072 });
  });
});

describe('a differential', () => {
  it('whose full is forgotten while an increment is read is a full', () => {
    // The increment of the second night is read from 24 h on, for 102.4 s; after it the increments are known again, but the full is not.
    const jobs = [
      job({
        schedule: nights(4),
        mode: 'forward',
        retention: keep({ last: 14 }),
        streamBytesPerSecond: 10 * MiB,
        differential: { kind: 'at', atMs: [2 * DAY, 3 * DAY] },
      }),
    ];
    const kinds = (faults: ReturnType<typeof fault>[]) =>
      tasksOf(observe(plan({ durationMs: 4 * DAY, vms: [server('web')], jobs, faults })).result).map(({ kind }) => kind);
    expect(kinds([])).toEqual(['full', 'incremental', 'differential', 'differential']);
    expect(kinds([fault('catalog-corrupt', { job: 'nightly', ...at(DAY + 50 * SECOND) })])).toEqual(['full', 'incremental', 'full', 'differential']);
  });
});

describe('a fault at the start of runs', () => {
  it('strikes before their tasks', () => {
    const times = { kind: 'run', job: 'nightly', afterMs: 0, probability: 1, forMs: null } as const;
    const jobs = [job({ schedule: nights(3), mode: 'forever-forward' })];
    const kinds = (faults: ReturnType<typeof fault>[]) =>
      tasksOf(observe(plan({ durationMs: 3 * DAY, vms: [server('web')], jobs, faults })).result).map(({ kind }) => kind);
    expect(kinds([])).toEqual(['full', 'incremental', 'incremental']);
    expect(kinds([fault('catalog-corrupt', { job: 'nightly', times })])).toEqual(['full', 'full', 'full']);
  });
});

describe('a theft', () => {
  it('waits for the merge that works on a chain', () => {
    const { of } = observe(
      plan({
        durationMs: 3 * DAY,
        vms: [server('web')],
        repositories: [repository({ mergeBytesPerSecond: MiB })],
        jobs: [job({ schedule: nights(3), mode: 'forever-forward', retention: keep({ last: 1 }), account: 'svc' })],
        // 1024 MiB of changes are merged at 1 MiB/s.
        faults: [fault('stolen-account', { account: 'svc', ...at(DAY + 10 * MINUTE) })],
      }),
    );
    const [merged] = of('repository-work-ended');
    expect(merged?.atMs).toBeGreaterThan(DAY + 1024 * SECOND);
    expect(of('points-deleted')).toMatchObject([{ atMs: merged?.atMs, points: 1 }]);
  });

  /** Three nights make a full and two increments; on the fourth the full takes in the first increment, at 1 MiB/s for 1024 s. */
  const merging = (minutes: number) =>
    observe(
      plan({
        durationMs: 6 * DAY,
        vms: [server('web')],
        repositories: [repository({ mergeBytesPerSecond: MiB })],
        jobs: [job({ schedule: nights(6), mode: 'forever-forward', retention: keep({ last: 3 }), account: 'svc' })],
        faults: [fault('stolen-account', { account: 'svc', ...at(3 * DAY + minutes * MINUTE) })],
      }),
    );

  it('leaves to a merge only what it works on, and nothing is built upon that', () => {
    const { of, result } = merging(10);
    const [merged] = of('repository-work-ended');
    expect(of('points-deleted')).toMatchObject([
      { atMs: 3 * DAY + 10 * MINUTE, moments: `${2 * DAY} ${3 * DAY}` },
      { atMs: merged?.atMs, moments: `${DAY}` },
    ]);
    expect(tasksOf(result).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'incremental', 'incremental', 'full', 'incremental']);
    expect(result.vms.web).toMatchObject({ restorePoints: 2 });
  });

  it('of two chains of a VM is one: the age of the older one alone has never been', () => {
    // One chain has a point of the day before, the other one of each hour; at 12:30 both go, and the age counts from the start.
    const { result } = observe(
      plan({
        durationMs: 13 * HOUR,
        vms: [server('web')],
        repositories: [repository(), repository({ name: 'second' })],
        jobs: [
          job({ account: 'svc', initial: 'established', repository: 'second', schedule: { kind: 'at', atMs: [20 * HOUR] } }),
          job({
            name: 'hourly',
            account: 'svc',
            initial: 'established',
            schedule: { kind: 'every', everyMs: HOUR, offsetMs: 0 },
          }),
        ],
        faults: [fault('stolen-account', { account: 'svc', ...at(12 * HOUR + 30 * MINUTE) })],
      }),
    );
    // Half an hour before the theft, 12.5 h just after it, and up to the end; never the 36.5 h of the older chain.
    expect(result.vms.web?.worstRpoMs).toBe(13 * HOUR);
  });

  it('leaves to a restore what it reads, and takes nothing that has come since', () => {
    // 10,240 MiB at 100 kiB/s last 29 h: to the morning after the next.
    const { of, result } = observe(
      plan({
        durationMs: 5 * DAY,
        datastores: [datastore({ writeBytesPerSecond: 0.1 * MiB })],
        vms: [server('web')],
        jobs: [job({ schedule: nights(4), mode: 'forever-forward', retention: keep({ last: 9 }), account: 'svc' })],
        restores: [{ atMs: 2 * DAY + HOUR, vm: 'web', repository: null, pointAtMs: DAY, origin: '' }],
        faults: [fault('stolen-account', { account: 'svc', ...at(2 * DAY + 2 * HOUR) })],
      }),
    );
    expect(of('points-deleted')).toMatchObject([
      { atMs: 2 * DAY + 2 * HOUR, moments: `${2 * DAY}` },
      { atMs: result.restores[0]?.endedMs, moments: `0 ${DAY}` },
    ]);
    expect(result.restores[0]?.endedMs).toBeGreaterThan(3 * DAY + HOUR);
    expect(tasksOf(result).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'incremental', 'full']);
    expect(result.vms.web).toMatchObject({ restorePoints: 1 });
  });

  /**
   * Originals and copies of some nights, of two accounts, of which `svc` is stolen after 30 h. At 0.1 MiB/s the full of the first night is copied for 28 h
   * 27 min, then the increment of the second for 2 h 51 min.
   */
  const copying = (count: number, account: string, accountOfCopies: string) =>
    observe(
      plan({
        durationMs: 6 * DAY,
        vms: [server('web')],
        repositories: [
          repository({ copyTo: { repository: 'far', schedule: null, links: [], retention: keep({ last: 9 }), account: accountOfCopies } }),
          repository({ name: 'far', writeBytesPerSecond: 0.1 * MiB }),
        ],
        jobs: [job({ schedule: nights(count), mode: 'forever-forward', retention: keep({ last: 9 }), account })],
        faults: [fault('stolen-account', { account: 'svc', ...at(30 * HOUR) })],
      }),
    );

  it('leaves to a copy what it reads and what that stands on, so that nothing is told that could not be restored', () => {
    const { of, result } = copying(2, 'svc', 'other');
    const [, copied] = of('repository-work-ended');
    expect(copied).toMatchObject({ as: 'incremental', moment: DAY });
    expect(copied?.atMs).toBeGreaterThan(30 * HOUR);
    expect(of('points-deleted')).toMatchObject([{ repository: 'repo', atMs: copied?.atMs, moments: `0 ${DAY}` }]);
    expect(result.vms.web).toMatchObject({ restorePoints: 2 });
  });

  it('makes worthless the copy that is being written on top of copies that go; the next copy is a full', () => {
    const { of, result } = copying(4, 'other', 'svc');
    expect(of('points-deleted')).toMatchObject([{ repository: 'far', atMs: 30 * HOUR, moments: '0' }]);
    expect(of('repository-work-ended').map(({ moment, as }) => `${Number(moment) / DAY} ${as as string}`)).toEqual([
      '0 full',
      '1 incremental',
      '2 full',
      '3 incremental',
    ]);
    // Two of the four nights could be restored from there if the repository of the job were lost.
    expect(result.vms.web).toMatchObject({ restorePoints: 4, survives: { 'repository:repo': 2 } });
  });
});
