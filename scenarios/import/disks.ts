import type { DiskRecord, PartitionRecord, VmRecord } from './inventory.ts';
import { divideByRoom, sum } from './quantities.ts';
import type { ImportLog } from './report.ts';

/** A disk of a VM as the file has it. */
export interface SizedDisk {
  /** Its row of vDisk; undefined where the file has only a size for all disks of the VM, which then count as one. */
  record: DiskRecord | undefined;
  /** As the file calls it; undefined where the file does not say. */
  datastore: string | undefined;
  sizeMebibytes: number;
  provisioning: 'thin' | 'thick';
  provisioningIsStated: boolean;
}

interface UsedBytes {
  /** By disk. */
  usedMebibytes: number[];
  /** The column that it comes from. */
  usedSource: string;
  /** Whether the file knows only for several disks together what is in use on them. */
  usedIsDivided: boolean;
  /** What the file says of all of them together, which may be more than their size. */
  statedUsedMebibytes: number;
}

export interface FoundDisks extends UsedBytes {
  /** At least one. */
  disks: SizedDisk[];
  /** The column that sizes come from. */
  sizeSource: string;
}

/** The disks that a snapshot holds, with what is in use on each; the reason why there are none where there are none. */
export function findDisks(
  record: VmRecord,
  allDisks: readonly DiskRecord[],
  partitions: readonly PartitionRecord[],
  log: ImportLog,
): FoundDisks | { none: string } {
  const leftOut = allDisks.filter((disk) => disk.raw || disk.independent);
  for (const disk of leftOut) {
    log.leaveOut(disk.sheet, disk.row, `${record.vm}: ${disk.disk}`, disk.raw ? 'raw device mapping' : 'independent disk, which no snapshot holds');
  }
  const held = allDisks.filter((disk) => !disk.raw && !disk.independent);
  const { disks, sizeSource } = allDisks.length > 0 ? sizedDisks(record, held, log) : wholeOf(record);
  if (disks.length === 0) {
    return { none: leftOut.length > 0 && held.length === 0 ? 'no disk that a snapshot holds' : 'no disk size in the file, or a size of 0' };
  }
  const leftOutKeys = new Set(leftOut.map((disk) => disk.diskKey));
  const own = partitions.filter((partition) => partition.diskKey === undefined || !leftOutKeys.has(partition.diskKey));
  return { disks, sizeSource, ...usedOf(record, own, disks) };
}

/** One for each row of vDisk. A disk without a path lies where others of its VM do. */
function sizedDisks(record: VmRecord, held: readonly DiskRecord[], log: ImportLog): { disks: SizedDisk[]; sizeSource: string } {
  const elsewhere = held.find((disk) => disk.datastore !== undefined)?.datastore ?? record.datastore;
  const disks = held.flatMap((disk): SizedDisk[] => {
    const sizeMebibytes = disk.capacityMebibytes ?? 0;
    if (sizeMebibytes === 0) {
      log.leaveOut(disk.sheet, disk.row, `${record.vm}: ${disk.disk}`, 'no size in the file, or a size of 0');
      return [];
    }
    const provisioning = disk.thin === false ? 'thick' : 'thin';
    return [{ record: disk, datastore: disk.datastore ?? elsewhere, sizeMebibytes, provisioning, provisioningIsStated: disk.thin !== undefined }];
  });
  return { disks, sizeSource: 'vDisk Capacity' };
}

/** Without vDisk all disks of a VM count as one. */
function wholeOf(record: VmRecord): { disks: SizedDisk[]; sizeSource: string } {
  const isTotal = record.capacityMebibytes !== undefined;
  const sizeMebibytes = record.capacityMebibytes ?? record.provisionedMebibytes ?? 0;
  const disk: SizedDisk = { record: undefined, datastore: record.datastore, sizeMebibytes, provisioning: 'thin', provisioningIsStated: false };
  return { disks: sizeMebibytes > 0 ? [disk] : [], sizeSource: isTotal ? 'vInfo Total disk capacity' : 'vInfo Provisioned' };
}

/** What the guest sees as used is what a full backup reads; the datastore's view comes second. */
function usedOf(record: VmRecord, partitions: readonly PartitionRecord[], disks: readonly SizedDisk[]): UsedBytes {
  const consuming = partitions.filter((partition) => partition.consumedMebibytes !== undefined);
  if (consuming.length > 0) return usedByPartitions(consuming, disks);
  if (record.inUseMebibytes !== undefined) return usedBySum(record.inUseMebibytes, disks);
  const sizes = disks.map((disk) => disk.sizeMebibytes);
  return { usedMebibytes: sizes, usedSource: 'assumed', usedIsDivided: false, statedUsedMebibytes: sum(sizes) };
}

/**
 * A partition lies on the disk that its key names. What names none, and what is more than a disk can hold (a volume over several disks bears the key of
 * one), is divided by the room that is left.
 */
function usedByPartitions(partitions: readonly PartitionRecord[], disks: readonly SizedDisk[]): UsedBytes {
  const stated = sum(partitions.map((partition) => partition.consumedMebibytes ?? 0));
  const named = disks.map(({ record, sizeMebibytes }) => {
    const own = partitions.filter((partition) => partition.diskKey !== undefined && partition.diskKey === record?.diskKey);
    return Math.min(sizeMebibytes, sum(own.map((partition) => partition.consumedMebibytes ?? 0)));
  });
  const rooms = disks.map((disk, index) => disk.sizeMebibytes - (named[index] ?? 0));
  const rest = Math.min(stated - sum(named), sum(rooms));
  const divided = divideByRoom(rest, rooms);
  return {
    usedMebibytes: named.map((mebibytes, index) => mebibytes + (divided[index] ?? 0)),
    usedSource: 'vPartition Consumed',
    usedIsDivided: disks.length > 1 && rest > 0,
    statedUsedMebibytes: stated,
  };
}

/** In Use holds all of a thick disk, so that thin ones share what thick ones leave. */
function usedBySum(statedMebibytes: number, disks: readonly SizedDisk[]): UsedBytes {
  const roomsOf = (provisioning: 'thin' | 'thick') => disks.map((disk) => (disk.provisioning === provisioning ? disk.sizeMebibytes : 0));
  const thickRooms = roomsOf('thick');
  const thinRooms = roomsOf('thin');
  const inThick = Math.min(statedMebibytes, sum(thickRooms));
  const thick = divideByRoom(inThick, thickRooms);
  const thin = divideByRoom(Math.min(statedMebibytes - inThick, sum(thinRooms)), thinRooms);
  return {
    usedMebibytes: thick.map((mebibytes, index) => mebibytes + (thin[index] ?? 0)),
    usedSource: 'vInfo In Use',
    usedIsDivided: disks.length > 1,
    statedUsedMebibytes: statedMebibytes,
  };
}
