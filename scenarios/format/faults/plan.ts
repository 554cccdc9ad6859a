/** Faults of the plan: each entry of the list is checked by its kind, its time is resolved, its defaults are filled in. */
import type { FaultName, FaultPlan, FaultTimes } from '../../../sim/plan.ts';
import { type Default, SCENARIO_SOURCE } from '../defaults.ts';
import { type Draft, resolveNoted } from '../draft.ts';
import { type Target, validate } from '../issues.ts';
import { formatLocalTime } from '../local-time.ts';
import { listNames, suggest } from '../suggest.ts';
import { keyPlaceAt, type Path, placeAt, type Tree, toData, valueAt } from '../tree.ts';
import { FAULT_KINDS, type FaultEntry, faultSchemas } from './schema.ts';

/** An entry with its index in the file. */
export interface StatedFault {
  index: number;
  entry: FaultEntry;
}

/** Kinds that hold all the time unless a time is stated: they only show in tasks. */
const STANDING: readonly FaultName[] = ['credential-expired', 'writer-failure', 'corrupt-disk', 'buggy-application', 'security-software'];
/** Kinds that strike once and are over. */
const INSTANT: readonly FaultName[] = ['datastore-lost', 'catalog-corrupt', 'stolen-account'];

const TO_THE_END: Default<number | null> = { value: null, text: 'to the end of the run', source: `${SCENARIO_SOURCE}: nobody repairs it` };
const AT_ONCE: Default<number> = { value: 0, text: '0s', source: SCENARIO_SOURCE };
const FIRST_DISK: Default<number> = { value: 0, text: '0', source: `${SCENARIO_SOURCE}: the first disk` };

/** Each entry by itself: one that is not valid hides nothing about the others. */
export function readFaults(target: Target): StatedFault[] {
  const stated = valueAt(target.root, ['faults']);
  if (stated === undefined) return [];
  if (stated.kind !== 'list') {
    target.problems.add(placeAt(target.root, ['faults']), '`faults` must be a list', { expected: '`- {at: ..., kind: ...}` for each' });
    return [];
  }
  return stated.items.flatMap((item, index) => {
    const kind = kindOf(target, item, index);
    const entry = kind === null ? undefined : validate<FaultEntry>(target, ['faults', index], faultSchemas[kind], toData(item));
    return entry === undefined ? [] : [{ index, entry }];
  });
}

function kindOf({ root, problems }: Target, item: Tree, index: number): FaultName | null {
  const stated = item.kind === 'map' ? item.entries.get('kind')?.value : undefined;
  const path: Path = stated === undefined ? ['faults', index] : ['faults', index, 'kind'];
  const written = stated?.kind === 'scalar' ? String(stated.value) : null;
  const kind = FAULT_KINDS.find((name) => name === written);
  if (kind !== undefined) return kind;
  const text = written === null ? `\`faults.${index}\` has no \`kind\`` : `unknown kind of fault \`${written}\``;
  problems.add(placeAt(root, path), text, {
    expected: `one of ${listNames(FAULT_KINDS)}`,
    meant: written === null ? null : suggest(written, FAULT_KINDS),
  });
  return null;
}

export function planFaults(draft: Draft, stated: readonly StatedFault[]): FaultPlan[] {
  return stated.map(({ index, entry }) => {
    const path = ['faults', index];
    checkTarget(draft, path, entry);
    const { link, host, proxy, datastore, account, job, vm, disk, factor, offset, probability }: Partial<AllKeys> = entry;
    const isTimed = entry.every === 'run';
    // Where it strikes with runs its probability is theirs, and its job says of whose.
    const concernsTasks = STANDING.includes(entry.kind);
    return {
      kind: entry.kind,
      times: timesOf(draft, path, entry),
      link: link ?? null,
      host: host ?? null,
      proxy: proxy ?? null,
      datastore: datastore ?? null,
      account: account ?? null,
      job: concernsTasks || entry.kind === 'catalog-corrupt' ? (job ?? null) : null,
      vm: vm ?? null,
      disk: entry.kind === 'corrupt-disk' ? draft.assumptions.fill(disk, `faults.${index}.disk`, FIRST_DISK) : null,
      factor: factor ?? null,
      offset: offset ?? null,
      probability: isTimed ? 1 : (probability ?? 1),
      origin: path.join('.'),
    };
  });
}

interface AllKeys {
  link: string | undefined;
  host: string | undefined;
  proxy: string | undefined;
  datastore: string | undefined;
  account: string | undefined;
  job: string | undefined;
  vm: string | undefined;
  disk: number | undefined;
  factor: number | undefined;
  offset: number | undefined;
  probability: number | undefined;
  for: number | undefined;
}

function timesOf(draft: Draft, path: Path, entry: FaultEntry): FaultTimes {
  const { at, rate, every, after, kind } = entry;
  const keys: Partial<AllKeys> = entry;
  const refuse = (key: string, text: string, expected: string) => draft.problems.add(keyPlaceAt(draft.root, [...path, key]), text, { expected });
  const stated = (['at', 'rate', 'every'] as const).filter((key) => entry[key] !== undefined);
  if (stated.length > 1) refuse(stated[1] as string, 'the fault says its time twice', 'one of `at`, `rate` or `every: run`');
  if (after !== undefined && every === undefined) refuse('after', '`after` belongs to `every: run`', '`every: run` beside it');
  if (every !== undefined && keys.job === undefined) refuse('every', '`every: run` does not say of which job', '`job` beside it');
  if (keys.job !== undefined && every === undefined && !STANDING.includes(kind) && kind !== 'catalog-corrupt')
    refuse('job', `\`job\` means nothing to a fault of kind \`${kind}\` at a time of its own`, '`every: run` beside it');
  if (keys.probability !== undefined && every === undefined && !STANDING.includes(kind))
    refuse('probability', '`probability` belongs to `every: run`', '`rate` for random instants, or `every: run` beside it');
  if (stated.length === 0 && keys.for !== undefined) refuse('for', '`for` has no beginning', '`at`, `rate` or `every: run` beside it');
  if (stated.length === 0) {
    if (!STANDING.includes(kind))
      draft.problems.add(placeAt(draft.root, path), 'the fault says no time', { expected: '`at`, `rate` or `every: run`' });
    return { kind: 'always' };
  }
  const forMs = draft.assumptions.fillIf(!INSTANT.includes(kind), keys.for, `${path.join('.')}.for`, TO_THE_END);
  if (at !== undefined) return { kind: 'at', atMs: instantOf(draft, path, at), forMs };
  if (rate !== undefined) return { kind: 'rate', perDay: rate, forMs };
  const afterMs = draft.assumptions.fill(after, `${path.join('.')}.after`, AT_ONCE);
  return { kind: 'run', job: keys.job ?? '', afterMs, probability: keys.probability ?? 1, forMs };
}

function instantOf({ root, problems, assumptions, clock }: Draft, path: Path, localMs: number): number {
  if (clock === null) return 0;
  const { zone, startEpochMs, durationMs } = clock;
  const atMs = resolveNoted(zone, localMs, [...path, 'at'].join('.'), assumptions) - startEpochMs;
  if (atMs >= 0 && atMs < durationMs) return atMs;
  const local = (epochMs: number) => formatLocalTime(epochMs + zone.offsetAt(epochMs));
  const expected = `a time from ${local(startEpochMs)} until before ${local(startEpochMs + durationMs)}`;
  problems.add(placeAt(root, [...path, 'at']), 'the fault lies outside the run', { expected });
  return 0;
}

/** What a fault is on must be stated, once, and must have what the fault takes away. */
function checkTarget(draft: Draft, path: Path, entry: FaultEntry): void {
  const { problems, root, entries } = draft;
  const refuse = (text: string, expected: string, key?: string) => {
    const place = key === undefined ? placeAt(root, path) : keyPlaceAt(root, [...path, key]);
    problems.add(place, text, { expected });
  };
  if (entry.kind === 'network-outage' || entry.kind === 'network-slowdown') {
    if ((entry.link === undefined) === (entry.host === undefined)) refuse('the fault is on a link or on a host', '`link` or `host`, one of them');
    const host = entry.kind === 'network-slowdown' && entry.host !== undefined ? entries.hosts.get(entry.host) : undefined;
    if (host !== undefined && (host.network ?? null) === null && (host.nbd ?? null) === null)
      refuse(`host \`${entry.host}\` has no limit of its network that could be slowed down`, '`network` or `nbd` on the host', 'host');
  }
  if (entry.kind === 'credential-expired' && entry.job === undefined && entry.account === undefined)
    refuse('the fault does not say whose credential it is', '`job` or `account`');
  if (entry.kind === 'security-software' && (entry.factor === undefined) === (entry.offset === undefined))
    refuse('security software slows streams down, or cuts them off', '`factor` or `offset`, one of them');
  if (entry.kind === 'corrupt-disk' && entry.disk !== undefined) {
    const { vm, disk } = entry;
    const group = [...entries.vms].find(([name, { count }]) => name === vm || (count !== undefined && vm.startsWith(`${name}-`)));
    if (group !== undefined && disk >= (group[1].disks?.length ?? 1))
      refuse(`no VM of \`${vm}\` has a disk ${disk}`, 'an index of its disks, from 0', 'disk');
  }
  if (entry.kind === 'server-resources') {
    const proxy = entries.proxies.get(entry.proxy);
    if (proxy !== undefined && (proxy.cores ?? null) === null && (proxy.slots ?? null) === null && (proxy.memory ?? null) === null)
      refuse(`proxy \`${entry.proxy}\` has neither a number of cores nor of slots that could be reduced`, '`cores` or `slots` on the proxy', 'proxy');
  }
}
