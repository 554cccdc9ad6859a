/** Thrown for a key or value that this second opinion does not cover. */
export class OutsideScope extends Error {}

export type Section = Record<string, unknown>;

/** The map under a key, empty when absent; a key that is not named is outside the scope, unless all names are free. */
export function section(value: unknown, path: string, known: string[] | null): Section {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${path} is not a map`);
  const map: Section = { ...value };
  for (const key of Object.keys(map)) if (known !== null && !known.includes(key)) throw new OutsideScope(`${path}.${key}`);
  return map;
}

/** Name and value of every entry of a map of named things, in file order. */
export function entries(value: unknown): [string, unknown][] {
  return value === undefined || value === null ? [] : Object.entries(value);
}

/** A value that must be one of those covered; the first is the default. */
export function choice<T extends string>(value: unknown, path: string, covered: readonly [T, ...T[]]): T {
  if (value === undefined) return covered[0];
  const found = covered.find((option) => option === value);
  if (found === undefined) throw new OutsideScope(`${path}: ${String(value)}`);
  return found;
}

/** A number, or the default. */
export function numberOf(value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw new Error(`'${String(value)}' is not a number`);
  return value;
}

export function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

export function named<T extends { name: string }>(things: T[], name: unknown): T {
  const found = things.find((thing) => thing.name === name);
  if (!found) throw new Error(`nothing is named '${String(name)}'`);
  return found;
}
