import { describe, expect, it } from 'vitest';
import { type JobPlan, type Plan, type Result, type SelectionPlan, simulate, type VmPlan } from '../../../sim/index.ts';
import { at, fault } from '../faults/support.ts';
import { appending, DAY, datastore, GiB, HOUR, job, keep, MINUTE, MiB, plan, proxy, repository, vm } from '../plans.ts';

interface Event {
  atMs: number;
  kind: string;
  [field: string]: unknown;
}

function played(given: Plan): { result: Result; events: Event[] } {
  const events: Event[] = [];
  const result = simulate(given, { onEvent: (line) => events.push(JSON.parse(line) as Event) });
  return { result, events };
}

function selecting(given: Partial<SelectionPlan>): SelectionPlan {
  return { all: false, names: [], tags: [], hosts: [], datastores: [], except: [], ...given };
}

const daily: JobPlan['schedule'] = { kind: 'every', everyMs: DAY, offsetMs: 0 };

/** VMs by run. */
function taken(result: Result, name = 'nightly'): string[][] {
  return (result.jobs[name]?.runs ?? []).map((run) => run.tasks.map((task) => task.vm));
}

/** Bytes in use on `ds` at some instants. */
function levels(given: Plan, everyMs: number): number[] {
  const used: number[] = [];
  simulate(given, { sample: { everyMs, onSample: (_atMs, _name, usedBytes) => used.push(usedBytes) } });
  return used;
}

describe('a VM that is created during the run', () => {
  const estate = (given: Partial<Plan> = {}): Plan =>
    plan({
      durationMs: 3 * DAY,
      vms: [vm('old', { tags: ['gold'] }), vm('new', { tags: ['gold'], bornMs: DAY + HOUR, disk: { provisioning: 'thin', usedBytes: 20 * GiB } })],
      jobs: [job({ schedule: daily })],
      ...given,
    });

  it('takes no space before, and its base at once when it is created', () => {
    // Thick 100 GiB of the old one; thin 20 GiB of the new one from 25:00 on.
    const old = 100 * GiB;
    expect(levels(estate({ durationMs: 2 * DAY }), DAY / 2)).toEqual([old, old, old, old + 20 * GiB, old + 20 * GiB]);
  });

  it('is taken from the next run on by tags, hosts, datastores and `all`, and not by a list of names or of its group', () => {
    const by = (selection: Partial<SelectionPlan>): string[][] => {
      const host = { name: 'h', nbdBytesPerSecond: null, networkBytesPerSecond: null, datastores: null, origin: '' };
      const given = estate({ hosts: [host], jobs: [job({ schedule: daily, selection: selecting(selection) })] });
      return taken(simulate({ ...given, vms: given.vms.map((one) => ({ ...one, host: 'h', group: 'web' })) }));
    };
    const sees = [['old'], ['old'], ['old', 'new']];
    expect(by({ all: true })).toEqual(sees);
    expect(by({ tags: ['gold'] })).toEqual(sees);
    expect(by({ hosts: ['h'] })).toEqual(sees);
    expect(by({ datastores: ['ds'] })).toEqual(sees);
    expect(by({ names: ['old', 'new'] })).toEqual([['old'], ['old'], ['old']]);
    expect(by({ names: ['web'] })).toEqual([['old'], ['old'], ['old']]);
    expect(by({ all: true, except: ['new'] })).toEqual([['old'], ['old'], ['old']]);
  });

  it('is taken by a run that starts at that very instant', () => {
    const given = estate();
    expect(taken(simulate({ ...given, vms: [vm('new', { bornMs: DAY })] }))).toEqual([[], ['new'], ['new']]);
  });

  it('joins a continuous run at the next instant at which its job is due', () => {
    const result = simulate(estate({ jobs: [job({ method: 'cdp', schedule: daily })] }));
    expect(result.jobs.nightly?.runs).toHaveLength(1);
    expect(result.jobs.nightly?.runs[0]?.tasks.map((task) => [task.vm, task.queuedMs])).toEqual([
      ['old', 0],
      ['new', 2 * DAY],
    ]);
    expect(result.vms.new?.worstLagMs).toBe(0);
  });

  it('must begin in a continuous run in time from when it joins', () => {
    // A slow full has the only slot from the first day on; the VM joins after two, and may wait for an hour.
    const slow = job({
      name: 'slow',
      selection: selecting({ names: ['old'] }),
      schedule: { kind: 'at', atMs: [DAY] },
      streamBytesPerSecond: 100,
      ifVmBusy: 'stack',
    });
    const given = estate({
      repositories: [repository({ slots: 1 })],
      jobs: [job({ method: 'cdp', schedule: daily, startDeadlineMs: HOUR, ifVmBusy: 'stack' }), slow],
    });
    const tasks = simulate(given).jobs.nightly?.runs[0]?.tasks ?? [];
    expect(tasks.map(({ vm: name, status, reason, endedMs }) => [name, status, reason, endedMs])).toEqual([
      ['old', 'running', null, null],
      ['new', 'failed', 'start-deadline', 2 * DAY + HOUR],
    ]);
  });

  it('writes, grows and asks for I/O only from then on', () => {
    // 1 MiB/s for 23 h, and 10 GiB a day for 23 h, into a delta that is opened at 25:00 and never removed within the run.
    const given = plan({
      durationMs: 2 * DAY,
      vms: [
        vm('new', {
          bornMs: DAY + HOUR,
          disk: { provisioning: 'thin', growth: { kind: 'compound', fraction: 0.5, perDays: 1 }, writes: appending(MiB), readBytesPerSecond: null },
        }),
      ],
      jobs: [job({ schedule: { kind: 'at', atMs: [DAY + HOUR] }, streamBytesPerSecond: 100 * 1024 })],
    });
    const { result, events } = played(given);
    const [task] = result.jobs.nightly?.runs[0]?.tasks ?? [];
    expect(task?.peakDeltaBytes).toBe(23 * 3600 * MiB);
    // Half as much again at the end of the day after; nothing at the midnight before it was born.
    expect(events.find((event) => event.kind === 'transfer-started')?.bytes).toBe(10 * GiB);
    expect(events.find((event) => event.kind === 'vm-created')).toMatchObject({ atMs: DAY + HOUR, vm: 'new', bytes: 10 * GiB });
    expect(result.vms.new).toMatchObject({ createdAtMs: DAY + HOUR, deletedAtMs: null });
  });

  it('does not grow at the midnight at which it is created', () => {
    const given = plan({
      durationMs: 2.5 * DAY,
      vms: [vm('new', { bornMs: DAY, disk: { provisioning: 'thin', growth: { kind: 'compound', fraction: 0.5, perDays: 1 } } })],
      jobs: [],
    });
    expect(levels(given, DAY / 2)).toEqual([0, 0, 10 * GiB, 10 * GiB, 15 * GiB, 15 * GiB]);
  });

  it('is not created where it would not leave the floor free, and a finding says so', () => {
    // 100 GiB of the old disk, 20 GiB of the new one, 100 MiB of floor: a byte less than that is too little.
    const on = (capacityBytes: number) => played(estate({ datastores: [datastore({ capacityBytes, name: 'ds' })] }));
    const floor = 100 * MiB;
    const short = on(120 * GiB + floor - 1);
    expect(short.events.find((event) => event.kind === 'vm-not-created')).toMatchObject({
      atMs: DAY + HOUR,
      vm: 'new',
      datastore: 'ds',
      neededBytes: 20 * GiB,
      freeBytes: 20 * GiB + floor - 1,
    });
    expect(short.events.some((event) => event.kind === 'vm-created')).toBe(false);
    expect(taken(short.result)).toEqual([['old'], ['old'], ['old']]);
    expect(short.result.datastores.ds?.fullAtMs).toBeNull();
    expect(taken(on(120 * GiB + floor).result)).toEqual([['old'], ['old'], ['old', 'new']]);
  });

  it('has a latency of its own time only', () => {
    // The old VM's backup keeps the device busy in the first hours of the first day; a quiet day follows.
    const given = plan({
      durationMs: 2 * DAY,
      vms: [vm('old', { disk: { usedBytes: 90 * GiB } }), vm('new', { bornMs: DAY })],
      datastores: [datastore({ readBytesPerSecond: 10 * MiB })],
      jobs: [job({ selection: selecting({ names: ['old'] }) })],
    });
    const { vms } = simulate(given);
    expect(vms.old?.latencyMs.max).toBeGreaterThan(100);
    expect(vms.new?.latencyMs).toEqual({ p50: 1, p95: 1, p99: 1, max: 1 });
  });
});

describe('a VM that is deleted during the run', () => {
  const selection = selecting({ names: ['web'] });

  it('gives back its disk and is not selected any more; its restore points stay', () => {
    const given = plan({
      durationMs: 2 * DAY,
      vms: [vm('web'), vm('gone', { deletedMs: DAY / 2 + HOUR })],
      jobs: [job({ schedule: { kind: 'every', everyMs: DAY / 2, offsetMs: 0 } })],
    });
    const { result, events } = played(given);
    expect(levels(given, DAY / 2)).toEqual([200 * GiB, 200 * GiB, 100 * GiB, 100 * GiB, 100 * GiB]);
    expect(taken(result)).toEqual([['web', 'gone'], ['web', 'gone'], ['web'], ['web']]);
    expect(result.repositories.repo?.endUsedBytes).toBe((4 + 2) * 10 * GiB);
    expect(events.find((event) => event.kind === 'vm-deleted')).toMatchObject({ atMs: DAY / 2 + HOUR, vm: 'gone', bytes: 100 * GiB });
    expect(result.vms.gone?.deletedAtMs).toBe(DAY / 2 + HOUR);
    expect(result.datastores.ds?.peakUsedBytes).toBe(200 * GiB);
  });

  it('at the instant of a run is not taken by it', () => {
    expect(
      taken(simulate(plan({ vms: [vm('web'), vm('gone', { deletedMs: HOUR })], jobs: [job({ schedule: { kind: 'at', atMs: [HOUR] } })] }))),
    ).toEqual([['web']]);
  });

  it('aborts its transfer, keeps nothing of it, and its delta goes with the disk', () => {
    // 10 MiB/s for 10 minutes: 6000 MiB read, 600 MiB written by the guest meanwhile.
    const given = plan({
      durationMs: HOUR,
      vms: [vm('web', { deletedMs: 10 * MINUTE, disk: { writes: appending(MiB) } })],
      jobs: [job({ selection, streamBytesPerSecond: 10 * MiB, timings: { ...job().timings, removeMs: 30_000 } })],
    });
    const { result, events } = played(given);
    const run = result.jobs.nightly?.runs[0];
    expect(run).toMatchObject({ status: 'aborted', endedMs: 10 * MINUTE });
    expect(run?.tasks[0]).toMatchObject({
      status: 'aborted',
      reason: 'vm-deleted',
      transferEndMs: null,
      consolidatedMs: null,
      readBytes: 6000 * MiB,
      storedBytes: 0,
      peakDeltaBytes: 600 * MiB,
    });
    expect(levels(given, HOUR)).toEqual([100 * GiB, 0]);
    expect(result.repositories.repo).toMatchObject({ endUsedBytes: 0, peakUsedBytes: 6000 * MiB });
    expect(result.vms.web?.snapshotOpenMs).toBe(10 * MINUTE);
    expect(events.filter((event) => event.atMs > 10 * MINUTE)).toEqual([]);
    // That it was aborted was asked for.
    expect(result.findings.map((finding) => finding.rule)).not.toContain('task-failed');
  });

  it('while its snapshot is merged ends the merge, and what was backed up stays good', () => {
    // 1000 s of transfer make a delta of 1000 MiB, which would take 1000 s to merge.
    const given = plan({
      durationMs: HOUR,
      datastores: [datastore({ mergeBytesPerSecond: MiB, merges: 'serial' })],
      vms: [vm('web', { deletedMs: 1500_000, disk: { writes: appending(MiB) } }), vm('other', { disk: { writes: appending(MiB) } })],
      jobs: [job({ streamBytesPerSecond: 10.24 * MiB })],
    });
    const { result, events } = played(given);
    const [task, other] = result.jobs.nightly?.runs[0]?.tasks ?? [];
    expect(task).toMatchObject({ status: 'success', reason: 'vm-deleted', transferEndMs: 1_000_000, consolidatedMs: null, endedMs: 1_500_000 });
    expect(task?.storedBytes).toBe(10 * GiB);
    // The other disk's merge waited for it, its delta being as large: 1500 MiB by then.
    const merges = events.filter((event) => event.kind === 'merge-started');
    expect(merges.map(({ atMs, vm: name, bytes }) => ({ atMs, name, bytes }))).toEqual([
      { atMs: 1_000_000, name: 'web', bytes: 1000 * MiB },
      { atMs: 1_500_000, name: 'other', bytes: 1500 * MiB },
    ]);
    expect(other?.consolidatedMs).toBe(3_000_000);
  });

  it('with another of the same instant lets none of its merges begin', () => {
    const doomed = (name: string): VmPlan => vm(name, { deletedMs: 1500_000, disk: { writes: appending(MiB) } });
    const given = plan({
      durationMs: HOUR,
      datastores: [datastore({ mergeBytesPerSecond: MiB, merges: 'serial', consolidation: 'helper' })],
      vms: [doomed('web'), doomed('next'), vm('last', { disk: { writes: appending(MiB) } })],
      jobs: [job({ streamBytesPerSecond: 10.24 * MiB })],
    });
    const { result, events } = played(given);
    const merges = events.filter((event) => event.kind === 'merge-started');
    expect(merges.slice(0, 2).map(({ atMs, vm: name }) => [atMs, name])).toEqual([
      [1_000_000, 'web'],
      [1_500_000, 'last'],
    ]);
    expect(result.vms.next?.maxChainDepth).toBe(1);
  });

  it('frees what waits for its slots and lets a queued run start without it', () => {
    const given = plan({
      durationMs: 12 * HOUR,
      vms: [vm('web', { deletedMs: 10 * MINUTE }), vm('other', { disk: { usedBytes: GiB } })],
      jobs: [
        job({
          concurrency: 1,
          streamBytesPerSecond: MiB,
          ifRunning: 'queue',
          schedule: { kind: 'at', atMs: [0, 5 * MINUTE] },
        }),
      ],
    });
    const result = simulate(given);
    const [first, second] = result.jobs.nightly?.runs ?? [];
    expect(first?.tasks.map((task) => task.transferMs)).toEqual([0, 10 * MINUTE]);
    expect(second?.startedMs).toBe(10 * MINUTE + 1_024_000);
    expect(second?.tasks.map((task) => task.vm)).toEqual(['other']);
  });

  it('frees the space that paused others wait for', () => {
    // `web` fills what is left of the datastore and pauses; the deletion of `gone` gives it 50 GiB.
    const given = plan({
      durationMs: 6 * HOUR,
      datastores: [datastore({ capacityBytes: 150 * GiB + 100 * MiB + 600 * MiB, onSpaceFreed: 'resume' })],
      vms: [vm('web', { disk: { writes: appending(MiB) } }), vm('gone', { deletedMs: HOUR, disk: { sizeBytes: 50 * GiB } })],
      jobs: [job({ selection, streamBytesPerSecond: 1.024 * MiB })],
    });
    const { result, events } = played(given);
    // 600 MiB are full after 600 s.
    expect(result.vms.web).toMatchObject({ pausedAtMs: 600_000, pausedMs: HOUR - 600_000 });
    const kinds = events.filter((event) => event.atMs === HOUR).map((event) => event.kind);
    expect(kinds).toEqual(['vm-deleted', 'datastore-ok', 'datastore-freed', 'vm-resumed']);
  });

  it('frees the space at the very midnight at which growth by a percentage is refused', () => {
    // One GiB of room is full within minutes; the next midnight other data wants one per cent more, and `gone` goes.
    const given = plan({
      durationMs: 3 * DAY,
      datastores: [
        datastore({
          capacityBytes: 120 * GiB,
          floorBytes: 0,
          resumeMarginBytes: GiB,
          onSpaceFreed: 'resume',
          otherUsedBytes: 19 * GiB,
          otherGrowth: { kind: 'compound', fraction: 0.01, perDays: 1 },
        }),
      ],
      vms: [
        vm('web', { disk: { provisioning: 'thin', usedBytes: GiB, growth: { kind: 'linear', bytesPerDay: 100 * GiB }, sizeBytes: 500 * GiB } }),
        vm('gone', { deletedMs: DAY, disk: { sizeBytes: 99 * GiB } }),
      ],
      jobs: [],
    });
    const { result, events } = played(given);
    expect(events.filter(({ kind }) => kind === 'datastore-freed')).toMatchObject([{ atMs: DAY }]);
    expect(result.vms.web?.pausedMs).toBeLessThan(3 * DAY);
  });

  it('while it is paused is not waited for, and does not crash any more', () => {
    const given = plan({
      durationMs: 6 * HOUR,
      datastores: [datastore({ capacityBytes: 100 * GiB + 700 * MiB })],
      vms: [vm('web', { deletedMs: HOUR, toleratesPauseMs: 2 * HOUR, disk: { writes: appending(MiB) } })],
      jobs: [job({ selection, streamBytesPerSecond: MiB })],
    });
    const { result } = played(given);
    expect(result.vms.web).toMatchObject({ pausedAtMs: 600_000, pausedMs: HOUR - 600_000, crashedAtMs: null });
  });

  it('gives back snapshot slots that its deltas hold', () => {
    // One slot; the initial snapshot of `gone` holds it until the deletion.
    const given = plan({
      durationMs: 12 * HOUR,
      datastores: [datastore({ maxOpenSnapshots: 1, countOrphans: true })],
      vms: [
        vm('web'),
        vm('gone', {
          deletedMs: HOUR,
          disk: { writes: appending(MiB), snapshots: [{ kind: 'orphan', takenMs: -DAY, sizeBytes: GiB }] },
        }),
      ],
      jobs: [job({ selection })],
    });
    expect(simulate(given).jobs.nightly?.runs[0]?.tasks[0]?.snapshotMs).toBe(HOUR);
  });

  it('leaves the figures as they were: what an orphan had come to, and the age of the points that are deleted later', () => {
    // The proxy crashes at one minute; the orphan grows by 1 MiB/s for two hours. The first night's point is stolen when the VM is gone.
    const crashed = plan({
      durationMs: 4 * HOUR,
      proxies: [proxy('p')],
      vms: [vm('web', { deletedMs: 2 * HOUR, disk: { writes: appending(MiB) } })],
      jobs: [job({ proxies: ['p'], streamBytesPerSecond: MiB, account: 'svc' })],
      faults: [fault('proxy-crash', { proxy: 'p', ...at(MINUTE) })],
    });
    expect(simulate(crashed).jobs.nightly?.runs[0]?.tasks[0]?.peakDeltaBytes).toBe(7200 * MiB);
    const stolen = {
      ...crashed,
      vms: [vm('web', { deletedMs: 2 * HOUR })],
      jobs: [job({ account: 'svc', schedule: { kind: 'at', atMs: [HOUR] } })],
      faults: [fault('stolen-account', { account: 'svc', ...at(3 * HOUR) })],
    };
    // 10 GiB at 1000 MiB/s: until then there was none.
    expect(simulate(stolen).vms.web).toMatchObject({ restorePoints: 0, worstRpoMs: HOUR + 10_240 });
  });

  it('makes room for the one that replaces it at the same instant', () => {
    const given = plan({
      durationMs: DAY,
      datastores: [datastore({ capacityBytes: 101 * GiB })],
      vms: [vm('second', { bornMs: HOUR }), vm('first', { deletedMs: HOUR })],
      jobs: [],
    });
    expect(simulate(given).vms.second?.createdAtMs).toBe(HOUR);
  });
});

describe('a group that grows by a few VMs a month', () => {
  it('is one entry for each batch, and the night grows with it', () => {
    const batches = [0, 1, 2].map((month) => vm(`web-${month}`, { tags: ['web'], bornMs: month === 0 ? null : month * 30 * DAY }));
    const result = simulate(
      plan({
        durationMs: 90 * DAY,
        vms: batches,
        repositories: [repository({ writeBytesPerSecond: MiB })],
        jobs: [job({ schedule: daily, selection: selecting({ tags: ['web'] }), retention: keep({ last: 1 }) })],
      }),
    );
    const lengths = (result.jobs.nightly?.runs ?? []).map((run) => (run.endedMs as number) - (run.startedMs as number));
    // 10 GiB each at 1 MiB/s.
    expect([lengths[0], lengths[29], lengths[30], lengths[59], lengths[60], lengths[89]]).toEqual(
      [1, 1, 2, 2, 3, 3].map((count) => count * 10_240_000),
    );
  });
});
