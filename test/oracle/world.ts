import type { FaultKind } from './faults.ts';
import type { Hours } from './hours.ts';
import type { Law } from './laws.ts';
import type { Retention } from './retention.ts';
import type { Schedule } from './schedule.ts';
import type { Chain, Copy, CopyTarget, Point, Restore, Transform, Upkeep, Work } from './stored.ts';
import type { Pace } from './units.ts';
import type { Zone } from './zone.ts';

export type { Chain, Copy, CopyTarget, Point, Restore, Transform, Upkeep, Work } from './stored.ts';

/** Everything that stands and runs, with its state at the instant `nowMs` since the start. */
export interface World {
  /** The text from which all draws come. */
  seed: string;
  zone: Zone;
  startUtcMs: number;
  durationMs: number;
  longestStepMs: number;
  nowMs: number;
  arrays: StorageArray[];
  datastores: Datastore[];
  hosts: Host[];
  links: Link[];
  proxies: Proxy[];
  repositories: Repository[];
  /** Those that are there, in file order. */
  vms: Vm[];
  /** All, whether they are there now or not. */
  everyVm: Vm[];
  jobs: Job[];
  tasks: Task[];
  /** Runs that have ended, and that no other job has followed yet. */
  ended: Run[];
  /** What the jobs keep of the VMs, in the order in which the chains began. */
  chains: Chain[];
  /** Those that wait or run, in the order in which they were asked for. */
  transforms: Transform[];
  upkeeps: Upkeep[];
  restores: Restore[];
  /** Points on their way to other repositories, and those that wait for it. */
  copies: Copy[];
  /** What repositories have done by themselves. */
  works: Work[];
  /** Deltas to be removed, in the order in which their removal was asked; the tasks of one VM wait for each other. */
  removals: Delta[];
  /** Of orphans, those under way. */
  cleanups: Cleanup[];
  faults: Fault[];
  /** How long after a pause the operator answers. */
  respondsAfterMs: number;
  /** How many stages, transfers and merges have begun: what falls on one instant comes in the order in which it began. */
  begun: number;
}

/** Something that goes wrong, once, with each run of a job, or all the time. */
export interface Fault {
  /** The name of its streams of draws, without what distinguishes them. */
  stream: string;
  /** Of each task, or of each run where it strikes with runs. */
  probability: number;
  kind: FaultKind;
  /** The link, host, proxy or datastore. */
  on: object | null;
  job: string | null;
  /** A VM or a group. */
  vm: string | null;
  disk: number | null;
  account: string | null;
  /** What is left. */
  factor: number;
  /** Where a transfer is cut off, as a share of what it reads. */
  offset: number | null;
  withRuns: boolean;
  afterMs: number;
  lastsMs: number;
  /** Instants at which it has yet to strike. */
  strikes: number[];
  /** The runs that it strikes with, of those that have started. */
  seen: Set<Run>;
  /** It holds until then. */
  untilMs: number;
}

/** The removal of a VM's orphans. */
export interface Cleanup {
  vm: Vm;
  /** Which orphans it takes, by any of these. */
  isMeant: ((orphan: Delta) => boolean)[];
  refused: Set<Delta>;
  /** Waiting for its turn, or merging. */
  stage: 'removing' | 'consolidating';
  place: number;
}

/** The device behind several datastores, whose coefficients count beside their own. */
export interface StorageArray {
  name: string;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  operationsPerSecond: number;
}

export interface Datastore {
  name: string;
  array: StorageArray | null;
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
  helps: boolean;
  passLimit: number;
  /** When orphans are tried to be removed: never, when a run takes the VM, or each so many ms. */
  cleansUp: 'never' | 'next-run' | number;
  isLost: boolean;
  /** Speeds and idle latency without faults. */
  nominal: { readBytesPerSecond: number; writeBytesPerSecond: number; operationsPerSecond: number; idleLatencyMs: number };
  /** L0, in ms. */
  idleLatencyMs: number;
  queueDepth: number;
  stopLatencyMs: number;
  throttleLatencyMs: number;
  /** L at the present rates. */
  latencyMs: number;
  otherBytesPerMs: number;
  /** Growth was cut off at the floor, so nothing is left there, whatever rounding says. */
  cutOff: boolean;
  /** Not full, and since it was, free space has been at the resume margin. */
  hasSpace: boolean;
  servedFraction: number;
  servedMs: number;
  fullAtMs: number | null;
  peakUsedBytes: number;
  peakAtMs: number;
  peakLedger: LedgerEntry[];
}

export interface LedgerEntry {
  owner: string;
  kind: 'other' | 'base' | 'growth' | 'fleece' | Delta['kind'];
  bytes: number;
  run?: string;
}

export interface Host {
  name: string;
  /** Datastores from which a proxy on it can attach disks. */
  datastores: Datastore[];
  networkBytesPerSecond: number;
  nbdBytesPerSecond: number;
}

export interface Link {
  name: string;
  bytesPerSecond: number;
}

export interface Proxy {
  name: string;
  slots: number;
  /** One slot for all disks of a VM, here and on the repository. */
  slotPerVm: boolean;
  cores: number;
  fullBytesPerCoreSecond: number;
  incrementalBytesPerCoreSecond: number;
  networkBytesPerSecond: number;
  links: Link[];
  fabricBytesPerSecond: number;
  /** Those that it reaches over the storage network. */
  datastores: Datastore[];
  /** On which it is a VM. */
  host: Host | null;
}

export interface Repository {
  name: string;
  capacityBytes: number;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  mergeBytesPerSecond: number;
  slots: number;
  links: Link[];
  /** Transforms change references only. */
  blockClone: boolean;
  immutableMs: number;
  graceMs: number;
  /** Space of removed points that has not come back. */
  /** When it comes back; where it is collected, from when on a collection may begin that brings it back. */
  removed: { bytes: number; untilMs: number; ripeMs: number }[];
  /** Null where removed space comes back by itself. */
  collection: { schedule: Schedule; readShare: number } | null;
  verify: Schedule | null;
  /** Where its points are copied to; null where they are not. */
  copyTo: CopyTarget | null;
  startUsedBytes: number;
  fullAtMs: number | null;
  peakUsedBytes: number;
}

export interface Vm {
  name: string;
  group: string;
  /** When it is created and deleted. */
  fromMs: number;
  untilMs: number;
  isThere: boolean;
  host: Host | null;
  /** Of the guest's own network, which agents use. */
  networkBytesPerSecond: number;
  disks: Disk[];
  deltaOverhead: number;
  /** One multiplier for each hour of the week, Monday 00:00 first, mean 1. */
  activity: number[];
  changeTracking: boolean;
  toleratesPauseMs: number;
  maxChain: number;
  tags: string[];
  /** The full datastore that has stopped it. */
  pausedBy: Datastore | null;
  /** Since it was paused, if only for a while. */
  spaceCameBack: boolean;
  pausedSinceMs: number | null;
  pausedAtMs: number | null;
  pausedMs: number;
  crashedAtMs: number | null;
  /** Null while nothing sends what it writes. */
  worstLagMs: number | null;
  /** The largest age that its newest good point has had. */
  worstRpoMs: number;
  /** Its host is away. */
  isDown: boolean;
  downMs: number;
  /** How long it has stood still around snapshots. */
  stunMs: number;
  lostAtMs: number | null;
  guest: string | null;
  maxChainDepth: number;
  /** When the oldest snapshot was taken that is there from the start, by the local clock; infinity: there is none. */
  snapshotSinceLocalMs: number;
}

export interface Disk {
  vm: Vm;
  datastore: Datastore;
  sizeBytes: number;
  thin: boolean;
  /** The law of what begins now; deltas and bases keep that of the moment at which they began. */
  law: Law;
  writeBytesPerSecond: number;
  readBytesPerSecond: number;
  readsAsLargeAsWrites: boolean;
  writesGrowth: Pace;
  growth: Pace;
  /** What a full backup reads; grows. */
  usedBytes: number;
  initialUsedBytes: number;
  /** Growth that has been allocated in the base disk, not in a delta. */
  baseGrowthBytes: number;
  /** V since the scenario's start, over all deltas; negative before it. */
  writtenBytes: number;
  writtenBytesPerMs: number;
  /** What a copy lets the guest write of what it would. */
  writtenFraction: number;
  isLost: boolean;
  grownBytesPerMs: number;
  /** Open deltas, the oldest first. */
  chain: Delta[];
}

export interface Delta {
  disk: Disk;
  law: Law;
  /** A helper takes in what the guest writes while the delta below it is being merged. */
  kind: 'delta' | 'user' | 'orphan' | 'helper';
  task: Task | null;
  /** It began as a helper, which is no part of what its task has opened. */
  wasHelper: boolean;
  /** Who removes it. */
  removedBy: Task | Cleanup | null;
  /** V that has come to rest in this delta. */
  writtenBytes: number;
  /** Where the disk's V stood when this delta, now the top one, began to take it in; null when frozen. */
  openedAtBytes: number | null;
  /** Growth of the disk that lies in this delta. */
  growthBytes: number;
  /** The delta above, while it is being merged into this one. */
  absorbing: Delta | null;
  merge: Merge | null;
}

/** Bytes on their way, of a backup or of a merge. */
export interface Transfer {
  workBytes: number;
  leftBytes: number;
  bytesPerMs: number;
}

export interface Merge extends Transfer {
  /** Counts from 1; more than one with a helper only. */
  pass: number;
  /** The last pass: the VM stands still meanwhile, and the merge has its full speed. */
  stuns: boolean;
  place: number;
}

export type Method = 'snapshot' | 'hot-add' | 'direct-san' | 'agent' | 'copy-before-write' | 'cdp' | 'direct-disk' | 'snapshot-only';

export interface Job {
  name: string;
  order: number;
  selects: (vm: Vm) => boolean;
  method: Method;
  /** What a disk does that its proxy does not reach: go over the network of its host, or fail. */
  fallsBack: boolean;
  schedule: Schedule;
  ticksMs: number[];
  hours: Hours;
  catchesUp: boolean;
  /** A tick fell outside the window, for which a run is due when it opens. */
  hasMissed: boolean;
  startDeadlineMs: number;
  lockWaitMs: number;
  timeoutMs: number;
  /** Writers come to rest before a snapshot; where they do not, the task may go on without. */
  comesToRest: boolean;
  goesOnWithout: boolean;
  freezeLimitMs: number;
  /** Null for all. */
  supportedGuests: string[] | null;
  account: string | null;
  retries: { times: number; waitMs: number };
  proxies: Proxy[];
  /** Null where nothing is copied. */
  repository: Repository | null;
  mode: 'forever-forward' | 'forward' | 'reverse' | 'full';
  activeFull: Schedule | null;
  syntheticFull: Schedule | null;
  differential: Schedule | null;
  established: boolean;
  concurrency: number;
  streamBytesPerSecond: number;
  reduction: number;
  /** Core time per byte to that which `perCore` states, and what deduplication adds to it. */
  compressionWork: number;
  checksumSecondsPerByte: number;
  ifRunning: 'skip' | 'queue' | 'queue-all' | 'start' | 'cancel-previous';
  stacksOnBusyVm: boolean;
  wholeRun: boolean;
  priority: number;
  zeroDetection: boolean;
  cbtOverhead: number;
  retention: Retention;
  quiesceMs: number;
  createMs: number;
  attachMs: number;
  removeMs: number;
  runs: Run[];
  /** Per VM the newest successful snapshot. */
  bases: Map<Vm, Base>;
  /** What no differential can count from any more. */
  forgottenFulls: Set<Base>;
  /** Where the blocks lie that guests overwrite before they are copied; null where guests wait instead. */
  fleecing: Datastore | null;
  /** How many snapshots a job that does nothing else leaves open on each VM. */
  keepSnapshots: number;
  /** Per VM the tasks whose snapshots are kept, oldest first. */
  kept: Map<Vm, Task[]>;
}

/** A successful snapshot: its instant, and per disk where V stood and the law by which changes since then are counted. */
export interface Base {
  snapshotMs: number;
  /** Source bytes of a full of that moment. */
  fullBytes: number;
  marks: Map<Disk, { writtenBytes: number; law: Law }>;
}

export interface Run {
  id: string;
  job: Job;
  dueMs: number;
  startedMs: number | null;
  endedMs: number | null;
  skipped: boolean;
  overlapsPrevious: boolean;
  /** Failed tasks are tried again, as often as the job says. */
  triesAgain: boolean;
  /** A disk of one of its tasks has had a slot. */
  hadSlots: boolean;
  /** Everything has been read, and transforms have been asked for. */
  hasAsked: boolean;
  tasks: Task[];
}

type Stage =
  | 'queued'
  | 'quiescing'
  | 'snapshotting'
  | 'holding'
  | 'attaching'
  | 'transferring'
  | 'streaming'
  | 'removing'
  | 'consolidating'
  | 'ended';

export interface Task {
  run: Run;
  vm: Vm;
  /** Counts from 1. */
  attempt: number;
  isLastAttempt: boolean;
  /** When the next attempt follows this failed one, null for never. */
  retryAtMs: number | null;
  stage: Stage;
  outcome: 'success' | 'warning' | 'failed' | 'aborted';
  /** Why its outcome is not a success. */
  reason: string | null;
  /** When the present stage ends, where that is known. */
  dueMs: number | null;
  /** The present stage's place in the order in which things began. */
  place: number;
  locksVm: boolean;
  /** A snapshot was open while the disks were copied under the running VM. */
  isDamaged: boolean;
  /** How the writers of the guest are, in mode application. */
  rest: 'application' | 'crash' | null;
  /** How they were when the snapshot was made. */
  consistency: 'application' | 'crash' | null;
  /** How long it takes to create the snapshot. */
  frozenMs: number;
  /** Where it holds a snapshot slot. */
  snapshotSlots: Set<Datastore>;
  takesJobSlot: boolean;
  /** The proxy that carries all its disks with one slot, null for none. */
  proxyOfAll: Proxy | null;
  streams: Stream[];
  kind: 'full' | 'incremental' | 'differential' | null;
  stored: { chain: Chain; point: Point } | null;
  queuedMs: number;
  snapshotMs: number | null;
  base: Base | null;
  /** What it reads the changes since; null for a full. */
  since: Base | null;
  transferMs: number | null;
  transferEndMs: number | null;
  consolidatedMs: number | null;
  endedMs: number | null;
  peakDeltaBytes: number;
}

/** How the bytes of a disk leave it: through the guest, the network of the host, a proxy that has attached it, or the storage network. */
export type Way = 'guest' | 'nbd' | 'attached' | 'fabric';

/** The transfer of one disk. */
export interface Stream {
  task: Task;
  disk: Disk;
  stage: 'waiting' | 'admitted' | 'moving' | 'done';
  proxy: Proxy | null;
  way: Way;
  place: number;
  /** Since when nothing has come through. */
  stalledSinceMs: number | null;
  /** Where it will be cut off, as bytes left to read, and why. */
  cut: { leftBytes: number; reason: 'read-error' | 'connection-cut' } | null;
  /** It has been cut off without knowing it. */
  isHung: boolean;
  /** What is left of the speed that it would have alone. */
  slowdown: number;
  /** Null until the snapshot exists. */
  transfer: Transfer | null;
  saving: Saving | null;
  feed: Feed | null;
}

/** Blocks of a disk that are saved before the guest overwrites them, as long as the disk is being copied. */
export interface Saving {
  law: Law;
  /** Where the disk's V stood when its copying began. */
  openedAtBytes: number;
  /** What q is a fraction of. */
  wholeBytes: number;
  /** The file with the saved blocks; null where the guest waits. */
  datastore: Datastore | null;
  fileBytes: number;
  /** What is to be saved at the present rates. */
  bytesPerSecond: number;
  /** What the guest would write if nothing held it. */
  wishBytesPerMs: number;
}

/** The writes to a disk on their way to the replica. */
export interface Feed {
  /** As it was when the feed was last in step. */
  law: Law;
  stage: 'copying' | 'behind' | 'in step';
  backlogBytes: number;
  bytesPerMs: number;
  /** What the guest writes at the present rates. */
  demandBytesPerSecond: number;
  /** Where the disk's V stood when the feed was last in step. */
  inStepAtBytes: number;
  /** Everything that was written before has been sent. */
  sentMs: number;
  /** V of the disk over time, from when the copying began. */
  history: { ms: number; writtenBytes: number }[];
}
