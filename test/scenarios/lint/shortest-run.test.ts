import { describe, expect, test } from 'vitest';
import { shortestRun } from '../../../scenarios/lint/shortest-run.ts';
import { Subject } from '../../../scenarios/lint/subject.ts';
import { simulate } from '../../../sim/index.ts';
import type { JobPlan } from '../../../sim/plan.ts';
import { load } from '../support.ts';
import { variant } from './support.ts';

type Changes = (readonly [from: string, to: string])[];

const END = '    repository: r1\n';
const FULL = [END, `${END}    mode: full\n    retention: { last: 2 }\n`] as const;

function shortest(...changes: Changes) {
  const { plan } = load(variant(...changes));
  return shortestRun(new Subject(plan), plan.jobs[0] as JobPlan, 'usual');
}

describe('the least time of a run is that of its bottleneck, counted by hand', () => {
  test.each<[string, Changes, seconds: number, why: string]>([
    // 800 GiB are read, half of that is stored at 100 MiB/s.
    ['the repository', [FULL], 400 * 10.24, '400GiB to repository `r1` at 100MiB/s'],
    ['a datastore', [FULL, ['maxOpenSnapshots: 4', 'read: 50MiB/s']], 800 * 20.48, '800GiB from datastore `ds1` at 50MiB/s'],
    [
      'an array',
      [
        FULL,
        ['datastores:\n', 'arrays:\n  a1: { read: 50MiB/s, write: 1GiB/s, iops: 9000, capacity: 20TiB }\ndatastores:\n'],
        ['maxOpenSnapshots: 4', 'array: a1'],
      ],
      800 * 20.48,
      '800GiB from array `a1` at 50MiB/s',
    ],
    [
      'a link',
      [FULL, ['proxies:\n', 'links:\n  wan: { bandwidth: 20MiB/s }\nproxies:\n'], ['write: 100MiB/s', 'write: 100MiB/s, links: [wan]']],
      400 * 51.2,
      '400GiB over link `wan` at 20MiB/s',
    ],
    // A core reads 100 MiB/s of a full.
    ['the cores of its proxies', [FULL, ['slots: 4', 'cores: 1']], 800 * 10.24, '800GiB through the cores of its proxies'],
    ['the network of its proxies', [FULL, ['slots: 4', 'network: 80MiB/s']], 800 * 12.8, '800GiB through the network of its proxies at 80MiB/s'],
    // Three streams of 10 MiB/s.
    ['the slots', [FULL, ['slots: 4', 'slots: 3'], [END, `${END}    streamRate: 10MiB/s\n`]], (800 * 102.4) / 3, '800GiB in 3 streams at once'],
    // 200 GiB of one VM at 4 MiB/s, half a second before and one after.
    ['the longest task', [FULL, ['slots: 4', 'slots: 40'], [END, `${END}    streamRate: 4MiB/s\n`]], 200 * 256 + 1.5, '200GiB of `db` in one stream'],
    // A day writes 10 x 3 + 10 GiB; a core reads 25 MiB/s of an increment.
    ['the slots, for increments', [['slots: 4', 'slots: 3']], (40 * 1024) / 75, '40GiB in 3 streams at once'],
  ])('%s', (_what, changes, seconds, why) => {
    const run = shortest(...changes);
    expect(run?.why).toBe(why);
    expect((run?.ms ?? 0) / 1000).toBeCloseTo(seconds, 6);
  });
});

test('no run of the simulator is shorter', () => {
  for (const changes of [[FULL], [FULL, ['slots: 4', 'cores: 2']], [FULL, [END, `${END}    streamRate: 10MiB/s\n`]]] as Changes[]) {
    const { plan } = load(variant(...changes));
    const least = shortestRun(new Subject(plan), plan.jobs[0] as JobPlan, 'usual')?.ms ?? 0;
    const runs = simulate(plan).jobs['nightly']?.runs.filter(({ endedMs }) => endedMs !== null) ?? [];
    expect(runs.length).toBeGreaterThan(5);
    for (const { startedMs, endedMs } of runs) expect((endedMs as number) - (startedMs as number)).toBeGreaterThanOrEqual(least);
    // Nor is the bound so low that it would say nothing.
    expect((runs[0]?.endedMs ?? 0) - (runs[0]?.startedMs ?? 0)).toBeLessThan(2 * least);
  }
});
