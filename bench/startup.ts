/** How long the built command takes to start, against Node with nothing to do; to lint 200 VMs, against one; and to explain act 5. Needs `npm run build`. */
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
const ACT_5 = join(import.meta.dirname, '../scenarios/five-acts-5-growth.yaml');

/** 200 VMs, each an entry of its own, in four jobs. */
function estate(jobKeys: string): string {
  const entries = (count: number, textOf: (index: number) => string): string => Array.from({ length: count }, (_, index) => textOf(index)).join('\n');
  return `overrun: 1
start: 2026-03-02T18:00
duration: 7d
datastores:
${entries(4, (index) => `  ds${index}: { class: hybrid, capacity: 20TiB }`)}
repositories:
  r: { capacity: 500TiB, read: 1GiB/s, write: 1GiB/s }
vms:
${entries(200, (index) => `  vm${index}: { datastore: ds${index % 4}, size: 100GiB, used: 60GiB, tags: [t${index % 4}] }`)}
jobs:
${entries(4, (index) => `  j${index}: { vms: { tags: [t${index}] }, schedule: "0 2${index} * * *", repository: r${jobKeys} }`)}
`;
}

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
function written(name: string, text: string): string {
  const path = join(WORK_FOLDER, name);
  writeFileSync(path, text);
  return path;
}

const scenario = written('tiny.yaml', SCENARIO);
const usual = written('usual.yaml', estate(''));
const long = written(
  'long.yaml',
  estate(', mode: forward, full: { synthetic: "0 0 * * sat" }, retention: { last: 14, daily: 30, weekly: 12, monthly: 12 }'),
);
const commands: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['node -e 0', ['-e', '0']],
  ['overrun --version', [main, '--version']],
  ['overrun run tiny.yaml', [main, 'run', scenario]],
  ['overrun lint tiny.yaml', [main, 'lint', scenario]],
  ['overrun lint, 200 VMs', [main, 'lint', usual]],
  ['overrun lint, 200 VMs, a year of points in four jobs', [main, 'lint', long]],
  ['overrun explain, act 5', [main, 'explain', ACT_5]],
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
