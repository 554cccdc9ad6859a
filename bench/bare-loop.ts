/**
 * The least that an event loop does: a binary heap ordered by (time, sequence), and a switch. No cancelling, no ranks, no hooks. As an engine likes it:
 * functions of the module over arrays of numbers, the time beside the slot so that most comparisons touch one array.
 */

const TIMEOUT = 0;

let times = new Float64Array(0);
let slots = new Int32Array(0);
/** By slot. */
let sequences = new Float64Array(0);
let kinds = new Int32Array(0);
let subjects = new Int32Array(0);
let size = 0;

/** So many timeouts of `pending` subjects that take their waits in turn from a table; returns the last instant. */
export function bareLoop(timeouts: number, pending: number, table: Int32Array): number {
  times = new Float64Array(pending);
  slots = new Int32Array(pending);
  sequences = new Float64Array(pending);
  kinds = new Int32Array(pending);
  subjects = new Int32Array(pending);
  size = 0;
  let scheduled = 0;
  let now = 0;
  for (let subject = 0; subject < pending; subject++) push(subject, table[scheduled % table.length] as number, scheduled++, TIMEOUT, subject);
  while (size > 0) {
    now = times[0] as number;
    const slot = slots[0] as number;
    pop();
    switch (kinds[slot]) {
      case TIMEOUT:
        if (scheduled < timeouts) push(slot, now + (table[scheduled % table.length] as number), scheduled++, TIMEOUT, subjects[slot] as number);
        break;
    }
  }
  return now;
}

function push(slot: number, time: number, sequence: number, kind: number, subject: number): void {
  sequences[slot] = sequence;
  kinds[slot] = kind;
  subjects[slot] = subject;
  let place = size++;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = times[parent] as number;
    // A new entry has the highest sequence: among equals it stays below.
    if (above <= time) break;
    times[place] = above;
    slots[place] = slots[parent] as number;
    place = parent;
  }
  times[place] = time;
  slots[place] = slot;
}

function pop(): void {
  size--;
  const time = times[size] as number;
  const slot = slots[size] as number;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    if (child + 1 < size && before(child + 1, times[child] as number, slots[child] as number)) child++;
    if (!before(child, time, slot)) break;
    times[place] = times[child] as number;
    slots[place] = slots[child] as number;
    place = child;
  }
  times[place] = time;
  slots[place] = slot;
}

function before(place: number, time: number, slot: number): boolean {
  const own = times[place] as number;
  return own < time || (own === time && (sequences[slots[place] as number] as number) < (sequences[slot] as number));
}
