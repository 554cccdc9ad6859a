import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULES } from '../../../sim/findings/rules/index.ts';

const DOCS = join(import.meta.dirname, '../../../docs');

const SEVERITY_OF_PART = { error: 'error', warning: 'warning', note: 'info' } as const;

it('docs/rules.md lists every rule under its severity, with its subjects and a link to its page', () => {
  const text = readFileSync(join(DOCS, 'rules.md'), 'utf8');
  const documented: string[] = [];
  let severity: string = '';
  for (const row of text.split('\n').filter((line) => line.startsWith('|'))) {
    const [first = '', subjects = ''] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const part = /^\*\*(error|warning|note)\*\*$/.exec(first)?.[1] as keyof typeof SEVERITY_OF_PART | undefined;
    if (part !== undefined) severity = SEVERITY_OF_PART[part];
    const id = /^\[`([a-z-]+)`\]\(rules\/\1\.md\)$/.exec(first)?.[1];
    if (id !== undefined) for (const subject of subjects.toLowerCase().split(', ')) documented.push(`${severity} ${id} ${subject}`);
  }
  expect(documented.sort()).toEqual(RULES.map(({ id, severity: own, subject }) => `${own} ${id} ${subject}`).sort());
});

it('every rule has a page and every page is about a rule, in the same parts and with the figures of its findings by their names', () => {
  expect(readdirSync(join(DOCS, 'rules')).sort()).toEqual([...new Set(RULES.map(({ id }) => `${id}.md`))].sort());
  for (const id of new Set(RULES.map((rule) => rule.id))) {
    const text = readFileSync(join(DOCS, 'rules', `${id}.md`), 'utf8');
    expect(text.startsWith(`# \`${id}\`\n`), id).toBe(true);
    const parts = text.split(/^## /m).slice(1);
    expect(
      parts.map((part) => part.split('\n')[0]),
      id,
    ).toEqual(['What it means', 'How it is computed', 'Why it matters', 'What to do']);
    for (const part of parts) expect(part.split('\n').slice(1).join(' ').trim().length, `${id}: ${part}`).toBeGreaterThan(20);
    // A figure that a page names is one that the findings of its rule have.
    const known = new Set(RULES.flatMap((rule) => (rule.id === id ? [...rule.evidence, 'count', 'lastAtMs'] : [])));
    for (const [, name] of text.matchAll(/`evidence\.(\w+)`/g)) expect(known, id).toContain(name);
  }
});
