/** Below this length a part of a text is a copy of its own in any engine. */
const copiedLength = 13;

/** The texts of cells, which repeat from row to row and from tab to tab: each is held once, and none holds on to the piece of the file around it. */
export class Texts {
  readonly #held = new Map<string, string>();
  /** The last text of each column, which the next often is again: comparing is faster than looking up. Only where it is plain as it stands. */
  readonly #last: (string | undefined)[] = [];
  readonly #plain: (text: string) => string;

  /** `plain` is done to each text once. */
  constructor(plain: (text: string) => string = (text) => text) {
    this.#plain = plain;
  }

  hold(text: string, column: number): string {
    const last = this.#last[column];
    if (last === text) return last;
    const held = this.#held.get(text) ?? this.#add(text);
    this.#last[column] = held === text ? held : undefined;
    return held;
  }

  #add(text: string): string {
    const copy = copyOf(text);
    const plain = this.#plain(copy);
    const held = plain === copy ? copy : copyOf(plain);
    this.#held.set(copy, held);
    return held;
  }
}

/** A text cut out of a long one keeps the long one in memory; put together and cut again it keeps only itself. */
function copyOf(text: string): string {
  return text.length < copiedLength ? text : ` ${text}`.slice(1);
}
