/**
 * Snapshots open per datastore, recounted from the log: never more than `maxOpenSnapshots`. A task has one on each datastore of its disks, from its begin
 * until the last of the disks' deltas there is gone, or is left behind where those do not count.
 */
import type { Played } from '../play.ts';
import { jobOfRun, keyOf } from './tasks.ts';

interface Open {
  key: string;
  vm: string;
  datastore: string;
  created: boolean;
  /** Disks there whose delta is not gone. */
  disks: number;
}

export function openSnapshotsStayWithinTheLimit({ plan, events }: Played): string[] {
  const vms = new Map(plan.vms.map((vm) => [vm.name, vm]));
  const stores = new Map(plan.datastores.map((store) => [store.name, store]));
  const initial = new Map(plan.datastores.map(({ name, countOrphans }) => [name, countOrphans ? existing(name) : 0]));
  let open: Open[] = [];
  const wrong: string[] = [];

  function existing(datastore: string): number {
    const disks = plan.vms.flatMap((vm) => vm.disks).filter((disk) => disk.datastore === datastore);
    return disks.reduce((sum, disk) => sum + disk.snapshots.length, 0);
  }

  function close(key: string, datastore: string): void {
    const entry = open.find((other) => other.key === key && other.datastore === datastore);
    if (entry === undefined) return;
    entry.disks -= 1;
    if (entry.disks === 0) open.splice(open.indexOf(entry), 1);
  }

  for (const { kind, atMs, run, vm, datastore, fault, on } of events) {
    if (kind === 'vm-deleted') {
      open = open.filter((entry) => entry.vm !== vm);
      for (const disk of vms.get(String(vm))?.disks ?? []) {
        if (stores.get(disk.datastore)?.countOrphans) initial.set(disk.datastore, (initial.get(disk.datastore) ?? 0) - disk.snapshots.length);
      }
    }
    if (kind === 'vm-lost') open = open.filter((entry) => entry.vm !== vm || entry.datastore !== datastore);
    if (kind === 'fault-began' && fault === 'datastore-lost') initial.set(String(on), 0);
    // A clean-up has removed one that was there at the start.
    if (kind === 'snapshot-removed' && run === null) initial.set(String(datastore), Math.max(0, (initial.get(String(datastore)) ?? 0) - 1));
    if (typeof run !== 'string' || typeof vm !== 'string') continue;
    const key = keyOf(run, vm);
    if (kind === 'task-started' && jobOfRun(plan, run)?.method === 'snapshot') {
      const disks = vms.get(vm)?.disks ?? [];
      for (const datastore of new Set(disks.map((disk) => disk.datastore))) {
        open.push({ key, vm, datastore, created: false, disks: disks.filter((disk) => disk.datastore === datastore).length });
      }
      for (const { name, maxOpenSnapshots } of stores.values()) {
        const count = open.filter((entry) => entry.datastore === name).length + (initial.get(name) ?? 0);
        if (count > (maxOpenSnapshots ?? Number.POSITIVE_INFINITY) && open.some((entry) => entry.key === key && entry.datastore === name)) {
          wrong.push(`${name} at ${atMs}: ${count} snapshots open, ${maxOpenSnapshots} allowed`);
        }
      }
    }
    if (kind === 'snapshot-created') for (const entry of open) if (entry.key === key) entry.created = true;
    // The first pass of a merge with helpers removes the snapshot itself.
    if (kind === 'snapshot-removed') close(key, String(datastore));
    if ((kind === 'merge-refused' || kind === 'snapshot-orphaned') && stores.get(String(datastore))?.countOrphans === false)
      close(key, String(datastore));
    if (kind === 'task-ended') open = open.filter((entry) => entry.key !== key || entry.created);
  }
  return wrong;
}
