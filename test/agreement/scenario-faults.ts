/** What goes wrong in a scenario document, who cleans up behind it, and how guests come to rest. */
import fc from 'fast-check';
import type { Night } from './scenario-jobs.ts';
import { odd, seldom, sometimes, stated, type VmGroup, whole } from './scenario-vms.ts';

const MINUTE_MS = 60_000;

const minutes = (low: number, high: number): fc.Arbitrary<string> => odd(low, high).map((value) => `${Math.round(value * 60)}s`);

const kinds = fc.constantFrom(
  'network-outage',
  'network-outage',
  'network-slowdown',
  'proxy-crash',
  'proxy-crash',
  'host-loss',
  'host-loss',
  'datastore-degraded',
  'datastore-lost',
  'credential-expired',
  'writer-failure',
  'writer-failure',
  'corrupt-disk',
  'buggy-application',
  'security-software',
  'security-software',
  'catalog-corrupt',
  'server-resources',
  'stolen-account',
  'stolen-account',
);

const drawnFault = fc.record({
  kind: kinds,
  when: fc.constantFrom('at', 'at', 'run', 'always', 'rate'),
  perDay: odd(0, 9),
  chance: sometimes(odd(0, 0.99)),
  share: odd(0, 0.9),
  after: sometimes(minutes(1, 120)),
  lasts: sometimes(fc.oneof(minutes(1, 60), minutes(30, 500))),
  which: whole(0, 1),
  group: whole(0, 3),
  job: whole(0, 2),
  factor: odd(0.1, 0.9),
  offset: whole(1, 99),
  cuts: fc.boolean(),
  narrow: fc.boolean(),
});

type DrawnFault = typeof drawnFault extends fc.Arbitrary<infer T> ? T : never;

export const drawnFaults = fc.oneof(
  { weight: 2, arbitrary: fc.constant<DrawnFault[]>([]) },
  { weight: 3, arbitrary: fc.array(drawnFault, { minLength: 1, maxLength: 3 }) },
);

const OF_TASKS = ['credential-expired', 'writer-failure', 'corrupt-disk', 'buggy-application', 'security-software'];

const INSTANT = ['datastore-lost', 'catalog-corrupt', 'stolen-account'];

/** A proxy without any number to be reduced cannot be reduced, nor an account stolen that no job has. */
export function faultsOf(
  drawn: DrawnFault[],
  groups: VmGroup[],
  proxies: { slots?: unknown; cores?: unknown }[],
  jobs: { account?: unknown }[],
  night: Night,
): object[] {
  const accounts = jobs.flatMap(({ account }) => (account === undefined ? [] : [account]));
  const isPossible = ({ kind, which }: DrawnFault): boolean => {
    if (kind === 'stolen-account') return accounts.length > 0;
    return kind !== 'server-resources' || proxies[which]?.slots !== undefined || proxies[which]?.cores !== undefined;
  };
  const target = (given: DrawnFault): object => {
    if (given.kind === 'stolen-account') return { account: accounts[given.which % accounts.length] };
    return targetOf(given, groups, jobs.length);
  };
  return drawn.filter(isPossible).map((given) => stated({ kind: given.kind, ...target(given), ...whenOf(given, jobs.length, night) }));
}

function targetOf({ kind, which, group, job, factor, offset, cuts, narrow }: DrawnFault, groups: VmGroup[], jobs: number): object {
  const vm = `vm${group % groups.length}`;
  const whose = narrow ? { job: `job${job % jobs}` } : {};
  if (kind === 'network-outage') return narrow ? { link: 'wan' } : { host: `h${which}` };
  if (kind === 'network-slowdown') return { ...(narrow ? { link: 'wan' } : { host: `h${which}` }), factor };
  if (kind === 'proxy-crash') return { proxy: `p${which}` };
  if (kind === 'host-loss') return { host: `h${which}` };
  if (kind === 'datastore-degraded') return { datastore: `ds${which}`, factor };
  if (kind === 'datastore-lost') return { datastore: `ds${which}` };
  if (kind === 'server-resources') return { proxy: `p${which}`, factor };
  if (kind === 'credential-expired' || kind === 'catalog-corrupt') return { job: `job${job % jobs}` };
  if (kind === 'corrupt-disk') return { vm, offset: `${offset}%`, ...whose };
  if (kind === 'security-software') return { vm, ...(cuts ? { offset: `${offset}%` } : { factor }), ...whose };
  return { vm, ...whose };
}

/** A chance is that of tasks, or of runs. */
function whenOf(given: DrawnFault, jobs: number, night: Night): object {
  const probability = OF_TASKS.includes(given.kind) || given.when === 'run' ? given.chance : undefined;
  return { ...instantsOf(given, jobs, night), probability };
}

function instantsOf({ kind, when, share, after, lasts, job, perDay }: DrawnFault, jobs: number, { date, time, hours }: Night): object {
  if (when === 'always' && OF_TASKS.includes(kind)) return {};
  const lasting = INSTANT.includes(kind) ? {} : { for: lasts };
  if (when === 'rate') return { rate: `${perDay}/day`, ...lasting };
  if (when === 'run') return { every: 'run', job: `job${job % jobs}`, after, ...lasting };
  const atMs = Date.parse(`${date}T${time}Z`) + Math.floor(share * (hours - 2) * 60) * MINUTE_MS;
  return { at: new Date(atMs).toISOString().slice(0, 16), ...lasting };
}

export const orphanCleanup = seldom(
  fc.oneof(
    fc.constant('next-run'),
    minutes(20, 400).map((every) => ({ every })),
  ),
);

/** Keys of a job. */
export const drawnRest = fc.record({
  quiesce: sometimes(fc.record({ mode: sometimes(fc.constant('application')), onFailure: sometimes(fc.constantFrom('fail', 'crash-consistent')) })),
  freezeLimit: seldom(fc.constantFrom('1s', '3s', '12s')),
  supportedGuests: seldom(fc.constant(['linux'])),
});

type DrawnRest = typeof drawnRest extends fc.Arbitrary<infer T> ? T : never;

export function restOf({ quiesce, freezeLimit, supportedGuests }: DrawnRest, method: string | undefined): object {
  if (method === 'direct-disk') return {};
  const isApplication = quiesce?.mode !== undefined;
  const freezes = isApplication && !['agent', 'copy-before-write', 'cdp'].includes(method ?? 'snapshot');
  return stated({ quiesce: isApplication ? stated(quiesce) : undefined, freezeLimit: freezes ? freezeLimit : undefined, supportedGuests });
}
