/**
 * `datastore-lost`: a datastore is gone for good, with the disks, the deltas and the kept snapshots on it. VMs with a disk there stop for good; their tasks
 * fail, also those of later runs; deltas that they have on other datastores are left behind.
 */
import { type FaultKind, named, USUAL } from './kind.ts';

export const datastoreLost: FaultKind = {
  ...USUAL,
  lasts: false,
  on: ({ datastore }) => datastore,
  begin(world, { plan, event }) {
    const datastore = named(world.datastores, plan.datastore);
    if (datastore.lossEvent > 0) return;
    datastore.notePeak(world.kernel.nowMs);
    datastore.lose(world.kernel.nowMs, event);
    for (const vm of world.vms) if (vm.exists && vm.disks.some((disk) => disk.datastore === datastore)) world.lifecycle.lose(vm, datastore);
    world.copyBeforeWrite.failOn(datastore, 'datastore-lost', event);
  },
};
