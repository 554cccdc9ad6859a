import { instanceName } from '../format/names.ts';

/** One entry of the scenario's VMs: a single one, or a group whose instances bear the very names of the file. */
export interface VmEntry<Vm> {
  name: string;
  /** Undefined for a single VM. */
  count: number | undefined;
  /** The first of the group. */
  vm: Vm;
}

/**
 * Runs of like VMs named `build-01`, `build-02` and so on become a group of that count: the same VMs, in the same order, under the same names. A run
 * that starts later, is numbered otherwise or would give the group the name of some VM stays as it is.
 */
export function groupVms<Vm extends { name: string }>(vms: readonly Vm[], likenessOf: (vm: Vm) => string): VmEntry<Vm>[] {
  const names = new Set(vms.map((vm) => vm.name));
  const entries: VmEntry<Vm>[] = [];
  for (let at = 0; at < vms.length; ) {
    const vm = vms[at] as Vm;
    const stem = /^(.+)-01$/.exec(vm.name)?.[1];
    const count = stem === undefined || names.has(stem) ? 1 : runLength(vms, at, stem, likenessOf);
    entries.push(count > 1 ? { name: stem as string, count, vm } : { name: vm.name, count: undefined, vm });
    at += count;
  }
  return entries;
}

function runLength<Vm extends { name: string }>(vms: readonly Vm[], at: number, stem: string, likenessOf: (vm: Vm) => string): number {
  const likeness = likenessOf(vms[at] as Vm);
  let count = 1;
  for (; ; count++) {
    const next = vms[at + count];
    if (next === undefined || next.name !== instanceName(stem, count + 1) || likenessOf(next) !== likeness) return count;
  }
}
