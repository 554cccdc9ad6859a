import { choice, list, named, numberOf, OutsideScope, section } from './document.ts';
import { type Law, writtenBytesFor } from './laws.ts';
import { bytesOf, bytesPerSecondOf, durationMsOf, paceOf } from './units.ts';
import type { Disk, Vm, World } from './world.ts';
import { localMsOf } from './zone.ts';

const DAY_SECONDS = 86_400;

const DISK = 'datastore size used provisioning writes reads growth'.split(' ');
const VM = `count vary exists host disks activity tags snapshots rpo changeTracking deltaOverhead toleratesPause maxChain guest network`.split(/\s+/);
const WRITES = ['changed', 'rate', 'law', 'exponent', 'workingSet', 'growth'];

/** All VMs of one group, in the order of their numbers. */
export function readVms(group: string, value: unknown, world: World): Vm[] {
  const keys = section(value, `vms.${group}`, [...VM, ...DISK]);
  if (keys.vary !== undefined && !['0', '0%'].includes(String(keys.vary))) throw new OutsideScope(`vms.${group}.vary`);
  if (keys.count === undefined) return [readVm(group, group, keys, world)];
  return Array.from({ length: numberOf(keys.count, 1) }, (_, index) => readVm(`${group}-${String(index + 1).padStart(2, '0')}`, group, keys, world));
}

function readVm(name: string, group: string, keys: Record<string, unknown>, world: World): Vm {
  const path = `vms.${group}`;
  const { from, until } = section(keys.exists, `${path}.exists`, ['from', 'until']);
  const sinceStart = (time: unknown): number => world.zone.instant(localMsOf(time)) - world.startUtcMs;
  const vm: Vm = {
    name,
    group,
    // A VM that was created before the start counts from there.
    fromMs: from === undefined ? 0 : Math.max(0, sinceStart(from)),
    untilMs: until === undefined ? Number.POSITIVE_INFINITY : sinceStart(until),
    isThere: false,
    host: keys.host === undefined ? null : named(world.hosts, keys.host),
    networkBytesPerSecond: keys.network === undefined ? Number.POSITIVE_INFINITY : bytesPerSecondOf(keys.network),
    disks: [],
    deltaOverhead: numberOf(keys.deltaOverhead, 1),
    activity: weekOf(keys.activity),
    changeTracking: keys.changeTracking !== false,
    toleratesPauseMs:
      keys.toleratesPause === undefined || keys.toleratesPause === 'unlimited' ? Number.POSITIVE_INFINITY : durationMsOf(keys.toleratesPause),
    maxChain: numberOf(keys.maxChain, 32),
    tags: list(keys.tags).map(String),
    pausedBy: null,
    spaceCameBack: false,
    pausedSinceMs: null,
    pausedAtMs: null,
    pausedMs: 0,
    crashedAtMs: null,
    worstLagMs: null,
    worstRpoMs: 0,
    isDown: false,
    downMs: 0,
    stunMs: 0,
    lostAtMs: null,
    guest: keys.guest === undefined ? null : String(keys.guest),
    maxChainDepth: 0,
    snapshotSinceLocalMs: Number.POSITIVE_INFINITY,
  };
  const own = Object.fromEntries(Object.entries(keys).filter(([key]) => DISK.includes(key)));
  for (const disk of keys.disks === undefined ? [own] : list(keys.disks))
    vm.disks.push(readDisk(vm, section(disk, `${path}.disks`, DISK), path, world));
  openInitialSnapshots(vm, keys.snapshots, path);
  return vm;
}

function readDisk(vm: Vm, keys: Record<string, unknown>, path: string, world: World): Disk {
  const sizeBytes = bytesOf(keys.size);
  const usedBytes = keys.used === undefined ? sizeBytes : bytesOf(keys.used);
  const { law, bytesPerSecond } = readWrites(keys.writes, `${path}.writes`, usedBytes);
  const reads = section(keys.reads, `${path}.reads`, ['rate']);
  return {
    vm,
    datastore: named(world.datastores, keys.datastore),
    sizeBytes,
    thin: choice(keys.provisioning, `${path}.provisioning`, ['thin', 'thick']) === 'thin',
    law,
    writeBytesPerSecond: bytesPerSecond,
    readBytesPerSecond: reads.rate === undefined ? bytesPerSecond : bytesPerSecondOf(reads.rate),
    readsAsLargeAsWrites: reads.rate === undefined,
    writesGrowth: paceOf(section(keys.writes, `${path}.writes`, WRITES).growth ?? 0),
    growth: paceOf(keys.growth ?? 0),
    usedBytes,
    initialUsedBytes: usedBytes,
    baseGrowthBytes: 0,
    writtenBytes: 0,
    writtenBytesPerMs: 0,
    writtenFraction: 1,
    isLost: false,
    grownBytesPerMs: 0,
    chain: [],
  };
}

function readWrites(value: unknown, path: string, usedBytes: number): { law: Law; bytesPerSecond: number } {
  const keys = section(value, path, WRITES);
  const pace = paceOf(keys.changed ?? '5%/day');
  const stated = 'share' in pace ? (pace.share / pace.days) * usedBytes : pace.bytesPerDay;
  const rate = keys.rate === undefined ? undefined : bytesPerSecondOf(keys.rate);
  // READING: where only the rate is stated, the usual share of changed bytes cannot exceed what is written.
  const changed = keys.changed === undefined && rate !== undefined ? Math.min(stated, rate * DAY_SECONDS) : stated;
  const kind = choice(keys.law, `${path}.law`, ['power', 'append', 'working-set']);
  if (kind === 'append') return { law: { kind }, bytesPerSecond: rate ?? changed / DAY_SECONDS };
  if (kind === 'working-set') {
    const workingSetBytes = bytesOf(keys.workingSet);
    return { law: { kind, workingSetBytes }, bytesPerSecond: rate ?? (-workingSetBytes * Math.log(1 - changed / workingSetBytes)) / DAY_SECONDS };
  }
  const writtenBytesPerDay = rate === undefined ? changed / 0.18 : rate * DAY_SECONDS;
  if (writtenBytesPerDay < changed) throw new Error(`${path}: more bytes change in a day than are written`);
  const law: Law = { kind, changedBytesPerDay: changed, writtenBytesPerDay, exponent: numberOf(keys.exponent, 0.72) };
  return { law, bytesPerSecond: writtenBytesPerDay / DAY_SECONDS };
}

/** 168 multipliers with mean 1, Monday 00:00 first. */
function weekOf(activity: unknown): number[] {
  const week = Array.from({ length: 168 }, (_, hourOfWeek) => {
    const hour = hourOfWeek % 24;
    if (activity === undefined || activity === 'flat') return 1;
    if (activity === 'office-hours') return hourOfWeek < 120 && hour >= 8 && hour < 18 ? 1.8 : 0.5;
    if (activity === 'nights') return hour >= 22 || hour < 5 ? 1.6 : 0.75;
    const given = list(activity).map(Number);
    return given[given.length === 24 ? hour : hourOfWeek] ?? Number.NaN;
  });
  const mean = week.reduce((sum, multiplier) => sum + multiplier, 0) / week.length;
  return week.map((multiplier) => multiplier / mean);
}

function openInitialSnapshots(vm: Vm, value: unknown, path: string): void {
  const snapshots = list(value)
    .map((entry) => section(entry, `${path}.snapshots`, ['taken', 'size', 'kind', 'disk']))
    .sort((a, b) => localMsOf(a.taken) - localMsOf(b.taken));
  for (const snapshot of snapshots) {
    // READING: the size given is that of the delta, `deltaOverhead` included.
    const disk = vm.disks[numberOf(snapshot.disk, 0)];
    if (!disk) throw new Error(`${path}.snapshots: no such disk`);
    const writtenBytes = writtenBytesFor(disk.law, bytesOf(snapshot.size) / vm.deltaOverhead);
    const top = disk.chain.at(-1);
    if (top) top.openedAtBytes = null;
    const kind = choice(snapshot.kind, `${path}.snapshots.kind`, ['user', 'orphan']);
    disk.chain.push({
      disk,
      law: disk.law,
      kind,
      task: null,
      wasHelper: false,
      removedBy: null,
      writtenBytes,
      openedAtBytes: 0,
      growthBytes: 0,
      absorbing: null,
      merge: null,
    });
  }
  vm.snapshotSinceLocalMs = Math.min(vm.snapshotSinceLocalMs, ...snapshots.map(({ taken }) => localMsOf(taken)));
  vm.maxChainDepth = Math.max(...vm.disks.map(({ chain }) => chain.length));
}
