/** Where the package lies, and the versions of the program and of everything it writes. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOG_VERSION } from '../sim/kernel/log.ts';
import type { Result } from '../sim/result.ts';

const RESULT_SCHEMA: Result['schema'] = 'overrun/result@1';
const SCENARIO_FORMAT = 1;

/** The folder of package.json: one level above the sources, two above the built program. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

export function programVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
}

/** What `--version` prints. */
export function versionText(): string {
  return [`overrun ${programVersion()}`, `scenario format ${SCENARIO_FORMAT}`, `result format ${RESULT_SCHEMA}`, `log format ${LOG_VERSION}`].join(
    '\n',
  );
}
