/** Why a finding happens, as far as its figures tell: a sentence or two by rule. */
import type { Reason } from '../sim/backup/task.ts';
import type { Finding } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { describeOwners, groupLedger } from './ledger.ts';
import { at, byNaturalOrder, countOf, figure, pluralOf, subjects, text, titleOf, when } from './phrases.ts';
import { formatDuration, formatInstant } from './time.ts';
import { formatBytes, formatCount, formatShare, listNames, printable } from './units.ts';

export function datastoreOwners(finding: Finding, context: ReportContext): string | null {
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

export function pauseReason(group: readonly Finding[], context: ReportContext): string {
  const datastores = [...new Set(group.map((each) => text(each, 'datastore') ?? context.datastoreOfVm.get(each.subject.name) ?? ''))].sort(
    byNaturalOrder,
  );
  const [they, stay] = group.length === 1 ? ['it', 'stays'] : ['they', 'stay'];
  const room = `Datastore ${listNames(datastores)} has no room for the blocks that ${they} write${group.length === 1 ? 's' : ''}.`;
  if (group.every((each) => each.untilMs === null))
    return `${room} ${they === 'it' ? 'It' : 'They'} ${stay} paused to the end of the simulated time.`;
  const longestMs = group.reduce((most, each) => Math.max(most, context.result.vms[each.subject.name]?.pausedMs ?? 0), 0);
  return `${room} The longest pause is ${formatDuration(longestMs)} in all.`;
}

export function failedTasks(group: readonly Finding[], context: ReportContext): string {
  const count = countOf(group);
  const backups = count === 1 ? 'A backup' : formatCount(count, 'backup');
  return `${backups} of ${subjects(group, titleOf(group), pluralOf(group))} ${count === 1 ? 'fails' : 'fail'}${when(group, context)}.`;
}

export const REASONS: Readonly<Record<string, string>> = {
  'window-closed': "the job's window closed",
  timeout: 'the run took longer than its timeout allows',
  'start-deadline': 'it had not begun in time',
  'lock-wait': 'the run waited too long for its first slots',
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
  'no-restore-point': 'there is no restore point',
  'vm-does-not-exist': 'the VM does not exist',
  'snapshot-orphaned': 'its snapshot was left behind',
  'crash-consistent': 'the applications of the guest did not come to rest',
} satisfies Record<Reason, string> & Record<string, string>;

export function crashReason(group: readonly Finding[]): string {
  const lost = group.filter((finding) => text(finding, 'datastore') !== null).length;
  if (lost === 0) return 'paused for too long';
  return lost === group.length ? 'lost with a datastore' : 'lost with a datastore or paused for too long';
}

export function failureReasons(group: readonly Finding[]): string | null {
  const reasons = new Set(group.flatMap((finding) => text(finding, 'reason') ?? []));
  if (reasons.size === 0) return null;
  return `The first time because ${[...reasons].map((reason) => REASONS[reason] ?? printable(reason)).join(', or because ')}.`;
}

export function leastFree(finding: Finding, context: ReportContext): string | null {
  const datastore = context.result.datastores[finding.subject.name];
  if (!datastore) return null;
  const share = formatShare(datastore.minFreeBytes / datastore.capacityBytes);
  return `At the least ${formatBytes(datastore.minFreeBytes)} of ${formatBytes(datastore.capacityBytes)} is free (${share}), ${at(context, datastore.peakAtMs)}.`;
}

export function leftAtClose(finding: Finding): string | null {
  const tasks = figure(finding, 'tasks');
  const run = text(finding, 'run');
  return tasks === null || run === null ? null : `In ${printable(run)} ${tasks} of its VMs are left at that moment.`;
}

interface StartedRun {
  id: string;
  startedMs: number;
  lastsMs: number;
  open: boolean;
  readBytes: number;
}

function startedRuns(job: string, { result }: ReportContext): StartedRun[] {
  return (result.jobs[job]?.runs ?? []).flatMap(({ id, startedMs, endedMs, tasks }) => {
    if (startedMs === null) return [];
    const readBytes = tasks.reduce((sum, task) => sum + task.readBytes, 0);
    return [{ id: printable(id), startedMs, lastsMs: (endedMs ?? result.scenario.durationMs) - startedMs, open: endedMs === null, readBytes }];
  });
}

function lasting({ lastsMs, open }: StartedRun): string {
  return open ? `is not over after ${formatDuration(lastsMs)}` : `takes ${formatDuration(lastsMs)}`;
}

export function runLengths(finding: Finding, context: ReportContext): string | null {
  const runs = startedRuns(finding.subject.name, context);
  const [start] = runs;
  if (start === undefined) return null;
  const longest = runs.reduce((best, run) => (run.lastsMs > best.lastsMs ? run : best));
  if (longest.lastsMs < start.lastsMs * 1.1) return `Its longest run (${longest.id}) ${lasting(longest)}.`;
  const more =
    longest.readBytes > start.readBytes * 1.05
      ? ` It reads ${formatBytes(longest.readBytes)} where the first read ${formatBytes(start.readBytes)}.`
      : '';
  return `Its first run takes ${formatDuration(start.lastsMs)}; the longest, ${longest.id}, ${lasting(longest)}.${more}`;
}

export function saturation(finding: Finding, context: ReportContext): string | null {
  const totalMs = figure(finding, 'totalMs') ?? context.result.datastores[finding.subject.name]?.saturatedMs;
  if (totalMs === undefined) return null;
  const served = figure(finding, 'servedPercent');
  const guests = served !== null && served < 100 ? `; on the mean its guests get ${served} % of the I/O they ask for` : '';
  return `It lasts ${formatDuration(totalMs)} in all${episodes(finding)}${guests}.`;
}

/** Backups are not to blame where the guests alone keep the device busy most of that time. */
export function guestsAlone(finding: Finding): string | null {
  const alone = figure(finding, 'guestsAloneMs') ?? 0;
  if (alone < (figure(finding, 'totalMs') ?? 0) / 2) return null;
  return 'Its guests alone ask for more than it can do: check the figures assumed for its speed and for what the VMs write, spread the VMs, or use faster storage.';
}

export function latencyFigures(finding: Finding, context: ReportContext): string | null {
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

export function stunLength(finding: Finding): string | null {
  const stunMs = figure(finding, 'stunMs');
  const run = text(finding, 'run');
  return stunMs === null ? null : `The first time${run === null ? '' : `, in ${printable(run)},`} it lasts ${formatDuration(stunMs)}.`;
}

export function slotWaits(finding: Finding): string | null {
  const waitedMs = figure(finding, 'waitedMs');
  const vm = text(finding, 'vm');
  return waitedMs === null ? null : `The first${vm === null ? '' : `, of VM ${printable(vm)},`} waits ${formatDuration(waitedMs)}.`;
}

export function missingRoom(finding: Finding): string | null {
  const [needed, free] = [figure(finding, 'neededBytes'), figure(finding, 'freeBytes')];
  const datastore = text(finding, 'datastore');
  if (needed === null || free === null || datastore === null) return null;
  return `It needs ${formatBytes(needed)} on datastore ${printable(datastore)}, of which ${formatBytes(free)} is free, the floor included.`;
}

export function pointAge(finding: Finding): string | null {
  const [wanted, age] = [figure(finding, 'rpoMs'), figure(finding, 'ageMs')];
  if (wanted === null || age === null) return null;
  return `Its newest one may be ${formatDuration(wanted)} old and is ${formatDuration(age)} ${finding.untilMs === null ? 'at the end' : 'before the next one comes'}.`;
}

export function unprotectedFrom(finding: Finding, context: ReportContext): string | null {
  const dropped = figure(finding, 'dropped') ?? 0;
  if (dropped > 0) return `Its jobs are due ${formatCount(dropped, 'time')}, each time outside their windows.`;
  return finding.atMs === 0 ? null : `It is created ${at(context, finding.atMs)}.`;
}

export function orphanOrigin(finding: Finding): string | null {
  const bytes = figure(finding, 'bytes');
  const run = text(finding, 'run');
  if (bytes !== null)
    return run === null ? `It holds ${formatBytes(bytes)} at the start.` : `${printable(run)} has left it with ${formatBytes(bytes)} in it.`;
  const [needed, free] = [figure(finding, 'neededBytes'), figure(finding, 'freeBytes')];
  if (needed === null || free === null || run === null) return null;
  return `The merge after ${printable(run)} needed ${formatBytes(needed)} and found ${formatBytes(free)} free.`;
}

export function stalledMerge(finding: Finding): string | null {
  const run = text(finding, 'run');
  const lastsMs = figure(finding, 'lastsMs');
  if (run === null || lastsMs === null) return null;
  const next = text(finding, 'next');
  if (next !== null) return `The snapshot of ${printable(run)} has been merging for ${formatDuration(lastsMs)} when ${printable(next)} is due.`;
  const [pass, rest] = [figure(finding, 'passBytes') ?? 0, figure(finding, 'restBytes') ?? 0];
  return `In ${printable(run)} a pass merges ${formatBytes(pass)} and leaves ${formatBytes(rest)}: the guest writes as fast as the merge works.`;
}

const SNAPSHOT_OWNERS: Record<string, string> = { user: 'somebody', orphan: 'a backup that left it behind' };

export function snapshotOwner(finding: Finding): string | null {
  const ageMs = figure(finding, 'ageMs');
  if (ageMs === null) return null;
  const run = text(finding, 'run');
  const owner = run === null ? (SNAPSHOT_OWNERS[text(finding, 'owner') ?? ''] ?? 'a backup') : printable(run);
  return `It was taken by ${owner} and gets ${formatDuration(ageMs)} old within the simulated time.`;
}

export function deepestChain(finding: Finding, context: ReportContext): string | null {
  const depth = context.result.vms[finding.subject.name]?.maxChainDepth;
  return depth === undefined ? null : `At the most ${depth} lie on top of each other.`;
}

export function proxyShare(finding: Finding): string | null {
  const [held, busy, lastsMs] = [figure(finding, 'heldPercent'), figure(finding, 'busyPercent'), figure(finding, 'lastsMs')];
  const run = text(finding, 'run');
  if (held === null || busy === null || lastsMs === null || run === null) return null;
  return `In ${printable(run)} it holds the transfers back for ${held} % of their time; it is at its limit for ${busy} % of ${formatDuration(lastsMs)}.`;
}

export function missedBy(finding: Finding): string | null {
  const run = text(finding, 'run');
  const sinceMs = figure(finding, 'sinceMs');
  if (run === null || sinceMs === null) return null;
  return `The first run without it is ${printable(run)}, ${sinceMs === 0 ? 'at the moment of' : `${formatDuration(sinceMs)} after`} its creation.`;
}

export function sharedPlace(finding: Finding): string | null {
  const [run, other, shares, name] = ['run', 'other', 'shares', 'name'].map((key) => text(finding, key));
  if (!run || !other || !shares || !name) return null;
  return `The first time ${printable(run)} begins while ${printable(other)} works; both use ${shares === 'vm' ? 'VM' : shares} ${printable(name)}.`;
}

export function stolenPoints(finding: Finding): string | null {
  const [points, bytes] = [figure(finding, 'points'), figure(finding, 'bytes')];
  const [job, vm] = [text(finding, 'job'), text(finding, 'vm')];
  if (points === null || bytes === null || job === null || vm === null) return null;
  return `The first time ${formatCount(points, 'point')} of VM ${printable(vm)} in job ${printable(job)} (${formatBytes(bytes)}).`;
}

/** The run after a loss beside the one before. */
export function runAfter({ subject, atMs }: Finding, context: ReportContext): string | null {
  const runs = startedRuns(subject.name, context);
  const after = runs.find((run) => run.startedMs >= atMs);
  const before = runs.findLast((run) => run.startedMs < atMs);
  if (after === undefined || before === undefined) return null;
  return `${after.id} reads ${formatBytes(after.readBytes)} and ${lasting(after)}; ${before.id} read ${formatBytes(before.readBytes)}.`;
}

export function unknownGuest(finding: Finding): string | null {
  const [run, guest] = [text(finding, 'run'), text(finding, 'guest')];
  return run === null || guest === null ? null : `The first time in ${printable(run)}, for ${printable(guest)}.`;
}

export function gatheredAgents(finding: Finding): string | null {
  const [agents, most] = [figure(finding, 'agents'), figure(finding, 'mostAgents')];
  return agents === null || most === null ? null : `Up to ${agents} are at work together; ${most} are well.`;
}
