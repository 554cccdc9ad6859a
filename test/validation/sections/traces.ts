/** 8. Real data: unique over written bytes of production disks after a week. */
import { existsSync, readFileSync } from 'node:fs';
import { simulate } from '../../../sim/index.ts';
import { DAY, datastore, job, MiB, NO_WRITES, plan, vm } from '../../sim/plans.ts';
import type { Section } from '../section.ts';

/** Not part of this repository: per-disk sums of the CloudPhysics traces. */
const FILE = new URL('../../../../shared/data/traces/cloudphysics-vm-overwrite-summary.csv', import.meta.url);

/** Unique over written bytes in windows of 30 minutes, same disks. */
const HALF_HOUR = { 'first quartile': 0.39, median: 0.54, 'third quartile': 0.68 };
const QUARTILES = [0.25, 0.5, 0.75];
const HALF_HOURS_PER_DAY = 48;
const EXPONENT = 0.72;
const WEEK_DAYS = 7;
const RATE = MiB;

/** Null where the data is not there. */
export function traces(): Section | null {
  if (!existsSync(FILE)) return null;
  const shares = sharesOf(readFileSync(FILE, 'utf8'));
  const rows: string[][] = [];
  const checks: Section['checks'] = [];
  Object.entries(HALF_HOUR).forEach(([name, short], index) => {
    const real = shares[Math.floor((QUARTILES[index] as number) * (shares.length - 1))] as number;
    const ours = afterAWeek(short);
    rows.push([name, short.toFixed(2), real.toFixed(3), ours.toFixed(3), (ours / real).toFixed(2)]);
    checks.push({ what: name, off: Math.abs(Math.log(ours / real)), allowed: Math.log(2) });
  });
  const about =
    `Unique over written bytes of ${shares.length} production disks (CloudPhysics traces). The law is given what the disks do in half an hour and asked ` +
    `what they have done after a week, with the default exponent ${EXPONENT}. The median is no independent proof: the exponent was fitted on these disks. The ` +
    'quartiles say how far one exponent for all is off: disks that mostly rewrite their blocks do so even more than it says over a week, those that mostly write new ones even less.';
  return { title: 'Real data', about, head: ['disk', 'in 30 minutes', 'after a week', 'overrun', 'factor'], rows, checks };
}

function sharesOf(text: string): number[] {
  const [head = '', ...lines] = text.trim().split('\n');
  const column = head.split(',').indexOf('overwrite_factor_total');
  return lines.map((line) => 1 / Number(line.split(',')[column])).sort((a, b) => a - b);
}

/** What a delta holds, as a share of what was written, after it has been open for a week. */
function afterAWeek(shareInHalfAnHour: number): number {
  const writtenPerDay = RATE * 86_400;
  const changedBytesPerDay = writtenPerDay * shareInHalfAnHour * HALF_HOURS_PER_DAY ** (EXPONENT - 1);
  const bytes = WEEK_DAYS * 86_400 * MiB;
  const result = simulate(
    plan({
      durationMs: (WEEK_DAYS + 1) * DAY,
      vms: [
        vm('traced', {
          disk: {
            sizeBytes: bytes,
            usedBytes: bytes,
            writes: { ...NO_WRITES, law: 'power', rateBytesPerSecond: RATE, changedBytesPerDay, exponent: EXPONENT },
          },
        }),
      ],
      datastores: [datastore({ mergeBytesPerSecond: 1e18, readBytesPerSecond: 1e18, writeBytesPerSecond: 1e18 })],
      jobs: [job({ streamBytesPerSecond: MiB })],
    }),
  );
  return (result.jobs.nightly?.runs[0]?.tasks[0]?.peakDeltaBytes ?? 0) / (writtenPerDay * WEEK_DAYS);
}
