/** Hands out names that are not taken yet: the second of a name gets `-2`, and so on, in the order of asking. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  readonly #reserved: ReadonlySet<string>;

  /** A number is never added so that it gives one of the `reserved` names, which somebody bears by right. */
  constructor(reserved: Iterable<string>) {
    this.#reserved = new Set(reserved);
  }

  take(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(name) || (name !== wanted && this.#reserved.has(name)); number++) name = `${wanted}-${number}`;
    this.#taken.add(name);
    return name;
  }
}
