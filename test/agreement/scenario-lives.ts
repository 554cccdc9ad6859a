/** VMs of a scenario document that are created or deleted while it runs. */
import fc from 'fast-check';
import type { Night } from './scenario-jobs.ts';
import { odd, stated, type VmGroup } from './scenario-vms.ts';

const MINUTE_MS = 60_000;
/** Two times within the hour that a clock skips are one instant. */
const SHORTEST_MINUTES = 62;

/** As shares of the run. */
const drawnLife = fc.oneof<{ weight: number; arbitrary: fc.Arbitrary<DrawnLife> }[]>(
  { weight: 5, arbitrary: fc.constant<{ from?: number; until?: number }>({}) },
  { weight: 1, arbitrary: fc.record({ from: odd(0.02, 0.8) }) },
  { weight: 1, arbitrary: fc.record({ until: odd(0.1, 0.95) }) },
  { weight: 1, arbitrary: fc.tuple(odd(0.02, 0.5), odd(0.03, 0.45)).map(([from, lasting]) => ({ from, until: from + lasting })) },
);

export interface DrawnLife {
  from?: number;
  until?: number;
}

export const drawnLives = fc.array(drawnLife, { minLength: 4, maxLength: 4 });

/** The keys of a group with a life; what is created later brings no snapshots. */
export function keysWithLife({ keys }: VmGroup, { from, until }: DrawnLife, night: Night): Record<string, unknown> {
  if (from === undefined && until === undefined) return keys;
  const end = from === undefined || until === undefined ? until : Math.max(until, from + SHORTEST_MINUTES / ((night.hours - 2) * 60));
  const exists = stated({ from: momentOf(from, night), until: momentOf(end, night) });
  return from === undefined ? { ...keys, exists } : { ...keys, snapshots: undefined, exists };
}

/** A local time at that share of the run. */
export function momentOf(share: number | undefined, { date, time, hours }: Night): string | undefined {
  if (share === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}Z`) + Math.floor(share * (hours - 2) * 60) * MINUTE_MS;
  return new Date(ms).toISOString().slice(0, 16);
}
