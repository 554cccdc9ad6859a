import type { Job, Stream, Task, Way, World } from './world.ts';

/** Whether a job freezes the VMs' disks with a snapshot. */
export function opensSnapshot({ method }: Job): boolean {
  return method === 'snapshot' || method === 'hot-add' || method === 'direct-san' || method === 'snapshot-only';
}

/** Whether a task keeps others off its VM, and waits for those that do. */
export function holdsVm({ method }: Job): boolean {
  return method !== 'direct-disk' && method !== 'cdp';
}

/** Takes note of copies that are worthless because a snapshot is open in the coming step. */
export function noteDamage(world: World): void {
  for (const task of world.tasks) {
    if (task.run.job.method !== 'direct-disk') continue;
    if (task.streams.some(({ stage, disk }) => stage === 'moving' && disk.chain.length > 0)) task.isDamaged = true;
  }
}

/** Whether what a task has copied under the running VM is no good: a snapshot was open, or the guest has written meanwhile. */
export function isWorthless({ run, vm, base, isDamaged }: Task): boolean {
  const hasWritten = vm.disks.some((disk) => disk.writtenBytes !== base?.marks.get(disk)?.writtenBytes);
  return run.job.method === 'direct-disk' && (isDamaged || hasWritten);
}

/** Whether blocks are copied before a guest may overwrite them. */
export function savesBlocks({ method }: Job): boolean {
  return method === 'copy-before-write';
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
