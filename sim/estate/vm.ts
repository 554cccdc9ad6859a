/** A virtual machine: its guest runs, is paused by a full datastore, or has crashed. */

import type { Removal } from '../backup/removal.ts';
import type { Task } from '../backup/task.ts';
import type { VmPlan } from '../plan.ts';
import type { Datastore } from './datastore.ts';
import type { Disk } from './disk.ts';
import type { Host } from './host.ts';

export class Vm {
  readonly index: number;
  readonly name: string;
  readonly group: string;
  readonly tags: readonly string[];
  readonly host: Host | null;
  /** Resource number of the guest's own network; -1: no limit. */
  readonly network: number;
  readonly activity: string;
  readonly guest: string | null;
  readonly changeTracking: boolean;
  readonly deltaOverhead: number;
  readonly toleratesPauseMs: number | null;
  readonly maxChain: number;
  readonly disks: Disk[] = [];

  /** When it is to be created and deleted; null: there from the start, there to the end. */
  readonly bornMs: number | null;
  readonly deletedMs: number | null;
  /** How old its newest good restore point may become; null: nobody said. */
  readonly rpoMs: number | null;

  /** `down`: its host is; `lost`: a datastore with a disk of it is; `gone`: deleted, or never created for want of space. */
  state: 'unborn' | 'running' | 'paused' | 'down' | 'crashed' | 'lost' | 'gone';
  /** Merges for which the guest stands still at present. */
  stuns = 0;
  /** Datastores whose lack of space holds it. */
  readonly blockedBy = new Set<Datastore>();
  /** Tasks that hold its lock. */
  lockHolders: readonly Task[] = [];
  /** Log event by which the lock was last freed. */
  freedBy = 0;
  /** Tasks that have not ended. */
  activeTasks: readonly Task[] = [];
  /** The first is under way, the others wait for it. */
  removals: readonly Removal[] = [];
  /** Ended tasks whose snapshots have been left behind or kept. */
  readonly leftBehind: Task[] = [];
  /** Handle of the pending crash; -1: none. */
  crashTimer = -1;
  /** Handle of the pending answer of an operator; -1: none. */
  operatorTimer = -1;
  /** Id of the log event of its present pause. */
  pauseEvent = 0;

  /** Log event by which it stopped with its host, or for good with a datastore. */
  downEvent = 0;
  lossEvent = 0;
  downSinceMs = 0;
  downMs = 0;
  lostAtMs: number | null = null;

  /** When it came into being and went during the scenario. */
  createdAtMs: number | null = null;
  createdEvent = 0;
  deletedAtMs: number | null = null;
  firstPausedAtMs: number | null = null;
  pausedSinceMs = 0;
  pausedMs = 0;
  crashedAtMs: number | null = null;
  stunMs = 0;
  maxChainDepth = 0;
  jobSnapshots = 0;
  snapshotOpenSinceMs = 0;
  snapshotOpenMs = 0;
  /** The largest age of a write that a continuous backup had not sent yet; null: it has none. */
  worstLagMs: number | null = null;

  constructor(index: number, plan: VmPlan, host: Host | null, network: number) {
    this.index = index;
    this.name = plan.name;
    this.group = plan.group;
    this.tags = plan.tags;
    this.host = host;
    this.network = network;
    this.activity = plan.activity;
    this.guest = plan.guest;
    this.changeTracking = plan.changeTracking;
    this.deltaOverhead = plan.deltaOverhead;
    this.toleratesPauseMs = plan.toleratesPauseMs;
    this.maxChain = plan.maxChain;
    this.bornMs = plan.bornMs;
    this.deletedMs = plan.deletedMs;
    this.rpoMs = plan.rpoMs;
    this.state = plan.bornMs === null ? 'running' : 'unborn';
  }

  /** Log event that keeps anybody from removing a snapshot of it; 0: nothing does. */
  get obstacle(): number {
    if (this.lossEvent > 0) return this.lossEvent;
    if (this.host === null) return 0;
    return this.host.losses > 0 ? this.host.lossEvent : (this.host.outages[0] ?? 0);
  }

  get exists(): boolean {
    return this.state !== 'unborn' && this.state !== 'gone';
  }
}
