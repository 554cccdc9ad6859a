/** Random scenarios asked what could be restored at every instant at which anything happens, and just before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, type RecoveryChange, type RecoveryState, type Result, simulate } from '../../../sim/index.ts';
import { playDocument } from '../../swarm/run.ts';
import { scenarioOf } from '../../swarm/scenario.ts';
import { arbitraryPlan } from '../arbitrary-plan.ts';

const SWARM_SEEDS = Array.from({ length: 30 }, (_, index) => 7000 + index);

interface Watched {
  plan: Plan;
  /** Nobody asked. */
  plain: Result;
  plainLog: string;
  result: Omit<Result, 'recovery'>;
  log: string;
  states: RecoveryState[];
  changes: RecoveryChange[];
}

function watch(plan: Plan): Watched {
  const lines: string[] = [];
  const plain = simulate(plan, { onEvent: (line) => lines.push(line) });
  const instants = new Set([0, plan.durationMs]);
  for (const line of lines) {
    const { atMs } = JSON.parse(line) as { atMs: number };
    instants.add(atMs).add(Math.max(0, atMs - 1));
  }
  const changes: RecoveryChange[] = [];
  const again: string[] = [];
  const { recovery, ...result } = simulate(plan, {
    recoveryAt: [...instants],
    onEvent: (line) => again.push(line),
    onRecoveryChange: (change) => changes.push(change),
  });
  return { plan, plain, plainLog: lines.join('\n'), result, log: again.join('\n'), states: recovery as RecoveryState[], changes };
}

function lookChangesNothing({ plain, plainLog, result, log }: Watched): void {
  expect(log === plainLog).toBe(true);
  expect(result).toEqual(plain);
}

function endIsThatOfTheResult({ plain, states }: Watched): void {
  for (const [name, vm] of Object.entries(plain.vms)) {
    const end = states.at(-1)?.vms[name];
    expect(end?.restorePoints).toBe(vm.restorePoints);
    expect(Object.fromEntries(Object.entries(end?.survives ?? {}).map(([loss, { restorePoints }]) => [loss, restorePoints]))).toEqual(vm.survives);
  }
}

/** Ages are greatest just before they change, within the millisecond. What comes to pass in the first instant is told by the change. */
function worstAgeIsThatOfSomeInstant({ plain, states, changes }: Watched): void {
  for (const [name, { worstRpoMs }] of Object.entries(plain.vms)) {
    const ages = states.map(({ vms }) => vms[name]?.rpoMs ?? 0);
    const before = changes.flatMap(({ vm, rpoBeforeMs }) => (vm === name ? [rpoBeforeMs ?? 0] : []));
    const seenMs = Math.max(...ages, ...before);
    expect(seenMs).toBeLessThanOrEqual(worstRpoMs);
    expect(seenMs).toBeGreaterThanOrEqual(worstRpoMs - 1);
  }
}

/** Between two changes a newest point only grows older; of continuous backups that is not so. */
function changesTellEveryState({ plan, states, changes }: Watched): void {
  if (plan.jobs.some(({ method }) => method === 'cdp')) return;
  for (const { name } of plan.vms) {
    const ofVm = changes.filter(({ vm }) => vm === name);
    let known: RecoveryChange | undefined;
    for (const { atMs, vms } of states) {
      while (ofVm[0] !== undefined && ofVm[0].atMs <= atMs) {
        const next = ofVm.shift() as RecoveryChange;
        if (known !== undefined && known.rpoMs !== null) expect(next.rpoBeforeMs).toBe(known.rpoMs + next.atMs - known.atMs);
        known = next;
      }
      const { newestPointAtMs, rpoMs, restorePoints } = vms[name] ?? {};
      const told = known ?? { newestPointAtMs: null, rpoMs: null, restorePoints: 0, atMs };
      const ageMs = told.rpoMs === null ? null : told.rpoMs + atMs - told.atMs;
      expect({ newestPointAtMs, rpoMs, restorePoints }).toEqual({
        newestPointAtMs: told.newestPointAtMs,
        rpoMs: ageMs,
        restorePoints: told.restorePoints,
      });
    }
  }
}

function hold(watched: Watched): void {
  lookChangesNothing(watched);
  endIsThatOfTheResult(watched);
  worstAgeIsThatOfSomeInstant(watched);
  changesTellEveryState(watched);
}

describe('what could be restored, looked at everywhere', () => {
  it('changes nothing, ends as the result says, is never worse than it says, and is told by its changes: small estates', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => hold(watch(plan))),
      { numRuns: 60 },
    );
  });

  it.each(SWARM_SEEDS)('the same with methods, faults and copies: scenario %i of the swarm', (seed) => {
    hold(watch(playDocument(scenarioOf(seed)).plan));
  });
});
