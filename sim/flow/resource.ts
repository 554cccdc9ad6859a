/** A shared resource: its capacity, the flows that cross it, and its part in a solve. */
import { longer, longerInt } from './flow-table.ts';

/** What a resource carries after a solve. */
export interface ResourceState {
  capacity: number;
  /** In resource units per millisecond. */
  load: number;
  /** Elastic flows that this resource holds back, and their part of the load. */
  queuedFlows: number;
  queuedLoad: number;
}

const FIRST_SIZE = 4;
/** Most resources of a large estate are never crossed. */
const NO_FLOWS = new Int32Array(0);
const NOTHING = new Float64Array(0);

/**
 * What changes is set by the constructor, not where it is declared: engines take a field that was only declared with a value for a constant until it changes,
 * and compile that in. Many a resource binds for the first time after dozens of runs.
 */
export class Resource implements ResourceState {
  readonly id: number;
  capacity: number;
  /** NaN: not solved yet. (As 0 they would be kept as whole numbers, and the first fraction would cost all compiled code that reads them.) */
  load = Number.NaN;
  queuedLoad = Number.NaN;
  queuedFlows: number;
  /** Slots of its flows in the order of their creation, and what each consumes per byte; the first `flowCount` count. */
  flows = NO_FLOWS;
  perByte = NOTHING;
  flowCount: number;
  /** Its flows' caps add up to more than its capacity: it may hold flows back, and so couples their rates. */
  binds: boolean;
  dirty: boolean;
  /** Number of the solve that last visited it, and of the one that last measured it. */
  mark: number;
  measured: number;

  constructor(id: number, capacity: number) {
    this.id = id;
    this.capacity = capacity;
    this.queuedFlows = 0;
    this.flowCount = 0;
    this.binds = false;
    this.dirty = false;
    this.mark = 0;
    this.measured = 0;
  }

  /** Adds the flow that was created last. */
  add(slot: number, perByte: number): void {
    if (this.flowCount === this.flows.length) this.lengthen();
    this.flows[this.flowCount] = slot;
    this.perByte[this.flowCount] = perByte;
    this.flowCount++;
  }

  removeAt(place: number): void {
    const { flows, perByte } = this;
    this.flowCount--;
    for (let at = place; at < this.flowCount; at++) {
      flows[at] = flows[at + 1] as number;
      perByte[at] = perByte[at + 1] as number;
    }
  }

  private lengthen(): void {
    const size = Math.max(FIRST_SIZE, this.flowCount * 2);
    this.flows = longerInt(this.flows, size);
    this.perByte = longer(this.perByte, size);
  }
}
