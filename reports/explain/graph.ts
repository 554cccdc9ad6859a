/** The chain of causes as a picture: each step a box, the effect on top, arrows from cause to effect, lines of the file beside the steps. */
import { formatInstant } from '../time.ts';
import { printable, shorten } from '../units.ts';
import type { ExplainedStep, Explanation } from './explain.ts';

const LINE_CHARACTERS = 56;
const LABEL_LINES = 4;
const MAX_INPUTS = 4;

/** A directed graph for Graphviz, with a final LF. */
export function explainDot(explanation: Explanation): string {
  const lines = [
    'digraph explanation {',
    `  label=${quoted(explanation.target.sentence)};`,
    '  node [shape=box, fontname="sans-serif", fontsize=10];',
    `  effect [label=${quoted(wrapped(explanation.target.sentence).join('\n'))}, style=bold];`,
    ...inputNodes('effect', explanation.inputs.map(placeText)),
  ];
  for (const step of explanation.steps) {
    lines.push(
      `  ${step.step.id} [label=${quoted(labelOf(step, explanation).join('\n'))}];`,
      ...inputNodes(step.step.id, step.inputs.map(placeText)),
    );
  }
  for (const first of firstSteps(explanation)) lines.push(`  ${first} -> effect;`);
  for (const { step } of explanation.steps) for (const cause of step.causes) lines.push(`  ${cause.id} -> ${step.id};`);
  return `${[...lines, '}'].join('\n')}\n`;
}

/** Steps that hold the events from which the walk began. */
function firstSteps({ steps, target }: Explanation): string[] {
  const wanted = new Set(target.events);
  return steps.filter(({ step }) => step.events.some((event) => wanted.has(event.id))).map(({ step }) => step.id);
}

function inputNodes(owner: string, places: readonly string[]): string[] {
  return places.flatMap((place) => [`  ${quoted(place)} [shape=note, style=dashed];`, `  ${quoted(place)} -> ${owner} [style=dashed];`]);
}

function placeText({ file, line, path }: { file: string; line: number; path: string }): string {
  return `${file}:${line}  ${path}`;
}

function quoted(text: string): string {
  const safe = text.split('\n').map((line) => printable(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  return `"${safe.join('\\n')}"`;
}

function labelOf({ step, sentence }: ExplainedStep, { context }: Explanation): string[] {
  return [formatInstant(context.zone, step.events[0]?.atMs ?? 0), ...wrapped(sentence)];
}

/** At most four lines; the rest is cut. */
function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of printable(text).split(' ')) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + 1 + word.length > LINE_CHARACTERS) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  const shown = lines.slice(0, LABEL_LINES);
  if (lines.length > LABEL_LINES) shown[LABEL_LINES - 1] = `${shown[LABEL_LINES - 1]} ...`;
  return shown.map((line) => shorten(line, LINE_CHARACTERS + 4));
}

const BOX_X = 150;
const BOX_WIDTH = 400;
const INPUT_X = 580;
const WIDTH = 1100;
const LINE_HEIGHT = 15;
const GAP = 26;

interface Box {
  id: string;
  topY: number;
  height: number;
  lines: string[];
  places: string[];
}

/** A stand-alone SVG document, 1100 pixels wide, with a final LF. */
export function explainSvg(explanation: Explanation): string {
  const boxes = layOut(explanation);
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const height = (boxes.at(-1)?.topY ?? 0) + (boxes.at(-1)?.height ?? 0) + GAP;
  const arrows = [
    ...firstSteps(explanation).map((id) => [id, 'effect'] as const),
    ...explanation.steps.flatMap(({ step }) => step.causes.map((cause) => [cause.id, step.id] as const)),
  ];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(explanation.target.sentence)}</title>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...arrows.flatMap(([from, to]) => arrow(byId.get(from), byId.get(to))),
    ...boxes.flatMap(drawBox),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function layOut(explanation: Explanation): Box[] {
  const entries = [
    { id: 'effect', lines: wrapped(explanation.target.sentence), inputs: explanation.inputs },
    ...explanation.steps.map((step) => ({ id: step.step.id, lines: labelOf(step, explanation), inputs: step.inputs })),
  ];
  let topY = GAP;
  return entries.map(({ id, lines, inputs }) => {
    const more = inputs.length > MAX_INPUTS ? [`and ${inputs.length - MAX_INPUTS} more`] : [];
    const places = [...inputs.slice(0, MAX_INPUTS).map(placeText), ...more];
    const box = { id, topY, lines, places, height: Math.max(lines.length, places.length) * LINE_HEIGHT + 12 };
    topY += box.height + GAP;
    return box;
  });
}

function drawBox({ id, topY, height, lines, places }: Box): string[] {
  const stroke = id === 'effect' ? '#b00020' : '#444';
  const text = (x: number, line: string, index: number, colour: string) =>
    `<text x="${x}" y="${topY + 6 + (index + 0.8) * LINE_HEIGHT}" fill="${colour}">${escaped(line)}</text>`;
  return [
    `<rect x="${BOX_X}" y="${topY}" width="${BOX_WIDTH}" height="${height}" rx="4" fill="#f7f7f7" stroke="${stroke}"/>`,
    ...lines.map((line, index) => text(BOX_X + 8, line, index, '#111')),
    ...places.map((line, index) => text(INPUT_X, shorten(line, 80), index, '#555')),
  ];
}

/** Neighbours by a straight line, others by an arc on the left that is the wider, the farther they are apart. */
function arrow(from: Box | undefined, to: Box | undefined): string[] {
  if (from === undefined || to === undefined) return [];
  const attributes = 'fill="none" stroke="#444" marker-end="url(#tip)"';
  const isNext = from.topY > to.topY && from.topY - (to.topY + to.height) <= GAP;
  if (isNext) return [`<path d="M${BOX_X + 40} ${from.topY}V${to.topY + to.height}" ${attributes}/>`];
  const [startY, endY] = [from.topY + from.height / 2, to.topY + to.height / 2];
  const bulge = Math.min(140, 20 + Math.abs(startY - endY) / 6);
  return [`<path d="M${BOX_X} ${startY}C${BOX_X - bulge} ${startY} ${BOX_X - bulge} ${endY} ${BOX_X} ${endY}" ${attributes}/>`];
}

function escaped(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
