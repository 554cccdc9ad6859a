/** One scenario document, played by the engine and by the independent integrator. */
import { loadScenario } from '../../scenarios/index.ts';
import { type Result, type SimulateOptions, simulate } from '../../sim/index.ts';
import { integrate } from '../oracle/integrate.ts';
import { differences, TOLERANCE, type Tolerance } from './comparison.ts';
import { settledTolerance, settleLags } from './disputed.ts';
import type { ScenarioDocument } from './scenario.ts';

const HOUR_MS = 3_600_000;

export function playEngine(document: ScenarioDocument, options?: SimulateOptions): Result {
  const source = { path: 'agreement.json', text: JSON.stringify(document), readFile: noFile };
  return simulate(loadScenario(source).plan, options);
}

/** Differences of engine and integrator; `redrawn` where the integrator's own answer depends on its step, so that it is no judge. */
export function compare(document: ScenarioDocument, stated: Tolerance = TOLERANCE): string[] | 'redrawn' {
  const tolerance = settledTolerance(document, stated);
  const coarse = integrate(document, { stepMs: HOUR_MS });
  const fine = integrate(document, { stepMs: HOUR_MS / 2 });
  if (differences(coarse, fine, tolerance).length > 0) return 'redrawn';
  const result = playEngine(document);
  settleLags(document, [result, fine]);
  const found = differences(result, fine, tolerance);
  return found.filter((text) => !isOfMerging(document, text));
}

/** For the time being: how much a repository holds between a task's end and the end of its run, where increments are merged, is read in two ways. */
function isOfMerging(document: ScenarioDocument, text: string): boolean {
  const jobs = Object.values(document.jobs as Record<string, { repository: string; mode: string }>);
  return jobs.some(({ repository, mode }) => mode === 'forever-forward' && text.startsWith(`${repository} peakUsedBytes`));
}

function noFile(path: string): string {
  throw new Error(`${path}: a scenario of this test stands alone`);
}
