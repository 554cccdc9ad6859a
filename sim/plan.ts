/**
 * The plan: everything `simulate` needs, already checked and resolved. `scenarios/` makes one from a file; anything else that can fill these
 * shapes may do the same. A plan is plain data (it survives JSON), sizes are bytes, rates bytes per second, durations and instants milliseconds,
 * instants count from the scenario's start. `null` means "no such limit" wherever a limit is expected.
 *
 * Every entity carries an opaque `origin`: the simulator hands it on untouched, so that whoever made the plan can map it back to its source.
 */

import type { FaultPlan } from './faults/plan.ts';
import type { PolicyPlan } from './findings/plan.ts';
import type { ChainMode, FullBackupsPlan, RepositoryPlan, RestorePlan, RetentionPlan } from './repository/plan.ts';
import type { SchedulePlan } from './schedule/plan.ts';

/** Local time without a time-zone library: offsets to UTC as a table over the simulated span. */
export interface ZoneTable {
  /** IANA name, for people. */
  name: string;
  /** The start of the scenario as milliseconds since 1970-01-01T00:00Z. */
  startEpochMs: number;
  /** Release of the time-zone data that the table was made from, for example `2026b`. */
  dataVersion: string;
  /** Ascending. Each offset (local minus UTC) holds from `fromMs` (since the start, may be negative) until the next entry; the first also before it. */
  offsets: { fromMs: number; offsetMs: number }[];
}

/** `linear` accrues evenly; `compound` multiplies by 1 + fraction over `perDays` days, in steps at each local midnight. */
export type Growth = { kind: 'none' } | { kind: 'linear'; bytesPerDay: number } | { kind: 'compound'; fraction: number; perDays: number };

export type WriteLaw = 'append' | 'working-set' | 'power';

/** How the guest writes to one disk (MODEL: unique bytes U of V written bytes). */
export interface WritePlan {
  law: WriteLaw;
  /** C: unique bytes written per 24 h. */
  changedBytesPerDay: number;
  /** Mean of all bytes written; null: follows from the law and `changedBytesPerDay`. */
  rateBytesPerSecond: number | null;
  /** H, for `working-set` only. */
  workingSetBytes: number | null;
  /** b, for `power` only; between 0 (exclusive) and 1. */
  exponent: number;
  /** Scales `changedBytesPerDay` and the rate; `linear` is not meaningful here. */
  growth: Growth;
}

/** A delta that exists when the scenario starts. */
export interface InitialSnapshotPlan {
  kind: 'user' | 'orphan';
  /** Since the start; negative. */
  takenMs: number;
  sizeBytes: number;
}

/** A storage device behind several datastores: what they do costs time there too. */
export interface ArrayPlan {
  name: string;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  iops: number;
  origin: string;
}

export interface DiskPlan {
  datastore: string;
  sizeBytes: number;
  usedBytes: number;
  provisioning: 'thin' | 'thick';
  growth: Growth;
  writes: WritePlan;
  /** Mean guest reads; null: as large as the guest's writes. */
  readBytesPerSecond: number | null;
  /** Oldest first. */
  snapshots: InitialSnapshotPlan[];
}

export interface VmPlan {
  name: string;
  /** The entry of the file that this VM was counted from; its own name where there is no count. */
  group: string;
  host: string | null;
  tags: string[];
  /** At least one. */
  disks: DiskPlan[];
  /** Name of a profile in `Plan.activities`. */
  activity: string;
  /** Created and deleted while the scenario runs, within it; null: there from the start, there to the end. */
  bornMs: number | null;
  deletedMs: number | null;
  /** How old its newest good restore point may become; null: nobody said. */
  rpoMs: number | null;
  /** Its operating system, as `supportedGuests` of jobs name it; null: unknown. */
  guest: string | null;
  changeTracking: boolean;
  deltaOverhead: number;
  /** How long the guest rides out a pause before it crashes; null: for ever. */
  toleratesPauseMs: number | null;
  maxChain: number;
  /** The guest's own network, for agents; null: no limit. */
  networkBytesPerSecond: number | null;
  origin: string;
}

/** 24 or 168 multipliers of the guest's writes and reads by local hour (168: from Monday 00:00); the simulator divides by their mean. */
export interface ActivityPlan {
  name: string;
  multipliers: number[];
}

export interface DatastorePlan {
  name: string;
  capacityBytes: number;
  otherUsedBytes: number;
  otherGrowth: Growth;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  iops: number;
  ioSizeBytes: number;
  latencyMs: number;
  queueDepth: number;
  /** Cap of one consolidation. */
  mergeBytesPerSecond: number;
  /** Free space at which writes that need a new block are refused. */
  floorBytes: number;
  resumeMarginBytes: number;
  /** Who stops at the floor: VMs that need a new block, or every VM with a disk there. */
  onFull: 'pause-writers' | 'all';
  onSpaceFreed: 'stay-paused' | 'resume';
  /** Snapshots of jobs open at once; null: no limit. */
  maxOpenSnapshots: number | null;
  /** Snapshots of users and deltas left behind take one of those slots, too. */
  countOrphans: boolean;
  consolidation: 'mirror' | 'helper';
  merges: 'parallel' | 'serial';
  /** Passes of a helper merge before the rest is merged in one stun. */
  passLimit: number;
  /** When deltas that were left behind are tried to be removed: never, with each run that takes their VM, or once a period from the start. */
  orphanCleanup: { kind: 'never' } | { kind: 'next-run' } | { kind: 'every'; everyMs: number };
  /** Name of the array behind it; null: none. */
  array: string | null;
  /** No new task above `stopMs`; transfers and merges are held back so that latency stays at `throttleMs`. */
  latencyControl: { stopMs: number; throttleMs: number } | null;
  origin: string;
}

export interface HostPlan {
  name: string;
  /** What backup transfers over the host's management network may take together; null: no limit. */
  nbdBytesPerSecond: number | null;
  /** What agents on its guests and proxies in its VMs may send together; null: no limit. */
  networkBytesPerSecond: number | null;
  /** Datastores that it sees, from which a proxy on it can attach disks; null: all. */
  datastores: string[] | null;
  origin: string;
}

export interface LinkPlan {
  name: string;
  bandwidthBytesPerSecond: number;
  origin: string;
}

export interface ProxyPlan {
  name: string;
  slots: number | null;
  /** What takes a slot here and on the repository: each disk, or a VM with all its disks. */
  slotUnit: 'disk' | 'vm';
  cores: number | null;
  perCoreFullBytesPerSecond: number;
  perCoreIncrementalBytesPerSecond: number;
  networkBytesPerSecond: number | null;
  /** What it may read over the storage network (`direct-san`); null: no limit. */
  fabricBytesPerSecond: number | null;
  /** Datastores that it reaches over the storage network; null: all. */
  fabricDatastores: string[] | null;
  /** The host on which it is a VM, for `hot-add`; null: it is none. */
  host: string | null;
  links: string[];
  origin: string;
}

export type * from './faults/plan.ts';
export type * from './findings/plan.ts';
export type * from './repository/plan.ts';
export type * from './schedule/plan.ts';

/** How the data of a VM is read. */
export type MethodName = 'snapshot' | 'hot-add' | 'direct-san' | 'agent' | 'copy-before-write' | 'cdp' | 'direct-disk' | 'snapshot-only';

/** Which VMs a run takes, evaluated when it starts: keys unite, `except` subtracts; names are VMs or groups. */
export interface SelectionPlan {
  all: boolean;
  names: string[];
  tags: string[];
  hosts: string[];
  datastores: string[];
  except: string[];
}

/** When a job may run. */
export interface WindowPlan {
  /** Minutes of the local day, until before the second; on the days of the week (0 = Sunday) on which it opens. null: at any hour. */
  hours: { fromMinute: number; untilMinute: number; days: number[] } | null;
  /** Times at which it may not, whatever the hour; since the start. */
  blackouts: { fromMs: number; untilMs: number }[];
  /** What becomes of a run that is not through: it goes on, begins no further task, or stops. */
  atEnd: 'finish' | 'stop-new-tasks' | 'terminate';
  /** Ticks outside it are made up for by one run when it opens. */
  catchUp: boolean;
}

export interface JobPlan {
  name: string;
  selection: SelectionPlan;
  method: MethodName;
  /** What a disk does that its proxy cannot reach by the method: go over the host's network, or fail. */
  fallback: 'nbd' | 'fail';
  /** Datastore for the old blocks that a `copy-before-write` job would make the guest wait for; null: the guest waits. */
  fleecing: string | null;
  /** Snapshots that a `snapshot-only` job keeps on each VM. */
  keepSnapshots: number;
  /** Processor time per byte: a factor on the proxy's own, and seconds on top. */
  processing: { factor: number; secondsPerByte: number };
  schedule: SchedulePlan;
  /** Empty: the transfer meets no proxy. */
  proxies: string[];
  /** null: nothing is copied anywhere (`snapshot-only`). */
  repository: string | null;
  mode: ChainMode;
  /** Only in mode `forward`. */
  fullBackups: FullBackupsPlan | null;
  /** When differentials are due, in mode `forward`; null: never. */
  differential: SchedulePlan | null;
  initial: 'full' | 'established';
  concurrency: number | null;
  streamBytesPerSecond: number | null;
  /** Source bytes per stored byte. */
  reduction: number;
  ifRunning: 'skip' | 'queue' | 'queue-all' | 'start' | 'cancel-previous';
  /** Another job holds the VM: wait for it, or put a snapshot on top of its. */
  ifVmBusy: 'wait' | 'stack';
  snapshots: 'per-task' | 'whole-run';
  priority: number;
  /** null: it may run at any time. */
  window: WindowPlan | null;
  /** From its due instant a run must have begun within this, and so must each of its tasks; null: no limit. */
  startDeadlineMs: number | null;
  /** How long a run waits, from its start, for the first slots of its tasks; null: for ever. */
  lockWaitMs: number | null;
  /** The longest that a run may take from its start, retries included; null: no limit. */
  timeoutMs: number | null;
  /** Further attempts at a VM whose task has failed, each so long after the last one ended. */
  retries: { times: number; waitMs: number };
  /** Whether the guest's applications come to rest for a snapshot, and what becomes of a task where they do not. */
  quiesce: { mode: 'crash-consistent' | 'application'; onFailure: 'fail' | 'crash-consistent' };
  /** How long they may be at rest at most, in mode `application`. */
  freezeLimitMs: number;
  /** Operating systems that its software knows; null: all. */
  supportedGuests: string[] | null;
  zeroDetection: boolean;
  cbtOverhead: number;
  retention: RetentionPlan;
  /** Who may delete its points; null: nobody in particular. */
  account: string | null;
  /** `attachMs`: from the snapshot to the first byte where a proxy attaches the disks to itself. */
  timings: { quiesceMs: number; createMs: number; removeMs: number; attachMs: number };
  origin: string;
}

/** A value that nobody stated, with where it comes from; handed through to the result. */
export interface Assumption {
  path: string;
  value: string;
  source: string;
}

export interface Plan {
  name: string;
  /** SHA-256 of the scenario's content, made by whoever made the plan. */
  digest: string;
  seed: string;
  /** The start in ISO 8601 with offset. */
  start: string;
  durationMs: number;
  zone: ZoneTable;
  /** How long after a pause an operator answers, once space is back; null: never. */
  operatorRespondsAfterMs: number | null;
  activities: ActivityPlan[];
  arrays: ArrayPlan[];
  datastores: DatastorePlan[];
  hosts: HostPlan[];
  links: LinkPlan[];
  proxies: ProxyPlan[];
  repositories: RepositoryPlan[];
  vms: VmPlan[];
  jobs: JobPlan[];
  restores: RestorePlan[];
  /** What counts as trouble; it judges the run and never changes it. */
  policy: PolicyPlan;
  faults: FaultPlan[];
  assumptions: Assumption[];
}
