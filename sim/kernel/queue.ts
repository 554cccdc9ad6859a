/**
 * The pending events, totally ordered by (time, round, class, sequence): a heap with four children to a node over parallel arrays, indexed so that an entry
 * can be moved or cancelled where it stands. Times stand in the order of the heap, the children of a node side by side, so that most comparisons touch one
 * line of memory. An entry is a slot number; it belongs to the caller until the entry is popped or cancelled.
 */

const FIRST_LENGTH = 1024;

/** Classes lie below this. */
const CLASSES = 8;

export class EventQueue {
  size = 0;
  /** By place in the heap. */
  private times = new Float64Array(FIRST_LENGTH);
  private heap = new Int32Array(FIRST_LENGTH);
  /** By slot. Ranks are round x CLASSES + class. */
  private ranks = new Float64Array(FIRST_LENGTH);
  private sequences = new Float64Array(FIRST_LENGTH);
  private kinds = new Int32Array(FIRST_LENGTH);
  private subjects = new Int32Array(FIRST_LENGTH);
  /** Where a slot stands in the heap; -1: free. */
  private places = new Int32Array(FIRST_LENGTH).fill(-1);
  private free: number[] = [];
  private used = 0;
  private nextSequence = 0;

  /** Adds an entry and returns its slot. `sequence` is its rank by creation, from `takeSequence`. */
  add(atMs: number, round: number, eventClass: number, kind: number, subject: number, sequence = this.nextSequence++): number {
    const slot = this.free.pop() ?? this.newSlot();
    this.ranks[slot] = round * CLASSES + eventClass;
    this.sequences[slot] = sequence;
    this.kinds[slot] = kind;
    this.subjects[slot] = subject;
    this.rise(this.size++, atMs, slot);
    return slot;
  }

  /** Reserves a rank for something whose event is added later. */
  takeSequence(): number {
    return this.nextSequence++;
  }

  /** Gives an entry another time; its sequence stays, so it keeps its rank among those of one instant. */
  move(slot: number, atMs: number, round: number): void {
    const place = this.placeOf(slot);
    this.ranks[slot] = round * CLASSES + ((this.ranks[slot] as number) % CLASSES);
    this.put(place, atMs, slot);
  }

  cancel(slot: number): void {
    this.removeAt(this.placeOf(slot));
  }

  /** Time of the first entry; the queue must not be empty. */
  firstTime(): number {
    return this.times[0] as number;
  }

  /** Round of the first entry; the queue must not be empty. */
  firstRound(): number {
    return this.roundOf(this.heap[0] as number);
  }

  /** Takes the first entry out. Its fields stay readable until the next `add`. */
  pop(): number {
    const slot = this.heap[0] as number;
    this.removeAt(0);
    return slot;
  }

  roundOf(slot: number): number {
    return Math.floor((this.ranks[slot] as number) / CLASSES);
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
    this.places[slot] = -1;
    this.free.push(slot);
    if (place < this.size) this.put(place, this.times[this.size] as number, this.heap[this.size] as number);
  }

  /** Puts an entry where another stood, and from there to where it belongs. */
  private put(place: number, time: number, slot: number): void {
    if (place > 0 && this.precedes(time, slot, (place - 1) >> 2)) this.rise(place, time, slot);
    else this.sink(place, time, slot);
  }

  private rise(from: number, time: number, slot: number): void {
    const { times, heap, places } = this;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (!this.precedes(time, slot, parent)) break;
      const other = heap[parent] as number;
      times[place] = times[parent] as number;
      heap[place] = other;
      places[other] = place;
      place = parent;
    }
    times[place] = time;
    heap[place] = slot;
    places[slot] = place;
  }

  private sink(from: number, time: number, slot: number): void {
    const { times, heap, places, size } = this;
    let place = from;
    for (;;) {
      const first = place * 4 + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let child = first;
      let least = times[first] as number;
      for (let other = first + 1; other < end; other++) {
        const own = times[other] as number;
        if (own > least || (own === least && !this.ranksBefore(heap[other] as number, heap[child] as number))) continue;
        child = other;
        least = own;
      }
      const moved = heap[child] as number;
      if (time < least || (time === least && this.ranksBefore(slot, moved))) break;
      times[place] = least;
      heap[place] = moved;
      places[moved] = place;
      place = child;
    }
    times[place] = time;
    heap[place] = slot;
    places[slot] = place;
  }

  /** Whether an entry comes before the one at a place. */
  private precedes(time: number, slot: number, place: number): boolean {
    const other = this.times[place] as number;
    return time < other || (time === other && this.ranksBefore(slot, this.heap[place] as number));
  }

  /** The order of two entries of one instant. */
  private ranksBefore(a: number, b: number): boolean {
    const rank = (this.ranks[a] as number) - (this.ranks[b] as number);
    return rank !== 0 ? rank < 0 : (this.sequences[a] as number) < (this.sequences[b] as number);
  }

  private newSlot(): number {
    if (this.used === this.kinds.length) this.grow();
    return this.used++;
  }

  private grow(): void {
    const length = this.kinds.length * 2;
    const places = new Int32Array(length).fill(-1);
    places.set(this.places);
    this.places = places;
    this.times = copy(this.times, new Float64Array(length));
    this.sequences = copy(this.sequences, new Float64Array(length));
    this.ranks = copy(this.ranks, new Float64Array(length));
    this.kinds = copy(this.kinds, new Int32Array(length));
    this.subjects = copy(this.subjects, new Int32Array(length));
    this.heap = copy(this.heap, new Int32Array(length));
  }
}

function copy<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
