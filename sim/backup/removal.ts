/** Removing deltas: what goes together, and the merge of each. Driven by `consolidation.ts`; this is its state. */
import type { Delta } from '../estate/delta.ts';
import type { Disk } from '../estate/disk.ts';
import type { Vm } from '../estate/vm.ts';
import type { Task } from './task.ts';

/** One delta on its way into its parent, in one pass or in several. */
export class Merge {
  readonly number: number;
  readonly removal: Removal;
  readonly disk: Disk;
  /** Whose snapshot the delta is; null: nobody's that is known. */
  readonly opener: Task | null;
  /** What is being merged: the delta itself, or the helper of the pass before. */
  delta: Delta;
  /** Where the guest writes while a helper merge is under way. */
  helper: Delta | null = null;
  /** -1: none. */
  flow = -1;
  passes = 0;
  /** What the present pass merges. */
  passBytes = 0;
  /** Since when the guest has stood still for the rest; null: it does not. */
  stunSinceMs: number | null = null;
  /** Nothing more is done for it. */
  closed = false;
  /** It found no room: the delta stays. */
  refused = false;

  constructor(number: number, removal: Removal, delta: Delta, opener: Task | null) {
    this.number = number;
    this.removal = removal;
    this.disk = delta.disk;
    this.delta = delta;
    this.opener = opener;
  }

  /** For the log: the run whose work it is, or of whose snapshot something was left. */
  get run(): string | null {
    return this.removal.task?.run.id ?? this.delta.run;
  }
}

/** Deltas of a VM that are removed together, at most one of each disk. */
export class Removal {
  readonly number: number;
  readonly vm: Vm;
  /** Whose last work it is; null: it is a clean-up. */
  readonly task: Task | null;
  readonly askedMs: number;
  /** Replaced, not pushed to: there are many removals, and a list that is pushed to takes room for 17 entries. */
  merges: readonly Merge[] = [];
  /** `called`: the snapshot is being removed, the merges follow. */
  stage: 'asked' | 'called' | 'merging' | 'ended' = 'asked';
  /** When it was called for. */
  calledMs = 0;
  private event: number;

  /** `event`: why it is asked for. */
  constructor(number: number, vm: Vm, task: Task | null, askedMs: number, event: number) {
    this.number = number;
    this.vm = vm;
    this.task = task;
    this.askedMs = askedMs;
    this.event = event;
  }

  get lastEvent(): number {
    return this.task?.lastEvent ?? this.event;
  }

  /** A log event of it is also one of its task. */
  note(event: number): void {
    this.event = event;
    if (this.task !== null) this.task.lastEvent = event;
  }
}
