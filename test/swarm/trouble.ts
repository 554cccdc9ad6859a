/** What goes wrong in scenarios of the swarm, and the keys that bear on it, laid over a document. In half of them nothing does. */
import fc from 'fast-check';
import type { ScenarioDocument } from '../agreement/scenario.ts';
import { odd, sometimes, whole } from '../agreement/scenario-vms.ts';

type Keys = Record<string, unknown>;

const orphanCleanup = fc.constantFrom<Keys | string | undefined>(undefined, 'never', 'next-run', { every: '3h' });

const rest = fc.record({
  mode: fc.constantFrom('none', 'none', 'application'),
  onFailure: sometimes(fc.constantFrom('fail', 'crash-consistent')),
  freezeLimit: sometimes(fc.constantFrom('1s', '20s')),
  supportedGuests: sometimes(fc.constant(['linux'])),
});

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

const STANDING: readonly string[] = ['credential-expired', 'writer-failure', 'corrupt-disk', 'buggy-application', 'security-software'];
const INSTANT: readonly string[] = ['datastore-lost', 'catalog-corrupt', 'stolen-account'];

const fault = fc.record({
  kind: fc.constantFrom(...KINDS),
  when: fc.constantFrom('at', 'at', 'rate', 'every', 'standing'),
  hundredth: whole(0, 79),
  forHow: sometimes(fc.constantFrom('4m', '37m', '5h')),
  rate: fc.constantFrom('0.4/h', '2/day', '3/week'),
  after: sometimes(fc.constantFrom('0s', '90s')),
  factor: odd(0.05, 0.95),
  offset: whole(1, 99),
  probability: sometimes(fc.constantFrom(0, 0.3, 1)),
  which: whole(0, 3),
  disk: sometimes(fc.constant(0)),
  ofHost: fc.boolean(),
});

type DrawnFault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

export const trouble = fc.record({
  cleanups: fc.tuple(orphanCleanup, orphanCleanup),
  guests: fc.array(sometimes(fc.constantFrom('linux', 'nt4')), { minLength: 4, maxLength: 4 }),
  rests: fc.tuple(rest, rest, rest),
  faults: fc.oneof(fc.constant<DrawnFault[]>([]), fc.array(fault, { minLength: 1, maxLength: 4 })),
});

export type Trouble = typeof trouble extends fc.Arbitrary<infer T> ? T : never;

export function troubled(document: ScenarioDocument, { cleanups, guests, rests, faults }: Trouble): ScenarioDocument {
  const laid: ScenarioDocument = {
    ...document,
    datastores: mapped(document, 'datastores', (keys, index) => ({ ...keys, ...stated({ orphanCleanup: cleanups[index] }) })),
    vms: mapped(document, 'vms', (keys, index) => ({ ...keys, ...stated({ guest: guests[index] }) })),
    // The method may be another than that for which the document had them.
    jobs: mapped(document, 'jobs', (keys, index) => ({
      ...stated({ ...keys, quiesce: undefined, freezeLimit: undefined, supportedGuests: undefined }),
      ...restOf(keys, rests[index] as Trouble['rests'][0]),
    })),
  };
  return { ...laid, faults: faults.flatMap((drawn) => faultOf(drawn, laid) ?? []) };
}

function restOf({ method }: Keys, { mode, onFailure, freezeLimit, supportedGuests }: Trouble['rests'][0]): Keys {
  if (mode === 'none' || method === 'direct-disk') return stated({ supportedGuests });
  const frozen = method === undefined || ['snapshot', 'hot-add', 'direct-san', 'snapshot-only'].includes(String(method));
  return stated({ supportedGuests, quiesce: stated({ mode, onFailure }), freezeLimit: frozen ? freezeLimit : undefined });
}

/** Null where the document has nothing that such a fault could be on. */
function faultOf(drawn: DrawnFault, document: ScenarioDocument): Keys | null {
  const { kind, which } = drawn;
  const pick = (section: string): string | undefined => nameOf(document, section, which);
  const job = pick('jobs');
  const times = timesOf(drawn, document, job);
  const target = targetOf(drawn, document, pick, String(job));
  if (target === null || Object.values(target).includes(undefined)) return null;
  return stated({ kind, ...times, ...target });
}

function timesOf({ kind, when, hundredth, forHow, rate, after, probability }: DrawnFault, document: ScenarioDocument, job: string | undefined): Keys {
  const lasts = INSTANT.includes(kind) ? {} : { for: forHow };
  if (when === 'standing' && STANDING.includes(kind)) return { probability };
  if (when === 'rate') return { rate, ...lasts };
  if (when === 'every') return { every: 'run', job, after, probability, ...lasts };
  const hundredthMs = Number.parseInt(String(document.duration), 10) * 36_000;
  return { at: new Date(Date.parse(`${document.start}Z`) + hundredth * hundredthMs).toISOString().slice(0, 19), ...lasts };
}

function targetOf(
  { kind, factor, offset, disk, ofHost }: DrawnFault,
  document: ScenarioDocument,
  pick: (section: string) => string | undefined,
  job: string,
): Keys | null {
  const entry = (section: string): Keys => ((document[section] ?? {}) as Record<string, Keys>)[String(pick(section))] ?? {};
  const network = ofHost ? { host: pick('hosts') } : { link: pick('links') };
  switch (kind) {
    case 'network-outage':
      return network;
    case 'network-slowdown': {
      const { network: all, nbd } = entry('hosts');
      return ofHost && all === undefined && nbd === undefined ? null : { ...network, factor };
    }
    case 'proxy-crash':
      return { proxy: pick('proxies') };
    case 'host-loss':
      return { host: pick('hosts') };
    case 'datastore-degraded':
      return { datastore: pick('datastores'), factor };
    case 'datastore-lost':
      return { datastore: pick('datastores') };
    case 'credential-expired':
    case 'catalog-corrupt':
      return { job };
    case 'corrupt-disk':
      return { vm: pick('vms'), offset: `${offset}%`, ...(disk === undefined ? {} : { disk }) };
    case 'security-software':
      return { vm: pick('vms'), ...(ofHost ? { factor } : { offset: `${offset}%` }) };
    case 'server-resources': {
      const { cores, slots, memory } = entry('proxies');
      return [cores, slots, memory].every((limit) => limit === undefined) ? null : { proxy: pick('proxies'), factor };
    }
    case 'stolen-account':
      return { account: accountOf(document) };
    default:
      return { vm: pick('vms') };
  }
}

function accountOf(document: ScenarioDocument): string | undefined {
  const accounts = Object.values(document.jobs as Record<string, Keys>).flatMap(({ account }) => (typeof account === 'string' ? [account] : []));
  return accounts[0];
}

function nameOf(document: ScenarioDocument, section: string, which: number): string | undefined {
  const names = Object.keys((document[section] ?? {}) as Keys);
  return names[which % Math.max(1, names.length)];
}

function mapped(document: ScenarioDocument, section: string, change: (keys: Keys, index: number) => Keys): Keys {
  return Object.fromEntries(Object.entries(document[section] as Record<string, Keys>).map(([name, keys], index) => [name, change(keys, index)]));
}

function stated(keys: Keys): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}
