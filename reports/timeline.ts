/**
 * The runs of a job as lines of text. Each phase has its own character, so the bars read without colour; stretches of runs that went the same
 * way are folded, because ninety equal nights are one piece of news.
 */
import type { RunResult } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { padEnd, padStart } from './layout.ts';
import { overrunsNext, type Phase, runPhases } from './phases.ts';
import { formatDuration, formatShort, HOUR_MS } from './time.ts';
import { formatCount, formatShare, printable } from './units.ts';

const BAR_COLUMNS = 20;
const PHASE_MARKS: Record<Phase, string> = { waiting: '.', transferring: '=', consolidating: '#' };
/** Of a stretch of equal runs: shown at its begin and end. */
const SHOWN_FIRST = 2;
const SHOWN_LAST = 1;
const MAX_STRETCHES = 9;

export const TIMELINE_LEGEND = 'Bars: . waiting   = reading and transferring   # only merging back   > goes on';

/** The scenario ends before the run does: no trouble by itself. */
const OPEN = 'open at the end';

interface Stretch {
  news: string;
  runs: { run: RunResult; note: string }[];
}

/** One line per shown run, with a header that gives the bars' scale. */
export function jobTimeline(jobName: string, context: ReportContext): string[] {
  const runs = context.result.jobs[jobName]?.runs ?? [];
  const horizonMs = context.result.scenario.durationMs;
  if (runs.length === 0) return ['  no run is due in the simulated time'];
  const ended = runs.filter((run) => run.endedMs !== null);
  const scaleMs = niceScale((ended.length > 0 ? ended : runs).reduce((most, run) => Math.max(most, spanMs(run, horizonMs)), HOUR_MS));
  const half = formatDuration(scaleMs / 2);
  const full = formatDuration(scaleMs);
  const middle = padStart(half, BAR_COLUMNS / 2 + Math.floor(half.length / 2));
  const header = `    ${padEnd('run', 5)} ${padEnd('due', 16)} ${padStart('took', 11)}  0${middle.slice(1)}${padStart(full, BAR_COLUMNS - middle.length + 1)}`;
  return [header, ...foldRuns(runs, horizonMs).flatMap((stretch) => stretchLines(stretch, context, scaleMs))];
}

/** How much of the longest run cannot be avoided; null where nothing was read. */
export function unavoidable(jobName: string, context: ReportContext): string | null {
  const runs = context.result.jobs[jobName]?.runs ?? [];
  const lengthOf = ({ startedMs, endedMs }: RunResult) => (startedMs === null || endedMs === null ? 0 : endedMs - startedMs);
  const longest = runs.reduce<RunResult | null>((best, run) => (best === null || lengthOf(run) > lengthOf(best) ? run : best), null);
  if (longest === null || !longest.lowerBoundMs || lengthOf(longest) === 0) return null;
  const share = formatShare(longest.lowerBoundMs / lengthOf(longest));
  const windowMs = context.windowMsOf.get(jobName);
  const ofWindow = windowMs === undefined ? '' : `, which is ${formatShare(longest.lowerBoundMs / windowMs)} of its window`;
  return `Of the ${formatDuration(lengthOf(longest))} of ${printable(longest.id)}, ${formatDuration(longest.lowerBoundMs)} (${share}) are unavoidable with this hardware${ofWindow}.`;
}

/** All jobs, those with findings of their own first, else in the order of the file. */
export function troubledFirst({ jobNames, result }: ReportContext): string[] {
  const troubled = new Set(result.findings.filter((finding) => finding.subject.kind === 'job').map((finding) => finding.subject.name));
  return [...jobNames.filter((name) => troubled.has(name)), ...jobNames.filter((name) => !troubled.has(name))];
}

/** A line that stands for a whole job: how many runs, and how they went. */
export function jobSummary(jobName: string, context: ReportContext): string {
  const runs = context.result.jobs[jobName]?.runs ?? [];
  const counts = new Map<string, number>();
  for (const [index] of runs.entries()) {
    const { news } = noteOf(runs, index, context.result.scenario.durationMs);
    counts.set(news, (counts.get(news) ?? 0) + 1);
  }
  const parts = [...counts].map(([news, count]) => (counts.size === 1 ? `all ${news}` : `${count} ${news}`));
  return runs.length === 0 ? 'no runs' : `${formatCount(runs.length, 'run')}, ${parts.join(', ')}`;
}

function spanMs(run: RunResult, horizonMs: number): number {
  return run.startedMs === null ? 0 : (run.endedMs ?? horizonMs) - run.dueMs;
}

/** Rounded up to a length whose half is a round figure too. */
function niceScale(ms: number): number {
  const hours = ms / HOUR_MS;
  const step = hours <= 4 ? 2 : hours <= 24 ? 4 : hours <= 96 ? 12 : 48;
  return Math.ceil(hours / step) * step * HOUR_MS;
}

/** `news` is equal for runs that went the same way, `note` has the figures of this one. */
function noteOf(runs: readonly RunResult[], index: number, horizonMs: number): { news: string; note: string } {
  const run = runs[index] as RunResult;
  const failed = run.tasks.filter((task) => task.status === 'failed' || task.status === 'aborted').length;
  const unmerged = run.tasks.filter((task) => task.status === 'warning').length;
  if (run.status === 'skipped') return { news: 'skipped', note: 'skipped' };
  if (run.status === 'queued') return { news: 'never started', note: 'never started' };
  const overlap = overrunsNext(runs, index, horizonMs);
  if (failed > 0) return { news: overlap ? 'failed and overlapping' : 'failed', note: `${failed} failed${overlap ? ', overlap' : ''}` };
  if (run.status === 'running') return { news: OPEN, note: overlap ? 'overlaps next' : OPEN };
  if (unmerged > 0) return { news: 'left unmerged', note: `${unmerged} unmerged${overlap ? ', overlap' : ''}` };
  return overlap ? { news: 'overlapping', note: 'overlaps next' } : { news: 'ok', note: 'ok' };
}

function foldRuns(runs: readonly RunResult[], horizonMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [index, run] of runs.entries()) {
    const { news, note } = noteOf(runs, index, horizonMs);
    const last = stretches.at(-1);
    if (last?.news === news) last.runs.push({ run, note });
    else stretches.push({ news, runs: [{ run, note }] });
  }
  if (stretches.length <= MAX_STRETCHES) return stretches;
  const head = stretches.slice(0, MAX_STRETCHES - 2);
  const middle = stretches.slice(MAX_STRETCHES - 2, -1);
  const kinds = [...new Set(middle.map((stretch) => stretch.news))].join(', ');
  return [...head, { news: kinds, runs: middle.flatMap((stretch) => stretch.runs) }, ...stretches.slice(-1)];
}

function stretchLines(stretch: Stretch, context: ReportContext, scaleMs: number): string[] {
  const { runs } = stretch;
  const lines = runs.map(
    ({ run, note }) =>
      () =>
        runLine(run, note, context, scaleMs),
  );
  if (runs.length <= SHOWN_FIRST + SHOWN_LAST + 1) return lines.map((line) => line());
  const hidden = runs.slice(SHOWN_FIRST, runs.length - SHOWN_LAST);
  const lengths = hidden
    .filter(({ run }) => run.startedMs !== null)
    .map(({ run }) => (run.endedMs ?? context.result.scenario.durationMs) - (run.startedMs ?? 0));
  const shortest = formatDuration(lengths.reduce((least, ms) => Math.min(least, ms), Infinity));
  const longest = formatDuration(lengths.reduce((most, ms) => Math.max(most, ms), 0));
  const took = lengths.length === 0 ? '' : shortest === longest ? `, each ${shortest}` : `, ${shortest} to ${longest}`;
  const folded = `           ... ${formatCount(hidden.length, 'more run')} like this (${stretch.news})${took}`;
  return [...lines.slice(0, SHOWN_FIRST).map((line) => line()), folded, ...lines.slice(-SHOWN_LAST).map((line) => line())];
}

function runLine(run: RunResult, note: string, context: ReportContext, scaleMs: number): string {
  const horizonMs = context.result.scenario.durationMs;
  const number = printable(run.id.slice(run.id.lastIndexOf('#')));
  const took = run.startedMs === null ? '-' : run.endedMs === null ? 'not over' : formatDuration(run.endedMs - run.startedMs);
  const mark = note === 'ok' || note === OPEN ? ' ' : '!';
  return `  ${mark} ${padEnd(number, 5)} ${padEnd(formatShort(context.zone, run.dueMs), 16)} ${padStart(took, 11)} |${bar(run, horizonMs, scaleMs)}| ${note}`;
}

/** From the due instant; the phase that fills most of a cell names it, so that a short phase cannot hide a long one. `>`: it goes on. */
function bar(run: RunResult, horizonMs: number, scaleMs: number): string {
  const cellMs = scaleMs / BAR_COLUMNS;
  const filled = Array.from({ length: BAR_COLUMNS }, () => ({ waiting: 0, transferring: 0, consolidating: 0 }));
  for (const span of runPhases(run, horizonMs)) {
    const fromCell = Math.floor((span.fromMs - run.dueMs) / cellMs);
    const untilCell = Math.min(BAR_COLUMNS - 1, Math.floor((span.untilMs - run.dueMs) / cellMs));
    for (let cell = fromCell; cell <= untilCell; cell += 1) {
      const inside = Math.min(span.untilMs, run.dueMs + (cell + 1) * cellMs) - Math.max(span.fromMs, run.dueMs + cell * cellMs);
      const sums = filled[cell];
      if (sums) sums[span.phase] += inside;
    }
  }
  const marks = filled.map(cellMark);
  if (spanMs(run, horizonMs) > scaleMs || (run.endedMs === null && run.startedMs !== null))
    marks[
      Math.max(
        0,
        marks.findLastIndex((mark) => mark !== ' '),
      )
    ] = '>';
  return marks.join('');
}

function cellMark(sums: Record<Phase, number>): string {
  const phases: Phase[] = ['transferring', 'consolidating', 'waiting'];
  const longest = phases.reduce((best, phase) => (sums[phase] > sums[best] ? phase : best));
  return sums[longest] > 0 ? PHASE_MARKS[longest] : ' ';
}
