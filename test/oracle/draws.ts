/** What happens by chance, each from a stream of its own (docs/faults.md, "When"; docs/determinism.md). */
import seedrandom from 'seedrandom';

const PERIOD_MS: Record<string, number> = { h: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** Whether something with a chance happens: the first number of its stream is below it. */
export function isDrawn(stream: string, probability: number): boolean {
  return seedrandom.alea(stream)() < probability;
}

/** Instants until the end, so often on average as `2/week` says. READING: each of the times between is rounded up to a whole millisecond. */
export function instantsAt(rate: unknown, stream: string, endMs: number): number[] {
  const [times, period = ''] = String(rate).split('/');
  const meanMs = (PERIOD_MS[period] ?? Number.NaN) / Number(times);
  const draw = seedrandom.alea(stream);
  const instants: number[] = [];
  for (let ms = next(); ms <= endMs; ms += next()) instants.push(ms);
  return instants;

  function next(): number {
    return Math.ceil(-Math.log(1 - draw()) * meanMs);
  }
}
