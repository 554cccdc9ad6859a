/** What the engines are compared on: every bundled scenario, generated scenario files, generated plans. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as scenarios from '../../scenarios/index.ts';
import * as sim from '../../sim/index.ts';
import { arbitraryScenario } from '../agreement/scenario.ts';
import { arbitraryPlan } from '../sim/arbitrary-plan.ts';
import { type Case, fingerprints, loadPlan, type Print, type Workload } from './program.ts';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');
/** Of each kind, so that there are 200 in all. */
const GENERATED = 100;
const SOURCES = { ...scenarios, ...sim };

/** The same at each call: case n of a kind is the first draw of seed n. */
export function makeWorkload(): Workload {
  const files: Record<string, string> = {};
  for (const name of readdirSync(SCENARIOS, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.yaml')) files[name.replaceAll('\\', '/')] = readFileSync(join(SCENARIOS, name), 'utf8');
  const seeds = Array.from({ length: GENERATED }, (_, index) => index + 1);
  for (const seed of seeds) files[`generated/${seed}.json`] = JSON.stringify(draw(arbitraryScenario, seed));
  const cases: Case[] = Object.keys(files).map((path) => ({ name: path, plan: loadPlan(SOURCES, files, path), path }));
  for (const seed of seeds) cases.push({ name: `generated plan ${seed}`, plan: draw(arbitraryPlan, seed), path: null });
  // The engines get the plans as JSON, so that is what is simulated here.
  return JSON.parse(JSON.stringify({ files, cases }));
}

/** What the sources make of a workload on this Node: what the others are held to. */
export function expectedPrints(workload: Workload): Promise<Print[]> {
  return fingerprints(SOURCES, workload);
}

function draw<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  const [drawn] = fc.sample(arbitrary, { seed, numRuns: 1 });
  return drawn as T;
}

export interface Comparison {
  /** One line for each case on which the engines differ, naming what differs: `case: fingerprint, result`. */
  differences: string[];
  /** Cases loaded with other time-zone data, where the loaded plans cannot be compared. */
  otherZoneData: string[];
}

export function compare(expected: readonly Print[], actual: readonly Print[]): Comparison {
  const comparison: Comparison = { differences: [], otherZoneData: [] };
  const byName = new Map(actual.map((print) => [print.name, print]));
  for (const print of expected) {
    const other = byName.get(print.name);
    const sameZone = other?.zone === print.zone;
    if (other !== undefined && !sameZone) comparison.otherZoneData.push(print.name);
    const compared = [...(sameZone ? (['loaded'] as const) : []), ...(['fingerprint', 'samples', 'result'] as const)];
    const parts = compared.filter((part) => other?.[part] !== print[part]);
    if (parts.length > 0) comparison.differences.push(`${print.name}: ${parts.join(', ')}`);
  }
  return comparison;
}
