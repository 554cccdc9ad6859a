/** `overrun run SCENARIO --plan`: when the schedules fire, without simulating. */
import { firingsJson, firingsText } from '../reports/firings.ts';
import { upcomingFirings } from '../sim/schedule/upcoming.ts';
import { UserError } from './errors.ts';
import { decodeText, readInput } from './files.ts';
import { loadPlan } from './load.ts';
import { writeStdout } from './stdout.ts';

export interface PlanArguments {
  scenario: string;
  format: 'text' | 'json';
  seed: string | undefined;
  sets: string[];
  /** Firings of each schedule; undefined: ten. */
  limit: string | undefined;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100_000;

/** @throws UserError for a scenario or a limit that is not valid. */
export async function listFirings({ scenario, format, seed, sets, limit: stated }: PlanArguments): Promise<void> {
  const limit = readLimit(stated);
  const text = decodeText(scenario, await readInput(scenario));
  const plan = loadPlan({ path: scenario, text, sets, seed: seed ?? null, policy: null });
  const listed = upcomingFirings(plan, limit);
  await writeStdout(format === 'json' ? firingsJson(plan, listed, limit) : firingsText(plan, listed, limit));
}

function readLimit(stated: string | undefined): number {
  if (stated === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]+$/.test(stated) ? Number(stated) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw new UserError(`--limit: error: ${stated} is not a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}
