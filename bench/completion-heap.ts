/** A binary heap of numbered things by completion, indexed so that a new rate moves an entry. */
export class CompletionHeap {
  size = 0;
  private readonly times: Float64Array;
  private readonly heap: Int32Array;
  /** Where one stands in the heap; -1: nowhere. */
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
