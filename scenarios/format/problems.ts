/** Collects what is wrong, and turns places into lines and columns when all has been read. */
import { type ScenarioError, ScenarioErrors, type Spot } from './errors.ts';
import { lineColumn, type Place, type Source } from './tree.ts';

export interface Hint {
  expected?: string | undefined;
  meant?: string | null;
}

/** Collects errors, so that a reader gets all of them at once. */
export class Problems {
  private readonly found: { place: Place; text: string; hint: Hint }[] = [];

  add(place: Place, text: string, hint: Hint = {}): void {
    this.found.push({ place, text, hint });
  }

  get count(): number {
    return this.found.length;
  }

  /** By file in the order of reading, then by position; the same complaint about the same place only once. */
  throwIfAny(sources: readonly Source[]): void {
    if (this.found.length === 0) return;
    const order = ranks(sources);
    this.found.sort((a, b) => order(a.place) - order(b.place) || a.place.offset - b.place.offset);
    const seen = new Set<string>();
    const errors: ScenarioError[] = [];
    for (const { place, text, hint } of this.found) {
      const key = `${order(place)} ${place.offset} ${text}`;
      if (!seen.has(key)) errors.push(describe(place, text, hint));
      seen.add(key);
    }
    throw new ScenarioErrors(errors);
  }
}

/** Which file comes first: in the order of reading. */
export function ranks(sources: readonly Source[]): (place: Place) => number {
  const rank = new Map(sources.map((source, index) => [source, index]));
  return (place) => rank.get(place.source) ?? sources.length;
}

function describe(place: Place, text: string, hint: Hint): ScenarioError {
  return { ...spotOf(place), text, expected: hint.expected ?? null, meant: hint.meant ?? null };
}

/** A place as people are shown it. */
export function spotOf(place: Place): Spot {
  const position = lineColumn(place);
  if (position === null) return { path: place.source.label, line: null, column: null, sourceLine: null, markedColumns: 1 };
  const whole = place.source.text;
  const from = Math.min(place.offset, whole.length) - (position.column - 1);
  const end = whole.indexOf('\n', from);
  const sourceLine = whole.slice(from, end < 0 ? undefined : end).replace(/\r$/, '');
  const markedColumns = Math.max(1, Math.min(place.length, sourceLine.length - (position.column - 1)));
  return { ...position, sourceLine, markedColumns };
}
