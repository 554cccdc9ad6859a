import { insertAt, removeAt } from './lists.ts';

/**
 * A set of things that have places, run through in the order of those, so that sums over it do not depend on how it came about. (Things, not numbers: an
 * engine that has seen one function fill lists of both keeps numbers like things from then on, and compiles all code anew that had relied on it.)
 */
export class OrderedByPlace<T extends { readonly place: number }> {
  private readonly items: T[] = [];

  set(item: T, member: boolean): void {
    const { items } = this;
    const at = this.positionOf(item.place);
    if (items[at] === item) {
      if (!member) removeAt(items, at);
    } else if (member) insertAt(items, at, item);
  }

  inOrder(): readonly T[] {
    return this.items;
  }

  /** Where a place stands or would stand. */
  private positionOf(place: number): number {
    const { items } = this;
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((items[middle] as T).place < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
