/** From the text of a scenario to its plan, with errors as the command line tells them. */
import { readFileSync } from 'node:fs';
import { formatScenarioErrors, type LoadedScenario, loadScenario, parseInstant, ScenarioErrors, UnitError } from '../scenarios/index.ts';
import type { Plan } from '../sim/plan.ts';
import { UserError } from './errors.ts';
import { decodeText, readInput } from './files.ts';

export interface LoadRequest {
  /** As the user named it; for error messages and for what it extends. */
  path: string;
  text: string;
  sets: string[];
  seed: string | null;
  /** From --policy. */
  policy: { path: string; text: string } | null;
}

/** The file that --policy names, if it names one. @throws UserError when it cannot be read. */
export async function readPolicy(path: string | undefined): Promise<LoadRequest['policy']> {
  return path === undefined ? null : { path, text: decodeText(path, await readInput(path)) };
}

/** @throws UserError with everything that is wrong. */
export function loadPlan(request: LoadRequest): Plan {
  return load(request).plan;
}

/** @throws UserError with everything that is wrong. */
export function load(request: LoadRequest): LoadedScenario {
  try {
    return tryLoad(request);
  } catch (error) {
    if (error instanceof ScenarioErrors) throw new UserError(formatScenarioErrors(error.errors));
    throw error;
  }
}

/** Milliseconds since the start. @throws UserError naming the flag. */
export function readInstants(plan: Plan, texts: readonly string[]): number[] {
  return texts.map((text) => {
    try {
      return parseInstant(plan, text);
    } catch (error) {
      if (error instanceof UnitError) throw new UserError(`--at: error: ${error.message}\n  expected: ${error.expected}`);
      throw error;
    }
  });
}

/** @throws ScenarioErrors with everything that is wrong. */
export function tryLoad({ path, text, sets, seed, policy }: LoadRequest): LoadedScenario {
  const readFile = (base: string) => decodeText(base, readFileSync(base));
  const given = { ...(seed === null ? {} : { seed }), ...(policy === null ? {} : { policy }) };
  return loadScenario({ path, text, readFile, sets, ...given, timeZoneData: process.versions.tz ?? 'unknown' });
}
