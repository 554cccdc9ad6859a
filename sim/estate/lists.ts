/**
 * Lists of which there are very many, nearly always empty or with one entry: they are replaced instead of changed, so that they take no room while they are
 * empty and none to spare.
 */

const EMPTY: readonly never[] = [];

/** The list with an entry more at its end. */
export function withAdded<T>(list: readonly T[], item: T): readonly T[] {
  return list.length === 0 ? [item] : [...list, item];
}

/** The list without an entry; without effect if that is not in it. */
export function without<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length === 1 && list[0] === item) return EMPTY;
  return list.includes(item) ? list.filter((other) => other !== item) : list;
}

/** Puts an item into a list that is changed in place. (`splice` makes a list of what it has taken out each time.) */
export function insertAt<T>(list: T[], place: number, item: T): void {
  list.push(item);
  for (let i = list.length - 1; i > place; i--) list[i] = list[i - 1] as T;
  list[place] = item;
}

/** Takes an item out of a list that is changed in place. */
export function removeAt<T>(list: T[], place: number): void {
  for (let i = place + 1; i < list.length; i++) list[i - 1] = list[i] as T;
  list.pop();
}
