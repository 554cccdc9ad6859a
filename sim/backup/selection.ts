/** Which VMs a run takes: the selection's keys unite, `except` subtracts, a group's name stands for its members; file order throughout. */
import type { SelectionPlan, VmPlan } from '../plan.ts';

/** The part of a VM that a selection looks at. */
export type Selectable = Pick<VmPlan, 'name' | 'group' | 'host' | 'tags'> & { disks: readonly { datastore: string }[] };

export function selects(selection: SelectionPlan, vm: Selectable): boolean {
  const isNamed = (names: readonly string[]): boolean => names.includes(vm.name) || names.includes(vm.group);
  if (isNamed(selection.except)) return false;
  return (
    selection.all ||
    isNamed(selection.names) ||
    selection.tags.some((tag) => vm.tags.includes(tag)) ||
    (vm.host !== null && selection.hosts.includes(vm.host)) ||
    vm.disks.some((disk) => selection.datastores.includes(disk.datastore))
  );
}
