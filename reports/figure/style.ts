/** Colours, type and small drawing helpers of the figure. */
import type { Selection } from 'd3-node';
import { printable } from '../units.ts';

/** After Okabe and Ito: told apart with any colour vision; each use has a second mark (shape, height or hatching) as well. */
export const COLOURS = {
  waiting: '#999999',
  transferring: '#0072B2',
  consolidating: '#E69F00',
  overlap: '#F0E442',
  trouble: '#D55E00',
  space: '#009E73',
  ink: '#1b1b1b',
  faint: '#5f6368',
  grid: '#e3e5e8',
  paper: '#ffffff',
};

export const FONT = "system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif";

/** Where the time axis lies: pixels of its two ends, and the instants there. */
export interface TimeScale {
  leftX: number;
  rightX: number;
  x: (atMs: number) => number;
}

export interface TextOptions {
  size?: number;
  anchor?: 'start' | 'middle' | 'end';
  colour?: string;
  weight?: number;
  /** A rim in the colour of the paper, for text over lines. */
  rim?: boolean;
}

export function drawText(parent: Selection, x: number, y: number, text: string, options: TextOptions = {}): void {
  const element = parent
    .append('text')
    .attr('x', round(x))
    .attr('y', round(y))
    .attr('font-size', options.size ?? 12)
    .attr('text-anchor', options.anchor ?? 'start')
    .attr('fill', options.colour ?? COLOURS.ink)
    .text(printable(text));
  if (options.weight !== undefined) element.attr('font-weight', options.weight);
  if (options.rim) element.attr('stroke', COLOURS.paper).attr('stroke-width', 4).attr('stroke-linejoin', 'round').attr('paint-order', 'stroke');
}

export function drawLine(parent: Selection, x1: number, y1: number, x2: number, y2: number, colour: string, dash?: string): void {
  const line = parent.append('line').attr('x1', round(x1)).attr('y1', round(y1)).attr('x2', round(x2)).attr('y2', round(y2)).attr('stroke', colour);
  if (dash !== undefined) line.attr('stroke-dasharray', dash);
}

/** A hundredth of a pixel is enough, and keeps the file small. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function boxPath(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** Ascending positions without those closer than `distance` to the last kept: marks closer than they are wide would be a smear. */
export function spaced(xs: readonly number[], distance: number): number[] {
  const kept: number[] = [];
  for (const x of xs) if (x - (kept.at(-1) ?? -Infinity) >= distance) kept.push(x);
  return kept;
}
