import { parseRate, SECONDS_PER_DAY } from '../format/units.ts';
import { sum } from './quantities.ts';
import type { MeasuredVm } from './rates/join.ts';
import type { ImportLog } from './report.ts';

const kibibyte = 1024;
const mebibyte = 1024 ** 2;
/** Share of the used bytes that the format takes as changed in a day where nothing is stated. */
const changedPerDay = 0.05;

/** What the guest writes to a disk and reads from it, as the format puts it; undefined leaves the format's default. */
export interface ImportedWrites {
  changed: string | undefined;
  rate: string | undefined;
  readRate: string | undefined;
}

export interface VmWrites {
  source: 'default' | 'measured' | 'not running';
  /** By disk. */
  ofDisks: ImportedWrites[];
}

export interface WritingVm {
  name: string;
  running: boolean;
  /** By disk. */
  sizesMebibytes: readonly number[];
  usedMebibytes: readonly number[];
}

const byDefault: ImportedWrites = { changed: undefined, rate: undefined, readRate: undefined };
const nothing: ImportedWrites = { ...byDefault, changed: '0MiB/day' };

/**
 * All that is written is no measure of what changes: the same blocks are written again and again. So a measurement becomes `rate`, and `changed` stays
 * the default, unless even less than that is written at all. Measurements are of a VM: each disk gets the share that it has of the used bytes, as it has
 * of the default.
 */
export function importWrites(vm: WritingVm, measured: MeasuredVm | undefined, log: ImportLog): VmWrites {
  if (!vm.running) {
    if (measured !== undefined)
      log.assume(`vms.${vm.name}.writes`, '0MiB/day', 'powered off or suspended when exported: its measurement is not used');
    return { source: 'not running', ofDisks: vm.sizesMebibytes.map(() => nothing) };
  }
  if (measured === undefined) return { source: 'default', ofDisks: vm.sizesMebibytes.map(() => byDefault) };
  const { writesBytesPerSecond, readsBytesPerSecond } = measured;
  const shares = sharesOf(vm);
  const changesAll = writesBytesPerSecond !== undefined && isLessThanChanges(vm, writesBytesPerSecond, log);
  const ofDisks = shares.map((share): ImportedWrites => {
    const rate = writesBytesPerSecond === undefined ? undefined : rateText(share * writesBytesPerSecond);
    return {
      changed: rate !== undefined && changesAll ? perDayText(parseRate(rate) * SECONDS_PER_DAY) : undefined,
      rate,
      readRate: readsBytesPerSecond === undefined ? undefined : rateText(share * readsBytesPerSecond),
    };
  });
  return { source: writesBytesPerSecond === undefined ? 'default' : 'measured', ofDisks };
}

/** By used bytes; by size where nothing is in use. */
function sharesOf({ sizesMebibytes, usedMebibytes }: WritingVm): number[] {
  const weights = usedMebibytes.some((mebibytes) => mebibytes > 0) ? usedMebibytes : sizesMebibytes;
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

function isLessThanChanges({ name, usedMebibytes }: WritingVm, writesBytesPerSecond: number, log: ImportLog): boolean {
  const writtenBytes = parseRate(rateText(writesBytesPerSecond)) * SECONDS_PER_DAY;
  if (writtenBytes >= changedPerDay * sum(usedMebibytes) * mebibyte) return false;
  const source = 'the default of 5 % of used a day is more than all that was measured as written in a day';
  log.assume(`vms.${name}.writes.changed`, perDayText(writtenBytes), source);
  return true;
}

/** Whether no delta of the disk can ever grow. */
export function changesNothing(disk: { usedMebibytes: number; writes: ImportedWrites }): boolean {
  const { changed, rate } = disk.writes;
  return disk.usedMebibytes === 0 || changed === '0MiB/day' || changed === '0KiB/day' || rate === '0KiB/s';
}

/** About four digits: a mean over days is not known better. */
function rateText(bytesPerSecond: number): string {
  if (bytesPerSecond >= 10 * mebibyte) return `${Number((bytesPerSecond / mebibyte).toFixed(2))}MiB/s`;
  const kibibytes = bytesPerSecond / kibibyte;
  return `${Number(kibibytes.toFixed(kibibytes >= 100 ? 0 : 2))}KiB/s`;
}

/** Rounded down: more than what is written cannot change. */
function perDayText(bytes: number): string {
  return bytes >= 10 * mebibyte ? `${Math.floor(bytes / mebibyte)}MiB/day` : `${Math.floor(bytes / kibibyte)}KiB/day`;
}
