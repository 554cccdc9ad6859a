import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutations.ts';

describe('the list of mutations', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.law, mutation] as const))('%s: its text stands in the code, once', (_law, { file, from, to }) => {
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    expect(text.split(from).length).toBe(2);
    expect(to).not.toBe(from);
  });
});
