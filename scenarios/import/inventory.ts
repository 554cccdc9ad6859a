import { parseTime } from './cells.ts';
import { matchColumns, normaliseHeader, RowReader, type SheetSpec } from './columns.ts';
import { ImportError } from './errors.ts';
import type { ImportReport } from './report.ts';
import { tabOf, vDatastore, vDisk, vHost, vInfo, vMetaData, vPartition, vSnapshot } from './rvtools-sheets.ts';
import { usualHeaders } from './usual-headers.ts';
import type { Workbook } from './workbook.ts';

/** What tells apart VMs of one name. */
export interface Identity {
  server: string | undefined;
  serverName: string | undefined;
  vmId: string | undefined;
  vmUuid: string | undefined;
  datacenter: string | undefined;
  cluster: string | undefined;
  host: string | undefined;
  folder: string | undefined;
}

/** A row that belongs to a VM. */
export interface VmRow {
  row: number;
  vm: string;
  identity: Identity;
}

export interface VmRecord extends VmRow {
  powerstate: 'poweredOn' | 'poweredOff' | 'suspended' | undefined;
  template: boolean;
  placeholder: boolean;
  capacityMebibytes: number | undefined;
  provisionedMebibytes: number | undefined;
  inUseMebibytes: number | undefined;
  changeTracking: boolean | undefined;
  /** Of the configuration file. */
  datastore: string | undefined;
}

export interface DiskRecord extends VmRow {
  disk: string;
  diskKey: string | undefined;
  capacityMebibytes: number | undefined;
  raw: boolean;
  independent: boolean;
  thin: boolean | undefined;
  datastore: string | undefined;
}

export interface PartitionRecord extends VmRow {
  diskKey: string | undefined;
  consumedMebibytes: number | undefined;
}

export interface SnapshotRecord extends VmRow {
  takenMs: number | undefined;
  sizeMebibytes: number | undefined;
}

export interface DatastoreRecord {
  row: number;
  name: string;
  server: string | undefined;
  serverName: string | undefined;
  hosts: string[];
  capacityMebibytes: number | undefined;
  inUseMebibytes: number | undefined;
}

/** What the file says, in its own terms. */
export interface Inventory {
  vms: VmRecord[];
  disks: DiskRecord[];
  partitions: PartitionRecord[];
  snapshots: SnapshotRecord[];
  datastores: DatastoreRecord[];
  hosts: { row: number; name: string }[];
  /** When it was exported, and where that is said; on the clock of the export. */
  exported: { timeMs: number; source: string } | undefined;
}

/** Which sheets and columns were there. */
export type ReadingReport = Pick<ImportReport, 'sheets' | 'missingSheets' | 'missingColumns' | 'aliases' | 'unknownColumns'>;

export function readInventory(workbook: Workbook): { inventory: Inventory; reading: ReadingReport } {
  const reading: ReadingReport = { sheets: [], missingSheets: [], missingColumns: [], aliases: [], unknownColumns: [] };
  const rowsOf = <Field extends string>(spec: SheetSpec<Field>) => readRows(workbook, spec, reading);

  const infoRows = rowsOf(vInfo);
  if (infoRows === undefined) throw new ImportError(workbook.fileName, 'has no sheet vInfo; this does not look like an RVTools export');
  const vms = infoRows.map(
    (row): VmRecord => ({
      ...vmRow(row),
      powerstate: readPowerstate(row),
      template: row.flag('template') ?? false,
      placeholder: row.flag('placeholder') ?? false,
      capacityMebibytes: row.mebibytes('capacity'),
      provisionedMebibytes: row.mebibytes('provisioned'),
      inUseMebibytes: row.mebibytes('inUse'),
      changeTracking: row.flag('changeTracking'),
      datastore: datastoreOf(row.text('path')),
    }),
  );
  const disks = (rowsOf(vDisk) ?? []).map(
    (row): DiskRecord => ({
      ...vmRow(row),
      disk: row.text('disk') ?? `row ${row.number}`,
      diskKey: row.text('diskKey'),
      capacityMebibytes: row.mebibytes('capacity'),
      raw: row.flag('raw') ?? false,
      independent: row.text('mode')?.toLowerCase().includes('independent') ?? false,
      thin: row.flag('thin'),
      datastore: datastoreOf(row.text('path')),
    }),
  );
  const partitions = (rowsOf(vPartition) ?? []).map(
    (row): PartitionRecord => ({
      ...vmRow(row),
      diskKey: row.text('diskKey'),
      consumedMebibytes: row.mebibytes('consumed'),
    }),
  );
  const snapshots = (rowsOf(vSnapshot) ?? []).map(
    (row): SnapshotRecord => ({
      ...vmRow(row),
      takenMs: row.time('taken'),
      sizeMebibytes: row.mebibytes('size'),
    }),
  );
  const datastores = (rowsOf(vDatastore) ?? []).map(readDatastore);
  const hosts = (rowsOf(vHost) ?? []).map((row) => ({ row: row.number, name: row.text('host') ?? '' }));
  const newestMs = latest([
    ...snapshots.map((snapshot) => snapshot.takenMs ?? 0),
    ...infoRows.flatMap((row) => [timeIfReadable(workbook, row.text('created')), timeIfReadable(workbook, row.text('poweredOn'))]),
  ]);
  return { inventory: { vms, disks, partitions, snapshots, datastores, hosts, exported: exportTime(workbook, newestMs) }, reading };
}

/** The rows of a sheet that have a key; undefined where the sheet is missing. */
function readRows<Field extends string>(workbook: Workbook, spec: SheetSpec<Field>, reading: ReadingReport): RowReader<Field>[] | undefined {
  const [sheet, second] = workbook.sheets.filter((candidate) => tabOf(candidate.name) === spec.sheet.toLowerCase());
  if (sheet === undefined) {
    reading.missingSheets.push(spec.sheet);
    return undefined;
  }
  if (second !== undefined) throw new ImportError(workbook.fileName, `is there twice, also as ${second.name}`, { sheet: sheet.name });
  const { columns, aliases, missing } = matchColumns(workbook.fileName, sheet, spec);
  if (!columns.has(spec.key)) throw new ImportError(workbook.fileName, `has no column ${spec.columns[spec.key].header}`, { sheet: sheet.name });
  const rows = sheet.rows.map((row) => new RowReader(workbook, sheet, columns, row)).filter((row) => row.text(spec.key) !== undefined);
  const usual = new Set((usualHeaders[spec.sheet] ?? []).map(normaliseHeader));
  const readColumns = new Set([...columns.values()].map((header) => header.column));
  reading.sheets.push({
    sheet: sheet.name,
    rowsRead: rows.length,
    rowsWithoutKey: sheet.rowsInFile - rows.length,
    cellsBeyondLimit: sheet.cellsBeyondLimit,
  });
  reading.aliases.push(...aliases.map((alias) => ({ sheet: sheet.name, ...alias })));
  reading.missingColumns.push(...missing.map((column) => ({ sheet: sheet.name, column })));
  for (const { column, text } of sheet.headers) {
    const known = usual.has(normaliseHeader(text)) || usual.has(normaliseHeader(text.replace(/\bMB\b/, 'MiB')));
    if (!readColumns.has(column) && !known) reading.unknownColumns.push({ sheet: sheet.name, column: text });
  }
  return rows;
}

function vmRow(row: RowReader<keyof Identity | 'vm'>): VmRow {
  const identity: Identity = {
    server: row.text('server'),
    serverName: row.text('serverName'),
    vmId: row.text('vmId'),
    vmUuid: row.text('vmUuid'),
    datacenter: row.text('datacenter'),
    cluster: row.text('cluster'),
    host: row.text('host'),
    folder: row.text('folder'),
  };
  return { row: row.number, vm: row.text('vm') ?? '', identity };
}

function readPowerstate(row: RowReader<'powerstate'>): VmRecord['powerstate'] {
  const text = row.text('powerstate');
  if (text === undefined) return undefined;
  const known = (['poweredOn', 'poweredOff', 'suspended'] as const).find((state) => state.toLowerCase() === text.toLowerCase());
  return known ?? row.fail('powerstate', `${JSON.stringify(text)} is not poweredOn, poweredOff or suspended`);
}

/** The datastore of `[datastore] folder/file`. */
function datastoreOf(path: string | undefined): string | undefined {
  return /^\[(.+?)\](?: |$)/.exec(path ?? '')?.[1];
}

function readDatastore(row: RowReader<keyof typeof vDatastore.columns>): DatastoreRecord {
  const capacityMebibytes = row.mebibytes('capacity');
  const freeMebibytes = row.mebibytes('free');
  const freed = capacityMebibytes === undefined || freeMebibytes === undefined ? undefined : Math.max(0, capacityMebibytes - freeMebibytes);
  return {
    row: row.number,
    name: row.text('name') ?? '',
    server: row.text('server'),
    serverName: row.text('serverName'),
    hosts: (row.text('hosts') ?? '').split(',').map((host) => host.trim()),
    capacityMebibytes,
    inUseMebibytes: row.mebibytes('inUse') ?? freed,
  };
}

function timeIfReadable(workbook: Workbook, cell: string | undefined): number {
  if (cell === undefined) return 0;
  const serial = Number(cell);
  const parsed = parseTime(Number.isNaN(serial) ? cell : serial, workbook.serialEpoch);
  return 'value' in parsed ? (parsed.value ?? 0) : 0;
}

/** The export's own word, else the workbook's, else the newest date in the file. */
function exportTime(workbook: Workbook, newestMs: number): Inventory['exported'] {
  const statedMs = statedExportTime(workbook);
  if (statedMs > 0) return { timeMs: statedMs, source: 'vMetaData' };
  const createdMs = timeIfReadable(workbook, workbook.created);
  if (createdMs > 0) return { timeMs: createdMs, source: 'the creation date of the workbook' };
  return newestMs > 0 ? { timeMs: newestMs, source: 'the newest date in the file' } : undefined;
}

function statedExportTime(workbook: Workbook): number {
  const sheet = workbook.sheets.find((candidate) => tabOf(candidate.name) === vMetaData.sheet.toLowerCase());
  if (sheet === undefined) return 0;
  const { columns } = matchColumns(workbook.fileName, sheet, vMetaData);
  const names = new Set([vMetaData.columns.created.header, ...(vMetaData.columns.created.aliases ?? [])].map(normaliseHeader));
  const times = sheet.rows.map((row) => {
    const reader = new RowReader(workbook, sheet, columns, row);
    const named = names.has(normaliseHeader(reader.text('property') ?? '')) ? reader.text('value') : undefined;
    return timeIfReadable(workbook, reader.text('created') ?? named);
  });
  return latest(times);
}

/** The latest of any number of times, 0 of none. */
function latest(timesMs: readonly number[]): number {
  return timesMs.reduce((newest, timeMs) => Math.max(newest, timeMs), 0);
}
