/** The listing of `run --plan`: when schedules fire, for people and for programs (`overrun/firings@1`). */
import type { Plan, ZoneTable } from '../sim/plan.ts';
import type { ClockChange, Firing } from '../sim/schedule/firings.ts';
import type { ScheduleFirings } from '../sim/schedule/upcoming.ts';
import { hanging } from './layout.ts';
import { describeSchedule } from './schedules.ts';
import { formatIso, formatWeekday } from './time.ts';
import { printable } from './units.ts';

const FORMAT = 'overrun/firings@1';

/** Reads wall time, counted from 1970-01-01T00:00 local, as if it were UTC. */
const WALL: ZoneTable = { name: '', startEpochMs: 0, dataVersion: '', offsets: [{ fromMs: 0, offsetMs: 0 }] };
const INSTANT_COLUMNS = 'Sun 2026-03-29T03:00:00+02:00'.length;

const PURPOSES: Record<ScheduleFirings['purpose'], string> = { run: '', full: ', full backups', differential: ', differential backups' };

const REMARKS: Record<ClockChange, (insteadOf: string) => string> = {
  moved: (insteadOf) => (insteadOf === '' ? 'moved: the clocks change' : `moved: stands for ${insteadOf}, the clocks change`),
  dropped: () => 'dropped: the clocks skip this time',
  once: () => 'once: the clocks show this time twice, it fires at the first',
  twice: () => 'twice: the clocks show this time twice, it fires at both',
};

/** Plain text with a final LF; `limit` is the number of firings that were asked for. */
export function firingsText(plan: Plan, listed: readonly ScheduleFirings[], limit: number): string {
  const end = formatIso(plan.zone, plan.durationMs);
  const head = `${printable(plan.name)}: what is due from ${formatIso(plan.zone, 0)} until before ${end}, local time of ${printable(plan.zone.name)}. Nothing is simulated.`;
  return `${[hanging('', head), ...listed.map((one) => scheduleLines(plan.zone, one, limit))].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function scheduleLines(zone: ZoneTable, { job, purpose, schedule, firings, hasMore }: ScheduleFirings, limit: number): string[] {
  const lines = hanging(`${printable(job)}${PURPOSES[purpose]}: `, printable(describeSchedule(schedule)));
  if (schedule.kind === 'after') return lines;
  if (firings.length === 0) return [...lines, '  never due in the simulated time'];
  lines.push(...firings.map((firing) => `  ${firingText(zone, firing)}`));
  if (hasMore) lines.push(`  and more: these are the first ${limit}`);
  return lines;
}

function firingText(zone: ZoneTable, { atMs, localMs, change, insteadOfLocalMs }: Firing): string {
  const instant = atMs === null ? `${formatWeekday(WALL, localMs)} ${wallTime(localMs)}` : `${formatWeekday(zone, atMs)} ${formatIso(zone, atMs)}`;
  if (change === null) return instant;
  return `${instant.padEnd(INSTANT_COLUMNS)}  ${REMARKS[change](insteadOfLocalMs.map((one) => wallTime(one).slice('2026-03-29T'.length)).join(', '))}`;
}

/** `2026-03-29T02:30:00`: no offset, because there may be none. */
function wallTime(localMs: number): string {
  return formatIso(WALL, localMs).slice(0, '2026-03-29T02:30:00'.length);
}

/** One JSON document that ends with LF. */
export function firingsJson(plan: Plan, listed: readonly ScheduleFirings[], limit: number): string {
  const document = {
    schema: FORMAT,
    scenario: { name: plan.name, digest: plan.digest, start: plan.start, durationMs: plan.durationMs, timezone: plan.zone.name },
    limit,
    schedules: listed.map(({ job, purpose, schedule, firings, hasMore }) => ({
      job,
      purpose,
      kind: schedule.kind,
      after: schedule.kind === 'after' ? schedule.job : null,
      text: describeSchedule(schedule),
      firings: firings.map((firing) => jsonFiring(plan.zone, firing)),
      hasMore,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function jsonFiring(zone: ZoneTable, { atMs, localMs, change, insteadOfLocalMs }: Firing) {
  return { atMs, local: atMs === null ? wallTime(localMs) : formatIso(zone, atMs), change, insteadOf: insteadOfLocalMs.map(wallTime) };
}
