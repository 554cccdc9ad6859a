/** The lower half of the figure: the space used on each datastore over time, against its capacity, with the moments that matter. */
import type { Selection } from 'd3-node';
import type { ReportContext } from '../context.ts';
import type { Sample, Series } from '../series.ts';
import { formatShort } from '../time.ts';
import { formatBytes, formatCount, formatShare, shorten } from '../units.ts';
import { byteTicks } from './axis.ts';
import { COLOURS, drawLine, drawText, round, spaced, type TimeScale } from './style.ts';

const MAX_DATASTORES = 20;
const NAME_CHARACTERS = 30;
export const PANEL_GAP = 30;

export interface SpacePanel {
  names: string[];
  hidden: number;
  hiddenFullestFraction: number;
}

/** Full ones first, then by how full they get. */
export function planDatastores(context: ReportContext): SpacePanel {
  const fill = (name: string) => {
    const datastore = context.result.datastores[name];
    return datastore ? datastore.peakUsedBytes / datastore.capacityBytes + (datastore.fullAtMs === null ? 0 : 1) : 0;
  };
  const ordered = Object.keys(context.result.datastores).sort((a, b) => fill(b) - fill(a));
  const next = ordered[MAX_DATASTORES];
  return {
    names: ordered.slice(0, MAX_DATASTORES),
    hidden: Math.max(0, ordered.length - MAX_DATASTORES),
    hiddenFullestFraction: next === undefined ? 0 : Math.min(1, fill(next)),
  };
}

export function drawDatastores(
  parent: Selection,
  panel: SpacePanel,
  context: ReportContext,
  series: Series,
  scale: TimeScale,
  topY: number,
  panelHeight: number,
): void {
  for (const [index, name] of panel.names.entries()) {
    const y = topY + PANEL_GAP + index * (panelHeight + PANEL_GAP);
    drawDatastore(parent.append('g'), name, context, series.get(name) ?? [], scale, y, panelHeight);
  }
  if (panel.hidden > 0) {
    const y = topY + panel.names.length * (panelHeight + PANEL_GAP) + 16;
    const words = `and ${formatCount(panel.hidden, 'more datastore')}, at most ${formatShare(panel.hiddenFullestFraction)} full`;
    drawText(parent, scale.leftX, y, words, { colour: COLOURS.faint });
  }
}

function drawDatastore(
  parent: Selection,
  name: string,
  context: ReportContext,
  samples: readonly Sample[],
  scale: TimeScale,
  topY: number,
  height: number,
): void {
  const datastore = context.result.datastores[name];
  if (!datastore) return;
  const bottomY = topY + height;
  const low = lowestShown(samples, datastore.startUsedBytes, datastore.capacityBytes);
  const y = (bytes: number) => bottomY - ((bytes - low) / (datastore.capacityBytes - low)) * height;

  drawText(parent, scale.leftX - 12, topY + 4, formatBytes(datastore.capacityBytes), { anchor: 'end', size: 11, colour: COLOURS.faint });
  for (const bytes of byteTicks(low, datastore.capacityBytes, Math.max(1, height / 60))) {
    if (y(bytes) < topY + 14) continue;
    drawLine(parent, scale.leftX, y(bytes), scale.rightX, y(bytes), COLOURS.grid);
    drawText(parent, scale.leftX - 12, y(bytes) + 4, formatBytes(bytes), { anchor: 'end', size: 11, colour: COLOURS.faint });
  }
  drawText(parent, scale.leftX, topY - 9, shorten(name, NAME_CHARACTERS), { weight: 600 });

  const points = withPeak(samples, datastore.peakAtMs, datastore.peakUsedBytes);
  const line = points.map(({ atMs, usedBytes }, index) => `${index === 0 ? 'M' : 'L'}${round(scale.x(atMs))} ${round(y(usedBytes))}`).join('');
  const first = points[0];
  const last = points.at(-1);
  if (first && last) {
    const area = `${line}V${round(bottomY)}H${round(scale.x(first.atMs))}z`;
    // An area is read as an amount: it may stand only on zero.
    if (low === 0) parent.append('path').attr('d', area).attr('fill', COLOURS.space).attr('fill-opacity', 0.18);
    parent.append('path').attr('d', line).attr('fill', 'none').attr('stroke', COLOURS.space).attr('stroke-width', 1.4);
  }
  if (low > 0) drawText(parent, scale.leftX + 6, bottomY - 6, `scale starts at ${formatBytes(low)}`, { size: 11, colour: COLOURS.faint });
  drawLine(parent, scale.leftX, topY, scale.rightX, topY, COLOURS.ink);
  const floorY = y(datastore.capacityBytes - (context.floorBytesOf.get(name) ?? 0));
  drawLine(parent, scale.leftX, floorY, scale.rightX, floorY, COLOURS.trouble, '6 4');
  drawMoment(parent, name, context, scale, y(datastore.peakUsedBytes), topY, bottomY);
}

/** Where more than half is always used, the axis starts below the least, so that the deltas can be seen; its ticks say so. */
function lowestShown(samples: readonly Sample[], startUsedBytes: number, capacityBytes: number): number {
  const least = samples.reduce((low, sample) => Math.min(low, sample.usedBytes), startUsedBytes);
  if (least < capacityBytes / 2) return 0;
  const candidates = byteTicks(0, least - (capacityBytes - least) * 0.15, 20);
  return candidates.at(-1) ?? 0;
}

function withPeak(samples: readonly Sample[], atMs: number, usedBytes: number): { atMs: number; usedBytes: number }[] {
  const index = samples.findIndex((sample) => sample.atMs >= atMs);
  const at = index < 0 ? samples.length : index;
  return [...samples.slice(0, at), { atMs, usedBytes }, ...samples.slice(at)];
}

/** The instant at which it is full, with the VMs that stop there, or else the peak. */
function drawMoment(parent: Selection, name: string, context: ReportContext, scale: TimeScale, peakY: number, topY: number, bottomY: number): void {
  const datastore = context.result.datastores[name];
  if (!datastore) return;
  const paused = pausedInstants(name, context);
  const atMs = datastore.fullAtMs ?? datastore.peakAtMs;
  const x = scale.x(atMs);
  const anchor = x > (scale.leftX + scale.rightX) / 2 ? 'end' : 'start';
  const words: string[] = [];
  if (datastore.fullAtMs === null) {
    words.push(
      `fullest ${formatShort(context.zone, atMs)}: ${formatBytes(datastore.peakUsedBytes)}, ${formatShare(datastore.peakUsedBytes / datastore.capacityBytes)}`,
    );
    parent
      .append('circle')
      .attr('cx', round(x))
      .attr('cy', round(peakY))
      .attr('r', 4)
      .attr('fill', COLOURS.paper)
      .attr('stroke', COLOURS.ink)
      .attr('stroke-width', 1.8);
  } else {
    words.push(`FULL ${formatShort(context.zone, atMs)}`);
    drawLine(parent, x, topY, x, bottomY, COLOURS.trouble);
    parent.append('circle').attr('cx', round(x)).attr('cy', round(topY)).attr('r', 5).attr('fill', COLOURS.trouble);
  }
  if (paused.length > 0) words.push(`${formatCount(paused.length, 'VM')} ${paused.length === 1 ? 'stops' : 'stop'} writing`);
  const colour = datastore.fullAtMs === null ? COLOURS.ink : COLOURS.trouble;
  const clearOfNameX = scale.leftX + shorten(name, NAME_CHARACTERS).length * 8 + 16;
  drawText(parent, anchor === 'end' ? x + 5 : Math.max(x - 5, clearOfNameX), topY - 9, words.join(', '), { anchor, weight: 600, colour, rim: true });
  drawPaused(parent, paused.map(scale.x), bottomY);
}

/** When the VMs of a datastore paused, ascending. */
function pausedInstants(name: string, context: ReportContext): number[] {
  return Object.entries(context.result.vms)
    .flatMap(([vm, { pausedAtMs }]) => (pausedAtMs !== null && context.datastoreOfVm.get(vm) === name ? [pausedAtMs] : []))
    .sort((a, b) => a - b);
}

/** Two upright strokes, the sign for pause, right of where VMs stop. */
function drawPaused(parent: Selection, xs: readonly number[], bottomY: number): void {
  const path = spaced(xs, 12)
    .map((x) => `M${round(x + 6)} ${round(bottomY - 14)}v9m5 -9v9`)
    .join('');
  parent.append('path').attr('d', path).attr('stroke', COLOURS.trouble).attr('stroke-width', 3).attr('fill', 'none');
}
