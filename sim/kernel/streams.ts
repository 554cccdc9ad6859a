/**
 * Named random streams: every entity and purpose draws from its own, so that adding one changes no other's draws and two variants of a scenario
 * share their random numbers. The key is the whole state: `seed/vm/web-01/used`.
 */
import alea from 'seedrandom/lib/alea.js';

/** Uniform draws in [0, 1), the same on every engine: `alea` uses only exact arithmetic. */
export function openStream(key: string): () => number {
  const generator = alea(key);
  return () => generator();
}
