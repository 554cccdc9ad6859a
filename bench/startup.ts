/** How long the built command takes to start, against Node with nothing to do. Needs `npm run build`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heading, median, printTable, WORK_FOLDER } from './measure.ts';

const ROUNDS = 15;
const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const SCENARIO = `overrun: 1
start: 2026-03-02T18:00
duration: 1d
datastores:
  ds1: { capacity: 1TiB }
vms:
  web: { datastore: ds1, size: 100GiB }
`;

/** Ends the process where it has nothing to measure. */
function built(): string {
  if (existsSync(MAIN)) return MAIN;
  console.error('dist/ is missing: npm run build');
  process.exit(1);
}

/** By the clock: this is what somebody at the keyboard waits for. */
function msOf(args: readonly string[]): number {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const ms = performance.now() - started;
  if (done.status !== 0) throw new Error(`node ${args.join(' ')} ended with status ${done.status}: ${done.stderr}`);
  return ms;
}

const main = built();
mkdirSync(WORK_FOLDER, { recursive: true });
const scenario = join(WORK_FOLDER, 'tiny.yaml');
writeFileSync(scenario, SCENARIO);
const commands: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['node -e 0', ['-e', '0']],
  ['overrun --version', [main, '--version']],
  ['overrun run tiny.yaml', [main, 'run', scenario]],
];

heading('startup');
for (const [, args] of commands) msOf(args);
const rounds = Array.from({ length: ROUNDS }, () => commands.map(([, args]) => msOf(args)));
const rows = [[`ms by the clock, medians of ${ROUNDS}`, '', 'ratio']];
for (const [index, [name]] of commands.entries())
  rows.push([
    name,
    median(rounds.map((round) => round[index] as number)).toFixed(0),
    median(rounds.map((round) => (round[index] as number) / (round[0] as number))).toFixed(1),
  ]);
printTable(rows);
