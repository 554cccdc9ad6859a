import { append, groupBy } from './groups.ts';
import type { Identity, VmRecord, VmRow } from './inventory.ts';
import type { ImportLog } from './report.ts';

/** Where two rows both state one of these, it must agree. */
const certain = ['server', 'serverName', 'vmId', 'vmUuid'] as const satisfies readonly (keyof Identity)[];
/** A VM may have moved between the reading of two tabs, so these only decide between several candidates. */
const likely = ['file', 'datacenter', 'folder', 'cluster', 'host'] as const satisfies readonly (keyof Identity)[];

/** Among more VMs of one name than this nobody tells them apart by place. */
const mostNamesakes = 1000;

/**
 * Sorts the rows of another tab by the VM of vInfo that they belong to. Names are not unique across vCenters and folders; a row that could belong
 * to several VMs, or belongs to none, is left out and logged.
 */
export function rowsByVm<Row extends VmRow>(rows: readonly Row[], vms: readonly VmRecord[], log: ImportLog): Map<VmRecord, Row[]> {
  const byName = groupBy(vms, (vm) => vm.vm);
  const byKey = groupBy(vms, (vm) => vmKey(vm.identity));
  const owned = new Map<VmRecord, Row[]>();
  for (const row of rows) {
    const key = vmKey(row.identity);
    const candidates = (key === undefined ? undefined : byKey.get(key)) ?? ownersOf(row, byName.get(row.vm) ?? []);
    const [owner, other] = candidates;
    if (owner === undefined) log.leaveOut(row.sheet, row.row, row.vm, 'belongs to no VM of vInfo');
    else if (other !== undefined) log.leaveOut(row.sheet, row.row, row.vm, 'could belong to any of several VMs of this name');
    else append(owned, owner, row);
  }
  return owned;
}

/**
 * Rows without those that say again what an earlier row has said, as overlapping exports of one vCenter do; these are logged. A row whose key is
 * undefined is always kept.
 */
export function distinctRows<Row extends { sheet: string; row: number }>(
  rows: readonly Row[],
  keyOf: (row: Row) => string | undefined,
  nameOf: (row: Row) => string,
  log: ImportLog,
): Row[] {
  const seen = new Map<string, Row>();
  return rows.filter((row) => {
    const key = keyOf(row);
    if (key === undefined) return true;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, row);
    else log.leaveOut(row.sheet, row.row, nameOf(row), `already in row ${earlier.row} of ${earlier.sheet}`);
    return earlier === undefined;
  });
}

/** Names repeat from one vCenter to the next, and so do the numbers of VMs; only both together are unique. Undefined where one is missing. */
export function vmKey({ server, vmId }: Identity): string | undefined {
  return server === undefined || vmId === undefined ? undefined : JSON.stringify([server, vmId]);
}

function ownersOf(row: VmRow, namesakes: readonly VmRecord[]): readonly VmRecord[] {
  if (namesakes.length > mostNamesakes) return namesakes;
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
