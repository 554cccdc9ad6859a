import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makePage } from './page.ts';

const committed = readFileSync(new URL('../../docs/validation.md', import.meta.url), 'utf8');
const page = makePage(committed);

it('every figure of the validation page is as far from its reference as rounding explains, and no further', () => {
  expect(page.checks.filter(({ off, allowed }) => !(off <= allowed))).toEqual([]);
  expect(page.checks.length).toBeGreaterThanOrEqual(30);
});

it('the committed validation page is what a run writes (`npm run validate`)', ({ annotate }) => {
  expect(page.text).toBe(committed);
  for (const title of page.kept) console.warn(`SKIPPED: the data of "${title}" is not here; its lines were not compared`);
  return annotate(page.kept.length === 0 ? 'all sections were run' : `not run: ${page.kept.join(', ')}`);
});
