/** Jobs and their runs. */
import type { Proxy } from '../estate/host.ts';
import type { Vm } from '../estate/vm.ts';
import type { JobPlan } from '../plan.ts';
import type { RunStatus } from '../result.ts';
import { METHODS } from './methods/index.ts';
import type { Method } from './methods/method.ts';
import type { Repository } from '../repository/repository.ts';
import type { Schedule } from './schedule.ts';
import type { Task, WriteMark } from './task.ts';

export class Job {
  readonly index: number;
  readonly plan: JobPlan;
  readonly name: string;
  readonly schedule: Schedule;
  readonly repository: Repository;
  readonly method: Method;
  readonly proxies: readonly Proxy[];
  /** Selected VMs in file order. */
  readonly vms: readonly Vm[];
  readonly runs: Run[] = [];
  readonly active: Run[] = [];
  readonly waiting: Run[] = [];
  /** Newest successful base by disk. */
  readonly bases: (WriteMark | undefined)[] = [];
  firstOverlapAtMs: number | null = null;

  constructor(index: number, plan: JobPlan, schedule: Schedule, repository: Repository, proxies: readonly Proxy[], vms: readonly Vm[]) {
    this.index = index;
    this.plan = plan;
    this.name = plan.name;
    this.schedule = schedule;
    this.repository = repository;
    this.method = METHODS[plan.method];
    this.proxies = proxies;
    this.vms = vms;
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
  readonly tasks: Task[] = [];
  status: RunStatus = 'queued';
  startedMs: number | null = null;
  endedMs: number | null = null;
  overlapsPrevious = false;
  openTasks = 0;
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
