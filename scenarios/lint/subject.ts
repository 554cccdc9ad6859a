/** What the checks look at: the plan, and what several of them ask about it. Worked out once, when first asked for. */

import { METHODS } from '../../sim/backup/methods/index.ts';
import { type Method } from '../../sim/backup/methods/method.ts';
import { selects } from '../../sim/backup/selection.ts';
import { Zone } from '../../sim/estate/zone.ts';
import type { JobPlan, Plan, VmPlan } from '../../sim/plan.ts';
import { Permitted } from '../../sim/schedule/permitted.ts';
import { Schedule } from '../../sim/schedule/schedule.ts';

/** A year of nights. What a schedule does later it has done before. */
const MAX_TICKS = 366;

/** Instants, in milliseconds since the start, at which runs of a job can begin. */
export interface Ticks {
  /** Ascending; the first `MAX_TICKS`. */
  atMs: readonly number[];
  /** Whether these are all until the end of the simulated time. */
  complete: boolean;
}

export class Subject {
  readonly plan: Plan;
  readonly zone: Zone;
  /** Jobs that copy data to a repository. */
  readonly copying: readonly JobPlan[];
  private readonly selected = new Map<JobPlan, readonly VmPlan[]>();
  private readonly ticks = new Map<JobPlan, Ticks>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.zone = new Zone(plan.zone);
    this.copying = plan.jobs.filter((job) => this.methodOf(job).copies);
  }

  methodOf(job: JobPlan): Method {
    return METHODS[job.method];
  }

  /** VMs that the job takes whenever they exist, in the order of the file. */
  vmsOf(job: JobPlan): readonly VmPlan[] {
    return known(this.selected, job, () => this.plan.vms.filter((vm) => selects(job.selection, vm)));
  }

  /** Due instants within the run, less those that its window denies. A job after others has those of the first in the row: it cannot begin more often. */
  ticksOf(job: JobPlan): Ticks {
    return known(this.ticks, job, () => this.findTicks(job));
  }

  /** The usual distance of two runs: the shortest between two ticks; null where there are not two. */
  periodOf(job: JobPlan): number | null {
    const gaps = gapsOf(this.ticksOf(job).atMs);
    return gaps.length === 0 ? null : Math.min(...gaps);
  }

  /** The job, the job that it is after, and so on to the one with times of its own. */
  rowOf(job: JobPlan): readonly JobPlan[] {
    const { schedule } = job;
    const before = schedule.kind === 'after' ? this.plan.jobs.find(({ name }) => name === schedule.job) : undefined;
    return before === undefined ? [job] : [job, ...this.rowOf(before)];
  }

  /** The job with times of its own at the head of a row of jobs. */
  headOf(job: JobPlan): JobPlan {
    return this.rowOf(job).at(-1) as JobPlan;
  }

  /** Slots that its tasks share, of its proxies together and of its repository; Infinity: no limit. */
  slotsOf(job: JobPlan): number {
    const proxies = this.plan.proxies.filter(({ name }) => job.proxies.includes(name));
    const onProxies = proxies.reduce((sum, { slots }) => sum + (slots ?? Number.POSITIVE_INFINITY), 0);
    const repository = this.plan.repositories.find(({ name }) => name === job.repository);
    return Math.min(proxies.length === 0 ? Number.POSITIVE_INFINITY : onProxies, repository?.slots ?? Number.POSITIVE_INFINITY);
  }

  /** The most tasks of one run that can be at work; Infinity: no limit. */
  tasksAtOnce(job: JobPlan): number {
    return Math.min(job.concurrency ?? Number.POSITIVE_INFINITY, this.slotsOf(job));
  }

  private findTicks(job: JobPlan): Ticks {
    const { durationMs } = this.plan;
    const head = this.headOf(job);
    const permitted = head.window === null ? null : new Permitted(head.window, this.zone);
    const atMs: number[] = [];
    for (const firing of new Schedule(head.schedule, this.zone).firingsBetween(0, durationMs)) {
      if (firing.atMs === null) continue;
      const begins = beginOf(firing.atMs, permitted, head.window?.catchUp ?? false);
      if (begins === null || begins >= durationMs || begins === atMs.at(-1)) continue;
      if (atMs.length === MAX_TICKS) return { atMs, complete: false };
      atMs.push(begins);
    }
    return { atMs, complete: true };
  }
}

/** When the run of a due instant begins; null: its window denies it. */
function beginOf(dueMs: number, permitted: Permitted | null, catchUp: boolean): number | null {
  if (permitted === null || permitted.isOpenAt(dueMs)) return dueMs;
  return catchUp ? permitted.nextChange(dueMs) : null;
}

/** Distances between consecutive instants, in milliseconds. */
export function gapsOf(ascending: readonly number[]): number[] {
  return ascending.slice(1).map((atMs, index) => atMs - (ascending[index] as number));
}

function known<K, V>(values: Map<K, V>, key: K, make: () => V): V {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}
