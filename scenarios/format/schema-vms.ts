/** The structure of an entry of `vms`: a VM or a group of like ones, with one disk or several. */
import { z } from 'zod';
import {
  complaint,
  durationOrUnlimited,
  localTime,
  nameList,
  nameReference,
  percent,
  positiveDuration,
  positiveRateOrUnlimited,
  positiveSize,
  rate,
  rateOrRelative,
  relative,
  size,
} from './fields.ts';
import { listNames } from './suggest.ts';

/** Over all groups. */
export const MAX_VMS = 200_000;
/** Over all VMs: what a plan may hold in memory. */
export const MAX_DISKS = 400_000;

const writes = z
  .strictObject({
    changed: rateOrRelative('Unique bytes written per 24 h; a share is of the used bytes at the start. Default 5%/day.').optional(),
    rate: rate('All bytes written, rewrites included. Default: follows from the law and `changed`.').optional(),
    law: z.enum(['append', 'working-set', 'power']).optional().describe('How unique bytes follow from written bytes. Default power.'),
    exponent: z.number().gt(0).max(1).optional().describe('Exponent of the power law. Default 0.72.'),
    workingSet: positiveSize('Bytes that are written again and again; for the law `working-set`.').optional(),
    growth: relative('Growth of `changed` and `rate`. Default none.').optional(),
  })
  .describe('What the guest writes.');

const snapshot = z
  .strictObject({
    taken: localTime('When it was taken, before the start.'),
    size: positiveSize('Its delta at the start.'),
    disk: z.int().min(0).optional().describe('Index of the disk that it is of. Default 0.'),
    kind: z.enum(['user', 'orphan']).optional().describe('Taken by somebody, or left behind by a backup. Default user.'),
  })
  .describe('A snapshot that exists at the start.');

const exists = z
  .strictObject({
    from: localTime('When it is created. Default: it is there from the start.').optional(),
    until: localTime('When it is deleted. Default: it stays.').optional(),
  })
  .refine((keys) => keys.from !== undefined || keys.until !== undefined, {
    error: () => complaint('`exists` says no time', '`from`, `until` or both'),
  })
  .describe('When the VM is created and deleted during the run. Default: it is there all the time.');

/** What each disk says; a VM with one disk says it itself. */
const diskShape = {
  datastore: nameReference('Where the disk lies.'),
  size: positiveSize('Size of the disk.'),
  used: size('Bytes in use on the disk. Default: `size`.').optional(),
  provisioning: z.enum(['thin', 'thick']).optional().describe('Thin disks take their used bytes, thick ones their size. Default thin.'),
  writes: writes.optional(),
  reads: z
    .strictObject({ rate: rate('All bytes read. Default: as large as the writes.').optional() })
    .optional()
    .describe('What the guest reads.'),
  growth: rateOrRelative('Growth of the used bytes: a size per time, or a share per day or week. Default 0.').optional(),
};
const DISK_KEYS = Object.keys(diskShape);

const disk = z.strictObject(diskShape).describe('A virtual disk.');

export type DiskEntry = z.output<typeof disk>;

const multipliers = z
  .array(z.number().min(0))
  .refine((list) => list.length === 24 || list.length === 168, {
    error: () => complaint('wrong number of multipliers', '24 (hours of a day) or 168 (hours from Monday 00:00)'),
  })
  .refine((list) => list.some((value) => value > 0), { error: () => complaint('all multipliers are zero', 'at least one hour with activity') });

export const vm = z
  .strictObject({
    count: z
      .int()
      .min(1)
      .max(MAX_VMS)
      .optional()
      .describe('How many: `web` with count 20 gives web-01 to web-20. Without it one VM bears the name itself.'),
    vary: percent('Spreads used, changed and rate over the instances, each by its own random draw. Default 0.').optional(),
    host: nameReference('The host it runs on. Default none (no host limit).').optional(),
    ...diskShape,
    datastore: diskShape.datastore.optional(),
    size: diskShape.size.optional(),
    disks: z.array(disk).min(1).optional().describe('Its disks, each with what else stands on the VM.'),
    activity: z
      .union([z.enum(['flat', 'office-hours', 'nights']), multipliers])
      .optional()
      .describe('How reads and writes spread over the hours: a profile, or 24 or 168 multipliers. Default flat.'),
    exists: exists.optional(),
    rpo: positiveDuration('How old its newest good restore point may become. Default: nothing is wanted.').optional(),
    guest: nameReference('Its operating system, as `supportedGuests` of jobs name it. Default none.').optional(),
    tags: nameList('Tags that jobs may select by. Default none.').optional(),
    snapshots: z.array(snapshot).optional().describe('Snapshots that exist at the start. Default none.'),
    changeTracking: z.boolean().optional().describe('Whether increments can be read. Default true.'),
    deltaOverhead: z.number().min(1).optional().describe('Bytes a delta takes per unique byte written. Default 1.'),
    toleratesPause: durationOrUnlimited('How long the guest rides out a pause before it crashes. Default unlimited.').optional(),
    maxChain: z.int().min(1).optional().describe('Snapshots above the base at most. Default 32.'),
    network: positiveRateOrUnlimited("The guest's own network, for agents. Default unlimited.").optional(),
  })
  .superRefine(
    (stated, context) => {
      if (!('disks' in stated)) {
        for (const key of ['datastore', 'size']) {
          if (!(key in stated)) context.addIssue({ code: 'invalid_type', expected: 'string', input: undefined, path: [key] });
        }
        return;
      }
      const own = DISK_KEYS.filter((key) => key in stated);
      if (own.length === 0) return;
      const message = complaint(`with \`disks\` a VM has no ${listNames(own)} of its own`, 'these keys in each entry of `disks`');
      context.addIssue({ code: 'custom', message, path: ['disks'] });
    },
    // Also where something else of the VM is wrong: a reader gets all errors at once.
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  )
  .meta({
    description: 'A VM, or a group of like ones.',
    anyOf: [
      { type: 'object', required: ['datastore', 'size'], properties: { datastore: true, size: true, disks: false } },
      { type: 'object', required: ['disks'], properties: { disks: true, ...Object.fromEntries(DISK_KEYS.map((key) => [key, false])) } },
    ],
  });
