/** What a task reads: everything, the changes since the last backup, or those since the last full. Decided VM by VM, when its snapshot exists. */
import type { Task, WriteMark } from '../backup/task.ts';
import type { Zone } from '../estate/zone.ts';
import type { JobPlan } from '../plan.ts';
import type { SchedulePlan } from '../schedule/plan.ts';
import { Schedule } from '../schedule/schedule.ts';
import type { Chain } from './chain.ts';
import type { Level } from './point.ts';

/** How far back to look for the last instant of a schedule of fulls or differentials: a yearly one. */
export const LOOK_BACK_DAYS = 400;

/** When a job owes a full or a differential. */
export class LevelSchedules {
  private readonly full: LastInstant | null;
  private readonly differential: LastInstant | null;

  constructor(plan: JobPlan, zone: Zone) {
    this.full = plan.fullBackups === null ? null : new LastInstant(plan.fullBackups.schedule, zone);
    this.differential = plan.differential === null ? null : new LastInstant(plan.differential, zone);
  }

  /** Whether an instant of the schedule of fulls has passed since the run was due that made the chain's newest full. */
  owesFull(chain: Chain, dueMs: number): boolean {
    return this.full?.isBetween(chain.newestOf('full')?.dueMs ?? Number.NEGATIVE_INFINITY, dueMs) ?? false;
  }

  /** The same for differentials; a full counts as one. */
  owesDifferential(chain: Chain, dueMs: number): boolean {
    return this.differential?.isBetween(chain.newestOf('full', 'differential')?.dueMs ?? Number.NEGATIVE_INFINITY, dueMs) ?? false;
  }
}

/** Finds the last instant of a schedule at or before another; runs ask for the same one task by task. */
class LastInstant {
  private readonly schedule: Schedule;
  private askedMs = Number.NaN;
  private lastMs: number | undefined;

  constructor(plan: SchedulePlan, zone: Zone) {
    this.schedule = new Schedule(plan, zone);
  }

  /** Whether one lies after `fromMs` and at or before `toMs`. */
  isBetween(fromMs: number, toMs: number): boolean {
    if (toMs !== this.askedMs) {
      this.askedMs = toMs;
      this.lastMs = this.schedule.lastBefore(toMs + 1, 1, LOOK_BACK_DAYS)[0];
    }
    return this.lastMs !== undefined && this.lastMs > fromMs;
  }
}

/** The level of a task; its job has the bases, `chain` the VM's points, `fullBases` what differentials count from, by disk. */
export function levelOf(task: Task, chain: Chain, levels: LevelSchedules, fullBases: readonly (WriteMark | undefined)[]): Level {
  const { job } = task.run;
  const { plan, method } = job;
  const { vm } = task;
  const tracked = method.tracking === 'own' || (method.tracking === 'hypervisor' && vm.changeTracking);
  if (plan.mode === 'full' || !tracked || chain.points.length === 0) return 'full';
  if (vm.disks.some((disk) => job.bases[disk.index] === undefined)) return 'full';
  const level = scheduledLevel(chain, task.run.dueMs, levels);
  return level === 'differential' && vm.disks.some((disk) => fullBases[disk.index] === undefined) ? 'full' : level;
}

/** What the schedules ask of a VM that has a chain to go on with. */
export function scheduledLevel(chain: Chain, dueMs: number, levels: LevelSchedules): Level {
  if (chain.job.plan.fullBackups?.kind === 'active' && levels.owesFull(chain, dueMs)) return 'full';
  return levels.owesDifferential(chain, dueMs) ? 'differential' : 'incremental';
}
