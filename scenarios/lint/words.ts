/** Words that several checks need. */
import type { VmPlan } from '../../sim/plan.ts';
import { formatDuration } from '../format/units.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 24 * 60 * MS_PER_MINUTE;

/** `` `web` `` or `40 VMs`. */
export function countVms(vms: readonly VmPlan[]): string {
  const [first] = vms;
  return vms.length === 1 && first !== undefined ? `\`${first.name}\`` : `${vms.length} VMs`;
}

/** VMs by the entry of the file that they were counted from, in its order. */
export function byGroup(vms: readonly VmPlan[]): VmPlan[][] {
  const groups = new Map<string, VmPlan[]>();
  for (const vm of vms) {
    const members = groups.get(vm.group);
    if (members === undefined) groups.set(vm.group, [vm]);
    else members.push(vm);
  }
  return [...groups.values()];
}

/** To the minute from a minute on, in whole days from a week on. */
export function roughDuration(ms: number): string {
  if (ms > 7 * MS_PER_DAY) return `${Math.round(ms / MS_PER_DAY)}d`;
  return formatDuration(ms < MS_PER_MINUTE ? ms : Math.round(ms / MS_PER_MINUTE) * MS_PER_MINUTE);
}

/** `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and 3 more ``. */
export function nameSome(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  if (names.length > most) return `${shown.join(', ')} and ${names.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
