/** More snapshots on top of each other than a backup's own can be added to with good conscience. */
import type { VmPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import { byGroup, countVms } from '../words.ts';

/** Two to three at most (Broadcom KB 318825). */
const MOST = 3;

export const deepChain: Check = {
  id: 'deep-chain',
  look: ({ plan }) =>
    byGroup(plan.vms.filter((vm) => depthOf(vm) > MOST)).map((vms) => ({
      about: ['vms', (vms[0] as VmPlan).group, 'snapshots'],
      text: `${countVms(vms)} ${vms.length === 1 ? 'has' : 'have'} ${depthOf(vms[0] as VmPlan)} snapshots on one disk at the start, more than ${MOST}`,
      help: 'remove them before the schedule goes live: each makes reads slower',
    })),
};

function depthOf({ disks }: VmPlan): number {
  return Math.max(...disks.map(({ snapshots }) => snapshots.length));
}
