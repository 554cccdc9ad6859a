/** `overrun init`: a starter scenario. */
import { existsSync } from 'node:fs';
import { starterScenario } from '../scenarios/index.ts';
import { UserError } from './errors.ts';
import { replaceFile } from './files.ts';
import { writeStdout } from './stdout.ts';

/** To standard output, or to a file that does not exist yet: a starter must not wipe out somebody's scenario. */
export async function init(options: { out: string | undefined; quiet: boolean }): Promise<void> {
  if (options.out === undefined) return writeStdout(starterScenario());
  if (existsSync(options.out)) throw new UserError(`--out ${options.out}: error: exists already; choose another name`);
  replaceFile(options.out, starterScenario());
  if (!options.quiet) process.stderr.write(`wrote ${options.out}; now: overrun run ${options.out}\n`);
}
