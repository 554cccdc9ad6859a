/** A scenario's values, each with the place that it came from. What is laid over or set later keeps its own place. */
import type { LineCounter } from 'yaml';

/** A file, or a flag of the command line (which has no lines: `lines` is null). */
export interface Source {
  label: string;
  text: string;
  lines: LineCounter | null;
}

export interface Place {
  source: Source;
  offset: number;
  length: number;
}

export interface ScalarTree {
  kind: 'scalar';
  value: string | number | boolean | null;
  place: Place;
}

export interface ListTree {
  kind: 'list';
  items: Tree[];
  place: Place;
}

export interface MapTree {
  kind: 'map';
  entries: Map<string, Entry>;
  place: Place;
}

export interface Entry {
  key: Place;
  value: Tree;
}

export type Tree = ScalarTree | ListTree | MapTree;

export type Path = readonly (string | number)[];

export function valueAt(root: Tree, path: Path): Tree | undefined {
  let at: Tree | undefined = root;
  for (const step of path) {
    if (at?.kind === 'map') at = at.entries.get(String(step))?.value;
    else if (at?.kind === 'list') at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}

/** Where to point for a path: the scalar itself; for a map or a list its key; for what is missing, the nearest that contains it. */
export function placeAt(root: Tree, path: Path): Place {
  let place = root.place;
  let at: Tree = root;
  for (const step of path) {
    if (at.kind === 'map') {
      const entry = at.entries.get(String(step));
      if (entry === undefined) return place;
      place = entry.value.kind === 'scalar' ? entry.value.place : entry.key;
      at = entry.value;
    } else if (at.kind === 'list') {
      const item = at.items[Number(step)];
      if (item === undefined) return place;
      place = item.place;
      at = item;
    } else return place;
  }
  return place;
}

export function keyPlaceAt(root: Tree, path: Path): Place {
  const parent = valueAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.key ?? placeAt(root, path);
}

/** Plain data for validation. Objects without prototype: a VM may be named `constructor`. */
export function toData(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toData);
  const data = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of tree.entries) data[key] = toData(entry.value);
  return data;
}

/**
 * Splits a dotted path such as `vms.srv.example.com.size` by the keys that exist, because names may contain dots. The part that leads to
 * nothing known is split at its dots. Null when not even the parts before the last exist and `text` has an empty part.
 */
export function splitPath(root: Tree, text: string): (string | number)[] | null {
  const known = splitKnown(root, text);
  if (known !== null) return known;
  for (let cut = text.lastIndexOf('.'); cut > 0; cut = text.lastIndexOf('.', cut - 1)) {
    const head = splitKnown(root, text.slice(0, cut));
    if (head !== null) return withTail(head, text.slice(cut + 1));
  }
  return withTail([], text);
}

function withTail(head: (string | number)[], tail: string): (string | number)[] | null {
  const parts = tail.split('.');
  return parts.includes('') ? null : [...head, ...parts];
}

function splitKnown(tree: Tree, text: string): (string | number)[] | null {
  for (let dot = text.indexOf('.'); ; dot = text.indexOf('.', dot + 1)) {
    const key = dot < 0 ? text : text.slice(0, dot);
    const child = valueAt(tree, [key]);
    if (child !== undefined) {
      const step = tree.kind === 'list' ? Number(key) : key;
      if (dot < 0) return [step];
      const rest = splitKnown(child, text.slice(dot + 1));
      if (rest !== null) return [step, ...rest];
    }
    if (dot < 0) return null;
  }
}

/** Line and column from 1. */
export function lineColumn(place: Place): { path: string; line: number; column: number } | null {
  const position = place.source.lines?.linePos(Math.min(place.offset, place.source.text.length));
  if (position === undefined) return null;
  return { path: place.source.label, line: Math.max(1, position.line), column: Math.max(1, position.col) };
}
