/** `server-resources`: a proxy has fewer cores and slots than it should. What has begun goes on; at least one slot is left. */
import { type FaultKind, named, USUAL } from './kind.ts';

export const serverResources: FaultKind = {
  ...USUAL,
  on: ({ proxy }) => proxy,
  begin(world, fault) {
    const proxy = named(world.proxies, fault.plan.proxy);
    const factor = fault.plan.factor as number;
    world.faults.capacities.reduce(proxy.cores, fault, factor);
    proxy.slots.factors.push(factor);
    world.admission.dirty = true;
  },
  end(world, fault) {
    const { cores, slots } = named(world.proxies, fault.plan.proxy);
    world.faults.capacities.restore(cores, fault);
    slots.factors.splice(slots.factors.indexOf(fault.plan.factor as number), 1);
    world.admission.dirty = true;
  },
};
