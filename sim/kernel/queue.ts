/**
 * The pending events, totally ordered by (time, round, class, sequence): a binary heap over parallel arrays, indexed so that an entry can be moved or
 * cancelled where it stands. An entry is a slot number; it belongs to the caller until the entry is popped or cancelled.
 */
export class EventQueue {
  private times = new Float64Array(1024);
  private rounds = new Int32Array(1024);
  private classes = new Int32Array(1024);
  private sequences = new Float64Array(1024);
  private kinds = new Int32Array(1024);
  private subjects = new Int32Array(1024);
  /** Where a slot stands in the heap; -1: free. */
  private places = new Int32Array(1024).fill(-1);
  private heap = new Int32Array(1024);
  private free: number[] = [];
  private used = 0;
  private nextSequence = 0;
  size = 0;

  /** Adds an entry and returns its slot. `sequence` is its rank by creation, from `takeSequence`. */
  add(atMs: number, round: number, eventClass: number, kind: number, subject: number, sequence = this.nextSequence++): number {
    const slot = this.free.pop() ?? this.newSlot();
    this.times[slot] = atMs;
    this.rounds[slot] = round;
    this.classes[slot] = eventClass;
    this.sequences[slot] = sequence;
    this.kinds[slot] = kind;
    this.subjects[slot] = subject;
    this.places[slot] = this.size;
    this.heap[this.size] = slot;
    this.size++;
    this.rise(this.size - 1);
    return slot;
  }

  /** Reserves a rank for something whose event is added later. */
  takeSequence(): number {
    return this.nextSequence++;
  }

  /** Gives an entry another time; its sequence stays, so it keeps its rank among those of one instant. */
  move(slot: number, atMs: number, round: number): void {
    const place = this.placeOf(slot);
    this.times[slot] = atMs;
    this.rounds[slot] = round;
    this.rise(place);
    this.sink(this.places[slot] as number);
  }

  cancel(slot: number): void {
    const place = this.placeOf(slot);
    this.removeAt(place);
  }

  /** The slot of the first entry; the queue must not be empty. */
  first(): number {
    return this.heap[0] as number;
  }

  /** Takes the first entry out. Its fields stay readable until the next `add`. */
  pop(): number {
    const slot = this.first();
    this.removeAt(0);
    return slot;
  }

  timeOf(slot: number): number {
    return this.times[slot] as number;
  }

  roundOf(slot: number): number {
    return this.rounds[slot] as number;
  }

  kindOf(slot: number): number {
    return this.kinds[slot] as number;
  }

  subjectOf(slot: number): number {
    return this.subjects[slot] as number;
  }

  private placeOf(slot: number): number {
    const place = this.places[slot] as number;
    if (!(place >= 0)) throw new Error(`event slot ${slot} is not pending`);
    return place;
  }

  private removeAt(place: number): void {
    const slot = this.heap[place] as number;
    this.size--;
    const last = this.heap[this.size] as number;
    this.places[slot] = -1;
    this.free.push(slot);
    if (place === this.size) return;
    this.heap[place] = last;
    this.places[last] = place;
    this.rise(place);
    this.sink(this.places[last] as number);
  }

  private before(a: number, b: number): boolean {
    const time = (this.times[a] as number) - (this.times[b] as number);
    if (time !== 0) return time < 0;
    const round = (this.rounds[a] as number) - (this.rounds[b] as number);
    if (round !== 0) return round < 0;
    const eventClass = (this.classes[a] as number) - (this.classes[b] as number);
    if (eventClass !== 0) return eventClass < 0;
    return (this.sequences[a] as number) < (this.sequences[b] as number);
  }

  private rise(start: number): void {
    const heap = this.heap;
    const slot = heap[start] as number;
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = heap[parent] as number;
      if (!this.before(slot, other)) break;
      heap[place] = other;
      this.places[other] = place;
      place = parent;
    }
    heap[place] = slot;
    this.places[slot] = place;
  }

  private sink(start: number): void {
    const heap = this.heap;
    const slot = heap[start] as number;
    let place = start;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.before(heap[child + 1] as number, heap[child] as number)) child++;
      const other = heap[child] as number;
      if (!this.before(other, slot)) break;
      heap[place] = other;
      this.places[other] = place;
      place = child;
    }
    heap[place] = slot;
    this.places[slot] = place;
  }

  private newSlot(): number {
    if (this.used === this.times.length) this.grow();
    return this.used++;
  }

  private grow(): void {
    const length = this.times.length * 2;
    const places = new Int32Array(length).fill(-1);
    places.set(this.places);
    this.places = places;
    this.times = copy(this.times, new Float64Array(length));
    this.sequences = copy(this.sequences, new Float64Array(length));
    this.rounds = copy(this.rounds, new Int32Array(length));
    this.classes = copy(this.classes, new Int32Array(length));
    this.kinds = copy(this.kinds, new Int32Array(length));
    this.subjects = copy(this.subjects, new Int32Array(length));
    this.heap = copy(this.heap, new Int32Array(length));
  }
}

function copy<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
