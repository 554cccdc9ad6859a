/** The one assertion of this folder: an engine agrees with the sources on this Node about every case. */
import { expect } from 'vitest';
import type { Print } from './program.ts';
import type { Start, Station } from './station.ts';
import { compare } from './workload.ts';

export async function expectSameBytes(station: Station, expected: readonly Print[], start: Start): Promise<void> {
  const { differences, otherZoneData } = compare(expected, await station.printsOf(start));
  expect(differences).toEqual([]);
  if (otherZoneData.length > 0) console.warn(`other time-zone data there, so the loaded plans were not compared: ${otherZoneData.join(', ')}`);
  expect(otherZoneData.length).toBeLessThan(expected.length / 4);
}
