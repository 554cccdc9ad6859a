/** What is wrong with a scenario, and how it is said: one shape for every error, whether it stands in a file or in a flag of the command line. */

/** A place to show people: the line of a file and the part of it that is meant, or a flag of the command line. */
export interface Spot {
  /** The file as it was named, or the flag. */
  path: string;
  /** From 1; null for a flag. */
  line: number | null;
  /** From 1, in UTF-16 code units; null for a flag. */
  column: number | null;
  /** The line of the file, without its line end; null for a flag. */
  sourceLine: string | null;
  /** How many columns the caret line marks; at least 1. */
  markedColumns: number;
}

export interface ScenarioError extends Spot {
  /** What is wrong, in one line. */
  text: string;
  /** What was expected instead, in one line. */
  expected: string | null;
  /** The known name that a misspelt one probably stands for. */
  meant: string | null;
}

/** Thrown with every error that was found, in the order of the source. */
export class ScenarioErrors extends Error {
  readonly errors: ScenarioError[];

  constructor(errors: ScenarioError[]) {
    super(formatScenarioErrors(errors));
    this.name = 'ScenarioErrors';
    this.errors = errors;
  }
}

/** More than anybody reads; ten thousand VMs made by one faulty script would else print ten thousand times the same. */
const MAX_PRINTED = 100;

/** A line longer than this is cut to the neighbourhood of the error (a whole scenario can be one line of JSON). */
const MAX_LINE = 140;

/** Errors for people: `path:line:column: error: text`, the source line, a caret, what was expected, what was probably meant. */
export function formatScenarioErrors(errors: ScenarioError[]): string {
  const shown = errors.slice(0, MAX_PRINTED).map(formatOne);
  if (errors.length > MAX_PRINTED) shown.push(`${errors.length - MAX_PRINTED} more errors not shown`);
  return shown.join('\n');
}

function formatOne(error: ScenarioError): string {
  const lines = formatSpot(error, 'error', error.text);
  if (error.expected !== null) lines.push(`  expected: ${printable(error.expected)}`);
  if (error.meant !== null) lines.push(`  did you mean \`${printable(error.meant)}\`?`);
  return lines.join('\n');
}

/** `path:line:column: word: text`, the source line and a caret; a flag has only the first of the three. */
export function formatSpot(spot: Spot, word: 'error' | 'warning', text: string): string[] {
  const where = spot.line === null ? spot.path : `${spot.path}:${spot.line}:${spot.column}`;
  const lines = [`${printable(where)}: ${word}: ${printable(text)}`];
  if (spot.sourceLine !== null && spot.sourceLine.trim() !== '')
    lines.push(...excerpt(spot.sourceLine, (spot.column as number) - 1, spot.markedColumns));
  return lines;
}

function excerpt(line: string, column: number, marked: number): string[] {
  const from = line.length > MAX_LINE ? Math.max(0, Math.min(column - 40, line.length - MAX_LINE)) : 0;
  const shown = line.slice(from, from + MAX_LINE);
  // Tabs stay tabs in the caret line, or the caret would stand elsewhere.
  const indent = printable(shown.slice(0, column - from)).replace(/[^\t]/gu, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(marked, shown.length - (column - from))));
  return [`  ${printable(shown)}`, `  ${indent}${carets}`];
}

/** A scenario may come from anywhere: its text must not steer the terminal that prints it. */
export function printable(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '?');
}
