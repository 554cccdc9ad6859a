/** `overrun run SCENARIO`: simulate once and report. */
import { join } from 'node:path';
import { decodeText, openStaging, readInput } from './files.ts';
import { readPolicy } from './load.ts';
import { RESULT_FILES, type RunRequest } from './messages.ts';
import { wantsColour } from './stdout.ts';
import { supervise } from './supervise.ts';

export interface RunArguments {
  scenario: string;
  format: 'text' | 'json';
  out: string | undefined;
  seed: string | undefined;
  /** File with a policy. */
  policy: string | undefined;
  /** The whole report, also what matters less. */
  all: boolean;
  /** Instants at which to say what could be restored. */
  instants: string[];
  sets: string[];
  quiet: boolean;
  noColor: boolean;
}

export async function run(options: RunArguments): Promise<void> {
  const text = decodeText(options.scenario, await readInput(options.scenario));
  const policy = await readPolicy(options.policy);
  const staging = options.out === undefined ? null : openStaging(options.out, RESULT_FILES);
  const request: RunRequest = {
    command: 'run',
    path: options.scenario,
    text,
    sets: options.sets,
    seed: options.seed ?? null,
    policy,
    all: options.all,
    instants: options.instants,
    format: options.format,
    quiet: options.quiet,
    colour: wantsColour(options.noColor),
    folder: staging?.path ?? null,
  };
  try {
    await supervise(request, staging);
  } finally {
    staging?.discard();
  }
  if (options.out !== undefined && !options.quiet) {
    const folder = options.out;
    process.stderr.write(`wrote ${RESULT_FILES.map((name) => join(folder, name)).join(', ')}\n`);
  }
}
