/** A shared resource: its capacity, the flows that cross it, and its part in a solve. */

/** What a resource carries after a solve. */
export interface ResourceState {
  capacity: number;
  /** In resource units per millisecond. */
  load: number;
  /** Elastic flows that this resource holds back, and their part of the load. */
  queuedFlows: number;
  queuedLoad: number;
}

export class Resource implements ResourceState {
  readonly id: number;
  capacity: number;
  load = 0;
  queuedFlows = 0;
  queuedLoad = 0;
  /** Slots of its flows in the order of their creation, and what each consumes per byte. */
  readonly flows: number[] = [];
  readonly perByte: number[] = [];
  /** Its flows' caps add up to more than its capacity: it may hold flows back, and so couples their rates. */
  binds = false;
  dirty = false;
  /** Number of the solve that last visited it, and of the one that last measured it. */
  mark = 0;
  measured = 0;

  constructor(id: number, capacity: number) {
    this.id = id;
    this.capacity = capacity;
  }
}
