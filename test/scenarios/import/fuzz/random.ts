import seedrandom from 'seedrandom';

/** Draws that a seed repeats. */
export class Random {
  readonly #draw: () => number;

  constructor(seed: string) {
    this.#draw = seedrandom.alea(seed);
  }

  /** A whole number from 0, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#draw() * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.#draw() }));
    return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
  }

  word(): string {
    return Array.from({ length: 1 + this.below(12) }, () => String.fromCharCode(97 + this.below(26))).join('');
  }
}
