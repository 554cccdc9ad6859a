/** What goes wrong, and when (docs/faults.md). What each fault does to tasks and snapshots is in `outages.ts`. */
import { choice, list, named, numberOf, type Section, section } from './document.ts';
import { instantsAt, isDrawn } from './draws.ts';
import { durationMsOf } from './units.ts';
import type { Disk, Fault, Run, Task, Vm, World } from './world.ts';
import { localMsOf } from './zone.ts';

const FOREVER = Number.POSITIVE_INFINITY;

const KEYS = 'kind link host proxy datastore job vm disk account factor offset at every after for rate probability'.split(' ');

const KINDS = [
  'network-outage',
  'network-slowdown',
  'proxy-crash',
  'host-loss',
  'datastore-degraded',
  'datastore-lost',
  'credential-expired',
  'writer-failure',
  'corrupt-disk',
  'buggy-application',
  'security-software',
  'catalog-corrupt',
  'server-resources',
  'stolen-account',
] as const;

export type FaultKind = (typeof KINDS)[number];

export function readFaults(value: unknown, world: World): Fault[] {
  return list(value).map((entry, number) => readFault(section(entry, `faults.${number}`, KEYS), number, world));
}

function readFault(keys: Section, number: number, world: World): Fault {
  const stream = `${world.seed}/fault/${number}`;
  const things = (
    [
      ['links', keys.link],
      ['hosts', keys.host],
      ['proxies', keys.proxy],
      ['datastores', keys.datastore],
    ] as const
  ).filter(([, name]) => name !== undefined);
  const [place] = things;
  const strikes = keys.at === undefined ? [] : [world.zone.instant(localMsOf(keys.at)) - world.startUtcMs];
  if (keys.rate !== undefined) strikes.push(...instantsAt(keys.rate, `${stream}/occurrences`, world.durationMs));
  const isAlways = keys.at === undefined && keys.every === undefined && keys.rate === undefined;
  return {
    stream,
    probability: numberOf(keys.probability, 1),
    kind: choice(keys.kind, `faults.${number}.kind`, KINDS),
    on: place === undefined ? null : named<{ name: string }>(world[place[0]], place[1]),
    job: keys.job === undefined ? null : String(keys.job),
    vm: keys.vm === undefined ? null : String(keys.vm),
    disk: keys.disk === undefined ? null : numberOf(keys.disk, 0),
    account: keys.account === undefined ? null : String(keys.account),
    factor: numberOf(keys.factor, 1),
    offset: keys.offset === undefined ? null : Number.parseFloat(String(keys.offset)) / 100,
    withRuns: keys.every === 'run',
    afterMs: durationMsOf(keys.after ?? 0),
    lastsMs: keys.for === undefined ? FOREVER : durationMsOf(keys.for),
    strikes,
    seen: new Set(),
    untilMs: isAlways ? FOREVER : Number.NEGATIVE_INFINITY,
  };
}

export function holds(world: World, fault: Fault): boolean {
  return world.nowMs < fault.untilMs;
}

/** The faults that strike at this instant, in the order of the list; they hold from now on. */
export function strikesNow(world: World): Fault[] {
  for (const fault of world.faults) {
    if (!fault.withRuns) continue;
    for (const run of runsOf(world, fault)) {
      if (run.startedMs === null || fault.seen.has(run)) continue;
      fault.seen.add(run);
      if (isDrawn(`${fault.stream}/${run.id}`, fault.probability)) fault.strikes.push(run.startedMs + fault.afterMs);
    }
  }
  const due = world.faults.filter(({ strikes }) => strikes.some((ms) => ms <= world.nowMs));
  for (const fault of due) {
    fault.strikes = fault.strikes.filter((ms) => ms > world.nowMs);
    fault.untilMs = Math.max(fault.untilMs, world.nowMs + fault.lastsMs);
  }
  return due;
}

function runsOf(world: World, { job }: Fault): Run[] {
  return world.jobs.filter(({ name }) => name === job).flatMap(({ runs }) => runs);
}

/** Instants after the present one at which a fault strikes or is over. */
export function faultsAhead(world: World): number[] {
  return world.faults.flatMap(({ strikes, untilMs }) => [...strikes, untilMs]).filter((ms) => ms > world.nowMs);
}

/** What is left of something by all faults of a kind on it. */
export function factorOn(world: World, kind: FaultKind, on: object | null): number {
  const factors = world.faults.filter((fault) => fault.kind === kind && fault.on === on && holds(world, fault)).map(({ factor }) => factor);
  return factors.reduce((product, factor) => product * factor, 1);
}

export function isStruck(world: World, kind: FaultKind, on: object | null): boolean {
  return world.faults.some((fault) => fault.kind === kind && fault.on === on && holds(world, fault));
}

/** The faults of a kind that strike a task now. */
export function faultsOf(world: World, kind: FaultKind, { run, vm, attempt }: Task): Fault[] {
  const { name, account } = run.job;
  return world.faults.filter((fault) => {
    if (fault.kind !== kind || !holds(world, fault)) return false;
    const isMeant = (fault.job === null || fault.job === name) && (fault.account === null || fault.account === account) && strikesVm(fault, vm);
    // Of those that strike with runs the chance is that of the run.
    return isMeant && (fault.withRuns || isDrawn(`${fault.stream}/${run.id}/${vm.name}/${attempt}`, fault.probability));
  });
}

function strikesVm(fault: Fault, vm: Vm): boolean {
  return fault.vm === null || fault.vm === vm.name || fault.vm === vm.group;
}

/** Where in the transfer of a disk that begins now it will be cut off, as a share of what it reads, and why. */
export function cutOf(world: World, task: Task, disk: Disk): { share: number; reason: 'read-error' | 'connection-cut' } | null {
  const corrupt = faultsOf(world, 'corrupt-disk', task).filter((fault) => task.vm.disks[fault.disk ?? 0] === disk);
  const found = [
    ...corrupt.map(({ offset }) => ({ share: offset ?? 1, reason: 'read-error' as const })),
    ...faultsOf(world, 'security-software', task).flatMap(({ offset }) =>
      offset === null ? [] : [{ share: offset, reason: 'connection-cut' as const }],
    ),
  ];
  return found.sort((a, b) => a.share - b.share)[0] ?? null;
}
