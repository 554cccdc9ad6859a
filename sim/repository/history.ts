/** What a mode and a retention leave of a row of backups, without sizes: the steady chain of a job that ran before the start. */
import { MS_PER_DAY } from '../estate/growth-law.ts';
import { MS_PER_HOUR, type Zone } from '../estate/zone.ts';
import type { JobPlan } from '../plan.ts';
import { Schedule } from '../schedule/schedule.ts';
import type { Chain } from './chain.ts';
import { type LevelSchedules, LOOK_BACK_DAYS, scheduledLevel } from './levels.ts';
import type { RetentionPlan } from './plan.ts';
import { type Level, NO_FLAGS, newPoint, type RestorePoint } from './point.ts';

/** A backup of the past. `synthetic`: a full was made of it afterwards. */
export interface OldBackup {
  atMs: number;
  level: Level;
  synthetic: boolean;
}

/** A point that is left of them. Unless it is a whole full it holds what was written between two instants. Its task sent what had been since `sentFromMs`. */
export interface OldPoint {
  point: RestorePoint;
  fromMs: number;
  toMs: number;
  sentFromMs: number;
}

/** A backup as it has come to a repository: when it was made, or later as a copy. */
export interface Arrival {
  backup: OldBackup;
  atMs: number;
}

export interface Past {
  /** By time. */
  arrivals: readonly Arrival[];
  /** Oldest first. */
  points: readonly OldPoint[];
  removed: readonly RemovedPoint[];
}

/** A point that went, and when. Cloned fulls up to the moment `heirsUntilMs` were there to keep its blocks. */
export interface RemovedPoint extends OldPoint {
  removedMs: number;
  heirsUntilMs: number;
}

/** What keeps the points of a job, on its repository and where they are copied to. */
export interface Held {
  retentions: readonly RetentionPlan[];
  /** How long a point, or its space, stays whatever they say, and how long it may have waited to be copied. */
  anywayMs: number;
}

/** At their longest. */
const PERIODS_MS = [
  ['hourly', MS_PER_HOUR],
  ['daily', MS_PER_DAY],
  ['weekly', 7 * MS_PER_DAY],
  ['monthly', 31 * MS_PER_DAY],
  ['yearly', 366 * MS_PER_DAY],
] as const;

/** Far more than any schedule has instants in the time looked back at. */
export const ALL = 1_000_000;

/**
 * The instants before the start at which the job ran, oldest first: as many as its retention and those of its copies speak of, and those of as long as points
 * stay in any case, back to the full before. Where the schedule has had too few, earlier ones are made up at its last distance, or a day apart.
 */
export function ticksBefore(plan: JobPlan, schedule: Schedule, zone: Zone, held: Held): number[] {
  const count = Math.max(...held.retentions.map(({ last }) => (last ?? 1) + 1));
  const recent = schedule.lastBefore(0, count, LOOK_BACK_DAYS);
  if (recent.length === 0) recent.push(-MS_PER_DAY);
  while (recent.length < count) {
    const last = recent[recent.length - 1] as number;
    const before = recent[recent.length - 2];
    recent.push(last - (before === undefined ? MS_PER_DAY : before - last));
  }
  let fromMs = (recent[recent.length - 1] as number) - Math.max(...held.retentions.map(horizonMs)) - held.anywayMs;
  const { fullBackups } = plan;
  if (fullBackups !== null) fromMs = new Schedule(fullBackups.schedule, zone).lastBefore(fromMs + 1, 1, LOOK_BACK_DAYS)[0] ?? fromMs;
  const all = schedule.lastBefore(0, ALL, Math.ceil(-fromMs / MS_PER_DAY) + 1).filter((atMs) => atMs >= fromMs);
  return (all.length >= recent.length ? all : recent).toReversed();
}

/** Each option goes on where the one before it has ended, and the present period may have begun just now. */
function horizonMs(retention: RetentionPlan): number {
  return PERIODS_MS.reduce((sum, [option, ms]) => sum + ((retention[option] ?? -1) + 1) * ms, 0);
}

/**
 * The job's own backups into an empty chain; `tracked`: changes of the VM are known, so that it is not read in full each time. `copied`: the instants at which
 * what waits is copied on; null: nothing waits.
 */
export function backUp(
  chain: Chain,
  ticks: readonly number[],
  tracked: boolean,
  levels: LevelSchedules,
  zone: Zone,
  copied: readonly number[] | null,
): Past {
  const { plan } = chain.job;
  const past = new ChainPast(chain, zone, copied);
  for (const atMs of ticks) {
    past.comeTo(atMs);
    const whole = plan.mode === 'full' || !tracked || chain.points.length === 0;
    const synthetic = !whole && plan.fullBackups?.kind === 'synthetic' && levels.owesFull(chain, atMs);
    past.add({ atMs, level: whole ? 'full' : scheduledLevel(chain, atMs, levels), synthetic }, atMs);
  }
  return past.end();
}

/** The same backups copied into another chain: at once, or at instants (`arriving`), of which the first at or after a backup takes it along. */
export function copyAll(chain: Chain, { arrivals }: Past, zone: Zone, arriving: readonly number[] | null, copied: readonly number[] | null): Past {
  const past = new ChainPast(chain, zone, copied);
  let next = 0;
  for (const { backup, atMs } of arrivals) {
    if (arriving !== null) while ((arriving[next] ?? Number.POSITIVE_INFINITY) < atMs) next++;
    const arrivesMs = arriving === null ? atMs : arriving[next];
    // The others still wait.
    if (arrivesMs === undefined) break;
    past.comeTo(arrivesMs);
    past.add(backup, arrivesMs);
  }
  return past.end();
}

/** What becomes of a chain while backups come to it and are copied on. */
class ChainPast {
  private readonly chain: Chain;
  private readonly zone: Zone;
  private readonly copied: readonly number[] | null;
  private copies = 0;
  private readonly arrivals: Arrival[] = [];
  private readonly gone: { point: RestorePoint; removedMs: number; heirsUntilMs: number }[] = [];

  constructor(chain: Chain, zone: Zone, copied: readonly number[] | null) {
    this.chain = chain;
    this.zone = zone;
    this.copied = copied;
  }

  /** What waits is copied at the first instant since it has come, if that is before another. */
  comeTo(atMs: number): void {
    const { chain, copied } = this;
    const newest = this.arrivals.at(-1);
    if (copied === null || newest === undefined) return;
    while ((copied[this.copies] ?? Number.POSITIVE_INFINITY) < newest.atMs) this.copies++;
    const dueMs = copied[this.copies];
    if (dueMs === undefined || dueMs >= atMs) return;
    for (const point of chain.points) point.pins = 0;
    this.remove(dueMs);
  }

  add(backup: OldBackup, atMs: number): void {
    const { chain, zone } = this;
    this.arrivals.push({ backup, atMs });
    const point = pointOf(backup, atMs, this.copied === null ? 0 : 1);
    chain.insert(point, zone);
    // As it goes later: the retention looks at the new point, and again at the full that is made of it.
    this.remove(atMs, backup.synthetic ? backup.atMs - 1 : undefined);
    if (backup.synthetic) {
      chain.becomeFull(point, zone);
      point.cloned = chain.repository.plan.blockClone;
      this.remove(atMs);
    }
    while (chain.mergeable(atMs, zone) !== null) chain.absorb();
  }

  end(): Past {
    this.comeTo(0);
    const spans = new Spans(this.arrivals.map(({ backup }) => backup));
    return {
      arrivals: this.arrivals,
      points: this.chain.points.map((point) => spans.of(point)),
      removed: this.gone.map(({ point, removedMs, heirsUntilMs }) => ({ ...spans.of(point), removedMs, heirsUntilMs })),
    };
  }

  private remove(nowMs: number, heirsUntilMs = this.chain.newest?.atMs ?? nowMs): void {
    for (const point of this.chain.removable(nowMs, this.zone)) {
      this.chain.takeOut(point);
      this.gone.push({ point, removedMs: nowMs, heirsUntilMs });
    }
  }
}

function pointOf({ atMs, level }: OldBackup, storedMs: number, pins: number): RestorePoint {
  return newPoint({
    kind: level,
    atMs,
    streamedMs: null,
    storedMs,
    dueMs: atMs,
    storedBytes: 0,
    sentBytes: 0,
    level,
    changedSinceMs: null,
    fullBytes: 0,
    good: true,
    cloned: false,
    flags: NO_FLAGS,
    periods: null,
    pins,
    stolen: false,
    event: 0,
  });
}

/** Between which instants what a point holds was written. */
class Spans {
  private readonly backups: readonly OldBackup[];
  private readonly places: Map<number, number>;

  constructor(backups: readonly OldBackup[]) {
    this.backups = backups;
    this.places = new Map(backups.map(({ atMs }, place) => [atMs, place]));
  }

  of(point: RestorePoint): OldPoint {
    const place = this.places.get(point.atMs) as number;
    const at = (index: number): number => this.backups[index]?.atMs ?? point.atMs;
    const sentFromMs = at(place - 1);
    if (point.kind === 'reverse') return { point, fromMs: point.atMs, toMs: at(place + 1), sentFromMs };
    if (point.level === 'differential') {
      const full = at(this.backups.slice(0, place).findLastIndex(({ level, synthetic }) => level === 'full' || synthetic));
      return { point, fromMs: full, toMs: point.atMs, sentFromMs: full };
    }
    return { point, fromMs: sentFromMs, toMs: point.atMs, sentFromMs };
  }
}
