/**
 * How long a run takes at the very least: its work against each thing that it has to share, and its longest task. Nobody else is at work, every slot is always
 * taken, and disks read what a usual day of their guests has changed since the run before.
 */
import { growthLaw, MS_PER_DAY, uniqueBytes, writtenPerDay } from '../../sim/estate/growth-law.ts';
import type { DiskPlan, JobPlan, ProxyPlan, RepositoryPlan, VmPlan } from '../../sim/plan.ts';
import { formatRate, roughSize } from '../format/units.ts';
import type { Subject } from './subject.ts';

/** `usual`: what the job makes on most days; `full`: it reads everything. */
export type Level = 'usual' | 'full';

export interface ShortestRun {
  ms: number;
  /** What takes that long, in words. */
  why: string;
}

/** What a disk has to read, in source bytes. */
interface Read {
  vm: VmPlan;
  disk: DiskPlan;
  bytes: number;
  full: boolean;
}

/** Null where the job has no VMs, or where an increment is read but nobody knows since when. */
export function shortestRun(subject: Subject, job: JobPlan, level: Level): ShortestRun | null {
  const repository = subject.plan.repositories.find(({ name }) => name === job.repository);
  const reads = readsOf(subject, job, level);
  if (reads === null || reads.length === 0 || repository === undefined) return null;
  const proxies = subject.plan.proxies.filter(({ name }) => job.proxies.includes(name));
  const bounds = [...sourceBounds(subject, reads), ...proxyBounds(subject, job, proxies, reads), ...targetBounds(subject, job, repository, reads)];
  bounds.push(...streamBounds(subject, job, proxies, reads), longestTask(job, proxies, reads));
  return bounds.reduce((longest, bound) => (bound.ms > longest.ms ? bound : longest));
}

function readsOf(subject: Subject, job: JobPlan, level: Level): Read[] | null {
  const { tracking } = subject.methodOf(job);
  const spanMs = subject.periodOf(job);
  const reads: Read[] = [];
  for (const vm of subject.vmsOf(job)) {
    if (vm.bornMs !== null || vm.deletedMs !== null) continue;
    const tracked = tracking === 'own' || (tracking === 'hypervisor' && vm.changeTracking);
    const full = level === 'full' || job.mode === 'full' || !tracked;
    if (!full && spanMs === null) return null;
    for (const disk of vm.disks) reads.push({ vm, disk, full, bytes: full ? wholeBytes(job, disk) : changedBytes(job, disk, spanMs as number) });
  }
  return reads;
}

function wholeBytes({ zeroDetection }: JobPlan, { provisioning, sizeBytes, usedBytes }: DiskPlan): number {
  return provisioning === 'thick' && !zeroDetection ? sizeBytes : usedBytes;
}

function changedBytes({ cbtOverhead }: JobPlan, { writes, usedBytes }: DiskPlan, spanMs: number): number {
  const written = (writtenPerDay(writes) * spanMs) / MS_PER_DAY;
  return Math.min(uniqueBytes(growthLaw(writes, 1), written) * cbtOverhead, usedBytes);
}

/** Datastores and the arrays behind them: every byte is read there. */
function sourceBounds({ plan }: Subject, reads: readonly Read[]): ShortestRun[] {
  const bounds: ShortestRun[] = [];
  const onArray = new Map<string, number>();
  for (const { name, readBytesPerSecond, array } of plan.datastores) {
    const bytes = sumOf(reads.filter(({ disk }) => disk.datastore === name));
    bounds.push(bound(bytes, readBytesPerSecond, `from datastore \`${name}\``));
    if (array !== null) onArray.set(array, (onArray.get(array) ?? 0) + bytes);
  }
  for (const { name, readBytesPerSecond } of plan.arrays) bounds.push(bound(onArray.get(name) ?? 0, readBytesPerSecond, `from array \`${name}\``));
  return bounds;
}

/** All proxies of the job together, where none of them is without a limit. */
function proxyBounds(subject: Subject, job: JobPlan, proxies: readonly ProxyPlan[], reads: readonly Read[]): ShortestRun[] {
  if (proxies.length === 0) return [];
  const bytes = sumOf(reads);
  const network = proxies.reduce((sum, proxy) => sum + (proxy.networkBytesPerSecond ?? Number.POSITIVE_INFINITY), 0);
  const throughNetwork = subject.methodOf(job).inbound === 'network';
  const fullRate = proxies.reduce((sum, proxy) => sum + (proxy.cores ?? Number.POSITIVE_INFINITY) * coreRate(job, proxy, true), 0);
  const changedRate = proxies.reduce((sum, proxy) => sum + (proxy.cores ?? Number.POSITIVE_INFINITY) * coreRate(job, proxy, false), 0);
  const full = sumOf(reads.filter((read) => read.full));
  const ms = (full / fullRate + (bytes - full) / changedRate) * 1000;
  return [
    { ms, why: `${roughSize(bytes)} through the cores of its proxies` },
    ...(throughNetwork ? [bound(bytes, network, 'through the network of its proxies')] : []),
  ];
}

/** Source bytes per second that one core of a proxy handles. */
function coreRate({ processing }: JobPlan, proxy: ProxyPlan, full: boolean): number {
  const rate = (full ? proxy.perCoreFullBytesPerSecond : proxy.perCoreIncrementalBytesPerSecond) / processing.factor;
  return 1 / (1 / rate + processing.secondsPerByte);
}

/** The links to the repository and its device. */
function targetBounds({ plan }: Subject, job: JobPlan, repository: RepositoryPlan, reads: readonly Read[]): ShortestRun[] {
  const stored = sumOf(reads) / job.reduction;
  const links = plan.links.filter(({ name }) => repository.links.includes(name));
  return [
    bound(stored, repository.writeBytesPerSecond, `to repository \`${repository.name}\``),
    ...links.map(({ name, bandwidthBytesPerSecond }) => bound(stored, bandwidthBytesPerSecond, `over link \`${name}\``)),
  ];
}

/** Work against slots: so many streams at once, each with its cap. */
function streamBounds(subject: Subject, job: JobPlan, proxies: readonly ProxyPlan[], reads: readonly Read[]): ShortestRun[] {
  const disksPerTask = Math.max(...reads.map(({ vm }) => vm.disks.length));
  const perSlot = proxies.some(({ slotUnit }) => slotUnit === 'vm') ? disksPerTask : 1;
  const streams = Math.min((job.concurrency ?? Number.POSITIVE_INFINITY) * disksPerTask, subject.slotsOf(job) * perSlot);
  const seconds = reads.reduce((sum, read) => sum + read.bytes / streamCap(job, proxies, read), 0) / streams;
  return Number.isFinite(streams) ? [{ ms: seconds * 1000, why: `${roughSize(sumOf(reads))} in ${streams} streams at once` }] : [];
}

function longestTask(job: JobPlan, proxies: readonly ProxyPlan[], reads: readonly Read[]): ShortestRun {
  const { quiesceMs, createMs, attachMs, removeMs } = job.timings;
  const stepsMs = quiesceMs + createMs + attachMs + removeMs;
  let longest = { ms: stepsMs, why: 'the steps of a snapshot' };
  for (const read of reads) {
    const ms = stepsMs + (read.bytes / streamCap(job, proxies, read)) * 1000;
    if (ms > longest.ms) longest = { ms, why: `${roughSize(read.bytes)} of \`${read.vm.name}\` in one stream` };
  }
  return longest;
}

/** Bytes per second of one disk's stream, which runs on at most one core. */
function streamCap(job: JobPlan, proxies: readonly ProxyPlan[], { vm, full }: Read): number {
  const core = proxies.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...proxies.map((proxy) => coreRate(job, proxy, full)));
  const guest = job.method === 'agent' ? (vm.networkBytesPerSecond ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  return Math.min(job.streamBytesPerSecond ?? Number.POSITIVE_INFINITY, core, guest);
}

function bound(bytes: number, bytesPerSecond: number, what: string): ShortestRun {
  const rate = Number.isFinite(bytesPerSecond) ? ` at ${formatRate(bytesPerSecond)}` : '';
  return { ms: (bytes / bytesPerSecond) * 1000, why: `${roughSize(bytes)} ${what}${rate}` };
}

function sumOf(reads: readonly Read[]): number {
  return reads.reduce((sum, { bytes }) => sum + bytes, 0);
}
