/**
 * The working thread of `run`: reads the scenario, simulates, writes. It is a thread of its own because a simulation is one long computation, and
 * the commanding thread must stay free to hear Ctrl-C.
 */
import { join } from 'node:path';
import { styleText } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { type ReportContext, reportContext } from '../reports/context.ts';
import { seriesCsv, tasksCsv } from '../reports/csv.ts';
import { timelineFigure } from '../reports/figure.ts';
import { jsonReport } from '../reports/json.ts';
import type { Emphasis, Paint } from '../reports/layout.ts';
import { type Series, samplingInterval, seriesCollector } from '../reports/series.ts';
import { textReport, verdictText } from '../reports/text.ts';
import { EventLimitError, simulate } from '../sim/index.ts';
import type { Plan } from '../sim/plan.ts';
import { UserError } from './errors.ts';
import { openPieces } from './files.ts';
import { loadPlan } from './load.ts';
import type { WorkMessage, WorkRequest } from './messages.ts';

const PIECE_CHARACTERS = 1 << 18;
const PROGRESS_EVERY_MS = 100;

const STYLES: Record<Emphasis, Parameters<typeof styleText>[0]> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  good: ['bold', 'green'],
  title: 'bold',
  faint: 'dim',
};

/** The caller has decided; styleText itself would look at this thread's streams, which are no terminals. */
const colourful: Paint = (emphasis, text) => styleText(STYLES[emphasis], text, { validateStream: false });

function tell(message: WorkMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(message);
}

function heard(): Promise<void> {
  return new Promise((resolve) => parentPort?.once('message', () => resolve()));
}

async function work(request: WorkRequest): Promise<void> {
  const plan = loadPlan(request);
  tell({ kind: 'seed', seed: plan.seed });
  const { context, series } = perform(plan, request.folder);
  if (request.folder !== null) {
    await writeFiles(request.folder, context, series);
    tell({ kind: 'files-written' });
  }
  for (const text of gathered(output(request, context))) {
    const answer = heard();
    tell({ kind: 'piece', text });
    await answer;
  }
  tell({ kind: 'done' });
}

/** The event log is written as it comes: it may be larger than the memory. */
function perform(plan: Plan, folder: string | null): { context: ReportContext; series: Series } {
  let toldAtMs = 0;
  const onProgress = (fractionDone: number) => {
    const nowMs = performance.now();
    if (nowMs - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = nowMs;
    tell({ kind: 'progress', fractionDone });
  };
  const { series, onSample } = seriesCollector();
  if (folder === null) return { context: reportContext(plan, simulate(plan, { onProgress })), series };
  const log = openPieces(join(folder, 'events.ndjson'));
  const result = simulate(plan, {
    onEvent: (line) => log.write(`${line}\n`),
    sample: { everyMs: samplingInterval(plan.durationMs, plan.datastores.length), onSample },
    onProgress,
  });
  log.close();
  return { context: reportContext(plan, result), series };
}

async function writeFiles(folder: string, context: ReportContext, series: Series): Promise<void> {
  writePieces(join(folder, 'result.json'), jsonReport(context));
  writePieces(join(folder, 'tasks.csv'), tasksCsv(context));
  writePieces(join(folder, 'series.csv'), seriesCsv(context, series));
  writePieces(join(folder, 'timeline.svg'), [await timelineFigure(context, series)]);
}

function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openPieces(path);
  for (const piece of pieces) file.write(piece);
  file.close();
}

function output(request: WorkRequest, context: ReportContext): Iterable<string> {
  if (request.format === 'json') return jsonReport(context);
  const paint = request.colour ? colourful : undefined;
  return [request.quiet ? verdictText(context, paint) : textReport(context, paint)];
}

/** Small pieces together, so that each is worth a message. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** A schedule every second over ten years is no bug of ours. */
function tooMuch(error: EventLimitError): string {
  const { path } = workerData as WorkRequest;
  return `${path}: error: the simulation does not come to an end: ${error.message}\n  expected: fewer runs or VMs, or a shorter duration`;
}

work(workerData as WorkRequest).catch((error: unknown) => {
  if (error instanceof UserError) tell({ kind: 'user-error', text: error.message });
  else if (error instanceof EventLimitError) tell({ kind: 'user-error', text: tooMuch(error) });
  else if (error instanceof Error) tell({ kind: 'bug', message: error.message, stack: error.stack });
  else tell({ kind: 'bug', message: String(error), stack: undefined });
});
