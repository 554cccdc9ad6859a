/** Two jobs on one VM: they wait for each other, or stack their snapshots. */
import type { JobPlan, VmPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import type { Subject } from '../subject.ts';
import { countVms, nameSome } from '../words.ts';

export const sharedVm: Check = {
  id: 'shared-vm',
  look: (subject) => {
    const jobsOf = new Map<VmPlan, JobPlan[]>();
    return subject.plan.jobs.flatMap((job) => {
      const earlier = new Set<JobPlan>();
      const shared = subject.vmsOf(job).filter((vm) => {
        const others = (jobsOf.get(vm) ?? []).filter((other) => !inOneRow(subject, job, other));
        jobsOf.set(vm, [...(jobsOf.get(vm) ?? []), job]);
        for (const other of others) earlier.add(other);
        return others.length > 0;
      });
      if (shared.length === 0) return [];
      const names = nameSome([...earlier].map(({ name }) => name));
      const text = `job \`${job.name}\` takes ${countVms(shared)} that ${names} ${earlier.size === 1 ? 'takes' : 'take'} as well`;
      const busy = job.ifVmBusy === 'wait' ? 'where they meet one waits for the other' : 'where they meet snapshots are stacked';
      return [{ about: ['jobs', job.name, 'vms'], text: `${text}: ${busy}`, help: 'one job for each VM, or one job `after` the other' }];
    });
  },
};

/** One of the two begins when the other has ended. */
function inOneRow(subject: Subject, one: JobPlan, other: JobPlan): boolean {
  return subject.rowOf(one).includes(other) || subject.rowOf(other).includes(one);
}
