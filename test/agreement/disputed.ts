/** Combinations that the engine and the integrator still read differently. Scenarios leave them out, so that everything else can be compared. */
import type { DrawnJob } from './scenario-jobs.ts';
import type { VmGroup } from './scenario-vms.ts';

/** A limit of open snapshots where a VM has several disks: the integrator counts one snapshot per task, the engine one per disk. */
export function limitIsDisputed(groups: VmGroup[], datastore: number): boolean {
  return groups.some(({ disks }) => disks.filter((disk) => disk.datastore === datastore).length > 1);
}

/** Agents on VMs without change tracking: by the integrator an agent has its own, by the engine it reads everything each time. */
export function trackingIsDisputed(jobs: DrawnJob[]): boolean {
  return jobs.some(({ method }) => method === 'agent');
}
