/** A task: one VM in one run, with one part for each of its disks. The stages are driven by `stages.ts`; this is its state. */
import type { Datastore } from '../estate/datastore.ts';
import type { Delta } from '../estate/delta.ts';
import type { Disk } from '../estate/disk.ts';
import type { GrowthLaw } from '../estate/growth-law.ts';
import type { Proxy } from '../estate/host.ts';
import type { Vm } from '../estate/vm.ts';
import type { CutOff } from '../faults/faults.ts';
import type { Level, RestorePoint } from '../repository/point.ts';
import type { Waited, WaitGroup } from './admission.ts';
import type { CdpStream } from './cdp-stream.ts';
import type { CopyGuard } from './copy-before-write.ts';
import type { Transfer } from './methods/method.ts';
import type { Run } from './run.ts';

export type Stage =
  | 'queued'
  | 'quiescing'
  | 'snapshotting'
  | 'ready'
  | 'attaching'
  | 'transferring'
  | 'streaming'
  | 'removing'
  | 'consolidating'
  | 'ended';

export type Outcome = 'success' | 'warning' | 'failed' | 'aborted';

/** Why a task did not simply succeed. */
export type Reason =
  | 'datastore-full'
  | 'chain-limit'
  | 'repository-full'
  | 'vm-crashed'
  | 'merge-refused'
  | 'cancelled'
  | 'vm-deleted'
  /** The job's window closed, the run took too long, the task had not begun in time, none of its run had. */
  | 'window-closed'
  | 'timeout'
  | 'start-deadline'
  | 'lock-wait'
  /** Its snapshot has been left behind. */
  | 'snapshot-orphaned'
  /** Faults: what it needs is gone, or does not let it through. */
  | 'proxy-crash'
  | 'host-lost'
  | 'datastore-lost'
  | 'network-lost'
  | 'connection-cut'
  | 'read-error'
  | 'credential-expired'
  | 'application-failure'
  /** The guest did not come to rest: it fails, or it is only crash-consistent. */
  | 'writer-failure'
  | 'freeze-limit'
  | 'unsupported-guest'
  | 'crash-consistent'
  /** Its proxy cannot reach a disk by the method, and nothing else was allowed. */
  | 'no-transport'
  /** The datastore for its old blocks filled up. */
  | 'fleecing-full'
  /** A copy of a disk to which the guest wrote meanwhile, and of one with an open snapshot. */
  | 'inconsistent-copy'
  | 'damaged-copy';

/** A point in a disk's history of writes, from which the changes of a later moment are counted. */
export interface WriteMark {
  atMs: number;
  writtenBytes: number;
  law: GrowthLaw;
}

/** One disk of a task: its slots, its delta, its transfer and its merge. */
export class TaskDisk {
  readonly number: number;
  readonly task: Task;
  readonly disk: Disk;
  /** The group in which it waits for slots; null: it does not. */
  group: WaitGroup | null = null;
  /** The group's account when it entered. */
  waitedBefore: Waited | null = null;
  holdsSlots = false;
  /** Another disk of its VM holds the slots for it. */
  sharesSlots = false;
  proxy: Proxy | null = null;
  /** Its proxy cannot reach the disk by the job's method: it goes over the host's network instead. */
  fellBack = false;
  state: 'waiting' | 'transferring' | 'transferred' | 'streaming' | 'stopped' = 'waiting';
  /** Flow of the transfer; -1: none. */
  flow = -1;
  /** What it crosses while it is under way. */
  transfer: Transfer | null = null;
  delta: Delta | null = null;
  /** Whose delta it removes in the end: its own, or that of an older task where snapshots are kept. */
  removes: TaskDisk = this;
  /** What the guest waits for while its old blocks are saved. */
  guard: CopyGuard | null = null;
  /** Its guest's writes as they are sent (`cdp`). */
  stream: CdpStream | null = null;
  /** Snapshots that had been taken of the disk when its transfer began. */
  snapshotsBefore = 0;
  /** One was open while it was read. */
  damaged = false;
  mark: WriteMark | null = null;
  full = true;
  bytes = 0;
  /** How far its present flow reads. */
  flowEndBytes = 0;
  /** A fault lets it come no further; null: none does. */
  cutOff: CutOff | null = null;
  /** It hangs there. */
  hangs = false;
  /** What a full of its disk would read. */
  wholeBytes = 0;
  readBytes = 0;
  /** Log event that ended its wait for slots; 0: it did not wait. */
  freedBy = 0;
  /** What limits the transfer's own rate, for its bottleneck. */
  capLabel = '';

  constructor(number: number, task: Task, disk: Disk) {
    this.number = number;
    this.task = task;
    this.disk = disk;
  }

  /** It works on a proxy, or holds a slot there. */
  usesProxy(proxy: Proxy): boolean {
    return this.proxy === proxy && (this.holdsSlots || this.sharesSlots || this.state === 'streaming') && this.state !== 'transferred';
  }
}

/** So long a task was held back by what the label names. */
export interface HeldBack {
  readonly label: string;
  ms: number;
}

/** Lists of a task are replaced, not pushed to: there are many tasks, and a list that is pushed to takes room for 17 entries. */
export class Task {
  readonly number: number;
  readonly run: Run;
  readonly vm: Vm;
  readonly queuedMs: number;
  disks: readonly TaskDisk[] = [];
  /** From 1; a VM whose task has failed may have another. */
  readonly attempt: number;
  stage: Stage = 'queued';
  outcome: Outcome = 'success';
  reason: Reason | null = null;
  /** What it reads; decided when its snapshot exists. */
  level: Level = 'full';
  /** The moment of the point on which it builds; null: it reads everything. */
  baseMs: number | null = null;
  /** That point was stolen while it read: what it leaves is worth nothing. */
  baseStolen = false;
  /** What it has left on the repository; null: nothing, or not yet. */
  point: RestorePoint | null = null;
  /** Its guest did not come to rest: its point is good, but its applications have to recover. */
  crashConsistent = false;
  /** How long its snapshot takes to come into being, ms. */
  createMs = 0;
  /** Nothing more is to be read for it. */
  transferIsOver = false;
  /** It counts towards the run's concurrency. */
  holdsJobSlot = false;
  /** The datastores on which it has a snapshot slot. */
  snapshotSlots: readonly Datastore[] = [];

  /** Pending event of a timed stage; -1: none. */
  timer = -1;
  snapshotMs: number | null = null;
  transferMs: number | null = null;
  /** How long its transfers take at least, alone and side by side. */
  aloneMs = 0;
  transferEndMs: number | null = null;
  consolidatedMs: number | null = null;
  endedMs: number | null = null;
  peakDeltaBytes = 0;
  /** Milliseconds, summed over its disks, by what held them back between being queued and the end of their transfers. */
  heldBack: readonly HeldBack[] = [];
  /** Since when the present timed stage lasts. */
  stageSinceMs = 0;
  /** The latest log event of this task, and the one that ended it early. */
  lastEvent: number;
  abortedBy = 0;
  /** It has failed and another attempt follows; its outcome does not count. */
  retried = false;

  constructor(number: number, run: Run, vm: Vm, attempt: number, queuedMs: number, event: number) {
    this.number = number;
    this.run = run;
    this.vm = vm;
    this.attempt = attempt;
    this.queuedMs = queuedMs;
    this.lastEvent = event;
  }

  get hasSnapshot(): boolean {
    return this.disks.some((part) => part.delta !== null);
  }

  get readBytes(): number {
    return this.disks.reduce((sum, part) => sum + part.readBytes, 0);
  }

  /** What is on the repository for it; a task that did not succeed leaves nothing there, but the replica of a continuous one stays when that is cut off. */
  get storedBytes(): number {
    const { method, plan } = this.run.job;
    const keeps = method.continuous && this.transferEndMs !== null;
    return !keeps && (this.outcome === 'failed' || this.outcome === 'aborted') ? 0 : this.readBytes / plan.reduction;
  }

  addHeldBack(label: string, ms: number): void {
    if (ms <= 0) return;
    const known = this.heldBack.find((entry) => entry.label === label);
    if (known === undefined) this.heldBack = [...this.heldBack, { label, ms }];
    else known.ms += ms;
  }
}
