/** What a transfer crosses between datastore and repository: resources with a name, a meter and, for proxies and repositories, slots. */
import { Meter } from './statistics.ts';

/** Busy within a rounding error of all the time. */
const BUSY = 1 - 1e-9;

export class Device {
  /** The device as findings and bottlenecks name it, for example `proxy:p1`. */
  readonly label: string;
  readonly meter = new Meter();
  saturatedMs = 0;
  private lastMs = 0;

  constructor(label: string) {
    this.label = label;
  }

  setLoad(nowMs: number, fraction: number): void {
    if (this.meter.value >= BUSY) this.saturatedMs += nowMs - this.lastMs;
    this.lastMs = nowMs;
    this.meter.set(nowMs, fraction < 1 ? fraction : 1);
  }

  /** Milliseconds at the limit so far. */
  saturatedAt(nowMs: number): number {
    return this.saturatedMs + (this.meter.value >= BUSY ? nowMs - this.lastMs : 0);
  }

  /** The scenario is over. */
  settle(nowMs: number): void {
    this.setLoad(nowMs, this.meter.value);
    this.meter.settle(nowMs);
  }
}

export class Host {
  readonly name: string;
  /** Resource numbers, for NBD and for agents; -1: no limit. */
  readonly nbd: number;
  readonly network: number;
  /** Log events of the outages of its network that hold. */
  readonly outages: number[] = [];
  /** Losses that hold, and the log event of the first of them. */
  losses = 0;
  lossEvent = 0;
  private readonly datastores: ReadonlySet<string> | null;

  /** `datastores`: names of those that it sees; null: all. */
  constructor(name: string, nbd: number, network: number, datastores: readonly string[] | null) {
    this.name = name;
    this.nbd = nbd;
    this.network = network;
    this.datastores = datastores === null ? null : new Set(datastores);
  }

  sees(datastore: string): boolean {
    return this.datastores?.has(datastore) ?? true;
  }
}

/** A whole number of slots, or no limit. */
export class SlotPool {
  readonly total: number;
  used = 0;
  /** While there are any it gives none. */
  closures = 0;
  /** What is left of them, while resources are short; at least one. */
  readonly factors: number[] = [];
  /** Log event by which one was last freed; 0: none was. */
  freedBy = 0;
  /** Summed over tasks: waiting because none was free. */
  waitMs = 0;

  constructor(total: number | null) {
    this.total = total ?? Infinity;
  }

  /** A slot is free again; `event` is the log's. */
  release(event: number): void {
    this.used--;
    this.freedBy = event;
  }

  get free(): number {
    if (this.closures > 0) return 0;
    if (this.factors.length === 0) return this.total - this.used;
    const left = this.factors.reduce((product, factor) => product * factor, this.total);
    return Math.max(1, Math.floor(left)) - this.used;
  }
}

export class Proxy {
  readonly name: string;
  /** As a bottleneck. */
  readonly label: string;
  readonly slots: SlotPool;
  readonly slotUnit: 'disk' | 'vm';
  /** Resource numbers; -1: no limit. */
  readonly cores: number;
  readonly network: number;
  readonly fabric: number;
  /** Where it is a VM. */
  readonly host: Host | null;
  readonly links: readonly number[];
  /** Bytes per millisecond that one core handles. */
  readonly perCoreFull: number;
  readonly perCoreIncremental: number;
  private readonly fabricDatastores: ReadonlySet<string> | null;

  constructor(spec: {
    name: string;
    slots: number | null;
    slotUnit: 'disk' | 'vm';
    cores: number;
    network: number;
    fabric: number;
    fabricDatastores: readonly string[] | null;
    host: Host | null;
    links: readonly number[];
    perCoreFull: number;
    perCoreIncremental: number;
  }) {
    this.name = spec.name;
    this.label = `proxy:${spec.name}`;
    this.slots = new SlotPool(spec.slots);
    this.slotUnit = spec.slotUnit;
    this.cores = spec.cores;
    this.network = spec.network;
    this.fabric = spec.fabric;
    this.fabricDatastores = spec.fabricDatastores === null ? null : new Set(spec.fabricDatastores);
    this.host = spec.host;
    this.links = spec.links;
    this.perCoreFull = spec.perCoreFull;
    this.perCoreIncremental = spec.perCoreIncremental;
  }

  reachesBySan(datastore: string): boolean {
    return this.fabricDatastores?.has(datastore) ?? true;
  }
}
