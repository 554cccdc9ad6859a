/**
 * Flows over shared resources. A flow has a weight, an optional cap and, on each resource that it crosses, a consumption per byte; rates are the
 * weighted max-min fair allocation. It knows nothing of backups.
 *
 * Same bits always: rates are solved per connected component, once per instant, from zero and in ascending order of the flows' creation; a flow's
 * remaining work is touched only when its rate really changes; a flow ends because its entry in the event queue says so, never because little is left.
 * Time is in milliseconds, rates are bytes per millisecond, a resource's capacity is in its own unit per millisecond.
 */
import { EventClass, type Kernel } from '../kernel/kernel.ts';
import { shareOut } from './max-min.ts';

/** Bottleneck of a flow that runs at its cap. */
export const AT_CAP = -1;

export interface ResourceUse {
  resource: number;
  /** Resource units per byte; above 0. */
  perByte: number;
}

export interface FlowSpec {
  weight: number;
  /** Bytes per millisecond; Infinity: none. */
  cap: number;
  /** Work to do; Infinity for a flow that never completes. */
  bytes: number;
  uses: readonly ResourceUse[];
  /** It queues on the resource that holds it back (a transfer), rather than asking for a fixed amount (a demand). */
  elastic: boolean;
  /** The caller's number for what this flow belongs to. */
  owner: number;
}

interface Flow extends FlowSpec {
  id: number;
  rate: number;
  remaining: number;
  /** Since when `remaining` and `rate` hold. */
  sinceMs: number;
  bottleneck: number;
  bottleneckSinceMs: number;
  /** Pairs (resource or AT_CAP, milliseconds). */
  bottleneckMs: Map<number, number>;
  completion: number;
  level: number;
  component: number;
}

/** What a resource carries after a solve. */
export interface ResourceState {
  capacity: number;
  /** In resource units per millisecond. */
  load: number;
  /** Elastic flows that this resource holds back, and their part of the load. */
  queuedFlows: number;
  queuedLoad: number;
}

interface Resource extends ResourceState {
  id: number;
  flows: Flow[];
  dirty: boolean;
  component: number;
  /** Scratch of a solve. */
  fixed: number;
  active: number;
  activeCount: number;
}

export type SolverFlow = Pick<Flow, 'weight' | 'cap' | 'uses' | 'rate' | 'bottleneck' | 'level'>;
export type SolverResource = Pick<Resource, 'id' | 'capacity' | 'fixed' | 'active' | 'activeCount'>;

export interface NetworkHooks {
  /** A flow has done its work; it is gone from the network. */
  completed(owner: number, flow: number): void;
  /** After a solve, for each resource of a component that was solved. */
  resourceSolved(resource: number, state: ResourceState): void;
}

/** Completion instants closer to a whole millisecond than this are taken as that millisecond: it covers the rounding of sums, not physics. */
const ROUNDING_MS = 1e-6;

export class FlowNetwork {
  solveCount = 0;
  private readonly kernel: Kernel;
  private readonly hooks: NetworkHooks;
  private readonly completionKind: number;
  private readonly resources: Resource[] = [];
  private readonly flows = new Map<number, Flow>();
  private dirty: Resource[] = [];
  private nextFlow = 0;
  private stamp = 0;

  constructor(kernel: Kernel, hooks: NetworkHooks) {
    this.kernel = kernel;
    this.hooks = hooks;
    this.completionKind = kernel.handle((id) => this.complete(id));
  }

  /** Adds a resource of a capacity above 0; returns its number. */
  addResource(capacity: number): number {
    if (!(capacity > 0)) throw new Error(`a resource needs a capacity above 0, not ${capacity}`);
    const id = this.resources.length;
    this.resources.push({
      id,
      capacity,
      load: 0,
      queuedFlows: 0,
      queuedLoad: 0,
      flows: [],
      dirty: false,
      component: 0,
      fixed: 0,
      active: 0,
      activeCount: 0,
    });
    return id;
  }

  /** Starts a flow; it gets its rate when the instant is solved. Work of 0 bytes completes in the next round, whatever the resources do. */
  addFlow(spec: FlowSpec): number {
    checkSpec(spec);
    const id = this.nextFlow++;
    const now = this.kernel.nowMs;
    const flow: Flow = {
      weight: spec.weight,
      cap: spec.cap,
      bytes: spec.bytes,
      uses: spec.uses,
      elastic: spec.elastic,
      owner: spec.owner,
      id,
      rate: 0,
      remaining: spec.bytes,
      sinceMs: now,
      bottleneck: AT_CAP,
      bottleneckSinceMs: now,
      bottleneckMs: new Map(),
      completion: -1,
      level: 0,
      component: 0,
    };
    this.flows.set(id, flow);
    if (spec.bytes === 0) flow.completion = this.kernel.schedule(now, EventClass.completion, this.completionKind, id);
    else this.attach(flow);
    return id;
  }

  /** Changes what an endless flow asks for. */
  changeDemand(id: number, weight: number, cap: number, uses: readonly ResourceUse[]): void {
    const flow = this.flowOf(id);
    const spec = { ...flow, weight, cap, uses };
    checkSpec(spec);
    this.detach(flow);
    flow.weight = weight;
    flow.cap = cap;
    flow.uses = uses;
    this.attach(flow);
  }

  /** Ends a flow before its work is done. */
  removeFlow(id: number): void {
    const flow = this.flowOf(id);
    if (flow.completion >= 0) this.kernel.cancel(flow.completion);
    this.detach(flow);
    this.flows.delete(id);
  }

  rateOf(id: number): number {
    return this.flowOf(id).rate;
  }

  /** Bytes still to do at the present instant. */
  remainingOf(id: number): number {
    return remainingAt(this.flowOf(id), this.kernel.nowMs);
  }

  /** How long each resource (or AT_CAP) has held this flow back, up to now. */
  bottlenecksOf(id: number): ReadonlyMap<number, number> {
    const flow = this.flowOf(id);
    this.accountBottleneck(flow);
    return flow.bottleneckMs;
  }

  /** Gives every flow of a changed component its fair rate. Once per instant. */
  solve(): void {
    if (this.dirty.length === 0) return;
    const seeds = this.dirty;
    this.dirty = [];
    for (const seed of seeds) seed.dirty = false;
    const first = this.stamp + 1;
    for (const seed of seeds) if (seed.component < first) this.solveComponent(seed);
  }

  private solveComponent(seed: Resource): void {
    const stamp = ++this.stamp;
    const resources = [seed];
    const flows: Flow[] = [];
    seed.component = stamp;
    for (let i = 0; i < resources.length; i++) {
      for (const flow of (resources[i] as Resource).flows) {
        if (flow.component === stamp) continue;
        flow.component = stamp;
        flows.push(flow);
        for (const use of flow.uses) {
          const other = this.resources[use.resource] as Resource;
          if (other.component === stamp) continue;
          other.component = stamp;
          resources.push(other);
        }
      }
    }
    flows.sort(byId);
    resources.sort(byId);
    this.solveCount++;
    const before = flows.map((flow) => flow.rate);
    const bottlenecks = flows.map((flow) => flow.bottleneck);
    shareOut(flows, resources, this.resources);
    for (let i = 0; i < flows.length; i++) this.settleFlow(flows[i] as Flow, before[i] as number, bottlenecks[i] as number);
    this.measure(flows, resources);
  }

  private settleFlow(flow: Flow, oldRate: number, oldBottleneck: number): void {
    const now = this.kernel.nowMs;
    if (flow.bottleneck !== oldBottleneck) {
      const present = flow.bottleneck;
      flow.bottleneck = oldBottleneck;
      this.accountBottleneck(flow);
      flow.bottleneck = present;
    }
    if (flow.rate === oldRate) return;
    const newRate = flow.rate;
    flow.rate = oldRate;
    flow.remaining = remainingAt(flow, now);
    flow.rate = newRate;
    flow.sinceMs = now;
    if (flow.bytes === Infinity) return;
    const atMs = now + Math.max(1, Math.ceil(flow.remaining / newRate - ROUNDING_MS));
    if (flow.completion >= 0) this.kernel.reschedule(flow.completion, atMs);
    else flow.completion = this.kernel.schedule(atMs, EventClass.completion, this.completionKind, flow.id);
  }

  private measure(flows: Flow[], resources: Resource[]): void {
    for (const resource of resources) {
      resource.load = 0;
      resource.queuedFlows = 0;
      resource.queuedLoad = 0;
    }
    for (const flow of flows) {
      for (const use of flow.uses) {
        const resource = this.resources[use.resource] as Resource;
        const load = flow.rate * use.perByte;
        resource.load += load;
        if (flow.elastic && flow.bottleneck === use.resource) {
          resource.queuedFlows++;
          resource.queuedLoad += load;
        }
      }
    }
    for (const resource of resources) this.hooks.resourceSolved(resource.id, resource);
  }

  private complete(id: number): void {
    const flow = this.flowOf(id);
    flow.completion = -1;
    this.accountBottleneck(flow);
    flow.remaining = 0;
    flow.sinceMs = this.kernel.nowMs;
    this.hooks.completed(flow.owner, id);
    this.detach(flow);
    this.flows.delete(id);
  }

  private accountBottleneck(flow: Flow): void {
    const now = this.kernel.nowMs;
    const spent = now - flow.bottleneckSinceMs;
    if (spent > 0) flow.bottleneckMs.set(flow.bottleneck, (flow.bottleneckMs.get(flow.bottleneck) ?? 0) + spent);
    flow.bottleneckSinceMs = now;
  }

  private attach(flow: Flow): void {
    for (const use of flow.uses) {
      const resource = this.resources[use.resource] as Resource;
      resource.flows.push(flow);
      this.markDirty(resource);
    }
  }

  private detach(flow: Flow): void {
    for (const use of flow.uses) {
      const resource = this.resources[use.resource] as Resource;
      const place = resource.flows.indexOf(flow);
      if (place < 0) continue;
      resource.flows[place] = resource.flows[resource.flows.length - 1] as Flow;
      resource.flows.pop();
      this.markDirty(resource);
    }
  }

  private markDirty(resource: Resource): void {
    if (resource.dirty) return;
    resource.dirty = true;
    this.dirty.push(resource);
  }

  private flowOf(id: number): Flow {
    const flow = this.flows.get(id);
    if (flow === undefined) throw new Error(`flow ${id} is not in the network`);
    return flow;
  }
}

function byId(a: { id: number }, b: { id: number }): number {
  return a.id - b.id;
}

function remainingAt(flow: Flow, nowMs: number): number {
  const left = flow.remaining - flow.rate * (nowMs - flow.sinceMs);
  return left > 0 ? left : 0;
}

function checkSpec(spec: FlowSpec): void {
  if (!(spec.weight > 0) || !(spec.cap > 0) || !(spec.bytes >= 0))
    throw new Error(`a flow needs weight and cap above 0: ${spec.weight}, ${spec.cap}, ${spec.bytes}`);
  if (spec.uses.length === 0) throw new Error('a flow must cross at least one resource');
}
