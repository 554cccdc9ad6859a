/** The whole report for a person: the verdict first, then what breaks, when, why and what helps, then the runs and the space. Nothing is left out. */
import { bottleneckWords, heldBackBy } from './bottlenecks.ts';
import type { ReportContext } from './context.ts';
import { type FindingGroup, groupFindings } from './findings.ts';
import { hanging, type Paint, padEnd, padStart, unpainted } from './layout.ts';
import { policyLines, waiverWords } from './policy.ts';
import { recoveryLines } from './recovery.ts';
import { datastoreTable, ownerLines, repositoryTable } from './stores.ts';
import { DAY_MS, formatInstant } from './time.ts';
import { jobSummary, jobTimeline, TIMELINE_LEGEND, troubledFirst, unavoidable } from './timeline.ts';
import { formatCount, printable } from './units.ts';
import { inTime, spanWords, verdictLines, weightOf } from './verdict.ts';

/** The report, with a final LF. `paint` may colour; without it the text is plain. */
export function textReport(context: ReportContext, paint: Paint = unpainted): string {
  const groups = groupFindings(context);
  return joinSections([
    [...verdictLines(context, groups, paint), ...hanging('', spanWords(context))],
    ...(context.result.recovery ?? []).map((state) => recoveryLines(context, state, paint)),
    findingLines(groups, paint),
    policyLines(context, paint),
    chronologyLines(context, groups, paint),
    jobLines(context, paint),
    [...datastoreTable(context, paint), ...ownerLines(context)],
    repositoryTable(context, paint),
    footerLines(context),
  ]);
}

/** Sections with a blank line between them; empty ones are left out. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function findingLines(groups: readonly FindingGroup[], paint: Paint): string[] {
  if (groups.length === 0) return [];
  const lines = [paint('title', 'WHAT HAPPENS, WHY, AND WHAT HELPS')];
  for (const group of groups) {
    const { word, emphasis } = weightOf(group);
    const [head = '', ...rest] = hanging(padEnd(word, 9), group.sentence);
    lines.push(paint(emphasis, word) + head.slice(word.length), ...rest, ...reasonLines(group));
  }
  return lines;
}

/** Why it happens, and what to do; of what is waived, by whom. */
export function reasonLines(group: FindingGroup): string[] {
  const why = group.why === null ? [] : hanging('   why   ', group.why);
  const waived = waiverWords(group);
  return [...why, ...(waived === null ? hanging('   do    ', group.remedy) : hanging('   by    ', waived))];
}

/** The same findings by time: harm orders the list above, and the story runs the other way. */
function chronologyLines(context: ReportContext, groups: readonly FindingGroup[], paint: Paint): string[] {
  if (groups.length < 2) return [];
  const byTime = inTime(groups).map((group) => ({ atMs: group.findings[0]?.atMs ?? 0, brief: group.brief }));
  const dayColumns = String(dayOf(byTime.at(-1)?.atMs ?? 0)).length;
  return [
    paint('title', 'HOW IT COMES ABOUT'),
    ...byTime.flatMap(({ atMs, brief }) =>
      hanging(`  day ${padStart(String(dayOf(atMs)), dayColumns)}  ${padEnd(formatInstant(context.zone, atMs), 21)}  `, brief),
    ),
  ];
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) + 1;
}

function jobLines(context: ReportContext, paint: Paint): string[] {
  if (context.jobNames.length === 0) return [];
  const lines = [paint('title', 'RUNS'), `  ${TIMELINE_LEGEND}`];
  for (const name of troubledFirst(context)) {
    const [head = '', ...rest] = hanging('  ', `${printable(name)}: ${jobSummary(name, context)}`);
    const least = unavoidable(name, context);
    const held = bottleneckWords(heldBackBy(context.result.jobs[name]?.runs ?? [], context.result));
    lines.push(paint('title', head), ...rest, ...jobTimeline(name, context), ...(least === null ? [] : hanging('    ', least)));
    if (held !== null) lines.push(...hanging('    ', held));
  }
  return lines;
}

function footerLines(context: ReportContext): string[] {
  const { seed, fingerprint, engine } = context.result;
  // On a line of its own, the hash fits into the width with its label.
  return [...assumedLines(context), ...hanging('', `overrun ${engine.version}, seed ${printable(seed)}`), `fingerprint ${fingerprint}`];
}

function assumedLines({ result: { assumptions } }: ReportContext): string[] {
  if (assumptions.length === 0) return [];
  const [were, them, their] = assumptions.length === 1 ? ['was', 'it', 'its source'] : ['were', 'them', 'their sources'];
  const count = formatCount(assumptions.length, 'value');
  return hanging('', `${count} ${were} not stated in the scenario and assumed; --format json lists ${them} with ${their}.`);
}
