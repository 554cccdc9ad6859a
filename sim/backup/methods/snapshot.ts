/**
 * Method `snapshot` over the host network (NBD): what one source byte costs on each resource that it crosses (MODEL 3). Before the proxy the stream is as
 * large as the source; behind it, or from the source on where there is no proxy, it is reduced.
 */
import type { ResourceUse } from '../../flow/network.ts';
import type { Task } from '../task.ts';

export interface Transfer {
  uses: ResourceUse[];
  /** Bytes per millisecond; Infinity: none. */
  cap: number;
  /** What the cap stands for, as a bottleneck. */
  capLabel: string;
}

export function transferOf(task: Task): Transfer {
  const { plan, repository } = task.run.job;
  const { proxy, vm } = task;
  const datastore = vm.disk.datastore;
  const stored = 1 / plan.reduction;
  const uses = new Map<number, number>();
  const cross = (resource: number, perByte: number): void => {
    if (resource >= 0) uses.set(resource, (uses.get(resource) ?? 0) + perByte);
  };
  cross(datastore.device, datastore.readCost);
  if (vm.host !== null) cross(vm.host.nbd, 1);
  let cap = plan.streamBytesPerSecond === null ? Number.POSITIVE_INFINITY : plan.streamBytesPerSecond / 1000;
  let capLabel = `stream-limit:${plan.name}`;
  if (proxy !== null) {
    const perCore = task.full ? proxy.perCoreFull : proxy.perCoreIncremental;
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
