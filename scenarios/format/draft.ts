/** What the parts of the plan are made from: the checked entries, where they stand, and what has been found so far. */
import type { Growth, ZoneTable } from '../../sim/plan.ts';
import type { Assumptions } from './defaults.ts';
import { formatLocalTime } from './local-time.ts';
import type { Problems } from './problems.ts';
import type { EntryOf, Section } from './schema.ts';
import type { MapTree } from './tree.ts';
import type { AbsoluteRate, RelativeRate } from './units.ts';
import { formatInstant, resolveLocal, type Zone } from './zone.ts';

export type Entries = { [S in Section]: Map<string, EntryOf<S>> };

/** Where the simulated time lies. */
export interface Clock {
  zone: Zone;
  startEpochMs: number;
  durationMs: number;
  /** The zone's offsets around that time, as the simulator evaluates schedules. */
  table: ZoneTable;
}

export interface Draft {
  root: MapTree;
  problems: Problems;
  assumptions: Assumptions;
  entries: Entries;
  seed: string;
  /** Null when the head of the scenario is not valid; what needs it is then left unchecked. */
  clock: Clock | null;
}

/** Since 1970. Where the clocks were put forward or back, how the local time was understood becomes an assumption. */
export function resolveNoted(zone: Zone, localMs: number, path: string, assumptions: Assumptions): number {
  const { epochMs, kind } = resolveLocal(zone, localMs);
  const understood = formatInstant(zone, epochMs);
  const local = formatLocalTime(localMs);
  if (kind === 'skipped')
    assumptions.note(path, understood, `${local} does not exist in ${zone.name} (clocks go forward): first instant after the gap`);
  if (kind === 'twice') assumptions.note(path, understood, `${local} exists twice in ${zone.name} (clocks go back): the first of the two`);
  return epochMs;
}

/** Undefined and zero both mean no growth. */
export function toGrowth(rate: AbsoluteRate | RelativeRate | undefined): Growth {
  if (rate === undefined) return { kind: 'none' };
  if (rate.kind === 'relative') return rate.fraction === 0 ? { kind: 'none' } : { kind: 'compound', fraction: rate.fraction, perDays: rate.perDays };
  return rate.bytesPerDay === 0 ? { kind: 'none' } : { kind: 'linear', bytesPerDay: rate.bytesPerDay };
}
