/**
 * Work on repositories besides the writing of backups: merges, synthetic fulls, collections of garbage, verifications, copies, restores. A work waits until it
 * can take a slot on each of its repositories, in the order in which works were asked for and after the tasks that wait there; then it is one or more flows.
 */
import type { SlotPool } from '../estate/host.ts';
import type { ResourceUse } from '../flow/network.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';

export interface WorkFlow {
  bytes: number;
  /** Bytes per millisecond; Infinity: none. */
  cap: number;
  uses: readonly ResourceUse[];
}

export interface Work {
  /** Where it takes a slot; the first is the one at which it queues. */
  readonly repositories: readonly [Repository, ...Repository[]];
  /** While it is under way: its flows by their owners. Replaced, not changed: most works never have any. */
  flows: ReadonlyMap<number, number>;
  /** It has its slots. Returns the flows to wait for; null: there is nothing to do, or it cannot be done. */
  begin(): readonly WorkFlow[] | null;
  /** Its last flow is done; its slots are free after this call. Not called when `begin` gave null. */
  end(): void;
}

interface Waiting {
  number: number;
  work: Work;
}

/** What waits at one repository, and the place up to which it has been looked at. */
interface Line {
  slots: SlotPool;
  queue: Waiting[];
  at: number;
}

export const NO_FLOWS: ReadonlyMap<number, number> = new Map();

export class Works {
  private readonly world: World;
  /** By the repository at which they wait, in the order in which they were asked for; each with its number in the order of all. */
  private readonly queues = new Map<Repository, Waiting[]>();
  private waiting = 0;
  private asked = 0;
  /** By the owners of their flows, which are negative. */
  private readonly running = new Map<number, Work>();
  private nextOwner = -1;

  constructor(world: World) {
    this.world = world;
  }

  /** A work is to be done as soon as it has its slots. */
  ask(work: Work): void {
    const [at] = work.repositories;
    const entry = { number: this.asked++, work };
    const queue = this.queues.get(at);
    if (queue === undefined) this.queues.set(at, [entry]);
    else queue.push(entry);
    this.waiting++;
  }

  /** Starts whatever has its slots, first come first served, wherever it waits; returns whether anything did. */
  scan(): boolean {
    if (this.waiting === 0) return false;
    let started = false;
    const lines = [...this.queues].map(([{ slots }, queue]): Line => ({ slots, queue, at: 0 }));
    for (let line = nextOf(lines); line !== null; line = nextOf(lines)) {
      const { work } = line.queue[line.at] as Waiting;
      if (work.repositories.some(({ slots }) => slots.free <= 0)) line.at++;
      else {
        line.queue.splice(line.at, 1);
        this.waiting--;
        this.begin(work);
        started = true;
      }
    }
    return started;
  }

  /** A flow with a negative owner has done its work. */
  flowCompleted(owner: number): void {
    const work = this.running.get(owner) as Work;
    this.running.delete(owner);
    work.flows = new Map([...work.flows].filter(([other]) => other !== owner));
    if (work.flows.size > 0) return;
    work.end();
    this.release(work);
  }

  /** Ends a work that has begun before it is done; its `end` is not called. */
  cancel(work: Work): void {
    for (const [owner, flow] of work.flows) {
      this.world.network.removeFlow(flow);
      this.running.delete(owner);
    }
    work.flows = NO_FLOWS;
    this.release(work);
  }

  private begin(work: Work): void {
    for (const { slots } of work.repositories) slots.used++;
    // Tasks that wait may lack something else from now on.
    this.world.admission.dirty = true;
    const flows = work.begin();
    if (flows === null) {
      this.release(work);
      return;
    }
    const begun = new Map<number, number>();
    work.flows = begun;
    for (const { bytes, cap, uses } of flows) {
      const owner = this.nextOwner--;
      begun.set(owner, this.world.network.addFlow({ weight: 1, cap, bytes, uses, elastic: true, owner }));
      this.running.set(owner, work);
    }
  }

  private release(work: Work): void {
    for (const { slots } of work.repositories) slots.used--;
    this.world.admission.dirty = true;
  }
}

/** The line in which the work waits that was asked for first, of those that have a slot and have not been looked through; null: there is none. */
function nextOf(lines: readonly Line[]): Line | null {
  let next: Line | null = null;
  let first = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const number = line.slots.free > 0 ? (line.queue[line.at]?.number ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    if (number >= first) continue;
    first = number;
    next = line;
  }
  return next;
}
