import { describe, expect, it } from 'vitest';
import { BASE, changed, errorsOf, load } from './support.ts';

/** Text, what is said about it, and where. */
const BROKEN: [text: string, says: RegExp, line: number, column: number][] = [
  ['- a', /a scenario is a map/, 1, 1],
  ['just words', /a scenario is a map/, 1, 1],
  ['a: [1, 2', /wrong indentation, or a bracket or brace that is not closed/, 1, 9],
  ['a: "x', /a closing quote/, 1, 6],
  ['a: b: c', /a second `key:` on one line/, 1, 4],
  ['a:\n\t- b', /a tab cannot indent/, 2, 1],
  ['a: @b', /a value cannot begin with this character/, 1, 4],
  ['key\nother: 1', /this line should be `key: value`/, 1, 1],
  ['a: "\\q"', /unknown escape sequence/, 1, 5],
  ['a: !secret x', /YAML tags .* have no meaning/, 1, 4],
  ['%YAML 1.1\n---\na: no', /YAML 1\.1 is not read/, 1, 1],
  ['a: 1\n---\nb: 2', /here a second one begins/, 2, 1],
  ['a: 1\nb: 2\na: 3', /`a` stands here twice/, 3, 1],
  ['a: {b: 1, "b": 2}', /`b` stands here twice/, 1, 11],
  ['__proto__: 1', /`__proto__` cannot be used as a key or a name/, 1, 1],
  ['? [a]\n: b', /a key must be plain text/, 1, 3],
  ['a: *x', /no anchor `&x` before this alias/, 1, 4],
  ['a: &x [1, *x]', /the alias `\*x` contains itself/, 1, 11],
  [`a: ${'['.repeat(100_000)}`, /nested too deeply: more than 32 levels/, 1, 35],
  ['- '.repeat(100_000), /nested too deeply: more than 32 levels/, 1, 65],
  [`a: ${'{b: '.repeat(50)}1${'}'.repeat(50)}`, /nested too deeply: more than 32 levels/, 1, 128],
];

describe('text that is no well-formed document', () => {
  it.each(BROKEN)('%.60j is refused in our own words with its place', (text, says, line, column) => {
    const [error] = errorsOf(text);
    expect(error?.text).toMatch(says);
    expect({ line: error?.line, column: error?.column }).toEqual({ line, column });
  });

  it('aliases that stand for billions of values are refused before they are put in', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`);
    const errors = errorsOf(`a0: &a0 [1]\n${levels.join('\n')}`);
    expect(errors.map((error) => error.text)).toEqual(['the aliases of this file stand for more than 2000000 values']);
  });

  it('a file with millions of values is refused before it exhausts memory', () => {
    const errors = errorsOf(`a: [${'{},'.repeat(1_000_000)}]`);
    expect(errors.map((error) => error.text)).toEqual(['the file holds too much to be read: like VMs can be one group with `count`']);
  });

  it('a file above the limit is refused without being read', () => {
    const errors = errorsOf('#'.repeat(64 * 1024 * 1024 + 1));
    expect(errors.map((error) => error.text)).toEqual(['the file is too large: 67108865 characters, at most 67108864']);
  });
});

describe('text that is well-formed in an unusual way', () => {
  it('JSON is read like YAML', () => {
    const json = {
      overrun: 1,
      start: '2026-03-02T18:00',
      duration: '1d',
      datastores: { ds1: { capacity: '1TiB' } },
      vms: { a: { datastore: 'ds1', size: '1GiB' } },
    };
    expect(load(JSON.stringify(json)).plan.vms.map((vm) => vm.name)).toEqual(['a']);
    expect(errorsOf(JSON.stringify({ ...json, duration: 1 }))).toMatchObject([
      { line: 1, column: 1 + JSON.stringify({ ...json, duration: 1 }).indexOf('1,"datastores'), text: '`1` has no unit' },
    ]);
  });

  it('a byte order mark and Windows line ends change neither plan nor positions', () => {
    const windows = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    expect(load(windows(BASE)).plan).toEqual(load(BASE).plan);
    const text = changed('host: esx1', 'host: esx9');
    expect(errorsOf(windows(text))).toEqual(errorsOf(text));
  });

  it('aliases repeat a value', () => {
    const text = changed('size: 500GiB', 'size: 500GiB\n    writes: *w', changed('{ changed: 3GiB/day }', '&w { changed: 3GiB/day }'));
    expect(load(text).plan.vms.at(-1)?.disks[0]?.writes.changedBytesPerDay).toBe(3 * 2 ** 30);
  });

  it('names such as constructor, null and 2024 are names like any other', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'null', '2024', 'srv.example.com', '名前', '-'];
    const vms = names
      .map((name) => `  ${JSON.stringify(name)}: { datastore: ds1, size: 1GiB }\n`)
      .join('')
      .replace('"null"', 'null')
      .replace('"2024"', '2024');
    const { plan, locate } = load(changed('  db:\n', `${vms}  db:\n`));
    expect(plan.vms.map((vm) => vm.name).slice(-9, -1)).toEqual([...names]);
    expect(locate('vms.srv.example.com.size')?.column).toBeGreaterThan(20);
    expect(({} as Record<string, unknown>)['size']).toBeUndefined();
  });

  it('a section with nothing under it is empty', () => {
    expect(load('overrun: 1\nstart: 2026-01-01\nduration: 1d\nhosts:\nvms:\n').plan).toMatchObject({ hosts: [], vms: [], name: 'night' });
  });
});
