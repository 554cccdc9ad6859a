/**
 * Which VMs a run takes: the selection's keys unite, `except` subtracts, a group's name stands for its members; file order throughout. A list of names is as
 * old as the scenario's start: it does not hold VMs that are created later, but leaves them out where it stands under `except`.
 */
import type { SelectionPlan, VmPlan } from '../plan.ts';

/** The part of a VM that a selection looks at. */
export type Selectable = Pick<VmPlan, 'name' | 'group' | 'host' | 'tags' | 'bornMs'> & { disks: readonly { datastore: string }[] };

export function selects(selection: SelectionPlan, vm: Selectable): boolean {
  if (isNamed(vm, selection.except)) return false;
  return (
    selection.all ||
    (vm.bornMs === null && isNamed(vm, selection.names)) ||
    selection.tags.some((tag) => vm.tags.includes(tag)) ||
    (vm.host !== null && selection.hosts.includes(vm.host)) ||
    vm.disks.some((disk) => selection.datastores.includes(disk.datastore))
  );
}

/** The VM or its group stands in a list. */
export function isNamed(vm: Pick<VmPlan, 'name' | 'group'>, names: readonly string[]): boolean {
  return names.includes(vm.name) || names.includes(vm.group);
}
