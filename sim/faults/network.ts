/**
 * `network-outage` and `network-slowdown`, on a link or on the network of a host. During an outage nothing comes through: transfers stand still, and go on when
 * it is over (`stalls.ts`). A host that cannot be reached cannot be asked to remove a snapshot either: it is left behind.
 */
import type { World } from '../world.ts';
import { type Fault, type FaultKind, named, USUAL } from './kind.ts';
import type { FaultPlan } from './plan.ts';

const on = ({ link, host }: FaultPlan): string | null => link ?? host;

export const networkOutage: FaultKind = {
  ...USUAL,
  on,
  begin(world, fault) {
    for (const resource of resourcesOf(world, fault)) world.faults.capacities.reduce(resource, fault, 0);
    world.faults.stalls.outages++;
    if (fault.plan.host === null) return;
    const host = named(world.hosts, fault.plan.host);
    host.outages.push(fault.event);
    for (const vm of world.vms) if (vm.host === host) world.consolidation.lostTouch(vm, fault.event);
  },
  end(world, fault) {
    restore(world, fault);
    world.faults.stalls.outages--;
    if (fault.plan.host === null) return;
    const { outages } = named(world.hosts, fault.plan.host);
    outages.splice(outages.indexOf(fault.event), 1);
  },
};

export const networkSlowdown: FaultKind = {
  ...USUAL,
  on,
  begin(world, fault) {
    for (const resource of resourcesOf(world, fault)) world.faults.capacities.reduce(resource, fault, fault.plan.factor as number);
  },
  end: restore,
};

function restore(world: World, fault: Fault): void {
  for (const resource of resourcesOf(world, fault)) world.faults.capacities.restore(resource, fault);
}

/** What transfers cross there. */
function resourcesOf(world: World, { plan }: Fault): number[] {
  if (plan.host === null) return [world.links.get(plan.link as string) as number];
  const { nbd, network } = named(world.hosts, plan.host);
  return [nbd, network];
}
