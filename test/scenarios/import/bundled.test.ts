import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importRvtools } from '../../../scenarios/import/index.ts';
import { inventedBytes, inventedFileName } from './invented-estate.ts';

test('the bundled import is what importing the invented estate gives today', () => {
  const bundled = readFileSync(new URL('../../../scenarios/imported-estate.yaml', import.meta.url), 'utf8');
  expect(importRvtools({ files: [{ fileName: inventedFileName, bytes: inventedBytes() }] }).yaml).toBe(bundled);
});
