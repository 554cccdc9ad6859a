import type { Job, Stream, Way } from './world.ts';

/** Whether a job freezes the VMs' disks with a snapshot. */
export function opensSnapshot({ method }: Job): boolean {
  return method === 'snapshot' || method === 'hot-add' || method === 'direct-san';
}

/** How a disk is read by the proxy that its stream has been given. */
export function wayOf({ method }: Job, { disk, proxy }: Stream): Way {
  if (method === 'agent') return 'guest';
  if (method === 'hot-add' && proxy?.host?.datastores.includes(disk.datastore)) return 'attached';
  if (method === 'direct-san' && proxy?.datastores.includes(disk.datastore)) return 'fabric';
  return 'nbd';
}

/** Whether the proxy does not reach the disk in the way that the job's method wants. */
export function isOutOfReach({ task, way }: Stream): boolean {
  const { method } = task.run.job;
  return (method === 'hot-add' || method === 'direct-san') && way === 'nbd';
}
