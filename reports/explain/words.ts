/** Steps in sentences: words for every kind of event that the log knows. */
import type { EventKind } from '../../sim/events.ts';
import type { ReportContext } from '../context.ts';
import { REASONS } from '../reasons.ts';
import { formatDuration, formatInstant } from '../time.ts';
import { formatBytes, formatCount, formatShare, listNames, printable } from '../units.ts';
import { heldBack, runFigures } from './runs.ts';
import { firstOf, lastOf, numberOf, type Step, textOf, textsOf } from './steps.ts';

type Words = (step: Step, context: ReportContext) => string;

const WORDS: Record<EventKind, Words> = {
  'scenario-started': () => 'The scenario starts.',
  'run-due': (step) => `${runs(step)} ${be(step, 'is', 'are')} due.`,
  'run-started': (step) => `${runs(step)} ${be(step, 'starts', 'start')}${tasksText(step)}.`,
  'run-ended': (step, context) => `${runs(step)} ${be(step, 'ends', 'end')}.${lengthWords(textOf(firstOf(step), 'run') ?? '', context)}`,
  'run-overlap': overlapWords,
  'run-skipped': (step) => `${runs(step)} ${be(step, 'is', 'are')} skipped because ${activeText(step)}.`,
  'run-queued': (step) => `${runs(step)} ${be(step, 'waits', 'wait')} because ${activeText(step)}.`,
  'run-cancelled': (step) => `${runs(step)} ${be(step, 'is', 'are')} cancelled by the next run.`,
  'run-timed-out': (step) => `${runs(step)} ${be(step, 'has', 'have')} taken longer than the timeout allows.`,
  'window-closed': (step) => `The window of ${name(step.job)} closes${every(step)}; ${sumText(step, 'tasks', 'task')} left.`,
  'tick-dropped': (step) => `job ${name(step.job)} is due${every(step)} outside its window.`,
  'task-started': (step) => `${tasks(step)} ${be(step, 'begins', 'begin')}.`,
  'task-retried': (step) => `${tasks(step)} ${be(step, 'is', 'are')} tried again.`,
  'task-ended': endedWords,
  'snapshot-created': snapshotWords,
  'snapshot-removed': (step) => `${snapshots(step)} ${be(step, 'is', 'are')} gone, ${formatBytes(sum(step, 'bytes'))} in all.`,
  'merge-started': (step) => `${snapshots(step)} ${be(step, 'begins', 'begin')} to merge, ${formatBytes(sum(step, 'bytes'))} in all.`,
  'transfer-started': (step) => `${tasks(step)} ${be(step, 'begins', 'begin')} to read ${formatBytes(sum(step, 'bytes'))}.`,
  'transfer-ended': (step) => `${tasks(step)} ${be(step, 'has', 'have')} read ${formatBytes(sum(step, 'bytes'))}.`,
  'transfer-aborted': (step) => `${tasks(step)} ${be(step, 'stops', 'stop')} reading${reasonText(step)}.`,
  'growth-stepped': growthWords,
  'activity-changed': (step) => `The guests' activity (${listNames(textsOf(step, 'activity'))}) changes${every(step)}.`,
  'datastore-low': (step) => `datastore ${name(step.datastore)} gets short of free space${every(step)}: ${freeText(step)}.`,
  'datastore-ok': (step) => `datastore ${name(step.datastore)} has enough free space again${every(step)}: ${freeText(step)}.`,
  'datastore-full': (step) => `datastore ${name(step.datastore)} is full${every(step)}: ${freeText(step)}. Writes that need new space are refused.`,
  'datastore-freed': (step) => `datastore ${name(step.datastore)} has room again${every(step)}: ${freeText(step)}.`,
  'vm-paused': (step) => `${vms(step)} ${be(step, 'stops', 'stop')} writing: no room on ${name(step.datastore)}.`,
  'vm-resumed': (step) => `${vms(step)} ${be(step, 'goes', 'go')} on.`,
  'vm-crashed': (step) =>
    `${vms(step)} ${be(step, 'crashes', 'crash')} after a pause of ${formatDuration(numberOf(firstOf(step), 'pausedMs') ?? 0)}.`,
  'vm-created': (step) => `${vms(step)} ${be(step, 'is', 'are')} created.`,
  'vm-deleted': (step) => `${vms(step)} ${be(step, 'is', 'are')} deleted.`,
  'vm-not-created': (step) =>
    `${vms(step)} cannot be created: ${formatBytes(sum(step, 'neededBytes'))} needed, ${formatBytes(numberOf(firstOf(step), 'freeBytes') ?? 0)} free on ${name(step.datastore)}.`,
  'points-removed': (step) =>
    `${formatCount(sum(step, 'points'), 'restore point')} of ${name(step.job)} ${be(step, 'is', 'are')} removed from ${name(step.repository)}, ${formatBytes(sum(step, 'bytes'))}.`,
  'space-reclaimed': (step) => `repository ${name(step.repository)} gets back ${formatBytes(sum(step, 'bytes'))}.`,
  'snapshot-orphaned': (step) => `${snapshots(step)} ${be(step, 'is', 'are')} left behind on ${name(step.datastore)}.`,
  'run-joined': (step) => `${sumText(step, 'tasks', 'VM')} ${be(step, 'joins', 'join')} ${runs(step)}.`,
  'start-deadline': (step) => `${sumText(step, 'tasks', 'backup')} of ${runs(step)} had not begun in time.`,
  'lock-wait': (step) =>
    `${runs(step)} ${be(step, 'gives', 'give')} up: no slots for any backup in all the time that ${be(step, 'it', 'they')} may wait.`,
  'retry-dropped': (step) => `${tasks(step)} ${be(step, 'is', 'are')} not tried again${reasonText(step)}.`,
  'guest-unsupported': (step) => `the software does not know the operating system of ${vms(step)} (${listNames(textsOf(step, 'guest'))}).`,
  'quiesce-failed': (step) => `${vms(step)} ${be(step, 'does', 'do')} not come to rest${reasonText(step)}.`,
  'freeze-exceeded': freezeWords,
  'disks-attaching': (step) => `the disks of ${vms(step)} are attached to ${listNames(textsOf(step, 'proxy'))} for ${runs(step)}.`,
  'transport-unreachable': (step) =>
    `${listNames(textsOf(step, 'proxy'))} cannot reach disks of ${vms(step)} on ${name(step.datastore)} for ${runs(step)}; instead: ${textsOf(step, 'fallback').map(printable).join(', ')}.`,
  'transfer-stalled': (step) => `nothing comes through any more for ${tasks(step)} on ${name(step.datastore)}.`,
  'transfer-resumed': (step) => `${tasks(step)} ${be(step, 'goes', 'go')} on.`,
  'fleecing-started': (step) => `${name(step.datastore)} begins to take the old blocks of ${vms(step)} for ${runs(step)}.`,
  'fleecing-ended': (step) => `${name(step.datastore)} gives back the old blocks of ${vms(step)}, ${formatBytes(sum(step, 'bytes'))} in all.`,
  'guest-held': (step) => `${vms(step)} ${be(step, 'writes', 'write')} more slowly${every(step)}: old blocks are saved first for ${runs(step)}.`,
  'guest-released': (step) => `${vms(step)} ${be(step, 'writes', 'write')} at full speed again.`,
  'cdp-behind': (step) => `continuous protection of ${vms(step)} falls behind${every(step)}.`,
  'cdp-in-step': (step) => `continuous protection of ${vms(step)} is in step again${every(step)}.`,
  'merge-refused': (step) =>
    `${snapshots(step)} cannot be merged on ${name(step.datastore)}: ${formatBytes(sum(step, 'neededBytes'))} needed, ${formatBytes(numberOf(firstOf(step), 'freeBytes') ?? 0)} free.`,
  'cleanup-started': (step) => `a clean-up of ${sumText(step, 'orphans', 'left-over snapshot')} of ${vms(step)} begins${every(step)}.`,
  'cleanup-ended': (step) => `a clean-up of ${vms(step)} ends${every(step)}; ${sumText(step, 'left', 'left-over snapshot')} still there.`,
  'vm-stopped': (step) => `${vms(step)} ${be(step, 'stops', 'stop')} with host ${listNames(textsOf(step, 'host'))}.`,
  'vm-started': (step) => `${vms(step)} ${be(step, 'starts', 'start')} again with host ${listNames(textsOf(step, 'host'))}.`,
  'vm-lost': (step) => `${vms(step)} ${be(step, 'is', 'are')} lost with datastore ${name(step.datastore)}.`,
  'repository-full': (step) =>
    `repository ${name(step.repository)} is full${every(step)}, ${formatBytes(numberOf(firstOf(step), 'usedBytes') ?? 0)} used: what is being written fails.`,
  'repository-work-started': (step) => `${work(step)} ${be(step, 'begins', 'begin')}, ${formatBytes(sum(step, 'bytes'))} in all.`,
  'repository-work-ended': (step) => `${work(step)} ${be(step, 'ends', 'end')}.`,
  'repository-work-refused': (step) => `${work(step)} ${be(step, 'is', 'are')} refused: ${formatBytes(sum(step, 'neededBytes'))} needed.`,
  'repository-work-skipped': (step) => `${work(step)} ${be(step, 'is', 'are')} left out: the one before has not been done.`,
  'points-deleted': (step) =>
    `${sumText(step, 'points', 'restore point')} of ${name(step.job)} on ${name(step.repository)} ${be(step, 'is', 'are')} deleted by whoever has the account, ${formatBytes(sum(step, 'bytes'))}.`,
  'restore-started': (step) => `a restore of ${vms(step)} from ${name(step.repository)} begins${every(step)}, ${formatBytes(sum(step, 'bytes'))}.`,
  'restore-ended': (step) => `a restore of ${vms(step)} from ${name(step.repository)} ends${every(step)}.`,
  'restore-failed': (step) => `a restore of ${vms(step)} finds nothing to restore${every(step)}${reasonText(step)}.`,
  'fault-began': (step) => `${faults(step)} begins${every(step)}${place(step)}.`,
  'fault-hit': (step) => `${faults(step)} strikes ${tasks(step)}.`,
  'fault-ended': (step) => `${faults(step)} is over${every(step)}${place(step)}.`,
};

/** A sentence or more about a step, with its numbers; plain text, not wrapped. Of several occurrences it says when the last was. */
export function stepSentence(step: Step, context: ReportContext): string {
  const sentence = WORDS[step.kind as EventKind](step, context);
  const lastMs = lastOf(step).atMs;
  if (lastMs !== firstOf(step).atMs) return `Until ${formatInstant(context.zone, lastMs)}: ${sentence}`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function overlapWords(step: Step, context: ReportContext): string {
  const count = step.events.length;
  const active = textOf(firstOf(step), 'active') ?? '';
  const first = textOf(firstOf(step), 'run') ?? '';
  const head =
    count === 1
      ? `run ${printable(first)} is due while ${printable(active)} is still active.`
      : `${formatCount(count, 'run')} of ${name(step.job)} are due while the one before is still active, first ${printable(first)}.`;
  return head + lengthWords(active, context);
}

/** How long a run took, beside an earlier one that read less, and what held it back; empty where it never started. */
function lengthWords(run: string, { result }: ReportContext): string {
  const figures = runFigures(run, result);
  if (figures === null) return '';
  const start = figures.earlier;
  const lasting = `Run ${printable(run)} ${figures.open ? 'is not over after' : 'takes'} ${formatDuration(figures.lastsMs)} and reads ${formatBytes(figures.readBytes)}`;
  const before = start === null ? '' : `; ${printable(start.id)} took ${formatDuration(start.lastsMs)} and read ${formatBytes(start.readBytes)}`;
  const held = heldBack(run, result);
  const why = held === null ? '' : ` For ${formatShare(held.fraction)} of its tasks' time ${held.words} holds it back.`;
  return ` ${lasting}${before}.${why}`;
}

function endedWords(step: Step): string {
  return `${tasks(step)} ${be(step, 'ends', 'end')} (${textsOf(step, 'status').map(printable).join(', ')})${reasonText(step)}.`;
}

function freezeWords(step: Step): string {
  const [took, limit] = ['createMs', 'freezeLimitMs'].map((field) => formatDuration(numberOf(firstOf(step), field) ?? 0));
  return `the snapshot of ${vms(step)} takes ${took}${every(step)}; applications can be at rest for ${limit}.`;
}

const WORKS: Record<string, string> = {
  merge: 'merging the oldest increment into its full',
  copy: 'copying a restore point',
  'synthetic-full': 'making a synthetic full',
  'garbage-collection': 'the collection of garbage',
  verification: 'the verification',
};

function work(step: Step): string {
  const what = textsOf(step, 'work').map((each) => WORKS[each] ?? printable(each));
  const to = textsOf(step, 'to');
  return `${what.join(' and ')} on ${name(step.repository)}${to.length === 0 ? '' : ` (to ${listNames(to)})`}${every(step)}`;
}

function faults(step: Step): string {
  return `the fault ${listNames(textsOf(step, 'fault'))}`;
}

function place(step: Step): string {
  const on = textsOf(step, 'on');
  return on.length === 0 ? '' : ` on ${listNames(on)}`;
}

function snapshotWords(step: Step): string {
  const deepest = step.events.reduce((most, event) => Math.max(most, numberOf(event, 'depth') ?? 0), 0);
  const onTop = deepest > 1 ? `, up to ${deepest} on top of each other` : '';
  return `${snapshots(step)} ${be(step, 'is', 'are')} taken on ${name(step.datastore)}${onTop}.`;
}

function growthWords(step: Step): string {
  const days = lastOf(step).fields.day;
  return `data and writes grow day by day, ${formatCount(typeof days === 'number' ? days : step.events.length, 'day')} long.`;
}

function name(text: string | null): string {
  return text === null ? 'something' : printable(text);
}

function be(step: Step, one: string, many: string): string {
  return step.events.length === 1 ? one : many;
}

function every(step: Step): string {
  return step.events.length === 1 ? '' : `, ${formatCount(step.events.length, 'time')}`;
}

function runs(step: Step): string {
  const ids = textsOf(step, 'run');
  if (ids.length === 1) return `run ${printable(ids[0] ?? '')}`;
  if (ids.length === 2) return `runs ${ids.map(printable).join(' and ')}`;
  return `${formatCount(ids.length, 'run')} of ${name(step.job)} (${printable(ids[0] ?? '')} to ${printable(ids.at(-1) ?? '')})`;
}

function vms(step: Step): string {
  const names = textsOf(step, 'vm');
  return names.length === 1 ? `VM ${printable(names[0] ?? '')}` : `${formatCount(names.length, 'VM')} (${listNames(names, 3)})`;
}

function tasks(step: Step): string {
  const ids = textsOf(step, 'run');
  const of = ids.length === 1 ? printable(ids[0] ?? '') : `${formatCount(ids.length, 'run')} of ${name(step.job)}`;
  return step.events.length === 1 ? `the backup of ${vms(step)} in ${of}` : `${formatCount(step.events.length, 'backup')} in ${of}`;
}

function snapshots(step: Step): string {
  const ids = textsOf(step, 'run');
  const of = ids.length === 1 ? printable(ids[0] ?? '') : ids.length === 0 ? vms(step) : `${formatCount(ids.length, 'run')} of ${name(step.job)}`;
  return step.events.length === 1 ? `the snapshot of ${vms(step)} for ${of}` : `${formatCount(step.events.length, 'snapshot')} for ${of}`;
}

function activeText(step: Step): string {
  const actives = textsOf(step, 'active');
  return actives.length === 1 ? `${printable(actives[0] ?? '')} is still active` : 'one before is still active';
}

function tasksText(step: Step): string {
  const count = numberOf(firstOf(step), 'tasks');
  return count === null ? '' : ` with ${formatCount(count, 'VM')}${step.events.length === 1 ? '' : ' at first'}`;
}

function reasonText(step: Step): string {
  const reasons = textsOf(step, 'reason');
  return reasons.length === 0 ? '' : ` because ${reasons.map((reason) => REASONS[reason] ?? printable(reason)).join(', or because ')}`;
}

function freeText(step: Step): string {
  const event = firstOf(step);
  return `${formatBytes(numberOf(event, 'usedBytes') ?? 0)} used, ${formatBytes(numberOf(event, 'freeBytes') ?? 0)} free`;
}

function sumText(step: Step, field: string, noun: string): string {
  return formatCount(sum(step, field), noun);
}

function sum(step: Step, field: string): number {
  return step.events.reduce((total, event) => total + (numberOf(event, field) ?? 0), 0);
}
