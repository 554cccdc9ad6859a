/**
 * Findings in sentences. One table entry per rule: how a group of its findings reads, why it happens as far as the figures tell, and what helps.
 * A new rule is a new entry.
 */
import { RULES as SIMULATED } from '../sim/findings/rules/index.ts';
import type { Finding, RuleId, Severity } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { describeOwners, groupLedger } from './ledger.ts';
import { formatDuration, formatInstant, HOUR_MS } from './time.ts';
import { formatBytes, formatCount, formatShare, listNames, printable } from './units.ts';

interface RuleWords {
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
const RULES: Record<RuleId, RuleWords> = {
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
    brief: ['is in no job', 'are in no job'],
    describe: (group) => `No backup job ever takes ${subjects(group, 'VM', 'VMs')}.`,
    why: unprotectedFrom,
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

const HARM_ORDER = Object.keys(RULES);
const SEVERITIES: Severity[] = ['error', 'warning', 'info'];

/** The sentence for one finding: what, which, when. */
export function describeFinding(finding: Finding, context: ReportContext): string {
  return RULES[finding.rule].describe([finding], context);
}

/** What helps, in one sentence. */
export function remedyFor(finding: Finding): string {
  const words = RULES[finding.rule];
  return words.remedyIf?.(finding) ?? words.remedy;
}

/** Whether the rule by itself means that something breaks, whatever a policy makes of it. */
export function isHarm(rule: RuleId): boolean {
  return SIMULATED.some(({ id, severity }) => id === rule && severity === 'error');
}

/** A sentence or two on why, from the figures of one finding; null where they add nothing. */
export function findingReason(finding: Finding, context: ReportContext): string | null {
  const words = RULES[finding.rule];
  return words.whyAll?.([finding], context) ?? words.why?.(finding, context) ?? null;
}

export interface FindingGroup {
  severity: Severity;
  rule: RuleId;
  findings: Finding[];
  /** `Datastore`, `VM`, ... */
  subjectTitle: string;
  /** Without instant and reason, for a list by time. */
  brief: string;
  sentence: string;
  why: string | null;
  remedy: string;
}

/** Findings of one rule and subject kind together, ordered by severity, harm and time. */
export function groupFindings(context: ReportContext): FindingGroup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of context.result.findings) {
    const { waiver } = finding;
    const waived = waiver === undefined ? '' : JSON.stringify(waiver);
    const key = `${finding.severity} ${finding.rule} ${finding.subject.kind} ${waived}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  const ordered = [...groups.values()].map((group) => group.sort((a, b) => a.atMs - b.atMs));
  ordered.sort((a, b) => compareHarm(a[0] as Finding, b[0] as Finding));
  return ordered.map((findings) => {
    const head = findings[0] as Finding;
    const words = RULES[head.rule];
    return {
      severity: head.severity,
      rule: head.rule,
      findings,
      subjectTitle: titleOf(findings),
      brief:
        findings.length === 1
          ? `${printable(head.subject.name)} ${words.brief[0]}`
          : `${formatCount(findings.length, '', pluralOf(findings))} ${words.brief[1]}`,
      sentence: words.describe(findings, context),
      why: words.whyAll?.(findings, context) ?? whyOf(words.why?.(head, context) ?? null, findings),
      remedy: remedyFor(head),
    };
  });
}

/** Where several subjects share a sentence, their figures are those of the first. */
function whyOf(why: string | null, findings: readonly Finding[]): string | null {
  return why === null || findings.length === 1 ? why : `${printable(findings[0]?.subject.name ?? '')}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
}

function compareHarm(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || HARM_ORDER.indexOf(a.rule) - HARM_ORDER.indexOf(b.rule) || a.atMs - b.atMs
  );
}

/** `Datastore ds1`, `3 datastores (ds1, ds2, ds3)`, `40 VMs (vm-01 ... vm-40)`. */
function subjects(group: readonly Finding[], one: string, many: string): string {
  const names = group.map((finding) => finding.subject.name);
  if (names.length === 1) return `${one} ${printable(names[0] ?? '')}`;
  const sorted = [...names].sort(byNaturalOrder);
  return `${formatCount(names.length, one, many)} (${listNames(sorted)})`;
}

function byNaturalOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function titleOf(group: readonly Finding[]): string {
  const kind = group[0]?.subject.kind ?? 'datastore';
  return kind === 'vm' ? 'VM' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

function pluralOf(group: readonly Finding[]): string {
  const title = titleOf(group);
  return title === 'VM' ? 'VMs' : title === 'Repository' ? 'repositories' : title === 'Proxy' ? 'proxies' : `${title.toLowerCase()}s`;
}

function at(context: ReportContext, atMs: number): string {
  return `on ${formatInstant(context.zone, atMs)}`;
}

/** ` on Tue 30 Jun 2026 03:12`; of several instants the first, and the words say so. */
function when(group: readonly Finding[], context: ReportContext): string {
  const several = group.length > 1 || countOf(group) > 1;
  return `${several ? ', first' : ''} ${at(context, group[0]?.atMs ?? 0)}`;
}

/** One instant, or from the first to the last. */
function span(group: readonly Finding[], context: ReportContext): string {
  const from = formatInstant(context.zone, group[0]?.atMs ?? 0);
  const until = formatInstant(context.zone, group.at(-1)?.atMs ?? 0);
  return from === until ? `on ${from}` : `between ${from} and ${until}`;
}

function figure(finding: Finding, key: string): number | null {
  const value = finding.evidence[key];
  return typeof value === 'number' ? value : null;
}

function text(finding: Finding, key: string): string | null {
  const value = finding.evidence[key];
  return typeof value === 'string' ? value : null;
}

/** Three are the usual policy. */
function depthLimit(group: readonly Finding[]): string {
  const limits = [...new Set(group.map((finding) => figure(finding, 'mostDepth') ?? 3))];
  return limits.length > 1 ? 'the wanted number of' : limits[0] === 3 ? 'three' : String(limits[0]);
}

function ageLimit(group: readonly Finding[]): string {
  const limits = [...new Set(group.map((finding) => figure(finding, 'mostAgeMs') ?? 72 * HOUR_MS))];
  return limits.length > 1 ? 'wanted' : limits[0] === 72 * HOUR_MS ? 'three days' : formatDuration(limits[0] ?? 0);
}

function countOf(group: readonly Finding[]): number {
  return group.reduce((sum, finding) => sum + (figure(finding, 'count') ?? 1), 0);
}

function timesOf(group: readonly Finding[]): string {
  const count = countOf(group);
  return count > 1 ? `, ${formatCount(count, 'time')}` : '';
}

function datastoreOwners(finding: Finding, context: ReportContext): string | null {
  const datastore = context.result.datastores[finding.subject.name];
  if (!datastore) return null;
  const top = groupLedger(datastore.peakLedger)
    .filter((group) => group.kind !== 'base' && group.kind !== 'other')
    .slice(0, 3)
    .map(describeOwners);
  if (top.length === 0) return `Its disks alone take ${formatBytes(datastore.peakUsedBytes)} of ${formatBytes(datastore.capacityBytes)}.`;
  const runs = new Set(datastore.peakLedger.flatMap((entry) => (entry.kind === 'delta' && entry.run !== undefined ? [entry.run] : [])));
  const together = runs.size > 1 ? ` Snapshots of ${runs.size} runs are open at that time: none ends before the next ones begin.` : '';
  return `At its fullest (${formatInstant(context.zone, datastore.peakAtMs)}) ${top.join(', ')}.${together}`;
}

function pauseReason(group: readonly Finding[], context: ReportContext): string {
  const datastores = [...new Set(group.map((each) => text(each, 'datastore') ?? context.datastoreOfVm.get(each.subject.name) ?? ''))].sort(
    byNaturalOrder,
  );
  const room = `Datastore ${listNames(datastores)} has no room for the blocks they write.`;
  if (group.every((each) => each.untilMs === null)) return `${room} They stay paused to the end of the simulated time.`;
  const longestMs = group.reduce((most, each) => Math.max(most, context.result.vms[each.subject.name]?.pausedMs ?? 0), 0);
  return `${room} The longest pause is ${formatDuration(longestMs)} in all.`;
}

function failedTasks(group: readonly Finding[], context: ReportContext): string {
  const count = countOf(group);
  const backups = count === 1 ? 'A backup' : formatCount(count, 'backup');
  return `${backups} of ${subjects(group, titleOf(group), pluralOf(group))} ${count === 1 ? 'fails' : 'fail'}${when(group, context)}.`;
}

export const REASONS: Record<string, string> = {
  'window-closed': "the job's window closed",
  timeout: 'the run took longer than its timeout allows',
  'start-deadline': 'it had not begun in time',
  'no-transport': 'no proxy reaches the disks',
  'fleecing-full': 'the datastore for old blocks ran full',
  'inconsistent-copy': 'the guest wrote during the copy',
  'damaged-copy': 'a snapshot was open during the copy',
  'datastore-full': 'the datastore was full',
  'chain-limit': 'the VM had as many snapshots as it may',
  'repository-full': 'the repository was full',
  'vm-crashed': 'the VM had crashed',
  'merge-refused': 'there was no room to merge the snapshot',
  cancelled: 'the next run had begun',
  'vm-deleted': 'the VM was deleted',
  'proxy-crash': 'its proxy crashed',
  'host-lost': 'the host was lost',
  'datastore-lost': 'a datastore with a disk of it was lost',
  'network-lost': 'nothing came through the network for half an hour',
  'connection-cut': 'security software cut the stream off',
  'read-error': 'a block of the disk cannot be read',
  'credential-expired': 'its account was turned away',
  'application-failure': 'an application in the guest upset it',
  'writer-failure': 'the applications of the guest did not come to rest',
  'freeze-limit': 'the snapshot took longer than applications may be at rest',
  'unsupported-guest': 'the software does not know the operating system of the guest',
};

function crashReason(group: readonly Finding[]): string {
  const lost = group.filter((finding) => text(finding, 'datastore') !== null).length;
  if (lost === 0) return 'paused for too long';
  return lost === group.length ? 'lost with a datastore' : 'lost with a datastore or paused for too long';
}

function failureReasons(group: readonly Finding[]): string | null {
  const reasons = new Set(group.flatMap((finding) => text(finding, 'reason') ?? []));
  if (reasons.size === 0) return null;
  return `The first time because ${[...reasons].map((reason) => REASONS[reason] ?? printable(reason)).join(', or because ')}.`;
}

function leastFree(finding: Finding, context: ReportContext): string | null {
  const datastore = context.result.datastores[finding.subject.name];
  if (!datastore) return null;
  const share = formatShare(datastore.minFreeBytes / datastore.capacityBytes);
  return `At the least ${formatBytes(datastore.minFreeBytes)} of ${formatBytes(datastore.capacityBytes)} is free (${share}), ${at(context, datastore.peakAtMs)}.`;
}

function leftAtClose(finding: Finding): string | null {
  const tasks = figure(finding, 'tasks');
  const run = text(finding, 'run');
  return tasks === null || run === null ? null : `In ${printable(run)} ${tasks} of its VMs are left at that moment.`;
}

function runLengths(finding: Finding, context: ReportContext): string | null {
  const runs = (context.result.jobs[finding.subject.name]?.runs ?? []).flatMap((run) => {
    if (run.startedMs === null) return [];
    const ms = (run.endedMs ?? context.result.scenario.durationMs) - run.startedMs;
    return [{ id: printable(run.id), ms, open: run.endedMs === null, readBytes: run.tasks.reduce((sum, task) => sum + task.readBytes, 0) }];
  });
  const start = runs[0];
  const longest = runs.reduce((best, run) => (run.ms > best.ms ? run : best), runs[0] ?? { id: '', ms: 0, open: false, readBytes: 0 });
  if (!start) return null;
  const lasting = longest.open ? `is not over after ${formatDuration(longest.ms)}` : `takes ${formatDuration(longest.ms)}`;
  if (longest.ms < start.ms * 1.1) return `Its longest run (${longest.id}) ${lasting}.`;
  const more =
    longest.readBytes > start.readBytes * 1.05
      ? ` It reads ${formatBytes(longest.readBytes)} where the first read ${formatBytes(start.readBytes)}.`
      : '';
  return `Its first run takes ${formatDuration(start.ms)}; the longest, ${longest.id}, ${lasting}.${more}`;
}

function saturation(finding: Finding, context: ReportContext): string | null {
  const totalMs = figure(finding, 'totalMs') ?? context.result.datastores[finding.subject.name]?.saturatedMs;
  if (totalMs === undefined) return null;
  const served = figure(finding, 'servedPercent');
  const guests = served !== null && served < 100 ? `; on the mean its guests get ${served} % of the I/O they ask for` : '';
  return `It lasts ${formatDuration(totalMs)} in all${episodes(finding)}${guests}.`;
}

/** Backups are not to blame where the guests alone keep the device busy most of that time. */
function guestsAlone(finding: Finding): string | null {
  const alone = figure(finding, 'guestsAloneMs') ?? 0;
  if (alone < (figure(finding, 'totalMs') ?? 0) / 2) return null;
  return 'Its guests alone ask for more than it can do: check the figures assumed for its speed and for what the VMs write, spread the VMs, or use faster storage.';
}

function latencyFigures(finding: Finding, context: ReportContext): string | null {
  const latency = context.result.datastores[finding.subject.name]?.latencyMs;
  const totalMs = figure(finding, 'totalMs');
  const lasting = totalMs === null ? '' : `It lasts ${formatDuration(totalMs)} in all${episodes(finding)}. `;
  return latency ? `${lasting}Half of the time an I/O takes under ${milliseconds(latency.p50)}, at the worst ${milliseconds(latency.max)}.` : null;
}

function episodes(finding: Finding): string {
  const count = figure(finding, 'episodes') ?? 1;
  return count > 1 ? ` (${count} times)` : '';
}

function milliseconds(ms: number): string {
  return `${ms >= 10 ? Math.round(ms) : Math.round(ms * 10) / 10} ms`;
}

function stunLength(finding: Finding): string | null {
  const stunMs = figure(finding, 'stunMs');
  const run = text(finding, 'run');
  return stunMs === null ? null : `The first time${run === null ? '' : `, in ${printable(run)},`} it lasts ${formatDuration(stunMs)}.`;
}

function slotWaits(finding: Finding): string | null {
  const waitedMs = figure(finding, 'waitedMs');
  const vm = text(finding, 'vm');
  return waitedMs === null ? null : `The first${vm === null ? '' : `, of VM ${printable(vm)},`} waits ${formatDuration(waitedMs)}.`;
}

function missingRoom(finding: Finding): string | null {
  const [needed, free] = [figure(finding, 'neededBytes'), figure(finding, 'freeBytes')];
  const datastore = text(finding, 'datastore');
  if (needed === null || free === null || datastore === null) return null;
  return `It needs ${formatBytes(needed)} on datastore ${printable(datastore)}, of which ${formatBytes(free)} is free, the floor included.`;
}

function pointAge(finding: Finding): string | null {
  const [wanted, age] = [figure(finding, 'rpoMs'), figure(finding, 'ageMs')];
  if (wanted === null || age === null) return null;
  return `Its newest one may be ${formatDuration(wanted)} old and is ${formatDuration(age)} ${finding.untilMs === null ? 'at the end' : 'before the next one comes'}.`;
}

function unprotectedFrom(finding: Finding, context: ReportContext): string | null {
  return finding.atMs === 0 ? null : `It is created ${at(context, finding.atMs)}.`;
}

function orphanOrigin(finding: Finding): string | null {
  const bytes = figure(finding, 'bytes');
  const run = text(finding, 'run');
  if (bytes !== null)
    return run === null ? `It holds ${formatBytes(bytes)} at the start.` : `${printable(run)} has left it with ${formatBytes(bytes)} in it.`;
  const [needed, free] = [figure(finding, 'neededBytes'), figure(finding, 'freeBytes')];
  if (needed === null || free === null || run === null) return null;
  return `The merge after ${printable(run)} needed ${formatBytes(needed)} and found ${formatBytes(free)} free.`;
}

function stalledMerge(finding: Finding): string | null {
  const run = text(finding, 'run');
  const lastsMs = figure(finding, 'lastsMs');
  if (run === null || lastsMs === null) return null;
  const next = text(finding, 'next');
  if (next !== null) return `The snapshot of ${printable(run)} has been merging for ${formatDuration(lastsMs)} when ${printable(next)} is due.`;
  const [pass, rest] = [figure(finding, 'passBytes') ?? 0, figure(finding, 'restBytes') ?? 0];
  return `In ${printable(run)} a pass merges ${formatBytes(pass)} and leaves ${formatBytes(rest)}: the guest writes as fast as the merge works.`;
}

const SNAPSHOT_OWNERS: Record<string, string> = { user: 'somebody', orphan: 'a backup that left it behind' };

function snapshotOwner(finding: Finding): string | null {
  const ageMs = figure(finding, 'ageMs');
  if (ageMs === null) return null;
  const run = text(finding, 'run');
  const owner = run === null ? (SNAPSHOT_OWNERS[text(finding, 'owner') ?? ''] ?? 'a backup') : printable(run);
  return `It was taken by ${owner} and gets ${formatDuration(ageMs)} old within the simulated time.`;
}

function deepestChain(finding: Finding, context: ReportContext): string | null {
  const depth = context.result.vms[finding.subject.name]?.maxChainDepth;
  return depth === undefined ? null : `At the most ${depth} lie on top of each other.`;
}

function proxyShare(finding: Finding): string | null {
  const [held, busy, lastsMs] = [figure(finding, 'heldPercent'), figure(finding, 'busyPercent'), figure(finding, 'lastsMs')];
  const run = text(finding, 'run');
  if (held === null || busy === null || lastsMs === null || run === null) return null;
  return `In ${printable(run)} it holds the transfers back for ${held} % of their time; it is at its limit for ${busy} % of ${formatDuration(lastsMs)}.`;
}

function missedBy(finding: Finding): string | null {
  const run = text(finding, 'run');
  const sinceMs = figure(finding, 'sinceMs');
  if (run === null || sinceMs === null) return null;
  return `The first run without it is ${printable(run)}, ${sinceMs === 0 ? 'at the moment of' : `${formatDuration(sinceMs)} after`} its creation.`;
}

function sharedPlace(finding: Finding): string | null {
  const [run, other, shares, name] = ['run', 'other', 'shares', 'name'].map((key) => text(finding, key));
  if (!run || !other || !shares || !name) return null;
  return `The first time ${printable(run)} begins while ${printable(other)} works; both use ${shares === 'vm' ? 'VM' : shares} ${printable(name)}.`;
}
