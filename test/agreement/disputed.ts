/** Combinations on which engine and integrator disagree until the description is settled: they are left out here, and nowhere else. */
import type { Figures, Tolerance } from './comparison.ts';
import type { ScenarioDocument } from './scenario.ts';
import type { VmGroup } from './scenario-vms.ts';

/** Saved blocks on a saturated datastore on which a VM of the job lies itself. */
export function settledFleecing(fleecing: string | undefined, taken: VmGroup[]): string | undefined {
  const own = taken.flatMap(({ disks }) => disks.map(({ datastore }) => `ds${datastore}`));
  return fleecing === undefined ? undefined : [fleecing, 'ds0', 'ds1'].find((name) => !own.includes(name));
}

/** The same where the two datastores are saturated together. */
export function settledBesides<T>(fleecing: T, datastores: readonly { array: string | undefined }[]): T | undefined {
  return datastores.every(({ array }) => array !== undefined) ? undefined : fleecing;
}

/** What a continuous backup with a base reads of VMs without change tracking. */
export function settledTracking(groups: VmGroup[], methods: readonly (string | undefined)[]): VmGroup[] {
  return methods.includes('cdp') ? groups.map((group) => ({ ...group, keys: { ...group.keys, changeTracking: true } })) : groups;
}

/** What latency control leaves to a transfer that something slows down. */
export function settledDatastore({ latencyControl, ...keys }: Record<string, unknown>, faults: { kind: string }[]): object {
  const isSlow = faults.some(({ kind }) => kind === 'security-software');
  return isSlow || latencyControl === undefined ? keys : { ...keys, latencyControl };
}

/** Continuous backups follow a change of pace within a second, in which they take more or less of a network than they need. */
export function settledTolerance(document: ScenarioDocument, tolerance: Tolerance): Tolerance {
  const streams = Object.values(document.jobs as Record<string, { method?: string }>).some(({ method }) => method === 'cdp');
  return streams ? { ...tolerance, ms: Math.max(tolerance.ms, 5000) } : tolerance;
}

/** The lag of guests that write more in some hours than in others, or whose network fails: within the second their law has begun anew. */
export function settleLags(document: ScenarioDocument, results: [Figures, Figures]): void {
  const groups = document.vms as Record<string, { activity?: unknown }>;
  const fails = (document.faults as { kind: string }[]).some(({ kind }) => kind.startsWith('network'));
  for (const { vms } of results) {
    for (const [name, vm] of Object.entries(vms)) {
      const isEven = (groups[name.split('-')[0] ?? name]?.activity ?? 'flat') === 'flat';
      if (vm.worstLagMs !== null && (fails || !isEven)) vm.worstLagMs = 0;
    }
  }
}
