/**
 * What held tasks back, in the words of administrators: a transfer is a pipe from the source through host, proxy and network to the target, and the slowest
 * piece sets its pace. Besides that it may run at a limit of its own, or wait for slots.
 */
import type { Result, RunResult } from '../sim/result.ts';
import { formatShare, printable } from './units.ts';

/** By the kind of what a task's `bottleneck` names: while it reads. */
const PIECES: Record<string, string> = {
  datastore: 'source',
  array: 'source',
  vm: 'source',
  host: 'host',
  proxy: 'proxy',
  link: 'network',
  repository: 'target',
  'stream-limit': 'the stream rate',
  'security-software': 'security software',
};
const WAITING = 'waiting:';
/** Less is not worth a word. */
const LEAST_SHARE = 0.01;

export interface HeldBack {
  /** Milliseconds by what tasks name as their bottleneck, for example `repository:r1` or `waiting:proxy:p1`. */
  labels: Map<string, number>;
  /** From being queued to the end of the transfer, summed over the tasks. */
  totalMs: number;
}

export function heldBackBy(runs: readonly RunResult[], { scenario }: Result): HeldBack {
  const labels = new Map<string, number>();
  let totalMs = 0;
  for (const task of runs.flatMap((run) => run.tasks)) {
    const ms = (task.transferEndMs ?? task.endedMs ?? scenario.durationMs) - task.queuedMs;
    totalMs += ms;
    for (const [label, fraction] of Object.entries(task.bottleneck)) labels.set(label, (labels.get(label) ?? 0) + fraction * ms);
  }
  return { labels, totalMs };
}

/**
 * `Reading was held back by: target 72 % (repository r1), source 28 %. 40 % of the time its tasks waited, most for slots of repository r1.` Null: its tasks
 * neither read nor waited.
 */
export function bottleneckWords({ labels, totalMs }: HeldBack): string | null {
  const reading = new Map<string, number>();
  const waiting = new Map<string, number>();
  for (const [label, ms] of labels) {
    if (label.startsWith(WAITING)) waiting.set(label, ms);
    else if (PIECES[kindOf(label)] !== undefined) reading.set(label, ms);
  }
  const [readingMs, waitingMs] = [sumOf(reading), sumOf(waiting)];
  const sentences: string[] = [];
  if (readingMs > 0) sentences.push(`Reading was held back by: ${piecesOf(reading, readingMs)}.`);
  const [longest] = largestFirst(waiting);
  if (longest !== undefined && waitingMs / totalMs >= LEAST_SHARE)
    sentences.push(`${formatShare(waitingMs / totalMs)} of the time its tasks waited, most for ${lackOf(longest[0])}.`);
  return sentences.length === 0 ? null : sentences.join(' ');
}

function piecesOf(reading: Map<string, number>, totalMs: number): string {
  const pieces = new Map<string, number>();
  for (const [label, ms] of reading) {
    const piece = PIECES[kindOf(label)] as string;
    pieces.set(piece, (pieces.get(piece) ?? 0) + ms);
  }
  return largestFirst(pieces)
    .filter(([, ms]) => ms / totalMs >= LEAST_SHARE)
    .map(([piece, ms], index) => {
      const [most] = index === 0 ? largestFirst(reading).filter(([label]) => PIECES[kindOf(label)] === piece) : [];
      return `${piece} ${formatShare(ms / totalMs)}${most === undefined ? '' : placeOf(most[0])}`;
    })
    .join(', ');
}

function lackOf(label: string): string {
  const [kind = '', ...rest] = label.slice(WAITING.length).split(':');
  const name = printable(rest.join(':'));
  if (kind === 'vm') return `VM ${name}, which another task had`;
  return `${kind === 'datastore' ? 'snapshot slots' : 'slots'} of ${kind} ${name}`;
}

function kindOf(label: string): string {
  return label.split(':', 1)[0] as string;
}

/** Which one it was, where the piece of the pipe does not say it. */
function placeOf(label: string): string {
  const [kind = '', ...name] = label.split(':');
  return name.length === 0 ? '' : ` (${kind === 'stream-limit' ? 'job' : kind} ${printable(name.join(':'))})`;
}

function sumOf(labels: Map<string, number>): number {
  return [...labels.values()].reduce((sum, ms) => sum + ms, 0);
}

function largestFirst(labels: Map<string, number>): [string, number][] {
  return [...labels].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
