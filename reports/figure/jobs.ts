/**
 * The upper half of the figure: a band per job, its runs as bars. Runs that are active at one time lie on lanes below each other, so an overlap
 * is seen as a second row; the time past the next due instant is shaded.
 */
import type { Selection } from 'd3-node';
import type { RunResult } from '../../sim/result.ts';
import type { ReportContext } from '../context.ts';
import { overrunsNext, type Phase, runPhases } from '../phases.ts';
import { formatShort } from '../time.ts';
import { formatCount, shorten } from '../units.ts';
import { boxPath, COLOURS, drawText, round, spaced, type TimeScale } from './style.ts';

const MAX_JOBS = 20;
const MAX_LANES = 6;
const BAND_GAP = 16;
const MIN_MARK_DISTANCE = 7;

/** What a phase looks like: its height as a part of the lane, and its fill. */
export const PHASE_LOOKS: Record<Phase, { height: number; fill: string; label: string }> = {
  waiting: { height: 0.36, fill: COLOURS.waiting, label: 'waiting' },
  transferring: { height: 1, fill: COLOURS.transferring, label: 'reading and transferring' },
  consolidating: { height: 0.72, fill: 'url(#hatch)', label: 'only merging snapshots back' },
};

interface Band {
  name: string;
  runs: readonly RunResult[];
  /** Lane of each run, -1 for one that never started. */
  laneOf: number[];
  lanes: number;
}

export interface JobPanel {
  bands: Band[];
  hiddenJobs: number;
  /** Lanes and gaps that the panel needs. */
  lanes: number;
}

export function planJobs(context: ReportContext): JobPanel {
  const names = context.jobNames.slice(0, MAX_JOBS);
  const bands = names.map((name) => packLanes(name, context.result.jobs[name]?.runs ?? [], context.result.scenario.durationMs));
  return { bands, hiddenJobs: context.jobNames.length - names.length, lanes: bands.reduce((sum, band) => sum + band.lanes, 0) };
}

/** The first lane that is free when a run is due takes it; beyond the last lane runs cover each other. */
function packLanes(name: string, runs: readonly RunResult[], horizonMs: number): Band {
  const busyUntilMs: number[] = [];
  const laneOf = runs.map((run) => {
    if (run.startedMs === null) return -1;
    const startedMs = run.startedMs;
    const free = busyUntilMs.findIndex((untilMs) => untilMs <= startedMs);
    const lane = free >= 0 ? free : Math.min(busyUntilMs.length, MAX_LANES - 1);
    busyUntilMs[lane] = run.endedMs ?? horizonMs;
    return lane;
  });
  return { name, runs, laneOf, lanes: Math.max(1, busyUntilMs.length) };
}

export function jobPanelHeight(panel: JobPanel, laneHeight: number): number {
  return panel.lanes * laneHeight + panel.bands.length * BAND_GAP + (panel.hiddenJobs > 0 ? BAND_GAP : 0);
}

export function drawJobs(parent: Selection, panel: JobPanel, context: ReportContext, scale: TimeScale, topY: number, laneHeight: number): void {
  let y = topY;
  for (const band of panel.bands) {
    drawBand(parent.append('g'), band, context, scale, y + BAND_GAP, laneHeight);
    y += BAND_GAP + band.lanes * laneHeight;
  }
  if (panel.hiddenJobs > 0) drawText(parent, scale.leftX, y + 12, `and ${formatCount(panel.hiddenJobs, 'more job')}`, { colour: COLOURS.faint });
}

function drawBand(parent: Selection, band: Band, context: ReportContext, scale: TimeScale, topY: number, laneHeight: number): void {
  const horizonMs = context.result.scenario.durationMs;
  const height = band.lanes * laneHeight;
  const overlapping = band.runs.flatMap((run, index) =>
    overrunsNext(band.runs, index, horizonMs) ? [{ run, next: band.runs[index + 1] as RunResult }] : [],
  );
  drawText(parent, scale.leftX - 12, topY + Math.min(laneHeight, height) - 3, shorten(band.name, 20), { anchor: 'end', weight: 600 });
  parent
    .append('path')
    .attr('d', boxPath(scale.leftX, topY, scale.rightX - scale.leftX, height))
    .attr('fill', '#f6f7f8');
  const shades = new PathJoiner();
  for (const { run, next } of overlapping) shades.add(scale.x(next.dueMs), scale.x(run.endedMs ?? horizonMs), topY - 2, height + 5);
  parent.append('path').attr('d', shades.path).attr('fill', COLOURS.overlap);
  for (const phase of Object.keys(PHASE_LOOKS) as Phase[]) drawPhase(parent, band, phase, horizonMs, scale, topY, laneHeight);
  drawSkipped(parent, band, scale, topY + height / 2);
  drawFailed(parent, band, horizonMs, scale, topY, laneHeight);
  const first = overlapping[0];
  if (first) {
    const x = scale.x(first.next.dueMs);
    const right = x > (scale.leftX + scale.rightX) / 2;
    const words = `first overlap ${formatShort(context.zone, first.next.dueMs)}`;
    drawText(parent, right ? x + 3 : x - 3, topY - 4, right ? `${words} \u25be` : `\u25be ${words}`, { anchor: right ? 'end' : 'start', size: 11 });
  }
}

function drawPhase(parent: Selection, band: Band, phase: Phase, horizonMs: number, scale: TimeScale, topY: number, laneHeight: number): void {
  const look = PHASE_LOOKS[phase];
  const joiners = Array.from({ length: band.lanes }, () => new PathJoiner());
  for (const [index, run] of band.runs.entries()) {
    const lane = band.laneOf[index] ?? -1;
    const joiner = joiners[lane];
    if (!joiner) continue;
    const barHeight = (laneHeight - 3) * look.height;
    const y = topY + lane * laneHeight + (laneHeight - barHeight) / 2;
    for (const span of runPhases(run, horizonMs)) if (span.phase === phase) joiner.add(scale.x(span.fromMs), scale.x(span.untilMs), y, barHeight);
  }
  parent
    .append('path')
    .attr('d', joiners.map((joiner) => joiner.path).join(''))
    .attr('fill', look.fill);
}

/** Boxes of one row as a single path; what lies within half a pixel of the one before is left out, so thousands of runs stay a small file. */
class PathJoiner {
  path = '';
  private rightX = -Infinity;

  add(fromX: number, untilX: number, y: number, height: number): void {
    if (untilX <= this.rightX + 0.3) return;
    const width = Math.max(untilX - fromX, 0.7);
    this.path += boxPath(fromX, y, width, height);
    this.rightX = fromX + width;
  }
}

function drawSkipped(parent: Selection, band: Band, scale: TimeScale, y: number): void {
  const xs = band.runs.filter((run) => run.status === 'skipped').map((run) => scale.x(run.dueMs));
  const path = spaced(xs, MIN_MARK_DISTANCE)
    .map((x) => crossPath(x, y))
    .join('');
  parent.append('path').attr('d', path).attr('stroke', COLOURS.trouble).attr('stroke-width', 2).attr('fill', 'none');
}

function drawFailed(parent: Selection, band: Band, horizonMs: number, scale: TimeScale, topY: number, laneHeight: number): void {
  const xs = band.runs.filter((run) => run.status === 'failed').map((run) => scale.x(run.endedMs ?? horizonMs));
  const path = spaced(xs, MIN_MARK_DISTANCE)
    .map((x) => trianglePath(x, topY + band.lanes * laneHeight))
    .join('');
  parent.append('path').attr('d', path).attr('fill', COLOURS.trouble);
}

export function crossPath(x: number, y: number): string {
  return `M${round(x - 3)} ${round(y - 3)}l6 6m0 -6l-6 6`;
}

/** Points up to (x, y). */
export function trianglePath(x: number, y: number): string {
  return `M${round(x)} ${round(y)}l4 7h-8z`;
}
