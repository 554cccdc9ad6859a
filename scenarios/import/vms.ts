import { type FoundDisks, findDisks, type SizedDisk } from './disks.ts';
import type { DiskRecord, Inventory, PartitionRecord, SnapshotRecord, VmRecord, VmRow } from './inventory.ts';
import { UniqueNames } from './names.ts';
import { distinctRows, Owners, vmKey } from './owners.ts';
import { sum } from './quantities.ts';
import type { MeasuredVm } from './rates/join.ts';
import type { ImportLog } from './report.ts';
import { type ImportedSnapshot, importOrphan, importSnapshots } from './snapshots.ts';
import { logCommonAssumptions } from './vm-assumptions.ts';
import { type ImportedWrites, importWrites, type VmWrites } from './writes.ts';

/** A disk of a VM as the scenario will hold it. */
export interface ImportedDisk extends SizedDisk {
  usedMebibytes: number;
  writes: ImportedWrites;
}

/** A VM as the scenario will hold it. */
export interface ImportedVm extends Pick<FoundDisks, 'sizeSource' | 'usedSource' | 'usedIsDivided'> {
  name: string;
  record: VmRecord;
  /** At least one. */
  disks: ImportedDisk[];
  /** Of all disks together. */
  sizeMebibytes: number;
  usedMebibytes: number;
  running: boolean;
  writesSource: VmWrites['source'];
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
  const owners = new Owners(records);
  const disks = owners.rowsByVm(inventory.disks, log);
  const partitions = owners.rowsByVm(inventory.partitions, log);
  const snapshots = owners.rowsByVm(inventory.snapshots, log);
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
    vm.snapshots = [...importSnapshots(vm, distinctRows(snapshots.get(record) ?? [], keyOf, nameOf, log), log), ...importOrphan(vm, log)];
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
  const found = findDisks(record, allDisks, partitions, log);
  if ('none' in found) {
    log.leaveOut(record.sheet, record.row, record.vm, found.none);
    return undefined;
  }
  const { disks, sizeSource, usedSource, usedIsDivided, statedUsedMebibytes } = found;
  const sizesMebibytes = disks.map((disk) => disk.sizeMebibytes);
  const name = names.take(record.vm);
  if (name !== record.vm) log.assume(`vms.${name}`, name, `another VM named ${record.vm} (${record.sheet}, row ${record.row})`);
  const usedMebibytes = sum(found.usedMebibytes);
  if (statedUsedMebibytes > usedMebibytes) {
    const source = `${usedSource} says ${statedUsedMebibytes} MiB, more than the size: taken as the size`;
    log.assume(`vms.${name}.used`, `${usedMebibytes}MiB`, source);
  }
  const running = record.powerstate === undefined || record.powerstate === 'poweredOn';
  const writes = importWrites({ name, running, sizesMebibytes, usedMebibytes: found.usedMebibytes }, measured, log);
  return {
    name,
    record,
    disks: disks.map(
      (disk, index): ImportedDisk => ({
        record: disk.record,
        datastore: disk.datastore,
        sizeMebibytes: disk.sizeMebibytes,
        usedMebibytes: found.usedMebibytes[index] ?? 0,
        provisioning: disk.provisioning,
        provisioningIsStated: disk.provisioningIsStated,
        writes: writes.ofDisks[index] as ImportedWrites,
      }),
    ),
    sizeMebibytes: sum(sizesMebibytes),
    usedMebibytes,
    sizeSource,
    usedSource,
    usedIsDivided,
    running,
    writesSource: writes.source,
    snapshots: [],
  };
}
