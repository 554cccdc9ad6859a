import { groupBy } from './groups.ts';
import type { DatastoreRecord } from './inventory.ts';
import { UniqueNames } from './names.ts';
import { distinctRows } from './owners.ts';
import { formatMebibytes, sum, upToGibibyte } from './quantities.ts';
import type { ImportLog } from './report.ts';
import type { ImportedDisk, ImportedVm } from './vms.ts';

/** Share of a datastore that the imported disks allocate where the file does not give its capacity. */
const assumedFill = 0.7;
/** Share that is filled where what has to lie on a datastore exceeds the capacity in the file. */
const tightFill = 0.95;

/** No estate has more datastores of one name; a file that has is searched no further. */
const mostNamesakes = 1000;

export interface ImportedDatastore {
  name: string;
  capacityMebibytes: number;
  otherUsedMebibytes: number;
  /** Whether the capacity is the file's. */
  described: boolean;
  /** What lies there, VM by VM. */
  shares: { vm: ImportedVm; disks: ImportedDisk[] }[];
}

/** Lays the disks on the datastores of the file, and on assumed ones where the file says too little. In the order of the file. */
export function importDatastores(vms: readonly ImportedVm[], records: readonly DatastoreRecord[], log: ImportLog): ImportedDatastore[] {
  const distinct = distinctRows(
    records,
    ({ server, objectId }) => (server === undefined || objectId === undefined ? undefined : JSON.stringify([server, objectId])),
    ({ name }) => name,
    log,
  );
  const isUsable = (record: DatastoreRecord): boolean => (record.capacityMebibytes ?? 0) > 0;
  const usable = distinct.filter(isUsable);
  for (const record of distinct) {
    if (!isUsable(record)) log.leaveOut(record.sheet, record.row, record.name, 'no capacity in the file, or a capacity of 0');
  }
  const names = new UniqueNames([...records.map((record) => record.name), ...vms.flatMap((vm) => vm.disks.flatMap((disk) => disk.datastore ?? []))]);
  const described = new Map<DatastoreRecord, ImportedDatastore>();
  for (const record of usable) {
    const name = names.take(record.name);
    if (name !== record.name) log.assume(`datastores.${name}`, name, `another datastore named ${record.name} (${record.sheet}, row ${record.row})`);
    const datastore = { name, capacityMebibytes: record.capacityMebibytes ?? 0, otherUsedMebibytes: 0, described: true, shares: [] };
    described.set(record, datastore);
  }
  const assumed = new AssumedDatastores(names);
  const recordsByName = groupBy(usable, (record) => record.name);
  const hosts = new HostLists();
  for (const vm of vms) {
    for (const [wanted, disks] of groupBy(vm.disks, (disk) => disk.datastore)) {
      const record = recordOf(vm, wanted, recordsByName.get(wanted ?? '') ?? [], hosts, log);
      const datastore = record === undefined ? assumed.find(vm, wanted) : described.get(record);
      datastore?.shares.push({ vm, disks });
    }
  }
  for (const [record, datastore] of described) fitDescribed(datastore, record, log);
  for (const datastore of assumed.all) fitAssumed(datastore, log);
  const all = [...described.values(), ...assumed.all];
  log.assumeFor(all.length, 'datastores.*.class', 'hybrid', 'speed is not in the file; default of the format');
  return all;
}

/** The hosts that see a datastore; kept only for those that have namesakes. */
class HostLists {
  readonly #lists = new Map<DatastoreRecord, ReadonlySet<string>>();

  has(record: DatastoreRecord, host: string | undefined): boolean {
    if (host === undefined) return false;
    const known = this.#lists.get(record);
    if (known !== undefined) return known.has(host);
    const list = new Set(record.hosts);
    this.#lists.set(record, list);
    return list.has(host);
  }
}

/** Local datastores often share a name: the vCenter and then the host decide. */
function recordOf(
  vm: ImportedVm,
  wanted: string | undefined,
  namesakes: readonly DatastoreRecord[],
  hosts: HostLists,
  log: ImportLog,
): DatastoreRecord | undefined {
  if (namesakes.length === 0) return undefined;
  const { server, serverName, host } = vm.record.identity;
  const sameServer = namesakes
    .slice(0, mostNamesakes)
    .filter(
      (record) =>
        (server === undefined || record.server === undefined || record.server === server) &&
        (serverName === undefined || record.serverName === undefined || record.serverName === serverName),
    );
  const sameHost = sameServer.length > 1 ? sameServer.filter((record) => hosts.has(record, host)) : [];
  const candidates = sameHost.length > 0 ? sameHost : sameServer;
  if (candidates.length > 1) {
    log.assume(`vms.${vm.name}.datastore`, `the first ${wanted}`, `several datastores of this name; the file does not tell which`);
  }
  return candidates[0];
}

/**
 * One per name that VMs refer to. VMs of which the file does not say where they lie share datastores of their cluster, so many on each as in a real estate
 * of 571 VMs on 37 datastores: all of a cluster on one would make its device the verdict.
 */
const vmsPerAssumedDatastore = 16;

class AssumedDatastores {
  /** In the order in which VMs first lie there. */
  readonly all: ImportedDatastore[] = [];
  readonly #names: UniqueNames;
  /** Where the next VM goes that names the datastore, or has none to name. */
  readonly #open = new Map<string, ImportedDatastore>();

  constructor(names: UniqueNames) {
    this.#names = names;
  }

  find(vm: ImportedVm, wanted: string | undefined): ImportedDatastore {
    const name = wanted ?? `datastore-${vm.record.identity.cluster ?? 1}`;
    const key = JSON.stringify([wanted === undefined, name]);
    const open = this.#open.get(key);
    if (open !== undefined && (wanted !== undefined || open.shares.length < vmsPerAssumedDatastore)) return open;
    const datastore = { name: this.#names.take(name), capacityMebibytes: 0, otherUsedMebibytes: 0, described: false, shares: [] };
    this.#open.set(key, datastore);
    this.all.push(datastore);
    return datastore;
  }
}

/** Base disks and open snapshots. In MiB. */
function allocatedMebibytes({ shares }: ImportedDatastore): number {
  const disks = shares.flatMap((share) => share.disks.map((disk) => (disk.provisioning === 'thick' ? disk.sizeMebibytes : disk.usedMebibytes)));
  const snapshots = shares.flatMap(({ vm, disks: here }) => vm.snapshots.filter(({ disk }) => here.includes(vm.disks[disk] as ImportedDisk)));
  return sum(disks) + sum(snapshots.map((snapshot) => snapshot.sizeMebibytes));
}

/** Everything in use that is not imported is other use, so that the free space at the start is the file's wherever possible. */
function fitDescribed(datastore: ImportedDatastore, record: DatastoreRecord, log: ImportLog): void {
  const allocated = allocatedMebibytes(datastore);
  const path = `datastores.${datastore.name}`;
  if (record.inUseMebibytes === undefined) log.assume(`${path}.otherUsed`, '0MiB', 'use is not in the file');
  const inUse = Math.max(record.inUseMebibytes ?? 0, allocated);
  datastore.otherUsedMebibytes = inUse - allocated;
  if (record.inUseMebibytes !== undefined && allocated > record.inUseMebibytes) {
    log.assume(`${path}.otherUsed`, '0MiB', `the imported disks allocate ${allocated} MiB, vDatastore says ${record.inUseMebibytes} MiB in use`);
  }
  if (inUse <= datastore.capacityMebibytes) return;
  datastore.capacityMebibytes = upToGibibyte(inUse / tightFill);
  const source = `${inUse} MiB have to lie here, vDatastore says ${record.capacityMebibytes} MiB: sized to be ${tightFill * 100} % full`;
  log.assume(`${path}.capacity`, formatMebibytes(datastore.capacityMebibytes), source);
}

function fitAssumed(datastore: ImportedDatastore, log: ImportLog): void {
  const allocated = allocatedMebibytes(datastore);
  datastore.capacityMebibytes = upToGibibyte(allocated / assumedFill);
  const path = `datastores.${datastore.name}`;
  const source = `not in the file: sized so that the ${allocated} MiB of the imported disks fill ${assumedFill * 100} %`;
  log.assume(`${path}.capacity`, formatMebibytes(datastore.capacityMebibytes), source);
  const guessed = datastore.shares.filter(({ disks }) => disks[0]?.datastore === undefined).length;
  log.assumeFor(
    guessed,
    'vms.*.datastore',
    datastore.name,
    `the file does not say where the disks lie: datastores of ${vmsPerAssumedDatastore} VMs in each cluster`,
  );
}
