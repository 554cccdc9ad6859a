/** One seed of the swarm: its scenario goes through the scenario loader and the simulator, and every invariant is looked at. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenario } from '../../scenarios/index.ts';
import { type Plan, type Result, simulate } from '../../sim/index.ts';
import type { ScenarioDocument } from '../agreement/scenario.ts';
import { INVARIANTS } from './invariants/index.ts';
import { complaints, type Played, play } from './play.ts';
import { scenarioOf } from './scenario.ts';
import { changedBy, withUnrelated } from './unrelated.ts';

/** Hundreds of times what a scenario of the swarm needs: one that gets there goes round in circles. */
const LIMITS = { eventsInAll: 20_000_000, eventsPerInstant: 500_000 };

/** Instants at which somebody looks at what could be restored. */
const LOOKS = 40;

/** Between most of what waits and what it waits for, at times that no schedule has; more often would leave time for fewer scenarios. */
const UNRELATED_EVERY_MS = 617_283;

export interface Outcome {
  seed: number;
  /** What is wrong; empty: nothing. */
  wrong: string[];
  tasks: number;
}

export function playDocument(document: ScenarioDocument): Played {
  return play(planOf(document), LIMITS);
}

function planOf(document: ScenarioDocument): Plan {
  const { plan } = loadScenario({
    path: 'swarm.json',
    text: JSON.stringify(document),
    readFile: (path) => {
      throw new Error(`${path}: a scenario of the swarm stands alone`);
    },
  });
  return plan;
}

/** Once more from the document, with somebody who looks at what could be restored, by which nothing may change. */
function playAgain(document: ScenarioDocument, { durationMs }: Plan): Omit<Result, 'recovery'> {
  const recoveryAt = Array.from({ length: LOOKS + 1 }, (_, look) => Math.floor((look * durationMs) / LOOKS));
  const { recovery: _, ...result } = simulate(planOf(document), { recoveryAt, onRecoveryChange: () => {}, limits: LIMITS });
  return result;
}

/** Cut up by events that have nothing to do with it. */
function changedByOthers(document: ScenarioDocument, result: Result): string[] {
  const cut = simulate(withUnrelated(planOf(document), UNRELATED_EVERY_MS), { limits: LIMITS });
  return changedBy(result, cut).map((text) => `by unrelated events: ${text}`);
}

export function runSeed(seed: number): Outcome {
  const outcome: Outcome = { seed, wrong: [], tasks: 0 };
  try {
    const document = scenarioOf(seed);
    const played = playDocument(document);
    for (const { runs } of Object.values(played.result.jobs)) for (const { tasks } of runs) outcome.tasks += tasks.length;
    outcome.wrong = complaints(played, INVARIANTS);
    if (JSON.stringify(playAgain(document, played.plan)) !== JSON.stringify(played.result)) outcome.wrong.push('simulated twice: two results');
    outcome.wrong.push(...changedByOthers(document, played.result));
  } catch (error) {
    outcome.wrong.push(error instanceof Error ? `breaks down: ${error.stack ?? error.message}` : String(error));
  }
  return outcome;
}

export interface Swarm {
  scenarios: number;
  tasks: number;
  failed: Outcome[];
}

export interface SwarmOptions {
  firstSeed: number;
  seconds: number;
  /** After this many failures nothing more is learnt. */
  mostFailures: number;
  onSeed?: (swarm: Swarm) => void;
}

/** Seed after seed until the time is over, at least one. */
export function runSwarm({ firstSeed, seconds, mostFailures, onSeed }: SwarmOptions): Swarm {
  const swarm: Swarm = { scenarios: 0, tasks: 0, failed: [] };
  const untilMs = performance.now() + seconds * 1000;
  for (let seed = firstSeed; swarm.failed.length < mostFailures; seed++) {
    const outcome = runSeed(seed);
    swarm.scenarios++;
    swarm.tasks += outcome.tasks;
    if (outcome.wrong.length > 0) swarm.failed.push(outcome);
    onSeed?.(swarm);
    if (performance.now() >= untilMs) break;
  }
  return swarm;
}

/** What a person needs to look into a failure: the seed, the scenario in a file, and what is wrong. */
export function report({ seed, wrong }: Outcome): string {
  const file = join(mkdtempSync(join(tmpdir(), 'overrun-swarm-')), `seed-${seed}.json`);
  writeFileSync(file, `${JSON.stringify(scenarioOf(seed), null, 2)}\n`);
  const shown = wrong.slice(0, 12).map((text) => `  ${text}`);
  return [`seed ${seed}: ${wrong.length} complaints; scenario in ${file}; again with SWARM_SEED=${seed} npx vitest run test/swarm`, ...shown].join(
    '\n',
  );
}
