/** `run --at`: what could be restored at an instant. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Result } from '../../sim/index.ts';
import { overrun, scenario, scratch } from './program.ts';

const folder = scratch();

function file(): string {
  const path = folder.path('at.yaml');
  writeFileSync(path, scenario());
  return path;
}

test('--at puts what could be restored behind the verdict, for each instant', async () => {
  const { code, stdout, stderr } = await overrun(['run', file(), '--at', '2026-03-03T20:00', '--at', '3h']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^(SAFE|AT RISK|FAILS): Test\n[^]*\n\nWHAT COULD BE RESTORED ON Mon 2 Mar 2026 21:00\n[^]*\n\nWHAT COULD BE RESTORED ON Tue 3 Mar 2026 20:00\n/,
  );
  const quiet = await overrun(['run', file(), '--at', '3h', '--quiet']);
  expect(quiet.stdout).toMatch(/^(SAFE|AT RISK|FAILS): Test\n[^]*\n\nWHAT COULD BE RESTORED ON Mon 2 Mar 2026 21:00\n/);
});

test('--at adds one key to the JSON and changes nothing else', async () => {
  const path = file();
  const plain = JSON.parse((await overrun(['run', path, '--format', 'json'])).stdout) as Result;
  const { recovery, ...rest } = JSON.parse((await overrun(['run', path, '--format', 'json', '--at', '2d'])).stdout) as Result;
  expect(rest).toEqual(plain);
  expect(recovery?.map(({ atMs }) => atMs)).toEqual([plain.scenario.durationMs]);
  for (const [name, { restorePoints, survives }] of Object.entries(plain.vms)) {
    const vm = recovery?.[0]?.vms[name];
    expect(vm?.restorePoints).toBe(restorePoints);
    expect(Object.entries(vm?.survives ?? {}).map(([loss, left]) => [loss, left.restorePoints])).toEqual(Object.entries(survives));
  }
});

test('recovery.csv ends where the result does', async () => {
  const out = folder.path('files');
  expect((await overrun(['run', file(), '--out', out, '--at', '2d'])).code).toBe(0);
  const {
    recovery,
    scenario: { durationMs },
  } = JSON.parse(readFileSync(`${out}/result.json`, 'utf8')) as Result;
  const [head = '', ...lines] = readFileSync(`${out}/recovery.csv`, 'utf8').trimEnd().split('\n');
  const columns = head.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index] as string, cell])));
  for (const [name, vm] of Object.entries(recovery?.[0]?.vms ?? {})) {
    const last = rows.findLast((row) => row.vm === name);
    expect(last).toMatchObject({ newestPointAtMs: String(vm.newestPointAtMs), restorePoints: String(vm.restorePoints) });
    expect(Number(last?.rpoMs) + durationMs - Number(last?.atMs)).toBe(vm.rpoMs);
  }
});

test.each<[string, string[], string]>([
  ['after the end', ['--at', '2026-05-01'], '--at: error: `2026-05-01` lies after the end\n  expected: a local time from `2026-03-02T18:00:00` to '],
  ['that is none', ['--at', '1h', '--at', 'noon'], '--at: error: `noon` is no instant\n  expected: a local time from '],
  ['without a value', ['--at'], '--at: error: a value is needed'],
  ['with --plan', ['--at', '1h', '--plan'], '--at: error: --plan simulates nothing, so there is nothing to restore'],
])('an instant %s is refused', async (_what, flags, message) => {
  const { code, stdout, stderr } = await overrun(['run', file(), ...flags]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.startsWith(message)).toBe(true);
});
