import { insertAt, removeAt } from './lists.ts';

/**
 * Things that have changed and are to be looked at, each once, in the order of their numbers: what is done does not depend on who asked first. What is
 * added while the list is worked off is met in the same pass if its number is still to come.
 */
export class WorkList<T extends { readonly index: number }> {
  private readonly items: T[] = [];
  private readonly listed: boolean[] = [];

  add(item: T): void {
    if (this.listed[item.index] === true) return;
    this.listed[item.index] = true;
    const { items } = this;
    let place = items.length;
    while (place > 0 && (items[place - 1] as T).index > item.index) place--;
    insertAt(items, place, item);
  }

  /** Takes out the first whose number is above `index`; undefined: there is none. */
  takeAfter(index: number): T | undefined {
    const { items } = this;
    let place = 0;
    while (place < items.length && (items[place] as T).index <= index) place++;
    const item = items[place];
    if (item === undefined) return undefined;
    removeAt(items, place);
    this.listed[item.index] = false;
    return item;
  }
}
