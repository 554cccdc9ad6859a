import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { overrun, scenario, scratch, start } from './program.ts';

const folder = scratch();
const FILES = ['events.ndjson', 'recovery.csv', 'result.json', 'series.csv', 'tasks.csv', 'timeline.svg'];

function file(name: string, text: string | Uint8Array): string {
  const path = folder.path(name);
  writeFileSync(path, text);
  return path;
}

test('the report is text without --format and the whole result with --format json', async () => {
  const path = file('plain.yaml', scenario());
  const text = await overrun(['run', path, '--all']);
  expect([text.code, text.stderr]).toEqual([0, '']);
  const json = await overrun(['run', path, '--format', 'json']);
  expect([json.code, json.stderr]).toEqual([0, '']);
  const result = JSON.parse(json.stdout) as { schema: string; fingerprint: string; jobs: { nightly: { runs: unknown[] } } };
  expect(result.schema).toBe('overrun/result@1');
  expect(result.jobs.nightly.runs.length).toBe(4);
  expect(text.stdout).toContain(`fingerprint ${result.fingerprint}`);
});

test('the scenario in the README runs as it stands there', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, text = ''] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
  const { code, stdout } = await overrun(['run', file('readme.yaml', text), '--format', 'json']);
  expect(code).toBe(0);
  expect(Object.keys(JSON.parse(stdout).vms).length).toBe(20);
});

test('a byte-order mark, CRLF line ends, UTF-16 and standard input make no difference', async () => {
  const text = scenario();
  const crlf = `\ufeff${text.replaceAll('\n', '\r\n')}`;
  const expected = (await overrun(['run', file('unix.yaml', text)])).stdout;
  expect((await overrun(['run', file('windows.yaml', crlf)])).stdout).toBe(expected);
  expect((await overrun(['run', file('powershell.yaml', Buffer.from(crlf, 'utf16le'))])).stdout).toBe(expected);
  expect((await overrun(['run', '-'], { stdin: crlf })).stdout).toBe(expected);
});

test('the same scenario and seed give the same bytes, another seed others', async () => {
  const path = file('twice.yaml', scenario());
  const [one, two, other] = [
    await overrun(['run', path, '--format', 'json', '--seed', 'a']),
    await overrun(['run', path, '--format', 'json', '--seed', 'a']),
    await overrun(['run', path, '--format', 'json', '--seed', 'b']),
  ];
  expect(two.stdout).toBe(one.stdout);
  expect(JSON.parse(other.stdout).fingerprint).not.toBe(JSON.parse(one.stdout).fingerprint);
});

test('--set lays a value over the scenario, each time it is given', async () => {
  const path = file('set.yaml', scenario());
  const { code, stdout } = await overrun(['run', path, '--set', 'vms.web.count=7', '--set', 'name=Other', '--format', 'json']);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect([Object.keys(result.vms).length, result.scenario.name]).toEqual([7, 'Other']);
});

test('--quiet leaves the verdict and its sentence', async () => {
  const { stdout, stderr } = await overrun(['run', file('quiet.yaml', scenario()), '--quiet', '--out', folder.path('quiet')]);
  expect(stdout).toMatch(/^(SAFE|AT RISK|FAILS): Test\n/);
  expect(stdout.split('\n').length).toBeLessThan(8);
  expect(stderr).toBe('');
});

test('there are no colours in a pipe, whatever NO_COLOR and --no-color say', async () => {
  const path = file('colour.yaml', scenario());
  const plain = (await overrun(['run', path])).stdout;
  expect(plain).not.toContain('\u001b');
  expect((await overrun(['run', path], { env: { NO_COLOR: '1', TERM: 'xterm-256color' } })).stdout).toBe(plain);
  expect((await overrun(['run', path, '--no-color'])).stdout).toBe(plain);
});

test('--out writes all files, which agree with each other and with the output', async () => {
  const out = folder.path('new/deep');
  const { code, stdout, stderr } = await overrun(['run', file('out.yaml', scenario()), '--out', out, '--format', 'json']);
  expect(code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(FILES);
  for (const name of FILES) expect(stderr).toContain(name);
  expect(readFileSync(`${out}/result.json`, 'utf8')).toBe(stdout);
  const { fingerprint, jobs } = JSON.parse(stdout) as { fingerprint: string; jobs: Record<string, { runs: { tasks: unknown[] }[] }> };
  expect(
    createHash('sha256')
      .update(readFileSync(`${out}/events.ndjson`))
      .digest('hex'),
  ).toBe(fingerprint);
  const tasks = Object.values(jobs).flatMap((job) => job.runs.flatMap((run) => run.tasks));
  expect(readFileSync(`${out}/tasks.csv`, 'utf8').trimEnd().split('\n').length).toBe(tasks.length + 1);
  expect(readFileSync(`${out}/timeline.svg`, 'utf8')).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
});

test('an existing folder keeps its other files and gets new results', async () => {
  const out = folder.path('existing');
  mkdirSync(out);
  writeFileSync(`${out}/notes.txt`, 'mine');
  writeFileSync(`${out}/result.json`, 'old');
  expect((await overrun(['run', file('again.yaml', scenario()), '--out', out])).code).toBe(0);
  expect(readdirSync(out).sort()).toEqual([...FILES, 'notes.txt'].sort());
  expect(readFileSync(`${out}/notes.txt`, 'utf8')).toBe('mine');
  expect(JSON.parse(readFileSync(`${out}/result.json`, 'utf8')).schema).toBe('overrun/result@1');
});

test('an --out that cannot be a folder is refused before any work, and nothing is printed', async () => {
  const path = file('blocked.yaml', scenario());
  for (const out of [path, `${path}/below`]) {
    const { code, stdout, stderr } = await overrun(['run', path, '--out', out]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`--out ${out}: error:`);
  }
});

test('an invalid scenario leaves no folder behind', async () => {
  const out = folder.path('unborn');
  const { code } = await overrun(['run', file('invalid.yaml', scenario().replace('2d', '2 parsecs')), '--out', out]);
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});

test('a reader that closes the pipe early ends the program quietly', async () => {
  const child = start(['run', file('pipe.yaml', scenario({ count: 200, duration: '20d', every: '6h' })), '--format', 'json']);
  let stderr = '';
  child.stderr?.on('data', (piece: Buffer) => {
    stderr += piece.toString('utf8');
  });
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, stderr]).toEqual([0, '']);
});

test('a large result arrives whole through a slow pipe', async () => {
  const child = start(['run', file('large.yaml', scenario({ count: 300, duration: '20d', every: '6h' })), '--format', 'json']);
  const pieces: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => {
    pieces.push(piece);
    if (pieces.length % 10 > 0) return;
    child.stdout?.pause();
    setTimeout(() => child.stdout?.resume(), 5);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const text = Buffer.concat(pieces).toString('utf8');
  expect(code).toBe(0);
  expect(text.length).toBeGreaterThan(5_000_000);
  expect(JSON.parse(text).jobs.nightly.runs.length).toBe(80);
});

test.skipIf(process.platform === 'win32')('Ctrl-C ends a run at once with exit 130 and leaves nothing half-written', async () => {
  const out = folder.path('interrupted');
  const child = start(['run', file('long.yaml', scenario({ count: 2000, duration: '365d', every: '1h' })), '--out', out]);
  while (!existsSync(out) || readdirSync(out).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 400));
  child.kill('SIGINT');
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(130);
  expect(existsSync(out)).toBe(false);
});
