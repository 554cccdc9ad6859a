/** A restore point: what a repository holds of one VM, of one moment. */

/** What is stored: everything, the changes since the point before, the changes since the last full, or what the next newer point has overwritten. */
export type PointKind = 'full' | 'incremental' | 'differential' | 'reverse';

/** What a task reads and sends. */
export type Level = 'full' | 'incremental' | 'differential';

export interface RestorePoint {
  kind: PointKind;
  /** The moment whose state it holds. */
  readonly atMs: number;
  /** How far a continuous backup has brought it since that moment; null: it stands where it was. */
  streamedMs: number | null;
  /** When it was complete: immutability counts from there. */
  readonly storedMs: number;
  /** When the run that made it was due: schedules of levels count from there. */
  readonly dueMs: number;
  /** What it takes by itself. */
  storedBytes: number;
  /** What its task sent, and of which level: what a copy elsewhere needs. */
  readonly sentBytes: number;
  readonly level: Level;
  /** The moment since which what a differential holds has changed; null: it is none. */
  readonly changedSinceMs: number | null;
  /** What a full of the same moment takes. */
  readonly fullBytes: number;
  /** Something can be restored from it. */
  good: boolean;
  /** A full made by block clone: it shares blocks with the points before it, and keeps them when those go. */
  cloned: boolean;
  /** A full by which a longer retention counts: it is the first of its week, month, year in its chain. */
  flags: FullFlags;
  /** The local hour, day, week, month and year of its moment, once somebody has asked for them. */
  periods: Periods | null;
  /** Works under way that need it: until they are done it cannot go. */
  pins: number;
  /** Somebody has deleted it. While a work reads it it is still there, but nothing is built upon it. */
  stolen: boolean;
  /** Log event by which it is there; for points from before the start that of the start. */
  readonly event: number;
}

/** Numbers that are equal for moments of one local period. */
export interface Periods {
  hourly: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
}

/** The moment that a point takes its VM back to, once no stream brings it further. */
export function heldMoment({ streamedMs, atMs }: Pick<RestorePoint, 'streamedMs' | 'atMs'>): number {
  return streamedMs ?? atMs;
}

export interface FullFlags {
  weekly: boolean;
  monthly: boolean;
  yearly: boolean;
}

export const NO_FLAGS: FullFlags = { weekly: false, monthly: false, yearly: false };

/**
 * Of points in the order of their moments, which are needed when some are kept: an increment needs those before it back to the last differential or full, a
 * differential the full before it, a reverse increment all newer ones up to the next full.
 */
export function neededFor(points: readonly RestorePoint[], kept: readonly boolean[]): boolean[] {
  const needed = [...kept];
  let all = false;
  let full = false;
  for (let i = points.length - 1; i >= 0; i--) {
    const { kind } = points[i] as RestorePoint;
    if (all || (full && kind === 'full')) needed[i] = true;
    if (needed[i] !== true) continue;
    all = kind === 'incremental';
    full = (full || kind === 'differential' || all) && kind !== 'full';
  }
  let newer = false;
  for (let i = 0; i < points.length; i++) {
    if (newer) needed[i] = true;
    newer = needed[i] === true && (points[i] as RestorePoint).kind === 'reverse';
  }
  return needed;
}

/** A copy of a point. Points are made here and nowhere else: all of one build, they are looked through faster. */
export function newPoint(point: RestorePoint): RestorePoint {
  return {
    kind: point.kind,
    atMs: point.atMs,
    streamedMs: point.streamedMs,
    storedMs: point.storedMs,
    dueMs: point.dueMs,
    storedBytes: point.storedBytes,
    sentBytes: point.sentBytes,
    level: point.level,
    changedSinceMs: point.changedSinceMs,
    fullBytes: point.fullBytes,
    good: point.good,
    cloned: point.cloned,
    flags: point.flags,
    periods: point.periods,
    pins: point.pins,
    stolen: point.stolen,
    event: point.event,
  };
}

/** A full takes in an increment: it is what remains, of the increment's moment and as old as that. */
export function mergeInto(increment: RestorePoint, full: RestorePoint): void {
  increment.kind = 'full';
  increment.storedBytes = full.storedBytes;
  increment.cloned = full.cloned;
  increment.flags = full.flags;
}
