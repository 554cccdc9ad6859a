/** VMs that no job ever takes. */
import type { VmPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import { byGroup, countVms } from '../words.ts';

export const unprotectedVm: Check = {
  id: 'unprotected-vm',
  look: (subject) => {
    const { jobs, vms } = subject.plan;
    const taken = new Set(jobs.flatMap((job) => subject.vmsOf(job)));
    return byGroup(vms.filter((vm) => !taken.has(vm))).map((left) => {
      const { group } = left[0] as VmPlan;
      const whole = vms.every((vm) => vm.group !== group || !taken.has(vm));
      const late = left.every(({ bornMs }) => bornMs !== null);
      return {
        about: ['vms', group],
        text: whole ? `no job takes \`${group}\`` : `no job takes ${countVms(left)} of \`${group}\``,
        help: late
          ? 'a job that selects by `tags` or `all`: a list of names is as old as the start, and these VMs are created later'
          : 'a job that selects it, best by `tags` or `all`',
      };
    });
  },
};
