/** `run` with a policy, as a user's shell would. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { overrun, scenario, scratch } from './program.ts';

const folder = scratch();

function file(name: string, text: string): string {
  const path = folder.path(name);
  writeFileSync(path, text);
  return path;
}

/** A VM in no job: an error, unless a policy says otherwise. */
const text = scenario().replace('vms:\n', 'vms:\n  left: { datastore: ds1, size: 1GiB }\n').replace('vms: all', 'vms: { names: [web] }');

test('a policy in a file decides about the verdict and nothing else', async () => {
  const path = file('estate.yaml', text);
  const run = async (...flags: string[]) => JSON.parse((await overrun(['run', path, '--format', 'json', ...flags])).stdout);
  const usual = await run();
  const observed = await run('--policy', file('observe.yaml', 'preset: observe\n'));
  const silent = await run('--policy', file('silent.yaml', 'vm-unprotected: off\n'));
  expect([usual.verdict, observed.verdict, silent.verdict]).toEqual(['fails', 'at-risk', 'safe']);
  expect([observed.fingerprint, silent.fingerprint]).toEqual([usual.fingerprint, usual.fingerprint]);
});

test('the report names who has waived a finding, and waivers that have expired', async () => {
  const waivers = `waivers:
  - { rule: vm-unprotected, vms: { names: [left] }, owner: Ada, reason: to be retired, until: 2026-04-01 }
  - { rule: task-failed, owner: Bob, reason: old tapes, until: 2026-01-01 }
`;
  const { code, stdout } = await overrun(['run', file('waived.yaml', text), '--policy', file('waivers.yaml', waivers), '--all']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^SAFE: /);
  expect(stdout).toMatch(/WAIVED {3}No backup job ever takes VM left\.\n {3}by {4}Ada, until 2026-04-01 00:00: to be retired/);
  expect(stdout.replace(/\s+/g, ' ')).toContain('EXPIRED The waiver of task-failed by Bob ended 2026-01-01 00:00 and does not count (old tapes).');
});

test('an unknown rule in either file ends with 2 and its place, and nothing on standard output', async () => {
  const policy = file('wrong.yaml', 'preset: strict\nrun-overlp: error\n');
  const { code, stdout, stderr } = await overrun(['run', file('fine.yaml', text), '--policy', policy, '--format', 'json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`${policy}:2:1: error: unknown rule \`run-overlp\``);
  expect(stderr).toContain('did you mean `run-overlap`?');
});

test('a policy that cannot be read, is given twice or has nothing to judge is a usage error', async () => {
  const path = file('again.yaml', text);
  expect((await overrun(['run', path, '--policy', folder.path('none.yaml')])).code).toBe(2);
  const policy = file('some.yaml', 'preset: strict\n');
  expect(await overrun(['run', path, '--policy', policy, '--policy', policy])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--policy'),
  });
  expect(await overrun(['run', path, '--plan', '--policy', policy])).toMatchObject({ code: 2, stderr: expect.stringContaining('--policy') });
});
