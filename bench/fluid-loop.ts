/**
 * A bare fluid loop: the transfers and merges of a large estate as flows over the same datastores, hosts, proxies and repositories, with the same costs and
 * caps, shared max-min fairly by progressive filling; slots, and an indexed heap of completions. No log, no space, no stages, no guests, no causes. It has
 * the levers that matter (ENGINE.md of the design): all of one instant is solved once, a component at a time, and resources that cannot bind tie nothing
 * together.
 */
import { CompletionHeap } from './completion-heap.ts';

export interface FluidFlow {
  bytes: number;
  /** Bytes per millisecond. */
  cap: number;
  resources: readonly number[];
  /** Resource units per byte, by place in `resources`. */
  costs: readonly number[];
}

export interface FluidTask {
  dueMs: number;
  repository: number;
}

export interface FluidEstate {
  /** By resource, in units per millisecond. */
  capacities: readonly number[];
  repositorySlots: readonly number[];
  proxySlots: readonly number[];
  transfer(task: number, proxy: number): FluidFlow;
  /** null: there is nothing to merge. */
  merge(task: number): FluidFlow | null;
}

export interface FluidFigures {
  lastTransferMs: number;
  lastMergeMs: number;
  solves: number;
}

/** Runs all tasks, which come in the order in which they are due. */
export function fluidLoop(tasks: readonly FluidTask[], estate: FluidEstate): FluidFigures {
  const network = new Network(2 * tasks.length, estate.capacities);
  const repositoryFree = [...estate.repositorySlots];
  const proxyFree = [...estate.proxySlots];
  const proxyOf = new Int32Array(tasks.length);
  const waiting = estate.repositorySlots.map((): { tasks: number[]; next: number } => ({ tasks: [], next: 0 }));
  const figures: FluidFigures = { lastTransferMs: 0, lastMergeMs: 0, solves: 0 };
  let due = 0;

  /** Transfers have the even numbers, merges the odd ones. */
  const completed = (flow: number, nowMs: number): void => {
    const task = flow >> 1;
    network.end(flow);
    if (flow % 2 === 1) {
      figures.lastMergeMs = nowMs;
      return;
    }
    figures.lastTransferMs = nowMs;
    add(proxyFree, proxyOf[task] as number, 1);
    add(repositoryFree, (tasks[task] as FluidTask).repository, 1);
    const merge = estate.merge(task);
    if (merge !== null) network.begin(flow + 1, merge, nowMs);
  };

  const admit = (nowMs: number): void => {
    for (let repository = 0; repository < waiting.length; repository++) {
      const queue = waiting[repository] as { tasks: number[]; next: number };
      while (queue.next < queue.tasks.length && (repositoryFree[repository] as number) > 0) {
        const proxy = indexOfMost(proxyFree);
        if ((proxyFree[proxy] as number) <= 0) break;
        const task = queue.tasks[queue.next++] as number;
        add(repositoryFree, repository, -1);
        add(proxyFree, proxy, -1);
        proxyOf[task] = proxy;
        network.begin(2 * task, estate.transfer(task, proxy), nowMs);
      }
    }
  };

  while (due < tasks.length || network.heap.size > 0) {
    const dueMs = due < tasks.length ? (tasks[due] as FluidTask).dueMs : Number.POSITIVE_INFINITY;
    const nowMs = network.heap.size > 0 ? Math.min(dueMs, network.heap.firstTime()) : dueMs;
    while (network.heap.size > 0 && network.heap.firstTime() === nowMs) completed(network.heap.pop(), nowMs);
    for (; due < tasks.length && (tasks[due] as FluidTask).dueMs === nowMs; due++) waiting[(tasks[due] as FluidTask).repository]?.tasks.push(due);
    admit(nowMs);
    network.solve(nowMs);
  }
  figures.solves = network.solves;
  return figures;
}

interface Resource {
  readonly capacity: number;
  /** Flows that cross it, and what each costs per byte. */
  readonly flows: number[];
  readonly costs: number[];
  /** It may hold somebody back: at their caps its flows would ask for more than it has. */
  binds: boolean;
  dirty: boolean;
  mark: number;
  /** Of the filling under way. */
  room: number;
  open: number;
  openFlows: number;
}

class Network {
  readonly heap: CompletionHeap;
  solves = 0;
  private readonly resources: readonly Resource[];
  private readonly specs: FluidFlow[] = [];
  private readonly left: Float64Array;
  private readonly rate: Float64Array;
  private readonly sinceMs: Float64Array;
  private readonly marks: Int32Array;
  private readonly dirty: Resource[] = [];
  /** Flows that may have to be given a rate of their own. */
  private readonly loose: number[] = [];
  private stamp = 0;
  /** The component under way. */
  private readonly flows: number[] = [];
  private readonly binding: Resource[] = [];

  constructor(flows: number, capacities: readonly number[]) {
    this.heap = new CompletionHeap(flows);
    this.left = new Float64Array(flows);
    this.rate = new Float64Array(flows);
    this.sinceMs = new Float64Array(flows);
    this.marks = new Int32Array(flows);
    this.resources = capacities.map((capacity) => {
      const resource: Resource = { capacity, flows: [], costs: [], binds: false, dirty: false, mark: 0, room: 0, open: 0, openFlows: 0 };
      return resource;
    });
  }

  begin(flow: number, spec: FluidFlow, nowMs: number): void {
    this.specs[flow] = spec;
    this.left[flow] = spec.bytes;
    this.sinceMs[flow] = nowMs;
    this.loose.push(flow);
    for (let i = 0; i < spec.resources.length; i++) {
      const resource = this.resources[spec.resources[i] as number] as Resource;
      resource.flows.push(flow);
      resource.costs.push(spec.costs[i] as number);
      this.touch(resource);
    }
  }

  end(flow: number): void {
    for (const number of (this.specs[flow] as FluidFlow).resources) {
      const resource = this.resources[number] as Resource;
      const place = resource.flows.indexOf(flow);
      const lastFlow = resource.flows.pop() as number;
      const lastCost = resource.costs.pop() as number;
      if (place < resource.flows.length) {
        resource.flows[place] = lastFlow;
        resource.costs[place] = lastCost;
      }
      this.touch(resource);
    }
  }

  /** New rates for every component about which something has changed. */
  solve(nowMs: number): void {
    const before = this.stamp;
    for (const resource of this.dirty) {
      const bound = resource.binds;
      resource.binds = this.canBind(resource);
      resource.dirty = false;
      if (bound || resource.binds) this.loose.push(...resource.flows);
    }
    this.dirty.length = 0;
    for (const flow of this.loose) if ((this.marks[flow] as number) <= before) this.solveFrom(flow, nowMs);
    this.loose.length = 0;
  }

  private touch(resource: Resource): void {
    if (resource.dirty) return;
    resource.dirty = true;
    this.dirty.push(resource);
  }

  private canBind({ flows, costs, capacity }: Resource): boolean {
    let asked = 0;
    for (let i = 0; i < flows.length; i++) asked += (this.specs[flows[i] as number] as FluidFlow).cap * (costs[i] as number);
    return asked > capacity;
  }

  private solveFrom(first: number, nowMs: number): void {
    const { flows, binding } = this;
    this.solves++;
    const stamp = ++this.stamp;
    flows.length = 0;
    binding.length = 0;
    this.marks[first] = stamp;
    flows.push(first);
    for (let i = 0; i < flows.length; i++) {
      for (const number of (this.specs[flows[i] as number] as FluidFlow).resources) {
        const resource = this.resources[number] as Resource;
        if (!resource.binds || resource.mark === stamp) continue;
        resource.mark = stamp;
        binding.push(resource);
        for (const flow of resource.flows) {
          if (this.marks[flow] === stamp) continue;
          this.marks[flow] = stamp;
          flows.push(flow);
        }
      }
    }
    this.fill(nowMs);
  }

  /** Progressive filling: one level rises for all open flows until a resource or a cap binds. */
  private fill(nowMs: number): void {
    const { binding } = this;
    for (const resource of binding) {
      resource.room = resource.capacity;
      resource.open = 0;
      resource.openFlows = resource.flows.length;
      for (const cost of resource.costs) resource.open += cost;
    }
    let open = [...this.flows];
    while (open.length > 0) {
      let level = Number.POSITIVE_INFINITY;
      let tightest: Resource | null = null;
      for (const resource of binding) {
        if (resource.openFlows === 0) continue;
        const own = Math.max(0, resource.room / resource.open);
        if (own >= level) continue;
        level = own;
        tightest = resource;
      }
      const capped = open.filter((flow) => (this.specs[flow] as FluidFlow).cap <= level);
      const fixed = capped.length > 0 ? capped : open.filter((flow) => tightest?.flows.includes(flow));
      for (const flow of fixed) this.fix(flow, Math.min(level, (this.specs[flow] as FluidFlow).cap), nowMs);
      open = open.filter((flow) => !fixed.includes(flow));
    }
  }

  private fix(flow: number, rate: number, nowMs: number): void {
    const { resources, costs } = this.specs[flow] as FluidFlow;
    for (let i = 0; i < resources.length; i++) {
      const resource = this.resources[resources[i] as number] as Resource;
      if (!resource.binds) continue;
      resource.room -= rate * (costs[i] as number);
      resource.open -= costs[i] as number;
      resource.openFlows--;
    }
    if (rate === this.rate[flow]) return;
    const left = (this.left[flow] as number) - (this.rate[flow] as number) * (nowMs - (this.sinceMs[flow] as number));
    this.left[flow] = left > 0 ? left : 0;
    this.sinceMs[flow] = nowMs;
    this.rate[flow] = rate;
    // Whole milliseconds, as the simulator has them: what ends in one instant is solved together.
    this.heap.set(flow, nowMs + Math.max(1, Math.ceil((this.left[flow] as number) / rate - 1e-6)));
  }
}

function add(counts: number[], place: number, change: number): void {
  counts[place] = (counts[place] as number) + change;
}

function indexOfMost(values: readonly number[]): number {
  let most = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[most] as number)) most = i;
  return most;
}
