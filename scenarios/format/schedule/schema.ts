/** How a schedule is written in a scenario file. */
import { z } from 'zod';
import type { AfterSchedule, CronSchedule } from '../../../sim/plan.ts';
import { complaint, duration, localTime, nameReference, parsed, positiveDuration } from '../fields.ts';
import { MS_PER_DAY, UnitError } from '../units.ts';
import { type CalendarExpression, parseCalendar } from './calendar.ts';
import { EXPECTED_CRON, parseCron } from './cron.ts';

/** What is stated; local times and zones are not resolved yet, defaults not filled in. */
export type StatedSchedule =
  | CronSchedule
  | CalendarExpression
  | { kind: 'every'; everyMs: number; offsetMs: number | undefined }
  | { kind: 'at'; localMs: number[] }
  | { kind: 'after'; job: string; on: AfterSchedule['on'] | undefined };

/** Shorter periods are slips of the unit (`10ms` for `10m`), and would fill any log. */
const MIN_PERIOD_MS = 1000;

const FORMS = ['cron', 'calendar', 'every', 'at', 'after'] as const;

/** Which form each of the other keys belongs to, with an example. */
const COMPANIONS = [
  ['offset', 'every', '`{every: 4h, offset: 15m}`'],
  ['dialect', 'calendar', '`{calendar: "mon..fri 22:00", dialect: systemd}`'],
  ['on', 'after', '`{after: job, on: success}`'],
] as const;

const cron = z
  .string()
  .meta({ examples: ['0 22 * * *', '30 1 * * mon-fri', '@daily'] })
  .transform(parsed(parseCron));

const keysOfSchedule = z.strictObject({
  cron: cron.optional().describe('A cron expression of five fields.'),
  calendar: z
    .string()
    .meta({ examples: ['mon..fri 22:00', '*-*-01 02:00', 'daily'] })
    .optional()
    .describe('A calendar event, in the grammar of its `dialect`.'),
  dialect: z.enum(['systemd', 'proxmox']).optional().describe('Whose grammar of calendar events; required with `calendar`.'),
  every: positiveDuration('A period of at most 24h; it starts again at each local midnight.').optional(),
  offset: duration('Time from midnight to the first tick; only with `every`. Default 0s.').optional(),
  at: z.array(localTime('A local time.')).min(1).optional().describe('Single local times.'),
  after: nameReference('A job: due when a run of it ends.').optional(),
  on: z
    .enum(['any', 'success'])
    .optional()
    .describe('Which ends of the other job count: any, or those of runs that have not failed; only with `after`. Default any.'),
});

type Keys = z.output<typeof keysOfSchedule>;
type Context = z.core.$RefinementCtx<unknown>;

function refuse(context: Context, path: string[], text: string, expected: string): void {
  context.addIssue({ code: 'custom', path, message: complaint(text, expected) });
}

const scheduleKeys = keysOfSchedule.transform((keys, context): StatedSchedule => {
  const stated = FORMS.filter((form) => keys[form] !== undefined);
  const [form] = stated;
  if (form === undefined || stated.length > 1)
    refuse(
      context,
      [],
      `the schedule says ${form === undefined ? 'no time' : 'its time twice'}`,
      'one of `cron`, `calendar`, `every`, `at` or `after`',
    );
  for (const [key, owner, example] of COMPANIONS)
    if (keys[key] !== undefined && !stated.includes(owner)) refuse(context, [key], `\`${key}\` belongs to \`${owner}\``, example);
  return (form === undefined ? undefined : readForm(form, keys, context)) ?? z.NEVER;
});

function readForm(form: (typeof FORMS)[number], keys: Keys, context: Context): StatedSchedule | undefined {
  if (form === 'cron') return keys.cron;
  if (form === 'calendar') return readCalendar(keys, context);
  if (form === 'every') return readPeriod(keys.every as number, keys.offset, context);
  if (form === 'at') return { kind: 'at', localMs: keys.at as number[] };
  return { kind: 'after', job: keys.after as string, on: keys.on };
}

function readCalendar({ calendar, dialect }: Keys, context: Context): CalendarExpression | undefined {
  if (dialect === undefined) {
    refuse(context, ['calendar'], 'the calendar event does not say whose grammar it is in', '`dialect: systemd` or `dialect: proxmox` beside it');
    return undefined;
  }
  try {
    return parseCalendar(calendar as string, dialect);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    refuse(context, ['calendar'], error.message, error.expected);
    return undefined;
  }
}

function readPeriod(everyMs: number, offsetMs: number | undefined, context: Context): StatedSchedule {
  if (everyMs < MIN_PERIOD_MS) refuse(context, ['every'], '`every` starts at 1s', 'a duration from 1s to 24h');
  if (everyMs > MS_PER_DAY) refuse(context, ['every'], '`every` goes up to 24h', 'for longer periods a cron expression such as `0 22 * * mon`');
  if ((offsetMs ?? 0) >= MS_PER_DAY) refuse(context, ['offset'], '`offset` must stay below 24h', 'a time from midnight');
  return { kind: 'every', everyMs, offsetMs };
}

/** Also for schedules other than a job's own, such as that of its fulls. */
export const schedule = z.union([cron, scheduleKeys], {
  error: () =>
    complaint('this is no schedule', `${EXPECTED_CRON}; or {calendar: daily, dialect: systemd}, {every: 4h}, {at: [2026-03-03T01:00]}, {after: job}`),
});
