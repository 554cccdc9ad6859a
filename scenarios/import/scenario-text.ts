import { stringify } from 'yaml';
import { formatTime } from './cells.ts';
import type { ImportedDatastore } from './datastores.ts';
import type { Chosen, Estate } from './estate.ts';
import { groupBy } from './groups.ts';
import { formatMebibytes } from './quantities.ts';
import type { ImportTotals, SetAside } from './report.ts';
import { groupVms } from './vm-groups.ts';
import type { ImportedDisk, ImportedVm } from './vms.ts';

const dayMs = 86_400_000;
/** Words that a YAML reader may take for something else than text. */
const reservedWords = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Writes the scenario: sections in the order of the format's description, one line for each thing, comments that say where figures come from. */
export function writeScenario(fileName: string, estate: Estate, totals: ImportTotals, setAside: readonly SetAside[]): string {
  const usual = usualOf(estate.vms);
  return [
    ...headerComment(fileName, totals, setAside),
    'overrun: 1',
    `name: ${scalar(`Import of ${fileName}`)}`,
    `start: ${formatTime(estate.startMs.value)}${origin(estate.startMs, '--start')}`,
    `timezone: ${scalar(estate.timezone.value)}${origin(estate.timezone, '--timezone')}`,
    `duration: ${estate.duration.value}${origin(estate.duration, '--duration')}`,
    '',
    ...datastoreSection(estate.datastores),
    '',
    ...(estate.hosts.length > 0 ? ['hosts:   # network: unlimited by default, the file has no bandwidth', ...estate.hosts.map(hostLine), ''] : []),
    ...(estate.proxies.length > 0 ? ['proxies:   # --proxy', ...estate.proxies.map(proxyLine), ''] : []),
    `repositories:${origin(estate.repositories, '--repository')}; slots assumed`,
    ...estate.repositories.value.map(
      ({ name, capacity, read, write, slots }) => `  ${scalar(name)}: { capacity: ${capacity}, read: ${read}, write: ${write}, slots: ${slots} }`,
    ),
    '',
    ...vmsHeader(estate.vms, usual),
    ...vmSection(estate, usual),
    '',
    `jobs:${origin(estate.jobs, '--job')}`,
    ...estate.jobs.value.flatMap((job) => [
      `  ${scalar(job.name)}:`,
      '    vms: all   # assumed',
      `    schedule: ${JSON.stringify(job.schedule)}`,
      ...(estate.proxies.length > 0 ? [`    proxies: [${estate.proxies.map((proxy) => scalar(proxy.name)).join(', ')}]`] : []),
      `    repository: ${scalar(job.repository)}`,
      '    mode: forever-forward   # assumed',
    ]),
    '',
  ].join('\n');
}

/** A comment that tells where a value comes from. */
function origin(chosen: Chosen<unknown>, flag: string): string {
  return `   # ${chosen.assumed === undefined ? flag : `assumed: ${chosen.assumed}`}`;
}

function headerComment(fileName: string, totals: ImportTotals, setAside: readonly SetAside[]): string[] {
  const byReason = groupBy(setAside, (item) => `${item.sheet}: ${item.reason}`);
  return [
    `# Made from the RVTools export ${JSON.stringify(fileName)}.`,
    `# ${count(totals.vms, 'VM')} (not running: ${totals.vmsNotRunning}), ${count(totals.disks, 'disk')}, ${count(totals.datastores, 'datastore')}, ${count(totals.hosts, 'host')}.`,
    `# Size ${showBytes(totals.sizeBytes)}, used ${showBytes(totals.usedBytes)}.`,
    ...(totals.snapshots > 0 ? [`# ${count(totals.snapshots, 'snapshot')} of ${showBytes(totals.snapshotBytes)}.`] : []),
    ...(byReason.size > 0 ? ['# Not in here:'] : []),
    ...[...byReason].map(([reason, items]) => `#   ${items.length} x ${reason}`),
    '# What the file does not say is assumed and marked so; replace it by what you know.',
  ];
}

function datastoreSection(datastores: readonly ImportedDatastore[]): string[] {
  const usual = mostFrequent(datastores.map(sourceOf));
  return [`datastores:   # ${usual}`, ...datastores.map((datastore) => datastoreLine(datastore, usual))];
}

function sourceOf({ described }: ImportedDatastore): string {
  return described ? 'vDatastore; class assumed' : 'assumed: of such a capacity that the VMs below fill 70 %';
}

function datastoreLine(datastore: ImportedDatastore, usual: string): string {
  const fields = [
    'class: hybrid',
    `capacity: ${formatMebibytes(datastore.capacityMebibytes)}`,
    ...(datastore.described ? [`otherUsed: ${formatMebibytes(datastore.otherUsedMebibytes)}`] : []),
  ];
  const source = sourceOf(datastore);
  return `  ${scalar(datastore.name)}: { ${fields.join(', ')} }${source === usual ? '' : `   # ${source}`}`;
}

function hostLine(host: { name: string; described: boolean }): string {
  return `  ${scalar(host.name)}: {}${host.described ? '' : '   # named by VMs only'}`;
}

function proxyLine({ name, slots, network }: Estate['proxies'][number]): string {
  return `  ${scalar(name)}: { slots: ${slots}${network === undefined ? '' : `, network: ${network}`} }`;
}

/** What holds for nearly all VMs, and is therefore said once, above them. */
interface Usual {
  size: string;
  used: string;
  /** Of VMs with several disks; undefined where none has. */
  disks: string | undefined;
}

function usualOf(vms: readonly ImportedVm[]): Usual {
  const several = vms.filter((vm) => vm.disks.length > 1);
  return {
    size: mostFrequent(vms.map((vm) => vm.sizeSource)),
    used: mostFrequent(vms.map((vm) => vm.usedSource)),
    disks: several.length === 0 ? undefined : mostFrequent(several.map(usedOfDisks)),
  };
}

function usedOfDisks(vm: ImportedVm): string {
  if (vm.usedIsDivided) return 'divided by the room on each disk';
  return vm.usedSource === 'assumed' ? 'the size of each disk' : 'each disk by its own partitions';
}

function vmsHeader(vms: readonly ImportedVm[], usual: Usual): string[] {
  const measured = vms.filter((vm) => vm.writesSource === 'measured').length;
  return [
    `vms:   # size: ${usual.size}; used: ${usual.used}; unless a line says otherwise`,
    ...(usual.disks === undefined ? [] : [`  # disks: each on the datastore of its path; used: ${usual.disks}`]),
    measured === 0
      ? '  # writes: by default 5 % of used change per day, the file has no write rates'
      : `  # writes.rate of ${count(measured, 'VM')}: measured. How much of it changes is assumed: 5 % of used per day, or less where \`changed\` says so`,
  ];
}

function mostFrequent(texts: readonly string[]): string {
  const groups = [...groupBy(texts, (text) => text)];
  return groups.reduce((best, next) => (next[1].length > best[1].length ? next : best))[0];
}

/** Keys of a VM, and the lists below them; without lists it is one line. */
interface VmBody {
  fields: string[];
  lists: string[];
  comment: string;
}

/** One text for each entry. */
function vmSection(estate: Estate, usual: Usual): string[] {
  const { vms } = estate;
  const datastoreNames = new Map(
    estate.datastores.flatMap(({ name, shares }) => shares.flatMap(({ disks }) => disks.map((disk) => [disk, name] as const))),
  );
  const body = (vm: ImportedVm): VmBody => bodyOf(vm, datastoreNames, usual, estate.startMs.value);
  return groupVms(vms, (vm) => JSON.stringify(body(vm))).map(({ name, count: instances, vm }) => {
    const { fields: own, lists, comment } = body(vm);
    const fields = instances === undefined ? own : [`count: ${instances}`, ...own];
    if (lists.length === 0) return `  ${scalar(name)}: { ${fields.join(', ')} }${comment}`;
    return [`  ${scalar(name)}:${comment}`, ...fields, ...lists].join('\n    ');
  });
}

function bodyOf(vm: ImportedVm, datastoreNames: ReadonlyMap<ImportedDisk, string>, usual: Usual, startMs: number): VmBody {
  const { identity, changeTracking, tags } = vm.record;
  const disks = vm.disks.map((disk) => diskFields(disk, datastoreNames.get(disk) ?? ''));
  const [only = []] = disks;
  return {
    fields: [
      ...(identity.host === undefined ? [] : [`host: ${scalar(identity.host)}`]),
      ...(disks.length === 1 ? only : []),
      ...(changeTracking === false ? ['changeTracking: false'] : []),
      ...(tags.length > 0 ? [`tags: [${tags.map(scalar).join(', ')}]`] : []),
    ],
    lists: [...(disks.length === 1 ? [] : ['disks:', ...disks.map((fields) => `  - { ${fields.join(', ')} }`)]), ...snapshotLines(vm, startMs)],
    comment: commentOf(vm, usual),
  };
}

function diskFields(disk: ImportedDisk, datastoreName: string): string[] {
  const { changed, rate, readRate } = disk.writes;
  const writes = [...(changed === undefined ? [] : [`changed: ${changed}`]), ...(rate === undefined ? [] : [`rate: ${rate}`])];
  return [
    `datastore: ${scalar(datastoreName)}`,
    `size: ${formatMebibytes(disk.sizeMebibytes)}`,
    `used: ${formatMebibytes(disk.usedMebibytes)}`,
    ...(disk.provisioning === 'thick' ? ['provisioning: thick'] : []),
    ...(writes.length === 0 ? [] : [`writes: { ${writes.join(', ')} }`]),
    ...(readRate === undefined ? [] : [`reads: { rate: ${readRate} }`]),
  ];
}

function snapshotLines(vm: ImportedVm, startMs: number): string[] {
  if (vm.snapshots.length === 0) return [];
  const hasOrphan = vm.snapshots.some((snapshot) => snapshot.kind === 'orphan');
  return [
    hasOrphan ? 'snapshots:   # vSnapshot; size of the orphan assumed' : 'snapshots:   # vSnapshot',
    ...vm.snapshots.map(({ takenMs, sizeMebibytes, kind, disk }) => {
      const taken = formatTime(takenMs ?? startMs - dayMs);
      const place = vm.disks.length === 1 ? '' : `, disk: ${disk}`;
      return `  - { taken: ${taken}, size: ${formatMebibytes(sizeMebibytes)}, kind: ${kind}${place} }`;
    }),
  ];
}

/** Only what differs from the lines above all VMs. */
function commentOf(vm: ImportedVm, usual: Usual): string {
  const used = [
    ...(vm.usedSource === usual.used ? [] : [vm.usedSource]),
    ...(vm.disks.length === 1 || usedOfDisks(vm) === usual.disks ? [] : [usedOfDisks(vm)]),
  ];
  const remarks = [
    ...(vm.sizeSource === usual.size ? [] : [`size: ${vm.sizeSource}`]),
    ...(used.length === 0 ? [] : [`used: ${used.join(', ')}`]),
    ...(vm.running ? [] : ['not running']),
  ];
  return remarks.length === 0 ? '' : `   # ${remarks.join('; ')}`;
}

/** Text that reads back as itself and as text, in any place of the file: bare where it is plainly a word, quoted otherwise. */
function scalar(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_./-]*(?::[A-Za-z0-9][A-Za-z0-9_./-]*)?$/.test(text) && !reservedWords.test(text)) return text;
  return stringify(text, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE', lineWidth: 0 }).trimEnd();
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function showBytes(bytes: number): string {
  const gibibytes = bytes / 2 ** 30;
  return gibibytes >= 1024 ? `${(gibibytes / 1024).toFixed(2)} TiB` : `${gibibytes.toFixed(1)} GiB`;
}
