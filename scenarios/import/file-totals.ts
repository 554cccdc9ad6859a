/** The file's own totals, summed over its raw columns, beside what arrived in the scenario: a check that takes another way than the import. */
import type { Estate } from './estate.ts';
import { normaliseHeader } from './headers.ts';
import type { Inventory } from './inventory.ts';
import { sum } from './quantities.ts';
import type { Cell, Workbook } from './workbook.ts';

const mebibyte = 2 ** 20;

export interface TotalComparison {
  what: string;
  /** Where the file's own total is summed. */
  column: string;
  unit: 'rows' | 'bytes';
  inFile: number;
  /** Of rows that are not in the scenario; undefined where scenario and column need not agree. */
  setAside: number | undefined;
  inScenario: number;
  /** Whether what is in the file is all in the scenario or set aside; undefined where they need not agree. */
  addsUp: boolean | undefined;
}

/** Columns whose totals are compared, by tab and current name, and what is counted there. */
const units = {
  'vInfo VM': 'rows',
  'vInfo Total disk capacity MiB': 'bytes',
  'vInfo Provisioned MiB': 'bytes',
  'vInfo In Use MiB': 'bytes',
  'vDisk VM': 'rows',
  'vDisk Capacity MiB': 'bytes',
  'vPartition Consumed MiB': 'bytes',
  'vSnapshot VM': 'rows',
  'vDatastore Name': 'rows',
  'vDatastore Capacity MiB': 'bytes',
} as const;

type Column = keyof typeof units;

/** The file's own totals; of columns that it does not have there are none. */
export type FileTotals = ReadonlyMap<Column, number>;

/** Sums up the cells as they stand, past everything that makes VMs of them. */
export function readTotals(workbook: Workbook): FileTotals {
  const totals = new Map<Column, number>();
  for (const column of Object.keys(units) as Column[]) {
    const [, tab = '', header = ''] = /^(\S+) (.+)$/.exec(column) ?? [];
    const cells = rawCells(workbook, tab, header);
    if (cells !== undefined) totals.set(column, units[column] === 'bytes' ? rawSum(cells) * mebibyte : cells.length);
  }
  return totals;
}

/** Every cell of a column that has something in it, over all sheets of the tab; undefined where no sheet has the column. */
function rawCells(workbook: Workbook, tab: string, header: string): Cell[] | undefined {
  const spellings = [header, header.replace('MiB', 'MB'), `${tab}${header}`, `${tab}${header.replace(' MiB', '')}`];
  if (header === 'VM') spellings.push(`${tab}VMName`);
  const names = spellings.map(normaliseHeader);
  const found = workbook.sheets
    .filter((sheet) => sheet.tab === tab)
    .flatMap((sheet) => {
      const ranked = sheet.headers.filter((candidate) => candidate.slot !== undefined).toSorted((left, right) => rank(left.text) - rank(right.text));
      const slot = ranked.find((candidate) => names.includes(normaliseHeader(candidate.text)))?.slot;
      return slot === undefined ? [] : [{ sheet, slot }];
    });
  if (found.length === 0) return undefined;
  return found
    .flatMap(({ sheet, slot }) => sheet.rows.map((row) => row.cells[slot]))
    .filter((cell): cell is Cell => cell !== undefined && String(cell).trim() !== '');

  function rank(text: string): number {
    const place = names.indexOf(normaliseHeader(text));
    return place < 0 ? names.length : place;
  }
}

/** All these columns hold whole numbers: whatever else stands between the digits groups them, unless it is a fraction of nothing. */
function rawSum(cells: readonly Cell[]): number {
  return sum(
    cells.map((cell) =>
      typeof cell === 'number'
        ? cell
        : Number(
            String(cell)
              .trim()
              .replace(/[.,]0{1,2}$/, '')
              .replace(/\D/g, ''),
          ),
    ),
  );
}

export function compareTotals(totals: FileTotals, inventory: Inventory, estate: Estate): TotalComparison[] {
  const { vms } = estate;
  const comparisons: TotalComparison[] = [];
  const compare = (what: string, column: Column, setAside: number | undefined, inScenario: number): void => {
    const inFile = totals.get(column);
    if (inFile === undefined) return;
    const unit = units[column];
    const scale = unit === 'bytes' ? mebibyte : 1;
    const aside = setAside === undefined ? undefined : setAside * scale;
    const there = inScenario * scale;
    const addsUp = aside === undefined ? undefined : inFile === aside + there;
    comparisons.push({ what, column, unit, inFile, setAside: aside, inScenario: there, addsUp });
  };
  const importedRecords = new Set(vms.map((vm) => vm.record));
  const asideRecords = inventory.vms.filter((record) => !importedRecords.has(record));
  compare('VMs', 'vInfo VM', asideRecords.length, vms.length);

  const usedDisks = new Set(vms.flatMap((vm) => vm.disks.map((disk) => disk.record)));
  const asideDisks = inventory.disks.filter((disk) => !usedDisks.has(disk));
  const sizedByDisks = vms.filter((vm) => vm.sizeSource === 'vDisk Capacity');
  compare('disks', 'vDisk VM', asideDisks.length, sum(sizedByDisks.map((vm) => vm.disks.length)));
  const asideCapacity = sum(asideDisks.map((disk) => disk.capacityMebibytes ?? 0));
  compare('size of disks', 'vDisk Capacity MiB', asideCapacity, sum(sizedByDisks.map((vm) => vm.sizeMebibytes)));
  if (sizedByDisks.length === 0) {
    const bySource = (source: string) => sum(vms.filter((vm) => vm.sizeSource === source).map((vm) => vm.sizeMebibytes));
    const isTotal = vms.some((vm) => vm.sizeSource === 'vInfo Total disk capacity');
    const column = isTotal ? 'vInfo Total disk capacity MiB' : 'vInfo Provisioned MiB';
    const others = isTotal ? vms.every((vm) => vm.sizeSource === 'vInfo Total disk capacity') : true;
    const aside = sum(asideRecords.map((record) => (isTotal ? record.capacityMebibytes : record.provisionedMebibytes) ?? 0));
    compare('size of disks', column, others ? aside : undefined, bySource(column.replace(' MiB', '')));
  }
  const usedMebibytes = sum(vms.map((vm) => vm.usedMebibytes));
  compare('used, as guests see it', 'vPartition Consumed MiB', undefined, usedMebibytes);
  compare('used, as vCenter sees it', 'vInfo In Use MiB', undefined, usedMebibytes);
  const snapshots = vms.flatMap((vm) => vm.snapshots.filter((snapshot) => snapshot.kind === 'user'));
  compare('snapshots', 'vSnapshot VM', inventory.snapshots.length - snapshots.length, snapshots.length);

  const described = estate.datastores.filter((datastore) => datastore.described);
  compare('datastores', 'vDatastore Name', inventory.datastores.length - described.length, described.length);
  const capacityMebibytes = sum(described.map((datastore) => datastore.capacityMebibytes));
  compare('capacity of datastores', 'vDatastore Capacity MiB', undefined, capacityMebibytes);
  return comparisons;
}
