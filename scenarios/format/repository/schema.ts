/** The structure of repositories, of how jobs keep their points there, and of restores. */
import { z } from 'zod';
import { complaint, countOrUnlimited, duration, localTime, nameList, nameReference, percent, positiveRate, positiveSize } from '../fields.ts';
import { schedule } from '../schedule/schema.ts';

const count = (description: string) => z.int().min(1).optional().describe(description);

const retentionKeys = {
  last: count('The newest points kept.'),
  hourly: count('Hours of which the newest point is kept; only by the definition `proxmox`.'),
  daily: count('Days of which the newest point is kept; only by the definition `proxmox`.'),
  weekly: count('Weeks: of so many the newest point (proxmox), or the first full for so long (veeam).'),
  monthly: count('Months, likewise.'),
  yearly: count('Years, likewise.'),
};

const RETENTION_OPTIONS = Object.keys(retentionKeys);

export const retention = z
  .strictObject({
    ...retentionKeys,
    definition: z
      .enum(['proxmox', 'veeam'])
      .optional()
      .describe(
        'Whose meaning the options have: Proxmox Backup Server (the newest point of so many periods), or Veeam (flags on fulls, kept by age). `last` ' +
          'means the same in both. Default proxmox.',
      ),
  })
  .superRefine((keys, context) => {
    const refuse = (path: string[], text: string, expected: string) => context.addIssue({ code: 'custom', path, message: complaint(text, expected) });
    const stated = RETENTION_OPTIONS.filter((key) => key in keys);
    if (stated.length === 0) return refuse([], 'the retention keeps nothing', '`last: 14`, or other counts');
    if (keys.definition !== 'veeam') return;
    if (keys.last === undefined) refuse([], 'by the definition `veeam` there is always a number of newest points', '`last` beside it');
    for (const key of ['hourly', 'daily'] as const)
      if (key in keys) refuse([key], `\`${key}\` does not exist by the definition \`veeam\``, '`weekly`, `monthly` or `yearly`');
  })
  .describe('Which points are kept. What a kept point depends on stays as well.');

/** Keys of jobs. */
export const chainKeys = {
  mode: z
    .enum(['forever-forward', 'forward', 'reverse', 'full'])
    .optional()
    .describe(
      'How points build on each other: increments after one full, which takes in the oldest (forever-forward); increments after fulls made by a schedule ' +
        '(forward, needs `full`); the newest point is the full (reverse); a full every time (full). Default forever-forward.',
    ),
  full: z
    .strictObject({
      active: schedule.optional().describe('The first run at or after an instant of this schedule reads everything.'),
      synthetic: schedule.optional().describe('The first run at or after an instant of this schedule has a full made out of what is stored.'),
    })
    .superRefine((keys, context) => {
      if ((keys.active === undefined) === (keys.synthetic === undefined))
        context.addIssue({
          code: 'custom',
          message: complaint('fulls are made in one of two ways', '`{active: "0 20 * * sat"}` or `{synthetic: "0 20 * * sat"}`'),
        });
    })
    .optional()
    .describe('When mode forward makes a new full, and how.'),
  differential: schedule
    .optional()
    .describe(
      'The first run at or after an instant of this schedule reads what has changed since the last full; only in mode forward. Default none.',
    ),
  retention: retention.optional(),
  account: nameReference('Who may delete its points: what is lost when somebody steals that account. Default none.').optional(),
};

export const repository = z
  .strictObject({
    capacity: positiveSize('Usable capacity.'),
    read: positiveRate('Sequential read throughput.'),
    write: positiveRate('Sequential write throughput.'),
    slots: countOrUnlimited(
      'Disks at once; merges, synthetic fulls, copies, collections, verifications and restores take one each. Default unlimited.',
    ).optional(),
    links: nameList('Links between the proxies and this repository. Default none.').optional(),
    class: z
      .enum(['hdd', 'hybrid', 'all-flash'])
      .optional()
      .describe('Fills in `mergeRate` and the cost of a collection of garbage. Default hybrid.'),
    mergeRate: positiveRate('Cap of one merge of an increment into its full. Default by class.').optional(),
    blockClone: z.boolean().optional().describe('Whether merges and synthetic fulls only change references to blocks. Default false.'),
    immutable: duration('For how long no point can be removed. Default none.').optional(),
    gcGrace: duration('How long removed points still take their space. Default 0s.').optional(),
    garbageCollection: z
      .strictObject({
        schedule,
        readShare: percent('What it costs: as much time as reading this share of what is stored. Default by class.').optional(),
      })
      .optional()
      .describe('Space of removed points comes back with a collection that begins at least `gcGrace` after. Default none: it comes back by itself.'),
    verify: schedule.optional().describe('When everything stored is read. Default never.'),
    copyTo: z
      .strictObject({
        repository: nameReference('Where the copies go.'),
        links: nameList('Links on the way, besides those of the other repository. Default none.').optional(),
        schedule: schedule.optional().describe('When points are copied. Default as soon as they are complete.'),
        retention: retention.optional(),
        account: nameReference('Who may delete the copies. Default the account of the job.').optional(),
      })
      .optional()
      .describe('New points are copied to another repository. Default none.'),
  })
  .describe('A backup repository.');

const restore = z
  .strictObject({
    at: localTime('When it is asked for.'),
    vm: nameReference('The VM.'),
    repository: nameReference('From where. Default: wherever its newest point lies.').optional(),
    point: localTime('The newest point not after this moment is read. Default `at`.').optional(),
  })
  .describe('A VM is read back to its datastores.');

export const restores = z.array(restore).describe('Restores at chosen moments.');

export type RepositoryEntry = z.output<typeof repository>;
export type RetentionEntry = z.output<typeof retention>;
export type RestoreEntry = z.output<typeof restore>;
