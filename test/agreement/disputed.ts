import type { Figures } from './comparison.ts';
import type { ScenarioDocument } from './scenario.ts';
import type { VmGroup } from './scenario-vms.ts';

/** Combinations on which engine and integrator disagree until the description is settled: the generator leaves them out here, and nowhere else. */

/** Disks of one VM that get their slots when its snapshot is there already, some of which are to be attached. */
export function settledSnapshots(method: string | undefined, snapshots: string | undefined): string | undefined {
  return method === 'hot-add' ? undefined : snapshots;
}

/** A stated `timings.attach` with a method that attaches no disks. */
export function settledTimings(method: string | undefined, { attach, ...timings }: { attach: string | undefined }): object {
  return { ...timings, ...(method === 'hot-add' ? { attach } : {}) };
}

/** Whether a snapshot was open during a direct copy, where merges have helpers. */
export function isDisputed(document: ScenarioDocument, text: string): boolean {
  const datastores = Object.values(document.datastores as Record<string, { consolidation?: string }>);
  return text.endsWith(' reason: inconsistent-copy against damaged-copy') && datastores.some(({ consolidation }) => consolidation === 'helper');
}

/** An operator's answer for a VM that has a disk on another full datastore, where it needs nothing. */
export function settledAnswer(respondsAfter: string | undefined, groups: VmGroup[]): string | undefined {
  const spread = groups.some(({ disks }) => new Set(disks.map(({ datastore }) => datastore)).size > 1);
  return spread ? undefined : respondsAfter;
}

/** What the deltas of snapshots have held that nobody but `snapshot-only` has opened. */
export function settledFigures(document: ScenarioDocument, figures: Figures): Figures {
  for (const [name, keys] of Object.entries(document.jobs as Record<string, { method?: string }>)) {
    if (keys.method !== 'snapshot-only') continue;
    for (const { tasks } of figures.jobs[name]?.runs ?? []) for (const task of tasks) task.peakDeltaBytes = 0;
  }
  return figures;
}
