/** Bad scenario files through the built program: exit 2, nothing on standard output, the place and the words on standard error. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { overrun } from './program.ts';

const GOOD = `overrun: 1
name: Good
start: 2026-03-02T18:00
duration: 2d
datastores:
  ds1: { capacity: 10TiB }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 500MiB/s }
vms:
  web: { count: 2, datastore: ds1, size: 100GiB, used: 60GiB, tags: [gold] }
jobs:
  nightly: { vms: all, schedule: "0 22 * * *", repository: r1 }
`;

/** What is wrong, how the good file is spoilt, the text at which the error must point, and words that it must say. */
const CASES: [what: string, from: string, to: string, token: string, words: string][] = [
  ['a wrong unit', '10TiB', '10TB/s', '10TB/s', 'unknown unit'],
  ['a bare number', '10TiB', '10', '10 }', 'no unit'],
  ['an unknown key', 'used: 60GiB', 'usde: 60GiB', 'usde', 'unknown key `usde`'],
  ['an unknown name', 'repository: r1 }', 'repository: r2 }', 'r2 }', 'unknown repository `r2`'],
  ['a negative size', 'used: 60GiB', 'used: -60GiB', '-60GiB', 'negative'],
  ['a negative rate', 'write: 500MiB/s', 'write: -500MiB/s', '-500MiB/s', 'negative'],
  ['a negative duration', 'duration: 2d', 'duration: -2d', '-2d', 'negative'],
  ['a rate of zero', 'write: 500MiB/s', 'write: 0MiB/s', '0MiB/s }', 'zero'],
  ['a duration of zero', 'duration: 2d', 'duration: 0s', '0s', 'zero'],
  ['no IOPS at all', '10TiB', '10TiB, iops: 0', '0 }', ''],
  ['`used` above `size`', 'used: 60GiB', 'used: 160GiB', '160GiB', '`used` is more than `size`'],
  ['a datastore that is overfull at the start', '10TiB', '100GiB', '100GiB }', 'full before the start'],
  [
    'an established chain that does not fit',
    'repository: r1 }',
    'repository: r1, initial: established, mode: full, retention: { last: 2000 } }',
    '50TiB',
    'full before the start',
  ],
  ['an `at` outside the run', '"0 22 * * *"', '{ at: [2027-01-01T00:00] }', 'at: [', 'outside the run'],
  ['an impossible date', '2026-03-02T18:00', '2026-02-30T18:00', '2026-02-30', 'there is no'],
  ['an empty selection', 'vms: all', 'vms: { except: [web] }', 'vms: { except', 'selects no VM'],
  ['a tag that nobody has', 'vms: all', 'vms: { tags: [silver] }', 'silver', 'unknown tag `silver`'],
  ['a duplicate key', 'name: Good', 'name: Good\nname: Twice', 'name: Twice', 'twice'],
  [
    'a rule that there is not',
    'name: Good',
    'name: Good\npolicy: { software-outdatet: error }',
    'software-outdatet',
    'unknown rule `software-outdatet`',
  ],
  ['another format version', 'overrun: 1', 'overrun: 2', '2', ''],
];

/** Line and column, from 1, of the first place where a token stands. */
function placeOf(text: string, token: string): string {
  const before = text.slice(0, text.indexOf(token)).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

describe('a scenario with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'overrun-bad-'));

  it('nothing wrong runs', async () => {
    const path = join(folder, 'good.yaml');
    writeFileSync(path, GOOD);
    expect(await overrun(['run', path, '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(CASES)('%s is refused with its place', async (what, from, to, token, words) => {
    expect(GOOD).toContain(from);
    const path = join(folder, `${what.replace(/\W+/g, '-')}.yaml`);
    const spoilt = GOOD.replace(from, to);
    writeFileSync(path, spoilt);
    const { code, stdout, stderr } = await overrun(['run', path, '--format', 'json']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.startsWith(`${path}:${placeOf(spoilt, token)}: error: `), stderr).toBe(true);
    expect(stderr.split('\n')[0]).toContain(words);
  });

  it('a syntax error is refused where the parser lost its way', async () => {
    const path = join(folder, 'syntax.yaml');
    writeFileSync(path, GOOD.replace('name: Good', 'name: [Good'));
    const { code, stdout, stderr } = await overrun(['run', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/syntax\.yaml:[23]:\d+: error: /);
  });

  it('a cycle in `extends` is refused, naming the files', async () => {
    writeFileSync(join(folder, 'a.yaml'), 'extends: b.yaml\noverrun: 1\n');
    writeFileSync(join(folder, 'b.yaml'), 'extends: a.yaml\noverrun: 1\n');
    const { code, stdout, stderr } = await overrun(['run', join(folder, 'a.yaml')]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/b\.yaml:1:10: error: .*(cycle|circle|itself)/);
  });

  it('an alias bomb is refused at once', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => `  k${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`);
    const path = join(folder, 'bomb.yaml');
    writeFileSync(path, `overrun: 1\nvms:\n  k0: &a0 [x]\n${levels.join('\n')}\n`);
    const { code, stdout, stderr } = await overrun(['run', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/bomb\.yaml:\d+:\d+: error: .*alias/);
  });

  it('a result that cannot be written is refused before any work, also where making folders never ends', async () => {
    const path = join(folder, 'good.yaml');
    const { code, stderr } = await overrun(['run', path, '--out', process.platform === 'linux' ? '/proc/overrun-results' : join(path, 'below')]);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be written');
  });

  it('flags without a value or with a wrong one are refused by their names', async () => {
    const path = join(folder, 'good.yaml');
    expect((await overrun(['run', path, '--seed'])).stderr).toMatch(/^--seed: error: /);
    expect(await overrun(['run', path, '--format', 'xml'])).toMatchObject({ code: 2, stdout: '' });
    expect((await overrun(['run', path, '--format', 'xml'])).stderr).toMatch(/^--format: error: /);
    expect((await overrun(['run', path, '--set', 'vms.web.count=abc'])).stderr).toMatch(/^--set vms\.web\.count=abc: error: /);
  });
});
