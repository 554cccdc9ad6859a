/** The structure of a scenario file, stated once: types, validation and the JSON Schema all come from here. */
import { z } from 'zod';
import { faults } from './faults/schema.ts';
import {
  amountOrUnlimited,
  complaint,
  countOrUnlimited,
  duration,
  durationOrNever,
  localTime,
  nameKey,
  nameList,
  nameReference,
  positiveDuration,
  positiveRate,
  positiveRateOrUnlimited,
  positiveSize,
  positiveSizeOrUnlimited,
  rateOrRelative,
  size,
} from './fields.ts';
import { policy } from './policy/schema.ts';
import { chainKeys, repository, restores } from './repository/schema.ts';
import { schedule } from './schedule/schema.ts';
import { limitKeys } from './schema-limits.ts';
import { methodKeys } from './schema-methods.ts';
import { quiesceKeys } from './schema-quiesce.ts';
import { selection } from './schema-selection.ts';
import { vm } from './schema-vms.ts';
import { MS_PER_DAY } from './units.ts';

export const FORMAT_VERSION = 1;
const MAX_DURATION_MS = 3653 * MS_PER_DAY;

const numberOf = (description: string) => z.number().positive().describe(description);

const array = z
  .strictObject({
    read: positiveRate('Sequential read throughput, shared by the datastores on it.'),
    write: positiveRate('Sequential write throughput, shared likewise.'),
    iops: numberOf('Random operations per second, shared likewise.'),
    capacity: positiveSize('Usable capacity; for the record, it is not simulated.'),
  })
  .describe('A storage array: the device behind the datastores that name it.');

const latencyControl = z
  .union(
    [
      z.literal('none').transform(() => null),
      z.strictObject({
        stop: positiveDuration('Latency above which no new task begins here.'),
        throttle: positiveDuration('Latency at which transfers and merges are held back.'),
      }),
    ],
    { error: () => complaint('this is no latency control', '`{stop: 20ms, throttle: 30ms}`, or `none`') },
  )
  .describe('What protects the guests from backups. Default none.');

const orphanCleanup = z
  .union(
    [
      z.enum(['never', 'next-run']).transform((kind) => ({ kind })),
      z
        .strictObject({ every: positiveDuration('How often, from the start.') })
        .transform(({ every }) => ({ kind: 'every' as const, everyMs: every })),
    ],
    { error: () => complaint('this does not say when orphans are cleaned up', '`never`, `next-run`, or `{every: 4h}`') },
  )
  .describe('When snapshots that were left behind are tried to be removed: with each run that takes their VM, or each period. Default never.');

const datastore = z
  .strictObject({
    class: z
      .enum(['hdd', 'hybrid', 'all-flash', 'custom'])
      .optional()
      .describe('Fills in device figures; `custom` fills in nothing. Default hybrid.'),
    capacity: positiveSize('Usable capacity.'),
    otherUsed: size('Space taken by what is not modelled. Default 0.').optional(),
    otherGrowth: rateOrRelative('Growth of `otherUsed`: a size per time, or a share per day or week. Default 0.').optional(),
    read: positiveRate('Sequential read throughput. Default by class.').optional(),
    write: positiveRate('Sequential write throughput. Default by class.').optional(),
    iops: numberOf('Random operations per second. Default by class.').optional(),
    latency: duration('Latency of the idle device. Default by class.').optional(),
    mergeRate: positiveRate('Cap of one consolidation. Default by class.').optional(),
    floor: size('Free space at which writes that need a new block are refused. Default 100MiB.').optional(),
    resumeMargin: size('Free space above the floor at which it counts as freed. Default 1GiB.').optional(),
    onFull: z
      .enum(['pause-writers', 'all'])
      .optional()
      .describe('Who stops at the floor: VMs that need a new block, or every VM with a disk here. Default pause-writers.'),
    onSpaceFreed: z.enum(['stay-paused', 'resume']).optional().describe('What paused VMs do when space is back. Default stay-paused.'),
    maxOpenSnapshots: countOrUnlimited('Snapshots of jobs open here at once. Default unlimited.').optional(),
    countOrphans: z
      .boolean()
      .optional()
      .describe('Whether snapshots of users and those left behind count towards `maxOpenSnapshots`. Default false.'),
    consolidation: z.enum(['mirror', 'helper']).optional().describe('How a delta is merged under a running VM. Default mirror.'),
    passLimit: z
      .int()
      .min(1)
      .optional()
      .describe('Passes of a merge with helper deltas before the VM stands still for the rest; only for `consolidation: helper`. Default 10.'),
    merges: z.enum(['parallel', 'serial']).optional().describe('How several VMs consolidate on one datastore. Default parallel.'),
    orphanCleanup: orphanCleanup.optional(),
    latencyControl: latencyControl.optional(),
    array: nameReference('The array behind it. Default none.').optional(),
    ioSize: positiveSize('Mean size of a random guest operation. Default 16KiB.').optional(),
    queueDepth: z.int().min(1).optional().describe('Outstanding operations of one backup stream. Default 8.'),
  })
  .describe('A datastore: space and a device.');

const host = z
  .strictObject({
    network: positiveRateOrUnlimited('Its network: what agents in its VMs may send together. Default unlimited.').optional(),
    datastores: nameList('Datastores that it sees, and a proxy on it can attach disks from. Default all.').optional(),
    nbd: positiveRateOrUnlimited('What backup transfers over that network may take together. Default 40 % of `network`.').optional(),
  })
  .describe('A hypervisor host.');

const link = z.strictObject({ bandwidth: positiveRate('Bandwidth, shared by all transfers.') }).describe('A network link.');

const proxy = z
  .strictObject({
    slots: countOrUnlimited('Disks (or VMs, see `slotUnit`) at once. Default unlimited.').optional(),
    slotUnit: z
      .enum(['disk', 'vm'])
      .optional()
      .describe('What takes a slot here and on the repository: each disk, or a VM with all its disks. Default disk.'),
    cores: amountOrUnlimited('Processor cores. Default unlimited.').optional(),
    perCore: z
      .strictObject({
        full: positiveRate('Source bytes per core in a full backup. Default 100MiB/s.').optional(),
        incremental: positiveRate('Source bytes per core in an incremental backup. Default 25MiB/s.').optional(),
      })
      .optional()
      .describe('Throughput of one core.'),
    memory: positiveSizeOrUnlimited('Memory: each task takes 2GiB, which limits the slots. Default unlimited.').optional(),
    network: positiveRateOrUnlimited('Inbound network. Default unlimited.').optional(),
    fabric: positiveRateOrUnlimited('What it reads over the storage network, for direct-san. Default unlimited.').optional(),
    datastores: nameList('Datastores that it reaches over the storage network. Default all.').optional(),
    host: nameReference('The host on which it is a VM; hot-add needs one. Default none.').optional(),
    links: nameList('Links between the hosts and this proxy. Default none.').optional(),
  })
  .describe('A backup proxy.');

const job = z
  .strictObject({
    vms: selection,
    ...methodKeys,
    schedule: schedule.describe(
      'When runs are due: a cron expression, {cron: ...}, {calendar: ..., dialect: ...}, {every: 4h, offset: 15m}, {at: [...]} or {after: job}.',
    ),
    proxies: nameList('Proxies that may carry the data. Default none: the transfer meets no proxy limit.').optional(),
    repository: nameReference('Where the data goes; every method needs one except snapshot-only.').optional(),
    ...chainKeys,
    initial: z.enum(['full', 'established']).optional().describe('Whether the first run must be a full. Default full.'),
    concurrency: countOrUnlimited('Tasks of one run at once. Default unlimited.').optional(),
    streamRate: positiveRateOrUnlimited("Cap of one disk's transfer. Default unlimited.").optional(),
    reduction: numberOf('Source bytes per stored byte. Default 2.').optional(),
    ifRunning: z
      .enum(['skip', 'queue', 'queue-all', 'start', 'cancel-previous'])
      .optional()
      .describe('What a tick does that finds the job running. Default skip.'),
    ifVmBusy: z
      .enum(['wait', 'stack'])
      .optional()
      .describe('What a task does when another job holds the VM: wait for it, or put a snapshot on top. Default wait.'),
    snapshots: z.enum(['per-task', 'whole-run']).optional().describe('When snapshots open. Default per-task.'),
    ...limitKeys,
    ...quiesceKeys,
    priority: z.int().optional().describe('Lower goes first. Default 0.'),
    zeroDetection: z.boolean().optional().describe('Whether a full leaves out unused blocks. Default true.'),
    cbtOverhead: z.number().min(1).optional().describe('Bytes an increment reads per changed byte. Default 1.'),
    timings: z
      .strictObject({
        quiesce: duration('Default 0s.').optional(),
        create: duration('Default 500ms.').optional(),
        remove: duration('Default 1s.').optional(),
        attach: duration('From the snapshot to the first byte, while a proxy attaches the disks; only for hot-add. Default 90s.').optional(),
      })
      .optional()
      .describe('Durations of the steps of a snapshot.'),
  })
  .describe('A backup job.');

const seed = z.union([z.string().min(1), z.number()], { error: () => complaint('this is no seed', 'text, or a number') });

/** Keys that stand at the top, beside the sections. */
export const headShape = {
  $schema: z.string().optional().describe('For editors only.'),
  overrun: z
    .literal(FORMAT_VERSION, { error: () => complaint('this format version is not known', '`overrun: 1`') })
    .describe('Version of this format.'),
  name: z.string().min(1).optional().describe('What the scenario is called. Default: the file name.'),
  start: localTime('Start of the simulated time, local in `timezone`.'),
  timezone: z.string().optional().describe('IANA time zone, such as Europe/Berlin. Default UTC.'),
  duration: positiveDuration('How long to simulate; at most ten years.').refine((ms) => ms <= MAX_DURATION_MS, {
    error: () => complaint('longer than ten years', 'at most `3653d`'),
  }),
  seed: seed.optional().describe('Decides every random draw. Default: the name.'),
  operator: z
    .strictObject({ respondsAfter: durationOrNever('From the pause of a VM to the answer, once space is back. Default never.').optional() })
    .optional()
    .describe('Who resumes VMs that a full datastore has paused.'),
  restores: restores.optional(),
  policy: policy.optional(),
  extends: z.string().optional().describe('Another scenario file over which this one is laid.'),
};

/** The entries of each section by name. */
export const entrySchemas = {
  arrays: array,
  datastores: datastore,
  hosts: host,
  links: link,
  proxies: proxy,
  repositories: repository,
  vms: vm,
  jobs: job,
};

export type Section = keyof typeof entrySchemas;
export type EntryOf<S extends Section> = z.output<(typeof entrySchemas)[S]>;

export const SECTIONS = Object.keys(entrySchemas) as Section[];

export const scenarioSchema = z.strictObject({
  ...headShape,
  arrays: z.record(nameKey, array).optional().describe('Storage arrays by name.'),
  datastores: z.record(nameKey, datastore).optional().describe('Datastores by name.'),
  hosts: z.record(nameKey, host).optional().describe('Hosts by name.'),
  links: z.record(nameKey, link).optional().describe('Network links by name.'),
  proxies: z.record(nameKey, proxy).optional().describe('Backup proxies by name.'),
  repositories: z.record(nameKey, repository).optional().describe('Backup repositories by name.'),
  vms: z.record(nameKey, vm).optional().describe('VMs, or groups of them, by name.'),
  jobs: z.record(nameKey, job).optional().describe('Backup jobs by name.'),
  faults: faults.optional(),
});

/** The JSON Schema (draft-07) of what people write, for editors: from the definition that validates. */
export function scenarioJsonSchema(): object {
  const schema = z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' });
  return { ...schema, title: 'overrun scenario', description: 'A VM backup schedule and the estate it runs on.' };
}
