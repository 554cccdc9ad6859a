/**
 * The least that a program must do for the tasks of a large estate: each repository serves its tasks in their order, so many at a time, each with an equal
 * part of its bandwidth, the rates set anew whenever one begins or ends; an indexed heap of completions. No log, no space, no stages, no guests.
 */

export interface FluidTask {
  dueMs: number;
  bytes: number;
  repository: number;
}

export interface FluidRepository {
  bytesPerMs: number;
  slots: number;
}

/** Runs all tasks; returns the instant of the last completion. Tasks must come in the order in which they are due. */
export function fluidLoop(tasks: readonly FluidTask[], repositories: readonly FluidRepository[]): number {
  const heap = new CompletionHeap(tasks.length);
  const left = Float64Array.from(tasks, (task) => task.bytes);
  const rate = new Float64Array(tasks.length);
  const since = new Float64Array(tasks.length);
  const active: number[][] = repositories.map(() => []);
  const waiting = repositories.map((): { tasks: number[]; next: number } => ({ tasks: [], next: 0 }));
  let due = 0;
  let now = 0;

  /** Starts what fits, then gives every active task of the repository its new rate and completion. */
  function share(index: number): void {
    const { bytesPerMs, slots } = repositories[index] as FluidRepository;
    const queue = waiting[index] as { tasks: number[]; next: number };
    const running = active[index] as number[];
    while (running.length < slots && queue.next < queue.tasks.length) {
      const task = queue.tasks[queue.next++] as number;
      since[task] = now;
      running.push(task);
    }
    for (const task of running) {
      left[task] = Math.max(0, (left[task] as number) - (rate[task] as number) * (now - (since[task] as number)));
      since[task] = now;
      rate[task] = bytesPerMs / running.length;
      heap.set(task, now + (left[task] as number) / (rate[task] as number));
    }
  }

  while (due < tasks.length || heap.size > 0) {
    const next = due < tasks.length ? (tasks[due] as FluidTask).dueMs : Number.POSITIVE_INFINITY;
    if (heap.size === 0 || next <= heap.firstTime()) {
      now = next;
      const touched = new Set<number>();
      for (; due < tasks.length && (tasks[due] as FluidTask).dueMs === now; due++) {
        const { repository } = tasks[due] as FluidTask;
        waiting[repository]?.tasks.push(due);
        touched.add(repository);
      }
      for (const repository of touched) share(repository);
    } else {
      now = heap.firstTime();
      const task = heap.pop();
      const { repository } = tasks[task] as FluidTask;
      const running = active[repository] as number[];
      running[running.indexOf(task)] = running.at(-1) as number;
      running.pop();
      share(repository);
    }
  }
  return now;
}

/** A binary heap of tasks by completion, indexed so that a new rate moves an entry. */
class CompletionHeap {
  size = 0;
  private readonly times: Float64Array;
  private readonly heap: Int32Array;
  /** Where a task stands in the heap; -1: nowhere. */
  private readonly places: Int32Array;

  constructor(tasks: number) {
    this.times = new Float64Array(tasks);
    this.heap = new Int32Array(tasks);
    this.places = new Int32Array(tasks).fill(-1);
  }

  firstTime(): number {
    return this.times[this.heap[0] as number] as number;
  }

  set(task: number, time: number): void {
    this.times[task] = time;
    const place = this.places[task] as number;
    this.rise(place >= 0 ? place : this.size++, task);
    this.sink(this.places[task] as number, task);
  }

  pop(): number {
    const first = this.heap[0] as number;
    this.places[first] = -1;
    this.size--;
    if (this.size > 0) this.sink(0, this.heap[this.size] as number);
    return first;
  }

  private rise(from: number, task: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.heap[parent] as number;
      if ((this.times[other] as number) <= (this.times[task] as number)) break;
      this.put(place, other);
      place = parent;
    }
    this.put(place, task);
  }

  private sink(from: number, task: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.timeAt(child + 1) < this.timeAt(child)) child++;
      if ((this.times[task] as number) <= this.timeAt(child)) break;
      this.put(place, this.heap[child] as number);
      place = child;
    }
    this.put(place, task);
  }

  private timeAt(place: number): number {
    return this.times[this.heap[place] as number] as number;
  }

  private put(place: number, task: number): void {
    this.heap[place] = task;
    this.places[task] = place;
  }
}
