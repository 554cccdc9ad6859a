import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inventedBytes, inventedFileName } from '../scenarios/import/invented-estate.ts';
import { overrun, scratch } from './program.ts';

const folder = scratch();
const stats = `"MetricId","Timestamp","Value","Unit","Entity","Instance"
"virtualDisk.write.average","2026-03-18 16:05:00","2048","KBps","sql-01",""
"virtualDisk.write.average","2026-03-18 16:10:00","4096","KBps","sql-01",""
"virtualDisk.write.average","2026-03-18 16:05:00","3.5","KBps","WEB-01.example.org",""
"virtualDisk.write.average","2026-03-18 16:05:00","100","KBps","gone",""
`;
let workbook = '';
let rates = '';

beforeAll(() => {
  workbook = folder.path(inventedFileName);
  rates = folder.path('stats.csv');
  writeFileSync(workbook, inventedBytes());
  writeFileSync(rates, stats);
});

describe('import', () => {
  test('goes from file to verdict: what it writes runs as it is', async () => {
    const out = folder.path('estate.yaml');
    const imported = await overrun([
      'import',
      'rvtools',
      workbook,
      '--rates',
      rates,
      '--job',
      '0 22 * * *',
      '--repository',
      '40TiB@500MiB/s',
      '--out',
      out,
    ]);
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    expect(imported.stdout).toContain(`now: overrun run ${out}`);
    const run = await overrun(['run', out, '--quiet']);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^(SAFE|AT RISK|FAILS): Import of /);
  });

  test('shows first what the verdict hangs on, then totals, measurements and the rest, each line once', async () => {
    const { stdout } = await overrun(['import', 'rvtools', workbook, '--rates', rates, '--out', folder.path('report.yaml')]);
    const titles = stdout.match(/^[a-z'].*:$/gm);
    expect(titles?.slice(0, 4)).toEqual([
      'look at these first: assumed, and the verdict hangs on them:',
      "the file's own totals:",
      'measured rates:',
      'measurements not used:',
    ]);
    expect(stdout).toMatch(/^ {2}VMs +vInfo VM +33 +2 +31 {2}adds up$/m);
    expect(stdout).toContain('  - stats.csv (PowerCLI Get-Stat): 4 samples of 3 VMs, from 2026-03-18 16:05:00\n    to 2026-03-18 16:10:00\n');
    expect(stdout).toContain('  - web-01 takes what was measured as WEB-01.example.org\n');
    expect(stdout).toContain('  - gone: no VM of this name in the inventory\n');
    expect(stdout.match(/vms\.\*\.writes\.changed = 5%\/day of used/g)).toHaveLength(1);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(100);
  });

  test('gives the whole report as JSON, with every assumption and its source', async () => {
    const { code, stdout } = await overrun(['import', 'rvtools', workbook, '--format', 'json']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(parse(report.scenario).vms).toHaveProperty('sql-01');
    expect(report.assumptions.every(({ path, value, source }: Record<string, string>) => [path, value, source].every((text) => text !== ''))).toBe(
      true,
    );
    expect(report.assumptions).toEqual(expect.arrayContaining(report.lookFirst));
  });

  test('takes a folder for the files in it, of inventory and of measurements', async () => {
    const inventory = folder.path('inventory');
    const measurements = folder.path('measurements');
    mkdirSync(inventory);
    mkdirSync(measurements);
    writeFileSync(`${inventory}/export.xlsx`, inventedBytes());
    writeFileSync(`${inventory}/notes.md`, 'not an export');
    writeFileSync(`${measurements}/wiki.json`, '[{"time":1,"diskwrite":102400}]');
    writeFileSync(`${measurements}/dc-01.json`, '[{"time":1,"diskwrite":204800}]');
    const { code, stdout } = await overrun(['import', 'rvtools', inventory, '--rates', measurements, '--quiet']);
    expect(code).toBe(0);
    const { vms } = parse(stdout);
    expect([vms.wiki.writes.rate, vms['dc-01'].writes.rate]).toEqual(['100KiB/s', '200KiB/s']);
  });

  test.each<[string, string[], string]>([
    ['a schedule', ['--job', '22:00'], '--job: error: `22:00` is a calendar event'],
    ['a repository', ['--repository', '40TiB'], '--repository: error: `40TiB` cannot be read'],
    ['a proxy', ['--proxy', 'many'], '--proxy: error: `many` cannot be read'],
    ['a duration', ['--duration', '3'], '--duration: error: `3` has no unit'],
    ['a start', ['--start', 'tomorrow'], '--start: error: `tomorrow` is not a local time'],
    ['a time zone', ['--timezone', 'Berlin'], '--timezone: error: `Berlin` is no time zone'],
    ['a start given twice', ['--start', '2026-04-01', '--start', '2026-04-02'], '--start: error: given more than once'],
    ['a key without invented names', ['--key', 'names.json'], '--key: error: only with --anonymise'],
    ['invented names without a place for the key', ['--anonymise'], '--anonymise: error: without --out it needs --key'],
    ['measurements that are not there', ['--rates', 'nowhere.csv'], '--rates nowhere.csv: error: cannot be read: no such file'],
    ['a misspelt flag', ['--repositry', '1TiB@1MiB/s'], 'did you mean `--repository`?'],
  ])('refuses %s with exit code 2, naming the flag, and writes nothing', async (_, flags, message) => {
    const { code, stdout, stderr } = await overrun(['import', 'rvtools', workbook, ...flags]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  test('refuses measurements that cannot be read, naming file, row and column', async () => {
    const path = folder.path('bad.csv');
    writeFileSync(path, stats.replace('"4096"', '"fast"'));
    const out = folder.path('never.yaml');
    const { code, stderr } = await overrun(['import', 'rvtools', workbook, '--rates', path, '--out', out]);
    expect([code, stderr]).toEqual([2, 'error: bad.csv: row 3, column "Value": "fast" is not a figure of zero or more\n']);
    expect(existsSync(out)).toBe(false);
  });
});

test('the way from file to verdict in the README is what happens', async () => {
  const kilobytes: [string, number[]][] = [
    ['sql-01', [2210, 4096]],
    ['sql-02', [3890, 3102]],
    ['WIKI.example.org', [5, 9]],
    ['crm-old', [77]],
  ];
  const rows = kilobytes.flatMap(([vm, values]) => values.map((value) => `${vm},KBps,${value},virtualDisk.write.average`));
  mkdirSync(folder.path('readme'));
  writeFileSync(folder.path('readme/export.xlsx'), inventedBytes());
  writeFileSync(folder.path('readme/stats.csv'), ['Entity,Unit,Value,MetricId', ...rows].join('\n'));
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, transcript = ''] = /<!-- transcript: excerpt, of the invented estate.*?-->\n```text\n([^]*?)```/.exec(readme) ?? [];
  const commands = transcript.split(/^\$ /m).slice(1);
  expect(commands).toHaveLength(2);
  for (const text of commands) {
    const [command = '', ...lines] = text.trimEnd().split('\n');
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].slice(1).map(([, quoted, bare]) => quoted ?? bare ?? '');
    const args = words.map((word) => (/\.(?:xlsx|csv|yaml)$/.test(word) ? folder.path(`readme/${word}`) : word));
    const { code, stdout } = await overrun(args);
    expect(code).toBe(0);
    let rest = stdout;
    for (const line of lines.filter((one) => one !== '...')) {
      expect(rest).toContain(`${line}\n`);
      rest = rest.slice(rest.indexOf(`${line}\n`));
    }
  }
});

describe('import --anonymise', () => {
  test('keeps the original names in a file of their own, beside the scenario, for its owner only', async () => {
    const out = folder.path('anonymous.yaml');
    const { code, stdout } = await overrun(['import', 'rvtools', workbook, '--rates', rates, '--anonymise', '--out', out]);
    expect(code).toBe(0);
    const keyPath = folder.path('anonymous.names.json');
    expect(stdout).toContain(`wrote ${keyPath}: the original names`);
    const key = JSON.parse(readFileSync(keyPath, 'utf8'));
    expect(key.vm['vm-0001']).toBe('web-01');
    if (process.platform !== 'win32') expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    // The paths are those that the user has typed.
    const output = readFileSync(out, 'utf8') + stdout.replaceAll(out, '').replaceAll(keyPath, '');
    for (const original of Object.values<Record<string, string>>(key).flatMap((names) => Object.values(names))) {
      expect(output).not.toMatch(new RegExp(`(?<![\\w./-])${original.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w/-])`));
    }
    expect((await overrun(['run', out, '--quiet'])).code).toBe(0);
  });

  test('uses the names of the key that is there, and refuses any other file in its place', async () => {
    const key = folder.path('shared.json');
    const once = await overrun(['import', 'rvtools', workbook, '--anonymise', '--key', key, '--quiet']);
    const again = await overrun(['import', 'rvtools', workbook, '--anonymise', '--key', key, '--quiet']);
    expect([once.code, again.code]).toEqual([0, 0]);
    expect(again.stdout).toBe(once.stdout);
    writeFileSync(key, '{}');
    const { code, stderr } = await overrun(['import', 'rvtools', workbook, '--anonymise', '--key', key]);
    expect([code, stderr]).toEqual([2, `--key ${key}: error: is there, but is not the key of an earlier import\n`]);
    expect(readFileSync(key, 'utf8')).toBe('{}');
  });
});
