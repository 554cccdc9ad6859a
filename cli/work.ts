/**
 * The working thread: reads the scenario, simulates, writes. It is a thread of its own because a simulation is one long computation, and
 * the commanding thread must stay free to hear Ctrl-C.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { type ReportContext, reportContext } from '../reports/context.ts';
import { recoveryCsv, seriesCsv, tasksCsv } from '../reports/csv.ts';
import { timelineFigure } from '../reports/figure.ts';
import { jsonReport } from '../reports/json.ts';
import { pageReport, quietReport } from '../reports/page.ts';
import { type Series, samplingInterval, seriesCollector } from '../reports/series.ts';
import { textReport } from '../reports/text.ts';
import { EventLimitError, type SimulateOptions, simulate } from '../sim/index.ts';
import type { Plan } from '../sim/plan.ts';
import { UserError } from './errors.ts';
import { explainWork } from './explain-work.ts';
import { openPieces } from './files.ts';
import { nodeSha256 } from './hash.ts';
import { loadPlan, readInstants } from './load.ts';
import type { RunRequest, WorkRequest } from './messages.ts';
import { colourful, print, progressTeller, tell } from './thread.ts';

function work(request: WorkRequest): Promise<void> {
  return request.command === 'run' ? run(request) : explainWork(request);
}

async function run(request: RunRequest): Promise<void> {
  const plan = loadPlan(request);
  tell({ kind: 'seed', seed: plan.seed });
  const recoveryAt = readInstants(plan, request.instants);
  const { context, series } = perform(plan, request.folder, recoveryAt.length === 0 ? {} : { recoveryAt });
  if (request.folder !== null) {
    await writeFiles(request.folder, context, series);
    tell({ kind: 'files-written' });
  }
  await print(output(request, context));
  tell({ kind: 'done' });
}

/** The event log and the changes of what can be restored are written as they come: they may be larger than the memory. */
function perform(plan: Plan, folder: string | null, asked: Pick<SimulateOptions, 'recoveryAt'>): { context: ReportContext; series: Series } {
  const onProgress = progressTeller();
  const { series, onSample } = seriesCollector();
  const hash = nodeSha256();
  if (folder === null) return { context: reportContext(plan, simulate(plan, { ...asked, hash, onProgress })), series };
  const log = openPieces(join(folder, 'events.ndjson'));
  const recovery = openPieces(join(folder, 'recovery.csv'));
  const changes = recoveryCsv(plan.zone, recovery.write);
  const result = simulate(plan, {
    ...asked,
    onEvent: (line) => log.write(`${line}\n`),
    sample: { everyMs: samplingInterval(plan.durationMs, plan.datastores.length), onSample },
    onRecoveryChange: changes.add,
    hash,
    onProgress,
  });
  log.close();
  changes.end();
  recovery.close();
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

function output(request: RunRequest, context: ReportContext): Iterable<string> {
  if (request.format === 'json') return jsonReport(context);
  const paint = request.colour ? colourful : undefined;
  if (request.quiet) return [quietReport(context, paint)];
  return [request.all ? textReport(context, paint) : pageReport(context, explainWords(request), paint)];
}

/** What `explain` has to be told to see the same run. */
function explainWords({ path, sets, seed, policy }: RunRequest): string[] {
  const [seedWords, policyWords] = [seed === null ? [] : ['--seed', seed], policy === null ? [] : ['--policy', policy.path]];
  return [path, ...sets.flatMap((set) => ['--set', set]), ...seedWords, ...policyWords];
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
