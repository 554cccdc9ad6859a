/** The weekly cycle of the calendar reference: full on the first Saturday, differential on the others, incremental Monday to Friday, at 21:00. */
import { type CalendarSchedule, simulate } from '../../../sim/index.ts';
import { DAY, job, keep, plan, vm } from '../plans.ts';

/** 2013-06-01T00:00Z, a Saturday. */
const JUNE_2013_MS = 1_370_044_800_000;

const onSaturdays = (daysOfMonth: number[]): CalendarSchedule => ({
  kind: 'calendar',
  text: 'sat',
  dialect: 'systemd',
  years: null,
  months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  daysOfMonth,
  fromMonthEnd: false,
  daysOfWeek: [6],
  hours: [21],
  minutes: [0],
  seconds: [0],
  zone: null,
});

/** Day of June and level of each run. */
export function juneLevels(): [number, string][] {
  const result = simulate(
    plan({
      durationMs: 17 * DAY,
      zone: { name: 'UTC', startEpochMs: JUNE_2013_MS, dataVersion: 'none', offsets: [{ fromMs: -400 * DAY, offsetMs: 0 }] },
      vms: [vm('web')],
      jobs: [
        job({
          schedule: { ...onSaturdays(Array.from({ length: 31 }, (_, index) => index + 1)), daysOfWeek: [1, 2, 3, 4, 5, 6] },
          mode: 'forward',
          fullBackups: { kind: 'active', schedule: onSaturdays([1, 2, 3, 4, 5, 6, 7]) },
          differential: onSaturdays(Array.from({ length: 24 }, (_, index) => index + 8)),
          retention: keep({ last: 99 }),
        }),
      ],
    }),
  );
  return (result.jobs.nightly?.runs ?? []).map(({ dueMs, tasks }) => [1 + Math.floor(dueMs / DAY), String(tasks[0]?.kind)]);
}
