/** An estate that grows by a few VMs while the schedule stays as it was: what a list of names misses, a tag sees. */
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { overrun, scratch } from './program.ts';

const folder = scratch();

const SCENARIO = `overrun: 1
name: A growing estate
start: 2026-03-02T18:00
timezone: Europe/Berlin
duration: 5d
datastores:
  ds1: { capacity: 10TiB }
repositories:
  r1: { capacity: 50TiB, read: 500MiB/s, write: 500MiB/s }
vms:
  web:
    { count: 2, datastore: ds1, size: 100GiB, used: 60GiB, tags: [web] }
  web-march:
    { count: 3, datastore: ds1, size: 100GiB, used: 60GiB, tags: [web], rpo: 26h, exists: { from: 2026-03-04T10:00 } }
  old:
    { datastore: ds1, size: 500GiB, exists: { until: 2026-03-05T10:00 } }
  large:
    { datastore: ds1, size: 20TiB, exists: { from: 2026-03-06 } }
jobs:
  nightly: { vms: { names: [web, old] }, schedule: "0 22 * * *", repository: r1 }
`;

interface Found {
  rule: string;
  subject: { name: string };
  message: string;
}

async function simulated(...flags: string[]): Promise<{
  verdict: string;
  findings: Found[];
  tasks: string[][];
  vms: Record<string, { createdAtMs: number | null; deletedAtMs: number | null }>;
}> {
  const { code, stdout, stderr } = await overrun(['run', folder.path('growing.yaml'), '--format', 'json', ...flags]);
  expect([code, stderr]).toEqual([0, '']);
  const { verdict, findings, jobs, vms } = JSON.parse(stdout);
  const tasks = jobs.nightly.runs.map((run: { tasks: { vm: string }[] }) => run.tasks.map(({ vm }) => vm));
  return { verdict, findings, tasks, vms };
}

describe('overrun run', () => {
  beforeAll(() => writeFileSync(folder.path('growing.yaml'), SCENARIO));

  test('tells which new VMs a list of names misses, from when on they have no restore point, and what could not be created', async () => {
    const { verdict, findings, tasks, vms } = await simulated();
    expect(verdict).toBe('fails');
    const old = ['web-01', 'web-02', 'old'];
    expect(tasks).toEqual([old, old, old, ['web-01', 'web-02'], ['web-01', 'web-02']]);
    const of = (rule: string) => findings.filter((one) => one.rule === rule).map(({ subject, message }) => `${subject.name}: ${message}`);
    expect(of('new-vm-missed')[0]).toBe(
      "web-march-01: VM web-march-01 is newer than a job's list of names and is not backed up by it, 3 times, first on Wed 4 Mar 2026 22:00.",
    );
    expect(of('rpo-missed')[2]).toBe('web-march-03: VM web-march-03 has no good restore point as new as wanted on Thu 5 Mar 2026 12:00.');
    expect(of('vm-unprotected')).toHaveLength(3);
    expect(of('vm-not-created')).toEqual(['large: VM large cannot be created on Fri 6 Mar 2026 00:00: there is not enough room.']);
    expect(vms['web-march-01']).toMatchObject({ createdAtMs: 40 * 3_600_000, deletedAtMs: null });
    expect(vms.old).toMatchObject({ createdAtMs: null, deletedAtMs: 64 * 3_600_000 });
  });

  test('has every VM in its first night where the job selects by tag', async () => {
    const { findings, tasks } = await simulated('--set', 'jobs.nightly.vms={tags: [web]}', '--set', 'vms.large=null', '--set', 'vms.old=null');
    expect(tasks.map((night) => night.length)).toEqual([2, 2, 5, 5, 5]);
    expect(findings).toEqual([]);
  });
});
