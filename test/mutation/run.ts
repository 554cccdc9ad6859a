/**
 * Breaks one law at a time in a copy of the project and sees whether the tests notice: `npm run mutate`, or `npm run mutate -- merge` for the laws whose
 * names contain a word. Ends with the laws that nobody noticed and exit code 1 if there are any.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUTATIONS, type Mutation } from './mutations.ts';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['sim', 'scenarios', 'test', 'docs', 'package.json', 'vitest.config.ts', 'tsconfig.json'];
/** The tests of the simulator itself: first those that take seconds and notice most, then all. */
const TESTS = [['test/sim/closed-forms', 'test/sim/model', 'test/sim/repository'], ['test/sim']];

const word = process.argv[2] ?? '';
const chosen = MUTATIONS.filter(({ law }) => law.includes(word));
const copy = mkdtempSync(join(tmpdir(), 'overrun-mutation-'));
const missed: string[] = [];
try {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  if (!passes()) throw new Error('the tests fail without any mutation: nothing can be said');
  for (const mutation of chosen) {
    const noticed = isNoticed(mutation);
    console.log(`${noticed ? 'noticed' : 'MISSED '}  ${mutation.law}`);
    if (!noticed) missed.push(mutation.law);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${chosen.length - missed.length} of ${chosen.length} broken laws noticed`);
process.exitCode = missed.length === 0 ? 0 : 1;

function isNoticed({ file, from, to, law }: Mutation): boolean {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${law}: ${file} does not contain exactly once: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    return !passes();
  } finally {
    writeFileSync(path, text);
  }
}

function passes(): boolean {
  return TESTS.every(passesAll);
}

function passesAll(tests: readonly string[]): boolean {
  const command = [join(copy, 'node_modules/vitest/vitest.mjs'), 'run', '--bail=1', ...tests];
  const { status } = spawnSync(process.execPath, command, {
    cwd: copy,
    stdio: 'ignore',
    env: { ...process.env, AGREEMENT_SCENARIOS: '15' },
    timeout: 900_000,
  });
  return status === 0;
}
