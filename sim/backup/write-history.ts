/** When a disk had been written how far: V by its moments. Between two notes it was written evenly, so a note at each change of pace makes it exact. */
export interface WriteNote {
  atMs: number;
  /** V, bytes. */
  written: number;
}

export class WriteHistory {
  private notes: WriteNote[];

  constructor(first: WriteNote) {
    this.notes = [first];
  }

  note(atMs: number, written: number): void {
    this.notes.push({ atMs, written });
  }

  /** Nothing before this moment is asked for any more. */
  restart(atMs: number, written: number): void {
    this.notes = [{ atMs, written }];
  }

  /** The notes behind one amount of written bytes and up to another, which must not be before what was asked for last. */
  between(fromBytes: number, toBytes: number): readonly WriteNote[] {
    return this.notes.filter(({ written }) => written > fromBytes && written <= toBytes);
  }

  /** The moment at which the byte behind the first so many was written, by what is noted until now. What is asked for must not decrease. */
  momentOf(bytes: number, nowMs: number): number {
    const { notes } = this;
    const passed = placeOf(notes, bytes);
    if (passed > 0) notes.splice(0, passed);
    return momentBehind(notes, 0, bytes, nowMs);
  }

  /** The same if `last` were noted as well; takes note of nothing. */
  momentBefore(last: WriteNote, bytes: number): number {
    const notes = [...this.notes, last];
    return momentBehind(notes, placeOf(notes, bytes), bytes, last.atMs);
  }
}

/** Of the last note that is not behind so many bytes; the last of all has none after it. */
function placeOf(notes: readonly WriteNote[], bytes: number): number {
  let place = 0;
  while (place + 2 < notes.length && (notes[place + 1] as WriteNote).written <= bytes) place++;
  return place;
}

/** Between a note and the one after it. */
function momentBehind(notes: readonly WriteNote[], place: number, bytes: number, nowMs: number): number {
  const from = notes[place] as WriteNote;
  const to = notes[place + 1];
  if (to === undefined || to.written <= from.written) return from.atMs;
  const fraction = Math.min(1, Math.max(0, (bytes - from.written) / (to.written - from.written)));
  return Math.min(nowMs, from.atMs + fraction * (to.atMs - from.atMs));
}
