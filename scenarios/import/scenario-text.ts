import { stringify } from 'yaml';
import { formatTime } from './cells.ts';
import type { ImportedDatastore } from './datastores.ts';
import type { Chosen, Estate } from './estate.ts';
import { groupBy } from './groups.ts';
import { formatMebibytes } from './quantities.ts';
import type { ImportTotals, SetAside } from './report.ts';
import { groupVms } from './vm-groups.ts';
import type { ImportedVm } from './vms.ts';

const dayMs = 86_400_000;
/** Words that a YAML reader may take for something else than text. */
const reservedWords = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Writes the scenario: sections in the order of the format's description, one line for each thing, comments that say where figures come from. */
export function writeScenario(fileName: string, estate: Estate, totals: ImportTotals, setAside: readonly SetAside[]): string {
  return [
    ...headerComment(fileName, totals, setAside),
    'overrun: 1',
    `name: ${scalar(`Import of ${fileName}`)}`,
    `start: ${formatTime(estate.startMs.value)}${origin(estate.startMs, '--start')}`,
    `timezone: ${scalar(estate.timezone.value)}${origin(estate.timezone, '--timezone')}`,
    `duration: ${estate.duration.value}${origin(estate.duration, '--duration')}`,
    '',
    'datastores:',
    ...estate.datastores.map(datastoreLine),
    '',
    ...(estate.hosts.length > 0 ? ['hosts:   # network: unlimited by default, the file has no bandwidth', ...estate.hosts.map(hostLine), ''] : []),
    ...(estate.proxies.length > 0 ? ['proxies:   # --proxy', ...estate.proxies.map(proxyLine), ''] : []),
    `repositories:${origin(estate.repositories, '--repository')}; slots assumed`,
    ...estate.repositories.value.map(
      ({ name, capacity, read, write, slots }) => `  ${scalar(name)}: { capacity: ${capacity}, read: ${read}, write: ${write}, slots: ${slots} }`,
    ),
    '',
    ...vmsHeader(estate.vms),
    ...vmSection(estate),
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
    `# ${count(totals.vms, 'VM')} (not running: ${totals.vmsNotRunning}), ${count(totals.datastores, 'datastore')}, ${count(totals.hosts, 'host')}.`,
    `# Size ${showBytes(totals.sizeBytes)}, used ${showBytes(totals.usedBytes)}.`,
    ...(totals.snapshots > 0 ? [`# ${count(totals.snapshots, 'snapshot')} of ${showBytes(totals.snapshotBytes)}.`] : []),
    ...(byReason.size > 0 ? ['# Not in here:'] : []),
    ...[...byReason].map(([reason, items]) => `#   ${items.length} x ${reason}`),
    '# What the file does not say is assumed and marked so; replace it by what you know.',
  ];
}

function datastoreLine(datastore: ImportedDatastore): string {
  const fields = [
    'class: hybrid',
    `capacity: ${formatMebibytes(datastore.capacityMebibytes)}`,
    ...(datastore.described ? [`otherUsed: ${formatMebibytes(datastore.otherUsedMebibytes)}`] : []),
  ];
  const source = datastore.described ? 'vDatastore; class assumed' : 'assumed: 70 % allocated by the VMs below';
  return `  ${scalar(datastore.name)}: { ${fields.join(', ')} }   # ${source}`;
}

function hostLine(host: { name: string; described: boolean }): string {
  return `  ${scalar(host.name)}: {}${host.described ? '' : '   # named by VMs only'}`;
}

function proxyLine({ name, slots, network }: Estate['proxies'][number]): string {
  return `  ${scalar(name)}: { slots: ${slots}${network === undefined ? '' : `, network: ${network}`} }`;
}

/** What holds for nearly all VMs is said once, above them. */
function vmsHeader(vms: readonly ImportedVm[]): string[] {
  const measured = vms.filter((vm) => vm.writes.source === 'measured').length;
  return [
    `vms:   # size: ${mostFrequent(vms.map((vm) => vm.sizeSource))}; used: ${mostFrequent(vms.map((vm) => vm.usedSource))}; unless a line says otherwise`,
    measured === 0
      ? '  # writes: by default 5 % of used change per day, the file has no write rates'
      : `  # writes.rate of ${count(measured, 'VM')}: measured. How much of it changes is assumed: 5 % of used per day, or less where \`changed\` says so`,
  ];
}

function mostFrequent(texts: readonly string[]): string {
  const groups = [...groupBy(texts, (text) => text)];
  return groups.reduce((best, next) => (next[1].length > best[1].length ? next : best))[0];
}

function vmSection(estate: Estate): string[] {
  const { vms } = estate;
  const datastoreNames = new Map(estate.datastores.flatMap((datastore) => datastore.vms.map((vm) => [vm, datastore.name] as const)));
  const usual = { size: mostFrequent(vms.map((vm) => vm.sizeSource)), used: mostFrequent(vms.map((vm) => vm.usedSource)) };
  const bodies = new Map(
    vms.map((vm) => [
      vm,
      { fields: fieldsOf(vm, datastoreNames.get(vm) ?? ''), snapshots: snapshotLines(vm, estate.startMs.value), comment: commentOf(vm, usual) },
    ]),
  );
  const entries = groupVms(vms, (vm) => JSON.stringify(bodies.get(vm)));
  return entries.flatMap(({ name, count: instances, vm }) => {
    const { fields: own, snapshots, comment } = bodies.get(vm) as { fields: string[]; snapshots: string[]; comment: string };
    const fields = instances === undefined ? own : [`count: ${instances}`, ...own];
    if (snapshots.length === 0) return [`  ${scalar(name)}: { ${fields.join(', ')} }${comment}`];
    return [`  ${scalar(name)}:${comment}`, ...[...fields, ...snapshots].map((line) => `    ${line}`)];
  });
}

function fieldsOf(vm: ImportedVm, datastoreName: string): string[] {
  const host = vm.record.identity.host;
  const { changed, rate, readRate } = vm.writes;
  const writes = [...(changed === undefined ? [] : [`changed: ${changed}`]), ...(rate === undefined ? [] : [`rate: ${rate}`])];
  return [
    ...(host === undefined ? [] : [`host: ${scalar(host)}`]),
    `datastore: ${scalar(datastoreName)}`,
    `size: ${formatMebibytes(vm.sizeMebibytes)}`,
    `used: ${formatMebibytes(vm.usedMebibytes)}`,
    ...(vm.provisioning === 'thick' ? ['provisioning: thick'] : []),
    ...(writes.length === 0 ? [] : [`writes: { ${writes.join(', ')} }`]),
    ...(readRate === undefined ? [] : [`reads: { rate: ${readRate} }`]),
    ...(vm.record.changeTracking === false ? ['changeTracking: false'] : []),
    ...(vm.record.tags.length > 0 ? [`tags: [${vm.record.tags.map(scalar).join(', ')}]`] : []),
  ];
}

function snapshotLines(vm: ImportedVm, startMs: number): string[] {
  if (vm.snapshots.length === 0) return [];
  const hasOrphan = vm.snapshots.some((snapshot) => snapshot.kind === 'orphan');
  return [
    hasOrphan ? 'snapshots:   # vSnapshot; size of the orphan assumed' : 'snapshots:   # vSnapshot',
    ...vm.snapshots.map((snapshot) => {
      const taken = formatTime(snapshot.takenMs ?? startMs - dayMs);
      return `  - { taken: ${taken}, size: ${formatMebibytes(snapshot.sizeMebibytes)}, kind: ${snapshot.kind} }`;
    }),
  ];
}

/** Only what differs from the line above all VMs. */
function commentOf(vm: ImportedVm, usual: { size: string; used: string }): string {
  const remarks = [
    ...(vm.sizeSource === usual.size ? [] : [`size: ${vm.sizeSource}`]),
    ...(vm.usedSource === usual.used ? [] : [`used: ${vm.usedSource}`]),
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
