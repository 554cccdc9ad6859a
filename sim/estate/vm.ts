/** A virtual machine: its guest runs, is paused by a full datastore, or has crashed. */

import type { Task } from '../backup/task.ts';
import type { VmPlan } from '../plan.ts';
import type { Datastore } from './datastore.ts';
import type { Disk } from './disk.ts';
import type { Host } from './host.ts';
import { LatencyHistogram } from './statistics.ts';

export class Vm {
  readonly index: number;
  readonly name: string;
  readonly group: string;
  readonly tags: readonly string[];
  readonly host: Host | null;
  readonly activity: string;
  readonly changeTracking: boolean;
  readonly deltaOverhead: number;
  readonly toleratesPauseMs: number | null;
  readonly maxChain: number;
  readonly disks: Disk[] = [];

  state: 'running' | 'paused' | 'crashed' = 'running';
  /** Datastores whose lack of space holds it. */
  readonly blockedBy = new Set<Datastore>();
  /** Tasks that hold its lock, by their numbers. */
  readonly lockHolders: number[] = [];
  /** Tasks that have not ended, and those whose snapshots wait to be removed, the first being under way. */
  readonly activeTasks: Task[] = [];
  readonly removals: Task[] = [];
  /** Handle of the pending crash; -1: none. */
  crashTimer = -1;
  /** Id of the log event of its present pause. */
  pauseEvent = 0;

  firstPausedAtMs: number | null = null;
  pausedSinceMs = 0;
  pausedMs = 0;
  crashedAtMs: number | null = null;
  stunMs = 0;
  maxChainDepth = 0;
  jobSnapshots = 0;
  snapshotOpenSinceMs = 0;
  snapshotOpenMs = 0;
  readonly latency = new LatencyHistogram();

  constructor(index: number, plan: VmPlan, host: Host | null) {
    this.index = index;
    this.name = plan.name;
    this.group = plan.group;
    this.tags = plan.tags;
    this.host = host;
    this.activity = plan.activity;
    this.changeTracking = plan.changeTracking;
    this.deltaOverhead = plan.deltaOverhead;
    this.toleratesPauseMs = plan.toleratesPauseMs;
    this.maxChain = plan.maxChain;
  }

  get disk(): Disk {
    return this.disks[0] as Disk;
  }
}
