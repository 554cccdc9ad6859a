import type { DiskRecord, Inventory, PartitionRecord, SnapshotRecord, VmRecord, VmRow } from './inventory.ts';
import { UniqueNames } from './names.ts';
import { distinctRows, rowsByVm, vmKey } from './owners.ts';
import { sum } from './quantities.ts';
import type { MeasuredVm } from './rates/join.ts';
import type { ImportLog } from './report.ts';
import { logCommonAssumptions } from './vm-assumptions.ts';
import { type ImportedWrites, importWrites } from './writes.ts';

interface ImportedSnapshot {
  /** On the clock of the export; undefined where the file does not say. */
  takenMs: number | undefined;
  sizeMebibytes: number;
  kind: 'user' | 'orphan';
}

/** What an orphan delta holds where only its existence is known: the changes of one day, as the format assumes them. */
const orphanShareOfUsed = 0.05;

/** A VM as the scenario will hold it, all its disks made into one. */
export interface ImportedVm {
  name: string;
  record: VmRecord;
  /** Of its first disk, as the file calls it; undefined where the file does not say. */
  datastore: string | undefined;
  /** Rows of vDisk that it is made of. */
  disks: readonly DiskRecord[];
  sizeMebibytes: number;
  usedMebibytes: number;
  /** The columns that the two sizes come from. */
  sizeSource: string;
  usedSource: string;
  provisioning: 'thin' | 'thick';
  provisioningSource: 'stated' | 'mixed' | 'assumed';
  running: boolean;
  writes: ImportedWrites;
  /** Oldest first. */
  snapshots: ImportedSnapshot[];
}

/** Chooses the VMs that a backup would take and works out what each occupies and writes. */
export function importVms(inventory: Inventory, measured: ReadonlyMap<VmRecord, MeasuredVm>, log: ImportLog): ImportedVm[] {
  const records = distinctRows(
    inventory.vms,
    ({ identity }) => vmKey(identity),
    ({ vm }) => vm,
    log,
  );
  const disks = rowsByVm(inventory.disks, records, log);
  const partitions = rowsByVm(inventory.partitions, records, log);
  const snapshots = rowsByVm(inventory.snapshots, records, log);
  const names = new UniqueNames(inventory.vms.map((vm) => vm.vm));
  const imported: ImportedVm[] = [];
  for (const record of records) {
    const reason = reasonToLeaveOut(record);
    if (reason !== undefined) {
      log.leaveOut(record.sheet, record.row, record.vm, reason);
      continue;
    }
    const nameOf = (row: VmRow & { disk?: string | undefined }): string => (row.disk === undefined ? record.vm : `${record.vm}: ${row.disk}`);
    const vm = importVm(
      record,
      distinctRows(disks.get(record) ?? [], (disk) => disk.diskKey, nameOf, log),
      distinctRows(partitions.get(record) ?? [], (partition) => partition.disk, nameOf, log),
      names,
      measured.get(record),
      log,
    );
    if (vm === undefined) continue;
    const keyOf = ({ takenMs, sizeMebibytes }: SnapshotRecord) => (takenMs === undefined ? undefined : `${takenMs} ${sizeMebibytes}`);
    vm.snapshots = [...importSnapshots(vm, distinctRows(snapshots.get(record) ?? [], keyOf, nameOf, log), log), ...orphanOf(vm, log)];
    imported.push(vm);
  }
  logCommonAssumptions(imported, log);
  return imported;
}

function reasonToLeaveOut(record: VmRecord): string | undefined {
  if (record.template) return 'template';
  if (record.placeholder) return 'placeholder of Site Recovery Manager';
  if (isClusterService(record.vm)) return 'cluster service VM (vCLS)';
  return undefined;
}

/** Agents that vSphere puts on each cluster and restores by itself. */
export function isClusterService(name: string): boolean {
  return /^vCLS(?:$|[-\s(])/.test(name);
}

function importVm(
  record: VmRecord,
  allDisks: readonly DiskRecord[],
  partitions: readonly PartitionRecord[],
  names: UniqueNames,
  measured: MeasuredVm | undefined,
  log: ImportLog,
): ImportedVm | undefined {
  const disks = allDisks.filter((disk) => !disk.raw && !disk.independent);
  const leftOut = allDisks.filter((disk) => disk.raw || disk.independent);
  for (const disk of leftOut) {
    log.leaveOut(disk.sheet, disk.row, `${record.vm}: ${disk.disk}`, disk.raw ? 'raw device mapping' : 'independent disk, which no snapshot holds');
  }
  const size = sizeOf(record, allDisks, disks);
  if (size.mebibytes === 0) {
    const reason = leftOut.length > 0 && disks.length === 0 ? 'no disk that a snapshot holds' : 'no disk size in the file, or a size of 0';
    log.leaveOut(record.sheet, record.row, record.vm, reason);
    return undefined;
  }
  const name = names.take(record.vm);
  if (name !== record.vm) log.assume(`vms.${name}`, name, `another VM named ${record.vm} (${record.sheet}, row ${record.row})`);
  const leftOutKeys = new Set(leftOut.map((disk) => disk.diskKey));
  const used = usedOf(
    record,
    partitions.filter((partition) => partition.diskKey === undefined || !leftOutKeys.has(partition.diskKey)),
    size,
  );
  const usedMebibytes = Math.min(used.mebibytes, size.mebibytes);
  if (used.mebibytes > usedMebibytes) {
    log.assume(`vms.${name}.used`, `${usedMebibytes}MiB`, `${used.source} says ${used.mebibytes} MiB, more than the size: taken as the size`);
  }
  const running = record.powerstate === undefined || record.powerstate === 'poweredOn';
  return {
    name,
    record,
    datastore: disks.find((disk) => disk.datastore !== undefined)?.datastore ?? record.datastore,
    disks,
    sizeMebibytes: size.mebibytes,
    usedMebibytes,
    sizeSource: size.source,
    usedSource: used.source,
    ...provisioningOf(disks),
    running,
    writes: importWrites({ name, running, usedMebibytes }, measured, log),
    snapshots: [],
  };
}

interface SourcedSize {
  mebibytes: number;
  source: string;
}

function sizeOf(record: VmRecord, allDisks: readonly DiskRecord[], disks: readonly DiskRecord[]): SourcedSize {
  if (allDisks.length > 0) return { mebibytes: sum(disks.map((disk) => disk.capacityMebibytes ?? 0)), source: 'vDisk Capacity' };
  if (record.capacityMebibytes !== undefined) return { mebibytes: record.capacityMebibytes, source: 'vInfo Total disk capacity' };
  return { mebibytes: record.provisionedMebibytes ?? 0, source: 'vInfo Provisioned' };
}

/** What the guest sees as used is what a full backup reads; the datastore's view comes second. */
function usedOf(record: VmRecord, partitions: readonly PartitionRecord[], size: SourcedSize): SourcedSize {
  const consumed = partitions.flatMap((partition) => partition.consumedMebibytes ?? []);
  if (consumed.length > 0) return { mebibytes: sum(consumed), source: 'vPartition Consumed' };
  if (record.inUseMebibytes !== undefined) return { mebibytes: record.inUseMebibytes, source: 'vInfo In Use' };
  return { mebibytes: size.mebibytes, source: 'assumed' };
}

/** Where a VM has disks of both kinds, thin: the sum then allocates what is used, and the rest of the thick ones counts as other use. */
function provisioningOf(disks: readonly DiskRecord[]): Pick<ImportedVm, 'provisioning' | 'provisioningSource'> {
  const kinds = new Set(disks.map((disk) => disk.thin).filter((thin) => thin !== undefined));
  if (kinds.size === 2) return { provisioning: 'thin', provisioningSource: 'mixed' };
  if (kinds.size === 0) return { provisioning: 'thin', provisioningSource: 'assumed' };
  return { provisioning: kinds.has(true) ? 'thin' : 'thick', provisioningSource: 'stated' };
}

/**
 * A delta cannot be larger than its disk, nor have grown in a guest that writes nothing. Space of a snapshot that is left out stays counted as other
 * use of its datastore.
 */
function importSnapshots(vm: ImportedVm, rows: readonly SnapshotRecord[], log: ImportLog): ImportedSnapshot[] {
  const snapshots: ImportedSnapshot[] = [];
  for (const row of rows) {
    if (row.sizeMebibytes === undefined || row.sizeMebibytes === 0) {
      log.leaveOut(row.sheet, row.row, vm.name, 'snapshot without a size, or of size 0');
    } else if (changesNothing(vm)) {
      log.leaveOut(row.sheet, row.row, vm.name, 'snapshot of a VM that writes nothing: no law of writing reaches its size; left in otherUsed');
    } else {
      const sizeMebibytes = Math.min(row.sizeMebibytes, vm.sizeMebibytes);
      if (sizeMebibytes < row.sizeMebibytes) {
        const source = `${row.sheet}, row ${row.row}, says ${row.sizeMebibytes} MiB, more than the disk: taken as the disk's size`;
        log.assume(`vms.${vm.name}.snapshots.size`, `${sizeMebibytes}MiB`, source);
      }
      snapshots.push({ takenMs: row.takenMs, sizeMebibytes, kind: 'user' });
    }
  }
  return snapshots.sort((left, right) => (left.takenMs ?? 0) - (right.takenMs ?? 0));
}

function changesNothing({ running, usedMebibytes, writes }: ImportedVm): boolean {
  return !running || usedMebibytes === 0 || writes.changed === '0KiB/day';
}

/** vCenter says that deltas without a snapshot are left, but neither how many nor how large. */
function orphanOf(vm: ImportedVm, log: ImportLog): ImportedSnapshot[] {
  if (!vm.record.consolidationNeeded) return [];
  const sizeMebibytes = Math.ceil(vm.usedMebibytes * orphanShareOfUsed);
  if (changesNothing(vm)) {
    log.leaveOut(vm.record.sheet, vm.record.row, vm.name, 'consolidation needed, but the VM writes nothing: no law of writing reaches a size');
    return [];
  }
  const source = `vInfo says that consolidation is needed, not of how much: ${orphanShareOfUsed * 100} % of used, as of the day before the start`;
  log.assume(`vms.${vm.name}.snapshots`, `an orphan of ${sizeMebibytes}MiB`, source);
  return [{ takenMs: undefined, sizeMebibytes, kind: 'orphan' }];
}
