import { readCopyTarget } from './copies.ts';
import { choice, entries, list, named, numberOf, section } from './document.ts';
import { readFaults } from './faults.ts';
import { appear } from './lifetimes.ts';
import { readJob, readSchedule } from './read-job.ts';
import { readVms } from './read-vm.ts';
import { readRestores } from './restores.ts';
import { bytesOf, bytesPerSecondOf, durationMsOf, exactMsOf, paceOf } from './units.ts';
import type { Datastore, Host, Link, Proxy, Repository, StorageArray, World } from './world.ts';
import { localMsOf, zoneOf } from './zone.ts';

const MIB = 2 ** 20;
const NONE = Number.POSITIVE_INFINITY;

const TASK_MEMORY_BYTES = 2048 * MIB;

/** Defaults by class (INTERFACE.md), sizes per second in MiB. */
const CLASSES: Record<string, { read: number; write: number; iops: number; latencyMs: number; mergeRate: number }> = {
  hdd: { read: 400, write: 300, iops: 1500, latencyMs: 8, mergeRate: 35 },
  hybrid: { read: 900, write: 700, iops: 15_000, latencyMs: 3, mergeRate: 100 },
  'all-flash': { read: 2500, write: 1500, iops: 100_000, latencyMs: 0.5, mergeRate: 300 },
};

const TOP =
  'overrun name start timezone duration seed arrays datastores hosts links proxies repositories vms jobs faults restores policy operator'.split(' ');
const DATASTORE = `array class capacity otherUsed otherGrowth read write iops latency mergeRate floor resumeMargin onFull onSpaceFreed
  maxOpenSnapshots countOrphans consolidation merges passLimit orphanCleanup latencyControl ioSize queueDepth`.split(/\s+/);

/** The estate and the jobs of a scenario document, every default filled in, at the scenario's start. */
export function readWorld(document: unknown, longestStepMs: number): World {
  const top = section(document, 'scenario', TOP);
  const zone = zoneOf(String(top.timezone ?? 'UTC'));
  const { respondsAfter } = section(top.operator, 'operator', ['respondsAfter']);
  const arrays = entries(top.arrays).map(([name, value]) => readArray(name, value));
  const links: Link[] = entries(top.links).map(([name, value]) => {
    const link = section(value, `links.${name}`, ['bandwidth']);
    return { name, bytesPerSecond: bytesPerSecondOf(link.bandwidth) };
  });
  const datastores = entries(top.datastores).map(([name, value]) => readDatastore(name, value, arrays));
  const hosts = entries(top.hosts).map(([name, value]) => readHost(name, value, datastores));
  const world: World = {
    seed: String(top.seed ?? top.name),
    zone,
    startUtcMs: zone.instant(localMsOf(top.start)),
    durationMs: durationMsOf(top.duration),
    longestStepMs,
    nowMs: 0,
    arrays,
    datastores,
    hosts,
    links,
    proxies: entries(top.proxies).map(([name, value]) => readProxy(name, value, { links, datastores, hosts })),
    repositories: entries(top.repositories).map(([name, value]) => readRepository(name, value, links, zone)),
    vms: [],
    everyVm: [],
    jobs: [],
    tasks: [],
    ended: [],
    cleanups: [],
    faults: [],
    chains: [],
    transforms: [],
    works: [],
    upkeeps: [],
    restores: [],
    copies: [],
    removals: [],
    respondsAfterMs: respondsAfter === undefined || respondsAfter === 'never' ? NONE : durationMsOf(respondsAfter),
    begun: 0,
  };
  for (const repository of world.repositories)
    repository.copyTo = readCopyTarget(section(top.repositories, 'repositories', null)[repository.name], world);
  world.everyVm = entries(top.vms).flatMap(([name, value]) => readVms(name, value, world));
  for (const vm of world.everyVm.filter(({ fromMs }) => fromMs <= 0)) appear(world, vm);
  world.jobs = entries(top.jobs).map(([name], order) => readJob(name, section(top.jobs, 'jobs', null), order, world));
  world.restores = readRestores(top.restores, world);
  world.faults = readFaults(top.faults, world);
  return world;
}

function readArray(name: string, value: unknown): StorageArray {
  const keys = section(value, `arrays.${name}`, ['read', 'write', 'iops', 'capacity']);
  const speeds = { readBytesPerSecond: bytesPerSecondOf(keys.read), writeBytesPerSecond: bytesPerSecondOf(keys.write) };
  return { name, ...speeds, operationsPerSecond: numberOf(keys.iops, Number.NaN) };
}

function readDatastore(name: string, value: unknown, arrays: StorageArray[]): Datastore {
  const path = `datastores.${name}`;
  const keys = section(value, path, DATASTORE);
  const control = section(keys.latencyControl, `${path}.latencyControl`, ['stop', 'throttle']);
  const idleLatencyMs = keys.latency === undefined ? undefined : exactMsOf(keys.latency);
  const like = CLASSES[String(keys.class ?? 'hybrid')];
  const rate = (given: unknown, usual: number | undefined): number => {
    if (given === undefined && usual === undefined) throw new Error(`${path}: a custom datastore needs all its speeds`);
    return given === undefined ? (usual ?? 0) * MIB : bytesPerSecondOf(given);
  };
  const nominal = {
    readBytesPerSecond: rate(keys.read, like?.read),
    writeBytesPerSecond: rate(keys.write, like?.write),
    operationsPerSecond: numberOf(keys.iops, like?.iops ?? Number.NaN),
    // READING: a custom datastore without a latency has that of a hybrid one.
    idleLatencyMs: idleLatencyMs ?? like?.latencyMs ?? 3,
  };
  return {
    name,
    nominal,
    ...nominal,
    cleansUp: readCleanup(keys.orphanCleanup, `${path}.orphanCleanup`),
    isLost: false,
    array: keys.array === undefined ? null : named(arrays, keys.array),
    capacityBytes: bytesOf(keys.capacity),
    otherBytes: bytesOf(keys.otherUsed ?? 0),
    otherGrowth: paceOf(keys.otherGrowth ?? 0),
    ioSizeBytes: bytesOf(keys.ioSize ?? '16KiB'),
    mergeBytesPerSecond: rate(keys.mergeRate, like?.mergeRate),
    floorBytes: bytesOf(keys.floor ?? '100MiB'),
    resumeMarginBytes: bytesOf(keys.resumeMargin ?? '1GiB'),
    pausesAll: choice(keys.onFull, `${path}.onFull`, ['pause-writers', 'all']) === 'all',
    resumes: choice(keys.onSpaceFreed, `${path}.onSpaceFreed`, ['stay-paused', 'resume']) === 'resume',
    maxOpenSnapshots: numberOf(keys.maxOpenSnapshots, NONE),
    countsOrphans: keys.countOrphans === true,
    serialMerges: choice(keys.merges, `${path}.merges`, ['parallel', 'serial']) === 'serial',
    helps: choice(keys.consolidation, `${path}.consolidation`, ['mirror', 'helper']) === 'helper',
    passLimit: numberOf(keys.passLimit, 10),
    queueDepth: numberOf(keys.queueDepth, 8),
    stopLatencyMs: control.stop === undefined ? NONE : exactMsOf(control.stop),
    throttleLatencyMs: control.throttle === undefined ? NONE : exactMsOf(control.throttle),
    latencyMs: 0,
    otherBytesPerMs: 0,
    cutOff: false,
    hasSpace: true,
    servedFraction: 1,
    servedMs: 0,
    fullAtMs: null,
    peakUsedBytes: 0,
    peakAtMs: 0,
    peakLedger: [],
  };
}

function readCleanup(value: unknown, path: string): Datastore['cleansUp'] {
  if (value === undefined || typeof value === 'string') return choice<'never' | 'next-run'>(value, path, ['never', 'next-run']);
  return durationMsOf(section(value, path, ['every']).every);
}

function readHost(name: string, value: unknown, datastores: Datastore[]): Host {
  const keys = section(value, `hosts.${name}`, ['network', 'nbd', 'datastores']);
  const networkBytesPerSecond = keys.network === undefined ? NONE : bytesPerSecondOf(keys.network);
  return {
    name,
    networkBytesPerSecond,
    nbdBytesPerSecond: keys.nbd === undefined ? 0.4 * networkBytesPerSecond : bytesPerSecondOf(keys.nbd),
    datastores: reached(keys.datastores, datastores),
  };
}

/** Those that are listed, all without a list. */
function reached(names: unknown, datastores: Datastore[]): Datastore[] {
  return names === undefined ? datastores : list(names).map((name) => named(datastores, name));
}

function readProxy(name: string, value: unknown, { links, datastores, hosts }: { links: Link[]; datastores: Datastore[]; hosts: Host[] }): Proxy {
  const path = `proxies.${name}`;
  const keys = section(value, path, ['slots', 'slotUnit', 'cores', 'perCore', 'memory', 'network', 'fabric', 'datastores', 'host', 'links']);
  const perCore = section(keys.perCore, `${path}.perCore`, ['full', 'incremental']);
  return {
    name,
    slots: Math.min(numberOf(keys.slots, NONE), keys.memory === undefined ? NONE : Math.floor(bytesOf(keys.memory) / TASK_MEMORY_BYTES)),
    slotPerVm: choice(keys.slotUnit, `${path}.slotUnit`, ['disk', 'vm']) === 'vm',
    cores: numberOf(keys.cores, NONE),
    fullBytesPerCoreSecond: bytesPerSecondOf(perCore.full ?? '100MiB/s'),
    incrementalBytesPerCoreSecond: bytesPerSecondOf(perCore.incremental ?? '25MiB/s'),
    networkBytesPerSecond: keys.network === undefined ? NONE : bytesPerSecondOf(keys.network),
    links: list(keys.links).map((link) => named(links, link)),
    fabricBytesPerSecond: keys.fabric === undefined ? NONE : bytesPerSecondOf(keys.fabric),
    datastores: reached(keys.datastores, datastores),
    host: keys.host === undefined ? null : named(hosts, keys.host),
  };
}

function readRepository(name: string, value: unknown, links: Link[], zone: World['zone']): Repository {
  const keys = section(value, `repositories.${name}`, [
    'class',
    'capacity',
    'read',
    'write',
    'slots',
    'mergeRate',
    'blockClone',
    'immutable',
    'gcGrace',
    'garbageCollection',
    'verify',
    'links',
    'copyTo',
  ]);
  const like = CLASSES[choice(keys.class, `repositories.${name}.class`, ['hybrid', 'hdd', 'all-flash'])];
  return {
    name,
    capacityBytes: bytesOf(keys.capacity),
    readBytesPerSecond: bytesPerSecondOf(keys.read),
    writeBytesPerSecond: bytesPerSecondOf(keys.write),
    mergeBytesPerSecond: keys.mergeRate === undefined ? (like?.mergeRate ?? 0) * MIB : bytesPerSecondOf(keys.mergeRate),
    slots: numberOf(keys.slots, NONE),
    blockClone: keys.blockClone === true,
    immutableMs: keys.immutable === undefined ? 0 : durationMsOf(keys.immutable),
    graceMs: durationMsOf(keys.gcGrace ?? 0),
    collection: readCollection(keys, `repositories.${name}`, zone),
    verify: keys.verify === undefined ? null : readSchedule(keys.verify, `repositories.${name}.verify`, zone),
    copyTo: null,
    removed: [],
    startUsedBytes: 0,
    links: list(keys.links).map((link) => named(links, link)),
    fullAtMs: null,
    peakUsedBytes: 0,
  };
}

/** Parts of what is held that a collection reads, by class. */
const READ_SHARES: Record<string, number> = { hdd: 0.25, hybrid: 0.05, 'all-flash': 0.01 };

function readCollection(keys: Record<string, unknown>, path: string, zone: World['zone']): Repository['collection'] {
  if (keys.garbageCollection === undefined) return null;
  const { schedule, readShare } = section(keys.garbageCollection, `${path}.garbageCollection`, ['schedule', 'readShare']);
  const usual = READ_SHARES[String(keys.class ?? 'hybrid')] ?? 1;
  return {
    schedule: readSchedule(schedule, `${path}.garbageCollection`, zone),
    readShare: readShare === undefined ? usual : Number.parseFloat(String(readShare)) / 100,
  };
}
