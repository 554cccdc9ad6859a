/** Capacities that faults reduce: while several do, each takes its part of what the others leave. */
import type { ResourceUse } from '../flow/network.ts';
import type { World } from '../world.ts';
import type { Fault } from './kind.ts';

interface Reduced {
  nominal: number;
  /** In the order in which they began. */
  factors: { fault: Fault; factor: number }[];
}

export class Capacities {
  private readonly world: World;
  private readonly reduced = new Map<number, Reduced>();

  constructor(world: World) {
    this.world = world;
  }

  /** Bytes per millisecond that a transfer would have with nobody else, not even guests, and without faults on what it crosses. */
  rateAlone(cap: number, uses: readonly ResourceUse[]): number {
    const { fullCapacities } = this.world;
    return uses.reduce((rate, { resource, perByte }) => Math.min(rate, (fullCapacities[resource] as number) / perByte), cap);
  }

  /** While a fault holds a resource has `factor` of its capacity; -1 is none, and has no limit. */
  reduce(resource: number, fault: Fault, factor: number): void {
    if (resource < 0) return;
    let entry = this.reduced.get(resource);
    if (entry === undefined) {
      entry = { nominal: this.world.network.capacityOf(resource), factors: [] };
      this.reduced.set(resource, entry);
    }
    entry.factors.push({ fault, factor });
    this.apply(resource, entry);
  }

  restore(resource: number, fault: Fault): void {
    const entry = this.reduced.get(resource);
    if (entry === undefined) return;
    entry.factors = entry.factors.filter((one) => one.fault !== fault);
    this.apply(resource, entry);
  }

  /** Log event of the fault that lets nothing through a resource; 0: there is none. */
  closedBy(resource: number): number {
    return this.reduced.get(resource)?.factors.find(({ factor }) => factor === 0)?.fault.event ?? 0;
  }

  private apply(resource: number, { nominal, factors }: Reduced): void {
    let capacity = nominal;
    // No part of no limit: nothing comes through all the same.
    for (const { factor } of factors) capacity = factor === 0 ? 0 : capacity * factor;
    this.world.network.changeCapacity(resource, capacity);
  }
}
