import type { Law } from './laws.ts';
import type { Schedule } from './schedule.ts';
import type { Pace } from './units.ts';
import type { Zone } from './zone.ts';

/** Everything that stands and runs, with its state at the instant `nowMs` since the start. */
export interface World {
  zone: Zone;
  startUtcMs: number;
  durationMs: number;
  nowMs: number;
  datastores: Datastore[];
  hosts: Host[];
  links: Link[];
  proxies: Proxy[];
  repositories: Repository[];
  vms: Vm[];
  jobs: Job[];
  tasks: Task[];
  /** Deltas to be removed, in the order in which their removal was asked; those of one VM wait for each other. */
  removals: Delta[];
  /** How many stages, transfers and merges have begun: what falls on one instant comes in the order in which it began. */
  begun: number;
}

export interface Datastore {
  name: string;
  capacityBytes: number;
  otherBytes: number;
  otherGrowth: Pace;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  operationsPerSecond: number;
  ioSizeBytes: number;
  mergeBytesPerSecond: number;
  floorBytes: number;
  resumeMarginBytes: number;
  pausesAll: boolean;
  resumes: boolean;
  maxOpenSnapshots: number;
  countsOrphans: boolean;
  serialMerges: boolean;
  otherBytesPerMs: number;
  /** Growth was cut off at the floor, so nothing is left there, whatever rounding says. */
  cutOff: boolean;
  servedFraction: number;
  servedMs: number;
  fullAtMs: number | null;
  peakUsedBytes: number;
  peakAtMs: number;
  peakLedger: LedgerEntry[];
}

export interface LedgerEntry {
  owner: string;
  kind: 'other' | 'base' | 'growth' | 'delta' | 'user' | 'orphan';
  bytes: number;
  run?: string;
}

export interface Host {
  name: string;
  nbdBytesPerSecond: number;
}

export interface Link {
  name: string;
  bytesPerSecond: number;
}

export interface Proxy {
  name: string;
  slots: number;
  cores: number;
  fullBytesPerCoreSecond: number;
  incrementalBytesPerCoreSecond: number;
  networkBytesPerSecond: number;
  links: Link[];
}

export interface Repository {
  name: string;
  capacityBytes: number;
  writeBytesPerSecond: number;
  slots: number;
  links: Link[];
  fullAtMs: number | null;
  peakUsedBytes: number;
}

export interface Vm {
  name: string;
  group: string;
  host: Host | null;
  datastore: Datastore;
  sizeBytes: number;
  thin: boolean;
  /** The law of what begins now; deltas and bases keep that of the moment at which they began. */
  law: Law;
  deltaOverhead: number;
  writeBytesPerSecond: number;
  readBytesPerSecond: number;
  readsAsLargeAsWrites: boolean;
  writesGrowth: Pace;
  /** One multiplier for each hour of the week, Monday 00:00 first, mean 1. */
  activity: number[];
  growth: Pace;
  changeTracking: boolean;
  toleratesPauseMs: number;
  maxChain: number;
  tags: string[];
  /** What a full backup reads; grows. */
  usedBytes: number;
  initialUsedBytes: number;
  /** Growth that has been allocated in the base disk, not in a delta. */
  baseGrowthBytes: number;
  /** V since the scenario's start, over all deltas; negative before it. */
  writtenBytes: number;
  writtenBytesPerMs: number;
  grownBytesPerMs: number;
  /** Open deltas, the oldest first. */
  chain: Delta[];
  pausedSinceMs: number | null;
  pausedAtMs: number | null;
  pausedMs: number;
  crashedAtMs: number | null;
  maxChainDepth: number;
}

export interface Delta {
  vm: Vm;
  law: Law;
  kind: 'delta' | 'user' | 'orphan';
  task: Task | null;
  /** V that has come to rest in this delta. */
  writtenBytes: number;
  /** Where the VM's V stood when this delta, now the top one, began to take it in; null when frozen. */
  openedAtBytes: number | null;
  /** Growth of the disk that lies in this delta. */
  growthBytes: number;
  /** The delta above, while it is being merged into this one. */
  absorbing: Delta | null;
  merge: Transfer | null;
}

/** Bytes on their way, of a backup or of a merge. */
export interface Transfer {
  workBytes: number;
  leftBytes: number;
  bytesPerMs: number;
}

export interface Job {
  name: string;
  order: number;
  selects: (vm: Vm) => boolean;
  schedule: Schedule;
  ticksMs: number[];
  proxies: Proxy[];
  repository: Repository;
  fullsOnly: boolean;
  established: boolean;
  concurrency: number;
  streamBytesPerSecond: number;
  reduction: number;
  ifRunning: 'skip' | 'queue' | 'queue-all' | 'start';
  stacksOnBusyVm: boolean;
  wholeRun: boolean;
  priority: number;
  zeroDetection: boolean;
  cbtOverhead: number;
  keepLast: number;
  quiesceMs: number;
  createMs: number;
  removeMs: number;
  runs: Run[];
  /** Per VM the newest successful snapshot. */
  bases: Map<Vm, Base>;
  /** Per VM the restore points, oldest first. */
  points: Map<Vm, Point[]>;
}

/** A successful snapshot: its instant, where V stood, and the law by which changes since then are counted. */
export interface Base {
  snapshotMs: number;
  writtenBytes: number;
  law: Law;
}

export interface Point {
  full: boolean;
  bytes: number;
}

export interface Run {
  id: string;
  job: Job;
  dueMs: number;
  startedMs: number | null;
  endedMs: number | null;
  skipped: boolean;
  overlapsPrevious: boolean;
  tasks: Task[];
}

type Stage = 'queued' | 'quiescing' | 'snapshotting' | 'holding' | 'transferring' | 'removing' | 'consolidating' | 'ended';

export interface Task {
  run: Run;
  vm: Vm;
  stage: Stage;
  outcome: 'success' | 'warning' | 'failed' | 'aborted';
  /** When the present stage ends, where that is known. */
  dueMs: number | null;
  /** The present stage's place in the order in which things began. */
  place: number;
  locksVm: boolean;
  takesSnapshotSlot: boolean;
  takesTransferSlots: boolean;
  proxy: Proxy | null;
  delta: Delta | null;
  transfer: Transfer | null;
  kind: 'full' | 'incremental' | null;
  queuedMs: number;
  snapshotMs: number | null;
  base: Base | null;
  transferMs: number | null;
  transferEndMs: number | null;
  consolidatedMs: number | null;
  peakDeltaBytes: number;
}
