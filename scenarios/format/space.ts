/** What is full before anything happens is a slip in the figures, not a finding. */
import { repositoryBytesAtStart } from '../../sim/build.ts';
import type { DatastorePlan, Plan, VmPlan } from '../../sim/plan.ts';
import type { Draft } from './draft.ts';
import { placeAt } from './tree.ts';
import { formatSize, roughSize } from './units.ts';

/** Bytes. */
interface Taken {
  other: number;
  disks: number;
  snapshots: number;
}

export function checkSpace(draft: Draft, datastores: readonly DatastorePlan[], vms: readonly VmPlan[]): void {
  const taken = takenAtStart(datastores, vms);
  for (const { name, capacityBytes } of datastores) {
    const { other, disks, snapshots } = taken.get(name) as Taken;
    if (other + disks + snapshots <= capacityBytes) continue;
    const parts = `disks ${roughSize(disks)}, snapshots ${roughSize(snapshots)}, other ${roughSize(other)}`;
    const text = `datastore \`${name}\` is full before the start: ${roughSize(other + disks + snapshots)} (${parts}) on ${formatSize(capacityBytes)}`;
    draft.problems.add(placeAt(draft.root, ['datastores', name, 'capacity']), text, { expected: 'a capacity of at least what lies on it' });
  }
}

/** Bytes on each datastore at the start, by what takes them. */
export function takenAtStart(datastores: readonly DatastorePlan[], vms: readonly VmPlan[]): ReadonlyMap<string, Taken> {
  const taken = new Map(datastores.map(({ name, otherUsedBytes }) => [name, { other: otherUsedBytes, disks: 0, snapshots: 0 }]));
  for (const disk of vms.flatMap((vm) => (vm.bornMs === null ? vm.disks : []))) {
    const on = taken.get(disk.datastore);
    if (on === undefined) continue;
    on.disks += disk.provisioning === 'thick' ? disk.sizeBytes : disk.usedBytes;
    for (const snapshot of disk.snapshots) on.snapshots += snapshot.sizeBytes;
  }
  return taken;
}

/** The chains that established jobs have on a repository must fit as well. */
export function checkRepositories(draft: Draft, plan: Plan): void {
  if (plan.jobs.every((job) => job.initial === 'full')) return;
  const held = repositoryBytesAtStart(plan);
  for (const { name, capacityBytes } of plan.repositories) {
    const bytes = held[name] ?? 0;
    if (bytes <= capacityBytes) continue;
    const text = `repository \`${name}\` is full before the start: its established jobs hold ${roughSize(bytes)} on ${formatSize(capacityBytes)}`;
    draft.problems.add(placeAt(draft.root, ['repositories', name, 'capacity']), text, { expected: 'a capacity of at least what lies on it' });
  }
}
