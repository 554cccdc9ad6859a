/** A large estate as a plan: VMs spread over datastores, hosts, proxies and repositories, one nightly job per repository. */
import type { Plan, VmPlan } from '../sim/index.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const TiB = 1024 ** 4;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface EstateSize {
  vms: number;
  days: number;
  datastores: number;
  hosts: number;
  proxies: number;
  repositories: number;
}

export const LARGE: EstateSize = { vms: 10_000, days: 30, datastores: 40, hosts: 20, proxies: 8, repositories: 4 };

/** Sizes vary with the VM's number in a fixed pattern, so that tasks do not end in step; another variant deals the same sizes to other VMs. */
export function estate(size: EstateSize, variant = 0): Plan {
  const perDatastore = Math.ceil(size.vms / size.datastores);
  const vms = Array.from({ length: size.vms }, (_, index): VmPlan => {
    const usedBytes = (20 + (((index + variant) * 37) % 61)) * GiB;
    return {
      name: `vm-${String(index + 1).padStart(5, '0')}`,
      group: 'vm',
      host: `host-${index % size.hosts}`,
      tags: [`r${index % size.repositories}`],
      disks: [
        {
          datastore: `ds-${index % size.datastores}`,
          sizeBytes: 100 * GiB,
          usedBytes,
          provisioning: 'thin',
          growth: { kind: 'compound', fraction: 0.01, perDays: 7 },
          writes: {
            law: 'power',
            changedBytesPerDay: usedBytes * 0.03,
            rateBytesPerSecond: null,
            workingSetBytes: null,
            exponent: 0.72,
            growth: { kind: 'none' },
          },
          readBytesPerSecond: null,
          snapshots: [],
        },
      ],
      bornMs: null,
      deletedMs: null,
      rpoMs: null,
      activity: index % 3 === 0 ? 'flat' : 'office-hours',
      guest: null,
      changeTracking: true,
      deltaOverhead: 1,
      toleratesPauseMs: null,
      maxChain: 32,
      networkBytesPerSecond: null,
      origin: '',
    };
  });
  return {
    name: 'large',
    digest: '',
    seed: 'large',
    start: '2026-03-02T18:00:00+00:00',
    durationMs: size.days * DAY,
    zone: { name: 'UTC', startEpochMs: 1_772_474_400_000, dataVersion: 'none', offsets: [{ fromMs: -400 * DAY, offsetMs: 0 }] },
    operatorRespondsAfterMs: null,
    arrays: [],
    activities: [
      { name: 'flat', multipliers: [1] },
      { name: 'office-hours', multipliers: Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 1.8 : 0.5)) },
    ],
    datastores: Array.from({ length: size.datastores }, (_, index) => ({
      name: `ds-${index}`,
      capacityBytes: perDatastore * 80 * GiB,
      otherUsedBytes: 0,
      otherGrowth: { kind: 'none' as const },
      readBytesPerSecond: 2500 * MiB,
      writeBytesPerSecond: 1500 * MiB,
      iops: 100_000,
      ioSizeBytes: 16 * 1024,
      latencyMs: 0.5,
      queueDepth: 8,
      mergeBytesPerSecond: 300 * MiB,
      floorBytes: 100 * MiB,
      resumeMarginBytes: GiB,
      onFull: 'pause-writers' as const,
      onSpaceFreed: 'stay-paused' as const,
      maxOpenSnapshots: null,
      countOrphans: false,
      consolidation: 'mirror' as const,
      merges: 'parallel' as const,
      passLimit: 10,
      orphanCleanup: { kind: 'never' },
      array: null,
      latencyControl: null,
      origin: '',
    })),
    hosts: Array.from({ length: size.hosts }, (_, index) => ({
      name: `host-${index}`,
      nbdBytesPerSecond: 500e6 * 4,
      networkBytesPerSecond: null,
      datastores: null,
      origin: '',
    })),
    links: [],
    proxies: Array.from({ length: size.proxies }, (_, index) => ({
      name: `proxy-${index}`,
      slots: 16,
      slotUnit: 'disk' as const,
      cores: 16,
      perCoreFullBytesPerSecond: 100 * MiB,
      perCoreIncrementalBytesPerSecond: 50 * MiB,
      networkBytesPerSecond: 1.25e9 * 2,
      fabricBytesPerSecond: null,
      fabricDatastores: null,
      host: null,
      links: [],
      origin: '',
    })),
    repositories: Array.from({ length: size.repositories }, (_, index) => ({
      name: `repo-${index}`,
      capacityBytes: 2000 * TiB,
      readBytesPerSecond: 2000 * MiB,
      writeBytesPerSecond: 2000 * MiB,
      slots: 48,
      links: [],
      mergeBytesPerSecond: 100 * MiB,
      // Merges without I/O, as when these figures were first taken.
      blockClone: true,
      immutableMs: null,
      gcGraceMs: 0,
      garbageCollection: null,
      verify: null,
      copyTo: null,
      origin: '',
    })),
    vms,
    jobs: Array.from({ length: size.repositories }, (_, index) => ({
      name: `nightly-${index}`,
      selection: { all: false, names: [], tags: [`r${index}`], hosts: [], datastores: [], except: [] },
      method: 'snapshot' as const,
      fallback: 'nbd' as const,
      fleecing: null,
      keepSnapshots: 3,
      processing: { factor: 1, secondsPerByte: 0 },
      schedule: { kind: 'every' as const, everyMs: DAY, offsetMs: 20 * HOUR + index * HOUR },
      proxies: Array.from({ length: size.proxies }, (_, proxy) => `proxy-${(proxy + index) % size.proxies}`),
      repository: `repo-${index}`,
      mode: 'forever-forward' as const,
      initial: 'established' as const,
      concurrency: null,
      streamBytesPerSecond: null,
      reduction: 2,
      ifRunning: 'skip' as const,
      ifVmBusy: 'wait' as const,
      snapshots: 'per-task' as const,
      priority: 0,
      window: null,
      startDeadlineMs: null,
      lockWaitMs: null,
      timeoutMs: null,
      retries: { times: 0, waitMs: 0 },
      quiesce: { mode: 'crash-consistent', onFailure: 'fail' },
      freezeLimitMs: 60_000,
      supportedGuests: null,
      zeroDetection: true,
      cbtOverhead: 1,
      fullBackups: null,
      differential: null,
      retention: { last: 14, hourly: null, daily: null, weekly: null, monthly: null, yearly: null, definition: 'proxmox' as const },
      account: null,
      timings: { quiesceMs: 0, createMs: 500, removeMs: 1000, attachMs: 0 },
      origin: '',
    })),
    restores: [],
    policy: { preset: 'recommended', settings: [], waivers: [] },
    faults: [],
    assumptions: [],
  };
}
