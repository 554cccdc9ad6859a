/** Method `direct-san`: the proxy reads the frozen disk over the storage network; no host takes part in the transfer. */
import { type Method, USUAL } from './method.ts';

export const directSan: Method = {
  ...USUAL,
  inbound: 'fabric',
  reaches: (proxy, part) => proxy.reachesBySan(part.disk.datastore.name),
  path: () => {},
};
