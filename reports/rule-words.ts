/**
 * What each rule says to people: how a group of its findings reads, why it happens as far as the figures tell, and what helps. A new rule is a new entry.
 */
import type { Finding, RuleId } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { ageLimit, depthLimit, figure, pluralOf, span, subjects, text, timesOf, titleOf, when } from './phrases.ts';
import {
  crashReason,
  datastoreOwners,
  deepestChain,
  failedTasks,
  failureReasons,
  gatheredAgents,
  guestsAlone,
  latencyFigures,
  leastFree,
  leftAtClose,
  missedBy,
  missingRoom,
  orphanOrigin,
  pauseReason,
  pointAge,
  proxyShare,
  runAfter,
  runLengths,
  saturation,
  sharedPlace,
  slotWaits,
  snapshotOwner,
  stalledMerge,
  stolenPoints,
  stunLength,
  unknownGuest,
  unprotectedFrom,
} from './reasons.ts';

export interface RuleWords {
  /** What happens, after the name of one subject and after the count of many. */
  brief: [string, string];
  /** Findings of one rule and subject kind, at least one, in order of time. */
  describe: (group: readonly Finding[], context: ReportContext) => string;
  /** A sentence or two from the figures of the first subject, or null where they add nothing. */
  why?: (first: Finding, context: ReportContext) => string | null;
  /** What helps instead, where the figures say that the usual remedy would not. */
  remedyIf?: (first: Finding) => string | null;
  /** The same as `why`, for all subjects together. */
  whyAll?: (group: readonly Finding[], context: ReportContext) => string | null;
  remedy: string;
}

/** In order of harm: outage first, then lost backups, then what announces them. */
export const RULE_WORDS: Record<RuleId, RuleWords> = {
  'space-exhausted': {
    brief: ['runs full', 'run full'],
    describe: (group, context) =>
      `${subjects(group, 'Datastore', 'datastores')} ${group.length === 1 ? 'runs' : 'run'} full${when(group, context)}: writes that need new space are refused.`,
    why: datastoreOwners,
    remedy: 'Keep snapshots open for a shorter time (fewer VMs at once, snapshots per task, a faster target), or add space before that day.',
  },
  'vm-crashed': {
    brief: ['crashes', 'crash'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'crashes' : 'crash'} ${span(group, context)}, ${crashReason(group)}.`,
    remedyIf: (first) => (text(first, 'datastore') === null ? null : 'Keep restore points on a repository elsewhere, and restore from there.'),
    remedy: 'Prevent the full datastore; these guests cannot ride out a pause.',
  },
  'vm-paused': {
    brief: ['stops writing', 'stop writing'],
    describe: (group, context) => `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'stops' : 'stop'} writing ${span(group, context)}.`,
    whyAll: pauseReason,
    remedy: 'Prevent the full datastore; once space is back, an operator has to resume each VM unless the datastore resumes them by itself.',
  },
  'repository-full': {
    brief: ['is full', 'are full'],
    describe: (group, context) =>
      `${subjects(group, 'Repository', 'repositories')} ${group.length === 1 ? 'is' : 'are'} full${when(group, context)}: further backups to it fail.`,
    remedy: 'Keep fewer restore points, add capacity, or spread the jobs over more repositories.',
  },
  'task-failed': {
    brief: ['has a failed backup', 'have failed backups'],
    describe: failedTasks,
    whyAll: failureReasons,
    remedy: 'These VMs have no new restore point from the failed runs: remove the cause named here first, then run their job again.',
  },
  'vm-not-created': {
    brief: ['cannot be created', 'cannot be created'],
    describe: (group, context) => `${subjects(group, 'VM', 'VMs')} cannot be created${when(group, context)}: there is not enough room.`,
    why: missingRoom,
    remedy: 'Make room on that datastore before the day, or put the new VM elsewhere.',
  },
  'rpo-missed': {
    brief: ['has no restore point as new as wanted', 'have no restore points as new as wanted'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'has' : 'have'} no good restore point as new as wanted${timesOf(group)}${when(group, context)}.`,
    why: pointAge,
    remedy: 'Back the VM up more often than its RPO, so that one failed or late run does no harm, and remove what makes runs fail or wait.',
  },
  'vm-unprotected': {
    brief: ['is taken by no job', 'are taken by no job'],
    describe: (group) => `No backup job ever takes ${subjects(group, 'VM', 'VMs')}.`,
    why: unprotectedFrom,
    remedyIf: (first) => ((figure(first, 'dropped') ?? 0) > 0 ? 'Let the schedules of its jobs and their windows meet.' : null),
    remedy: 'Add it to a job; a job that selects by tag, host, datastore or `all` also takes VMs that are created later.',
  },
  'free-space': {
    brief: ['gets short of free space', 'get short of free space'],
    describe: (group, context) =>
      `${subjects(group, 'Datastore', 'datastores')} ${group.length === 1 ? 'gets' : 'get'} short of free space${when(group, context)}.`,
    why: leastFree,
    remedy: 'Add space, move VMs away, or keep fewer snapshots open at one time.',
  },
  'snapshot-orphaned': {
    brief: ['has a delta that nobody removes', 'have deltas that nobody removes'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'has a delta' : 'have deltas'} left behind${when(group, context)}: nobody removes ${group.length === 1 ? 'it' : 'them'}, and what is written goes on filling the datastore.`,
    why: orphanOrigin,
    remedy: 'Consolidate the disks of these VMs by hand, with room for it on the datastore, and look why the snapshot was left.',
  },
  'consolidation-stalled': {
    brief: ['does not get its snapshots merged in time', 'do not get their snapshots merged in time'],
    describe: (group, context) =>
      `Snapshots of ${subjects(group, 'VM', 'VMs')} are not merged as fast as they are taken${timesOf(group)}${when(group, context)}.`,
    why: stalledMerge,
    remedy: 'Back these VMs up less often or in their quiet hours, keep their snapshots open for a shorter time, or let merges run faster.',
  },
  'snapshot-age': {
    brief: ['keeps a snapshot for too long', 'keep snapshots for too long'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'has' : 'have'} a snapshot older than ${ageLimit(group)}${when(group, context)}.`,
    why: snapshotOwner,
    remedyIf: (first) =>
      text(first, 'run') === null
        ? null
        : 'Let the backup that opened it come to an end sooner: one snapshot per task, fewer VMs at once, incrementals, a faster target.',
    remedy: 'Delete snapshots that nobody needs, before the next backup puts its own on top; a snapshot is no backup.',
  },
  'chain-depth': {
    brief: ['has too many snapshots on top of each other', 'have too many snapshots on top of each other'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'has' : 'have'} more than ${depthLimit(group)} snapshots on top of each other${timesOf(group)}${when(group, context)}.`,
    why: deepestChain,
    remedy: 'Let one snapshot be merged before the next is taken: fewer jobs on one VM, longer periods, faster merges, no forgotten snapshots.',
  },
  'window-overrun': {
    brief: ['is not through when its window closes', 'are not through when their windows close'],
    describe: (group, context) =>
      `${subjects(group, 'Job', 'jobs')}: a run is not through when the window closes${timesOf(group)}${when(group, context)}.`,
    why: leftAtClose,
    remedy: 'Make the runs shorter (more throughput, incrementals, fewer VMs per job), start them earlier, or open the window for longer.',
  },
  'excessive-permission': {
    brief: ['loses points to a stolen account', 'lose points to a stolen account'],
    describe: (group, context) =>
      `${subjects(group, 'Repository', 'repositories')} ${group.length === 1 ? 'loses' : 'lose'} restore points to whoever has stolen an account${when(group, context)}: it may delete them.`,
    why: stolenPoints,
    remedy: 'Back up with an account that may write but not delete, make points immutable, or keep copies under an account of their own.',
  },
  'direct-disk-copy': {
    brief: ['has copies that cannot be restored', 'have copies that cannot be restored'],
    describe: (group, context) =>
      `Copies of the disk files of ${subjects(group, 'VM', 'VMs')} cannot be restored${timesOf(group)}${when(group, context)}: they were taken from a running VM.`,
    whyAll: failureReasons,
    remedy: 'Back the VM up from a snapshot (method snapshot), or copy its files only while it is switched off.',
  },
  'snapshot-as-backup': {
    brief: ['keeps snapshots instead of backups', 'keep snapshots instead of backups'],
    describe: (group) => `${subjects(group, 'Job', 'jobs')}: only snapshots are kept, on the datastore of the VM itself; they are lost with it.`,
    remedy: 'Copy the data to a repository elsewhere; keep snapshots for hours, not as restore points.',
  },
  'software-outdated': {
    brief: ['loses its catalog', 'lose their catalogs'],
    describe: (group, context) =>
      `${subjects(group, 'Job', 'jobs')} ${group.length === 1 ? 'loses its catalog' : 'lose their catalogs'}${timesOf(group)}${when(group, context)}: the next backup of each VM reads everything.`,
    why: runAfter,
    remedy: 'Keep the backup software at a release without this mistake, and leave room in the night for a full.',
  },
  'unsupported-guest': {
    brief: ['has an operating system that the software does not know', 'have operating systems that the software does not know'],
    describe: (group, context) =>
      `The backup software does not know the operating system of ${subjects(group, 'VM', 'VMs')}${timesOf(group)}${when(group, context)}: no application comes to rest there.`,
    why: unknownGuest,
    remedy: 'Check the list of supported systems, and update the software before the guest; until then back it up crash-consistent.',
  },
  'run-overlap': {
    brief: ['is still active when its next run is due', 'are still active when their next run is due'],
    describe: (group, context) =>
      `${subjects(group, 'Job', 'jobs')}: a run is still active when the next one is due${timesOf(group)}${when(group, context)}.`,
    why: runLengths,
    remedy: 'Make the runs shorter (more throughput, fewer or smaller VMs per job, incrementals) or start them less often.',
  },
  'run-skipped': {
    brief: ['skips a run', 'skip a run'],
    describe: (group, context) =>
      `${subjects(group, 'Job', 'jobs')}: due runs are skipped${timesOf(group)}${when(group, context)}, because one before is still active.`,
    why: runLengths,
    remedy: 'Every skipped run is a missing restore point: make the runs shorter or plan fewer of them.',
  },
  'io-saturated': {
    brief: ['is busier than it can serve', 'are busier than they can serve'],
    describe: (group, context) =>
      `${subjects(group, titleOf(group), pluralOf(group))} ${group.length === 1 ? 'is' : 'are'} busier than ${group.length === 1 ? 'it' : 'they'} can serve${when(group, context)}.`,
    why: saturation,
    remedyIf: guestsAlone,
    remedy: 'Let fewer tasks work on it at one time, move backups to quieter hours, or use faster storage.',
  },
  latency: {
    brief: ['makes its guests wait', 'make their guests wait'],
    describe: (group, context) => `Guests on ${subjects(group, 'datastore', 'datastores')} wait too long for their I/O${when(group, context)}.`,
    why: latencyFigures,
    remedyIf: guestsAlone,
    remedy: 'Let fewer tasks work on the datastore at one time, or move backups to quieter hours.',
  },
  stun: {
    brief: ['stands still for seconds', 'stand still for seconds'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'stands' : 'stand'} still for seconds around a snapshot${timesOf(group)}${when(group, context)}.`,
    why: stunLength,
    remedy:
      'The last step of a merge with helper snapshots takes the longer, the more the guest writes: back the VM up in its quiet hours, let merges run faster, or use a hypervisor that mirrors writes.',
  },
  'slot-starved': {
    brief: ['has no free slot for waiting tasks', 'have no free slot for waiting tasks'],
    describe: (group, context) =>
      `Tasks wait too long for a free slot of ${subjects(group, titleOf(group).toLowerCase(), pluralOf(group))}${when(group, context)}.`,
    why: slotWaits,
    remedy: 'Add slots where its hardware can carry them, or spread the start times of the jobs.',
  },
  'proxy-starved': {
    brief: ['is what holds a run back', 'are what holds runs back'],
    describe: (group, context) =>
      `${subjects(group, 'Proxy', 'proxies')} ${group.length === 1 ? 'is' : 'are'} what holds a run back${timesOf(group)}${when(group, context)}: source and target could do more.`,
    why: proxyShare,
    remedy: 'Give it more cores or network, add a proxy, or spread the start times of the jobs that use it.',
  },
  'guest-agent-storm': {
    brief: ['has too many agents at work at one time', 'have too many agents at work at one time'],
    describe: (group, context) =>
      `Agents work in too many guests of ${subjects(group, 'datastore', 'datastores')} at one time${timesOf(group)}${when(group, context)}.`,
    why: gatheredAgents,
    remedy: 'Start them apart, limit the `concurrency` of their jobs, or back up from snapshots, which leaves the guests alone.',
  },
  'new-vm-missed': {
    brief: ['is missing in a list of names', 'are missing in lists of names'],
    describe: (group, context) =>
      `${subjects(group, 'VM', 'VMs')} ${group.length === 1 ? 'is' : 'are'} newer than a job's list of names and ${group.length === 1 ? 'is' : 'are'} not backed up by it${timesOf(group)}${when(group, context)}.`,
    why: missedBy,
    remedy: 'Let the job select by tag, host, datastore or `all`, so that new VMs are protected in their first night.',
  },
  'job-overlap': {
    brief: ['works while another job is at work', 'work while other jobs are at work'],
    describe: (group, context) =>
      `${subjects(group, 'Job', 'jobs')} ${group.length === 1 ? 'works' : 'work'} while another job is at work in the same place${timesOf(group)}${when(group, context)}.`,
    why: sharedPlace,
    remedy: 'Nothing has to be done as long as both end in time; otherwise start them apart.',
  },
};
