/** Small plans for tests: everything has a default, tests state what matters to them. */
import type { DatastorePlan, DiskPlan, JobPlan, Plan, ProxyPlan, RepositoryPlan, RetentionPlan, VmPlan, WritePlan } from '../../sim/index.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Monday 2026-03-02T00:00Z. */
export const START_EPOCH_MS = 1_772_409_600_000;

export const NO_WRITES: WritePlan = {
  law: 'append',
  changedBytesPerDay: 0,
  rateBytesPerSecond: null,
  workingSetBytes: null,
  exponent: 0.72,
  growth: { kind: 'none' },
};

export function appending(rateBytesPerSecond: number): WritePlan {
  return { ...NO_WRITES, rateBytesPerSecond };
}

export function datastore(given: Partial<DatastorePlan> = {}): DatastorePlan {
  return {
    name: 'ds',
    capacityBytes: 10 * TiB,
    otherUsedBytes: 0,
    otherGrowth: { kind: 'none' },
    readBytesPerSecond: 1000 * MiB,
    writeBytesPerSecond: 1000 * MiB,
    iops: 1_000_000,
    ioSizeBytes: 16 * KiB,
    latencyMs: 1,
    queueDepth: 8,
    mergeBytesPerSecond: 1000 * MiB,
    floorBytes: 100 * MiB,
    resumeMarginBytes: GiB,
    onFull: 'pause-writers',
    onSpaceFreed: 'stay-paused',
    maxOpenSnapshots: null,
    countOrphans: false,
    consolidation: 'mirror',
    merges: 'parallel',
    passLimit: 10,
    orphanCleanup: { kind: 'never' },
    array: null,
    latencyControl: null,
    origin: 'datastores.ds',
    ...given,
  };
}

export function disk(given: Partial<DiskPlan> = {}): DiskPlan {
  return {
    datastore: 'ds',
    sizeBytes: 100 * GiB,
    usedBytes: 10 * GiB,
    provisioning: 'thick',
    growth: { kind: 'none' },
    writes: NO_WRITES,
    readBytesPerSecond: 0,
    snapshots: [],
    ...given,
  };
}

export function vm(name: string, given: Partial<Omit<VmPlan, 'disks'>> & { disk?: Partial<DiskPlan> } = {}): VmPlan {
  const { disk: diskGiven, ...rest } = given;
  return {
    name,
    group: name,
    host: null,
    tags: [],
    disks: [disk(diskGiven)],
    activity: 'flat',
    bornMs: null,
    deletedMs: null,
    rpoMs: null,
    guest: null,
    changeTracking: true,
    deltaOverhead: 1,
    toleratesPauseMs: null,
    maxChain: 32,
    networkBytesPerSecond: null,
    origin: `vms.${name}`,
    ...rest,
  };
}

export function vms(count: number, given: Parameters<typeof vm>[1] = {}): VmPlan[] {
  return Array.from({ length: count }, (_, index) => vm(`vm-${String(index + 1).padStart(2, '0')}`, given));
}

export function repository(given: Partial<RepositoryPlan> = {}): RepositoryPlan {
  return {
    name: 'repo',
    capacityBytes: 1000 * TiB,
    readBytesPerSecond: 1000 * MiB,
    writeBytesPerSecond: 1000 * MiB,
    slots: null,
    links: [],
    mergeBytesPerSecond: 1000 * MiB,
    blockClone: false,
    immutableMs: null,
    gcGraceMs: 0,
    garbageCollection: null,
    verify: null,
    copyTo: null,
    origin: 'repositories.repo',
    ...given,
  };
}

export function proxy(name: string, given: Partial<ProxyPlan> = {}): ProxyPlan {
  return {
    name,
    slots: null,
    slotUnit: 'disk',
    cores: null,
    perCoreFullBytesPerSecond: 1e15,
    perCoreIncrementalBytesPerSecond: 1e15,
    networkBytesPerSecond: null,
    fabricBytesPerSecond: null,
    fabricDatastores: null,
    host: null,
    links: [],
    origin: `proxies.${name}`,
    ...given,
  };
}

/** What is not stated keeps nothing. */
export function keep(given: Partial<RetentionPlan>): RetentionPlan {
  return { last: null, hourly: null, daily: null, weekly: null, monthly: null, yearly: null, definition: 'proxmox', ...given };
}

export function job(given: Partial<JobPlan> = {}): JobPlan {
  return {
    name: 'nightly',
    selection: { all: true, names: [], tags: [], hosts: [], datastores: [], except: [] },
    method: 'snapshot',
    fallback: 'nbd',
    fleecing: null,
    keepSnapshots: 3,
    processing: { factor: 1, secondsPerByte: 0 },
    schedule: { kind: 'at', atMs: [0] },
    proxies: [],
    repository: 'repo',
    mode: 'full',
    initial: 'full',
    concurrency: null,
    streamBytesPerSecond: null,
    reduction: 1,
    ifRunning: 'skip',
    ifVmBusy: 'wait',
    snapshots: 'per-task',
    priority: 0,
    window: null,
    startDeadlineMs: null,
    lockWaitMs: null,
    timeoutMs: null,
    retries: { times: 0, waitMs: 0 },
    quiesce: { mode: 'crash-consistent', onFailure: 'fail' },
    freezeLimitMs: MINUTE,
    supportedGuests: null,
    zeroDetection: true,
    cbtOverhead: 1,
    fullBackups: null,
    differential: null,
    retention: keep({ last: 7 }),
    account: null,
    timings: { quiesceMs: 0, createMs: 0, removeMs: 0, attachMs: 0 },
    origin: 'jobs.nightly',
    ...given,
  };
}

export function plan(given: Partial<Plan> = {}): Plan {
  return {
    name: 'test',
    digest: '',
    seed: 'test',
    start: '2026-03-02T00:00:00+00:00',
    durationMs: DAY,
    zone: { name: 'UTC', startEpochMs: START_EPOCH_MS, dataVersion: 'none', offsets: [{ fromMs: -400 * DAY, offsetMs: 0 }] },
    operatorRespondsAfterMs: null,
    arrays: [],
    activities: [{ name: 'flat', multipliers: [1] }],
    datastores: [datastore()],
    hosts: [],
    links: [],
    proxies: [],
    repositories: [repository()],
    vms: [vm('web')],
    jobs: [job()],
    restores: [],
    policy: { preset: 'recommended', settings: [], waivers: [] },
    faults: [],
    assumptions: [],
    ...given,
  };
}
