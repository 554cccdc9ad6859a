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

  /** The notes behind one amount of written bytes and before another, which must not be before what was asked for last. */
  between(fromBytes: number, toBytes: number): readonly WriteNote[] {
    return this.notes.filter(({ written }) => written > fromBytes && written < toBytes);
  }

  /** The moment at which the byte behind the first so many was written, by what is noted until now. What is asked for must not decrease. */
  momentOf(bytes: number, nowMs: number): number {
    const { notes } = this;
    let passed = 0;
    while (passed + 2 < notes.length && (notes[passed + 1] as WriteNote).written <= bytes) passed++;
    if (passed > 0) notes.splice(0, passed);
    const [from, to] = notes as [WriteNote, WriteNote?];
    if (to === undefined || to.written <= from.written) return from.atMs;
    const fraction = Math.min(1, Math.max(0, (bytes - from.written) / (to.written - from.written)));
    return Math.min(nowMs, from.atMs + fraction * (to.atMs - from.atMs));
  }
}
