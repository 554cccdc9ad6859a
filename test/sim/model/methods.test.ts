import { describe, expect, it } from 'vitest';
import { type DiskPlan, type HostPlan, type JobPlan, type Plan, type Result, simulate, type TaskResult } from '../../../sim/index.ts';
import { appending, DAY, datastore, disk, GiB, HOUR, job, MINUTE, MiB, plan, proxy, repository, vm, vms } from '../plans.ts';

const tasks = (result: Result, name = 'nightly'): TaskResult[] => (result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks);
const rules = (result: Result): string[] => result.findings.map((finding) => `${finding.rule} ${finding.subject.name}`);

function host(name: string, given: Partial<HostPlan> = {}): HostPlan {
  return { name, nbdBytesPerSecond: MiB, networkBytesPerSecond: null, datastores: null, origin: `hosts.${name}`, ...given };
}

const every = (everyMs: number): JobPlan['schedule'] => ({ kind: 'every', everyMs, offsetMs: 0 });

/** Log lines of one kind, with their fields. */
function logged(given: Plan, kind: string): { atMs: number; [field: string]: unknown }[] {
  const lines: { atMs: number; kind: string }[] = [];
  simulate(given, { onEvent: (line) => lines.push(JSON.parse(line) as { atMs: number; kind: string }) });
  return lines.filter((line) => line.kind === kind);
}

describe('method hot-add', () => {
  const estate = (sees: string[] | null, given: Partial<JobPlan> = {}): Plan =>
    plan({
      hosts: [host('esx1', { nbdBytesPerSecond: 10 * MiB }), host('esx2', { networkBytesPerSecond: 20 * MiB, datastores: sees })],
      proxies: [proxy('p1', { host: 'esx2', networkBytesPerSecond: 5 * MiB })],
      vms: vms(2, { host: 'esx1' }),
      jobs: [
        job({ method: 'hot-add', proxies: ['p1'], reduction: 2, timings: { quiesceMs: 0, createMs: 0, removeMs: 0, attachMs: 90_000 }, ...given }),
      ],
    });

  it('attaches for 90 s, passes the host by, and sends through the network of the proxy`s own host', () => {
    // 20 GiB leave as 10 GiB through 20 MiB/s.
    const [task] = tasks(simulate(estate(null)));
    expect(task).toMatchObject({ snapshotMs: 0, transferMs: 90_000, transferEndMs: 602_000, status: 'success' });
    expect(task?.bottleneck).toEqual({ 'host:esx2': 512 / 602, preparing: 90 / 602 });
  });

  it('falls back to the network of the host where the proxy`s host does not see the datastore', () => {
    // 20 GiB through the proxy's 5 MiB/s, at once.
    const given = estate(['elsewhere']);
    expect(tasks(simulate(given))[0]).toMatchObject({ transferMs: 0, transferEndMs: 4_096_000, status: 'success' });
    expect(logged(given, 'transport-unreachable')).toMatchObject([{ vm: 'vm-01', proxy: 'p1', fallback: 'nbd' }, { vm: 'vm-02' }]);
  });

  it('fails where nothing else is allowed, and leaves no snapshot', () => {
    const result = simulate(estate(['elsewhere'], { fallback: 'fail' }));
    expect(tasks(result)[0]).toMatchObject({ status: 'failed', reason: 'no-transport', readBytes: 0, consolidatedMs: 0 });
    expect(rules(result)).toEqual(['task-failed vm-01', 'task-failed vm-02']);
  });

  it('attaches once the slots are there where snapshots were taken before', () => {
    const result = simulate(estate(null, { snapshots: 'whole-run', concurrency: 1 }));
    // 5 GiB through 20 MiB/s: 256 s each, one after the other.
    expect(tasks(result).map(({ snapshotMs, transferMs }) => [snapshotMs, transferMs])).toEqual([
      [0, 90_000],
      [0, 90_000 + 256_000 + 90_000],
    ]);
  });
});

describe('method direct-san', () => {
  const estate = (reaches: string[] | null): Plan =>
    plan({
      hosts: [host('esx1')],
      links: [{ name: 'lan', bandwidthBytesPerSecond: MiB, origin: '' }],
      proxies: [proxy('p1', { fabricBytesPerSecond: 50 * MiB, fabricDatastores: reaches, networkBytesPerSecond: MiB, links: ['lan'] })],
      vms: [vm('web', { host: 'esx1' })],
      jobs: [job({ method: 'direct-san', proxies: ['p1'] })],
    });

  it('reads over the storage network, past hosts and LAN', () => {
    expect(tasks(simulate(estate(null)))[0]).toMatchObject({ transferEndMs: 204_800, bottleneck: { 'proxy:p1': 1 } });
  });

  it('goes over the host where the proxy is not zoned to the datastore', () => {
    expect(tasks(simulate(estate([])))[0]?.transferEndMs).toBe(10_240_000);
  });
});

describe('work of a proxy', () => {
  it('grows with compression, and with a checksum for deduplication', () => {
    const ended = (processing: JobPlan['processing']): number | null | undefined =>
      tasks(
        simulate(
          plan({
            proxies: [proxy('p1', { cores: 1, perCoreFullBytesPerSecond: 100 * MiB })],
            jobs: [job({ proxies: ['p1'], processing })],
          }),
        ),
      )[0]?.transferEndMs;
    expect(ended({ factor: 1, secondsPerByte: 0 })).toBe(102_400);
    expect(ended({ factor: 3, secondsPerByte: 0 })).toBe(307_200);
    // A second for each 100 MiB, and one for each 400 MiB.
    expect(ended({ factor: 1, secondsPerByte: 1 / (400 * MiB) })).toBe(128_000);
  });
});

describe('method copy-before-write', () => {
  const estate = (writtenMib: number, given: Partial<Plan> = {}): Plan =>
    plan({
      vms: [vm('db', { disk: { writes: appending(writtenMib * MiB), growth: { kind: 'none' } } })],
      jobs: [job({ method: 'copy-before-write', streamBytesPerSecond: 10 * MiB })],
      ...given,
    });

  it('takes no snapshot and holds nobody back who writes less than is read', () => {
    const result = simulate(estate(5));
    expect(tasks(result)[0]).toMatchObject({ transferEndMs: 1_024_000, consolidatedMs: null, peakDeltaBytes: 0, status: 'success' });
    expect(result.vms.db).toMatchObject({ maxChainDepth: 0, stunMs: 0, writeHeldMs: 0 });
  });

  it('makes the guest wait while it writes more of what is not copied yet than is read', () => {
    const given = estate(20);
    // q = 1 - t/1024 s, so 20 q exceeds 10 for 512 s; served are 0.5/q, in all 512 ln 2 s of those 512.
    const held = 512_000 * (1 - Math.LN2);
    expect(simulate(given).vms.db?.writeHeldMs).toBeGreaterThan(held * 0.995);
    expect(simulate(given).vms.db?.writeHeldMs).toBeLessThan(held * 1.005);
    expect(logged(given, 'guest-held').map(({ atMs }) => atMs)).toEqual([1]);
    const [released] = logged(given, 'guest-released');
    expect(released?.atMs).toBeGreaterThan(510_000);
    expect(released?.atMs).toBeLessThan(518_000);
  });

  it.each(['wait', 'stack'] as const)('has the VM to itself, before and after, also where others share it (%s)', (ifVmBusy) => {
    const short = (name: string, given: Partial<JobPlan>): JobPlan => job({ name, ifVmBusy, streamBytesPerSecond: 10 * MiB, ...given });
    const saving = short('saving', { method: 'copy-before-write' });
    const other = short('other', {});
    for (const jobs of [
      [saving, other],
      [other, saving],
    ]) {
      const [first, second] = jobs as [JobPlan, JobPlan];
      const result = simulate(estate(0, { jobs }));
      const { endedMs } = tasks(result, first.name)[0] as TaskResult;
      expect(endedMs).toBeGreaterThanOrEqual(1_024_000);
      expect(tasks(result, second.name)[0]?.snapshotMs).toBeGreaterThanOrEqual(endedMs as number);
    }
  });

  const fleecing = (freeMib: number): Plan =>
    estate(1, {
      datastores: [datastore(), datastore({ name: 'fast', capacityBytes: (freeMib + 100) * MiB })],
      vms: [
        vm('db', { disk: { writes: appending(MiB) } }),
        vm('neighbour', { disk: { datastore: 'fast', sizeBytes: MiB, usedBytes: MiB, provisioning: 'thin', writes: appending(1) } }),
      ],
      jobs: [
        job({
          method: 'copy-before-write',
          fleecing: 'fast',
          streamBytesPerSecond: 10 * MiB,
          selection: { all: false, names: ['db'], tags: [], hosts: [], datastores: [], except: [] },
        }),
      ],
    });

  it('puts old blocks on the fleecing datastore instead, as many as are overwritten before they are copied', () => {
    const result = simulate(fleecing(2000));
    expect(result.vms.db?.writeHeldMs).toBe(0);
    // The integral of 1 MiB/s x (1 - t/1024 s) over 1024 s.
    const [entry] = result.datastores.fast?.peakLedger ?? [];
    expect(entry).toMatchObject({ owner: 'db', kind: 'fleece', run: 'nightly#1' });
    expect(Math.abs((entry?.bytes ?? 0) / (512 * MiB) - 1)).toBeLessThan(0.002);
    expect(result.datastores.fast?.peakAtMs).toBe(1_024_000);
  });

  it('fails when that datastore is full, and spares the guests', () => {
    // t - t^2/2048 = 255 (1 MiB is the neighbour's): t = 1024 (1 - sqrt(1 - 255/512)) s.
    const result = simulate(fleecing(256));
    const fullMs = 1_024_000 * (1 - Math.sqrt(1 - 255 / 512));
    expect(Math.abs((result.datastores.fast?.fullAtMs ?? 0) / fullMs - 1)).toBeLessThan(0.005);
    expect(tasks(result)[0]).toMatchObject({ status: 'failed', reason: 'fleecing-full', storedBytes: 0 });
    expect(result.vms.db?.pausedAtMs).toBeNull();
    expect(result.vms.neighbour?.pausedAtMs).toBeNull();
  });
});

describe('method cdp', () => {
  const named = (name: string): JobPlan['selection'] => ({ all: false, names: [name], tags: [], hosts: [], datastores: [], except: [] });
  const estate = (linkMib: number, writes = appending(MiB)): Plan =>
    plan({
      durationMs: 4 * HOUR,
      links: [{ name: 'wan', bandwidthBytesPerSecond: linkMib * MiB, origin: '' }],
      repositories: [repository({ links: ['wan'] })],
      vms: [vm('db', { disk: { writes } })],
      jobs: [job({ method: 'cdp', schedule: every(HOUR) }), job({ name: 'other', schedule: { kind: 'at', atMs: [2 * HOUR] } })],
    });

  it('copies once, catches up with what was written meanwhile, and then keeps up', () => {
    const given = estate(10);
    const result = simulate(given);
    const [task] = tasks(result);
    expect(result.jobs.nightly?.runs).toHaveLength(1);
    expect(task).toMatchObject({ status: 'running', transferEndMs: 1_024_000, readBytes: 10 * GiB, endedMs: null });
    // 1 GiB behind at 1024 s, which shrinks by 9 MiB a second.
    const [inStep] = logged(given, 'cdp-in-step');
    expect(Math.abs((inStep?.atMs ?? 0) - (1_024_000 + 113_778))).toBeLessThan(10);
    expect(result.vms.db?.worstLagMs).toBe(1_024_000);
  });

  it('is as old as its oldest unsent byte, however unevenly the guest writes during the first full', () => {
    // Nothing for 15 minutes after the start, then 1 MiB/s: when the full is there at 1024 s, the oldest unsent byte is 124 s old.
    const given = estate(10);
    given.vms = [vm('db', { activity: 'second-hour', disk: { writes: appending(MiB / 168) } })];
    given.activities = [{ name: 'second-hour', multipliers: Array.from({ length: 168 }, (_, hour) => (hour === 1 ? 168 : 0)) }];
    given.jobs = [job({ method: 'cdp', schedule: { kind: 'at', atMs: [HOUR - 15 * MINUTE] } })];
    expect(simulate(given).vms.db?.worstLagMs).toBe(124_000);
  });

  it('lags more and more while another transfer leaves it less than the guest writes', () => {
    const given: Plan = {
      ...estate(1.2),
      vms: [vm('db', { disk: { usedBytes: GiB, writes: appending(MiB) } }), vm('big', { disk: { usedBytes: 2 * GiB } })],
      jobs: [
        job({ method: 'cdp', selection: named('db') }),
        job({ name: 'other', selection: named('big'), schedule: { kind: 'at', atMs: [2 * HOUR] } }),
      ],
    };
    // In step after 5120 s. The other 2048 MiB take one half of 1.2 MiB/s for 3413 s, in which 0.4 of 1 MiB that is written each second is not sent.
    const result = simulate(given);
    expect(tasks(result, 'other')[0]?.transferEndMs).toBe(2 * HOUR + 3_413_334);
    expect(Math.abs((result.vms.db?.worstLagMs ?? 0) - 0.4 * 3_413_334)).toBeLessThan(2000);
  });

  it('lags most just before the last byte is sent, where the guest has rested since', () => {
    // 24 MiB/s for an hour over 16 MiB/s: 28,800 MiB behind, which take half an hour more.
    const given = estate(16);
    given.vms = [vm('db', { activity: 'second-hour', disk: { sizeBytes: 200 * GiB, usedBytes: GiB, writes: appending(MiB / 7) } })];
    given.activities = [{ name: 'second-hour', multipliers: Array.from({ length: 168 }, (_, hour) => (hour === 1 ? 168 : 0)) }];
    given.jobs = [job({ method: 'cdp' })];
    expect(simulate(given).vms.db?.worstLagMs).toBe(HOUR / 2);
  });

  it('takes nothing from others that its guest does not write', () => {
    // 100 MiB at 10 MiB/s, beside a stream of a guest that writes nothing, and beside one of a guest that writes 1 MiB/s.
    const beside = (bytesPerSecond: number): TaskResult | undefined =>
      tasks(
        simulate(
          plan({
            links: [{ name: 'wan', bandwidthBytesPerSecond: 10 * MiB, origin: '' }],
            repositories: [repository({ links: ['wan'] })],
            vms: [vm('db', { disk: { usedBytes: 0, writes: appending(bytesPerSecond) } }), vm('web', { disk: { usedBytes: 100 * MiB } })],
            jobs: [
              job({ method: 'cdp', selection: named('db') }),
              job({ name: 'other', selection: named('web'), schedule: { kind: 'at', atMs: [HOUR] } }),
            ],
          }),
        ),
        'other',
      )[0];
    expect(beside(0)?.transferEndMs).toBe(HOUR + 10_000);
    expect(beside(MiB)?.transferEndMs).toBe(HOUR + Math.ceil(100_000 / 9));
  });

  it('never holds the VM, nor opens a snapshot', () => {
    const result = simulate(estate(100));
    expect(tasks(result, 'other')[0]).toMatchObject({ queuedMs: 2 * HOUR, snapshotMs: 2 * HOUR, status: 'success' });
    expect(tasks(result)[0]?.peakDeltaBytes).toBe(0);
  });

  it('falls behind by what the path cannot carry, and the oldest unsent byte tells by how long', () => {
    const given = plan({
      durationMs: 2 * HOUR,
      links: [{ name: 'wan', bandwidthBytesPerSecond: MiB, origin: '' }],
      repositories: [repository({ links: ['wan'] })],
      vms: [vm('db', { disk: { usedBytes: 0, writes: appending(2 * MiB) } })],
      jobs: [job({ method: 'cdp' })],
    });
    // Of each second's 2 MiB one half is sent: after two hours the writes of the first are.
    expect(Math.abs((simulate(given).vms.db?.worstLagMs ?? 0) - HOUR)).toBeLessThan(100);
  });
});

describe('method direct-disk', () => {
  const copied = (given: Partial<Parameters<typeof disk>[0]>, others: JobPlan[] = []): TaskResult | undefined =>
    tasks(
      simulate(
        plan({
          vms: [vm('web', { disk: given ?? {} })],
          jobs: [job({ method: 'direct-disk', mode: 'forever-forward', streamBytesPerSecond: 10 * MiB, schedule: every(6 * HOUR) }), ...others],
        }),
      ),
    )[1];

  it('reads everything each time, and is of use only while nobody writes', () => {
    expect(copied({})).toMatchObject({ kind: 'full', readBytes: 10 * GiB, status: 'success', reason: null, consolidatedMs: null });
    expect(copied({ writes: appending(1) })).toMatchObject({ status: 'warning', reason: 'inconsistent-copy' });
  });

  it('is not damaged by a snapshot of a disk that has been read, or is still to be read', () => {
    // One slot: 1 GiB of each disk at 1 MiB/s, with the other job's snapshot and its reading in between.
    const [one] = vm('web', { disk: { usedBytes: GiB } }).disks;
    const given = plan({
      vms: [{ ...vm('web'), disks: [one as DiskPlan, one as DiskPlan] }],
      repositories: [repository({ slots: 1 })],
      jobs: [
        job({ method: 'direct-disk', streamBytesPerSecond: MiB }),
        job({ name: 'other', ifVmBusy: 'stack', priority: -1, streamBytesPerSecond: MiB, schedule: { kind: 'at', atMs: [MINUTE] } }),
      ],
    });
    const [copy] = tasks(simulate(given));
    const [other] = tasks(simulate(given), 'other');
    expect(other?.snapshotMs).toBe(1_024_000);
    expect(copy).toMatchObject({ transferMs: 0, status: 'success', reason: null });
    expect(copy?.transferEndMs).toBeGreaterThan(other?.consolidatedMs ?? Number.POSITIVE_INFINITY);
  });

  it('is damaged by a snapshot that is open at any moment of it', () => {
    const user = { kind: 'user', takenMs: -DAY, sizeBytes: 0 } as const;
    expect(copied({ snapshots: [user] })).toMatchObject({ status: 'warning', reason: 'damaged-copy' });
    const brief = job({ name: 'brief', schedule: { kind: 'at', atMs: [6 * HOUR + MINUTE] }, streamBytesPerSecond: 1000 * MiB });
    expect(copied({}, [brief])).toMatchObject({ reason: 'damaged-copy' });
    const before = job({ name: 'brief', schedule: { kind: 'at', atMs: [5 * HOUR] }, streamBytesPerSecond: 1000 * MiB });
    expect(copied({}, [before])).toMatchObject({ reason: null });
  });

  it('is damaged also where a snapshot of no bytes, gone in its own instant, came before (consolidation helper)', () => {
    // The guest begins to write after the second of three snapshots, all of them brief; the copy takes a while.
    const activity = Array.from({ length: 24 }, (_, hour) => (hour < 2 ? 0 : 1));
    const result = simulate(
      plan({
        durationMs: 6 * HOUR,
        datastores: [datastore({ consolidation: 'helper' })],
        activities: [{ name: 'late', multipliers: activity }],
        vms: [vm('web', { activity: 'late', disk: { writes: appending(MiB) } })],
        jobs: [
          job({ method: 'direct-disk', schedule: { kind: 'at', atMs: [HOUR / 2] }, streamBytesPerSecond: MiB }),
          job({
            name: 'brief',
            mode: 'forever-forward',
            schedule: { kind: 'at', atMs: [0, HOUR, 2 * HOUR + MINUTE] },
            timings: { quiesceMs: 0, createMs: 0, removeMs: 0, attachMs: 0 },
          }),
        ],
      }),
    );
    expect(tasks(result, 'brief').map((task) => task.status)).toEqual(['success', 'success', 'success']);
    expect(tasks(result)[0]).toMatchObject({ status: 'warning', reason: 'damaged-copy' });
  });
});

describe('method snapshot-only', () => {
  it('keeps the newest snapshots, copies nothing, and merges the oldest', () => {
    const result = simulate(
      plan({
        durationMs: 4 * DAY,
        datastores: [datastore({ mergeBytesPerSecond: 100 * MiB })],
        vms: [vm('web', { disk: { writes: appending(MiB / 10) } })],
        jobs: [job({ method: 'snapshot-only', repository: null, keepSnapshots: 2, schedule: every(DAY) })],
      }),
    );
    const daily = 8640 * MiB;
    expect(tasks(result).map(({ status, readBytes }) => [status, readBytes])).toEqual(Array.from({ length: 4 }, () => ['success', 0]));
    // Two days' deltas and, until it is merged (at 100 MiB/s), the oldest one.
    expect(tasks(result).map(({ consolidatedMs }) => consolidatedMs)).toEqual([null, null, 2 * DAY + 86_400, 3 * DAY + 86_400]);
    expect(result.vms.web).toMatchObject({ maxChainDepth: 3, snapshotOpenMs: 4 * DAY });
    expect(result.repositories.repo?.endUsedBytes).toBe(0);
    expect(tasks(result).map(({ peakDeltaBytes }) => peakDeltaBytes)).toEqual([daily, daily, daily, daily]);
    const deltas = (result.datastores.ds?.peakLedger ?? []).filter((entry) => entry.kind === 'delta').map((entry) => entry.bytes);
    expect(deltas.slice(0, 2)).toEqual([daily, daily]);
  });

  it('holds its snapshot slots as long as it keeps the snapshots', () => {
    const result = simulate(
      plan({
        durationMs: 3 * DAY,
        datastores: [datastore({ maxOpenSnapshots: 2 })],
        jobs: [
          job({ method: 'snapshot-only', repository: null, keepSnapshots: 2, schedule: every(DAY) }),
          job({ name: 'backup', schedule: { kind: 'at', atMs: [DAY + HOUR] } }),
        ],
      }),
    );
    expect(tasks(result, 'backup')[0]).toMatchObject({ status: 'queued', snapshotMs: null });
  });
});
