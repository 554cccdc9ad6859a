import { append, groupBy } from './groups.ts';
import type { Identity, VmRecord, VmRow } from './inventory.ts';
import type { ImportLog } from './report.ts';

/** Where two rows both state one of these, it must agree. */
const certain = ['server', 'serverName', 'vmId', 'vmUuid'] as const satisfies readonly (keyof Identity)[];
/** A VM may have moved between the reading of two tabs, so these only decide between several candidates. */
const likely = ['file', 'datacenter', 'folder', 'cluster', 'host'] as const satisfies readonly (keyof Identity)[];

/** Among more VMs of one name than this nobody tells them apart by place. */
const mostNamesakes = 1000;

/** Finds the VM of vInfo that a row of another tab belongs to. Names are not unique across vCenters and folders. */
export class Owners {
  readonly #byName: ReadonlyMap<string, VmRecord[]>;
  readonly #byKey: ReadonlyMap<string | undefined, VmRecord[]>;

  constructor(vms: readonly VmRecord[]) {
    this.#byName = groupBy(vms, (vm) => vm.vm);
    this.#byKey = groupBy(vms, (vm) => vmKey(vm.identity));
  }

  /** The rows by their VM; one that could belong to several VMs, or belongs to none, is left out and logged. */
  rowsByVm<Row extends VmRow>(rows: readonly Row[], log: ImportLog): Map<VmRecord, Row[]> {
    const owned = new Map<VmRecord, Row[]>();
    let last: { row: Row; candidates: readonly VmRecord[] } | undefined;
    for (const row of rows) {
      const isOfLast = last !== undefined && last.row.identity === row.identity && last.row.vm === row.vm;
      const candidates: readonly VmRecord[] = isOfLast && last !== undefined ? last.candidates : this.#candidatesOf(row);
      last = { row, candidates };
      const [owner, other] = candidates;
      if (owner === undefined) log.leaveOut(row.sheet, row.row, row.vm, 'belongs to no VM of vInfo');
      else if (other !== undefined) log.leaveOut(row.sheet, row.row, row.vm, 'could belong to any of several VMs of this name');
      else append(owned, owner, row);
    }
    return owned;
  }

  #candidatesOf(row: VmRow): readonly VmRecord[] {
    const key = vmKey(row.identity);
    return (key === undefined ? undefined : this.#byKey.get(key)) ?? ownersOf(row, this.#byName.get(row.vm) ?? []);
  }
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
): readonly Row[] {
  if (rows.length < 2) return rows;
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
  // No text of a cell has a line break any more.
  return server === undefined || vmId === undefined ? undefined : `${server}\n${vmId}`;
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
