import type { SnapshotRecord } from './inventory.ts';
import type { ImportLog } from './report.ts';
import type { ImportedVm } from './vms.ts';
import { changesNothing } from './writes.ts';

export interface ImportedSnapshot {
  /** On the clock of the export; undefined where the file does not say. */
  takenMs: number | undefined;
  sizeMebibytes: number;
  kind: 'user' | 'orphan';
  /** Index of the disk that it is of. */
  disk: number;
}

/** What an orphan delta holds where only its existence is known: the changes of one day, as the format assumes them. */
const orphanShareOfUsed = 0.05;

/**
 * A delta cannot be larger than its disk, nor have grown where the guest writes nothing. Space of a snapshot that is left out stays counted as other
 * use of its datastore. Oldest first.
 */
export function importSnapshots(vm: ImportedVm, rows: readonly SnapshotRecord[], log: ImportLog): ImportedSnapshot[] {
  const snapshots: ImportedSnapshot[] = [];
  for (const row of rows) {
    if (row.sizeMebibytes === undefined || row.sizeMebibytes === 0) {
      log.leaveOut(row.sheet, row.row, vm.name, 'snapshot without a size, or of size 0');
      continue;
    }
    const place = placeOf(vm, row.sizeMebibytes);
    if (place === undefined) {
      log.leaveOut(row.sheet, row.row, vm.name, 'snapshot of a VM that writes nothing: no law of writing reaches its size; left in otherUsed');
      continue;
    }
    if (place.sizeMebibytes < row.sizeMebibytes) {
      const source = `${row.sheet}, row ${row.row}, says ${row.sizeMebibytes} MiB, more than the disk: taken as the disk's size`;
      log.assume(`vms.${vm.name}.snapshots.size`, `${place.sizeMebibytes}MiB`, source);
    }
    snapshots.push({ takenMs: row.takenMs, kind: 'user', ...place });
  }
  return snapshots.sort((left, right) => (left.takenMs ?? 0) - (right.takenMs ?? 0));
}

/** vCenter says that deltas without a snapshot are left, but neither how many nor how large. */
export function importOrphan(vm: ImportedVm, log: ImportLog): ImportedSnapshot[] {
  if (!vm.record.consolidationNeeded) return [];
  const place = placeOf(vm, Math.ceil(vm.usedMebibytes * orphanShareOfUsed));
  if (place === undefined) {
    log.leaveOut(vm.record.sheet, vm.record.row, vm.name, 'consolidation needed, but the VM writes nothing: no law of writing reaches a size');
    return [];
  }
  const source = `vInfo says that consolidation is needed, not of how much: ${orphanShareOfUsed * 100} % of used, as of the day before the start`;
  log.assume(`vms.${vm.name}.snapshots`, `an orphan of ${place.sizeMebibytes}MiB`, source);
  return [{ takenMs: undefined, kind: 'orphan', ...place }];
}

/**
 * The file has one size for all deltas of a snapshot. A disk whose path is that of a delta has one; of several such disks, or where no path tells, it is
 * the first that can hold the whole, else as much of it as the largest can. Undefined where no disk is ever written.
 */
function placeOf(vm: ImportedVm, sizeMebibytes: number): Pick<ImportedSnapshot, 'disk' | 'sizeMebibytes'> | undefined {
  const written = vm.disks.map((disk, index) => ({ ...disk, index })).filter((disk) => !changesNothing(disk));
  const told = written.filter((disk) => disk.record?.isDelta);
  const candidates = told.length > 0 ? told : written;
  const largest = candidates.toSorted((left, right) => right.sizeMebibytes - left.sizeMebibytes)[0];
  if (largest === undefined) return undefined;
  const disk = candidates.find((candidate) => candidate.sizeMebibytes >= sizeMebibytes) ?? largest;
  return { disk: disk.index, sizeMebibytes: Math.min(sizeMebibytes, disk.sizeMebibytes) };
}

/** Whether paths leave open which of several disks the snapshots are of. */
export function isDiskOfSnapshotsAssumed({ disks, snapshots }: ImportedVm): boolean {
  return snapshots.length > 0 && disks.length > 1 && disks.filter((disk) => disk.record?.isDelta).length !== 1;
}
