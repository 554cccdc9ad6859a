/** One picture of a run: the jobs' runs over the datastores' fill, on one time axis in local time. Stand-alone SVG. */
import type { D3Node, Selection } from 'd3-node';
import type { ReportContext } from './context.ts';
import { drawTimeAxis, timeTicks } from './figure/axis.ts';
import { drawDatastores, PANEL_GAP, planDatastores } from './figure/datastores.ts';
import { crossPath, drawJobs, jobPanelHeight, PHASE_LOOKS, planJobs, trianglePath } from './figure/jobs.ts';
import { boxPath, COLOURS, drawText, FONT, type TimeScale } from './figure/style.ts';
import type { Series } from './series.ts';
import { formatInstant } from './time.ts';
import { printable, shorten } from './units.ts';
import { headline } from './verdict.ts';

const WIDTH = 1200;
const MIN_HEIGHT = 700;
const LEFT_X = 150;
const RIGHT_X = WIDTH - 28;
const TOP_Y = 96;
const AXIS_HEIGHT = 52;
const MIN_PANEL_HEIGHT = 64;

/** The library takes half a second and a few hundred megabytes: loaded with the first figure, and one document serves all. */
let surface: Promise<D3Node> | null = null;

function openSurface(): Promise<D3Node> {
  surface ??= import('d3-node').then(({ D3Node }) => new D3Node());
  return surface;
}

/** An SVG document, 1200 pixels wide and 700 high or more. `series` holds samples of each datastore's used bytes. */
export async function timelineFigure(context: ReportContext, series: Series): Promise<string> {
  const d3n = await openSurface();
  const jobs = planJobs(context);
  const space = planDatastores(context);
  const laneHeight = Math.max(8, Math.min(20, Math.floor(200 / Math.max(1, jobs.lanes))));
  const jobsHeight = jobPanelHeight(jobs, laneHeight);
  const spaceTopY = TOP_Y + jobsHeight + 6;
  const panels = Math.max(1, space.names.length);
  const moreHeight = space.hidden > 0 ? 24 : 0;
  const roomForPanels = MIN_HEIGHT - AXIS_HEIGHT - spaceTopY - moreHeight - panels * PANEL_GAP;
  const panelHeight = Math.max(MIN_PANEL_HEIGHT, roomForPanels / panels);
  const bottomY = spaceTopY + panels * (panelHeight + PANEL_GAP) + moreHeight;
  const height = Math.ceil(bottomY + AXIS_HEIGHT);

  const { durationMs } = context.result.scenario;
  const scale: TimeScale = { leftX: LEFT_X, rightX: RIGHT_X, x: (atMs) => LEFT_X + (atMs / durationMs) * (RIGHT_X - LEFT_X) };
  const svg = d3n.createSVG(WIDTH, height, { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-labelledby': 'title desc', 'font-family': FONT });
  try {
    drawHead(svg, context, height);
    drawTimeAxis(svg, timeTicks(context.zone, durationMs), scale, TOP_Y, bottomY);
    drawJobs(svg, jobs, context, scale, TOP_Y, laneHeight);
    drawDatastores(svg, space, context, series, scale, spaceTopY, panelHeight);
    drawText(svg, WIDTH - 28, height - 10, `local time, ${context.result.scenario.timezone}`, { anchor: 'end', size: 11, colour: COLOURS.faint });
    return `${new d3n.window.XMLSerializer().serializeToString(svg.node())}\n`;
  } finally {
    svg.remove();
  }
}

function drawHead(svg: Selection, context: ReportContext, height: number): void {
  const { scenario } = context.result;
  const { word, sentence } = headline(context);
  svg
    .append('title')
    .attr('id', 'title')
    .text(printable(`${scenario.name}: ${word}`));
  const from = formatInstant(context.zone, 0);
  const until = formatInstant(context.zone, scenario.durationMs);
  svg
    .append('desc')
    .attr('id', 'desc')
    .text(printable(`Runs of each job above the space used on each datastore, ${from} to ${until}. ${sentence}`));
  const hatch = svg
    .append('defs')
    .append('pattern')
    .attr('id', 'hatch')
    .attr('width', 4)
    .attr('height', 4)
    .attr('patternUnits', 'userSpaceOnUse')
    .attr('patternTransform', 'rotate(45)');
  hatch.append('rect').attr('width', 4).attr('height', 4).attr('fill', COLOURS.consolidating);
  hatch.append('rect').attr('width', 1.2).attr('height', 4).attr('fill', '#7a5200');
  svg.append('rect').attr('width', WIDTH).attr('height', height).attr('fill', COLOURS.paper);
  drawText(svg, 28, 34, shorten(`${word}: ${scenario.name}`, 90), { size: 20, weight: 700 });
  drawText(svg, 28, 58, shorten(sentence, 160), { size: 13, colour: COLOURS.faint });
  drawLegend(svg, context, 84);
}

/** Signs that do not occur are not explained. */
function drawLegend(svg: Selection, context: ReportContext, y: number): void {
  const runs = Object.values(context.result.jobs).flatMap((job) => job.runs);
  const group = svg.append('g');
  let x = 28;
  const entry = (label: string, path: string, look: { fill?: string; stroke?: string }) => {
    group
      .append('path')
      .attr('d', path)
      .attr('fill', look.fill ?? 'none')
      .attr('stroke', look.stroke ?? 'none')
      .attr('stroke-width', 2);
    drawText(group, x + 24, y, label, { size: 11, colour: COLOURS.faint });
    x += 24 + label.length * 6 + 16;
  };
  for (const look of Object.values(PHASE_LOOKS)) entry(look.label, boxPath(x, y - 4 - look.height * 5, 18, look.height * 10), look);
  entry('run active past the next due time', boxPath(x, y - 9, 18, 10), { fill: COLOURS.overlap });
  if (runs.some((run) => run.status === 'skipped')) entry('run skipped', crossPath(x + 12, y - 4), { stroke: COLOURS.trouble });
  if (runs.some((run) => run.status === 'failed')) entry('run failed', trianglePath(x + 12, y - 8), { fill: COLOURS.trouble });
  if (Object.values(context.result.vms).some((vm) => vm.pausedAtMs !== null)) {
    entry('VMs stop writing', `M${x + 9} ${y - 9}v9m5 -9v9`, { stroke: COLOURS.trouble });
  }
  entry('full: writes refused', `M${x} ${y - 4}h5m4 0h5m4 0h2`, { stroke: COLOURS.trouble });
}
