/** Datastores, hosts, links, proxies and repositories of the plan. */
import type { DatastorePlan, HostPlan, LinkPlan, ProxyPlan, RepositoryPlan } from '../../sim/plan.ts';
import { CLASS_FIGURES, DATASTORE, type DatastoreClass, type Default, LINKS, NBD_SHARE, NBD_SOURCE, PROXY, unlimited } from './defaults.ts';
import { type Draft, toGrowth } from './draft.ts';
import { keyPlaceAt, placeAt } from './tree.ts';
import { formatRate } from './units.ts';

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
      return 1;
    };
    if (entry.otherGrowth === undefined) assumptions.note(at('otherGrowth'), '0', DATASTORE.otherUsed.source);
    assumptions.fill(entry.onFull, at('onFull'), DATASTORE.onFull);
    assumptions.fill(entry.consolidation, at('consolidation'), DATASTORE.consolidation);
    assumptions.fill(entry.merges, at('merges'), DATASTORE.merges);
    return {
      name,
      capacityBytes: entry.capacity,
      otherUsedBytes: assumptions.fill(entry.otherUsed, at('otherUsed'), DATASTORE.otherUsed),
      otherGrowth: toGrowth(entry.otherGrowth),
      readBytesPerSecond: figure('read'),
      writeBytesPerSecond: figure('write'),
      iops: figure('iops'),
      ioSizeBytes: assumptions.fill(entry.ioSize, at('ioSize'), DATASTORE.ioSize),
      latencyMs: figure('latency'),
      queueDepth: assumptions.fill(entry.queueDepth, at('queueDepth'), DATASTORE.queueDepth),
      mergeBytesPerSecond: figure('mergeRate'),
      floorBytes: assumptions.fill(entry.floor, at('floor'), DATASTORE.floor),
      resumeMarginBytes: assumptions.fill(entry.resumeMargin, at('resumeMargin'), DATASTORE.resumeMargin),
      onSpaceFreed: assumptions.fill(entry.onSpaceFreed, at('onSpaceFreed'), DATASTORE.onSpaceFreed),
      origin,
    };
  });
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
    return { name, nbdBytesPerSecond: nbd, origin };
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
    assumptions.fill(entry.slotUnit, at('slotUnit'), PROXY.slotUnit);
    return {
      name,
      slots: assumptions.fill(entry.slots, at('slots'), unlimited),
      cores: assumptions.fill(entry.cores, at('cores'), unlimited),
      perCoreFullBytesPerSecond: assumptions.fill(entry.perCore?.full, at('perCore.full'), PROXY.perCoreFull),
      perCoreIncrementalBytesPerSecond: assumptions.fill(entry.perCore?.incremental, at('perCore.incremental'), PROXY.perCoreIncremental),
      networkBytesPerSecond: assumptions.fill(entry.network, at('network'), unlimited),
      links: assumptions.fill(entry.links, at('links'), LINKS),
      origin,
    };
  });
}

export function planRepositories(draft: Draft): RepositoryPlan[] {
  return [...draft.entries.repositories].map(([name, entry]) => {
    const origin = `repositories.${name}`;
    return {
      name,
      capacityBytes: entry.capacity,
      readBytesPerSecond: entry.read,
      writeBytesPerSecond: entry.write,
      slots: draft.assumptions.fill(entry.slots, `${origin}.slots`, unlimited),
      links: draft.assumptions.fill(entry.links, `${origin}.links`, LINKS),
      origin,
    };
  });
}
