/** Plain-text layout: wrapping, padding and colour for a report of at most `WIDTH` columns. */

export const WIDTH = 80;

/** What the report would like to stress; whoever prints it decides whether and how. Meaning is never carried by it alone. */
export type Emphasis = 'error' | 'warning' | 'good' | 'title' | 'faint';
export type Paint = (emphasis: Emphasis, text: string) => string;

/** The paint of a pipe: none. */
export const unpainted: Paint = (_emphasis, text) => text;

/** Words wrapped to `WIDTH`: the first line after `label`, further ones under it. A word longer than a line stays whole, and so does a percentage. */
export function hanging(label: string, text: string): string[] {
  const indent = ' '.repeat(columns(label));
  const lines: string[] = [];
  let line = label;
  let hasWord = false;
  for (const word of text.split(/ (?!%)/)) {
    if (hasWord && columns(line) + 1 + columns(word) > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line += (hasWord ? ' ' : '') + word;
    }
    hasWord = true;
  }
  lines.push(line);
  return lines;
}

/** Columns of a text in which every character is one wide. */
function columns(text: string): number {
  return [...text].length;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - columns(text))) + text;
}

/** Rows under a header; the first column to the left, the others to the right unless named in `left`. */
export function table(header: string[], rows: string[][], left: readonly number[] = [0]): string[] {
  const widths = header.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(columns)));
  return [header, ...rows].map((row) =>
    `  ${row.map((cell, column) => (left.includes(column) ? padEnd : padStart)(cell, widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
