import { append, groupBy } from './groups.ts';
import type { Identity, VmRecord, VmRow } from './inventory.ts';
import type { ImportLog } from './report.ts';

/** Where two rows both state one of these, it must agree. */
const certain = ['server', 'serverName', 'vmId', 'vmUuid'] as const satisfies readonly (keyof Identity)[];
/** A VM may have moved between the reading of two tabs, so these only decide between several candidates. */
const likely = ['datacenter', 'folder', 'cluster', 'host'] as const satisfies readonly (keyof Identity)[];

/**
 * Sorts the rows of another tab by the VM of vInfo that they belong to. Names are not unique across vCenters and folders; a row that could belong
 * to several VMs, or belongs to none, is left out and logged.
 */
export function rowsByVm<Row extends VmRow>(sheet: string, rows: readonly Row[], vms: readonly VmRecord[], log: ImportLog): Map<VmRecord, Row[]> {
  const byName = groupBy(vms, (vm) => vm.vm);
  const owned = new Map<VmRecord, Row[]>();
  for (const row of rows) {
    const candidates = ownersOf(row, byName.get(row.vm) ?? []);
    const [owner, other] = candidates;
    if (owner === undefined) log.leaveOut(sheet, row.row, row.vm, 'belongs to no VM of vInfo');
    else if (other !== undefined) log.leaveOut(sheet, row.row, row.vm, 'could belong to any of several VMs of this name');
    else append(owned, owner, row);
  }
  return owned;
}

function ownersOf(row: VmRow, namesakes: readonly VmRecord[]): readonly VmRecord[] {
  let candidates = namesakes.filter((vm) => certain.every((key) => mayAgree(vm.identity[key], row.identity[key])));
  for (const key of likely) {
    if (candidates.length < 2) break;
    const agreeing = candidates.filter((vm) => mayAgree(vm.identity[key], row.identity[key]));
    if (agreeing.length > 0) candidates = agreeing;
  }
  return candidates;
}

function mayAgree(left: string | undefined, right: string | undefined): boolean {
  return left === undefined || right === undefined || left === right;
}
