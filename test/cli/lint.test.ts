import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { overrun, scenario, scratch } from './program.ts';

const folder = scratch();

function write(name: string, text: string): string {
  const path = folder.path(name);
  writeFileSync(path, text);
  return path;
}

/** Three things to say, in another order than that of the checks. */
const TROUBLED = scenario()
  .replace('capacity: 100TiB }', 'capacity: 100TiB, floor: 0 }')
  .replace('jobs:\n', '  lone: { datastore: ds1, size: 1GiB }\njobs:\n')
  .replace('vms: all', 'vms: { names: [web] }, method: direct-disk');

test('lint prints warnings in the order of the file, with line, caret and help, and exits 0', async () => {
  const path = write('troubled.yaml', TROUBLED);
  const { code, stdout, stderr } = await overrun(['lint', path]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`${path}:7:35: warning: datastore \`ds1\` keeps no free space: writes go on to the last block [no-floor]
    ds1: { capacity: 100TiB, floor: 0 }
                                    ^
  help: a \`floor\`; without the key it is 100MiB
${path}:12:3: warning: no job takes \`lone\` [unprotected-vm]
    lone: { datastore: ds1, size: 1GiB }
    ^^^^
  help: a job that selects it, best by \`tags\` or \`all\`
${path}:14:45: warning: job \`nightly\` copies disks beneath the hypervisor: a copy is damaged if the guest writes meanwhile or a snapshot is open [direct-disk-copy]
    nightly: { vms: { names: [web] }, method: direct-disk, schedule: { every: 12h }, repository: r1 }
                                              ^^^^^^^^^^^
  help: \`method: snapshot\`, which copies a frozen disk
3 warnings of 3 checks
`);
});

test('lint --format json is the same for programs', async () => {
  const path = write('troubled.yaml', TROUBLED);
  const { code, stdout, stderr } = await overrun(['lint', path, '--format', 'json']);
  expect([code, stderr]).toEqual([0, '']);
  const { notes, ...head } = JSON.parse(stdout) as { notes: object[] };
  expect(head).toEqual({
    schema: 'overrun/lint@1',
    scenario: 'Test',
    warnings: 3,
    counts: { 'no-floor': 1, 'unprotected-vm': 1, 'direct-disk-copy': 1 },
  });
  expect(notes[1]).toEqual({
    check: 'unprotected-vm',
    severity: 'warning',
    path,
    line: 12,
    column: 3,
    text: 'no job takes `lone`',
    help: 'a job that selects it, best by `tags` or `all`',
  });
});

test('a scenario without warnings says so, from standard input as well', async () => {
  const { code, stdout, stderr } = await overrun(['lint', '-'], { stdin: scenario() });
  expect([code, stdout, stderr]).toEqual([0, 'no warnings\n', '']);
});

test('what a flag has set has the flag for its place, and what stands in a base has the base', async () => {
  const path = write('base.yaml', scenario());
  const over = write(
    'over.yaml',
    'extends: base.yaml\nvms: { lone: { datastore: ds1, size: 1GiB } }\njobs: { nightly: { vms: { names: [web] } } }\n',
  );
  const { code, stdout } = await overrun(['lint', over, '--set', 'datastores.ds1.floor=0', '--format', 'json']);
  expect(code).toBe(0);
  const { notes } = JSON.parse(stdout) as { notes: { check: string; path: string; line: number | null }[] };
  expect(notes.map(({ check, path: where, line }) => [check, where, line])).toEqual([
    ['unprotected-vm', over, 2],
    ['no-floor', '--set datastores.ds1.floor=0', null],
  ]);
  const longer = await overrun(['lint', over, '--set', 'jobs.nightly.vms={names: [lone]}']);
  expect(longer.stdout).toContain(`${path}:11:3: warning: no job takes \`web\` [unprotected-vm]\n`);
});

test('names of a hostile file do not steer the terminal', async () => {
  const path = write(
    'hostile.yaml',
    scenario().replace('jobs:\n', '  "a\u202eb\u2066": { datastore: ds1, size: 1GiB }\njobs:\n').replace('vms: all', 'vms: { names: [web] }'),
  );
  const { code, stdout } = await overrun(['lint', path]);
  expect(code).toBe(0);
  expect(stdout).toContain('no job takes `a?b?`');
  expect(stdout).toContain('"a?b?": { datastore');
  expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\u202e\u2066]/u);
});

test.each<[string, string[], string]>([
  ['a file that is not there', ['lint', 'nowhere.yaml'], 'nowhere.yaml: error: cannot be read: no such file'],
  ['no scenario', ['lint'], 'overrun: error: name the scenario to look at'],
  ['a flag that it has not', ['lint', 'x.yaml', '--out', 'y'], 'unknown flag `--out`'],
])('%s is exit 2', async (_what, args, words) => {
  const { code, stdout, stderr } = await overrun(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
});

test('a scenario that is not valid is refused as by run', async () => {
  const path = write('wrong.yaml', scenario().replace('capacity: 100TiB', 'capcity: 100TiB'));
  const [linted, ran] = await Promise.all([overrun(['lint', path]), overrun(['run', path])]);
  expect([linted.code, linted.stdout]).toEqual([2, '']);
  expect(linted.stderr).toBe(ran.stderr);
});
