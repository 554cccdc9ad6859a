/** `overrun explain SCENARIO [FINDING|NAME]`: from an effect back to the lines of the file, and what was necessary for it. */
import { decodeText, readInput } from './files.ts';
import { readPolicy } from './load.ts';
import type { ExplainRequest } from './messages.ts';
import { wantsColour } from './stdout.ts';
import { supervise } from './supervise.ts';

export interface ExplainArguments {
  scenario: string;
  target: string | undefined;
  format: ExplainRequest['format'];
  out: string | undefined;
  seed: string | undefined;
  sets: string[];
  /** File with a policy. */
  policy: string | undefined;
  quiet: boolean;
  noColor: boolean;
}

/** @throws UserError for a scenario that is not valid, a name that nothing has, or a file that cannot be written. */
export async function explain(options: ExplainArguments): Promise<void> {
  const { scenario, target, format, out, seed, sets, quiet, noColor } = options;
  const text = decodeText(scenario, await readInput(scenario));
  const policy = await readPolicy(options.policy);
  const colour = out === undefined && wantsColour(noColor);
  await supervise(
    { command: 'explain', policy, path: scenario, text, sets, seed: seed ?? null, target: target ?? null, format, quiet, colour, out: out ?? null },
    null,
  );
  if (out !== undefined && !quiet) process.stderr.write(`wrote ${out}\n`);
}
