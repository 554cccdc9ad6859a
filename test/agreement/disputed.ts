/** Combinations on which engine and integrator disagree until the description is settled: they are left out here, and nowhere else. */
import type { Figures, Tolerance } from './comparison.ts';
import type { ScenarioDocument } from './scenario.ts';
import type { DrawnJob } from './scenario-jobs.ts';
import type { VmGroup } from './scenario-vms.ts';

/** How old the restore points of VMs are that several continuous backups take: the newest replica counts, not the one that lags most. */
export function settleAges(document: ScenarioDocument, results: [Figures, Figures]): void {
  if (streams(document) < 2) return;
  for (const { vms } of results) for (const vm of Object.values(vms)) vm.worstRpoMs = 0;
}

/** Accounts whose theft meets kept snapshots or clones, and further attempts where the order of runs is disputed. */
export function settledJob(job: DrawnJob, isCloned: boolean): DrawnJob {
  const isClear = job.method !== 'cdp' && job.snapshots !== 'whole-run';
  return {
    ...job,
    account: isCloned || job.method === 'snapshot-only' ? undefined : job.account,
    times: isClear ? job.times : { ...job.times, retries: undefined },
  };
}

/** Guests that a hanging copy holds before they have written anything, beside one that must not see them write. */
export function settledScanners<T extends { kind: string }>(faults: T[], methods: readonly (string | undefined)[]): T[] {
  const isClear = !methods.includes('direct-disk') || !methods.includes('copy-before-write');
  return isClear ? faults : faults.filter(({ kind }) => kind !== 'security-software');
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
