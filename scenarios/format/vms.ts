/** The VMs of the plan: groups are checked, then counted out, each instance with its own draws. */
import type { InitialSnapshotPlan, VmPlan } from '../../sim/plan.ts';
import type { Activities } from './activities.ts';
import { unlimited, VM } from './defaults.ts';
import { type DiskGroup, planDisk, planDiskGroups } from './disks.ts';
import type { Draft } from './draft.ts';
import { planExistence } from './existence.ts';
import { instanceName } from './names.ts';
import type { EntryOf } from './schema.ts';
import { planSnapshots } from './snapshots.ts';

/** Everything that the instances of a group have in common. */
interface Group {
  count: number | null;
  vary: number;
  disks: DiskGroup[];
  /** By disk. */
  snapshots: InitialSnapshotPlan[][];
  vm: Omit<VmPlan, 'name' | 'disks'>;
}

export function planVms(draft: Draft, activities: Activities): VmPlan[] {
  const someAgent = [...draft.entries.jobs.values()].some(({ method }) => method === 'agent');
  const vms: VmPlan[] = [];
  for (const [name, entry] of draft.entries.vms) {
    const group = planGroup(draft, activities, name, entry, someAgent);
    if (group.count === null) vms.push(planInstance(draft.seed, group, name));
    else for (let number = 1; number <= group.count; number++) vms.push(planInstance(draft.seed, group, instanceName(name, number)));
  }
  return vms;
}

function planGroup(draft: Draft, activities: Activities, name: string, entry: EntryOf<'vms'>, someAgent: boolean): Group {
  const { assumptions } = draft;
  const origin = `vms.${name}`;
  const at = (key: string) => `${origin}.${key}`;
  const disks = planDiskGroups(draft, name, entry);
  return {
    count: entry.count ?? null,
    vary: entry.count === undefined ? (entry.vary ?? 0) : assumptions.fill(entry.vary, at('vary'), VM.vary),
    disks,
    snapshots: planSnapshots(draft, name, entry, disks),
    vm: {
      group: name,
      host: assumptions.fill<string | null>(entry.host, at('host'), VM.host),
      tags: assumptions.fill(entry.tags, at('tags'), VM.tags),
      activity: activities.use(
        assumptions.fill<'flat' | 'office-hours' | 'nights' | number[]>(entry.activity, at('activity'), { ...VM.activity, value: 'flat' }),
        at('activity'),
      ),
      ...planExistence(draft, name, entry),
      rpoMs: entry.rpo ?? null,
      guest: entry.guest ?? null,
      changeTracking: assumptions.fill(entry.changeTracking, at('changeTracking'), VM.changeTracking),
      deltaOverhead: assumptions.fill(entry.deltaOverhead, at('deltaOverhead'), VM.deltaOverhead),
      toleratesPauseMs: assumptions.fill(entry.toleratesPause, at('toleratesPause'), VM.toleratesPause),
      maxChain: assumptions.fill(entry.maxChain, at('maxChain'), VM.maxChain),
      networkBytesPerSecond: assumptions.fillIf(someAgent, entry.network, at('network'), unlimited),
      origin,
    },
  };
}

function planInstance(seed: string, group: Group, name: string): VmPlan {
  const disks = group.disks.map((disk, index) => ({
    ...planDisk(disk, group.vary, `${seed}/vm/${name}/vary`),
    snapshots: group.snapshots[index] as InitialSnapshotPlan[],
  }));
  return { ...group.vm, name, disks };
}
