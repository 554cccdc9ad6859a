import { eveningAfter, formatTime } from './cells.ts';
import { type ImportedDatastore, importDatastores } from './datastores.ts';
import { ImportError } from './errors.ts';
import type { Inventory } from './inventory.ts';
import { formatMebibytes, sum, upToGibibyte } from './quantities.ts';
import type { ImportLog } from './report.ts';
import { type ImportedVm, importVms } from './vms.ts';

/** A Monday, for files without any date. */
const fallbackStartMs = Date.UTC(2026, 0, 5, 18);

/** What the format assumes where a job says nothing. */
const reduction = 2;
/** Repository space in full backups of a VM: one and room for the retained increments; without change tracking each of seven, and the next, is full. */
const fullsWithTracking = 2;
const fullsWithoutTracking = 8;

export interface Estate {
  /** On the clock of the export, taken for UTC. */
  startMs: number;
  datastores: ImportedDatastore[];
  hosts: { name: string; described: boolean }[];
  repositoryMebibytes: number;
  vms: ImportedVm[];
}

/** The inventory as the simulator can take it, with everything that had to be chosen on the way written to the log. */
export function importEstate(fileName: string, inventory: Inventory, log: ImportLog): Estate {
  const vms = importVms(inventory, log);
  if (vms.length === 0) throw new ImportError(fileName, `none of the ${inventory.vms.length} rows of vInfo is a VM that can be imported`);
  const datastores = importDatastores(vms, inventory.datastores, log);
  const hosts = importHosts(vms, inventory, log);
  const repositoryMebibytes = upToGibibyte(sum(vms.map(retainedMebibytes)) / reduction);
  const startMs = chooseStart(vms, inventory, log);
  log.assume('timezone', 'UTC', 'not in the file: its times have no zone');
  log.assume('duration', '3d', 'not in the file: three nights');
  const source = 'not in the file: twice a full backup, eight times for VMs without change tracking, at a reduction of 2';
  log.assume('repositories.repository-1.capacity', formatMebibytes(repositoryMebibytes), source);
  log.assume('repositories.repository-1', 'read 500MiB/s, write 500MiB/s, 8 slots', 'not in the file');
  log.assume('jobs.nightly', 'all VMs, every day at 22:00, forever-forward', 'schedules are not in the file');
  return { startMs, datastores, hosts, repositoryMebibytes, vms };
}

/** Source bytes of all that a job keeps of a VM. */
function retainedMebibytes(vm: ImportedVm): number {
  return vm.usedMebibytes * (vm.record.changeTracking === false ? fullsWithoutTracking : fullsWithTracking);
}

function importHosts(vms: readonly ImportedVm[], inventory: Inventory, log: ImportLog): Estate['hosts'] {
  const hosts = new Map<string, { name: string; described: boolean }>();
  for (const { row, name } of inventory.hosts) {
    if (hosts.has(name)) log.leaveOut('vHost', row, name, 'another host of this name');
    else hosts.set(name, { name, described: true });
  }
  for (const vm of vms) {
    const name = vm.record.identity.host;
    if (name !== undefined && !hosts.has(name)) hosts.set(name, { name, described: false });
  }
  const all = [...hosts.values()];
  const strangers = all.filter((host) => !host.described);
  log.assumeFor(strangers.length, 'hosts.*', 'added', 'VMs run on the host, but vHost does not have it');
  log.assumeFor(all.length, 'hosts.*.network', 'unlimited', 'bandwidth is not in the file; default of the format');
  return all;
}

/** The first evening after the export, and after every snapshot in it: what exists at the start has to be older than the start. */
function chooseStart(vms: readonly ImportedVm[], inventory: Inventory, log: ImportLog): number {
  const exported = inventory.exported;
  let startMs = exported === undefined ? fallbackStartMs : eveningAfter(exported.timeMs);
  let source =
    exported === undefined ? 'the file has no date' : `the evening after the export of ${formatTime(exported.timeMs)} (${exported.source})`;
  const newestMs = vms.flatMap((vm) => vm.snapshots).reduce((newest, snapshot) => Math.max(newest, snapshot.takenMs ?? 0), 0);
  if (newestMs >= startMs) {
    startMs = eveningAfter(newestMs);
    source = `the evening after the newest snapshot, of ${formatTime(newestMs)}`;
  }
  log.assume('start', formatTime(startMs), source);
  return startMs;
}
