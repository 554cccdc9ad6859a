/**
 * `host-loss`: a host stops with everything on it. Its VMs stand still until it is back, tasks on them are aborted wherever they stand, merges included, and
 * their snapshots stay behind. Proxies that are VMs on it crash with it.
 */
import type { Host } from '../estate/host.ts';
import type { Vm } from '../estate/vm.ts';
import type { World } from '../world.ts';
import { type FaultKind, named, USUAL } from './kind.ts';
import { crashProxy, restartProxy } from './proxy-crash.ts';

export const hostLoss: FaultKind = {
  ...USUAL,
  on: ({ host }) => host,
  begin(world, { plan, event }) {
    const host = named(world.hosts, plan.host);
    if (host.losses++ > 0) return;
    host.lossEvent = event;
    for (const vm of vmsOn(world, host)) {
      world.guests.switchOff(vm, host);
      world.orphans.abandonAll(vm, 'aborted', 'host-lost', event);
    }
    for (const proxy of world.proxies) if (proxy.host === host) crashProxy(world, proxy, event);
  },
  end(world, { plan }) {
    const host = named(world.hosts, plan.host);
    if (--host.losses > 0) return;
    for (const vm of vmsOn(world, host)) world.guests.switchOn(vm, host);
    for (const proxy of world.proxies) if (proxy.host === host) restartProxy(world, proxy);
  },
};

function vmsOn({ vms }: World, host: Host): Vm[] {
  return vms.filter((vm) => vm.host === host && vm.exists);
}
