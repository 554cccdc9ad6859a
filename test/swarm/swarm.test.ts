/**
 * Random scenarios over the whole format, all invariants on.
 *
 * SWARM_SECONDS: for how long (default 10). SWARM_SEED: one scenario, as a failure names it.
 */
import { expect, it } from 'vitest';
import { report, runSeed, runSwarm } from './run.ts';

const SECONDS = Number(process.env.SWARM_SECONDS ?? 10);
const SEED = process.env.SWARM_SEED;

/** The scenario that is being played when the time is over is played to its end. */
const SLOWEST_SCENARIO_MS = 60_000;

if (SEED === undefined) {
  it(
    `invariants hold over random scenarios for ${SECONDS} s`,
    () => {
      const { scenarios, tasks, failed } = runSwarm({ firstSeed: 1, seconds: SECONDS, mostFailures: 3 });
      if (failed.length > 0) expect.fail(failed.map(report).join('\n'));
      expect(tasks).toBeGreaterThan(0);
      // In the protocol of CI it stands what was looked at.
      console.log(`swarm: ${scenarios} scenarios, ${tasks} tasks`);
    },
    SECONDS * 1000 + SLOWEST_SCENARIO_MS,
  );
} else {
  it(`invariants hold over the scenario of seed ${SEED}`, () => {
    const outcome = runSeed(Number(SEED));
    if (outcome.wrong.length > 0) expect.fail(report(outcome));
    expect(outcome.wrong).toEqual([]);
  });
}
