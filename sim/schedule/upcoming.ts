/** When the schedules of a plan fire, without simulating. */
import { Zone } from '../estate/zone.ts';
import type { JobPlan, Plan } from '../plan.ts';
import type { Firing } from './firings.ts';
import type { SchedulePlan } from './plan.ts';
import { Schedule } from './schedule.ts';

export interface ScheduleFirings {
  job: string;
  /** What the schedule decides: when runs are due, or from when on the next run is a full or a differential. */
  purpose: 'run' | 'full' | 'differential';
  schedule: SchedulePlan;
  /** In their order; dropped ones stand where they would have been. */
  firings: Firing[];
  /** Whether there are further ones before the end of the simulated time. */
  hasMore: boolean;
}

/** The first `limit` firings of every schedule from the start until before the end of the simulated time; dropped ones are not counted. */
export function upcomingFirings(plan: Plan, limit: number): ScheduleFirings[] {
  const zone = new Zone(plan.zone);
  return plan.jobs.flatMap((job) =>
    schedulesOf(job).map(({ purpose, schedule }) => ({
      job: job.name,
      purpose,
      schedule,
      ...firstOf(new Schedule(schedule, zone), plan.durationMs, limit),
    })),
  );
}

/** Every schedule of a job, with what it decides. */
export function schedulesOf(job: JobPlan): Pick<ScheduleFirings, 'purpose' | 'schedule'>[] {
  const schedules: Pick<ScheduleFirings, 'purpose' | 'schedule'>[] = [{ purpose: 'run', schedule: job.schedule }];
  if (job.fullBackups !== null) schedules.push({ purpose: 'full', schedule: job.fullBackups.schedule });
  if (job.differential !== null) schedules.push({ purpose: 'differential', schedule: job.differential });
  return schedules;
}

function firstOf(schedule: Schedule, endMs: number, limit: number): Pick<ScheduleFirings, 'firings' | 'hasMore'> {
  const firings: Firing[] = [];
  let count = 0;
  for (const firing of schedule.firingsBetween(0, endMs)) {
    if (firing.atMs !== null && ++count > limit) return { firings, hasMore: true };
    firings.push(firing);
  }
  return { firings, hasMore: false };
}
