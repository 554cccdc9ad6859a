/**
 * What `simulate` returns: plain data, the same keys as `overrun run --format json` prints (schema `overrun/result@1`; that number only gains keys).
 * Milliseconds throughout; instants (`...AtMs`, `untilMs`, `dueMs`, `startedMs`, `endedMs`, and a task's stage marks) count from the start and are
 * null when never reached. Sentences for people are not made here: `reports/` writes them from a finding's rule, subject and evidence.
 */
import type { Assumption, PolicyPreset, WaiverPlan } from './plan.ts';
import type { Level, PointKind } from './repository/point.ts';

export type Verdict = 'safe' | 'at-risk' | 'fails';
export type Severity = 'error' | 'warning' | 'info';

export type RuleId =
  | 'space-exhausted'
  | 'vm-paused'
  | 'vm-crashed'
  | 'repository-full'
  | 'task-failed'
  | 'free-space'
  | 'run-overlap'
  | 'run-skipped'
  | 'io-saturated'
  | 'latency'
  | 'slot-starved'
  | 'vm-not-created'
  | 'rpo-missed'
  | 'vm-unprotected'
  | 'snapshot-orphaned'
  | 'snapshot-age'
  | 'chain-depth'
  | 'consolidation-stalled'
  | 'proxy-starved'
  | 'new-vm-missed'
  | 'job-overlap'
  | 'window-overrun'
  | 'direct-disk-copy'
  | 'snapshot-as-backup'
  | 'stun'
  | 'guest-agent-storm'
  | 'excessive-permission'
  | 'unsupported-guest'
  | 'software-outdated';

export type SubjectKind = 'datastore' | 'vm' | 'job' | 'repository' | 'proxy';

/** One trouble with one subject. Repetitions are counted in it (`evidence.count`), not listed again. */
export interface Finding {
  id: string;
  rule: RuleId;
  severity: Severity;
  /** The first time. */
  atMs: number;
  /** End of that first episode; null: it lasts to the end of the scenario, or the trouble is an instant. */
  untilMs: number | null;
  subject: { kind: SubjectKind; name: string };
  /** Event ids of the log, each earlier than or at `atMs`. */
  causes: string[];
  /** Somebody has accepted it: it is a note, and `severity` in here is what it would be. */
  waiver?: { severity: Severity; owner: string; reason: string; until: string };
  /** Figures and names, by rule; see `sim/findings`. */
  evidence: Record<string, number | string | null>;
}

/** Weighted by time over the whole scenario. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Busy fraction 0..1, weighted by time over the whole scenario. */
export interface Utilisation {
  mean: number;
  p95: number;
  max: number;
}

export type LedgerKind = 'other' | 'base' | 'growth' | 'delta' | 'helper' | 'user' | 'orphan' | 'fleece';

/** Who owned how many bytes at one instant; whole bytes, the sum of a ledger is `used`. */
export interface LedgerEntry {
  /** A VM's name, or the datastore's own for `other`. */
  owner: string;
  kind: LedgerKind;
  bytes: number;
  /** The run whose snapshot the delta belongs to, for example `nightly#12`. */
  run?: string;
}

export interface DatastoreResult {
  capacityBytes: number;
  startUsedBytes: number;
  peakUsedBytes: number;
  peakAtMs: number;
  minFreeBytes: number;
  /** First instant with free space at or below the floor. */
  fullAtMs: number | null;
  utilisation: Utilisation;
  /** Served fraction of guest I/O below 1, or busy with everything but queued transfers above 0.9. */
  saturatedMs: number;
  /** Mean over time of the fraction of the guests' demand that was served. */
  guestServedFraction: number;
  latencyMs: Percentiles;
  peakLedger: LedgerEntry[];
}

export interface DeviceResult {
  utilisation: Utilisation;
  saturatedMs: number;
  /** Summed over tasks: waiting because this had no free slot. */
  slotWaitMs: number;
}

export interface RepositoryResult extends DeviceResult {
  capacityBytes: number;
  startUsedBytes: number;
  peakUsedBytes: number;
  peakAtMs: number;
  endUsedBytes: number;
  /** What should stay free for transforms, by the usual sizing: 1.05 times the fulls of the job that keeps most in fulls here. It is not taken. */
  workingSpaceBytes: number;
  fullAtMs: number | null;
}

export interface VmResult {
  /** When it was created and deleted during the scenario. */
  createdAtMs: number | null;
  deletedAtMs: number | null;
  pausedAtMs: number | null;
  pausedMs: number;
  crashedAtMs: number | null;
  /** Time with its host lost. */
  downMs: number;
  /** When a datastore with a disk of it was lost for good. */
  lostAtMs: number | null;
  stunMs: number;
  maxChainDepth: number;
  /** Total time with at least one snapshot of a job open. */
  snapshotOpenMs: number;
  /** Milliseconds of writing lost by waiting for a backup that saves old blocks first (`copy-before-write`), summed over its disks. */
  writeHeldMs: number;
  /** The largest age of a write that had not been sent yet (`cdp`); null: no such job took the VM. */
  worstLagMs: number | null;
  /** Moments to which it can be taken back at the end, by good points on repositories and kept snapshots; copies of one point count once. */
  restorePoints: number;
  /** The largest age that its newest good point has had; without any it counts from the start, or from when the VM was created. */
  worstRpoMs: number;
  /** How many of its restore points survive a loss at the end: by `datastore:NAME`, `repository:NAME` and, for who may delete them, `account:NAME`. */
  survives: Record<string, number>;
  latencyMs: Percentiles;
}

export type TaskStatus = 'queued' | 'running' | 'success' | 'warning' | 'failed' | 'aborted';
export type RunStatus = 'success' | 'warning' | 'failed' | 'skipped' | 'aborted' | 'queued' | 'running';

export interface TaskResult {
  vm: string;
  status: TaskStatus;
  attempt: number;
  /** Null until it is decided, when the snapshot exists. */
  kind: Level | null;
  /**
   * Why it failed or ended with a warning: `datastore-full`, `chain-limit`, `repository-full`, `vm-crashed`, `merge-refused`, `cancelled`, `no-transport`,
   * `fleecing-full`, `window-closed`, `timeout`, `start-deadline`, `inconsistent-copy`, `damaged-copy`, `vm-deleted`.
   */
  reason: string | null;
  /** What its point is worth to the applications of the guest; null: no snapshot, or no application was asked to come to rest. */
  consistency: 'application' | 'crash' | null;
  queuedMs: number;
  snapshotMs: number | null;
  transferMs: number | null;
  transferEndMs: number | null;
  consolidatedMs: number | null;
  endedMs: number | null;
  readBytes: number;
  storedBytes: number;
  peakDeltaBytes: number;
  /** Fractions of the time from `queuedMs` to `transferEndMs` (or to the end), summing to 1; `waiting:...` while it lacked a slot. */
  bottleneck: Record<string, number>;
}

export interface RunResult {
  id: string;
  dueMs: number;
  startedMs: number | null;
  endedMs: number | null;
  status: RunStatus;
  overlapsPrevious: boolean;
  /** What the reading of its data takes at least on this hardware: of longest task, work on the busiest resource, work on the slots. Null: not started. */
  lowerBoundMs: number | null;
  tasks: TaskResult[];
}

export interface JobResult {
  firstOverlapAtMs: number | null;
  runs: RunResult[];
}

/** A restore of the scenario; instants are null where it has not come to them, or found no point (`pointAtMs`). */
export interface RestoreResult {
  vm: string;
  /** When it was asked for. */
  atMs: number;
  repository: string | null;
  /** The moment to which it takes the VM back. */
  pointAtMs: number | null;
  startedMs: number | null;
  endedMs: number | null;
  /** Stored bytes read, of one that is under way up to the end of the scenario. */
  readBytes: number;
}

/** By what the findings were judged. */
export interface PolicyResult {
  preset: PolicyPreset;
  /** How many rules it sets otherwise than the preset, a selection of subjects counting again. */
  settings: number;
  waivers: WaiverPlan[];
}

/** What some points of a VM let somebody restore. */
export interface Recoverable {
  /** The moment that the newest good one holds, before the start negative; null: there is none. */
  newestPointAtMs: number | null;
  /** Its age; without any the time since the start, or since the VM was created. Null: the VM does not exist. */
  rpoMs: number | null;
  /** Moments to which it can be taken back: copies of one point count once. */
  restorePoints: number;
}

export interface PointRecovery {
  /** The moment that it holds. */
  atMs: number;
  kind: PointKind | 'snapshot';
  /** What it takes by itself. */
  bytes: number;
  /** Something can be restored from it. */
  good: boolean;
  /** Nobody can delete it, being younger than `immutable` says or needed by one that is. */
  immutable: boolean;
}

/** What a job has of a VM in one place, oldest first. */
export interface ChainRecovery {
  job: string;
  /** Null: snapshots on the VM's own datastores. */
  repository: string | null;
  /** Who may delete it; null: nobody in particular. */
  account: string | null;
  /** It has been copied there. */
  copy: boolean;
  points: PointRecovery[];
}

export interface VmRecovery extends Recoverable {
  chains: ChainRecovery[];
  /** What a loss would leave: by `datastore:NAME`, `repository:NAME` and, for who may delete points, `account:NAME`. */
  survives: Record<string, Recoverable>;
}

/** What could be restored at an instant, after everything that happens at it. */
export interface RecoveryState {
  atMs: number;
  vms: Record<string, VmRecovery>;
}

export interface Result {
  schema: 'overrun/result@1';
  scenario: { name: string; digest: string; start: string; durationMs: number; timezone: string };
  seed: string;
  fingerprint: string;
  logVersion: number;
  verdict: Verdict;
  policy: PolicyResult;
  findings: Finding[];
  datastores: Record<string, DatastoreResult>;
  hosts: Record<string, DeviceResult>;
  links: Record<string, DeviceResult>;
  proxies: Record<string, DeviceResult>;
  arrays: Record<string, DeviceResult>;
  repositories: Record<string, RepositoryResult>;
  vms: Record<string, VmResult>;
  jobs: Record<string, JobResult>;
  restores: RestoreResult[];
  /** At the instants that were asked for, by time; not there where none was. */
  recovery?: RecoveryState[];
  assumptions: Assumption[];
  engine: { version: string; timeZoneData: string; events: number; solves: number };
}
