/** Agents in many guests at one hour: they share the hosts, their networks and the datastores with the guests that they are to protect. */
import { MS_PER_HOUR } from '../../../sim/estate/zone.ts';
import type { JobPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import type { Subject } from '../subject.ts';

/** Our own: an agent reads as fast as a guest can, and no more than a few of them saturate a datastore. */
const MOST_AT_ONCE = 10;

export const agentsAtOnce: Check = {
  id: 'agents-at-once',
  look: (subject) => {
    const jobs = subject.plan.jobs.filter(({ method }) => method === 'agent');
    const byHour = new Map<number, Set<JobPlan>>();
    for (const job of jobs) {
      for (const atMs of subject.ticksOf(job).atMs) {
        const hour = Math.floor(atMs / MS_PER_HOUR);
        const due = byHour.get(hour);
        if (due === undefined) byHour.set(hour, new Set([job]));
        else due.add(job);
      }
    }
    return jobs.flatMap((job) => {
      let most = 0;
      for (const due of byHour.values()) if (due.has(job)) most = Math.max(most, total(due, subject));
      if (most <= MOST_AT_ONCE) return [];
      const text = `job \`${job.name}\`: ${most} agents may begin within one hour, and load hosts and datastores together`;
      return [{ about: ['jobs', job.name, 'schedule'], text, help: 'times further apart, a `concurrency`, or `method: snapshot`' }];
    });
  },
};

function total(jobs: ReadonlySet<JobPlan>, subject: Subject): number {
  return [...jobs].reduce((sum, job) => sum + Math.min(subject.vmsOf(job).length, subject.tasksAtOnce(job)), 0);
}
