/** `datastore-degraded`: a device does everything more slowly, its idle latency included. */
import { type FaultKind, named, USUAL } from './kind.ts';

export const datastoreDegraded: FaultKind = {
  ...USUAL,
  on: ({ datastore }) => datastore,
  begin(world, fault) {
    const datastore = named(world.datastores, fault.plan.datastore);
    world.faults.capacities.reduce(datastore.device, fault, fault.plan.factor as number);
    datastore.lastEvent = fault.event;
    datastore.guestsChanged();
  },
  end(world, fault) {
    const datastore = named(world.datastores, fault.plan.datastore);
    world.faults.capacities.restore(datastore.device, fault);
    datastore.guestsChanged();
  },
};
