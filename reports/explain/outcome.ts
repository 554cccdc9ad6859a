/** What became of an effect in a re-run with something taken out. */
import type { Figures } from '../../sim/simulate.ts';
import type { Change } from './changes.ts';
import { jobOfRun } from './steps.ts';
import type { Effect } from './target.ts';

export interface Outcome {
  change: Change;
  /** `impossible`: the scenario is not valid without it. */
  verdict: 'gone' | 'later' | 'earlier' | 'unchanged' | 'impossible';
  /** When the effect occurs in the re-run; null when it does not. */
  atMs: number | null;
  /** Why it is impossible. */
  reason: string | null;
}

/** Instants closer than this are the same for a planner. */
const SAME_MS = 60_000;

export function outcomeOf(change: Change, effect: Effect, atMs: number, rerun: Figures): Outcome {
  const reachedMs = instantOf(effect, rerun);
  if (reachedMs === null) return { change, verdict: 'gone', atMs: null, reason: null };
  const differenceMs = reachedMs - atMs;
  const verdict = Math.abs(differenceMs) < SAME_MS ? 'unchanged' : differenceMs > 0 ? 'later' : 'earlier';
  return { change, verdict, atMs: reachedMs, reason: null };
}

export function impossible(change: Change, reason: string): Outcome {
  return { change, verdict: 'impossible', atMs: null, reason };
}

/** A finding is the same where rule and subject are. */
function instantOf(effect: Effect, result: Figures): number | null {
  if (effect.kind === 'finding') {
    const { rule, subject } = effect;
    return (
      result.findings.find((each) => each.rule === rule && each.subject.kind === subject.kind && each.subject.name === subject.name)?.atMs ?? null
    );
  }
  const run = result.jobs[jobOfRun(effect.id)]?.runs.find((each) => each.id === effect.id);
  return run === undefined ? null : (run.endedMs ?? result.scenario.durationMs);
}
