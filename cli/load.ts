/** From the text of a scenario to its plan, with errors as the command line tells them. */
import { readFileSync } from 'node:fs';
import { formatScenarioErrors, loadScenario, ScenarioErrors } from '../scenarios/index.ts';
import type { Plan } from '../sim/plan.ts';
import { UserError } from './errors.ts';
import { decodeText } from './files.ts';

export interface LoadRequest {
  /** As the user named it; for error messages and for what it extends. */
  path: string;
  text: string;
  sets: string[];
  seed: string | null;
  /** From --policy. */
  policy: { path: string; text: string } | null;
}

/** @throws UserError with everything that is wrong. */
export function loadPlan({ path, text, sets, seed, policy }: LoadRequest): Plan {
  const readFile = (base: string) => decodeText(base, readFileSync(base));
  try {
    const given = { ...(seed === null ? {} : { seed }), ...(policy === null ? {} : { policy }) };
    return loadScenario({ path, text, readFile, sets, ...given, timeZoneData: process.versions.tz ?? 'unknown' }).plan;
  } catch (error) {
    if (error instanceof ScenarioErrors) throw new UserError(formatScenarioErrors(error.errors));
    throw error;
  }
}
