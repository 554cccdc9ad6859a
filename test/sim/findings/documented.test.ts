import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULES } from '../../../sim/findings/rules/index.ts';

const SEVERITY_OF_PART = { error: 'error', warning: 'warning', note: 'info' } as const;

it('docs/rules.md lists every rule under its severity, with its subjects', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/rules.md'), 'utf8');
  const documented: string[] = [];
  let severity: string = '';
  for (const row of text.split('\n').filter((line) => line.startsWith('|'))) {
    const [first = '', subjects = ''] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const part = /^\*\*(error|warning|note)\*\*$/.exec(first)?.[1] as keyof typeof SEVERITY_OF_PART | undefined;
    if (part !== undefined) severity = SEVERITY_OF_PART[part];
    const id = /^`([a-z-]+)`$/.exec(first)?.[1];
    if (id !== undefined) for (const subject of subjects.toLowerCase().split(', ')) documented.push(`${severity} ${id} ${subject}`);
  }
  expect(documented.sort()).toEqual(RULES.map(({ id, severity: own, subject }) => `${own} ${id} ${subject}`).sort());
});
