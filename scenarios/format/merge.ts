/** One tree from several: a file over the one that it extends, and what `--set` puts over both. */
import type { Problems } from './problems.ts';
import { LIMITS, readTree } from './read.ts';
import { type MapTree, type Place, type Source, splitPath, type Tree, valueAt } from './tree.ts';

export interface Reader {
  readFile: (path: string) => string;
  problems: Problems;
  /** Everything that was read, in that order. */
  sources: Source[];
}

/** Far more bases than anybody stacks; each could be a large file. */
const MAX_BASES = 32;

/** Reads a file and all that it extends. Null when one of them is not well-formed. */
export function readWithBases(path: string, text: string, reader: Reader): MapTree | null {
  const layers: MapTree[] = [];
  const chain = [normalise(path)];
  let complete = true;
  let next: { path: string; text: string } | null = { path, text };
  while (next !== null) {
    const { source, tree } = readTree(next.path, next.text, reader.problems);
    reader.sources.push(source);
    if (tree === null) return null;
    if (tree.kind !== 'map') {
      reader.problems.add(tree.place, 'a scenario is a map', {
        expected: 'keys such as `overrun: 1`, `start`, `duration`, `datastores`, `vms`, `jobs`',
      });
      return null;
    }
    layers.push(tree);
    const base = baseOf(tree, next.path, chain, reader);
    complete = complete && base !== 'broken';
    next = base === 'broken' ? null : base;
  }
  if (!complete) return null;
  if (layers.length === 1) return withoutEmptySections(layers[0] as MapTree);
  return layers.reduceRight<Tree | undefined>((base, layer) => overlay(base, layer, []), undefined) as MapTree;
}

function baseOf(tree: MapTree, path: string, chain: string[], reader: Reader): { path: string; text: string } | null | 'broken' {
  const stated = tree.entries.get('extends')?.value;
  if (stated === undefined || (stated.kind === 'scalar' && stated.value === null)) return null;
  const fail = (text: string, expected?: string) => {
    reader.problems.add(stated.place, text, { expected });
    return 'broken' as const;
  };
  if (stated.kind !== 'scalar' || typeof stated.value !== 'string' || stated.value === '')
    return fail('`extends` must be the path of one scenario file', 'a path such as `base.yaml`');
  const basePath = relativeTo(path, stated.value);
  const key = normalise(basePath);
  const cycle = chain.indexOf(key);
  if (cycle >= 0) return fail(`\`extends\` runs in a circle: ${[...chain.slice(cycle), key].join(' -> ')}`);
  if (chain.length > MAX_BASES) return fail(`more than ${MAX_BASES} files extend each other`);
  chain.push(key);
  try {
    return { path: basePath, text: reader.readFile(basePath) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`cannot read \`${basePath}\`: ${reason}`, 'a readable file, named relative to the one that extends it');
  }
}

/** Both separators are understood everywhere, so that a scenario written on one system runs on another. */
function relativeTo(path: string, target: string): string {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(target)) return target;
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return path.slice(0, end + 1) + (path.includes('\\') && !path.includes('/') ? target : target.replaceAll('\\', '/'));
}

function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** Values that are one decision: half of one schedule and half of another make no third. */
function replacesWhole(path: readonly string[]): boolean {
  const [section, , key, inner] = path;
  if (section === 'jobs' && path.length === 3) return ['schedule', 'full', 'differential', 'vms', 'window'].includes(key as string);
  return section === 'repositories' && ((path.length === 3 && key === 'verify') || (path.length === 4 && inner === 'schedule'));
}

function overlay(base: Tree | undefined, over: Tree, path: readonly string[]): Tree | undefined {
  if (over.kind === 'scalar' && over.value === null) return undefined;
  if (over.kind !== 'map' || replacesWhole(path)) return over;
  const entries = new Map(base?.kind === 'map' ? base.entries : []);
  for (const [name, entry] of over.entries) {
    const merged = overlay(entries.get(name)?.value, entry.value, [...path, name]);
    if (merged === undefined) entries.delete(name);
    else entries.set(name, { key: entry.key, value: merged });
  }
  return { kind: 'map', entries, place: over.place };
}

/** `hosts:` with nothing under it is a section whose entries were all commented out. */
function withoutEmptySections(tree: MapTree): MapTree {
  const entries = [...tree.entries].filter(([, { value }]) => value.kind !== 'scalar' || value.value !== null);
  return { ...tree, entries: new Map(entries) };
}

/** Puts the policy of a file of its own in the place of the scenario's, in a copy. The file holds what else stands under `policy`. */
export function layPolicy(tree: MapTree, policy: { path: string; text: string }, problems: Problems, sources: Source[]): MapTree {
  const { source, tree: value } = readTree(policy.path, policy.text, problems);
  sources.push(source);
  if (value === null) return tree;
  if (value.kind !== 'map') {
    problems.add(value.place, 'a policy is a map', { expected: '`rule: off`, `warn` or `error`, and `preset`, `for`, `waivers`' });
    return tree;
  }
  const whole = value.entries.size === 1 ? value.entries.get('policy')?.value : undefined;
  const entries = new Map(tree.entries);
  entries.set('policy', { key: value.place, value: whole ?? value });
  return { ...tree, entries };
}

/** Applies `path=value` flags in order, to a copy. */
export function applySets(tree: MapTree, sets: readonly string[], problems: Problems, sources: Source[]): MapTree {
  let result = tree;
  for (const text of sets) {
    const equals = text.indexOf('=');
    const label = `--set ${text}`;
    const valueText = text.slice(equals + 1);
    const { source, tree: value } = readTree(label, valueText, problems, true);
    sources.push(source);
    const place: Place = { source, offset: 0, length: 1 };
    const path = equals < 1 ? null : splitPath(result, text.slice(0, equals).trim());
    if (path === null) problems.add(place, 'this is not `path=value`', { expected: '`--set path=value` such as `--set vms.web.count=30`' });
    else if (path.length > LIMITS.nesting) problems.add(place, 'the path is too long');
    else if (path.includes('__proto__')) problems.add(place, '`__proto__` cannot be used as a key or a name');
    else if (path[0] === 'extends') problems.add(place, '`extends` cannot be set: the file that it names is read before');
    else if (value !== null) result = put(result, path, valueText.trim() === '' ? nothing(place) : value, place, problems) as MapTree;
  }
  return result;
}

function nothing(place: Place): Tree {
  return { kind: 'scalar', value: null, place };
}

function put(tree: Tree, path: readonly (string | number)[], value: Tree, place: Place, problems: Problems): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const key = String(step);
  const deletes = rest.length === 0 && value.kind === 'scalar' && value.value === null;
  if (deletes && valueAt(tree, [key]) === undefined) {
    problems.add(place, `there is no \`${key}\` to delete`);
    return tree;
  }
  if (tree.kind === 'map') {
    const entries = new Map(tree.entries);
    const old = entries.get(key);
    const child = old?.value ?? { kind: 'map', entries: new Map(), place };
    if (deletes) entries.delete(key);
    else entries.set(key, { key: rest.length === 0 ? place : (old?.key ?? place), value: put(child, rest, value, place, problems) });
    return { ...tree, entries };
  }
  if (tree.kind === 'list') {
    const index = /^[0-9]+$/.test(key) ? Number(key) : -1;
    if (index < 0 || index > tree.items.length || (index === tree.items.length && rest.length > 0)) {
      problems.add(place, `\`${key}\` is no index of this list`, { expected: `0 to ${tree.items.length}, the last of which appends` });
      return tree;
    }
    const items = [...tree.items];
    if (deletes) items.splice(index, 1);
    else items[index] = rest.length === 0 ? value : put(items[index] as Tree, rest, value, place, problems);
    return { ...tree, items };
  }
  problems.add(place, `the path goes through \`${String(tree.value)}\`, which is neither a map nor a list`);
  return tree;
}
