import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, retell } from './transcripts.ts';

const SLOWEST_MS = 300_000;

it.each(DOCUMENTS)(
  'what %s shows of the program is what it prints; npm run transcripts writes it anew',
  (name) => {
    const before = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    const { text, count } = retell(before);
    expect(count).toBeGreaterThan(0);
    expect(text).toBe(before);
  },
  SLOWEST_MS,
);

describe('telling again', () => {
  const FILE = '```yaml\n# broken.yaml\noverrun: 2\n```\n';
  const block = (said: string): string => `${FILE}\`\`\`text\n$ overrun run broken.yaml\n${said}\`\`\`\n`;
  const told = retell(block('nothing of the kind\n')).text;

  it('puts what is printed in the place of what is not true', () => {
    expect(told).toMatch(/^broken\.yaml:1:10: error: .*\n[^]*^\(exit code 2\)$/m);
    expect(told).not.toContain('nothing of the kind');
    expect(retell(told)).toEqual({ text: told, count: 1 });
  });

  it('leaves an excerpt for as long as it is true, from its first line to its last', () => {
    const [, first = ''] = /^(broken.*)$/m.exec(told) ?? [];
    for (const said of [`${first}\n...\n`, '...\n(exit code 2)\n', `${first}\n...\n(exit code 2)\n`])
      expect(retell(block(said)).text).toBe(block(said));
    for (const said of ['...\n(exit code 3)\n', `(exit code 2)\n...\n`, `...\n${first}\n`]) expect(retell(block(said)).text).toBe(told);
  });

  it('leaves what it cannot run as it is', () => {
    const other = '```text\n$ overrun run elsewhere.yaml\nwhatever\n```\n';
    expect(retell(other)).toEqual({ text: other, count: 0 });
  });
});
