/** `proxy-crash`: a proxy stops. What it works on fails, the snapshots that it reads stay behind, and it takes no task until it is back. */
import type { Proxy } from '../estate/host.ts';
import type { World } from '../world.ts';
import { type FaultKind, named, USUAL } from './kind.ts';

export const proxyCrash: FaultKind = {
  ...USUAL,
  on: ({ proxy }) => proxy,
  begin: (world, { plan, event }) => crashProxy(world, named(world.proxies, plan.proxy), event),
  end: (world, { plan }) => restartProxy(world, named(world.proxies, plan.proxy)),
};

/** It is gone; `event` says why. */
export function crashProxy(world: World, proxy: Proxy, event: number): void {
  proxy.slots.closures++;
  world.admission.dirty = true;
  const struck = world.jobs
    .flatMap((job) => job.active.flatMap((run) => run.tasks))
    .filter(({ disks }) => disks.some((part) => part.usesProxy(proxy)));
  for (const task of struck) world.stages.abort(task, 'failed', 'proxy-crash', event, 'left');
}

export function restartProxy(world: World, proxy: Proxy): void {
  proxy.slots.closures--;
  world.admission.dirty = true;
}
