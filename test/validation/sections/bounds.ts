/** 6. Bounds and conservation, on random scenarios of the swarm. */
import { INVARIANTS } from '../../swarm/invariants/index.ts';
import { playDocument } from '../../swarm/run.ts';
import { scenarioOf } from '../../swarm/scenario.ts';
import { compared, type Section } from '../section.ts';

const SCENARIOS = 50;

const LAWS: Record<string, string[]> = {
  'no schedule ends before its longest task, its work over the rate, its work over the slots': ['runsKeepTheirLowerBounds'],
  "Little's law on the queue of every run": ['queuesObeyLittle', 'slotsKnowWhoWaited'],
  'the peak ledger sums to the bytes used': ['ledgersAddUp', 'levelsStayBelowThePeak', 'freeSpaceStopsAtTheFloor'],
  'bytes read are bytes stored times the reduction': ['repositoriesHoldTheirPoints', 'devicesCarryWhatTasksRead'],
};

export function bounds(): Section {
  const broken = Object.fromEntries(Object.keys(LAWS).map((law) => [law, 0]));
  for (let seed = 1; seed <= SCENARIOS; seed++) {
    const played = playDocument(scenarioOf(seed));
    for (const [law, names] of Object.entries(LAWS)) {
      if (names.some((name) => INVARIANTS[name]?.(played).length !== 0)) broken[law] = (broken[law] ?? 0) + 1;
    }
  }
  const about = `Scenarios, of ${SCENARIOS} random ones, in which a law is broken. Every test run goes through more of them (\`test/swarm/\`).`;
  const figures = Object.entries(broken).map(([what, ours]) => ({ what, expected: 0, ours }));
  return compared('Bounds and conservation', about, figures);
}
