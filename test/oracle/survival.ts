/** What single losses leave of the points of a VM (docs/model.md, "Repositories: full, established, other work", `survives`). */
import { goodMoments, type Loss } from './recovery.ts';
import { lockedIn } from './theft.ts';
import type { Vm, World } from './world.ts';

/** How many restore points are left without each thing on which one of them, or the VM itself, depends. */
export function survivalOf(world: World, vm: Vm): Record<string, number> {
  return Object.fromEntries([...lossesOf(world, vm)].map(([key, loss]) => [key, goodMoments(world, vm, loss).length]));
}

function lossesOf(world: World, vm: Vm): Map<string, Loss> {
  const losses = new Map<string, Loss>();
  // READING: each datastore with a disk counts, whether snapshots are kept there or not; a snapshot of several disks is worth nothing without one of them.
  for (const { datastore } of vm.disks) losses.set(`datastore:${datastore.name}`, { takesPoint: () => false, takesKept: () => true });
  // READING: chains count also where nothing is in them, or nothing good.
  for (const { repository, account } of world.chains.filter((chain) => chain.vm === vm)) {
    losses.set(`repository:${repository.name}`, { takesPoint: (chain) => chain.repository === repository, takesKept: () => false });
    if (account !== null) losses.set(`account:${account}`, theft(world, account));
  }
  for (const { kept, account } of world.jobs) if (account !== null && kept.has(vm)) losses.set(`account:${account}`, theft(world, account));
  return losses;
}

function theft(world: World, account: string): Loss {
  return {
    takesPoint: (chain, point) => chain.account === account && !lockedIn(world, chain).has(point),
    takesKept: (job) => job.account === account,
  };
}
