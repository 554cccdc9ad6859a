/** Did you mean: the known name nearest to a misspelt one. */
import { closest, distance } from 'fastest-levenshtein';

/** Null when nothing known is near enough to be a slip of the fingers. */
export function suggest(word: string, known: readonly string[]): string | null {
  if (known.length === 0 || word.length > 200) return null;
  const folded = known.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (folded !== undefined) return folded;
  const nearest = closest(word, known);
  return distance(word, nearest) <= Math.max(1, Math.floor(word.length / 3)) ? nearest : null;
}

/** Names in a sentence: `a`, `b` or `c`; long lists are cut. */
export function listNames(names: readonly string[], most = 24): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  if (names.length > most) return `${shown.join(', ')} and ${names.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
