/** Method `hot-add`: the proxy is a VM that attaches the frozen disks to itself and reads them as its own; the host's management network is spared. */
import { type Method, USUAL } from './method.ts';

export const hotAdd: Method = {
  ...USUAL,
  inbound: 'attached',
  reaches: (proxy, part) => proxy.host?.sees(part.disk.datastore.name) ?? false,
  path: () => {},
};
