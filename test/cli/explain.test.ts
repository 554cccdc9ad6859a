import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { overrun, scratch } from './program.ts';

const folder = scratch();
const ACT_5 = 'scenarios/five-acts-5-growth.yaml';

/** A datastore that fills because the data of two groups grows; job and repository are wide enough. */
const FILLS = `overrun: 1
name: Fills
start: 2026-03-02T12:00
timezone: Europe/Berlin
duration: 30d
datastores:
  ds1: { class: all-flash, capacity: 700GiB }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 500MiB/s }
vms:
  big:
    datastore: ds1
    size: 600GiB
    used: 300GiB
    writes: { changed: 0MiB/day }
    growth: 20GiB/day
  small:
    datastore: ds1
    size: 300GiB
    used: 200GiB
    writes: { changed: 0MiB/day }
    growth: 1GiB/day
jobs:
  nightly:
    vms: all
    schedule: "0 22 * * *"
    repository: r1
`;

interface Explained {
  finding: { id: string; rule: string; subject: { kind: string; name: string }; atMs: number };
  steps: { kind: string; inputs: { file: string; line: number; path: string }[] }[];
  necessary: { without: string; inputs: { line: number }[]; verdict: string; atMs: number | null }[];
}

async function explainFile(path: string, ...more: string[]): Promise<Explained> {
  const { code, stdout, stderr } = await overrun(['explain', path, ...more, '--format', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Explained;
}

/** When the file's run raises the finding; null when it does not. */
async function raisedAt(path: string, { rule, subject }: Explained['finding']): Promise<number | null> {
  const { stdout } = await overrun(['run', path, '--format', 'json']);
  const { findings } = JSON.parse(stdout) as { findings: Explained['finding'][] };
  return findings.find((each) => each.rule === rule && each.subject.name === subject.name)?.atMs ?? null;
}

describe('overrun explain', () => {
  it('takes out what a reader would take out: the same comes of editing the file', async () => {
    const path = folder.path('fills.yaml');
    writeFileSync(path, FILLS);
    const { finding, necessary } = await explainFile(path);
    expect(finding).toMatchObject({ rule: 'space-exhausted', subject: { name: 'ds1' } });
    // 200 GiB are free, less the floor of 100 MiB, and 21 GiB a day fill them.
    expect(finding.atMs / 86_400_000).toBeCloseTo((200 - 100 / 1024) / 21, 1);

    const growth = necessary.filter((each) => each.without.includes('growth'));
    expect(growth.map((each) => each.inputs.map((input) => input.line))).toEqual([[16, 22], [16], [22]]);
    for (const { inputs, verdict, atMs } of growth) {
      const gone = new Set(inputs.map((input) => input.line));
      const edited = folder.path('edited.yaml');
      writeFileSync(
        edited,
        FILLS.split('\n')
          .filter((_, index) => !gone.has(index + 1))
          .join('\n'),
      );
      expect(await raisedAt(edited, finding)).toBe(atMs);
      expect(verdict).toBe(gone.has(16) ? 'gone' : 'later');
    }
    expect(necessary.find((each) => each.without === 'job nightly')?.verdict).not.toBe('gone');
    expect(necessary.find((each) => each.without === 'the limit datastores.ds1.capacity')?.verdict).toBe('gone');
  });

  it('walks act 5 from the full datastore to the growth lines', async () => {
    const { code, stdout, stderr } = await overrun(['explain', ACT_5]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('F1 ERROR  Datastore san-1 runs full on Fri 22 May 2026 06:11');
    const growth = readFileSync(ACT_5, 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.includes('growth:') ? [index + 1] : []));
    expect(growth.length).toBe(4);
    for (const line of growth) expect(stdout).toContain(`<- ${ACT_5}:${line}  `);
    expect(stdout).toContain('without all of this growth: gone');
    const [, transcript = ''] = /```text\n\$ overrun explain .*\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    const told = transcript.split('\n').filter((line) => line !== '...' && line !== '');
    expect(told.length).toBeGreaterThan(10);
    for (const line of told) expect(stdout).toContain(`${line}\n`);
    expect(stdout).toContain('without job nightly: gone');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001b');
  }, 60_000);

  it('writes a picture to a file', async () => {
    const out = folder.path('f1.svg');
    const { code, stderr } = await overrun(['explain', 'scenarios/lessons/quarter-hour.yaml', 'F2', '--format', 'svg', '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `wrote ${out}\n` });
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg [\s\S]*quarter-hour\.yaml:22 {2}jobs\.often\.schedule[\s\S]*<\/svg>\n$/);
    const dot = await overrun(['explain', 'scenarios/lessons/quarter-hour.yaml', 'F2', '--format', 'dot']);
    expect(dot.stdout).toMatch(/^digraph explanation \{\n[\s\S]*\n\}\n$/);
  });

  it('refuses a name that nothing has, and says what was probably meant', async () => {
    const scenario = join('scenarios', 'two-jobs.yaml');
    expect(await overrun(['explain', scenario, 'fils#1'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'overrun explain: error: nothing is called `fils#1`; did you mean `files#1`?\n',
    });
    expect((await overrun(['explain', scenario])).code).toBe(2);
    expect((await overrun(['explain', folder.path('missing.yaml')])).code).toBe(2);
    expect((await overrun(['explain', scenario, '--format', 'png'])).stderr).toContain('--format: error:');
  });
});
