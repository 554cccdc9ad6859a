import type { NameKey } from './anonymise.ts';
import type { CleanedCell } from './clean-text.ts';
import type { TotalComparison } from './file-totals.ts';
import type { RatesFileReport } from './rates/read-rates.ts';
import type { Remark } from './workbook.ts';

/** One thing of the file that the scenario does not hold. */
export interface SetAside {
  sheet: string;
  row: number;
  name: string;
  reason: string;
}

/** A value that is not in the file, or not as it stands there; with where it comes from. */
export interface ImportAssumption {
  path: string;
  value: string;
  source: string;
}

/** What was measured, and what did not meet on either side. */
export interface RatesReport {
  files: RatesFileReport[];
  /** VMs of the scenario with measured writes. */
  measuredVms: number;
  /** VMs whose names are spelt otherwise in the measurements. */
  respelt: { vm: string; measuredAs: string }[];
  /** Running VMs of the scenario that no measurement is of. */
  unmeasuredVms: string[];
  /** Measurements that belong to no VM of the scenario. */
  unused: { name: string; reason: string }[];
}

interface SheetReport {
  sheet: string;
  rowsRead: number;
  /** Rows without a key, left over from formatting. */
  rowsWithoutKey: number;
  /** Cells to the right of the last column that is read. */
  cellsBeyondLimit: number;
}

export interface ImportTotals {
  vms: number;
  vmsNotRunning: number;
  disks: number;
  snapshots: number;
  datastores: number;
  hosts: number;
  sizeBytes: number;
  usedBytes: number;
  snapshotBytes: number;
}

/** Everything about an import that the scenario itself does not say. */
export interface ImportReport {
  fileName: string;
  sheets: SheetReport[];
  /** Sheets that could have said more, but are not in the file. */
  missingSheets: string[];
  missingColumns: { sheet: string; column: string }[];
  /** Columns recognised under another spelling than the current one. */
  aliases: { sheet: string; column: string; readAs: string }[];
  /** Columns that belong to no known version, custom attributes mostly; not read. */
  unknownColumns: { sheet: string; column: string }[];
  /** How a file was read where more than one way was possible, and files that were not. */
  remarks: Remark[];
  /** Cells in which something was replaced that no scenario may hold: control characters, the name `__proto__`. */
  cleanedCells: CleanedCell[];
  setAside: SetAside[];
  assumptions: ImportAssumption[];
  /** Those of them on which the verdict hangs most. */
  lookFirst: ImportAssumption[];
  /** Undefined without measurements. */
  rates: RatesReport | undefined;
  totals: ImportTotals;
  /** The file's own totals beside those of the scenario. */
  comparisons: TotalComparison[];
}

export interface ImportResult {
  /** The scenario. */
  yaml: string;
  report: ImportReport;
  /** Original names by invented ones; undefined where names were kept. */
  nameKey: NameKey | undefined;
}

/** What decides how long transfers take, how fast snapshots grow, and how much space there is. */
const decisive = [
  /^vms\..*\.writes/,
  /^vms\.\*\.disks\.\*\.used$/,
  /^vms\..*\.snapshots$/,
  /^datastores\..*\.(?:class|capacity)$/,
  /^repositories\./,
  /^jobs\.(?:nightly$|.*\.vms$)/,
];

/** What the stages of an import write down as they go. */
export class ImportLog {
  readonly setAside: SetAside[] = [];
  readonly assumptions: ImportAssumption[] = [];

  leaveOut(sheet: string, row: number, name: string, reason: string): void {
    this.setAside.push({ sheet, row, name, reason });
  }

  assume(path: string, value: string, source: string): void {
    this.assumptions.push({ path, value, source });
  }

  lookFirst(): ImportAssumption[] {
    return this.assumptions.filter(({ path }) => decisive.some((pattern) => pattern.test(path)));
  }

  /** One line for something that holds for many; none where it holds for nobody. */
  assumeFor(count: number, path: string, value: string, source: string): void {
    if (count > 0) this.assume(path, value, `${source} (${count} ${count === 1 ? 'entry' : 'entries'})`);
  }
}
