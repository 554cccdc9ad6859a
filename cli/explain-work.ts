/** The work of `explain`: one run with its log, the walk over it, and a re-run for each thing that is taken out. */
import { readFileSync } from 'node:fs';
import { reportContext } from '../reports/context.ts';
import { type Change, changesOf } from '../reports/explain/changes.ts';
import { EventBook } from '../reports/explain/events.ts';
import { type Explanation, explain } from '../reports/explain/explain.ts';
import { explainDot, explainSvg } from '../reports/explain/graph.ts';
import type { Locate } from '../reports/explain/inputs.ts';
import { explainJson } from '../reports/explain/json.ts';
import { impossible, type Outcome, outcomeOf } from '../reports/explain/outcome.ts';
import { type Effect, findTarget, type Target, UnknownTarget } from '../reports/explain/target.ts';
import { explainText } from '../reports/explain/text.ts';
import { type LoadedScenario, ScenarioErrors } from '../scenarios/index.ts';
import { simulate, simulateFigures } from '../sim/index.ts';
import { UserError } from './errors.ts';
import { decodeText, replaceFile } from './files.ts';
import { load, tryLoad } from './load.ts';
import { meant } from './meant.ts';
import type { ExplainRequest } from './messages.ts';
import { colourful, print, progressTeller, tell } from './thread.ts';

/** How much of the progress line the first run gets; how many re-runs follow is known only after it. */
const FIRST_RUN_SHARE = 0.15;

const OTHERWISE = '; it can be a finding such as F1, a run such as nightly#1, or the name of a VM, a datastore or a job';

/** @throws UserError for a scenario that is not valid or a name that nothing has. */
export async function explainWork(request: ExplainRequest): Promise<void> {
  const loaded = load(request);
  const { plan } = loaded;
  tell({ kind: 'seed', seed: plan.seed });
  const onProgress = progressTeller();
  const book = new EventBook();
  const result = simulate(plan, {
    onEvent: (line) => book.add(line),
    onProgress: (fraction) => onProgress(fraction * FIRST_RUN_SHARE),
  });
  const context = reportContext(plan, result);
  const target = named(request, () => findTarget(request.target, plan, context, book));
  const locate = locator(request, loaded);
  const explanation = explain(target, plan, context, book, locate);
  const text = written(request, explanation, () => rerunAll(request, target, changesOf(explanation, plan, locate), onProgress));
  if (request.out === null) await print([text]);
  else replaceFile(request.out, text);
  tell({ kind: 'done' });
}

function named(request: ExplainRequest, find: () => Target | null): Target {
  try {
    const target = find();
    if (target !== null) return target;
  } catch (error) {
    if (!(error instanceof UnknownTarget)) throw error;
    throw new UserError(`overrun explain: error: ${error.message}${meant(request.target ?? '', error.known, { otherwise: OTHERWISE })}`);
  }
  throw new UserError('overrun explain: error: there is no finding to explain; name a VM, a datastore or a run such as nightly#1');
}

/** A picture shows the chain only: it needs no re-runs. */
function written({ format, colour }: ExplainRequest, explanation: Explanation, rerun: () => Outcome[]): string {
  if (format === 'dot') return explainDot(explanation);
  if (format === 'svg') return explainSvg(explanation);
  if (format === 'json') return explainJson(explanation, rerun());
  return explainText(explanation, rerun(), colour ? colourful : undefined);
}

/** Where a path stands, with its line. */
function locator({ path, text }: ExplainRequest, { locate }: LoadedScenario): Locate {
  const files = new Map([[path, text.split('\n')]]);
  return (wanted) => {
    const place = locate(wanted);
    if (place === null) return null;
    const lines = files.get(place.path) ?? decodeText(place.path, readFileSync(place.path)).split('\n');
    files.set(place.path, lines);
    return { file: place.path, line: place.line, text: lines[place.line - 1]?.trim() ?? null };
  };
}

function rerunAll(request: ExplainRequest, { effect, atMs }: Target, changes: readonly Change[], onProgress: (fraction: number) => void): Outcome[] {
  if (effect === null) return [];
  return changes.map((change, index) => {
    const onRunProgress = (fraction: number) => onProgress(FIRST_RUN_SHARE + ((1 - FIRST_RUN_SHARE) * (index + fraction)) / changes.length);
    return rerun(request, change, effect, atMs, onRunProgress);
  });
}

/** With the change laid over the file, as `--set` would. */
function rerun(request: ExplainRequest, change: Change, effect: Effect, atMs: number, onProgress: (fraction: number) => void): Outcome {
  try {
    const { plan } = tryLoad({ ...request, sets: [...request.sets, ...change.sets] });
    return outcomeOf(change, effect, atMs, simulateFigures(plan, { onProgress }));
  } catch (error) {
    if (error instanceof ScenarioErrors) return impossible(change, error.errors[0]?.text ?? 'the scenario is not valid');
    throw error;
  }
}
