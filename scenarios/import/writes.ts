import { parseRate, SECONDS_PER_DAY } from '../format/units.ts';
import type { MeasuredVm } from './rates/join.ts';
import type { ImportLog } from './report.ts';

const kibibyte = 1024;
const mebibyte = 1024 ** 2;
/** Share of the used bytes that the format takes as changed in a day where nothing is stated. */
const changedPerDay = 0.05;

/** What the guest writes and reads, as the format puts it; undefined leaves the format's default. */
export interface ImportedWrites {
  changed: string | undefined;
  rate: string | undefined;
  readRate: string | undefined;
  source: 'default' | 'measured' | 'not running';
}

/**
 * All that is written is no measure of what changes: the same blocks are written again and again. So a measurement becomes `rate`, and `changed` stays
 * the default, unless even less than that is written at all.
 */
export function importWrites(
  vm: { name: string; running: boolean; usedMebibytes: number },
  measured: MeasuredVm | undefined,
  log: ImportLog,
): ImportedWrites {
  if (!vm.running) {
    if (measured !== undefined)
      log.assume(`vms.${vm.name}.writes`, '0MiB/day', 'powered off or suspended when exported: its measurement is not used');
    return { changed: '0MiB/day', rate: undefined, readRate: undefined, source: 'not running' };
  }
  const readRate = measured?.readsBytesPerSecond === undefined ? undefined : rateText(measured.readsBytesPerSecond);
  if (measured?.writesBytesPerSecond === undefined) return { changed: undefined, rate: undefined, readRate, source: 'default' };
  const rate = rateText(measured.writesBytesPerSecond);
  const writtenBytes = parseRate(rate) * SECONDS_PER_DAY;
  const changed = writtenBytes < changedPerDay * vm.usedMebibytes * mebibyte ? perDayText(writtenBytes) : undefined;
  if (changed !== undefined) {
    log.assume(`vms.${vm.name}.writes.changed`, changed, 'the default of 5 % of used a day is more than all that was measured as written in a day');
  }
  return { changed, rate, readRate, source: 'measured' };
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
