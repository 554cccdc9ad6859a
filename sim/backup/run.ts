/** Jobs and their runs. */
import type { Datastore } from '../estate/datastore.ts';
import type { Proxy } from '../estate/host.ts';
import type { Vm } from '../estate/vm.ts';
import type { JobPlan } from '../plan.ts';
import type { Chain } from '../repository/chain.ts';
import type { Repository } from '../repository/repository.ts';
import type { RunStatus, TaskResult } from '../result.ts';
import type { Permitted } from '../schedule/permitted.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { LowerBound } from './lower-bound.ts';
import { METHODS } from './methods/index.ts';
import type { Method } from './methods/method.ts';
import type { Task, WriteMark } from './task.ts';

/** What a job's plan names. */
export interface JobUses {
  schedule: Schedule;
  permitted: Permitted | null;
  repository: Repository;
  proxies: readonly Proxy[];
  fleecing: Datastore | null;
  candidates: readonly Vm[];
}

export class Job {
  readonly index: number;
  readonly plan: JobPlan;
  readonly name: string;
  readonly schedule: Schedule;
  /** null: it may run at any time. */
  readonly permitted: Permitted | null;
  readonly repository: Repository;
  readonly method: Method;
  readonly proxies: readonly Proxy[];
  /** Where old blocks go that `copy-before-write` saves; null: into the backup. */
  readonly fleecing: Datastore | null;
  /** VMs that it takes whenever they exist, in file order. */
  readonly candidates: readonly Vm[];
  readonly runs: Run[] = [];
  readonly active: Run[] = [];
  readonly waiting: Run[] = [];
  /** Its chains on its own repository, by VM. */
  readonly chains: (Chain | undefined)[] = [];
  /** Newest successful base by disk. */
  readonly bases: (WriteMark | undefined)[] = [];
  /** Log event by which it forgot its bases, or some of them; 0: it never did. */
  basesLostEvent = 0;
  /** Jobs whose schedule is after this one, in file order. */
  readonly followers: Job[] = [];
  firstOverlapAtMs: number | null = null;
  /** Who has the slots that its tasks need. */
  readonly slotNames: { job: string; proxy: string; repository: string };
  /** What tasks wait for in common, as their bottleneck names it. */
  readonly waitLabels: { job: string; proxy: string; repository: string };
  /** Log event of a tick that was dropped and is to be made up for; 0: there is none. */
  missedEvent = 0;
  private present: readonly Vm[] | null = null;
  private readonly kept = new Map<Vm, Task[]>();

  constructor(index: number, plan: JobPlan, uses: JobUses) {
    this.index = index;
    this.plan = plan;
    this.name = plan.name;
    this.schedule = uses.schedule;
    this.permitted = uses.permitted;
    this.repository = uses.repository;
    this.method = METHODS[plan.method];
    this.proxies = uses.proxies;
    this.fleecing = uses.fleecing;
    this.candidates = uses.candidates;
    this.slotNames = { job: plan.name, proxy: plan.proxies.join('+'), repository: uses.repository.name };
    this.waitLabels = {
      job: `waiting:job:${this.slotNames.job}`,
      proxy: `waiting:proxy:${this.slotNames.proxy}`,
      repository: `waiting:repository:${this.slotNames.repository}`,
    };
  }

  /** The VMs that a run takes if it starts now, in file order. */
  selected(): readonly Vm[] {
    this.present ??= this.candidates.filter((vm) => vm.exists);
    return this.present;
  }

  /** A VM has been created or deleted. */
  reselect(): void {
    this.present = null;
  }

  /** The VM is deleted, and its snapshots with it. */
  forgetSnapshots(vm: Vm): void {
    this.kept.delete(vm);
  }

  /** Tasks whose snapshots of a VM are kept, oldest first (`snapshot-only`). */
  keptSnapshots(vm: Vm): Task[] {
    let tasks = this.kept.get(vm);
    if (tasks === undefined) {
      tasks = [];
      this.kept.set(vm, tasks);
    }
    return tasks;
  }

  /** Whether its software knows the VM's operating system. */
  supports({ guest }: Vm): boolean {
    return guest === null || (this.plan.supportedGuests?.includes(guest) ?? true);
  }

  /** Snapshots of a VM that were kept are gone; returns their tasks. */
  dropKept(vm: Vm): Task[] {
    const tasks = this.kept.get(vm) ?? [];
    this.kept.delete(vm);
    return tasks;
  }

  /** Key of a VM's chain of restore points on the repository. */
  chainOf(vm: Vm): string {
    return `${this.index}/${vm.index}`;
  }
}

export class Run {
  readonly job: Job;
  readonly id: string;
  readonly number: number;
  readonly dueMs: number;
  /** Empty once there are results in their place. */
  readonly tasks: Task[] = [];
  /** Of its tasks, when it has ended and nothing can happen to any of them; null: not yet. */
  results: TaskResult[] | null = null;
  status: RunStatus = 'queued';
  startedMs: number | null = null;
  endedMs: number | null = null;
  overlapsPrevious = false;
  readonly lowerBound = new LowerBound();
  /** Tasks that have not ended, and attempts that will follow. */
  openTasks = 0;
  /** Tasks that have failed and whose VMs wait for another attempt. */
  readonly toRetry: Task[] = [];
  /** Log event after which it makes no further attempt; 0: it may. */
  closedEvent = 0;
  /** Tasks that may still read. */
  openTransfers = 0;
  /** Whether a task has ever had slots. */
  hasBegun = false;
  /** Job slots in use, and the log event by which one was last freed. */
  concurrent = 0;
  freedBy = 0;
  dueEvent = 0;
  startedEvent = 0;

  constructor(job: Job, dueMs: number) {
    this.job = job;
    this.number = job.runs.length + 1;
    this.id = `${job.name}#${this.number}`;
    this.dueMs = dueMs;
    job.runs.push(this);
  }
}
