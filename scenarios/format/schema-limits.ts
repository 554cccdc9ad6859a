/** Keys of jobs that limit when and how long they run. */
import { z } from 'zod';
import { complaint, durationOrUnlimited, localTime, positiveDuration, positiveDurationOrUnlimited, timeOfDay } from './fields.ts';

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const window = z
  .strictObject({
    from: timeOfDay('When it opens, local time.'),
    to: timeOfDay('When it closes; a time no later than `from` is one of the next day.'),
    days: z.array(z.enum(DAYS)).min(1).optional().describe('Days on which it opens. Default every day.'),
    atEnd: z
      .enum(['finish', 'stop-new-tasks', 'terminate'])
      .optional()
      .describe('What becomes of a run that is not through: it goes on, begins no further task, or stops. Default finish.'),
  })
  .describe('When the job may run. Default: at any time.');

const blackout = z.strictObject({ from: localTime('From when.'), to: localTime('Until when.') });

export const PRESET_NAMES = ['veeam-periodic', 'veeam-chained', 'bareos', 'vzdump', 'netbackup'] as const;

export const limitKeys = {
  preset: z
    .enum(PRESET_NAMES)
    .optional()
    .describe('Fills in what the job says nothing about as a named product has it: overlap, retries, deadlines, the end of a window. Default none.'),
  window: window.optional(),
  blackouts: z
    .array(blackout)
    .min(1)
    .optional()
    .describe('Times at which the job may not run; what is running is treated as at the end of a window.'),
  catchUp: z.boolean().optional().describe('Whether ticks outside the window are made up for by one run when it opens. Default false.'),
  startDeadline: durationOrUnlimited('From its due instant a run, and each of its tasks, must have begun within this. Default unlimited.').optional(),
  lockWait: positiveDurationOrUnlimited(
    'How long a run waits, from its start, until the first of its tasks has slots; then it gives up, and they fail. Default unlimited.',
  ).optional(),
  timeout: durationOrUnlimited('The longest that a run may take from its start. Default unlimited.').optional(),
  retries: z
    .union(
      [
        z.literal('none').transform(() => null),
        z.strictObject({
          times: z.int().min(1).max(100).describe('Further attempts at a VM whose task has failed.'),
          wait: positiveDuration('From the end of a failed task to the next attempt. Default 10m.').optional(),
        }),
      ],
      { error: () => complaint('these are no retries', '`{times: 3, wait: 10m}`, or `none`') },
    )
    .optional()
    .describe('Further attempts at VMs whose tasks have failed. Default none.'),
};
