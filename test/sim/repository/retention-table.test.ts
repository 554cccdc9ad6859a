import { expect, it } from 'vitest';
import { RETENTION_TABLE } from './retention-table.ts';
import { worstDay } from './worst-day.ts';

it.each(RETENTION_TABLE)('holds on its worst day what the reference says: $policy', ({ given, days, expected }) => {
  const held = worstDay(given, days);
  expect({ ...held, gib: Math.round(held.gib * 1e6) / 1e6, workingSpaceGib: Math.round(held.workingSpaceGib * 1e6) / 1e6 }).toEqual(expected);
});
