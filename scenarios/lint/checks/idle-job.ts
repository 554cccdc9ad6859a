/** Jobs that never do anything within the simulated time. */
import type { VmPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';

export const idleJob: Check = {
  id: 'idle-job',
  look: (subject) =>
    subject.plan.jobs.flatMap((job) => {
      const { atMs, complete } = subject.ticksOf(job);
      if (!complete) return [];
      if (atMs.length === 0) {
        const where = subject.headOf(job).window === null ? 'within the simulated time' : 'within the simulated time and its window';
        const help = 'a longer `duration`, or another `schedule`';
        return [{ about: ['jobs', job.name, 'schedule'], text: `job \`${job.name}\` never begins: it is not due ${where}`, help }];
      }
      if (subject.vmsOf(job).some((vm) => atMs.some((at) => existsAt(vm, at)))) return [];
      const text = `job \`${job.name}\` takes no VM: whenever it is due, all that it selects are not there yet or deleted`;
      return [{ about: ['jobs', job.name, 'vms'], text, help: 'other VMs, or other times' }];
    }),
};

function existsAt({ bornMs, deletedMs }: VmPlan, atMs: number): boolean {
  return (bornMs ?? 0) <= atMs && atMs < (deletedMs ?? Number.POSITIVE_INFINITY);
}
