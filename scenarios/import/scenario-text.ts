import { stringify } from 'yaml';
import { formatTime } from './cells.ts';
import type { ImportedDatastore } from './datastores.ts';
import type { Estate } from './estate.ts';
import { groupBy } from './groups.ts';
import { formatMebibytes } from './quantities.ts';
import type { ImportTotals, SetAside } from './report.ts';
import type { ImportedVm } from './vms.ts';

const dayMs = 86_400_000;
/** Words that a YAML reader may take for something else than text. */
const reservedWords = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Writes the scenario: sections in the order of the format's description, one line for each thing, comments that say where figures come from. */
export function writeScenario(fileName: string, estate: Estate, totals: ImportTotals, setAside: readonly SetAside[]): string {
  const datastoreNames = new Map(estate.datastores.flatMap((datastore) => datastore.vms.map((vm) => [vm, datastore.name] as const)));
  return [
    ...headerComment(fileName, totals, setAside),
    'overrun: 1',
    `name: ${scalar(`Import of ${fileName}`)}`,
    `start: ${formatTime(estate.startMs)}   # assumed: chosen from the dates in the file`,
    'timezone: UTC   # assumed: times in the file have no zone',
    'duration: 3d   # assumed',
    '',
    'datastores:',
    ...estate.datastores.map(datastoreLine),
    '',
    ...(estate.hosts.length > 0 ? ['hosts:   # network: unlimited by default, the file has no bandwidth', ...estate.hosts.map(hostLine), ''] : []),
    'repositories:   # assumed: the file knows of none',
    `  repository-1: { capacity: ${formatMebibytes(estate.repositoryMebibytes)}, read: 500MiB/s, write: 500MiB/s, slots: 8 }`,
    '',
    'vms:   # writes: by default 5 % of used per day, the file has no write rates',
    ...estate.vms.flatMap((vm) => vmLines(vm, datastoreNames.get(vm) ?? '', estate.startMs)),
    '',
    'jobs:   # assumed: the file has no schedules',
    '  nightly:',
    '    vms: all',
    '    schedule: "0 22 * * *"',
    '    repository: repository-1',
    '    mode: forever-forward',
    '',
  ].join('\n');
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

function vmLines(vm: ImportedVm, datastoreName: string, startMs: number): string[] {
  const host = vm.record.identity.host;
  const fields = [
    ...(host === undefined ? [] : [`host: ${scalar(host)}`]),
    `datastore: ${scalar(datastoreName)}`,
    `size: ${formatMebibytes(vm.sizeMebibytes)}`,
    `used: ${formatMebibytes(vm.usedMebibytes)}`,
    ...(vm.provisioning === 'thick' ? ['provisioning: thick'] : []),
    ...(vm.running ? [] : ['writes: { changed: 0MiB/day }']),
    ...(vm.record.changeTracking === false ? ['changeTracking: false'] : []),
  ];
  const comment = `# ${vm.sizeSource}; ${vm.usedSource}${vm.running ? '' : '; not running'}`;
  if (vm.snapshots.length === 0) return [`  ${scalar(vm.name)}: { ${fields.join(', ')} }   ${comment}`];
  return [
    `  ${scalar(vm.name)}:   ${comment}`,
    ...fields.map((field) => `    ${field}`),
    '    snapshots:   # vSnapshot',
    ...vm.snapshots.map((snapshot) => {
      const taken = formatTime(snapshot.takenMs ?? startMs - dayMs);
      return `      - { taken: ${taken}, size: ${formatMebibytes(snapshot.sizeMebibytes)}, kind: user }`;
    }),
  ];
}

/** Text that reads back as itself and as text, in any place of the file: bare where it is plainly a word, quoted otherwise. */
function scalar(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_.-]*$/.test(text) && !reservedWords.test(text)) return text;
  return stringify(text, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE', lineWidth: 0 }).trimEnd();
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function showBytes(bytes: number): string {
  const gibibytes = bytes / 2 ** 30;
  return gibibytes >= 1024 ? `${(gibibytes / 1024).toFixed(2)} TiB` : `${gibibytes.toFixed(1)} GiB`;
}
