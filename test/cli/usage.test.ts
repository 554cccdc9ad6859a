import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { overrun, scenario, scratch } from './program.ts';

const folder = scratch();

test('--version names the program and every format it writes', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const { code, stdout } = await overrun(['--version']);
  expect(code).toBe(0);
  expect(stdout).toBe(`overrun ${version}\nscenario format 1\nresult format overrun/result@1\nlog format 1\n`);
});

test.each(['run', 'lint', 'explain', 'import', 'init', 'schema'])('%s --help explains itself with an example', async (command) => {
  const { code, stdout, stderr } = await overrun([command, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\\n  overrun ${command} `));
  expect(stderr).toBe('');
});

test('help lists what is built and nothing else', async () => {
  const { stdout } = await overrun(['--help']);
  for (const command of ['run', 'lint', 'explain', 'import', 'init', 'schema']) expect(stdout).toContain(`overrun ${command} `.trimEnd());
  for (const command of ['check', 'compare', 'sweep', 'headroom', 'propose', 'calibrate', 'lessons', 'play']) {
    expect(stdout).not.toContain(`overrun ${command}`);
  }
});

describe('wrong usage is exit 2, on standard error only', () => {
  test.each<[string, string[], string]>([
    ['no command', [], 'name a command'],
    ['a misspelt command', ['rnu', 'x.yaml'], 'unknown command `rnu`; did you mean `run`?'],
    ['an unknown command', ['frobnicate'], 'unknown command `frobnicate`; see overrun --help'],
    ['a misspelt flag', ['run', 'x.yaml', '--sedd', '1'], 'unknown flag `--sedd`; did you mean `--seed`?'],
    ['a flag of another command', ['schema', '--set', 'a=b'], 'unknown flag `--set`'],
    ['an unbuilt command', ['check', 'x.yaml', '--against', 'y.yaml'], '`overrun check` is described but not built yet'],
    ['an unbuilt kind of import', ['import', 'proxmox', 'x'], '`overrun import proxmox` is described but not built yet'],
    ['a misspelt kind of import', ['import', 'rvtols', 'x'], 'did you mean `rvtools`?'],
    ['a surplus argument', ['run', 'a.yaml', 'b.yaml'], 'unexpected argument `b.yaml`'],
    ['no scenario', ['run'], 'name the scenario to run'],
    ['a missing argument', ['import', 'rvtools'], 'an argument is missing'],
    ['an unknown format', ['run', 'a.yaml', '--format', 'xml'], 'format'],
    ['a flag without its value', ['run', 'a.yaml', '--seed'], 'seed'],
    ['a flag given twice', ['run', 'a.yaml', '--seed', '1', '--seed', '2'], '--seed: error: given more than once'],
    ['a file that is not there', ['run', 'nowhere.yaml'], 'nowhere.yaml: error: cannot be read: no such file'],
    ['a folder in place of a file', ['run', '.'], '.: error: cannot be read: it is a directory'],
  ])('%s', async (_name, args, words) => {
    const { code, stdout, stderr } = await overrun(args);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('    at ');
  });
});

test('all errors of a scenario are reported with file, line and column, also with --format json', async () => {
  const path = folder.path('bad.yaml');
  writeFileSync(path, scenario().replace('capacity: 100TiB', 'capcity: 100TiB').replace('datastore: ds1', 'datastore: ds2'));
  const { code, stdout, stderr } = await overrun(['run', path, '--format', 'json']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(`${path}:7:10: error:`);
  expect(stderr).toMatch(/bad\.yaml:11:\d+: error:/);
});

test('an error of a flag names the flag', async () => {
  const path = folder.path('good.yaml');
  writeFileSync(path, scenario());
  const { code, stderr } = await overrun(['run', path, '--set', 'vms.web.count=abc']);
  expect(code).toBe(2);
  expect(stderr).toContain('--set vms.web.count=abc: error:');
});

test('bytes that are no text are refused', async () => {
  const path = folder.path('binary.yaml');
  writeFileSync(path, new Uint8Array([0x6e, 0xff, 0xfe, 0x80]));
  const { code, stderr } = await overrun(['run', path]);
  expect(code).toBe(2);
  expect(stderr).toContain('not a text file in UTF-8');
});

test('init writes a scenario that runs, and never over an existing file', async () => {
  const path = folder.path('starter.yaml');
  expect((await overrun(['init', '--out', path])).code).toBe(0);
  const text = readFileSync(path, 'utf8');
  expect((await overrun(['init'])).stdout).toBe(text);
  expect((await overrun(['run', path, '--quiet'])).stdout).toMatch(/^(SAFE|AT RISK|FAILS): /);
  const again = await overrun(['init', '--out', path]);
  expect([again.code, again.stdout]).toEqual([2, '']);
  expect(again.stderr).toContain('exists already');
});

test('schema prints a JSON Schema', async () => {
  const { code, stdout } = await overrun(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining('draft-07'), type: 'object' });
});

test('what is no workbook is refused by import, and nothing is written', async () => {
  const path = folder.path('good.yaml');
  const { code, stdout, stderr } = await overrun(['import', 'rvtools', path, '--out', folder.path('never.yaml')]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('good.yaml');
  expect(() => readFileSync(folder.path('never.yaml'))).toThrow();
});
