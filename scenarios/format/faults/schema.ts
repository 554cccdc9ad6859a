/** How faults are written in a scenario file: one list, each entry with its `kind`. */
import { z } from 'zod';
import type { FaultName } from '../../../sim/plan.ts';
import { complaint, duration, localTime, nameReference, occurrences, percent, positiveDuration } from '../fields.ts';

const times = {
  at: localTime('When it strikes.').optional(),
  rate: occurrences('It strikes at random instants, on average so often.').optional(),
  every: z.literal('run').optional().describe('It strikes with every run of `job`.'),
  after: duration('From the start of the run; only with `every: run`. Default 0s.').optional(),
};

const forHow = { for: positiveDuration('How long it lasts. Default: to the end of the run.').optional() };

const fraction = (description: string) =>
  z
    .number({ error: () => complaint('this is no such fraction', 'a number above 0 and below 1') })
    .gt(0)
    .lt(1)
    .describe(description);

const probability = z
  .number({ error: () => complaint('this is no probability', 'a number from 0 to 1') })
  .min(0)
  .max(1)
  .optional();

const perRun = {
  job: nameReference('The job whose runs it strikes with.').optional(),
  probability: probability.describe('Of each run of `job`. Default 1.'),
};
const perTask = { probability: probability.describe('Of each task, or with `every: run` of each run, to be struck. Default 1.') };

const someTasks = {
  vm: nameReference('A VM, or a group of them. Default any.').optional(),
  job: nameReference('The job whose tasks it strikes. Default any.').optional(),
};

const kindOf = <K extends FaultName>(kind: K) => z.literal(kind);

const offset = percent('How much of what it reads comes through, each time.').refine((share) => share > 0 && share <= 1, {
  error: () => complaint('this is no part of a disk', 'a percentage above 0 and up to 100'),
});

const network = {
  link: nameReference('A link.').optional(),
  host: nameReference('A host: the network over which it is backed up.').optional(),
};

/** By kind. */
export const faultSchemas = {
  'network-outage': z
    .strictObject({ kind: kindOf('network-outage'), ...network, ...times, ...forHow, ...perRun })
    .describe('Nothing comes through. Transfers are resumed, or fail after 30 minutes; a host that cannot be reached keeps its snapshots.'),
  'network-slowdown': z
    .strictObject({
      kind: kindOf('network-slowdown'),
      ...network,
      factor: fraction('What is left of the bandwidth.'),
      ...times,
      ...forHow,
      ...perRun,
    })
    .describe('Less comes through.'),
  'proxy-crash': z
    .strictObject({ kind: kindOf('proxy-crash'), proxy: nameReference('The proxy.'), ...times, ...forHow, ...perRun })
    .describe('Its tasks fail, their snapshots are left behind, and it takes no task.'),
  'host-loss': z
    .strictObject({ kind: kindOf('host-loss'), host: nameReference('The host.'), ...times, ...forHow, ...perRun })
    .describe('Its VMs stop until it is back; tasks on them are aborted, their snapshots are left behind.'),
  'datastore-degraded': z
    .strictObject({
      kind: kindOf('datastore-degraded'),
      datastore: nameReference('The datastore.'),
      factor: fraction('What is left of its speed.'),
      ...times,
      ...forHow,
      ...perRun,
    })
    .describe('Its device does everything more slowly.'),
  'datastore-lost': z
    .strictObject({ kind: kindOf('datastore-lost'), datastore: nameReference('The datastore.'), ...times, ...perRun })
    .describe('It is gone for good with all that is on it; VMs with disks there stop.'),
  'credential-expired': z
    .strictObject({
      kind: kindOf('credential-expired'),
      job: nameReference('The job that is turned away.').optional(),
      account: nameReference('The account: all jobs with it are turned away.').optional(),
      ...times,
      ...forHow,
      ...perTask,
    })
    .describe('Tasks fail before any snapshot, until it is over.'),
  'writer-failure': z
    .strictObject({ kind: kindOf('writer-failure'), ...someTasks, ...times, ...forHow, ...perTask })
    .describe('Applications do not come to rest; it matters to jobs with `quiesce: {mode: application}`.'),
  'corrupt-disk': z
    .strictObject({
      kind: kindOf('corrupt-disk'),
      vm: nameReference('The VM, or a group of them.'),
      disk: z.int().min(0).optional().describe('Index of the disk. Default 0.'),
      offset,
      ...times,
      ...forHow,
      ...perTask,
      job: someTasks.job,
    })
    .describe('A block cannot be read: each transfer of the disk fails there.'),
  'buggy-application': z
    .strictObject({ kind: kindOf('buggy-application'), ...someTasks, ...times, ...forHow, ...perTask })
    .describe('Tasks fail when the guest is to come to rest.'),
  'security-software': z
    .strictObject({
      kind: kindOf('security-software'),
      ...someTasks,
      factor: fraction('What is left of the speed that a stream would have alone.').optional(),
      offset: offset.optional().describe('Streams are cut off there, hang for 30 minutes and fail.'),
      ...times,
      ...forHow,
      ...perTask,
    })
    .describe('A scanner slows streams down, or a filter cuts them off.'),
  'catalog-corrupt': z
    .strictObject({ kind: kindOf('catalog-corrupt'), ...times, ...perRun, job: nameReference('The job.') })
    .describe('The next backup of each VM of the job reads everything.'),
  'server-resources': z
    .strictObject({
      kind: kindOf('server-resources'),
      proxy: nameReference('The proxy.'),
      factor: fraction('What is left of its cores and slots; at least one slot.'),
      ...times,
      ...forHow,
      ...perRun,
    })
    .describe('A proxy has fewer cores and slots.'),
  'stolen-account': z
    .strictObject({ kind: kindOf('stolen-account'), account: nameReference('The account.'), ...times, ...perRun })
    .describe('Everything that the account may delete is deleted; what is immutable stays.'),
} satisfies Record<FaultName, z.ZodType>;

export const FAULT_KINDS = Object.keys(faultSchemas) as FaultName[];

export type FaultEntry = z.output<(typeof faultSchemas)[FaultName]>;

/** For the JSON Schema of a whole scenario. */
export const faults = z.array(z.union(Object.values(faultSchemas))).describe('What goes wrong. Default nothing.');
