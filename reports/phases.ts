/** What a run was doing when, folded over its tasks: the common ground of the text timeline and the figure. Milliseconds since the start. */
import type { RunResult } from '../sim/result.ts';

/** `transferring`: at least one VM is being read; `consolidating`: none is, but deltas are merged back; `waiting`: neither. */
export type Phase = 'waiting' | 'transferring' | 'consolidating';

export interface PhaseSpan {
  phase: Phase;
  fromMs: number;
  untilMs: number;
}

/** The phases of a started run in order, without gaps, until its end or `horizonMs` where it has none. Empty for a run that never started. */
export function runPhases(run: RunResult, horizonMs: number): PhaseSpan[] {
  if (run.startedMs === null) return [];
  const endMs = run.endedMs ?? horizonMs;
  const steps: { atMs: number; transfers: number; merges: number }[] = [];
  for (const task of run.tasks) {
    const stopMs = task.endedMs ?? endMs;
    if (task.transferMs !== null) addSpan(steps, task.transferMs, task.transferEndMs ?? stopMs, 'transfers');
    if (task.transferEndMs !== null) addSpan(steps, task.transferEndMs, task.consolidatedMs ?? stopMs, 'merges');
  }
  steps.sort((a, b) => a.atMs - b.atMs);
  const spans: PhaseSpan[] = [];
  let atMs = run.startedMs;
  let transfers = 0;
  let merges = 0;
  for (const step of steps) {
    const untilMs = Math.min(step.atMs, endMs);
    extend(spans, transfers > 0 ? 'transferring' : merges > 0 ? 'consolidating' : 'waiting', atMs, untilMs);
    atMs = Math.max(atMs, untilMs);
    transfers += step.transfers;
    merges += step.merges;
  }
  extend(spans, 'waiting', atMs, endMs);
  return spans;
}

function addSpan(steps: { atMs: number; transfers: number; merges: number }[], fromMs: number, untilMs: number, what: 'transfers' | 'merges'): void {
  if (untilMs <= fromMs) return;
  const transfers = what === 'transfers' ? 1 : 0;
  steps.push({ atMs: fromMs, transfers, merges: 1 - transfers }, { atMs: untilMs, transfers: -transfers, merges: transfers - 1 });
}

function extend(spans: PhaseSpan[], phase: Phase, fromMs: number, untilMs: number): void {
  if (untilMs <= fromMs) return;
  const last = spans.at(-1);
  if (last?.phase === phase) last.untilMs = untilMs;
  else spans.push({ phase, fromMs, untilMs });
}

/** Whether another run of the job began, or was due, before this one had ended. */
export function overrunsNext(runs: readonly RunResult[], index: number, horizonMs: number): boolean {
  const run = runs[index];
  const next = runs[index + 1];
  return run !== undefined && next !== undefined && run.startedMs !== null && next.dueMs < (run.endedMs ?? horizonMs);
}
