/** From a schedule as it is stated to the schedule of the plan: defaults filled in, local times resolved, zones as tables. */
import { Zone } from '../../../sim/estate/zone.ts';
import type { AtSchedule, CalendarSchedule, SchedulePlan } from '../../../sim/plan.ts';
import { Schedule } from '../../../sim/schedule/schedule.ts';
import { type Default, SCENARIO_SOURCE } from '../defaults.ts';
import { type Clock, type Draft, resolveNoted } from '../draft.ts';
import { formatLocalTime } from '../local-time.ts';
import { placeAt } from '../tree.ts';
import { openZone, type Zone as PlatformZone, zoneTable } from '../zone.ts';
import type { CalendarExpression } from './calendar.ts';
import type { StatedSchedule } from './schema.ts';

const OFFSET: Default<number> = { value: 0, text: '0s', source: `${SCENARIO_SOURCE}: from local midnight` };
const ANY_END: Default<'any' | 'success'> = {
  value: 'any',
  text: 'any',
  source: 'the next job starts also when the one before has failed (Veeam user guide, job schedule)',
};

/** `path` leads to the schedule in the file. */
export function planSchedule(draft: Draft, path: readonly string[], stated: StatedSchedule): SchedulePlan {
  const origin = path.join('.');
  if (stated.kind === 'at') return planInstants(draft, path, stated.localMs);
  if (stated.kind === 'after') return { ...stated, on: draft.assumptions.fill(stated.on, `${origin}.on`, ANY_END) };
  const schedule = stated.kind === 'calendar' ? planCalendar(draft, origin, stated) : planRepeated(draft, origin, stated);
  if (draft.clock !== null && !isDueWithin(schedule, draft.clock)) {
    draft.assumptions.note(origin, 'never due within the run', 'the scenario is shorter than the schedule needs');
  }
  return schedule;
}

function planRepeated(draft: Draft, origin: string, stated: Extract<StatedSchedule, { kind: 'cron' | 'every' }>): SchedulePlan {
  if (stated.kind === 'cron') return stated;
  return { kind: 'every', everyMs: stated.everyMs, offsetMs: draft.assumptions.fill(stated.offsetMs, `${origin}.offset`, OFFSET) };
}

function planCalendar(draft: Draft, origin: string, { zoneName, reading, ...fields }: CalendarExpression): CalendarSchedule {
  if (reading !== null) draft.assumptions.note(`${origin}.calendar`, fields.text, reading);
  if (zoneName === null || draft.clock === null) return { ...fields, zone: null };
  const { startEpochMs, durationMs, table } = draft.clock;
  return { ...fields, zone: zoneTable(openZone(zoneName) as PlatformZone, startEpochMs, durationMs, table.dataVersion) };
}

function isDueWithin(schedule: SchedulePlan, { table, durationMs }: Clock): boolean {
  return new Schedule(schedule, new Zone(table)).nextFrom(0, durationMs - 1) !== null;
}

/** Instants outside the run are left out and said; all of them outside is an error. */
function planInstants(draft: Draft, path: readonly string[], localTimes: readonly number[]): AtSchedule {
  if (draft.clock === null) return { kind: 'at', atMs: [] };
  const { zone, startEpochMs, durationMs } = draft.clock;
  const within: number[] = [];
  for (const [index, localMs] of localTimes.entries()) {
    const origin = [...path, 'at', index].join('.');
    const atMs = resolveNoted(zone, localMs, origin, draft.assumptions) - startEpochMs;
    if (atMs >= 0 && atMs < durationMs) within.push(atMs);
    else draft.assumptions.note(origin, 'left out', `${formatLocalTime(localMs)} lies outside the run`);
  }
  if (within.length === 0) {
    const end = startEpochMs + durationMs;
    const expected = `a time from ${formatLocalTime(startEpochMs + zone.offsetAt(startEpochMs))} until before ${formatLocalTime(end + zone.offsetAt(end))}`;
    draft.problems.add(placeAt(draft.root, [...path, 'at']), 'every time of `at` lies outside the run', { expected });
  }
  return { kind: 'at', atMs: [...new Set(within)].sort((a, b) => a - b) };
}
