/** Hands out names that are not taken yet: the second of a name gets `-2`, and so on, in the order of asking. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** The number that the next of a name may get. */
  readonly #next = new Map<string, number>();
  readonly #reserved: ReadonlySet<string>;

  /** A number is never added so that it gives one of the `reserved` names, which somebody bears by right. */
  constructor(reserved: Iterable<string>) {
    this.#reserved = new Set(reserved);
  }

  take(wanted: string): string {
    let name = wanted;
    let number = this.#next.get(wanted) ?? 2;
    for (; this.#taken.has(name) || (name !== wanted && this.#reserved.has(name)); number++) name = `${wanted}-${number}`;
    this.#next.set(wanted, number);
    this.#taken.add(name);
    return name;
  }
}
