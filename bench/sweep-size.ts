import type { EstateSize } from './estate.ts';

/** One run of a sweep. */
export const SWEEP: EstateSize = { vms: 100, days: 7, datastores: 4, hosts: 4, proxies: 2, repositories: 1 };
