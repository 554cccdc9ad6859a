/** One estate with all methods, all modes and sixty days of restore points: 500 VMs, twelve jobs. `npm run bench -- whole-estate` says how long it takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../scenarios/index.ts';
import type { MethodName } from '../../sim/index.ts';
import { INVARIANTS } from './invariants/index.ts';
import { complaints, play } from './play.ts';

const PATH = join(import.meta.dirname, '../../scenarios/whole-estate.yaml');

const METHODS: MethodName[] = ['snapshot', 'hot-add', 'direct-san', 'agent', 'copy-before-write', 'cdp', 'direct-disk', 'snapshot-only'];

describe('the whole estate', () => {
  const { plan } = loadScenario({ path: PATH, text: readFileSync(PATH, 'utf8'), readFile: () => '' });

  it('has 500 VMs and twelve jobs of all methods and modes', () => {
    expect(plan.vms).toHaveLength(500);
    expect(plan.jobs).toHaveLength(12);
    expect(new Set(plan.jobs.map(({ method }) => method))).toEqual(new Set(METHODS));
    expect(new Set(plan.jobs.map(({ mode }) => mode))).toEqual(new Set(['forever-forward', 'forward', 'reverse', 'full']));
  });

  it('keeps every invariant', { timeout: 120_000 }, () => {
    const played = play(plan);
    expect(complaints(played, INVARIANTS)).toEqual([]);
    const tasks = plan.jobs.map(({ name }) => (played.result.jobs[name]?.runs ?? []).flatMap((run) => run.tasks).length);
    expect(tasks.every((count) => count > 0)).toBe(true);
  });
});
