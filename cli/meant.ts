/** What a misspelt word probably stands for, as the end of an error message. */
import { distance } from 'fastest-levenshtein';

/** `prefix` stands before the name in the message: `--` for flags. `otherwise`: what to say where nothing known is near. */
export function meant(word: string, known: readonly string[], { prefix = '', otherwise = '; see overrun --help' } = {}): string {
  const [closest] = known.map((name) => ({ name, edits: distance(word, name) })).sort((a, b) => a.edits - b.edits);
  return closest && closest.edits <= Math.max(2, Math.floor(word.length / 3)) ? `; did you mean \`${prefix}${closest.name}\`?` : otherwise;
}
