/** Random small estates for property tests: everything the simulator knows, sized so that slots bind, runs overlap and datastores fill now and then. */
import fc from 'fast-check';
import type { DatastorePlan, DiskPlan, Growth, JobPlan, Plan, ProxyPlan, VmPlan, WritePlan } from '../../sim/index.ts';
import { DAY, datastore, disk, GiB, HOUR, job, keep, MINUTE, MiB, NO_WRITES, plan, proxy, repository, vm } from './plans.ts';

const rate = (low: number, high: number): fc.Arbitrary<number> => fc.integer({ min: low, max: high }).map((value) => value * MiB);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });

const growth: fc.Arbitrary<Growth> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Growth>({ kind: 'none' }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((gib): Growth => ({ kind: 'linear', bytesPerDay: gib * GiB })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((percent): Growth => ({ kind: 'compound', fraction: percent / 100, perDays: 7 })) },
);

const writes: fc.Arbitrary<WritePlan> = fc
  .record({
    law: fc.constantFrom('append' as const, 'working-set' as const, 'power' as const),
    changedGib: fc.integer({ min: 0, max: 40 }),
    exponent: fc.constantFrom(0.5, 0.72, 1),
    growth: fc.constantFrom<Growth>({ kind: 'none' }, { kind: 'none' }, { kind: 'compound', fraction: 0.1, perDays: 7 }),
  })
  .map(({ law, changedGib, exponent, growth: grows }) => ({
    law,
    changedBytesPerDay: changedGib * GiB,
    rateBytesPerSecond: null,
    workingSetBytes: law === 'working-set' ? (changedGib + 10) * GiB : null,
    exponent,
    growth: grows,
  }));

const vmGiven = fc.record({
  usedGib: fc.integer({ min: 1, max: 90 }),
  thin: fc.boolean(),
  datastore: fc.integer({ min: 0, max: 1 }),
  host: fc.integer({ min: 0, max: 1 }),
  tagged: fc.boolean(),
  activity: fc.constantFrom('flat', 'busy-mornings'),
  growth,
  writes,
  snapshotGib: maybe(fc.integer({ min: 1, max: 5 })),
  toleratesPauseMs: maybe(fc.constantFrom(0, MINUTE, 2 * HOUR)),
  second: maybe(fc.record({ usedGib: fc.integer({ min: 1, max: 40 }), datastore: fc.integer({ min: 0, max: 1 }), thin: fc.boolean() })),
  network: maybe(rate(20, 100)),
});

const jobGiven = fc.record({
  everyHours: fc.constantFrom(3, 4, 8, 24),
  offsetHours: fc.integer({ min: 0, max: 2 }),
  mode: fc.constantFrom<JobPlan['mode']>('full', 'forever-forward'),
  initial: fc.constantFrom<JobPlan['initial']>('full', 'established'),
  ifRunning: fc.constantFrom<JobPlan['ifRunning']>('skip', 'queue', 'queue-all', 'start', 'cancel-previous'),
  ifVmBusy: fc.constantFrom<JobPlan['ifVmBusy']>('wait', 'wait', 'stack'),
  agent: fc.constantFrom(false, false, false, true),
  snapshots: fc.constantFrom<JobPlan['snapshots']>('per-task', 'whole-run'),
  concurrency: maybe(fc.integer({ min: 1, max: 3 })),
  proxies: fc.constantFrom<string[]>([], ['p1'], ['p1', 'p2']),
  stream: maybe(rate(5, 60)),
  priority: fc.integer({ min: 0, max: 1 }),
  reduction: fc.constantFrom(1, 2, 3),
  retainLast: fc.integer({ min: 1, max: 3 }),
  taggedOnly: fc.boolean(),
});

export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .record({
    vms: fc.array(vmGiven, { minLength: 1, maxLength: 8 }),
    jobs: fc.array(jobGiven, { minLength: 1, maxLength: 2 }),
    freeGib: fc.integer({ min: 1, max: 120 }),
    deviceRate: rate(20, 400),
    mergeRate: rate(10, 100),
    iops: fc.integer({ min: 100, max: 20_000 }),
    hostRate: maybe(rate(20, 200)),
    link: rate(10, 100),
    repositoryRate: rate(10, 100),
    repositoryGib: fc.constantFrom(100, 400, 100_000),
    repositorySlots: maybe(fc.integer({ min: 1, max: 4 })),
    cores: maybe(fc.integer({ min: 1, max: 2 })),
    onSpaceFreed: fc.constantFrom('stay-paused' as const, 'resume' as const),
    days: fc.integer({ min: 1, max: 3 }),
    otherGrowth: growth,
    onFull: fc.constantFrom<DatastorePlan['onFull']>('pause-writers', 'pause-writers', 'all'),
    operatorRespondsAfterMs: maybe(fc.constantFrom(MINUTE, 5 * HOUR)),
    consolidation: fc.constantFrom<DatastorePlan['consolidation']>('mirror', 'helper'),
    merges: fc.constantFrom<DatastorePlan['merges']>('parallel', 'serial'),
    maxOpenSnapshots: maybe(fc.integer({ min: 4, max: 6 })),
    countOrphans: fc.boolean(),
    array: fc.boolean(),
    throttle: maybe(fc.constantFrom(3, 20)),
    slotUnit: fc.constantFrom<ProxyPlan['slotUnit']>('disk', 'vm'),
  })
  .map((given) => {
    const machines = given.vms.map((one, index) => vmOf(one, index));
    const sum = (name: string): number =>
      machines
        .flatMap((machine) => machine.disks)
        .filter((one) => one.datastore === name)
        .reduce((total, one) => total + baseBytes(one) + one.snapshots.reduce((all, entry) => all + entry.sizeBytes, 0), 0);
    const store = (name: string) =>
      datastore({
        name,
        capacityBytes: sum(name) + given.freeGib * GiB,
        readBytesPerSecond: given.deviceRate,
        writeBytesPerSecond: given.deviceRate,
        iops: given.iops,
        mergeBytesPerSecond: given.mergeRate,
        onSpaceFreed: given.onSpaceFreed,
        otherGrowth: given.otherGrowth,
        onFull: given.onFull,
        consolidation: given.consolidation,
        merges: given.merges,
        passLimit: 3,
        maxOpenSnapshots: given.maxOpenSnapshots,
        // Snapshots that are there at the start might take all slots for ever.
        countOrphans: given.countOrphans && machines.every((machine) => machine.disks.every((one) => one.snapshots.length === 0)),
        array: given.array ? 'san' : null,
        latencyControl: given.throttle === null ? null : { stopMs: 200, throttleMs: given.throttle },
      });
    return plan({
      durationMs: given.days * DAY,
      activities: [
        { name: 'flat', multipliers: [1] },
        { name: 'busy-mornings', multipliers: Array.from({ length: 24 }, (_, hour) => (hour >= 6 && hour < 12 ? 3 : 0.5)) },
      ],
      operatorRespondsAfterMs: given.operatorRespondsAfterMs,
      arrays: [{ name: 'san', readBytesPerSecond: 1.5 * given.deviceRate, writeBytesPerSecond: 1.5 * given.deviceRate, iops: 20_000, origin: '' }],
      datastores: [store('ds0'), store('ds1')],
      hosts: [
        { name: 'h0', nbdBytesPerSecond: given.hostRate, networkBytesPerSecond: null, datastores: null, origin: '' },
        { name: 'h1', nbdBytesPerSecond: null, networkBytesPerSecond: given.hostRate, datastores: null, origin: '' },
      ],
      links: [{ name: 'wan', bandwidthBytesPerSecond: given.link, origin: '' }],
      proxies: [
        proxy('p1', {
          slots: 2,
          slotUnit: given.slotUnit,
          cores: given.cores,
          perCoreFullBytesPerSecond: 80 * MiB,
          perCoreIncrementalBytesPerSecond: 30 * MiB,
        }),
        proxy('p2', { slots: 1, links: ['wan'], networkBytesPerSecond: 50 * MiB }),
      ],
      repositories: [
        repository({
          capacityBytes: given.repositoryGib * GiB,
          writeBytesPerSecond: given.repositoryRate,
          slots: given.repositorySlots,
          links: given.link > 50 * MiB ? ['wan'] : [],
        }),
      ],
      vms: machines,
      jobs: given.jobs.map((one, index) =>
        job({
          name: `job-${index}`,
          method: one.agent ? 'agent' : 'snapshot',
          ifVmBusy: one.ifVmBusy,
          selection: { all: !one.taggedOnly, names: [], tags: one.taggedOnly ? ['gold'] : [], hosts: [], datastores: [], except: [] },
          schedule: { kind: 'every', everyMs: one.everyHours * HOUR, offsetMs: one.offsetHours * HOUR },
          mode: one.mode,
          initial: one.initial,
          ifRunning: one.ifRunning,
          snapshots: one.snapshots,
          concurrency: one.concurrency,
          proxies: one.proxies,
          streamBytesPerSecond: one.stream,
          priority: one.priority,
          reduction: one.reduction,
          retention: keep({ last: one.retainLast }),
          timings: { quiesceMs: index * 2000, createMs: 500, removeMs: 1000, attachMs: 0 },
        }),
      ),
    });
  });

function vmOf(given: typeof vmGiven extends fc.Arbitrary<infer T> ? T : never, index: number): VmPlan {
  const canHold = given.snapshotGib !== null && given.writes.changedBytesPerDay > 0;
  const made = vm(`vm-${index}`, {
    host: `h${given.host}`,
    tags: given.tagged ? ['gold'] : [],
    activity: given.activity,
    toleratesPauseMs: given.toleratesPauseMs,
    networkBytesPerSecond: given.network,
    disk: {
      datastore: `ds${given.datastore}`,
      sizeBytes: 100 * GiB,
      usedBytes: given.usedGib * GiB,
      provisioning: given.thin ? 'thin' : 'thick',
      growth: given.growth,
      writes: given.writes,
      readBytesPerSecond: null,
      snapshots: canHold ? [{ kind: 'user', takenMs: -DAY, sizeBytes: (given.snapshotGib as number) * GiB }] : [],
    },
  });
  if (given.second !== null) {
    made.disks.push(
      disk({
        datastore: `ds${given.second.datastore}`,
        sizeBytes: 50 * GiB,
        usedBytes: given.second.usedGib * GiB,
        provisioning: given.second.thin ? 'thin' : 'thick',
        writes: { ...NO_WRITES, law: 'power', changedBytesPerDay: 3 * GiB },
        readBytesPerSecond: null,
      }),
    );
  }
  return made;
}

/** What a disk allocates at the start. */
function baseBytes(given: DiskPlan): number {
  return given.provisioning === 'thick' ? given.sizeBytes : given.usedBytes;
}
