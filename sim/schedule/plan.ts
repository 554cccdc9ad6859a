/** Schedules as plain data: the part of the plan (`sim/plan.ts`) that says when jobs are due. Lists of field values are ascending and never empty. */
import type { ZoneTable } from '../plan.ts';

export interface CronSchedule {
  kind: 'cron';
  /** As it was written, for people. */
  text: string;
  /** Minutes 0-59, hours 0-23, days of the month 1-31, months 1-12, days of the week 0-6 from Sunday. */
  minutes: number[];
  hours: number[];
  daysOfMonth: number[];
  months: number[];
  daysOfWeek: number[];
  /** The hour field starts with `*`: such a schedule follows real time through both repeated hours of autumn. */
  hourIsWildcard: boolean;
  /** Both day fields restricted: either may match (the rule of Vixie cron). */
  dayOfMonthIsWildcard: boolean;
  dayOfWeekIsWildcard: boolean;
}

export type CalendarDialect = 'systemd' | 'proxmox';

/** A calendar event: due whenever all fields match the local time. */
export interface CalendarSchedule {
  kind: 'calendar';
  /** As it was written, for people. */
  text: string;
  dialect: CalendarDialect;
  /** null: every year. */
  years: number[] | null;
  months: number[];
  /** 1-31; counted from the end of the month (1 is its last day) where `fromMonthEnd`. */
  daysOfMonth: number[];
  fromMonthEnd: boolean;
  daysOfWeek: number[];
  hours: number[];
  minutes: number[];
  seconds: number[];
  /** The zone that the expression names; null: the scenario's. */
  zone: ZoneTable | null;
}

/** A grid of elapsed time that restarts at each local midnight. */
export interface EverySchedule {
  kind: 'every';
  everyMs: number;
  offsetMs: number;
}

/** Single instants since the start, ascending. */
export interface AtSchedule {
  kind: 'at';
  atMs: number[];
}

/** Due at the instant at which a run of another job ends. */
export interface AfterSchedule {
  kind: 'after';
  job: string;
  /** Which ends count: any, or only those of runs that have neither failed nor been aborted. A skipped run has no end. */
  on: 'any' | 'success';
}

export type SchedulePlan = CronSchedule | CalendarSchedule | EverySchedule | AtSchedule | AfterSchedule;
