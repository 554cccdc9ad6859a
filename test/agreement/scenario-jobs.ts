/** Jobs of a scenario document: when they run, whom they take, how they overlap. */
import fc from 'fast-check';
import { drawnChain, mostPoints, withoutWeeks } from './scenario-chains.ts';
import { drawnRest, restOf } from './scenario-faults.ts';
import { drawnTimes, timesOf } from './scenario-times.ts';
import { odd, sometimes, stated, type VmGroup, whole } from './scenario-vms.ts';

/** A start in local time, a few hours before something happens to the clock, or nothing does. */
export interface Night {
  timezone: string;
  date: string;
  time: string;
  /** How long the run lasts. */
  hours: number;
}

const HOUR_MS = 3_600_000;

const NIGHTS: [string, string][] = [
  ['UTC', '2026-03-02'],
  ['Asia/Kolkata', '2026-06-30'],
  ['Europe/Berlin', '2026-03-28'],
  ['Europe/Berlin', '2026-10-24'],
  ['America/New_York', '2026-03-07'],
  ['America/New_York', '2026-10-31'],
  ['America/Havana', '2026-03-07'],
  ['America/Havana', '2026-10-31'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['America/Santiago', '2026-04-04'],
  ['America/Santiago', '2026-09-05'],
];

export const arbitraryNight: fc.Arbitrary<Night> = fc
  .tuple(fc.constantFrom(...NIGHTS), fc.constantFrom('00:00', '07:37', '17:07', '21:00'), whole(9, 70))
  .map(([[timezone, date], time, hours]) => ({ timezone, date, time, hours }));

/** Local times of the first two days that lie within the run, at least one. What lies before the start counts as left out, not as an earlier run. */
function instantsOn({ date, time, hours }: Night, times: readonly string[]): string[] {
  const startMs = Date.parse(`${date}T${time}Z`);
  const textOf = (localMs: number): string => new Date(localMs).toISOString().slice(0, 16);
  const lastMs = startMs + (hours - 3) * HOUR_MS;
  const given = times.flatMap((clock) => [0, 24].map((later) => Date.parse(`${date}T${clock}Z`) + later * HOUR_MS));
  const within = given.filter((localMs) => localMs > startMs && localMs < lastMs);
  return (within.length > 0 ? within : [startMs + 4 * HOUR_MS]).map(textOf);
}

const schedule = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('97m', '2h', '3h', '5h', '7h', '24h'), sometimes(whole(0, 179).map((minutes) => `${minutes}m`)))
      .map(([every, offset]) => () => ({ every, ...(offset === undefined ? {} : { offset }) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('30 2 * * *', '17 */3 * * *', '5 1,22 * * *', '41 0 * * mon-fri', '0 0 * * *', '30 * * * sun', '15,45 0-4/2 * * *')
      .map((cron) => () => cron),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(['23:11'], ['22:00', '22:40', '23:59'], ['02:30', '23:30'], ['00:30', '23:07'])
      .map((times) => (night: Night) => ({ at: instantsOn(night, times) })),
  },
);

const selection = fc.constantFrom('all', 'tags', 'names', 'hosts', 'datastores', 'except');

const METHODS = ['hot-add', 'direct-san', 'copy-before-write', 'copy-before-write', 'cdp', 'direct-disk', 'snapshot-only'] as const;

export const drawnJob = fc.record({
  schedule,
  selection,
  repository: whole(0, 1),
  proxies: fc.constantFrom<string[]>([], ['p0'], ['p0', 'p1'], ['p1', 'p0']),
  method: fc.constantFrom(undefined, undefined, undefined, 'snapshot', 'agent', ...METHODS),
  fallback: sometimes(fc.constantFrom('nbd', 'fail')),
  compression: sometimes(fc.constantFrom('none', 'optimal', 'high', 'extreme')),
  deduplication: sometimes(fc.constant('inline')),
  fleecing: sometimes(fc.constantFrom('ds0', 'ds1')),
  keep: sometimes(whole(1, 4)),
  chain: drawnChain,
  established: fc.boolean(),
  concurrency: sometimes(whole(1, 3)),
  streamRate: sometimes(fc.oneof(odd(1, 9), odd(9, 60))),
  reduction: sometimes(odd(1, 3)),
  ifRunning: fc.constantFrom(undefined, 'skip', 'queue', 'queue-all', 'start', 'start', 'cancel-previous', 'cancel-previous'),
  ifVmBusy: fc.constantFrom(undefined, 'wait', 'stack'),
  snapshots: fc.constantFrom(undefined, 'per-task', 'whole-run'),
  priority: sometimes(whole(-1, 1)),
  zeroDetection: sometimes(fc.constant(false)),
  cbtOverhead: sometimes(fc.constant(1.13)),
  account: sometimes(fc.constantFrom('backup', 'vault')),
  times: drawnTimes,
  rest: drawnRest,
  timings: sometimes(
    fc.record({
      quiesce: fc.constantFrom('0s', '3s', '41s'),
      create: fc.constantFrom('0s', '700ms', '7s'),
      remove: fc.constantFrom('0s', '1300ms', '19s'),
      attach: sometimes(fc.constantFrom('0s', '31s', '4m')),
    }),
  ),
});

export type DrawnJob = typeof drawnJob extends fc.Arbitrary<infer T> ? T : never;

/** The VMs that a selection takes, as keys of the document and as groups. One that would take nobody takes all. */
function select(kind: DrawnJob['selection'], groups: VmGroup[]): { vms: unknown; taken: VmGroup[] } {
  const [first, ...others] = groups;
  const all = { vms: 'all', taken: groups };
  if (first === undefined) return all;
  if (kind === 'names') return { vms: { names: [first.name] }, taken: [first] };
  if (kind === 'datastores') {
    const wanted = first.disks[0]?.datastore;
    return { vms: { datastores: [`ds${wanted}`] }, taken: groups.filter(({ disks }) => disks.some(({ datastore }) => datastore === wanted)) };
  }
  if (kind === 'except' && others.length > 0) {
    const datastores = [...new Set(others.flatMap(({ disks }) => disks.map(({ datastore }) => `ds${datastore}`)))];
    return { vms: { datastores, except: [first.name] }, taken: others };
  }
  if (kind === 'hosts' && first.host !== null) return { vms: { hosts: [`h${first.host}`] }, taken: groups.filter(({ host }) => host === first.host) };
  const gold = groups.filter(({ tagged }) => tagged);
  return kind === 'tags' && gold.length > 0 ? { vms: { tags: ['gold'] }, taken: gold } : all;
}

/** Agents are installed by name. */
function byName(kind: DrawnJob['selection'], groups: VmGroup[]): { vms: unknown; taken: VmGroup[] } {
  const taken = kind === 'all' ? groups : groups.slice(0, 1);
  return { vms: { names: taken.map(({ name }) => name) }, taken };
}

function diskMb({ disks }: VmGroup, wholeSize: boolean): number {
  return disks.reduce((sum, { sizeMb, usedMb }) => sum + (wholeSize ? sizeMb : usedMb), 0);
}

/** Continuous backups have one point; what copies nothing has none. */
function chainOf({ method, chain, established }: DrawnJob, when: unknown): Partial<DrawnJob['chain']> {
  if (method === 'snapshot-only') return { mode: 'forever-forward' };
  if (method === 'cdp') return { mode: 'forever-forward', retention: undefined };
  return established && !SPARSE.has(JSON.stringify(when)) ? { ...chain, retention: withoutWeeks(chain.retention) } : chain;
}

/** About once a day: weeks and months of it are few points. */
const SPARSE = new Set(['30 2 * * *', '41 0 * * mon-fri', '0 0 * * *', '30 * * * sun'].map((cron) => JSON.stringify(cron)));

/** A job's keys, and about how many MB its earlier runs have left on the repository. */
export function jobOf(given: DrawnJob, index: number, groups: VmGroup[], night: Night): { keys: Record<string, unknown>; keptMb: number } {
  const { vms, taken } = given.method === 'agent' ? byName(given.selection, groups) : select(given.selection, groups);
  const copies = given.method !== 'snapshot-only';
  const when = { schedule: given.schedule(night), ...timesOf(given.times, index, night) };
  const chain = chainOf(given, when.schedule);
  const keys: Record<string, unknown> = { vms, ...stated(chain), ...when, ...restOf(given.rest, given.method) };
  if (copies) keys.repository = `r${given.repository}`;
  else if (given.keep !== undefined) keys.keep = given.keep;
  const throughProxy = given.method === 'hot-add' || given.method === 'direct-san';
  const proxies = throughProxy && given.proxies.length === 0 ? ['p1'] : given.proxies;
  if (copies && proxies.length > 0) keys.proxies = proxies;
  const fleecing = given.method === 'copy-before-write' ? given.fleecing : undefined;
  if (fleecing !== undefined) keys.fleecing = fleecing;
  if (throughProxy && given.fallback !== undefined) keys.fallback = given.fallback;
  if (given.established) keys.initial = 'established';
  if (given.streamRate !== undefined) keys.streamRate = `${given.streamRate}MB/s`;
  for (const key of [
    'account',
    'concurrency',
    'reduction',
    'method',
    'ifRunning',
    'ifVmBusy',
    'snapshots',
    'priority',
    'zeroDetection',
    'cbtOverhead',
    'compression',
    'deduplication',
  ] as const) {
    if (given[key] !== undefined) keys[key] = given[key];
  }
  if (given.timings !== undefined) keys.timings = stated({ ...given.timings, attach: given.method === 'hot-add' ? given.timings.attach : undefined });
  const points = given.established && copies ? mostPoints(chain.retention) : 0;
  const wholeMb = taken.reduce((sum, group) => sum + group.count * diskMb(group, given.zeroDetection === false), 0);
  return { keys, keptMb: (wholeMb * points) / (given.reduction ?? (given.compression === 'none' ? 1 : 2)) };
}
