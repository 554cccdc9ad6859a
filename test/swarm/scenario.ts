/**
 * Random scenario documents over all of the format that is built: those that the integrator is compared on, with what it does not know laid over them. The
 * number decides the scenario.
 */
import fc from 'fast-check';
import { arbitraryScenario, type ScenarioDocument } from '../agreement/scenario.ts';
import { odd, sometimes, whole } from '../agreement/scenario-vms.ts';
import { trouble, troubled } from './trouble.ts';

type Keys = Record<string, unknown>;
type Entry = readonly [string, Keys];

/** Rarely, as most limits make everything else wait. */
function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

const rate = (low: number, high: number): fc.Arbitrary<string> => odd(low, high).map((megabytes) => `${megabytes}MB/s`);

const array = fc.record({ read: rate(40, 500), write: rate(40, 500), iops: whole(100, 5000), capacity: fc.constant('100TB') });

const latencyControl = fc.oneof(
  fc.constant('none'),
  fc.record({ stop: whole(9, 300).map((ms) => `${ms}ms`), throttle: whole(10, 100).map((ms) => `${ms}ms`) }),
);

const datastore = fc.record({
  array: sometimes(fc.constant('san')),
  onFull: sometimes(fc.constantFrom('pause-writers', 'all')),
  maxOpenSnapshots: rarely(whole(2, 9)),
  countOrphans: sometimes(fc.boolean()),
  consolidation: sometimes(fc.constantFrom('mirror', 'helper', 'helper')),
  passLimit: sometimes(whole(1, 4)),
  merges: sometimes(fc.constantFrom('parallel', 'serial')),
  latencyControl: rarely(latencyControl),
  queueDepth: sometimes(whole(1, 32)),
  latency: rarely(fc.constantFrom('0.2ms', '5ms')),
});

const furtherDisk = fc.record({
  datastore: whole(0, 1),
  sizeMb: whole(3000, 40_000),
  usedShare: odd(0.1, 0.99),
  provisioning: fc.constantFrom('thin', 'thick'),
  writes: sometimes(fc.constantFrom<Keys>({ law: 'append', rate: '0.31MB/s' }, { changed: '2.3%/day' }, { changed: '1.1GB/day', rate: '9.7GB/day' })),
});

type FurtherDisk = typeof furtherDisk extends fc.Arbitrary<infer T> ? T : never;

const group = fc.record({
  times: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: whole(5, 60) }),
  vary: rarely(whole(1, 40)),
  network: sometimes(rate(3, 60)),
  disks: fc.oneof(
    { weight: 2, arbitrary: fc.constant<FurtherDisk[]>([]) },
    { weight: 1, arbitrary: fc.array(furtherDisk, { minLength: 1, maxLength: 3 }) },
  ),
  /** In hundredths of the run; what begins before it or ends after it does so without effect. */
  exists: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ from: whole(-9, 60) }) },
    { weight: 1, arbitrary: fc.record({ until: whole(5, 120) }) },
    { weight: 1, arbitrary: fc.record({ from: whole(-9, 60), until: whole(61, 120) }) },
  ),
  rpo: sometimes(fc.constantFrom('5h', '25h')),
});

/** What a proxy is besides: a VM on a host, zoned to datastores, and small. */
const proxy = fc.record({
  slotUnit: sometimes(fc.constantFrom('disk', 'vm')),
  host: whole(0, 1),
  fabric: sometimes(rate(5, 300)),
  datastores: rarely(fc.subarray(['ds0', 'ds1'])),
  memory: rarely(whole(2, 12).map((gibibytes) => `${gibibytes}GiB`)),
});

/** Schedules that come up several times in the hours of a run. */
const often = fc.constantFrom<Keys | string>({ every: '5h' }, { every: '7h', offset: '1h' }, { every: '13h', offset: '40m' }, '20 */9 * * *');

const retention = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc
      .record({ last: sometimes(whole(1, 3)), hourly: sometimes(whole(1, 9)), daily: sometimes(whole(1, 3)), weekly: sometimes(whole(1, 2)) })
      .map((keys) => (Object.keys(stated(keys)).length === 0 ? undefined : stated(keys))),
  },
  { weight: 1, arbitrary: whole(1, 3).map((last) => ({ last, weekly: 1, definition: 'veeam' })) },
);

/** What a repository is besides a device. */
const repository = fc.record({
  class: sometimes(fc.constantFrom('hdd', 'hybrid', 'all-flash')),
  mergeRate: sometimes(rate(1, 60)),
  blockClone: fc.constantFrom(false, false, true),
  immutable: rarely(fc.constantFrom('3h', '11h')),
  gcGrace: sometimes(fc.constantFrom('0s', '2h', '10h')),
  garbageCollection: rarely(often.map((schedule) => ({ schedule, readShare: '7%' }))),
  verify: rarely(often),
});

/** From the first repository to the second. */
const copyTo = fc.record({ links: sometimes(fc.constant(['wan'])), schedule: sometimes(often), retention: whole(1, 3).map((last) => ({ last })) });

/** How a job keeps its points; `document`: as it does there. */
const chain = fc.record({
  mode: fc.constantFrom('document', 'document', 'forward', 'forward', 'reverse'),
  kind: fc.constantFrom('active', 'synthetic'),
  full: often,
  differential: rarely(often),
  retention,
  account: sometimes(fc.constantFrom('ops', 'vault')),
});

const timeOfDay = fc.tuple(whole(0, 23), whole(0, 59)).map(([hour, minute]) => `${hour}:${String(minute).padStart(2, '0')}`);

/** Keys of jobs that copy something somewhere. */
const COPYING_KEYS = ['proxies', 'repository', 'retention', 'mode', 'full', 'differential'];

const METHODS = ['hot-add', 'direct-san', 'agent', 'copy-before-write', 'cdp', 'direct-disk', 'snapshot-only'] as const;

const job = fc.record({
  /** `document`: the method that the job has. */
  method: fc.constantFrom('document', 'document', 'document', ...METHODS),
  fallback: sometimes(fc.constantFrom('nbd', 'fail')),
  fleecing: sometimes(fc.constantFrom('ds0', 'ds1')),
  keep: sometimes(whole(1, 4)),
  compression: sometimes(fc.constantFrom('none', 'optimal', 'high', 'extreme')),
  deduplication: sometimes(fc.constantFrom('none', 'inline')),
  window: rarely(
    fc.record({
      from: timeOfDay,
      to: timeOfDay,
      atEnd: fc.constantFrom('finish', 'stop-new-tasks', 'terminate'),
      days: rarely(fc.subarray(['mon', 'thu', 'sat', 'sun'], { minLength: 1 })),
    }),
  ),
  blackout: rarely(fc.record({ from: whole(0, 80), hundredths: whole(1, 20) })),
  preset: rarely(fc.constantFrom('veeam-periodic', 'veeam-chained', 'bareos', 'vzdump', 'netbackup')),
  catchUp: fc.boolean(),
  timeout: rarely(fc.constantFrom('17m', '3h')),
  startDeadline: rarely(fc.constantFrom('0s', '11m', '2h')),
  lockWait: rarely(fc.constantFrom('1ms', '9m', '1h')),
  retries: sometimes(fc.record({ times: whole(1, 3), wait: fc.constantFrom('1ms', '7m', '3h') })),
  attach: sometimes(fc.constantFrom('0s', '47s')),
  names: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
  ifVmBusy: sometimes(fc.constantFrom('wait', 'stack')),
  cancelPrevious: fc.constantFrom(false, false, false, true),
  chain,
});

const additions = fc.record({
  san: array,
  datastores: fc.tuple(datastore, datastore),
  proxies: fc.tuple(proxy, proxy),
  hostSees: fc.tuple(rarely(fc.subarray(['ds0', 'ds1'])), rarely(fc.subarray(['ds0', 'ds1']))),
  groups: fc.tuple(group, group, group, group),
  singleDisks: fc.boolean(),
  jobs: fc.tuple(job, job, job),
  repositories: fc.tuple(repository, repository),
  copyTo: rarely(copyTo),
  restores: fc.array(fc.record({ group: whole(0, 3), hundredth: whole(30, 85), repository: rarely(whole(0, 1)) }), { maxLength: 2 }),
  respondsAfter: sometimes(fc.constantFrom('never', '53s', '5h7m')),
});

type Additions = typeof additions extends fc.Arbitrary<infer T> ? T : never;

export const arbitraryDocument: fc.Arbitrary<ScenarioDocument> = fc
  .tuple(arbitraryScenario, additions, trouble)
  .map(([document, more, wrong]) => troubled(laidOver(document, more), wrong));

/** The scenario of a seed. */
export function scenarioOf(seed: number): ScenarioDocument {
  const [document] = fc.sample(arbitraryDocument, { seed, numRuns: 1 }) as [ScenarioDocument];
  return { ...document, name: `swarm ${seed}` };
}

function laidOver(document: ScenarioDocument, more: Additions): ScenarioDocument {
  const vms = entriesOf(document, 'vms').map(
    ([name, keys], index) => [name, vmOf(keys, more.groups[index] as Additions['groups'][0], document, more.singleDisks)] as const,
  );
  const groups = vms.map(([name]) => name);
  const jobs = entriesOf(document, 'jobs').map(([name, keys], index) => {
    const added = more.jobs[index] as Additions['jobs'][0];
    const immutable = [...more.repositories, ...entriesOf(document, 'repositories').map(([, repository]) => repository)].some(
      (one) => one.immutable !== undefined,
    );
    return [name, chained(jobOf(keys, added, groups, document), added.chain, immutable)] as const;
  });
  const hosts = Object.keys(document.hosts as Keys);
  const copiesAlready = entriesOf(document, 'repositories').some(([, { copyTo: drawn }]) => drawn !== undefined);
  const before = allocatedMb(entriesOf(document, 'vms'));
  const after = allocatedMb(vms);
  return {
    ...document,
    ...(more.respondsAfter === undefined ? {} : { operator: { respondsAfter: more.respondsAfter } }),
    arrays: { ...(document.arrays as Keys | undefined), san: more.san },
    datastores: Object.fromEntries(
      entriesOf(document, 'datastores').map(([name, keys], index) => {
        const added = (after.get(name) ?? 0) - (before.get(name) ?? 0);
        return [name, { ...keys, ...stated(more.datastores[index] as Keys), capacity: `${megabytesOf(keys.capacity) + added}MB` }];
      }),
    ),
    proxies: Object.fromEntries(
      entriesOf(document, 'proxies').map(([name, keys], index) => {
        const { host, ...added } = more.proxies[index] as Additions['proxies'][0];
        return [name, { ...keys, ...stated({ ...added, host: hosts[host % hosts.length] }) }];
      }),
    ),
    hosts: Object.fromEntries(
      entriesOf(document, 'hosts').map(([name, keys], index) => [name, { ...keys, ...stated({ datastores: more.hostSees[index] }) }]),
    ),
    vms: Object.fromEntries(vms),
    jobs: Object.fromEntries(jobs),
    restores: more.restores.map((one) => restoreOf(one, vms, document)),
    repositories: Object.fromEntries(
      entriesOf(document, 'repositories').map(([name, keys], index) => {
        const copies = index === 0 && more.copyTo !== undefined && !copiesAlready ? { copyTo: { repository: 'r1', ...stated(more.copyTo) } } : {};
        const drawn = { ...stated(more.repositories[index % more.repositories.length] as Keys), ...copies };
        return [name, { ...keys, ...drawn, capacity: `${Math.min(MOST_MB, megabytesOf(keys.capacity) + keptMb(jobs, vms))}MB` }];
      }),
    ),
  };
}

function vmOf(keys: Keys, { times, vary, network, disks, exists, rpo }: Additions['groups'][0], document: ScenarioDocument, single: boolean): Keys {
  const drawn = stated({ network, rpo, vary: vary === undefined ? undefined : `${vary}%`, exists: exists && existsOf(exists, document) });
  const common: Keys = { ...keys, count: Number(keys.count) * times, ...drawn };
  // Who comes later brings no snapshots along.
  if (exists !== undefined && 'from' in exists && exists.from > 0) delete common.snapshots;
  if (single || disks.length === 0 || keys.disks !== undefined) return common;
  const { datastore: place, size, used, provisioning, writes, reads, growth, snapshots, ...rest } = common as Keys;
  const further = disks.map(({ datastore: index, sizeMb, usedShare, provisioning: kind, writes: written }) =>
    stated({ datastore: `ds${index}`, size: `${sizeMb}MB`, used: `${Math.round(sizeMb * usedShare)}MB`, provisioning: kind, writes: written }),
  );
  return stated({ ...rest, disks: [stated({ datastore: place, size, used, provisioning, writes, reads, growth }), ...further], snapshots });
}

function existsOf(exists: { from?: number; until?: number }, document: ScenarioDocument): Keys {
  const local = (hundredths: number | undefined): string | undefined => (hundredths === undefined ? undefined : momentAt(hundredths, document));
  return stated({ from: local(exists.from), until: local(exists.until) });
}

/** A local time, in hundredths of the run from its start. */
function momentAt(hundredths: number, { start, duration }: ScenarioDocument): string {
  const hundredthMs = Number.parseInt(String(duration), 10) * 36_000;
  return new Date(Date.parse(`${start}Z`) + hundredths * hundredthMs).toISOString().slice(0, 19);
}

function blackoutOf({ from, hundredths }: { from: number; hundredths: number }, document: ScenarioDocument): Keys {
  // Longer than an hour that the clocks may skip: within it there is no later time.
  const hours = Number.parseInt(String(document.duration), 10);
  const least = Math.ceil(110 / hours);
  return { from: momentAt(from, document), to: momentAt(from + Math.max(hundredths, least), document) };
}

function jobOf(drawn: Keys, more: Additions['jobs'][0], groups: string[], document: ScenarioDocument): Keys {
  const listed = more.names.map((index) => groups[index]).filter((name) => name !== undefined);
  const { compression, deduplication, ifVmBusy, timeout, startDeadline, lockWait, retries } = more;
  const window = more.window === undefined ? undefined : stated(more.window);
  const blackouts = more.blackout === undefined ? undefined : [blackoutOf(more.blackout, document)];
  const catchUp = window === undefined && blackouts === undefined ? undefined : more.catchUp;
  const limits = stated({ preset: more.preset, window, blackouts, catchUp, timeout, startDeadline, lockWait, retries });
  const keys = {
    ...drawn,
    ...limits,
    ...stated({ compression, deduplication, ifVmBusy }),
    ...(more.cancelPrevious ? { ifRunning: 'cancel-previous' } : {}),
  };
  if (more.method === 'document') return keys;
  // What only the document's own method knows goes with it.
  const steps = without(((keys as Keys).timings as Keys | undefined) ?? {}, ['attach']);
  const kept: Keys = { repository: 'r0', ...without(keys, ['method', 'fallback', 'fleecing', 'keep']), timings: steps };
  switch (more.method) {
    case 'agent':
      return { ...kept, method: 'agent', vms: { names: listed.length > 0 ? listed : groups } };
    case 'hot-add':
    case 'direct-san': {
      const reach = stated({ method: more.method, fallback: more.fallback, proxies: kept.proxies ?? ['p0'] });
      return { ...kept, ...reach, timings: { ...steps, ...(more.method === 'hot-add' ? stated({ attach: more.attach }) : {}) } };
    }
    case 'copy-before-write':
      return { ...kept, ...stated({ method: more.method, fleecing: more.fleecing }) };
    case 'snapshot-only':
      return { ...without(kept, COPYING_KEYS), ...stated({ method: more.method, keep: more.keep }) };
    default:
      return { ...kept, method: more.method };
  }
}

function without(keys: Keys, names: readonly string[]): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => !names.includes(name)));
}

/** What disks and snapshots take at the start by datastore, in MB; varied ones as much as they may. */
function allocatedMb(vms: readonly Entry[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [, keys] of vms) {
    const disks = (keys.disks ?? [keys]) as Keys[];
    for (const [index, disk] of disks.entries()) {
      const spread = 1 + Number.parseFloat(String(keys.vary ?? '0')) / 100;
      const own = disk.provisioning === 'thick' ? megabytesOf(disk.size) : megabytesOf(disk.used ?? disk.size) * spread;
      const taken = ((keys.snapshots ?? []) as Keys[]).filter((snapshot) => Number(snapshot.disk ?? 0) === index);
      const snapshots = taken.reduce((sum, { size }) => sum + megabytesOf(size), 0);
      const place = String(disk.datastore);
      sums.set(place, (sums.get(place) ?? 0) + Math.ceil(Number(keys.count) * (own + snapshots)));
    }
  }
  return sums;
}

/** Rewriting a full is not for repositories where nothing can be removed; fulls that are kept by age need a mode that makes fulls. */
function chained(
  keys: Keys,
  { mode: drawn, kind, full, differential, retention: kept, account }: Additions['jobs'][0]['chain'],
  immutable: boolean,
): Keys {
  if (keys.method === 'snapshot-only') return { ...keys, ...stated({ account }) };
  const wanted = drawn === 'document' ? keys.mode : drawn;
  const mode = wanted === 'reverse' && immutable ? 'forever-forward' : wanted;
  const isDocuments = drawn === 'document' && mode === keys.mode;
  const fulls = mode === 'forward' && !isDocuments ? stated({ full: { [kind]: full }, differential }) : {};
  const retention = (kept ?? keys.retention) as Keys | undefined;
  const byAge = retention?.definition === 'veeam' && mode !== 'forward' && mode !== 'full';
  const bare = without(keys, isDocuments ? ['retention'] : ['full', 'differential', 'retention']);
  return { ...bare, ...fulls, ...stated({ mode, retention: byAge ? undefined : retention, account }) };
}

function restoreOf({ group: index, hundredth, repository: from }: Additions['restores'][0], vms: readonly Entry[], document: ScenarioDocument): Keys {
  const [name, keys] = vms[index % vms.length] as Entry;
  const vm = keys.count === undefined ? name : `${name}-01`;
  return stated({ at: momentAt(hundredth, document), vm, repository: from === undefined ? undefined : `r${from}` });
}

/** Bytes are counted exactly up to 8 PiB. */
const MOST_MB = 9_000_000_000;

/** Points of the longest time that a repository holds what the retention no longer keeps. */
const HELD_POINTS = 400;

/** At most what established jobs have left on repositories, in MB: they take no VM more often than all, and nothing smaller than its disks. */
function keptMb(jobs: readonly Entry[], vms: readonly Entry[]): number {
  const disks = vms.flatMap(([, keys]) => ((keys.disks ?? [keys]) as Keys[]).map((disk) => Number(keys.count) * megabytesOf(disk.size)));
  const points = jobs
    .filter(([, keys]) => keys.initial === 'established')
    .reduce((sum, [, { retention: kept, reduction, compression, mode }]) => {
      const { last = 1, hourly = 0, daily = 0, weekly = 0 } = (kept ?? { last: 7 }) as Record<string, number>;
      // Back to the full before, what is pruned but not gone, and what is immutable for days.
      const chains = mode === 'forward' ? 40 : 12;
      return sum + (last + 24 * (daily + 7 * weekly) + hourly + chains + HELD_POINTS) / Number(reduction ?? (compression === 'none' ? 1 : 2));
    }, 0);
  return Math.ceil(points * disks.reduce((sum, megabytes) => sum + megabytes, 0));
}

function megabytesOf(size: unknown): number {
  return Number.parseFloat(String(size));
}

function entriesOf(document: ScenarioDocument, section: string): Entry[] {
  return Object.entries(document[section] as Record<string, Keys>);
}

function stated(keys: Keys): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}
