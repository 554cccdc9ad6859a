/** Arrays, datastores, hosts, links, proxies and repositories of the plan. */
import type { ArrayPlan, DatastorePlan, HostPlan, LinkPlan, MethodName, ProxyPlan } from '../../sim/plan.ts';
import {
  CLASS_FIGURES,
  DATASTORE,
  type DatastoreClass,
  type Default,
  LINKS,
  MEMORY_PER_TASK,
  NBD_SHARE,
  NBD_SOURCE,
  OPERATOR_RESPONDS_AFTER,
  PROXY,
  unlimited,
} from './defaults.ts';
import { type Draft, toGrowth } from './draft.ts';
import type { EntryOf } from './schema.ts';
import { keyPlaceAt, placeAt } from './tree.ts';
import { formatDuration, formatRate, formatSize } from './units.ts';

export function planArrays(draft: Draft): ArrayPlan[] {
  return [...draft.entries.arrays].map(([name, entry]) => {
    const origin = `arrays.${name}`;
    const promised = [...draft.entries.datastores.values()].reduce((sum, { array, capacity }) => sum + (array === name ? capacity : 0), 0);
    const thin = promised > entry.capacity ? `: its datastores promise ${formatSize(promised)}` : '';
    draft.assumptions.note(`${origin}.capacity`, 'without effect', `capacity of arrays is not simulated${thin}`);
    return { name, readBytesPerSecond: entry.read, writeBytesPerSecond: entry.write, iops: entry.iops, origin };
  });
}

export function planDatastores(draft: Draft): DatastorePlan[] {
  const { assumptions } = draft;
  return [...draft.entries.datastores].map(([name, entry]) => {
    const origin = `datastores.${name}`;
    const at = (key: string) => `${origin}.${key}`;
    const kind = assumptions.fill(entry.class, at('class'), DATASTORE.class);
    const figure = (key: keyof (typeof CLASS_FIGURES)['hdd']): number => {
      const given = entry[key];
      if (given !== undefined) return given;
      if (kind !== 'custom') return assumptions.fill(given, at(key), CLASS_FIGURES[kind as DatastoreClass][key] as Default<number>);
      draft.problems.add(keyPlaceAt(draft.root, ['datastores', name]), `\`${origin}\` has no \`${key}\``, {
        expected: 'a value: class custom fills nothing in',
      });
      // Whatever is compared with it passes: the missing figure is the one thing to say.
      return Number.NaN;
    };
    if (entry.otherGrowth === undefined) assumptions.note(at('otherGrowth'), '0', DATASTORE.otherUsed.source);
    const latencyMs = figure('latency');
    return {
      name,
      capacityBytes: entry.capacity,
      otherUsedBytes: assumptions.fill(entry.otherUsed, at('otherUsed'), DATASTORE.otherUsed),
      otherGrowth: toGrowth(entry.otherGrowth),
      readBytesPerSecond: figure('read'),
      writeBytesPerSecond: figure('write'),
      iops: figure('iops'),
      ioSizeBytes: assumptions.fill(entry.ioSize, at('ioSize'), DATASTORE.ioSize),
      latencyMs,
      queueDepth: assumptions.fill(entry.queueDepth, at('queueDepth'), DATASTORE.queueDepth),
      mergeBytesPerSecond: figure('mergeRate'),
      floorBytes: assumptions.fill(entry.floor, at('floor'), DATASTORE.floor),
      resumeMarginBytes: assumptions.fill(entry.resumeMargin, at('resumeMargin'), DATASTORE.resumeMargin),
      onFull: assumptions.fill(entry.onFull, at('onFull'), DATASTORE.onFull),
      onSpaceFreed: assumptions.fill(entry.onSpaceFreed, at('onSpaceFreed'), DATASTORE.onSpaceFreed),
      ...planSnapshotCare(draft, origin, entry),
      latencyControl: planLatencyControl(draft, name, entry, latencyMs),
      array: assumptions.fillIf<string | null>(draft.entries.arrays.size > 0, entry.array, at('array'), DATASTORE.array),
      origin,
    };
  });
}

type SnapshotCare = Pick<DatastorePlan, 'maxOpenSnapshots' | 'countOrphans' | 'consolidation' | 'passLimit' | 'merges' | 'orphanCleanup'>;

function planSnapshotCare({ assumptions }: Draft, origin: string, entry: EntryOf<'datastores'>): SnapshotCare {
  const maxOpenSnapshots = assumptions.fill(entry.maxOpenSnapshots, `${origin}.maxOpenSnapshots`, unlimited);
  const consolidation = assumptions.fill(entry.consolidation, `${origin}.consolidation`, DATASTORE.consolidation);
  return {
    maxOpenSnapshots,
    countOrphans: assumptions.fillIf(maxOpenSnapshots !== null, entry.countOrphans, `${origin}.countOrphans`, DATASTORE.countOrphans),
    consolidation,
    passLimit: assumptions.fillIf(consolidation === 'helper', entry.passLimit, `${origin}.passLimit`, DATASTORE.passLimit),
    merges: assumptions.fill(entry.merges, `${origin}.merges`, DATASTORE.merges),
    orphanCleanup: assumptions.fill<DatastorePlan['orphanCleanup']>(entry.orphanCleanup, `${origin}.orphanCleanup`, DATASTORE.orphanCleanup),
  };
}

function planLatencyControl(draft: Draft, name: string, entry: EntryOf<'datastores'>, latencyMs: number): DatastorePlan['latencyControl'] {
  const control = draft.assumptions.fill(entry.latencyControl, `datastores.${name}.latencyControl`, DATASTORE.latencyControl);
  if (control === null) return null;
  if (control.throttle <= latencyMs) {
    const place = placeAt(draft.root, ['datastores', name, 'latencyControl', 'throttle']);
    draft.problems.add(place, `\`throttle\` is not above the latency of the idle device: ${formatDuration(control.throttle)}`, {
      expected: `more than ${latencyMs}ms`,
    });
  }
  return { stopMs: control.stop, throttleMs: control.throttle };
}

export function planHosts(draft: Draft): HostPlan[] {
  return [...draft.entries.hosts].map(([name, entry]) => {
    const origin = `hosts.${name}`;
    const network = draft.assumptions.fill(entry.network, `${origin}.network`, unlimited);
    const share = network === null ? null : network * NBD_SHARE;
    const nbd = draft.assumptions.fill(entry.nbd, `${origin}.nbd`, {
      value: share,
      text: share === null ? 'unlimited' : formatRate(share),
      source: NBD_SOURCE,
    });
    if (network !== null && nbd !== null && nbd > network) {
      draft.problems.add(placeAt(draft.root, ['hosts', name, 'nbd']), '`nbd` is more than the `network` that carries it', {
        expected: `at most ${formatRate(network)}`,
      });
    }
    return { name, nbdBytesPerSecond: nbd, networkBytesPerSecond: network, datastores: entry.datastores ?? null, origin };
  });
}

export function planLinks(draft: Draft): LinkPlan[] {
  return [...draft.entries.links].map(([name, entry]) => ({ name, bandwidthBytesPerSecond: entry.bandwidth, origin: `links.${name}` }));
}

export function planProxies(draft: Draft): ProxyPlan[] {
  const { assumptions } = draft;
  return [...draft.entries.proxies].map(([name, entry]) => {
    const origin = `proxies.${name}`;
    const at = (key: string) => `${origin}.${key}`;
    return {
      name,
      slots: slotsOf(draft, origin, entry),
      slotUnit: assumptions.fill(entry.slotUnit, at('slotUnit'), PROXY.slotUnit),
      cores: assumptions.fill(entry.cores, at('cores'), unlimited),
      perCoreFullBytesPerSecond: assumptions.fill(entry.perCore?.full, at('perCore.full'), PROXY.perCoreFull),
      perCoreIncrementalBytesPerSecond: assumptions.fill(entry.perCore?.incremental, at('perCore.incremental'), PROXY.perCoreIncremental),
      networkBytesPerSecond: assumptions.fill(entry.network, at('network'), unlimited),
      fabricBytesPerSecond: assumptions.fillIf(carries(draft, name, 'direct-san'), entry.fabric, at('fabric'), unlimited),
      fabricDatastores: entry.datastores ?? null,
      host: entry.host ?? null,
      links: assumptions.fill(entry.links, at('links'), LINKS),
      origin,
    };
  });
}

/** Its memory may allow fewer tasks than its slots. */
function slotsOf({ assumptions }: Draft, origin: string, entry: EntryOf<'proxies'>): number | null {
  const slots = assumptions.fill(entry.slots, `${origin}.slots`, unlimited);
  const memory = assumptions.fill(entry.memory, `${origin}.memory`, unlimited);
  if (memory === null) return slots;
  const bearable = Math.max(1, Math.floor(memory / MEMORY_PER_TASK.value));
  if (slots !== null && slots <= bearable) return slots;
  assumptions.note(`${origin}.slots`, String(bearable), `what its memory bears: ${MEMORY_PER_TASK.source}`);
  return bearable;
}

/** Whether a job of a method names the proxy. */
function carries({ entries }: Draft, proxy: string, method: MethodName): boolean {
  return [...entries.jobs.values()].some((job) => job.method === method && (job.proxies ?? []).includes(proxy));
}

/** It matters where paused VMs wait for somebody. */
export function planOperator(
  { assumptions }: Draft,
  respondsAfterMs: number | null | undefined,
  datastores: readonly DatastorePlan[],
): number | null {
  const awaited = datastores.some(({ onSpaceFreed }) => onSpaceFreed === 'stay-paused');
  return assumptions.fillIf(awaited, respondsAfterMs, 'operator.respondsAfter', OPERATOR_RESPONDS_AFTER);
}
