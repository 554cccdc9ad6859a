/** How a job reads, and what its proxies do with the data. */
import type { JobPlan, MethodName } from '../../sim/plan.ts';
import { type Default, METHOD } from './defaults.ts';
import type { Draft } from './draft.ts';
import type { EntryOf } from './schema.ts';
import { keyPlaceAt, placeAt } from './tree.ts';

export type MethodPlan = Pick<JobPlan, 'method' | 'fallback' | 'fleecing' | 'keepSnapshots' | 'processing' | 'repository' | 'reduction'>;

/** Methods that read a frozen disk. */
const SNAPSHOT_METHODS: readonly MethodName[] = ['snapshot', 'hot-add', 'direct-san', 'snapshot-only'];
/** Methods that only some proxies can carry out. */
const PROXY_METHODS: readonly MethodName[] = ['hot-add', 'direct-san'];

export function opensSnapshot(method: MethodName): boolean {
  return SNAPSHOT_METHODS.includes(method);
}

export function planMethod(draft: Draft, job: string, entry: EntryOf<'jobs'>): MethodPlan {
  const { assumptions } = draft;
  const at = (key: string) => `jobs.${job}.${key}`;
  const method = assumptions.fill(entry.method, at('method'), METHOD.method);
  const copies = method !== 'snapshot-only';
  checkKeys(draft, job, entry, method);
  const fleeces = method === 'copy-before-write';
  const throughProxy = copies && (entry.proxies ?? []).length > 0;
  const compression = assumptions.fillIf(throughProxy, entry.compression, at('compression'), METHOD.compression);
  const deduplication = assumptions.fillIf(throughProxy, entry.deduplication, at('deduplication'), METHOD.deduplication);
  return {
    method,
    fallback: assumptions.fillIf(PROXY_METHODS.includes(method), entry.fallback, at('fallback'), METHOD.fallback),
    fleecing: assumptions.fillIf<string | null>(fleeces, entry.fleecing, at('fleecing'), METHOD.fleecing),
    keepSnapshots: assumptions.fillIf(!copies, entry.keep, at('keep'), METHOD.keep),
    processing: {
      factor: METHOD.compressionWork[compression],
      secondsPerByte: deduplication === 'none' ? 0 : METHOD.checksumSecondsPerByte,
    },
    repository: entry.repository ?? null,
    reduction: assumptions.fillIf(copies, entry.reduction, at('reduction'), METHOD.reductions[compression] as Default<number>),
  };
}

/** Keys that the method needs, and those that mean nothing to it. */
function checkKeys(draft: Draft, job: string, entry: EntryOf<'jobs'>, method: MethodName): void {
  const path = ['jobs', job];
  const place = (key: string) => keyPlaceAt(draft.root, [...path, key]);
  if (method !== 'snapshot-only' && entry.repository === undefined) {
    draft.problems.add(keyPlaceAt(draft.root, path), `\`jobs.${job}\` has no \`repository\``, { expected: 'where the data goes' });
  }
  if (method === 'snapshot-only') {
    for (const key of ['repository', 'proxies', 'retention'] as const) {
      if (entry[key] === undefined) continue;
      const expected = key === 'retention' ? '`keep`: snapshots kept of each VM' : 'no such key: nothing is copied';
      draft.problems.add(place(key), `\`${key}\` means nothing to method \`snapshot-only\``, { expected });
    }
  }
  if (PROXY_METHODS.includes(method) && (entry.proxies ?? []).length === 0) {
    draft.problems.add(placeAt(draft.root, [...path, 'method']), `method \`${method}\` needs a proxy`, {
      expected: '`proxies` with at least one name',
    });
  }
  if (method === 'hot-add') checkHotAddProxies(draft, job, entry);
  if (entry.fleecing !== undefined && method !== 'copy-before-write')
    draft.problems.add(place('fleecing'), `\`fleecing\` means nothing to method \`${method}\``, { expected: 'method copy-before-write' });
  if (entry.keep !== undefined && method !== 'snapshot-only')
    draft.problems.add(place('keep'), `\`keep\` means nothing to method \`${method}\``, { expected: '`retention`, or method snapshot-only' });
  if (entry.timings?.attach !== undefined && method !== 'hot-add')
    draft.problems.add(keyPlaceAt(draft.root, [...path, 'timings', 'attach']), `\`attach\` means nothing to method \`${method}\``, {
      expected: 'method hot-add',
    });
  if (entry.fallback !== undefined && !PROXY_METHODS.includes(method))
    draft.problems.add(place('fallback'), `\`fallback\` means nothing to method \`${method}\``, { expected: 'method hot-add or direct-san' });
}

/** A proxy attaches disks as a VM: it must be known on which host. */
function checkHotAddProxies(draft: Draft, job: string, entry: EntryOf<'jobs'>): void {
  for (const [index, name] of (entry.proxies ?? []).entries()) {
    const proxy = draft.entries.proxies.get(name);
    if (proxy === undefined || proxy.host !== undefined) continue;
    const place = placeAt(draft.root, ['jobs', job, 'proxies', index]);
    draft.problems.add(place, `proxy \`${name}\` has no \`host\`, so it cannot attach disks`, { expected: 'a proxy that is a VM on a host' });
  }
}
