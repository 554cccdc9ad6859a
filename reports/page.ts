/**
 * The report on one screen: the answer; where it was asked for, what could be restored, otherwise why the worst of it happens and what helps, then what
 * happens by time, and what else there is room for. Says what it leaves out and how to get it.
 */
import type { ReportContext } from './context.ts';
import { type FindingGroup, groupFindings } from './findings.ts';
import { hanging, type Paint, padEnd, unpainted } from './layout.ts';
import { policyLines } from './policy.ts';
import { recoveryLines } from './recovery.ts';
import { datastoreTable, repositoryTable } from './stores.ts';
import { joinSections, reasonLines } from './text.ts';
import { DAY_MS, formatDuration, formatInstant, formatShort } from './time.ts';
import { jobSummary, troubledFirst } from './timeline.ts';
import { formatCount, printable } from './units.ts';
import { inTime, verdictLines, weightOf } from './verdict.ts';

/** A terminal has 24 lines, and one of them is the next prompt. */
export const PAGE_LINES = 23;

/** Whatever names a scenario has, no part of the page crowds out the others. */
const MAX_VERDICT_LINES = 5;
const MAX_REASON_LINES = 7;
const MAX_POLICY_LINES = 4;
const MAX_ROWS = 4;
/** Of what could be restored at one instant, however many have been asked for. */
const LEAST_RECOVERY_LINES = 12;
/** Up to here a date without its year is clear. */
const MAX_YEARLESS_MS = 300 * DAY_MS;

type Section = readonly string[];
type Table = (context: ReportContext, paint: Paint, most: number) => Section;

/** The first is dropped last. */
const TABLES: readonly Table[] = [jobTable, datastoreTable, repositoryTable];

/** At most `PAGE_LINES` lines, with a final LF. `words`: what `overrun explain` is to be called with to explain this very run. */
export function pageReport(context: ReportContext, words: readonly string[], paint: Paint = unpainted): string {
  const groups = groupFindings(context);
  if (context.result.recovery !== undefined) return recoveryPage(context, groups, words, paint);
  const told = context.result.verdict === 'safe' ? [] : groups.slice(0, 1);
  const answer = [
    ...cut(verdictLines(context, groups, paint), MAX_VERDICT_LINES),
    ...told.flatMap((group) => cut(reasonLines(group), MAX_REASON_LINES)),
  ];
  const untold = groups.length - told.length;
  const remedies = untold === 0 ? '' : `${formatCount(untold, 'more remedy', 'more remedies')}, `;
  const last = lastLines(context, words, `${remedies}all runs, how full everything gets`);
  const sections: Section[] = [answer, cut(policyLines(context, paint), MAX_POLICY_LINES)];
  const add = (make: (room: number) => Section): number => sections.push(make(PAGE_LINES - heightOf([...sections, last]) - 1));
  if (untold > 0) add((room) => happeningLines(context, groups, paint, room));
  for (const table of TABLES) add((room) => largest((most) => table(context, paint, most), room));
  return joinSections([...sections, last]);
}

/** The answer, and what could be restored at the instants that were asked for: the same without the rest. */
export function quietReport(context: ReportContext, paint: Paint = unpainted): string {
  const answer = verdictLines(context, groupFindings(context), paint);
  return joinSections([answer, ...recoverySections(context, paint, PAGE_LINES)]);
}

function recoveryPage(context: ReportContext, groups: readonly FindingGroup[], words: readonly string[], paint: Paint): string {
  const answer = cut(verdictLines(context, groups, paint), MAX_VERDICT_LINES);
  const last = lastLines(context, words, 'all VMs, what happens and what helps, all runs');
  return joinSections([answer, ...recoverySections(context, paint, PAGE_LINES - heightOf([answer, last]) - 1), last]);
}

/** Each with as many rows as there is room for, but never without any. */
function recoverySections(context: ReportContext, paint: Paint, room: number): Section[] {
  const states = context.result.recovery ?? [];
  const each = Math.max(LEAST_RECOVERY_LINES, Math.floor(room / states.length) - 1);
  return states.map((state) => {
    const lines = largest((most) => recoveryLines(context, state, paint, most), each);
    return lines.length > 0 ? lines : recoveryLines(context, state, paint, 1);
  });
}

/** Lines of sections with the blank lines between them. */
function heightOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { length }) => sum + (length === 0 ? 0 : length + 1), 0) - 1;
}

function cut(lines: readonly string[], most: number): Section {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${(lines[most - 1] as string).slice(0, 76)} ...`];
}

/** With as many rows as there is room for; empty where there is none. */
function largest(make: (most: number) => Section, room: number): Section {
  for (let rows = MAX_ROWS; rows > 0; rows--) {
    const section = make(rows);
    if (section.length <= room) return section;
  }
  return [];
}

/** The most harmful kinds of findings that fit, in order of time. */
function happeningLines(context: ReportContext, groups: readonly FindingGroup[], paint: Paint, room: number): Section {
  const linesOf = (shown: readonly FindingGroup[]): Section => [
    paint('title', 'HOW IT COMES ABOUT'),
    ...inTime(shown).flatMap((group) => happening(context, group, paint)),
    ...(shown.length < groups.length ? [`... and ${formatCount(groups.length - shown.length, 'less harmful kind')} of findings`] : []),
  ];
  let count = groups.length;
  while (count > 1 && linesOf(groups.slice(0, count)).length > room) count--;
  return linesOf(groups.slice(0, count));
}

function happening({ result, zone }: ReportContext, group: FindingGroup, paint: Paint): string[] {
  const { word, emphasis } = weightOf(group);
  const instant = (result.scenario.durationMs > MAX_YEARLESS_MS ? formatInstant : formatShort)(zone, group.findings[0]?.atMs ?? 0);
  const [head = '', ...rest] = hanging(`${padEnd(word, 9)}${padEnd(instant, 16)}  `, group.brief);
  return [paint(emphasis, word) + head.slice(word.length), ...rest];
}

/** Jobs that went the same way share a row. */
function jobTable(context: ReportContext, paint: Paint, most: number): Section {
  const alike = new Map<string, string[]>();
  for (const name of troubledFirst(context)) {
    const summary = jobSummary(name, context);
    alike.set(summary, [...(alike.get(summary) ?? []), name]);
  }
  const rows = [...alike].map(([summary, names]) => {
    const who = names.length > 1 ? `${names.length} jobs, each ` : `${printable(names[0] ?? '')}: `;
    return `${who}${summary}${lengthWords(names, context)}`;
  });
  if (rows.length === 0) return [];
  const more = rows.length > most ? [`  ... and ${formatCount(rows.length - most, 'more kind')} of jobs`] : [];
  return [paint('title', 'JOBS'), ...rows.slice(0, most).flatMap((row) => hanging('  ', row)), ...more];
}

/** How long their runs take, and when the last is over; empty where none has ended. */
function lengthWords(names: readonly string[], { result, zone }: ReportContext): string {
  const runs = names.flatMap((name) => result.jobs[name]?.runs ?? []);
  const ended = runs.flatMap(({ startedMs, endedMs }) => (startedMs === null || endedMs === null ? [] : [{ startedMs, endedMs }]));
  if (ended.length === 0) return '';
  const longestMs = ended.reduce((most, { startedMs, endedMs }) => Math.max(most, endedMs - startedMs), 0);
  const lastMs = ended.reduce((latest, { endedMs }) => Math.max(latest, endedMs), 0);
  return `; longest ${formatDuration(longestMs)}, last end ${formatShort(zone, lastMs)}`;
}

/** Over which time, what is not on the page, and where to go from here. */
function lastLines({ result, zone }: ReportContext, words: readonly string[], leftOut: string): Section {
  const { assumptions, findings, scenario } = result;
  const assumed = assumptions.length === 0 ? '' : `; ${formatCount(assumptions.length, 'value')} assumed`;
  const span = `Simulated: ${formatDuration(scenario.durationMs)} from ${formatInstant(zone, 0)} (${printable(scenario.timezone)})${assumed}.`;
  const lines = [...hanging('', span), ...hanging('', `Left out, see --all: ${leftOut}.`)];
  return findings.length === 0 ? lines : [...lines, ...hanging('', `Causes by line of the file: overrun explain ${words.map(quoted).join(' ')}`)];
}

/** As a shell takes it. */
function quoted(word: string): string {
  const shown = printable(word);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
