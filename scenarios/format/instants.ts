/** Instants that are named outside of the scenario file, as flags do. */
import type { Plan } from '../../sim/plan.ts';
import { formatLocalTime, parseLocalTime } from './local-time.ts';
import { parseDuration, UnitError } from './units.ts';
import { openZone, resolveLocal, type Zone } from './zone.ts';

/**
 * Milliseconds since the start of a plan, of a local time in its time zone or of a duration since the start (`2d7h`). Of a time that the clocks show twice the
 * first is meant, of one that they skip the first instant after. @throws UnitError for anything else, and for what lies outside of the simulated time
 */
export function parseInstant({ zone: { name, startEpochMs }, durationMs }: Pick<Plan, 'zone' | 'durationMs'>, text: string): number {
  const zone = openZone(name);
  if (zone === null) throw new Error(`the plan is of a time zone "${name}" that is not known here`);
  const local = (atMs: number): string => formatLocalTime(startEpochMs + atMs + zone.offsetAt(startEpochMs + atMs));
  const expected = `a local time from \`${local(0)}\` to \`${local(durationMs)}\`, or a duration since the start such as \`2d7h\``;
  const atMs = readInstant(zone, startEpochMs, text, expected);
  if (atMs < 0) throw new UnitError(`\`${text}\` lies before the start`, expected);
  if (atMs > durationMs) throw new UnitError(`\`${text}\` lies after the end`, expected);
  return atMs;
}

function readInstant(zone: Zone, startEpochMs: number, text: string, expected: string): number {
  const isDate = /^\s*\d{4}-/.test(text);
  try {
    return isDate ? resolveLocal(zone, parseLocalTime(text)).epochMs - startEpochMs : parseDuration(text);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new UnitError(isDate ? error.message : `\`${text}\` is no instant`, expected);
  }
}
