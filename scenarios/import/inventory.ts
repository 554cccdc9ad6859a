import { parseTime } from './cells.ts';
import type { RowReader } from './columns.ts';
import { unknownConventions } from './conventions.ts';
import { areTags, customColumns } from './custom-columns.ts';
import { groupBy } from './groups.ts';
import { normaliseHeader } from './headers.ts';
import { vDatastore, vDisk, vHost, vInfo, vMetaData, vPartition, vSnapshot } from './rvtools-sheets.ts';
import { type ReadingReport, Tabs } from './tabs.ts';
import type { Header, Sheet, Workbook } from './workbook.ts';

/** Of one datastore; vSphere allows a quarter of that. */
const mostHosts = 1024;

/** What tells apart VMs of one name. */
export interface Identity {
  /** The file, where it holds more than one tab. */
  file: string | undefined;
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
  sheet: string;
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
  /** Whether a merge of deltas that nobody holds any more is still to be done. */
  consolidationNeeded: boolean;
  /** Cluster, folder and tags, as `cluster:blue`. */
  tags: string[];
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
  /** Whether its path is that of a delta: a snapshot is open on it. */
  isDelta: boolean;
}

export interface PartitionRecord extends VmRow {
  /** Drive letter or mount point. */
  disk: string | undefined;
  diskKey: string | undefined;
  consumedMebibytes: number | undefined;
}

export interface SnapshotRecord extends VmRow {
  takenMs: number | undefined;
  sizeMebibytes: number | undefined;
}

export interface DatastoreRecord {
  sheet: string;
  row: number;
  name: string;
  objectId: string | undefined;
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
  hosts: { sheet: string; row: number; name: string }[];
  /** When it was exported, and where that is said; on the clock of the export. */
  exported: { timeMs: number; source: string } | undefined;
}

export function readInventory(workbook: Workbook): { inventory: Inventory; reading: ReadingReport } {
  const tabs = new Tabs(workbook, [vInfo, vDisk, vPartition, vSnapshot, vDatastore, vHost, vMetaData]);
  tabs.require(vInfo);
  const infoRows = tabs.keyedRows(vInfo, (row) => row);
  const tagColumns = findTagColumns(infoRows);
  const identityOf = identityReader();
  const vms = infoRows.map(
    (row): VmRecord => ({
      sheet: row.sheet.name,
      row: row.number,
      vm: row.text('vm') ?? '',
      identity: identityOf(row),
      powerstate: readPowerstate(row),
      template: row.flag('template') ?? false,
      placeholder: row.flag('placeholder') ?? false,
      capacityMebibytes: row.mebibytes('capacity'),
      provisionedMebibytes: row.mebibytes('provisioned'),
      inUseMebibytes: row.mebibytes('inUse'),
      changeTracking: row.flag('changeTracking'),
      consolidationNeeded: row.flag('consolidation') ?? false,
      tags: tagsOf(row, tagColumns.get(row.sheet) ?? []),
      datastore: datastoreOf(row.text('path')),
    }),
  );
  const disks = tabs.keyedRows(
    vDisk,
    (row): DiskRecord => ({
      sheet: row.sheet.name,
      row: row.number,
      vm: row.text('vm') ?? '',
      identity: identityOf(row),
      disk: row.text('disk') ?? `row ${row.number}`,
      diskKey: row.text('diskKey'),
      capacityMebibytes: row.mebibytes('capacity'),
      raw: row.flag('raw') ?? false,
      independent: row.text('mode')?.toLowerCase().includes('independent') ?? false,
      thin: row.flag('thin'),
      datastore: datastoreOf(row.text('path')),
      isDelta: /-\d{6}\.vmdk$/i.test(row.text('path') ?? ''),
    }),
  );
  const partitions = tabs.keyedRows(
    vPartition,
    (row): PartitionRecord => ({
      sheet: row.sheet.name,
      row: row.number,
      vm: row.text('vm') ?? '',
      identity: identityOf(row),
      disk: row.text('disk'),
      diskKey: row.text('diskKey'),
      consumedMebibytes: row.mebibytes('consumed'),
    }),
  );
  const snapshots = tabs.keyedRows(
    vSnapshot,
    (row): SnapshotRecord => ({
      sheet: row.sheet.name,
      row: row.number,
      vm: row.text('vm') ?? '',
      identity: identityOf(row),
      takenMs: row.time('taken'),
      sizeMebibytes: row.mebibytes('size'),
    }),
  );
  const datastores = tabs.keyedRows(vDatastore, readDatastore);
  const hosts = tabs.keyedRows(vHost, (row) => ({ sheet: row.sheet.name, row: row.number, name: row.text('host') ?? '' }));
  const newestMs = latest([
    ...snapshots.map((snapshot) => snapshot.takenMs),
    ...infoRows.flatMap((row) => [row.timeIfAny('created'), row.timeIfAny('poweredOn')]),
  ]);
  for (const [sheet, headers] of tagColumns) {
    if (headers.length === 0) continue;
    const names = headers.map((header) => JSON.stringify(header.text)).join(', ');
    tabs.reading.remarks.push({ fileName: sheet.fileName, remark: `${sheet.name}: read as tags: ${names}` });
  }
  tabs.reportUnknown(new Set([...tagColumns.values()].flat()));
  return {
    inventory: { vms, disks, partitions, snapshots, datastores, hosts, exported: exportTime(workbook, tabs, newestMs) },
    reading: tabs.reading,
  };
}

type InfoRow = RowReader<keyof typeof vInfo.columns>;

/** Custom columns of vInfo whose values sort VMs into classes; by sheet. */
function findTagColumns(rows: readonly InfoRow[]): Map<Sheet, Header[]> {
  const rowsOf = groupBy(rows, (row) => row.sheet);
  return new Map(
    [...rowsOf].map(([sheet, ofSheet]) => {
      const custom = customColumns(
        sheet.tab,
        sheet.headers.map((header) => header.text),
      );
      const candidates = sheet.headers.filter((header, index) => custom.has(index) && header.slot !== undefined);
      return [sheet, candidates.filter((header) => areTags(ofSheet.flatMap((row) => row.textUnder(header) ?? [])))];
    }),
  );
}

function tagsOf(row: InfoRow, tagColumns: readonly Header[]): string[] {
  const folder = row.text('folder')?.replace(/^\/+|\/+$/g, '');
  const cluster = row.text('cluster');
  return [
    ...(cluster === undefined ? [] : [`cluster:${cluster}`]),
    ...(folder === undefined || folder === '' ? [] : [`folder:${folder}`]),
    ...tagColumns.flatMap((header) => {
      const value = row.textUnder(header);
      return value === undefined ? [] : [`${header.text.trim()}:${value}`];
    }),
  ];
}

type RowOfVm = RowReader<Exclude<keyof Identity, 'file'>>;

/** Rows of one VM stand together, and share one identity. */
function identityReader(): (row: RowOfVm) => Identity {
  let last: Identity | undefined;
  return (row) => {
    const identity = readIdentity(row);
    if (last === undefined || !isSame(identity, last)) last = identity;
    return last;
  };
}

function readIdentity(row: RowOfVm): Identity {
  return {
    file: row.sheet.sharesFile ? row.sheet.fileName : undefined,
    server: row.text('server'),
    serverName: row.text('serverName'),
    vmId: row.text('vmId'),
    vmUuid: row.text('vmUuid'),
    datacenter: row.text('datacenter'),
    cluster: row.text('cluster'),
    host: row.text('host'),
    folder: row.text('folder'),
  };
}

function isSame(left: Identity, right: Identity): boolean {
  return (Object.keys(left) as (keyof Identity)[]).every((key) => left[key] === right[key]);
}

function readPowerstate(row: InfoRow): VmRecord['powerstate'] {
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
    sheet: row.sheet.name,
    row: row.number,
    name: row.text('name') ?? '',
    objectId: row.text('objectId'),
    server: row.text('server'),
    serverName: row.text('serverName'),
    hosts: [...new Set((row.text('hosts') ?? '').split(',', mostHosts).map((host) => host.trim()))].filter((host) => host !== ''),
    capacityMebibytes,
    inUseMebibytes: row.mebibytes('inUse') ?? freed,
  };
}

/** The export's own word, else the workbook's, else the newest date in the file. */
function exportTime(workbook: Workbook, tabs: Tabs, newestMs: number): Inventory['exported'] {
  const statedMs = latest(Array.from(tabs.rows(vMetaData), (row) => row.timeIfAny(isExportTime(row.text('property')) ? 'value' : 'created')));
  if (statedMs > 0) return { timeMs: statedMs, source: 'vMetaData' };
  const created = workbook.created === undefined ? undefined : parseTime(workbook.created, 1900, unknownConventions);
  const createdMs = created !== undefined && 'value' in created ? (created.value ?? 0) : 0;
  if (createdMs > 0) return { timeMs: createdMs, source: 'the creation date of the workbook' };
  return newestMs > 0 ? { timeMs: newestMs, source: 'the newest date in the file' } : undefined;
}

function isExportTime(property: string | undefined): boolean {
  const { header, aliases = [] } = vMetaData.columns.created;
  return property !== undefined && [header, ...aliases].map(normaliseHeader).includes(normaliseHeader(property));
}

/** The latest of any number of times, 0 of none. */
function latest(timesMs: readonly (number | undefined)[]): number {
  return timesMs.reduce<number>((newest, timeMs) => Math.max(newest, timeMs ?? 0), 0);
}
