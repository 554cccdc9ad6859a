import { activityAt } from './activity.ts';
import { readSpeed } from './laws.ts';
import { isTop } from './space.ts';
import { type Demand, waterFill } from './waterfill.ts';
import type { Datastore, Task, Transfer, Vm, World } from './world.ts';

/** Remaining bytes below which a transfer counts as complete: what flows in a millionth of a millisecond. */
export function isComplete(transfer: Transfer): boolean {
  return transfer.leftBytes <= transfer.bytesPerMs * 1e-6 || transfer.leftBytes <= transfer.workBytes * 1e-13;
}

/** Sets the rates of all transfers, merges and guests for the coming step (MODEL.md 3). */
export function solveRates(world: World): void {
  const capacities = capacitiesOf(world);
  const demands: Demand[] = [];
  const settle: ((bytesPerSecond: number) => void)[] = [];
  const offer = (demand: Demand, use: (bytesPerSecond: number) => void): void => {
    demands.push(demand);
    settle.push(use);
  };
  for (const datastore of world.datastores) offerGuests(world, datastore, offer);
  for (const task of world.tasks) {
    const { transfer } = task;
    if (transfer === null || task.stage !== 'transferring') continue;
    offer(transferDemand(task), (rate) => {
      transfer.bytesPerMs = rate / 1000;
    });
  }
  for (const vm of world.vms) {
    for (const { merge } of vm.chain) {
      if (merge === null) continue;
      const store = vm.datastore;
      const costs = new Map([[`datastore ${store.name}`, 1 / store.readBytesPerSecond + 1 / store.writeBytesPerSecond]]);
      offer({ weight: 1, cap: store.mergeBytesPerSecond, costs }, (rate) => {
        merge.bytesPerMs = rate / 1000;
      });
    }
  }
  waterFill(capacities, demands).forEach((rate, index) => {
    settle[index]?.(rate);
  });
  for (const vm of world.vms) vm.writtenBytesPerMs = (guestRates(world, vm).writes * vm.datastore.servedFraction) / 1000;
}

function capacitiesOf(world: World): Map<string, number> {
  const capacities = new Map<string, number>();
  for (const { name } of world.datastores) capacities.set(`datastore ${name}`, 1);
  for (const { name, nbdBytesPerSecond } of world.hosts) capacities.set(`host ${name}`, nbdBytesPerSecond);
  for (const { name, bytesPerSecond } of world.links) capacities.set(`link ${name}`, bytesPerSecond);
  for (const { name, cores, networkBytesPerSecond } of world.proxies) {
    capacities.set(`cores ${name}`, cores);
    capacities.set(`network ${name}`, networkBytesPerSecond);
  }
  for (const { name } of world.repositories) capacities.set(`repository ${name}`, 1);
  return capacities;
}

export function isRunning(vm: Vm): boolean {
  return vm.pausedSinceMs === null && vm.crashedAtMs === null;
}

/** Bytes per second the guest asks for now. */
function guestRates(world: World, vm: Vm): { reads: number; writes: number } {
  if (!isRunning(vm)) return { reads: 0, writes: 0 };
  // READING: reads follow the activity too, not only the writes.
  const multiplier = activityAt(vm, world.zone, world.startUtcMs + world.nowMs);
  return { reads: vm.readBytesPerSecond * multiplier, writes: vm.writeBytesPerSecond * multiplier };
}

/** All guests of a datastore as one inelastic flow. */
function offerGuests(world: World, datastore: Datastore, offer: (demand: Demand, use: (bytesPerSecond: number) => void) => void): void {
  datastore.servedFraction = 1;
  const running = world.vms.filter((vm) => vm.datastore === datastore && isRunning(vm));
  const secondsPerRandomByte = 1 / (datastore.ioSizeBytes * datastore.operationsPerSecond);
  let asking = 0;
  let bytesPerSecond = 0;
  let busy = 0;
  for (const vm of running) {
    const { reads, writes } = guestRates(world, vm);
    if (reads + writes > 0) asking++;
    const mirrored = vm.chain.some((delta) => delta.merge !== null && isTop(delta));
    bytesPerSecond += reads + writes;
    // READING: d counts every delta in the chain, whoever opened it, the one being merged included.
    busy += (reads / readSpeed(vm.chain.length) + writes * (mirrored ? 2 : 1)) * secondsPerRandomByte;
  }
  if (bytesPerSecond === 0) return;
  const secondsPerByte = busy / bytesPerSecond;
  const weight = asking / (datastore.readBytesPerSecond * secondsPerByte);
  offer({ weight, cap: bytesPerSecond, costs: new Map([[`datastore ${datastore.name}`, secondsPerByte]]) }, (rate) => {
    datastore.servedFraction = rate / bytesPerSecond;
  });
}

function transferDemand(task: Task): Demand {
  const { job } = task.run;
  const { vm, proxy } = task;
  const costs = new Map<string, number>();
  const add = (resource: string, cost: number): void => {
    costs.set(resource, (costs.get(resource) ?? 0) + cost);
  };
  add(`datastore ${vm.datastore.name}`, 1 / vm.datastore.readBytesPerSecond);
  if (vm.host) add(`host ${vm.host.name}`, 1);
  let cap = job.streamBytesPerSecond;
  if (proxy) {
    const perCore = task.kind === 'full' ? proxy.fullBytesPerCoreSecond : proxy.incrementalBytesPerCoreSecond;
    cap = Math.min(cap, perCore);
    add(`cores ${proxy.name}`, 1 / perCore);
    add(`network ${proxy.name}`, 1);
    // READING: the links of the proxy lie before it and carry source bytes; those of the repository carry reduced bytes.
    for (const link of proxy.links) add(`link ${link.name}`, 1);
  }
  for (const link of job.repository.links) add(`link ${link.name}`, 1 / job.reduction);
  add(`repository ${job.repository.name}`, 1 / (job.reduction * job.repository.writeBytesPerSecond));
  return { weight: 1, cap, costs };
}
