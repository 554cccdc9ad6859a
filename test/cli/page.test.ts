/** What a planner sees first: for every bundled scenario a screen, and the rest on request. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../sim/index.ts';
import { overrun } from './program.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const BUNDLED = ['.', 'lessons'].flatMap((folder) =>
  readdirSync(join(FOLDER, folder)).flatMap((name) => (name.endsWith('.yaml') ? [join(folder, name)] : [])),
);

async function output(args: string[]): Promise<string> {
  const { code, stdout, stderr } = await overrun(args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

test('there are bundled scenarios', () => expect(BUNDLED.length).toBeGreaterThan(5));

describe.each(BUNDLED)('%s', (name) => {
  const path = join(FOLDER, name);

  test('is told on a screen of 24 lines and 80 columns, prompt included', async () => {
    const page = await output(['run', path]);
    const lines = page.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(24);
    // A word is never broken: a path that is longer than a line stays whole.
    expect(lines.filter((line) => [...line].length > 80 && !line.endsWith(path))).toEqual([]);
    expect(page).toContain('--all');
  });

  test('is told as a whole with --all: each finding with what helps, each job, datastore and repository', async () => {
    const all = await output(['run', path, '--all']);
    const result = JSON.parse(await output(['run', path, '--format', 'json'])) as Result;
    const kinds = new Set(result.findings.map(({ severity, rule, subject }) => `${severity} ${rule} ${subject.kind}`));
    expect(all.match(/^ {3}do /gm)?.length ?? 0).toBe(kinds.size);
    for (const job of Object.keys(result.jobs)) expect(all).toContain(`\n  ${job}: `);
    for (const store of [...Object.keys(result.datastores), ...Object.keys(result.repositories)])
      expect(all).toMatch(new RegExp(`^  ${store} .* (\\d+ %|FULL) `, 'm'));
    expect(all).toContain(`fingerprint ${result.fingerprint}`);
  });
});
