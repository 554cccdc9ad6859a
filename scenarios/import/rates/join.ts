/** Finds the VM of each measurement, by names that monitoring and vCenter may spell differently. */
import { append, groupBy } from '../groups.ts';
import type { VmRates } from './series.ts';

/** How names are compared, the strictest first: as they are, without regard to case, without the domain of a host name. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toLowerCase(),
  (name) => name.toLowerCase().replace(/(?<=^[^.]+)\..*$/, ''),
];

export interface MeasuredVm extends VmRates {
  /** The name in the measurements. */
  measuredAs: string;
  /** Whether it is spelt otherwise than in the inventory. */
  respelt: boolean;
}

export interface JoinedRates<Vm> {
  byVm: Map<Vm, MeasuredVm>;
  /** Measurements that no VM of the inventory takes. */
  unused: { name: string; reason: string }[];
}

/** A name that could mean several VMs, or a second name for one VM, is left unused. */
export function joinRates<Vm>(vms: readonly Vm[], nameOf: (vm: Vm) => string, rates: ReadonlyMap<string, VmRates>): JoinedRates<Vm> {
  const byVm: JoinedRates<Vm>['byVm'] = new Map();
  const used = new Set<string>();
  const reasons = new Map<string, string>();
  for (const [looseness, spelling] of spellings.entries()) {
    const vmsBySpelling = groupBy(vms, (vm) => spelling(nameOf(vm)));
    const claims = new Map<Vm, string[]>();
    for (const name of rates.keys()) {
      if (used.has(name) || reasons.has(name)) continue;
      const candidates = vmsBySpelling.get(spelling(name)) ?? [];
      const [vm] = candidates;
      if (candidates.length > 1) reasons.set(name, `could mean any of ${candidates.length} VMs of this name`);
      else if (vm !== undefined && byVm.has(vm)) reasons.set(name, 'its VM was measured under a closer name');
      else if (vm !== undefined) append(claims, vm, name);
    }
    for (const [vm, names] of claims) {
      const [name] = names as [string];
      if (names.length === 1) {
        byVm.set(vm, { ...(rates.get(name) as VmRates), measuredAs: name, respelt: looseness > 0 });
        used.add(name);
      } else for (const each of names) reasons.set(each, `one of ${names.length} measurements that could mean the same VM`);
    }
  }
  const unused = [...rates.keys()]
    .filter((name) => !used.has(name))
    .map((name) => ({ name, reason: reasons.get(name) ?? 'no VM of this name in the inventory' }));
  return { byVm, unused };
}
