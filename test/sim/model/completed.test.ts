import { describe, expect, it } from 'vitest';
import { type Plan, type Result, type SelectionPlan, simulate, type TaskResult } from '../../../sim/index.ts';
import { appending, DAY, datastore, disk, GiB, HOUR, job, MINUTE, MiB, NO_WRITES, plan, proxy, repository, vm, vms } from '../plans.ts';

const only = (...names: string[]): SelectionPlan => ({ all: false, names, tags: [], hosts: [], datastores: [], except: [] });
const tasks = (result: Result, name = 'nightly'): TaskResult[] => (result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks);
const rules = (result: Result): string[] => result.findings.map((finding) => `${finding.rule} ${finding.subject.name}`);

describe('a VM with several disks', () => {
  const machine = {
    ...vm('db'),
    disks: [disk({ usedBytes: 600 * MiB }), disk({ usedBytes: 300 * MiB, datastore: 'ds2' }), disk({ usedBytes: 300 * MiB })],
  };
  const estate = (given: Partial<Plan>): Plan =>
    plan({ vms: [machine], datastores: [datastore(), datastore({ name: 'ds2' })], jobs: [job({ streamBytesPerSecond: MiB })], ...given });

  it('reads them all at once where slots allow, and its transfer ends with the last', () => {
    const [task] = tasks(simulate(estate({})));
    expect(task).toMatchObject({ transferMs: 0, transferEndMs: 600_000, readBytes: 1200 * MiB });
  });

  it('needs a slot for each disk; the others follow as slots free, under one snapshot', () => {
    const [task] = tasks(simulate(estate({ repositories: [repository({ slots: 1 })] })));
    expect(task).toMatchObject({ snapshotMs: 0, transferMs: 0, transferEndMs: 1_200_000 });
    const [two] = tasks(simulate(estate({ repositories: [repository({ slots: 2 })] })));
    // 600 beside 300, then the third in the slot that frees at 300.
    expect(two).toMatchObject({ transferEndMs: 600_000 });
  });

  it('takes one slot for all of them where the slot unit is the VM', () => {
    const result = simulate(
      estate({
        vms: [machine, { ...machine, name: 'db2', group: 'db2' }],
        proxies: [proxy('p', { slots: 1, slotUnit: 'vm' })],
        jobs: [job({ streamBytesPerSecond: MiB, proxies: ['p'] })],
      }),
    );
    expect(tasks(result).map((task) => [task.transferMs, task.transferEndMs])).toEqual([
      [0, 600_000],
      [600_000, 1_200_000],
    ]);
  });

  it('counts one task for the concurrency of the run, however many disks it has', () => {
    const result = simulate(
      estate({ vms: [machine, { ...machine, name: 'db2', group: 'db2' }], jobs: [job({ streamBytesPerSecond: MiB, concurrency: 1 })] }),
    );
    expect(tasks(result).map((task) => task.transferMs)).toEqual([0, 600_000]);
  });

  it('opens a delta on the datastore of each disk, and adds them up', () => {
    const writing = {
      ...machine,
      disks: machine.disks.map((given, i) => ({ ...given, writes: appending((i + 1) * MiB) })),
    };
    const result = simulate(
      estate({
        vms: [writing],
        datastores: [
          datastore({ mergeBytesPerSecond: 1e18, readBytesPerSecond: 1e18, writeBytesPerSecond: 1e18 }),
          datastore({ name: 'ds2', mergeBytesPerSecond: 1e18, readBytesPerSecond: 1e18, writeBytesPerSecond: 1e18 }),
        ],
      }),
    );
    const [task] = tasks(result);
    const deltas = (name: string): number[] =>
      (result.datastores[name]?.peakLedger ?? []).filter((entry) => entry.kind === 'delta').map((entry) => Math.round(entry.bytes / MiB));
    expect(deltas('ds')).toEqual([1800, 600]);
    expect(deltas('ds2')).toEqual([1200]);
    expect(Math.round((task?.peakDeltaBytes ?? 0) / MiB)).toBe(3600);
  });

  it('stops with all its disks when one datastore is full', () => {
    const writing = { ...machine, disks: machine.disks.map((given) => ({ ...given, writes: appending(MiB) })) };
    const result = simulate(estate({ vms: [writing], datastores: [datastore(), datastore({ name: 'ds2', capacityBytes: 100 * GiB + 400 * MiB })] }));
    // 300 MiB above the floor at 1 MiB/s.
    expect(result.vms.db?.pausedAtMs).toBe(300_000);
    const deltas = (result.datastores.ds?.peakLedger ?? []).filter((entry) => entry.kind === 'delta');
    expect(deltas.map((entry) => Math.round(entry.bytes / MiB))).toEqual([300, 300]);
  });
});

describe('method agent', () => {
  it('reads through the host`s network without a snapshot, and counts its own changes', () => {
    const result = simulate(
      plan({
        durationMs: 2 * DAY,
        hosts: [{ name: 'h', nbdBytesPerSecond: MiB, networkBytesPerSecond: 20 * MiB, datastores: null, origin: '' }],
        vms: vms(2, { host: 'h', disk: { writes: { ...NO_WRITES, law: 'power', changedBytesPerDay: GiB } } }),
        jobs: [
          job({
            method: 'agent',
            mode: 'forever-forward',
            selection: only('vm-01', 'vm-02'),
            schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 },
          }),
        ],
      }),
    );
    const [first, , third] = tasks(result);
    // 20 GiB through 20 MiB/s.
    expect(first).toMatchObject({
      transferEndMs: 1_024_000,
      peakDeltaBytes: 0,
      consolidatedMs: null,
      status: 'success',
      bottleneck: { 'host:h': 1 },
    });
    expect(third).toMatchObject({ kind: 'incremental', readBytes: GiB });
    expect(result.vms['vm-01']).toMatchObject({ maxChainDepth: 0, stunMs: 0, snapshotOpenMs: 0 });
  });

  it('needs no change tracking of the hypervisor', () => {
    const result = simulate(
      plan({
        durationMs: 2 * DAY,
        vms: [vm('web', { changeTracking: false })],
        jobs: [job({ method: 'agent', mode: 'forever-forward', selection: only('web'), schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 } })],
      }),
    );
    expect(tasks(result).map((task) => task.kind)).toEqual(['full', 'incremental']);
  });

  it('is limited by the guest`s own network', () => {
    const [task] = tasks(
      simulate(plan({ vms: [vm('web', { networkBytesPerSecond: 10 * MiB })], jobs: [job({ method: 'agent', selection: only('web') })] })),
    );
    expect(task?.transferEndMs).toBe(1_024_000);
  });
});

describe('consolidation by helper', () => {
  const estate = (passLimit: number, rate = 10 * MiB): Plan =>
    plan({
      datastores: [datastore({ mergeBytesPerSecond: 20 * MiB, consolidation: 'helper', passLimit })],
      vms: [vm('web', { disk: { usedBytes: 6000 * MiB, writes: appending(rate) } })],
      jobs: [job({ streamBytesPerSecond: 10 * MiB })],
    });

  it('merges pass after pass until the rest takes no more than 12 s, and that in a stun', () => {
    const result = simulate(estate(10));
    // 6000 MiB at 20 MiB/s: 300 s, then 150, 75, 37.5, 18.75; the rest of 187.5 MiB takes 9.375 s.
    expect(tasks(result)[0]?.consolidatedMs).toBe(600_000 + 581_250 + 9375);
    expect(result.vms.web?.stunMs).toBe(9375);
    expect(rules(result)).toEqual(['stun web']);
  });

  it('gives up after its passes and stuns the guest for all that is left', () => {
    const result = simulate(estate(2));
    expect(result.vms.web?.stunMs).toBe(75_000);
    expect(tasks(result)[0]?.consolidatedMs).toBe(600_000 + 450_000 + 75_000);
  });

  it('never converges when the guest writes faster than the merge, and the stun is as long as a pass', () => {
    const result = simulate(estate(3, 20 * MiB));
    expect(result.vms.web?.stunMs).toBe(600_000);
  });

  it('lets the guest write nothing while it stands still', () => {
    const levels = new Map<number, number>();
    const given = estate(2);
    simulate(given, { sample: { everyMs: 1000, onSample: (at, _name, used) => levels.set(at, used) } });
    expect(levels.get(1_060_000)).toBe(levels.get(1_120_000));
    expect(levels.get(1_125_000)).toBe(100 * GiB);
  });
});

describe('merges: serial', () => {
  it('merges one disk after another on a datastore, each as large as it is when its turn comes', () => {
    const estate = (merges: 'parallel' | 'serial'): Plan =>
      plan({
        datastores: [datastore({ mergeBytesPerSecond: 10 * MiB, merges })],
        vms: vms(3, { disk: { usedBytes: 600 * MiB, writes: appending(MiB) } }),
        jobs: [job({ streamBytesPerSecond: MiB })],
      });
    expect(tasks(simulate(estate('parallel'))).map((task) => task.consolidatedMs)).toEqual([660_000, 660_000, 660_000]);
    // 600 MiB take 60 s; the second has then 660 MiB, 66 s; the third 726 MiB, 72.6 s.
    expect(tasks(simulate(estate('serial'))).map((task) => task.consolidatedMs)).toEqual([660_000, 726_000, 798_600]);
  });
});

describe('an array behind several datastores', () => {
  it('is shared by them, beside what each can do on its own', () => {
    const array = { name: 'san', readBytesPerSecond: 30 * MiB, writeBytesPerSecond: 30 * MiB, iops: 1e6, origin: '' };
    const result = simulate(
      plan({
        arrays: [array],
        datastores: [datastore({ array: 'san' }), datastore({ name: 'ds2', array: 'san' }), datastore({ name: 'ds3' })],
        vms: ['ds', 'ds2', 'ds3'].map((name, i) => vm(`vm-${i}`, { disk: { datastore: name, usedBytes: 900 * MiB } })),
        repositories: [repository({ writeBytesPerSecond: 1e12 })],
      }),
    );
    expect(tasks(result).map((task) => task.transferEndMs)).toEqual([60_000, 60_000, 900]);
    expect(tasks(result)[0]?.bottleneck).toEqual({ 'array:san': 1 });
    expect(result.arrays.san?.saturatedMs).toBe(60_000);
  });
});

describe('two jobs on one VM', () => {
  const estate = (ifVmBusy: 'wait' | 'stack'): Result =>
    simulate(
      plan({
        vms: [vm('web', { disk: { usedBytes: 600 * MiB } })],
        jobs: [
          job({ streamBytesPerSecond: MiB }),
          job({ name: 'other', streamBytesPerSecond: MiB, ifVmBusy, schedule: { kind: 'at', atMs: [MINUTE] } }),
        ],
      }),
    );

  it('wait: the second starts when the first has ended, merge included', () => {
    const result = estate('wait');
    expect(tasks(result, 'other')[0]?.transferMs).toBe(tasks(result)[0]?.endedMs);
    expect(result.vms.web?.maxChainDepth).toBe(1);
  });

  it('stack: the second puts its snapshot on top', () => {
    const result = estate('stack');
    expect(tasks(result, 'other')[0]?.transferMs).toBe(MINUTE);
    expect(result.vms.web?.maxChainDepth).toBe(2);
  });
});

describe('cancel-previous', () => {
  it('stops the run before, and starts when its snapshots are gone', () => {
    const result = simulate(
      plan({
        durationMs: 3 * HOUR,
        datastores: [datastore({ mergeBytesPerSecond: 10 * MiB })],
        vms: [vm('web', { disk: { writes: appending(MiB) } })],
        repositories: [repository({ writeBytesPerSecond: MiB })],
        jobs: [
          job({
            ifRunning: 'cancel-previous',
            schedule: { kind: 'every', everyMs: HOUR, offsetMs: 0 },
            timings: { quiesceMs: 0, createMs: 0, removeMs: 1000, attachMs: 0 },
          }),
        ],
      }),
    );
    const runs = result.jobs.nightly?.runs ?? [];
    expect(runs.map((run) => run.status)).toEqual(['aborted', 'aborted', 'running']);
    expect(runs[0]?.tasks[0]).toMatchObject({ status: 'aborted', reason: 'cancelled', readBytes: 3600 * MiB, storedBytes: 0 });
    // 3601 MiB of delta at 10 MiB/s, after the second that the removal takes.
    expect(runs[1]?.startedMs).toBe(HOUR + 1000 + 360_100);
    expect(runs[1]?.dueMs).toBe(HOUR);
  });

  it('ends what waits for its next attempt, too', () => {
    // Every attempt fails at once, as the VM has a snapshot more than it may have.
    const result = simulate(
      plan({
        durationMs: 90 * MINUTE,
        vms: [vm('web', { maxChain: 1, disk: { snapshots: [{ kind: 'user', takenMs: -DAY, sizeBytes: MiB }] } })],
        jobs: [
          job({
            ifRunning: 'cancel-previous',
            schedule: { kind: 'every', everyMs: HOUR, offsetMs: 0 },
            retries: { times: 9, waitMs: 25 * MINUTE },
          }),
        ],
      }),
    );
    const runs = result.jobs.nightly?.runs ?? [];
    expect(runs.map((run) => [run.startedMs, run.endedMs, run.tasks.length])).toEqual([
      [0, HOUR, 3],
      [HOUR, null, 2],
    ]);
  });
});

describe('snapshot slots of a datastore', () => {
  const estate = (given: Parameters<typeof datastore>[0]): Plan =>
    plan({
      datastores: [datastore({ maxOpenSnapshots: 2, ...given })],
      vms: [
        vm('old', { disk: { writes: appending(1), snapshots: [{ kind: 'orphan', takenMs: -DAY, sizeBytes: MiB }] } }),
        ...vms(3, { disk: { usedBytes: 600 * MiB } }),
      ],
      jobs: [job({ streamBytesPerSecond: MiB, selection: only('vm-01', 'vm-02', 'vm-03') })],
    });

  it('are held until the delta is gone', () => {
    expect(tasks(simulate(estate({}))).map((task) => task.snapshotMs)).toEqual([0, 0, 600_000]);
  });

  it('are taken by orphans, too, where those count', () => {
    const result = simulate(estate({ countOrphans: true }));
    expect(tasks(result).map((task) => task.snapshotMs)).toEqual([0, 600_000, 1_200_000]);
    expect(tasks(result)[2]?.bottleneck).toMatchObject({ 'waiting:datastore:ds': 2 / 3 });
  });

  it('are one on each datastore of a VM, however many of its disks are there', () => {
    const disks = [disk({ usedBytes: 600 * MiB }), disk({ usedBytes: 1200 * MiB })];
    const result = simulate(
      plan({
        datastores: [datastore({ maxOpenSnapshots: 1 })],
        vms: ['a', 'b'].map((name) => ({ ...vm(name), disks })),
        jobs: [job({ streamBytesPerSecond: MiB })],
      }),
    );
    expect(tasks(result).map((task) => task.snapshotMs)).toEqual([0, 1_200_000]);
  });
});

describe('a full datastore', () => {
  const estate = (given: Partial<Plan>, store: Parameters<typeof datastore>[0] = {}): Plan =>
    plan({
      durationMs: 6 * HOUR,
      datastores: [datastore({ capacityBytes: 202 * GiB, ...store })],
      vms: [vm('web', { disk: { writes: appending(10 * MiB) } }), vm('still', { disk: { writes: appending(MiB) } })],
      jobs: [job({ streamBytesPerSecond: 10 * MiB, selection: only('web') })],
      ...given,
    });

  it('stops everybody with a disk on it, if told so', () => {
    const result = simulate(estate({}, { onFull: 'all' }));
    expect(result.vms.still?.pausedAtMs).toBe(result.datastores.ds?.fullAtMs);
  });

  it('lets VMs go on when an operator has answered and space is back, whichever is later', () => {
    const resumedAfter = (operatorRespondsAfterMs: number): number => simulate(estate({ operatorRespondsAfterMs })).vms.web?.pausedMs ?? 0;
    const spaceBackAfter = simulate(estate({}, { onSpaceFreed: 'resume' })).vms.web?.pausedMs ?? 0;
    expect(spaceBackAfter).toBeGreaterThan(10 * MINUTE);
    expect(resumedAfter(5 * MINUTE)).toBe(spaceBackAfter);
    expect(resumedAfter(HOUR)).toBe(HOUR);
  });
});

describe('latency control', () => {
  it('holds transfers back so that latency stays at its level', () => {
    const estate = (latencyControl: { stopMs: number; throttleMs: number } | null): Result =>
      simulate(
        plan({
          datastores: [datastore({ latencyMs: 2, readBytesPerSecond: 100 * MiB, latencyControl })],
          vms: vms(4),
          repositories: [repository({ writeBytesPerSecond: 1e12 })],
        }),
      );
    const free = estate(null);
    expect(free.datastores.ds?.latencyMs.max).toBeGreaterThan(100);
    const held = estate({ stopMs: 1000, throttleMs: 8 });
    // 2 ms / (1 - u) = 8 ms at u = 0.75: 75 MiB/s for 40 GiB.
    expect(held.datastores.ds?.latencyMs.max).toBeCloseTo(8, 6);
    expect(tasks(held)[0]?.transferEndMs).toBe(Math.ceil((40 * 1024 * 1000) / 75));
    expect(rules(held)).toEqual([]);
  });

  it('lets no new task begin while latency is above its stop level', () => {
    const result = simulate(
      plan({
        datastores: [datastore({ latencyMs: 2, readBytesPerSecond: 100 * MiB, latencyControl: { stopMs: 20, throttleMs: 1000 } })],
        vms: vms(2),
        repositories: [repository({ writeBytesPerSecond: 1e12 })],
        jobs: [job({ selection: only('vm-01') }), job({ name: 'later', schedule: { kind: 'at', atMs: [MINUTE] }, selection: only('vm-02') })],
      }),
    );
    // One stream queues for 42 ms behind 2 / (1 - 0): the second waits until the first has gone.
    expect(tasks(result, 'later')[0]?.transferMs).toBe(tasks(result)[0]?.transferEndMs);
  });
});
