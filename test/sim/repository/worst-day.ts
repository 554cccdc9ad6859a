/** One file server under a retention for months: what the repository holds at the end of its worst day, after retention. */
import { type JobPlan, simulate } from '../../../sim/index.ts';
import { DAY, GiB, HOUR, job, NO_WRITES, plan, vm } from '../plans.ts';

export interface Holding {
  points: number;
  fulls: number;
  increments: number;
  gib: number;
  /** 1.05 fulls beside it. */
  workingSpaceGib: number;
}

/** 1,000 GiB used, stored at half their size, a tenth changed a day, backed up daily at 22:00. */
export function worstDay(given: Partial<JobPlan>, days: number): Holding {
  let worst = { usedBytes: 0, fulls: 0, increments: 0 };
  const result = simulate(
    plan({
      durationMs: days * DAY,
      vms: [vm('files', { disk: { sizeBytes: 1000 * GiB, usedBytes: 1000 * GiB, writes: { ...NO_WRITES, changedBytesPerDay: 100 * GiB } } })],
      jobs: [job({ schedule: { kind: 'every', everyMs: DAY, offsetMs: 22 * HOUR }, mode: 'forward', reduction: 2, ...given })],
    }),
    {
      sample: {
        everyMs: DAY,
        onRepositorySample: (_atMs, _name, usedBytes, { full, incremental, differential, reverse }) => {
          if (usedBytes > worst.usedBytes) worst = { usedBytes, fulls: full, increments: incremental + differential + reverse };
        },
      },
    },
  );
  return {
    points: worst.fulls + worst.increments,
    fulls: worst.fulls,
    increments: worst.increments,
    gib: worst.usedBytes / GiB,
    workingSpaceGib: (result.repositories.repo?.workingSpaceBytes ?? 0) / GiB,
  };
}

const saturdays = (daysOfMonth: number[]): NonNullable<JobPlan['fullBackups']> => ({
  kind: 'active',
  schedule: {
    kind: 'calendar',
    text: 'sat',
    dialect: 'systemd',
    years: null,
    months: Array.from({ length: 12 }, (_, index) => index + 1),
    daysOfMonth,
    fromMonthEnd: false,
    daysOfWeek: [6],
    hours: [0],
    minutes: [0],
    seconds: [0],
    zone: null,
  },
});

export const EACH_SATURDAY = saturdays(Array.from({ length: 31 }, (_, index) => index + 1));
export const FIRST_SATURDAY = saturdays([1, 2, 3, 4, 5, 6, 7]);
