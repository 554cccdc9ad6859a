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

interface RawColumn {
  tab: string;
  header: string;
}

/** Every cell of a column that has something in it, over all sheets of the tab; undefined where no sheet has the column. */
function rawCells(workbook: Workbook, { tab, header }: RawColumn): Cell[] | undefined {
  const spellings = [header, header.replace('MiB', 'MB'), `${tab}${header}`, `${tab}${header.replace(' MiB', '')}`];
  if (header === 'VM') spellings.push(`${tab}VMName`);
  const names = spellings.map(normaliseHeader);
  const columns = workbook.sheets
    .filter((sheet) => sheet.tab === tab)
    .flatMap((sheet) => {
      const ranked = sheet.headers.filter((candidate) => candidate.slot !== undefined).toSorted((left, right) => rank(left.text) - rank(right.text));
      const found = ranked.find((candidate) => names.includes(normaliseHeader(candidate.text)));
      return found?.slot === undefined ? [] : [{ sheet, slot: found.slot }];
    });
  if (columns.length === 0) return undefined;
  return columns
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

export function compareTotals(workbook: Workbook, inventory: Inventory, estate: Estate): TotalComparison[] {
  const { vms } = estate;
  const comparisons: TotalComparison[] = [];
  const compare = (what: string, column: RawColumn, unit: 'rows' | 'bytes', setAside: number | undefined, inScenario: number): void => {
    const cells = rawCells(workbook, column);
    if (cells === undefined) return;
    const scale = unit === 'bytes' ? mebibyte : 1;
    const inFile = unit === 'bytes' ? rawSum(cells) * scale : cells.length;
    const aside = setAside === undefined ? undefined : setAside * scale;
    const there = inScenario * scale;
    const addsUp = aside === undefined ? undefined : inFile === aside + there;
    comparisons.push({ what, column: `${column.tab} ${column.header}`, unit, inFile, setAside: aside, inScenario: there, addsUp });
  };
  const importedRecords = new Set(vms.map((vm) => vm.record));
  const asideRecords = inventory.vms.filter((record) => !importedRecords.has(record));
  compare('VMs', { tab: 'vInfo', header: 'VM' }, 'rows', asideRecords.length, vms.length);

  const usedDisks = new Set(vms.flatMap((vm) => vm.disks.map((disk) => disk.record)));
  const asideDisks = inventory.disks.filter((disk) => !usedDisks.has(disk));
  const sizedByDisks = vms.filter((vm) => vm.sizeSource === 'vDisk Capacity');
  compare('disks', { tab: 'vDisk', header: 'VM' }, 'rows', asideDisks.length, sum(sizedByDisks.map((vm) => vm.disks.length)));
  const asideCapacity = sum(asideDisks.map((disk) => disk.capacityMebibytes ?? 0));
  compare('size of disks', { tab: 'vDisk', header: 'Capacity MiB' }, 'bytes', asideCapacity, sum(sizedByDisks.map((vm) => vm.sizeMebibytes)));
  if (sizedByDisks.length === 0) {
    const bySource = (source: string) => sum(vms.filter((vm) => vm.sizeSource === source).map((vm) => vm.sizeMebibytes));
    const isTotal = vms.some((vm) => vm.sizeSource === 'vInfo Total disk capacity');
    const header = isTotal ? 'Total disk capacity MiB' : 'Provisioned MiB';
    const others = isTotal ? vms.every((vm) => vm.sizeSource === 'vInfo Total disk capacity') : true;
    const aside = sum(asideRecords.map((record) => (isTotal ? record.capacityMebibytes : record.provisionedMebibytes) ?? 0));
    compare('size of disks', { tab: 'vInfo', header }, 'bytes', others ? aside : undefined, bySource(`vInfo ${header.replace(' MiB', '')}`));
  }
  const usedMebibytes = sum(vms.map((vm) => vm.usedMebibytes));
  compare('used, as guests see it', { tab: 'vPartition', header: 'Consumed MiB' }, 'bytes', undefined, usedMebibytes);
  compare('used, as vCenter sees it', { tab: 'vInfo', header: 'In Use MiB' }, 'bytes', undefined, usedMebibytes);
  const snapshots = vms.flatMap((vm) => vm.snapshots.filter((snapshot) => snapshot.kind === 'user'));
  compare('snapshots', { tab: 'vSnapshot', header: 'VM' }, 'rows', inventory.snapshots.length - snapshots.length, snapshots.length);

  const described = estate.datastores.filter((datastore) => datastore.described);
  compare('datastores', { tab: 'vDatastore', header: 'Name' }, 'rows', inventory.datastores.length - described.length, described.length);
  compare(
    'capacity of datastores',
    { tab: 'vDatastore', header: 'Capacity MiB' },
    'bytes',
    undefined,
    sum(described.map((datastore) => datastore.capacityMebibytes)),
  );
  return comparisons;
}
