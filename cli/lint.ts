/** `overrun lint SCENARIO`: what can be said without simulating. */
import { formatLintNotes, type LintNote, lintScenario } from '../scenarios/index.ts';
import { decodeText, readInput } from './files.ts';
import { load } from './load.ts';
import { writeStdout } from './stdout.ts';

export interface LintArguments {
  scenario: string;
  format: 'text' | 'json';
  sets: string[];
}

const FORMAT = 'overrun/lint@1';

/** Warnings are no failure. @throws UserError for a scenario that cannot be read or is not valid. */
export async function lint({ scenario, format, sets }: LintArguments): Promise<void> {
  const text = decodeText(scenario, await readInput(scenario));
  const loaded = load({ path: scenario, text, sets, seed: null, policy: null });
  const notes = lintScenario(loaded);
  await writeStdout(format === 'json' ? lintJson(loaded.plan.name, notes) : formatLintNotes(notes));
}

/** One JSON document that ends with LF. */
function lintJson(name: string, notes: readonly LintNote[]): string {
  const counts: Record<string, number> = {};
  for (const { check } of notes) counts[check] = (counts[check] ?? 0) + 1;
  const listed = notes.map(({ check, path, line, column, text, help }) => ({ check, severity: 'warning', path, line, column, text, help }));
  return `${JSON.stringify({ schema: FORMAT, scenario: name, warnings: notes.length, counts, notes: listed }, null, 2)}\n`;
}
