/** A task: one VM in one run. The stages are driven by `stages.ts`; this is its state. */
import type { Delta } from '../estate/delta.ts';
import type { GrowthLaw } from '../estate/growth-law.ts';
import type { Proxy } from '../estate/host.ts';
import type { Vm } from '../estate/vm.ts';
import type { WaitGroup } from './admission.ts';
import type { Run } from './run.ts';

export type Stage = 'queued' | 'quiescing' | 'snapshotting' | 'ready' | 'transferring' | 'removing' | 'consolidating' | 'ended';

export type Outcome = 'success' | 'warning' | 'failed' | 'aborted';

/** Why a task did not simply succeed. */
export type Reason = 'datastore-full' | 'chain-limit' | 'repository-full' | 'vm-crashed' | 'merge-refused';

/** A point in a disk's history of writes, from which the changes of a later moment are counted. */
export interface WriteMark {
  atMs: number;
  writtenBytes: number;
  law: GrowthLaw;
}

export class Task {
  readonly number: number;
  readonly run: Run;
  readonly vm: Vm;
  readonly queuedMs: number;
  stage: Stage = 'queued';
  outcome: Outcome = 'success';
  reason: Reason | null = null;

  /** Pending event of a timed stage; -1: none. */
  timer = -1;
  /** Flow of the transfer or the merge; -1: none. */
  flow = -1;
  group: WaitGroup | null = null;
  holdsSlots = false;
  proxy: Proxy | null = null;
  delta: Delta | null = null;
  mark: WriteMark | null = null;
  full = true;
  bytes = 0;
  /** What limits the transfer's own rate, for its bottleneck. */
  capLabel = '';

  snapshotMs: number | null = null;
  transferMs: number | null = null;
  transferEndMs: number | null = null;
  consolidatedMs: number | null = null;
  endedMs: number | null = null;
  readBytes = 0;
  peakDeltaBytes = 0;
  /** Milliseconds by what held the task back between being queued and the end of its transfer. */
  readonly heldBackMs = new Map<string, number>();
  /** Since when the present timed stage lasts. */
  stageSinceMs = 0;
  /** The latest log event of this task. */
  lastEvent: number;

  constructor(number: number, run: Run, vm: Vm, queuedMs: number, event: number) {
    this.number = number;
    this.run = run;
    this.vm = vm;
    this.queuedMs = queuedMs;
    this.lastEvent = event;
  }

  /** What is on the repository for it; a task that did not succeed leaves nothing there. */
  get storedBytes(): number {
    return this.outcome === 'failed' || this.outcome === 'aborted' ? 0 : this.readBytes / this.run.job.plan.reduction;
  }

  addHeldBack(label: string, ms: number): void {
    if (ms > 0) this.heldBackMs.set(label, (this.heldBackMs.get(label) ?? 0) + ms);
  }
}
