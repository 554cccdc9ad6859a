import { describe, expect, it } from 'vitest';
import { type DatastorePlan, type Plan, type Result, simulate } from '../../../sim/index.ts';
import { appending, DAY, datastore, GiB, HOUR, job, keep, MINUTE, MiB, NO_WRITES, plan, repository, vm } from '../plans.ts';

const FLOOR = 100 * MiB;

/**
 * Thick VM `web` writes 10 MiB/s into a delta while a backup of 10 GiB runs at `streamMib`; `free` is what the datastore has beside the disks. A second VM
 * `still`, thick and without a snapshot, writes as well.
 */
function filling(free: number, streamMib: number, given: Partial<DatastorePlan> = {}, toleratesPauseMs: number | null = null): Plan {
  return plan({
    durationMs: 6 * HOUR,
    datastores: [datastore({ capacityBytes: 200 * GiB + free, ...given })],
    vms: [vm('web', { toleratesPauseMs, disk: { writes: appending(10 * MiB) } }), vm('still', { disk: { writes: appending(MiB) } })],
    jobs: [
      job({ streamBytesPerSecond: streamMib * MiB, selection: { all: false, names: ['web'], tags: [], hosts: [], datastores: [], except: [] } }),
      // It takes the other one, after the end.
      job({ name: 'later', schedule: { kind: 'every', everyMs: DAY, offsetMs: 23 * HOUR } }),
    ],
  });
}

const rules = (result: Result): string[] => result.findings.map((finding) => `${finding.rule} ${finding.subject.name}`);
const task = (result: Result) => result.jobs.nightly?.runs[0]?.tasks[0];

describe('a datastore that fills up', () => {
  it('pauses who needs a new block at the floor, lets thick VMs without a snapshot go on, and keeps the transfer running', () => {
    // 10 MiB/s fill 1 GiB less the floor in 92.4 s; the transfer of 10 GiB at 10 MiB/s takes 1024 s.
    const result = simulate(filling(GiB, 10));
    expect(result.datastores.ds?.fullAtMs).toBe(92_400);
    expect(result.vms.web?.pausedAtMs).toBe(92_400);
    expect(result.vms.still?.pausedAtMs).toBeNull();
    expect(task(result)?.transferEndMs).toBe(1_024_000);
    expect(result.verdict).toBe('fails');
    expect(rules(result)).toEqual(['space-exhausted ds', 'vm-paused web', 'free-space ds']);
  });

  it('gets its space back when the delta is merged, but a paused VM stays paused until somebody answers', () => {
    const result = simulate(filling(2 * GiB, 10));
    const merged = task(result)?.consolidatedMs as number;
    expect(result.findings[0]).toMatchObject({ rule: 'space-exhausted', untilMs: merged });
    expect(result.vms.web?.pausedMs).toBe(6 * HOUR - (result.vms.web?.pausedAtMs as number));
  });

  it('resumes its VMs when free space is back above floor and margin, if told so', () => {
    const result = simulate(filling(2 * GiB, 10, { onSpaceFreed: 'resume' }));
    const merged = task(result)?.consolidatedMs as number;
    expect(result.vms.web?.pausedMs).toBe(merged - (result.vms.web?.pausedAtMs as number));
    expect(result.findings.find((finding) => finding.rule === 'vm-paused')?.untilMs).toBe(merged);
  });

  it('does not resume while less than the margin has come back', () => {
    const result = simulate(filling(2 * GiB, 10, { onSpaceFreed: 'resume', resumeMarginBytes: 3 * GiB }));
    expect(result.findings.find((finding) => finding.rule === 'vm-paused')?.untilMs).toBeNull();
  });

  it('crashes a guest that cannot ride out the pause, and its task is aborted and its snapshot removed', () => {
    const result = simulate(filling(GiB, 10, {}, 5 * MINUTE));
    expect(result.vms.web?.crashedAtMs).toBe(92_400 + 5 * MINUTE);
    expect(task(result)).toMatchObject({ status: 'aborted', reason: 'vm-crashed', transferEndMs: null, storedBytes: 0, readBytes: 3924 * MiB });
    expect(task(result)?.consolidatedMs as number).toBeGreaterThan(92_400 + 5 * MINUTE);
    expect(rules(result)).toEqual(['space-exhausted ds', 'vm-paused web', 'vm-crashed web', 'task-failed web', 'free-space ds']);
    expect(result.jobs.nightly?.runs[0]?.status).toBe('aborted');
    expect(result.vms.web?.pausedMs).toBe(5 * MINUTE);
  });

  it('refuses a snapshot at or below the floor', () => {
    const result = simulate({
      ...filling(GiB, 1),
      jobs: [
        job({ streamBytesPerSecond: MiB, selection: { all: false, names: ['web'], tags: [], hosts: [], datastores: [], except: [] } }),
        job({
          name: 'late',
          schedule: { kind: 'at', atMs: [HOUR] },
          selection: { all: false, names: ['still'], tags: [], hosts: [], datastores: [], except: [] },
        }),
      ],
    });
    expect(result.jobs.late?.runs[0]?.tasks[0]).toMatchObject({ status: 'failed', reason: 'datastore-full', snapshotMs: null, endedMs: HOUR });
    expect(rules(result)).toContain('task-failed still');
  });

  it('fills by growth alone, evenly or in steps at midnight, and cuts a step off at the floor', () => {
    const grown = (growth: Plan['vms'][number]['disks'][number]['growth']): Result =>
      simulate(
        plan({
          durationMs: 20 * DAY,
          datastores: [datastore({ capacityBytes: 20 * GiB })],
          vms: [vm('web', { disk: { provisioning: 'thin', growth, writes: { ...NO_WRITES, changedBytesPerDay: 1 } } })],
          jobs: [],
        }),
      );
    // 10 GiB less the floor at 1 GiB per day.
    const even = grown({ kind: 'linear', bytesPerDay: GiB });
    expect(Math.abs((even.datastores.ds?.fullAtMs ?? 0) - ((10 * GiB - FLOOR) / GiB) * DAY)).toBeLessThanOrEqual(1);
    // 10 GiB x 1.1^7 = 19.49, x 1.1^8 = 21.4: the eighth midnight does not fit.
    const steps = grown({ kind: 'compound', fraction: 0.1, perDays: 1 });
    expect(steps.datastores.ds?.fullAtMs).toBe(8 * DAY);
    expect(steps.datastores.ds?.minFreeBytes).toBe(FLOOR);
    // 10 % per week: a week makes 10 % exactly.
    const weekly = grown({ kind: 'compound', fraction: 0.1, perDays: 7 });
    expect((weekly.datastores.ds?.peakUsedBytes ?? 0) / GiB).toBeCloseTo(10 * 1.1 ** (20 / 7), 8);
  });

  it('warns below a tenth free, and the warning ends when space comes back', () => {
    const result = simulate(filling(30 * GiB, 5));
    const low = result.findings.find((finding) => finding.rule === 'free-space');
    // Capacity 230 GiB: 7 GiB of delta bring it to 23 GiB free.
    // A tenth is still enough: the warning comes with the next byte.
    expect(low?.atMs).toBe((7 * GiB * 1000) / (10 * MiB) + 1);
    expect(low?.untilMs).toBe(task(result)?.consolidatedMs);
    expect(result.verdict).toBe('at-risk');
  });
});

describe('consolidation', () => {
  it('merges what the delta holds when it starts; the delta grows meanwhile, and nothing of it is freed before the end', () => {
    const result = simulate(
      plan({
        datastores: [datastore({ mergeBytesPerSecond: 20 * MiB })],
        vms: [vm('web', { disk: { usedBytes: 6000 * MiB, writes: appending(10 * MiB) } })],
        jobs: [job({ streamBytesPerSecond: 10 * MiB })],
      }),
    );
    // 600 s of transfer leave 6000 MiB; the merge at 20 MiB/s takes 300 s, in which 3000 MiB more are written.
    expect(task(result)).toMatchObject({ transferEndMs: 600_000, consolidatedMs: 900_000, peakDeltaBytes: 9000 * MiB });
    expect(result.datastores.ds).toMatchObject({ peakAtMs: 900_000, peakUsedBytes: 100 * GiB + 9000 * MiB });
  });

  it('freezes a snapshot below another, and merges it into the base while that one grows on', () => {
    const law = { ...NO_WRITES, law: 'working-set' as const, rateBytesPerSecond: 8 * MiB, workingSetBytes: 8 * GiB };
    const result = simulate(
      plan({
        durationMs: 4 * HOUR,
        datastores: [datastore({ mergeBytesPerSecond: 1e18, readBytesPerSecond: 1e18, writeBytesPerSecond: 1e18, iops: 1e9 })],
        vms: [vm('web', { disk: { usedBytes: 3600 * MiB, writes: law } })],
        jobs: [job({ ifRunning: 'start', streamBytesPerSecond: MiB / 2, schedule: { kind: 'at', atMs: [0, HOUR] } })],
      }),
    );
    // Two fulls of two hours each, an hour apart: the first snapshot is frozen after one hour, the second lives for two.
    const unique = (seconds: number): number => 8 * GiB * (1 - Math.exp((-8 * MiB * seconds) / (8 * GiB)));
    const [first, second] = (result.jobs.nightly?.runs ?? []).map((run) => run.tasks[0]);
    expect(result.vms.web?.maxChainDepth).toBe(2);
    expect(Math.abs((first?.peakDeltaBytes ?? 0) - unique(3600))).toBeLessThan(1);
    expect(Math.abs((second?.peakDeltaBytes ?? 0) - unique(((second?.consolidatedMs ?? 0) - HOUR) / 1000))).toBeLessThan(1);
  });

  it('merges a later delta into the one below, which then holds the unique bytes of both', () => {
    const law = { ...NO_WRITES, law: 'working-set' as const, rateBytesPerSecond: MiB, workingSetBytes: 8 * GiB };
    let atEnd = 0;
    simulate(
      plan({
        durationMs: 10 * HOUR,
        datastores: [datastore({ mergeBytesPerSecond: 1e18, readBytesPerSecond: 1e18, writeBytesPerSecond: 1e18, iops: 1e9 })],
        vms: [vm('web', { disk: { usedBytes: 3600 * MiB, writes: law, snapshots: [{ kind: 'user', takenMs: -DAY, sizeBytes: 2 * GiB }] } })],
        jobs: [job({ streamBytesPerSecond: MiB, schedule: { kind: 'at', atMs: [HOUR] } })],
      }),
      { sample: { everyMs: 10 * HOUR, onSample: (_at, _name, used) => (atEnd = used) } },
    );
    const before = -8 * GiB * Math.log(1 - 2 / 8);
    const expected = 8 * GiB * (1 - Math.exp(-(before + 10 * 3600 * MiB) / (8 * GiB)));
    expect(Math.abs(atEnd - 100 * GiB - expected)).toBeLessThanOrEqual(1);
  });

  it('reads and writes each byte on the device', () => {
    const result = simulate(
      plan({
        datastores: [datastore({ readBytesPerSecond: 30 * MiB, writeBytesPerSecond: 15 * MiB })],
        vms: [vm('web', { disk: { sizeBytes: 600 * MiB, usedBytes: 600 * MiB, writes: appending(MiB) } })],
        jobs: [job({ streamBytesPerSecond: MiB })],
      }),
    );
    // A delta of 600 MiB, as large as its disk, at 1 / (1/30 + 1/15) = 10 MiB/s, slowed a little by 1 MiB/s of the guest, doubled by the mirror.
    const merged = (task(result)?.consolidatedMs ?? 0) - (task(result)?.transferEndMs ?? 0);
    expect(merged).toBeGreaterThanOrEqual(60_000);
    expect(merged).toBeLessThan(60_100);
  });

  it('lets the delta below hold the bytes of both from the start of the merge, and the merged one until its end', () => {
    const levels = new Map<number, number>();
    simulate(
      plan({
        durationMs: 3 * HOUR,
        datastores: [datastore({ mergeBytesPerSecond: MiB })],
        vms: [vm('web', { disk: { usedBytes: 3600 * MiB, writes: appending(MiB), snapshots: [{ kind: 'user', takenMs: -DAY, sizeBytes: GiB }] } })],
        jobs: [job({ streamBytesPerSecond: MiB })],
      }),
      { sample: { everyMs: HOUR / 2, onSample: (at, _name, used) => levels.set(at / HOUR, Math.round((used - 100 * GiB) / MiB)) } },
    );
    // An hour of backup leaves 3600 MiB above the user's 1024; merging them takes another hour, while both files grow.
    expect(levels.get(0.5)).toBe(1024 + 1800);
    expect(levels.get(1.5)).toBe(1024 + 5400 + 5400);
    expect(levels.get(2.5)).toBe(1024 + 9000);
  });

  it('leaves a delta behind as an orphan when the thin base cannot take its growth, and the task ends with a warning', () => {
    const result = simulate(
      plan({
        durationMs: 2 * DAY,
        datastores: [datastore({ capacityBytes: 21 * GiB })],
        vms: [
          vm('web', {
            disk: {
              provisioning: 'thin',
              sizeBytes: 40 * GiB,
              growth: { kind: 'linear', bytesPerDay: 12 * GiB },
              writes: { ...NO_WRITES, changedBytesPerDay: 6 * GiB },
            },
          }),
        ],
        jobs: [job({ streamBytesPerSecond: (10 * GiB) / 86_400 })],
      }),
    );
    // After a day the delta holds 6 GiB; the base wants 12 GiB more, of which 5 GiB less the floor are there.
    expect(task(result)).toMatchObject({ status: 'warning', reason: 'merge-refused', consolidatedMs: null, transferEndMs: DAY });
    expect(result.jobs.nightly?.runs[0]?.status).toBe('warning');
    expect(result.datastores.ds?.peakLedger.find((entry) => entry.kind === 'orphan')).toMatchObject({ owner: 'web', run: 'nightly#1' });
  });

  it('fails the task of a VM whose chain is as long as it may be', () => {
    const result = simulate(
      plan({
        vms: [
          vm('web', {
            maxChain: 1,
            disk: { writes: appending(MiB), snapshots: [{ kind: 'user', takenMs: -DAY, sizeBytes: GiB }] },
          }),
        ],
      }),
    );
    expect(task(result)).toMatchObject({ status: 'failed', reason: 'chain-limit' });
    expect(result.vms.web?.maxChainDepth).toBe(1);
  });
});

describe('growth of a thin disk during its merge', () => {
  it('goes into the base as the guest writes it, and stops at the floor like any other growth', () => {
    const growing = (capacityBytes: number): Result =>
      simulate(
        plan({
          durationMs: 4 * HOUR,
          datastores: [datastore({ capacityBytes, mergeBytesPerSecond: MiB })],
          vms: [vm('web', { disk: { provisioning: 'thin', growth: { kind: 'linear', bytesPerDay: 24 * GiB }, writes: appending(MiB) } })],
          jobs: [job({ streamBytesPerSecond: (10 * GiB) / 3600 })],
        }),
      );
    // An hour of transfer leaves 3600 MiB, whose merge takes an hour, in which the base grows from 11 to 12 GiB and the delta to 7200 MiB.
    const roomy = growing(100 * GiB);
    expect(roomy.datastores.ds?.peakAtMs).toBe(roomy.jobs.nightly?.runs[0]?.tasks[0]?.consolidatedMs);
    expect((roomy.datastores.ds?.peakUsedBytes ?? 0) / MiB).toBeCloseTo(12 * 1024 + 7200, 0);
    const tight = growing(12 * 1024 * MiB + 6000 * MiB);
    expect(tight.datastores.ds?.minFreeBytes).toBeGreaterThan(FLOOR - MiB);
    expect(tight.vms.web?.pausedAtMs).toBe(tight.datastores.ds?.fullAtMs);
  });
});

describe('snapshots that exist at the start', () => {
  it('go on growing from the size they have, by their law', () => {
    const result = simulate(
      plan({
        durationMs: HOUR,
        vms: [vm('web', { disk: { writes: appending(MiB), snapshots: [{ kind: 'user', takenMs: -DAY, sizeBytes: 3 * GiB }] } })],
        jobs: [],
      }),
    );
    expect(result.datastores.ds?.peakLedger.find((entry) => entry.kind === 'user')?.bytes).toBe(3 * GiB + 3600 * MiB);
  });

  it('are frozen by a snapshot on top, which is merged into them', () => {
    const result = simulate(
      plan({
        durationMs: 3 * HOUR,
        datastores: [datastore({ mergeBytesPerSecond: 1e18, readBytesPerSecond: 1e18, writeBytesPerSecond: 1e18 })],
        vms: [vm('web', { disk: { usedBytes: 3600 * MiB, writes: appending(MiB), snapshots: [{ kind: 'orphan', takenMs: -DAY, sizeBytes: GiB }] } })],
        jobs: [job({ streamBytesPerSecond: MiB })],
      }),
    );
    expect(result.vms.web?.maxChainDepth).toBe(2);
    // One hour of 1 MiB/s in the job's delta, merged into the orphan, which goes on growing for two more hours.
    expect(task(result)?.status).toBe('success');
    expect(result.datastores.ds?.peakLedger).toEqual([
      { owner: 'web', kind: 'base', bytes: 100 * GiB },
      { owner: 'web', kind: 'orphan', bytes: GiB + 10_800 * MiB },
    ]);
  });
});

describe('a repository that fills up', () => {
  it('fails the tasks that write to it, keeps what it holds, and takes the next when there is room', () => {
    const result = simulate(
      plan({
        durationMs: 3 * DAY,
        vms: [vm('a', { disk: { usedBytes: 10 * GiB } }), vm('b', { disk: { usedBytes: 6 * GiB } })],
        repositories: [repository({ capacityBytes: 20 * GiB, writeBytesPerSecond: 2 * MiB })],
        jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 0 }, retention: keep({ last: 1 }) })],
      }),
    );
    // The first night stores 16 GiB; the second has 4 GiB left, 2 GiB for each of the two.
    expect(result.repositories.repo?.fullAtMs).toBe(DAY + (4 * GiB * 1000) / (2 * MiB));
    const [first, second] = result.jobs.nightly?.runs ?? [];
    expect(first?.status).toBe('success');
    expect(second?.tasks.map((entry) => [entry.status, entry.reason, entry.readBytes, entry.storedBytes])).toEqual([
      ['failed', 'repository-full', 2 * GiB, 0],
      ['failed', 'repository-full', 2 * GiB, 0],
    ]);
    expect(rules(result)).toEqual(['repository-full repo', 'task-failed a', 'task-failed b']);
    expect(result.repositories.repo?.peakUsedBytes).toBe(20 * GiB);
  });

  it('stops two tasks of one VM, and the scenario may end before the second has its snapshot removed', () => {
    const stacked = { ifVmBusy: 'stack', streamBytesPerSecond: 5 * MiB } as const;
    const result = simulate(
      plan({
        durationMs: HOUR,
        datastores: [datastore({ mergeBytesPerSecond: MiB / 1024 })],
        vms: [vm('a', { disk: { usedBytes: 10 * GiB, writes: appending(MiB) } })],
        repositories: [repository({ capacityBytes: 600 * MiB })],
        jobs: [job(stacked), job({ ...stacked, name: 'second', schedule: { kind: 'at', atMs: [MINUTE] } })],
      }),
    );
    // The first had read 300 MiB within its first minute.
    const [first, second] = ['nightly', 'second'].map((name) => result.jobs[name]?.runs[0]?.tasks[0]);
    expect(first).toMatchObject({ reason: 'repository-full', readBytes: 450 * MiB, endedMs: null });
    expect(second).toMatchObject({ reason: 'repository-full', readBytes: 150 * MiB, endedMs: null });
  });
});
