/**
 * What makes two scenarios the same: their values after `extends` and `--set`, as written, and the seed. Comments, quoting, the layout of the text
 * and the order of keys inside an entry do not matter; the order of entries does, because it decides ties in the simulation.
 */
import { sha256Hex } from '../../sim/kernel/sha256.ts';
import type { MapTree, Tree } from './tree.ts';

/** Read once and spent, or for editors only. */
const WITHOUT_CONTENT = ['extends', '$schema', 'seed'];

const ENTRY_LEVEL = 1;

export function digestOf(root: MapTree, name: string, seed: string): string {
  const entries = new Map([...root.entries].filter(([key]) => !WITHOUT_CONTENT.includes(key)));
  return sha256Hex(`${JSON.stringify([name, seed])}\n${canonical({ ...root, entries }, 0)}`);
}

function canonical(tree: Tree, level: number): string {
  if (tree.kind === 'scalar') return JSON.stringify(tree.value);
  if (tree.kind === 'list') return `[${tree.items.map((item) => canonical(item, level + 1)).join(',')}]`;
  const keys = [...tree.entries.keys()];
  if (level !== ENTRY_LEVEL) keys.sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical((tree.entries.get(key) as { value: Tree }).value, level + 1)}`).join(',')}}`;
}
