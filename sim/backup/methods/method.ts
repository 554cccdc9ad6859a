/** What a method of backup is: an entry in the table of `index.ts`. */
import type { ResourceUse } from '../../flow/network.ts';
import type { TaskDisk } from '../task.ts';

export interface Transfer {
  uses: ResourceUse[];
  /** Bytes per millisecond; Infinity: none. */
  cap: number;
  /** What the cap stands for, as a bottleneck. */
  capLabel: string;
}

export interface Method {
  /** It reads a frozen disk: a snapshot is open while it runs. */
  opensSnapshot: boolean;
  /** What a disk's stream crosses between the datastore and the repository, besides what every method crosses. */
  path(part: TaskDisk, cross: (resource: number, perByte: number) => void): void;
}

/**
 * What a stream costs on each resource per source byte (MODEL 3): the datastore and the array behind it are read by every method, then comes the method's own
 * path, then the proxy. Before the proxy the stream is as large as the source; behind it, or from the source on where there is no proxy, it is reduced.
 */
export function transferOf(part: TaskDisk): Transfer {
  const { job } = part.task.run;
  const { plan, repository } = job;
  const { proxy } = part;
  const { datastore } = part.disk;
  const stored = 1 / plan.reduction;
  const uses = new Map<number, number>();
  const cross = (resource: number, perByte: number): void => {
    if (resource >= 0) uses.set(resource, (uses.get(resource) ?? 0) + perByte);
  };
  for (const device of datastore.devices) cross(device.resource, device.readCost);
  cross(datastore.throttle, datastore.readCost);
  job.method.path(part, cross);
  let cap = plan.streamBytesPerSecond === null ? Number.POSITIVE_INFINITY : plan.streamBytesPerSecond / 1000;
  let capLabel = `stream-limit:${plan.name}`;
  if (proxy !== null) {
    const perCore = part.full ? proxy.perCoreFull : proxy.perCoreIncremental;
    cross(proxy.network, 1);
    cross(proxy.cores, 1 / perCore);
    for (const link of proxy.links) cross(link, 1);
    // One disk's stream runs on at most one core.
    if (perCore < cap) {
      cap = perCore;
      capLabel = `proxy:${proxy.name}`;
    }
  }
  for (const link of repository.links) cross(link, stored);
  cross(repository.device, repository.writeCost * stored);
  return { uses: [...uses].map(([resource, perByte]) => ({ resource, perByte })), cap, capLabel };
}
