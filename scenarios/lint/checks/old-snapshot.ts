/** Snapshots that somebody took and forgot: they grow with every block that the guest changes. */
import { MS_PER_HOUR } from '../../../sim/estate/zone.ts';
import type { VmPlan } from '../../../sim/plan.ts';
import type { Check } from '../check.ts';
import { byGroup, countVms, roughDuration } from '../words.ts';

/** Broadcom KB 318825. */
const OLDEST_MS = 72 * MS_PER_HOUR;

export const oldSnapshot: Check = {
  id: 'old-snapshot',
  look: ({ plan }) =>
    byGroup(plan.vms.filter((vm) => ageOf(vm) > OLDEST_MS)).map((vms) => ({
      about: ['vms', (vms[0] as VmPlan).group, 'snapshots'],
      text: `${countVms(vms)} ${vms.length === 1 ? 'has' : 'have'} a snapshot that is ${roughDuration(ageOf(vms[0] as VmPlan))} old at the start, more than 72h`,
      help: 'remove it before the schedule goes live',
    })),
};

/** Of the oldest snapshot of a VM, at the start. */
function ageOf({ disks }: VmPlan): number {
  return Math.max(0, ...disks.flatMap(({ snapshots }) => snapshots.map(({ takenMs }) => -takenMs)));
}
