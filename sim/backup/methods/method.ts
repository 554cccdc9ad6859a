/** What a method of backup is: an entry in the table of `index.ts`. */
import type { Proxy } from '../../estate/host.ts';
import type { ResourceUse } from '../../flow/network.ts';
import type { TaskDisk } from '../task.ts';

export interface Transfer {
  uses: ResourceUse[];
  /** Bytes per millisecond; Infinity: none. */
  cap: number;
  /** What the cap stands for, as a bottleneck. */
  capLabel: string;
}

/** How a stream comes into its proxy: over the network, over the storage network, or from disks that the proxy has attached to itself. */
export type Inbound = 'network' | 'fabric' | 'attached';

export interface Method {
  /** It reads a frozen disk: a snapshot is open while it runs. */
  opensSnapshot: boolean;
  /** Data goes to a repository; otherwise the snapshot stays as what is kept. */
  copies: boolean;
  /** A task holds its VM: no other job touches it meanwhile. */
  locksVm: boolean;
  /** Whose record of changed blocks it reads by: the hypervisor's, its own, or nobody's, so that it reads everything each time. */
  tracking: 'hypervisor' | 'own' | 'none';
  /** A program in the guest does it. */
  runsInGuest: boolean;
  /** Old blocks are saved before the guest overwrites them (`copy-before-write.ts`). */
  copiesBeforeWrite: boolean;
  /** After the first full its tasks go on with every write of the guest (`cdp.ts`). */
  continuous: boolean;
  /** The copy is taken from a disk that the guest writes to meanwhile. */
  readsLiveDisk: boolean;
  inbound: Inbound;
  /** Whether a proxy reaches a disk by this method; where it does not, the job's fallback decides. */
  reaches(proxy: Proxy, part: TaskDisk): boolean;
  /** What a disk's stream crosses between the datastore and the proxy, besides what every method crosses. */
  path(part: TaskDisk, uses: ResourceUse[]): void;
}

/** The usual: a snapshot, read through the host, sent over the network, removed. A method says where it differs. */
export const USUAL: Method = {
  opensSnapshot: true,
  copies: true,
  locksVm: true,
  tracking: 'hypervisor',
  runsInGuest: false,
  copiesBeforeWrite: false,
  continuous: false,
  readsLiveDisk: false,
  inbound: 'network',
  reaches: () => true,
  path: throughHost,
};

/** NBD: the host sends what it reads over its management network. */
export function throughHost(part: TaskDisk, uses: ResourceUse[]): void {
  const { host } = part.task.vm;
  if (host !== null) cross(uses, host.nbd, 1);
}

/** A stream crosses a resource, once more where it does already; below 0 there is none. */
export function cross(uses: ResourceUse[], resource: number, perByte: number): void {
  if (resource < 0) return;
  for (const use of uses) {
    if (use.resource !== resource) continue;
    use.perByte += perByte;
    return;
  }
  uses.push({ resource, perByte });
}

/**
 * What a stream costs on each resource per source byte (MODEL 3): the datastore and the array behind it are read by every method, except for writes that are
 * sent as the guest makes them (`stream`); then comes the method's own path, then the proxy. Before the proxy the stream is as large as the source; behind it, or from the source on where there is no proxy, it is reduced.
 */
export function transferOf(part: TaskDisk, of: 'disk' | 'stream' = 'disk'): Transfer {
  const { job } = part.task.run;
  const { plan, repository, method } = job;
  const { proxy } = part;
  const { datastore } = part.disk;
  const stored = 1 / plan.reduction;
  const uses: ResourceUse[] = [];
  if (of === 'disk') {
    for (const device of datastore.devices) cross(uses, device.resource, device.readCost);
    cross(uses, datastore.throttle, datastore.readCost);
  }
  const inbound = part.fellBack ? 'network' : method.inbound;
  if (part.fellBack) throughHost(part, uses);
  else method.path(part, uses);
  let cap = plan.streamBytesPerSecond === null ? Number.POSITIVE_INFINITY : plan.streamBytesPerSecond / 1000;
  let capLabel = `stream-limit:${plan.name}`;
  if (proxy !== null) {
    crossInto(proxy, inbound, uses, stored);
    const perCore = perCoreRate(part, proxy, of === 'disk' && part.full);
    cross(uses, proxy.cores, 1 / perCore);
    // One disk's stream runs on at most one core.
    if (perCore < cap) {
      cap = perCore;
      capLabel = proxy.label;
    }
  }
  for (const link of repository.links) cross(uses, link, stored);
  cross(uses, repository.device, repository.storeCost(part) * stored);
  return { uses, cap, capLabel };
}

/** Bytes per millisecond that one core of the proxy handles for this stream. */
function perCoreRate(part: TaskDisk, proxy: Proxy, full: boolean): number {
  const { factor, secondsPerByte } = part.task.run.job.plan.processing;
  const rate = (full ? proxy.perCoreFull : proxy.perCoreIncremental) / factor;
  return secondsPerByte === 0 ? rate : 1 / (1 / rate + secondsPerByte * 1000);
}

/** A proxy that attaches disks is a VM: what it sends leaves through the network of its own host. */
function crossInto(proxy: Proxy, inbound: Inbound, uses: ResourceUse[], stored: number): void {
  if (inbound === 'fabric') cross(uses, proxy.fabric, 1);
  else if (inbound === 'network') {
    cross(uses, proxy.network, 1);
    for (const link of proxy.links) cross(uses, link, 1);
  } else if (proxy.host !== null) cross(uses, proxy.host.network, stored);
}
