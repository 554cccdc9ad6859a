/** What is assumed of repositories and chains where a scenario says nothing. */
import type { ChainMode } from '../../../sim/plan.ts';
import { CLASS_FIGURES, type DatastoreClass, type Default, LINKS, SCENARIO_SOURCE } from '../defaults.ts';
import type { RetentionEntry } from './schema.ts';

/**
 * A collection of garbage looks at each chunk of 4 MiB once: what such an access costs against reading the chunk. Random access of 8 ms at 120 MB/s on disks,
 * 0.1 ms at 500 MB/s and more on flash.
 */
const COLLECTION_SOURCE = 'low confidence: one random access for each chunk of 4 MiB (Proxmox Backup Server, garbage collection)';

export const REPOSITORY = {
  class: { value: 'hybrid', text: 'hybrid', source: SCENARIO_SOURCE } as Default<DatastoreClass>,
  mergeRate: (kind: DatastoreClass): Default<number> => CLASS_FIGURES[kind].mergeRate,
  blockClone: { value: false, text: 'false', source: `${SCENARIO_SOURCE}: transforms read and write` } as Default<boolean>,
  immutable: { value: null, text: 'none', source: SCENARIO_SOURCE } as Default<number | null>,
  gcGrace: { value: 0, text: '0s', source: `${SCENARIO_SOURCE}: removed points give their space back at once` } as Default<number>,
  readShare: {
    hdd: { value: 0.25, text: '25%', source: COLLECTION_SOURCE },
    hybrid: { value: 0.05, text: '5%', source: COLLECTION_SOURCE },
    'all-flash': { value: 0.01, text: '1%', source: COLLECTION_SOURCE },
  } as Record<DatastoreClass, Default<number>>,
  copyLinks: LINKS,
};

export const CHAIN = {
  mode: { value: 'forever-forward', text: 'forever-forward', source: SCENARIO_SOURCE } as Default<ChainMode>,
  retention: { value: { last: 7 }, text: 'last: 7', source: 'restore points kept by default in Veeam' } as Default<RetentionEntry>,
  definition: {
    value: 'proxmox',
    text: 'proxmox',
    source: `${SCENARIO_SOURCE}: the newest point of so many periods, as Proxmox Backup Server prunes; Veeam's differ`,
  } as Default<'proxmox' | 'veeam'>,
};
