import { eveningAfter, formatTime } from './cells.ts';
import { type ImportedDatastore, importDatastores } from './datastores.ts';
import { ImportError } from './errors.ts';
import type { Inventory, VmRecord } from './inventory.ts';
import { type ImportChoices, type JobChoice, OptionError, type ProxyChoice, type RepositoryChoice } from './options.ts';
import { formatMebibytes, sum, upToGibibyte } from './quantities.ts';
import type { MeasuredVm } from './rates/join.ts';
import type { ImportLog } from './report.ts';
import { type ImportedVm, importVms } from './vms.ts';

/** A Monday, for files without any date. */
const fallbackStartMs = Date.UTC(2026, 0, 5, 18);

/** What the format assumes where a job says nothing. */
const reduction = 2;
/** Repository space in full backups of a VM: one and room for the retained increments; without change tracking each of seven, and the next, is full. */
const fullsWithTracking = 2;
const fullsWithoutTracking = 8;
/** Disks that a repository takes at once. */
const repositorySlots = 8;

/** A value and whose it is: undefined where a flag says so, else why it was assumed. */
export interface Chosen<T> {
  value: T;
  assumed: string | undefined;
}

export interface ImportedJob extends JobChoice {
  repository: string;
}

export interface Estate {
  /** On the clock of the export, taken for that of the time zone. */
  startMs: Chosen<number>;
  timezone: Chosen<string>;
  duration: Chosen<string>;
  datastores: ImportedDatastore[];
  hosts: { name: string; described: boolean }[];
  proxies: ProxyChoice[];
  repositories: Chosen<(RepositoryChoice & { slots: number })[]>;
  jobs: Chosen<ImportedJob[]>;
  vms: ImportedVm[];
}

/** The inventory as the simulator can take it, with everything that had to be chosen on the way written to the log. */
export function importEstate(
  fileName: string,
  inventory: Inventory,
  measured: ReadonlyMap<VmRecord, MeasuredVm>,
  choices: ImportChoices,
  log: ImportLog,
): Estate {
  const vms = importVms(inventory, measured, log);
  if (vms.length === 0) throw new ImportError(fileName, `none of the ${inventory.vms.length} rows of vInfo is a VM that can be imported`);
  const datastores = importDatastores(vms, inventory.datastores, log);
  const hosts = importHosts(vms, inventory, log);
  const chosen = <T>(path: string, choice: T | undefined, fallback: T, text: string, assumed: string): Chosen<T> => {
    if (choice !== undefined) return { value: choice, assumed: undefined };
    log.assume(path, text, assumed);
    return { value: fallback, assumed };
  };
  const startMs = chooseStart(vms, inventory, choices.startMs, log);
  const timezone = chosen('timezone', choices.timezone, 'UTC', 'UTC', 'times in the file have no zone');
  const duration = chosen('duration', choices.duration, '3d', '3d', 'three nights');
  const repositories = chooseRepositories(vms, choices.repositories, log);
  const nightly = { name: 'nightly', schedule: '0 22 * * *' };
  const jobs = chosen(
    'jobs.nightly',
    nonEmpty(choices.jobs),
    [nightly],
    'all VMs, every day at 22:00, forever-forward',
    'schedules are not in the file',
  );
  if (jobs.assumed === undefined) log.assume('jobs.*.vms', 'all', 'which job takes which VMs is not in the file');
  const names = repositories.value.map((repository) => repository.name);
  const assigned = jobs.value.map((job, index) => ({ ...job, repository: names[index % names.length] as string }));
  if (names.length > 1) log.assume('jobs.*.repository', names.join(', '), 'in turn: which job writes where is not in the file');
  if (choices.proxies.length === 0) log.assume('jobs.*.proxies', 'none', 'proxies are not in the file: nothing of theirs limits the transfer');
  return { startMs, timezone, duration, datastores, hosts, proxies: choices.proxies, repositories, jobs: { ...jobs, value: assigned }, vms };
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** Source bytes of all that a job keeps of a VM, in MiB. */
function retainedMebibytes(vm: ImportedVm): number {
  return vm.usedMebibytes * (vm.record.changeTracking === false ? fullsWithoutTracking : fullsWithTracking);
}

function chooseRepositories(vms: readonly ImportedVm[], choices: readonly RepositoryChoice[], log: ImportLog): Estate['repositories'] {
  log.assume('repositories.*.slots', String(repositorySlots), 'how many disks a repository takes at once is not in the file');
  if (choices.length > 0) return { value: choices.map((choice) => ({ ...choice, slots: repositorySlots })), assumed: undefined };
  const capacity = formatMebibytes(upToGibibyte(sum(vms.map(retainedMebibytes)) / reduction));
  const source = `the file knows of none: twice a full backup, eight times for VMs without change tracking, at a reduction of ${reduction}`;
  log.assume('repositories.repository-1.capacity', capacity, source);
  log.assume('repositories.repository-1', 'read 500MiB/s, write 500MiB/s', 'the file knows of no repository');
  const repository = { name: 'repository-1', capacity, read: '500MiB/s', write: '500MiB/s', slots: repositorySlots };
  return { value: [repository], assumed: 'the file knows of none' };
}

function importHosts(vms: readonly ImportedVm[], inventory: Inventory, log: ImportLog): Estate['hosts'] {
  const hosts = new Map<string, { name: string; described: boolean }>();
  for (const { sheet, row, name } of inventory.hosts) {
    if (hosts.has(name)) log.leaveOut(sheet, row, name, 'another host of this name');
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
function chooseStart(vms: readonly ImportedVm[], inventory: Inventory, stated: number | undefined, log: ImportLog): Chosen<number> {
  const newestMs = vms.flatMap((vm) => vm.snapshots).reduce((newest, snapshot) => Math.max(newest, snapshot.takenMs ?? 0), 0);
  if (stated !== undefined) {
    if (stated <= newestMs) throw new OptionError('start', `is not after the newest snapshot in the file, of ${formatTime(newestMs)}`);
    return { value: stated, assumed: undefined };
  }
  const exported = inventory.exported;
  let startMs = exported === undefined ? fallbackStartMs : eveningAfter(exported.timeMs);
  let source =
    exported === undefined ? 'the file has no date' : `the evening after the export of ${formatTime(exported.timeMs)} (${exported.source})`;
  if (newestMs >= startMs) {
    startMs = eveningAfter(newestMs);
    source = `the evening after the newest snapshot, of ${formatTime(newestMs)}`;
  }
  log.assume('start', formatTime(startMs), source);
  return { value: startMs, assumed: source };
}
