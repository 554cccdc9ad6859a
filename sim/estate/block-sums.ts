/** A table of numbers and their sum. It is summed in blocks of a fixed size, so the result depends only on the numbers, and a change costs one block. */
const BLOCK = 32;

export class BlockSums {
  private readonly values: number[] = [];
  private readonly sums: number[] = [];

  /** Adds a place with 0; returns its number. */
  addPlace(): number {
    if (this.values.length % BLOCK === 0) this.sums.push(0);
    return this.values.push(0) - 1;
  }

  set(place: number, value: number): void {
    const { values } = this;
    values[place] = value;
    const block = Math.floor(place / BLOCK);
    const to = Math.min((block + 1) * BLOCK, values.length);
    let sum = 0;
    for (let at = block * BLOCK; at < to; at++) sum += values[at] as number;
    this.sums[block] = sum;
  }

  total(): number {
    const { sums } = this;
    let total = 0;
    for (let block = 0; block < sums.length; block++) total += sums[block] as number;
    return total;
  }
}
