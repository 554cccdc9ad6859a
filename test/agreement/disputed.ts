/** What the engine and the integrator still read differently. Scenarios leave it out, so that everything else can be compared. */
import type { VmGroup } from './scenario-vms.ts';

/** A limit of open snapshots where a VM has several disks: the integrator counts one snapshot per task, the engine one per disk. */
export function limitIsDisputed(groups: VmGroup[], datastore: number): boolean {
  return groups.some(({ disks }) => disks.filter((disk) => disk.datastore === datastore).length > 1);
}
