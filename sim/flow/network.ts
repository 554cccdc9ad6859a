/**
 * Flows over shared resources. A flow has a weight, an optional cap and, on each resource that it crosses, a consumption per byte; rates are the
 * weighted max-min fair allocation. It knows nothing of backups.
 *
 * Same bits always: rates are solved once per instant and per connected component, from zero and in the order of the flows' creation; a flow's remaining
 * work is touched only when its rate really changes; a flow ends because its entry in the event queue says so, never because little is left.
 * Fast, because a resource whose flows' caps fit into its capacity cannot hold anybody back and so does not connect its flows, and because of each
 * component only the flows that finish next stand in the event queue: before any other could finish, the component is solved again.
 *
 * Time is in milliseconds, rates are bytes per millisecond, a resource's capacity is in its own unit per millisecond.
 */
import { EventClass, type Kernel } from '../kernel/kernel.ts';
import { FIRST_SIZE, FlowTable, longerInt } from './flow-table.ts';
import { AT_CAP, shareOut } from './max-min.ts';
import { Resource, type ResourceState } from './resource.ts';

export { AT_CAP } from './max-min.ts';
export type { ResourceState } from './resource.ts';

export interface ResourceUse {
  resource: number;
  /** Resource units per byte; above 0. */
  perByte: number;
}

export interface FlowSpec {
  weight: number;
  /** Bytes per millisecond; Infinity: none. With 0 it stands still. */
  cap: number;
  /** Work to do; Infinity for a flow that never completes. */
  bytes: number;
  /** Each resource at most once. */
  uses: readonly ResourceUse[];
  /** It queues on the resource that holds it back (a transfer), rather than asking for a fixed amount (a demand). */
  elastic: boolean;
  /** The caller's number for what this flow belongs to. */
  owner: number;
}

/** For so long a resource, or AT_CAP, has held a flow back. */
export interface BottleneckTime {
  resource: number;
  ms: number;
}

export interface NetworkHooks {
  /** A flow has done its work; after this call it is gone from the network and its number may be given to another. */
  completed(owner: number, flow: number): void;
  /** After a solve, for each resource whose load may have changed. */
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
  private readonly table = new FlowTable();
  /** Lists here are overwritten, never shortened: shortening gives their memory back only to ask for it again. */
  private readonly dirtyResources: Resource[] = [];
  private dirtyResourceCount = 0;
  private dirtyFlows = new Int32Array(FIRST_SIZE);
  private dirtyFlowCount = 0;
  private stamp = 0;
  private solveStamp = 0;
  /** Resources that may bind, in the whole network: a component that holds them all need look for no more. */
  private bindingCount: number;
  /** Reused between solves: the component under way, and the resources to be measured. */
  private flows = new Int32Array(FIRST_SIZE);
  private flowCount = 0;
  private readonly binding: Resource[] = [];
  private bindingSize = 0;
  private readonly touched: Resource[] = [];
  private touchedCount = 0;
  /** Of the component under way: flows whose completion stands in the event queue, and those that finish first. */
  private queued = new Int32Array(FIRST_SIZE);
  private next = new Int32Array(FIRST_SIZE);

  constructor(kernel: Kernel, hooks: NetworkHooks) {
    this.kernel = kernel;
    this.hooks = hooks;
    this.bindingCount = 0;
    this.completionKind = kernel.handle((slot) => this.complete(slot));
  }

  /** Adds a resource of a capacity above 0; returns its number. */
  addResource(capacity: number): number {
    if (!(capacity > 0)) throw new Error(`a resource needs a capacity above 0, not ${capacity}`);
    this.resources.push(new Resource(this.resources.length, capacity));
    return this.resources.length - 1;
  }

  /**
   * Starts a flow and returns its number; it gets its rate when the instant is solved. Work of 0 bytes completes in the next round, whatever the resources
   * do.
   */
  addFlow(spec: FlowSpec): number {
    checkSpec(spec.weight, spec.cap, spec.bytes, spec.uses);
    const { table, kernel } = this;
    const slot = table.allocate(spec.uses.length);
    const now = kernel.nowMs;
    table.bytes[slot] = spec.bytes;
    table.remaining[slot] = spec.bytes;
    table.sinceMs[slot] = now;
    table.finishMs[slot] = Infinity;
    table.rate[slot] = 0;
    table.sequence[slot] = kernel.takeSequence();
    table.bottleneck[slot] = AT_CAP;
    table.bottleneckSinceMs[slot] = now;
    table.bottleneckMs[slot] = 0;
    table.event[slot] = -1;
    table.owner[slot] = spec.owner;
    table.elastic[slot] = spec.elastic ? 1 : 0;
    table.useCount[slot] = 0;
    table.weight[slot] = spec.weight;
    table.cap[slot] = spec.cap;
    if (spec.bytes === 0) this.scheduleCompletion(slot, now);
    else this.attach(slot, spec.uses);
    return slot;
  }

  /** Changes what an endless flow asks for; the resources that it crosses stay. */
  changeDemand(flow: number, weight: number, cap: number, perByte: readonly number[]): void {
    const { table } = this;
    const slot = this.checked(flow);
    table.weight[slot] = weight;
    table.cap[slot] = cap;
    const from = slot * table.stride;
    for (let use = 0; use < (table.useCount[slot] as number); use++) {
      const resource = this.resources[table.useResource[from + use] as number] as Resource;
      table.usePerByte[from + use] = perByte[use] as number;
      resource.perByte[this.placeOn(resource, slot)] = perByte[use] as number;
      this.markDirty(resource);
    }
    this.flowChanged(slot);
  }

  capacityOf(resource: number): number {
    return (this.resources[resource] as Resource).capacity;
  }

  /** Changes a resource's capacity. With 0 nothing comes through: its flows stand still. */
  changeCapacity(resource: number, capacity: number): void {
    const changed = this.resources[resource] as Resource;
    if (!(capacity >= 0)) throw new Error(`a resource cannot have a capacity of ${capacity}`);
    if (changed.capacity === capacity) return;
    changed.capacity = capacity;
    this.markDirty(changed);
  }

  /** Ends a flow before its work is done. */
  removeFlow(flow: number): void {
    const slot = this.checked(flow);
    const event = this.table.event[slot] as number;
    if (event >= 0) this.kernel.cancel(event);
    this.detach(slot);
    this.table.release(slot);
  }

  rateOf(flow: number): number {
    return this.table.rate[this.checked(flow)] as number;
  }

  /** The resource that holds a flow back, or AT_CAP. */
  bottleneckOf(flow: number): number {
    return this.table.bottleneck[this.checked(flow)] as number;
  }

  /** Bytes still to do at the present instant. */
  remainingOf(flow: number): number {
    return this.remainingAt(this.checked(flow), this.kernel.nowMs);
  }

  /** How long each resource (or AT_CAP) has held this flow back, up to now, in the order in which they first did. */
  bottlenecksOf(flow: number): BottleneckTime[] {
    const { table } = this;
    const slot = this.checked(flow);
    this.accountBottleneck(slot);
    const present = table.bottleneck[slot] as number;
    const presentMs = table.bottleneckMs[slot] as number;
    const former = table.formerMs[slot];
    if (former === undefined) return presentMs > 0 ? [{ resource: present, ms: presentMs }] : [];
    const times: BottleneckTime[] = [];
    for (const [resource, ms] of former) times.push({ resource, ms: resource === present ? ms + presentMs : ms });
    if (presentMs > 0 && !former.has(present)) times.push({ resource: present, ms: presentMs });
    return times;
  }

  /** Gives every flow of a changed component its fair rate. Once per instant. */
  solve(): void {
    const { dirtyResources, touched } = this;
    const resources = this.dirtyResourceCount;
    if (resources === 0 && this.dirtyFlowCount === 0) return;
    if (this.flows.length < this.table.size) this.lengthenLists();
    this.dirtyResourceCount = 0;
    const first = ++this.stamp;
    this.solveStamp = first;
    this.touchedCount = 0;
    for (let i = 0; i < resources; i++) this.refreshBinding(dirtyResources[i] as Resource);
    const { dirtyFlows } = this;
    const flows = this.dirtyFlowCount;
    this.dirtyFlowCount = 0;
    for (let i = 0; i < resources; i++) {
      const resource = dirtyResources[i] as Resource;
      if (resource.binds && resource.mark < first) this.solveFrom(resource, -1);
    }
    for (let i = 0; i < flows; i++) {
      const slot = dirtyFlows[i] as number;
      const mark = this.table.mark[slot] as number;
      if (mark >= 0 && mark < first) this.solveFrom(null, slot);
    }
    const count = this.touchedCount;
    for (let i = 0; i < count; i++) this.measure(touched[i] as Resource);
    for (let i = 0; i < count; i++) this.hooks.resourceSolved((touched[i] as Resource).id, touched[i] as Resource);
  }

  /** A component has no more flows than there are slots. */
  private lengthenLists(): void {
    const { size } = this.table;
    this.flows = new Int32Array(size);
    this.queued = new Int32Array(size);
    this.next = new Int32Array(size);
  }

  /** Whether a changed resource ties its flows together from now on. */
  private refreshBinding(resource: Resource): void {
    resource.dirty = false;
    const binds = this.canBind(resource);
    // Flows that it no longer ties together go on in components of their own, each with new rates and its own next completion.
    if (resource.binds && !binds) for (let i = 0; i < resource.flowCount; i++) this.flowChanged(resource.flows[i] as number);
    if (resource.binds !== binds) this.bindingCount += binds ? 1 : -1;
    resource.binds = binds;
    this.touch(resource);
  }

  private solveFrom(resource: Resource | null, flow: number): void {
    this.stamp++;
    this.solveCount++;
    this.flowCount = 0;
    this.bindingSize = 0;
    if (resource !== null) this.visitResource(resource);
    else this.visitFlow(flow);
    for (let i = 0, j = 0; i < this.bindingSize || j < this.flowCount; ) {
      if (i < this.bindingSize) this.visitFlows(this.binding[i++] as Resource);
      else if (this.bindingSize < this.bindingCount) this.visitUses(this.flows[j++] as number);
      else break;
    }
    this.orderBinding();
    shareOut(this.table, this.flows, this.flowCount, this.binding, this.bindingSize, this.resources);
    this.applyRates();
  }

  /** Ascending by number. When the component holds a good part of all resources, picking them out in order is quicker than sorting. */
  private orderBinding(): void {
    const { binding, bindingSize, resources, stamp } = this;
    if (bindingSize * 8 < resources.length) {
      sortById(binding, bindingSize);
      return;
    }
    let count = 0;
    for (let i = 0; i < resources.length; i++) if ((resources[i] as Resource).mark === stamp) binding[count++] = resources[i] as Resource;
  }

  private visitResource(resource: Resource): void {
    if (!resource.binds || resource.mark === this.stamp) return;
    resource.mark = this.stamp;
    this.binding[this.bindingSize++] = resource;
  }

  private visitFlows({ flows, flowCount }: Resource): void {
    for (let i = 0; i < flowCount; i++) this.visitFlow(flows[i] as number);
  }

  private visitFlow(slot: number): void {
    if (this.table.mark[slot] === this.stamp) return;
    this.table.mark[slot] = this.stamp;
    this.flows[this.flowCount++] = slot;
  }

  private visitUses(slot: number): void {
    const { table } = this;
    const from = slot * table.stride;
    const to = from + (table.useCount[slot] as number);
    for (let use = from; use < to; use++) this.visitResource(this.resources[table.useResource[use] as number] as Resource);
  }

  /** Takes the new rates over where they differ, and schedules the flows of the component that finish first. */
  private applyRates(): void {
    const { table, flows, flowCount, queued, next } = this;
    let earliest = Infinity;
    let queuedCount = 0;
    let nextCount = 0;
    for (let i = 0; i < flowCount; i++) {
      const slot = flows[i] as number;
      const bottleneckChanged = table.nextBottleneck[slot] !== table.bottleneck[slot];
      const rateChanged = table.nextRate[slot] !== table.rate[slot];
      if (bottleneckChanged) this.changeBottleneck(slot);
      if (rateChanged) this.applyRate(slot);
      if (rateChanged || bottleneckChanged) this.touchUses(slot);
      if ((table.event[slot] as number) >= 0) queued[queuedCount++] = slot;
      const finish = table.finishMs[slot] as number;
      if (finish > earliest || finish === Infinity) continue;
      if (finish < earliest) nextCount = 0;
      earliest = finish;
      next[nextCount++] = slot;
    }
    for (let i = 0; i < queuedCount; i++) {
      const finish = table.finishMs[queued[i] as number] as number;
      if (finish > earliest || finish === Infinity) this.unschedule(queued[i] as number);
    }
    for (let i = 0; i < nextCount; i++) this.scheduleCompletion(next[i] as number, earliest);
  }

  private applyRate(slot: number): void {
    const { table } = this;
    const now = this.kernel.nowMs;
    const left = this.remainingAt(slot, now);
    const rate = table.nextRate[slot] as number;
    table.remaining[slot] = left;
    table.sinceMs[slot] = now;
    table.rate[slot] = rate;
    if (left === Infinity) return;
    const ms = Math.ceil(left / rate - ROUNDING_MS);
    table.finishMs[slot] = now + (ms > 1 ? ms : 1);
  }

  private scheduleCompletion(slot: number, atMs: number): void {
    const { table, kernel } = this;
    const event = table.event[slot] as number;
    if (event >= 0) kernel.reschedule(event, atMs);
    else table.event[slot] = kernel.scheduleRanked(atMs, EventClass.completion, table.sequence[slot] as number, this.completionKind, slot);
  }

  private unschedule(slot: number): void {
    this.kernel.cancel(this.table.event[slot] as number);
    this.table.event[slot] = -1;
  }

  private complete(slot: number): void {
    const { table } = this;
    table.event[slot] = -1;
    this.accountBottleneck(slot);
    table.remaining[slot] = 0;
    table.sinceMs[slot] = this.kernel.nowMs;
    this.hooks.completed(table.owner[slot] as number, slot);
    this.detach(slot);
    table.release(slot);
  }

  private remainingAt(slot: number, nowMs: number): number {
    const { table } = this;
    const left = (table.remaining[slot] as number) - (table.rate[slot] as number) * (nowMs - (table.sinceMs[slot] as number));
    return left > 0 ? left : 0;
  }

  private accountBottleneck(slot: number): void {
    const { table } = this;
    const now = this.kernel.nowMs;
    table.bottleneckMs[slot] = (table.bottleneckMs[slot] as number) + (now - (table.bottleneckSinceMs[slot] as number));
    table.bottleneckSinceMs[slot] = now;
  }

  private changeBottleneck(slot: number): void {
    const { table } = this;
    this.accountBottleneck(slot);
    const ms = table.bottleneckMs[slot] as number;
    if (ms > 0) {
      let former = table.formerMs[slot];
      if (former === undefined) {
        former = new Map();
        table.formerMs[slot] = former;
      }
      const bottleneck = table.bottleneck[slot] as number;
      former.set(bottleneck, (former.get(bottleneck) ?? 0) + ms);
      table.bottleneckMs[slot] = 0;
    }
    table.bottleneck[slot] = table.nextBottleneck[slot] as number;
  }

  private canBind(resource: Resource): boolean {
    const { flows, perByte, flowCount } = resource;
    const { cap } = this.table;
    let sum = 0;
    for (let i = 0; i < flowCount; i++) sum += (cap[flows[i] as number] as number) * (perByte[i] as number);
    return sum > resource.capacity;
  }

  private touchUses(slot: number): void {
    const { table } = this;
    const from = slot * table.stride;
    const to = from + (table.useCount[slot] as number);
    for (let use = from; use < to; use++) this.touch(this.resources[table.useResource[use] as number] as Resource);
  }

  private touch(resource: Resource): void {
    if (resource.measured === this.solveStamp) return;
    resource.measured = this.solveStamp;
    this.touched[this.touchedCount++] = resource;
  }

  private measure(resource: Resource): void {
    const { flows, perByte, flowCount, id } = resource;
    const { rate, elastic, bottleneck } = this.table;
    let load = 0;
    let queuedLoad = 0;
    let queuedFlows = 0;
    for (let i = 0; i < flowCount; i++) {
      const slot = flows[i] as number;
      const own = (rate[slot] as number) * (perByte[i] as number);
      load += own;
      if (bottleneck[slot] === id && elastic[slot] === 1) {
        queuedFlows++;
        queuedLoad += own;
      }
    }
    resource.load = load;
    resource.queuedFlows = queuedFlows;
    resource.queuedLoad = queuedLoad;
  }

  private attach(slot: number, uses: readonly ResourceUse[]): void {
    const { table } = this;
    const from = slot * table.stride;
    table.useCount[slot] = uses.length;
    for (let i = 0; i < uses.length; i++) {
      const use = uses[i] as ResourceUse;
      const resource = this.resources[use.resource] as Resource;
      table.useResource[from + i] = use.resource;
      table.usePerByte[from + i] = use.perByte;
      resource.add(slot, use.perByte);
      this.markDirty(resource);
    }
    this.flowChanged(slot);
  }

  private detach(slot: number): void {
    const { table } = this;
    const from = slot * table.stride;
    const to = from + (table.useCount[slot] as number);
    for (let use = from; use < to; use++) {
      const resource = this.resources[table.useResource[use] as number] as Resource;
      const place = this.placeOn(resource, slot);
      resource.removeAt(place);
      this.markDirty(resource);
    }
  }

  /** A resource's flows stand in the order of their creation. */
  private placeOn(resource: Resource, slot: number): number {
    const { flows, flowCount } = resource;
    const { sequence } = this.table;
    const wanted = sequence[slot] as number;
    let low = 0;
    let high = flowCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sequence[flows[middle] as number] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** It may come twice: nobody visits it twice. */
  private flowChanged(slot: number): void {
    if (this.dirtyFlowCount === this.dirtyFlows.length) this.dirtyFlows = longerInt(this.dirtyFlows, this.dirtyFlowCount * 2);
    this.dirtyFlows[this.dirtyFlowCount++] = slot;
  }

  private markDirty(resource: Resource): void {
    if (resource.dirty) return;
    resource.dirty = true;
    this.dirtyResources[this.dirtyResourceCount++] = resource;
  }

  private checked(flow: number): number {
    if (!this.table.isLive(flow)) throw new Error(`flow ${flow} is not in the network`);
    return flow;
  }
}

/** Up to here a list is sorted by insertion, which needs no memory. */
const FEW = 32;

/** Sorts the first so many resources by number. */
function sortById(resources: Resource[], count: number): void {
  if (count > FEW) {
    resources.length = count;
    resources.sort((a, b) => a.id - b.id);
    return;
  }
  for (let i = 1; i < count; i++) {
    const resource = resources[i] as Resource;
    let place = i;
    for (; place > 0 && (resources[place - 1] as Resource).id > resource.id; place--) resources[place] = resources[place - 1] as Resource;
    resources[place] = resource;
  }
}

function checkSpec(weight: number, cap: number, bytes: number, uses: readonly ResourceUse[]): void {
  if (!(weight > 0) || !(cap >= 0) || !(bytes >= 0)) throw new Error(`a flow needs a weight above 0, and a cap: ${weight}, ${cap}, ${bytes}`);
  if (uses.length === 0) throw new Error('a flow must cross at least one resource');
}
