/** An explanation for a person: the effect, the steps back to the lines of the file, who held the space, and what was necessary. 80 columns. */
import { findingReason } from '../findings.ts';
import { hanging, type Paint, padEnd, unpainted, WIDTH } from '../layout.ts';
import { describeOwners, groupLedger } from '../ledger.ts';
import { formatDuration, formatInstant } from '../time.ts';
import { formatBytes, formatCount, printable, shorten } from '../units.ts';
import type { ExplainedStep, Explanation, PeakLedger } from './explain.ts';
import type { Input } from './inputs.ts';
import type { Outcome } from './outcome.ts';

/** What another step of the chain tells as well. */
const QUIET = new Set(['task-started', 'run-started', 'scenario-started', 'disks-attaching', 'transfer-started']);
const MAX_INPUTS = 6;
const MAX_STEPS = 16;
const MAX_OWNERS = 6;
const LEAST_COLUMNS = 24;

/** With a final LF. */
export function explainText(explanation: Explanation, outcomes: readonly Outcome[], paint: Paint = unpainted): string {
  const sections = [
    headLines(explanation, paint),
    chainLines(explanation, paint),
    explanation.ledgers.length === 0
      ? []
      : [paint('title', 'WHO HELD THE SPACE'), ...explanation.ledgers.flatMap((ledger) => ledgerLines(ledger, explanation))],
    necessityLines(explanation, outcomes, paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines({ target, inputs, context }: Explanation, paint: Paint): string[] {
  const { finding } = target;
  const label = finding === null ? '' : `${finding.id} ${finding.severity.toUpperCase()}  `;
  const [first = '', ...rest] = hanging(label, target.sentence);
  const emphasis = finding?.severity === 'error' ? 'error' : 'title';
  const why = finding === null ? null : findingReason(finding, context);
  return [paint(emphasis, first), ...rest, ...(why === null ? [] : hanging('  ', why)), ...inputLines(inputs, '  ')];
}

function chainLines({ steps, context }: Explanation, paint: Paint): string[] {
  if (steps.length === 0) return [];
  const told = steps.filter(({ step }, index) => index === 0 || !QUIET.has(step.kind));
  const shown = told.slice(0, MAX_STEPS);
  return [
    paint('title', 'WHAT LED TO IT, BACK TO THE FILE'),
    ...withoutRepeats(shown).flatMap((step) => stepLines(step, (atMs) => formatInstant(context.zone, atMs))),
    ...(told.length > shown.length ? [`  ... and ${formatCount(told.length - shown.length, 'earlier step')}; --format json has all`] : []),
  ];
}

/** A line of the file stands only with the last step that rests on it, the nearest to the start. */
function withoutRepeats(steps: readonly ExplainedStep[]): ExplainedStep[] {
  const later = new Set<string>();
  const kept = [...steps].reverse().map((step) => {
    const inputs = step.inputs.filter(({ file, line }) => !later.has(`${file}:${line}`));
    for (const { file, line } of inputs) later.add(`${file}:${line}`);
    return { ...step, inputs };
  });
  return kept.reverse();
}

function stepLines({ step, sentence, inputs }: ExplainedStep, instant: (atMs: number) => string): string[] {
  const label = `  ${padEnd(instant(step.events[0]?.atMs ?? 0), 21)}  `;
  return [...hanging(label, sentence), ...inputLines(inputs, '      ')];
}

/** Each on a line of its own, so that it can be clicked or copied. */
function inputLines(inputs: readonly Input[], indent: string): string[] {
  const lines = inputs.slice(0, MAX_INPUTS).map((input) => inputLine(indent, input));
  return inputs.length > MAX_INPUTS ? [...lines, `${indent}   and ${formatCount(inputs.length - MAX_INPUTS, 'more line')}`] : lines;
}

/** The line of the file without its comment, cut to the width; the place stays whole. */
function inputLine(indent: string, { file, line, path, stated, text }: Input): string {
  const place = `${indent}<- ${printable(file)}:${line}  `;
  const content = (text ?? path).replace(/\s+#.*$/, '');
  return place + shorten(stated ? printable(content) : `${printable(path)} is not stated`, Math.max(LEAST_COLUMNS, WIDTH - [...place].length));
}

function ledgerLines({ datastore, capacityBytes, usedBytes, atMs, entries }: PeakLedger, { context }: Explanation): string[] {
  const groups = groupLedger(entries);
  const restBytes = groups.slice(MAX_OWNERS).reduce((sum, group) => sum + group.bytes, 0);
  return [
    ...hanging(
      '  ',
      `${printable(datastore)} at its fullest, ${formatInstant(context.zone, atMs)}: ${formatBytes(usedBytes)} of ${formatBytes(capacityBytes)}.`,
    ),
    ...groups.slice(0, MAX_OWNERS).flatMap((group) => hanging('    ', describeOwners(group))),
    ...(restBytes > 0 ? [`    others hold ${formatBytes(restBytes)}`] : []),
  ];
}

function necessityLines(explanation: Explanation, outcomes: readonly Outcome[], paint: Paint): string[] {
  if (outcomes.length === 0) return [];
  return [
    paint('title', 'WHAT WAS NECESSARY (each taken out, and simulated again)'),
    ...outcomes.flatMap((outcome) => outcomeLines(outcome, explanation)),
  ];
}

function outcomeLines(outcome: Outcome, explanation: Explanation): string[] {
  const { without, inputs } = outcome.change;
  return [...hanging('  ', `without ${printable(without)}: ${outcomeText(outcome, explanation)}`), ...hanging('      <- ', placesText(inputs))];
}

/** `a.yaml:3, 4 b.yaml:7`. */
function placesText(inputs: readonly Input[]): string {
  const files = new Map<string, number[]>();
  for (const { file, line } of inputs) files.set(file, [...(files.get(file) ?? []), line]);
  const places = [...files].map(([file, lines]) => {
    const shown = [...new Set(lines)];
    return `${printable(file)}:${shown.slice(0, MAX_INPUTS).join(', ')}${shown.length > MAX_INPUTS ? ', ...' : ''}`;
  });
  return places.join('; ');
}

/** `gone`, `later, Sat 6 Jun 2026 02:10 (15 d)`. */
export function outcomeText({ verdict, atMs, reason }: Outcome, { context, target }: Explanation): string {
  if (atMs === null || verdict === 'unchanged') return reason === null ? verdict : `${verdict} (${reason})`;
  return `${verdict}, ${formatInstant(context.zone, atMs)} (by ${formatDuration(Math.abs(atMs - target.atMs))})`;
}
