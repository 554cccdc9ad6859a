/** One scenario document, played by the engine and by the independent integrator. */
import { loadScenario } from '../../scenarios/index.ts';
import { type Result, type SimulateOptions, simulate } from '../../sim/index.ts';
import { integrate } from '../oracle/integrate.ts';
import { differences, type Figures, TOLERANCE, type Tolerance } from './comparison.ts';
import type { ScenarioDocument } from './scenario.ts';
import { WorkLog } from './works.ts';

const HOUR_MS = 3_600_000;

export function playEngine(document: ScenarioDocument, options?: SimulateOptions): Result {
  const source = { path: 'agreement.json', text: JSON.stringify(document), readFile: noFile };
  return simulate(loadScenario(source).plan, options);
}

/** What the comparison needs of the engine's result and log. */
export function figuresOf(document: ScenarioDocument): Figures {
  const log = new WorkLog();
  const result = playEngine(document, { onEvent: (line) => log.read(line) });
  return { ...result, works: log.works };
}

/** Differences of engine and integrator; `redrawn` where the integrator's own answer depends on its step, so that it is no judge. */
export function compare(document: ScenarioDocument, tolerance: Tolerance = TOLERANCE): string[] | 'redrawn' {
  const coarse = integrate(document, { stepMs: HOUR_MS });
  const fine = integrate(document, { stepMs: HOUR_MS / 2 });
  if (differences(coarse, fine, tolerance).length > 0) return 'redrawn';
  const figures = figuresOf(document);
  const found = differences(figures, fine, tolerance);
  // What a finer step takes away is an error of the step.
  return found.length === 0 ? found : differences(figures, integrate(document, { stepMs: HOUR_MS / 12 }), tolerance);
}

function noFile(path: string): string {
  throw new Error(`${path}: a scenario of this test stands alone`);
}
