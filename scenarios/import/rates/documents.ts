/** The measurement files that are JSON: answers of a Prometheus range query, and round-robin data of Proxmox VE. */
import type { Direction, SeriesKey, SeriesSet } from './series.ts';

export interface DocumentTarget {
  series: SeriesSet;
  /** Milliseconds since 1970. */
  seen(timeMs: number): void;
  passOver(what: string): void;
  /** `path` as one would write it to get there. */
  fail(path: string, problem: string): never;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const kibibyte = 1024;

interface Metric {
  name: RegExp;
  direction: Direction;
  kind: 'gauge' | 'counter';
  /** Bytes (per second) of one unit. */
  unit: number;
  family: SeriesKey['family'];
}

/** vmware_exporter passes on what vCenter calls KBps; counters of bytes are of pve_exporter and its like. */
const metrics: readonly Metric[] = [
  { name: /^vmware_vm_disk_write_average$/, direction: 'writes', kind: 'gauge', unit: kibibyte, family: 'disk' },
  { name: /^vmware_vm_disk_read_average$/, direction: 'reads', kind: 'gauge', unit: kibibyte, family: 'disk' },
  { name: /^vmware_vm_virtual_?disk_write_average$/i, direction: 'writes', kind: 'gauge', unit: kibibyte, family: 'virtual-disk' },
  { name: /^vmware_vm_virtual_?disk_read_average$/i, direction: 'reads', kind: 'gauge', unit: kibibyte, family: 'virtual-disk' },
  { name: /^pve_disk_(?:written|write)_bytes(?:_total)?$/, direction: 'writes', kind: 'counter', unit: 1, family: 'virtual-disk' },
  { name: /^pve_disk_read_bytes(?:_total)?$/, direction: 'reads', kind: 'counter', unit: 1, family: 'virtual-disk' },
];

/** The label that holds the name of the metric itself. */
const metricLabel = '__name__';
/** Labels that hold the name of a VM, the surest first. */
const nameLabels = ['vm_name', 'name', 'vm', 'domain'];

/** Answers of `/api/v1/query_range`, one or several in a list. */
export function readPrometheus(answers: readonly { path: string; value: JsonObject }[], target: DocumentTarget): void {
  const results = answers.flatMap(({ path, value }) => resultsOf(path, value, target));
  const guests = guestNames(results);
  for (const { path, value } of results) {
    const labels = isObject(value.metric) ? value.metric : target.fail(`${path}.metric`, 'is not an object');
    const name = labels[metricLabel];
    if (name === 'pve_guest_info') continue;
    if (typeof name !== 'string') {
      return target.fail(`${path}.metric`, 'has no __name__, so its unit is unknown: export the metric itself, without rate() or sum() around it');
    }
    const metric = metrics.find((candidate) => candidate.name.test(name));
    if (metric === undefined) {
      target.passOver(name);
      continue;
    }
    const vm = vmName(labels, guests) ?? target.fail(`${path}.metric`, `has none of the labels ${[...nameLabels, 'id'].join(', ')}`);
    // Counters of a guest that moved are kept by node; together they are one.
    const series = target.series.of({ vm, direction: metric.direction, family: metric.family, instance: '' });
    const samples = samplesOf(path, value, target);
    for (const { timeMs } of [...samples.slice(0, 1), ...samples.slice(-1)]) target.seen(timeMs);
    if (metric.kind === 'gauge') for (const { figure } of samples) series.add([figure * metric.unit, figure * metric.unit]);
    else addCounter(samples, metric.unit, (mean, count) => series.add([mean, mean], count));
  }
}

function resultsOf(path: string, answer: JsonObject, target: DocumentTarget): { path: string; value: JsonObject }[] {
  const prefix = path === '' ? '' : `${path}.`;
  if (answer.status !== undefined && answer.status !== 'success') {
    return target.fail(`${prefix}status`, `the query has failed: ${JSON.stringify(answer.error ?? answer.status)}`);
  }
  const data = isObject(answer.data) ? answer.data : answer;
  const dataPath = isObject(answer.data) ? `${prefix}data` : path;
  const place = (key: string) => (dataPath === '' ? key : `${dataPath}.${key}`);
  if (data.resultType !== 'matrix') return target.fail(place('resultType'), `${JSON.stringify(data.resultType)} is not "matrix": use query_range`);
  if (!Array.isArray(data.result)) return target.fail(place('result'), 'is not a list');
  return data.result.map((value: unknown, index) => {
    const resultPath = place(`result[${index}]`);
    return { path: resultPath, value: isObject(value) ? value : target.fail(resultPath, 'is not an object') };
  });
}

/** Names of Proxmox guests by their id, where `pve_guest_info` is among the results. */
function guestNames(results: readonly { value: JsonObject }[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { value } of results) {
    const { metric } = value;
    if (!isObject(metric) || metric[metricLabel] !== 'pve_guest_info') continue;
    if (typeof metric.id === 'string' && typeof metric.name === 'string') names.set(metric.id, metric.name);
  }
  return names;
}

function vmName(labels: JsonObject, guests: ReadonlyMap<string, string>): string | undefined {
  for (const label of nameLabels) {
    const value = labels[label];
    if (typeof value === 'string' && value !== '') return value;
  }
  return typeof labels.id === 'string' ? (guests.get(labels.id) ?? labels.id) : undefined;
}

interface Sample {
  timeMs: number;
  figure: number;
}

/** Without those that are not a number, which Prometheus writes where it has nothing. */
function samplesOf(path: string, value: JsonObject, target: DocumentTarget): Sample[] {
  if (!Array.isArray(value.values)) return target.fail(`${path}.values`, 'is not a list');
  const samples: Sample[] = [];
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const [index, sample] of value.values.entries()) {
    const place = `${path}.values[${index}]`;
    const [time, text]: unknown[] = Array.isArray(sample) ? sample : target.fail(place, 'is not a pair of time and value');
    const timeMs = 1000 * (typeof time === 'number' ? time : Number.NaN);
    if (!(timeMs > beforeMs)) return target.fail(`${place}[0]`, `${JSON.stringify(time)} is not a time after the one before`);
    beforeMs = timeMs;
    if (text === 'NaN') continue;
    const figure = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
    if (!(figure >= 0 && figure < Number.POSITIVE_INFINITY))
      return target.fail(`${place}[1]`, `${JSON.stringify(text)} is not a figure of zero or more`);
    samples.push({ timeMs, figure });
  }
  return samples;
}

/** A counter that falls has begun again at zero: what it shows then has been written since. */
function addCounter(samples: readonly Sample[], unit: number, add: (bytesPerSecond: number, intervals: number) => void): void {
  let bytes = 0;
  let before: Sample | undefined;
  for (const sample of samples) {
    if (before !== undefined) bytes += (sample.figure >= before.figure ? sample.figure - before.figure : sample.figure) * unit;
    before = sample;
  }
  const [first] = samples;
  if (first === undefined || before === undefined || before === first) return;
  add(bytes / ((before.timeMs - first.timeMs) / 1000), samples.length - 1);
}

/** `pvesh get .../rrddata`: a list of `{time, diskwrite, diskread, ...}`, means in bytes per second; gaps have no figures. */
export function readRrdData(path: string, vm: string, rows: readonly unknown[], target: DocumentTarget): void {
  for (const [index, row] of rows.entries()) {
    const place = `${path}[${index}]`;
    if (!isObject(row)) return target.fail(place, 'is not an object');
    if (typeof row.time !== 'number') return target.fail(`${place}.time`, `${JSON.stringify(row.time)} is not a time`);
    target.seen(1000 * row.time);
    for (const [key, direction] of [
      ['diskwrite', 'writes'],
      ['diskread', 'reads'],
    ] as const) {
      const value = row[key];
      if (value === undefined || value === null || value === '') continue;
      const figure = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
      if (!(figure >= 0 && figure < Number.POSITIVE_INFINITY)) {
        return target.fail(`${place}.${key}`, `${JSON.stringify(value)} is not a figure of zero or more`);
      }
      target.series.of({ vm, direction, family: 'virtual-disk', instance: '' }).add([figure, figure]);
    }
  }
}

/** Tells the kinds of JSON apart. `ownName` is the VM of a file that holds one VM's data without saying whose. Returns the kind. */
export function readDocument(document: unknown, ownName: string, target: DocumentTarget): string {
  const isAnswer = (value: unknown): value is JsonObject => isObject(value) && ('status' in value || 'resultType' in value);
  if (isAnswer(document)) {
    readPrometheus([{ path: '', value: document }], target);
    return 'Prometheus range query';
  }
  if (Array.isArray(document) && document.length > 0 && document.every(isAnswer)) {
    readPrometheus(
      document.map((value, index) => ({ path: `[${index}]`, value })),
      target,
    );
    return 'Prometheus range query';
  }
  const isRrd = (value: unknown): value is unknown[] => Array.isArray(value) && value.every((row) => isObject(row) && 'time' in row);
  if (isRrd(document)) {
    readRrdData('', ownName, document, target);
    return 'Proxmox rrddata';
  }
  if (isObject(document) && Object.keys(document).length > 0 && Object.values(document).every(isRrd)) {
    for (const [vm, rows] of Object.entries(document)) readRrdData(`[${JSON.stringify(vm)}]`, vm, rows as unknown[], target);
    return 'Proxmox rrddata';
  }
  return target.fail('', 'is neither an answer of a Prometheus range query nor rrddata of Proxmox');
}
