/** The restore points of one VM that one job keeps on one repository, oldest first. */

import type { Job } from '../backup/run.ts';
import { insertAt, removeAt } from '../estate/lists.ts';
import type { Vm } from '../estate/vm.ts';
import type { Zone } from '../estate/zone.ts';
import type { ChainMode, RetentionPlan } from './plan.ts';
import { mergeInto, neededFor, type RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';
import { flagsFor, isPlain, keptBy } from './retention.ts';

const NO_POINTS: readonly RestorePoint[] = [];

export class Chain {
  readonly job: Job;
  readonly vm: Vm;
  readonly repository: Repository;
  readonly mode: ChainMode;
  readonly retention: RetentionPlan;
  /** Who may delete its points; null: nobody in particular. */
  readonly account: string | null;
  readonly points: RestorePoint[] = [];
  /** The points that a transform works on, which is asked for or under way: all points stay as they are. Empty: there is none. */
  transforming: readonly RestorePoint[] = NO_POINTS;
  /** Points that wait to be copied to the repository's target, oldest first. */
  readonly uncopied: RestorePoint[] = [];
  copying = false;
  /** In a chain of copies what the next one builds upon; null: nothing has been copied yet, but in the past. */
  newestCopied: RestorePoint | null = null;
  /** What the periods of the retention keep; null: the points have changed since. */
  private keptByPeriods: boolean[] | null = null;

  constructor(job: Job, vm: Vm, repository: Repository, mode: ChainMode, retention: RetentionPlan, account: string | null) {
    this.job = job;
    this.vm = vm;
    this.repository = repository;
    this.mode = mode;
    this.retention = retention;
    this.account = account;
  }

  get busy(): boolean {
    return this.transforming.length > 0;
  }

  /** A transform of some of its points is asked for. */
  beginTransform(points: readonly RestorePoint[]): void {
    this.transforming = points;
    for (const point of points) point.pins++;
  }

  /** It is over, or given up. */
  endTransform(): void {
    for (const point of this.transforming) point.pins--;
    this.transforming = NO_POINTS;
  }

  /** A point and all that it stands on. */
  neededBy(point: RestorePoint): RestorePoint[] {
    const { points } = this;
    const needed = neededFor(
      points,
      points.map((other) => other === point),
    );
    return points.filter((_, index) => needed[index] === true);
  }

  get newest(): RestorePoint | undefined {
    return this.points[this.points.length - 1];
  }

  /** The newest point of one of two kinds. */
  newestOf(kind: RestorePoint['kind'], or: RestorePoint['kind'] = kind): RestorePoint | undefined {
    const { points } = this;
    for (let at = points.length - 1; at >= 0; at--) {
      const point = points[at] as RestorePoint;
      if (point.kind === kind || point.kind === or) return point;
    }
    return undefined;
  }

  /** Adds a complete point in the order of the moments that points hold: a run that began earlier may end later. */
  insert(point: RestorePoint, zone: Zone): void {
    if (point.kind === 'full') this.becomeFull(point, zone);
    let place = this.points.length;
    while (place > 0 && (this.points[place - 1] as RestorePoint).atMs > point.atMs) place--;
    insertAt(this.points, place, point);
    this.keptByPeriods = null;
    if (this.mode === 'reverse' && point.level !== 'full') turnBack(this.points, place);
  }

  /** A continuous backup has brought a point to a later moment: by that it counts from now on. */
  bringTo(point: RestorePoint, momentMs: number): void {
    point.streamedMs = momentMs;
    point.periods = null;
    this.keptByPeriods = null;
  }

  /** Takes a point out; returns where it stood. */
  takeOut(point: RestorePoint): number {
    const place = this.points.indexOf(point);
    removeAt(this.points, place);
    this.forget(place);
    return place;
  }

  /** The oldest full takes in the increment after it. */
  absorb(): void {
    const [full, increment] = this.points as [RestorePoint, RestorePoint];
    mergeInto(increment, full);
    this.points.shift();
    // The moment of the full goes, that of the increment stays.
    this.forget(0);
  }

  /** A moment is gone. One that no period kept has decided nothing about the others. */
  private forget(place: number): void {
    if (this.keptByPeriods?.[place] === false) removeAt(this.keptByPeriods, place);
    else this.keptByPeriods = null;
  }

  becomeFull(point: RestorePoint, zone: Zone): void {
    point.kind = 'full';
    if (isPlain(this.retention)) return;
    const fulls = this.points.filter((other) => other !== point && other.kind === 'full');
    point.flags = flagsFor(point, fulls, zone);
  }

  /** Points that nothing keeps: neither the retention nor immutability, nor a work under way, nor a point that depends on them. */
  removable(nowMs: number, zone: Zone): RestorePoint[] {
    if (this.busy || this.isShort()) return [];
    const kept = this.kept(nowMs, zone);
    if (!kept.includes(false) || (kept[kept.length - 1] === true && this.isOneChain())) return [];
    const needed = neededFor(this.points, kept);
    return needed.includes(false) ? this.points.filter((_, index) => needed[index] !== true) : [];
  }

  /** The increment that the oldest full, which nothing keeps, is to take in; null: none. */
  mergeable(nowMs: number, zone: Zone): RestorePoint | null {
    if (this.busy || this.mode !== 'forever-forward' || this.isShort()) return null;
    const [oldest, next] = this.points;
    if (oldest?.kind !== 'full' || next?.kind !== 'incremental') return null;
    if (next.pins > 0 || this.isImmutable(next, nowMs)) return null;
    return this.kept(nowMs, zone)[0] === true ? null : next;
  }

  isImmutable(point: RestorePoint, nowMs: number): boolean {
    const { immutableMs } = this.repository.plan;
    return immutableMs !== null && nowMs - point.storedMs < immutableMs;
  }

  /** By point: nobody can delete it, being immutable or needed by one that is. */
  locked(nowMs: number): boolean[] {
    return neededFor(
      this.points,
      this.points.map((point) => this.isImmutable(point, nowMs)),
    );
  }

  private kept(nowMs: number, zone: Zone): readonly boolean[] {
    // By age what is kept changes with time, by periods only with the points.
    const byAge = this.retention.definition === 'veeam';
    const kept = byAge ? keptBy(this.retention, this.points, zone, nowMs) : (this.keptByPeriods ??= keptBy(this.retention, this.points, zone, nowMs));
    if (this.repository.plan.immutableMs === null && !this.isPinned()) return kept;
    return this.points.map((point, index) => kept[index] === true || point.pins > 0 || this.isImmutable(point, nowMs));
  }

  /** A work under way needs one of its points. */
  private isPinned(): boolean {
    for (const { pins } of this.points) if (pins > 0) return true;
    return false;
  }

  /** Each point but the first stands on all before it: the newest needs them all. */
  private isOneChain(): boolean {
    for (let place = 1; place < this.points.length; place++) if ((this.points[place] as RestorePoint).kind !== 'incremental') return false;
    return true;
  }

  /** No more points than the newest that stay in any case. */
  private isShort(): boolean {
    return this.points.length <= (this.retention.last ?? 1);
  }
}

/**
 * In a reverse chain the newest point is the full: it takes in what is new, and what that overwrites becomes the increment of the point before. New blocks of a
 * VM that has grown overwrite nothing.
 */
function turnBack(points: RestorePoint[], place: number): void {
  const added = points[place] as RestorePoint;
  const former = points[place - 1];
  if (former?.kind !== 'full') {
    // A run that began earlier has ended later: its place is among the reverse increments.
    added.kind = 'reverse';
    return;
  }
  const grown = Math.min(Math.max(0, added.fullBytes - former.storedBytes), added.storedBytes);
  const full = former.storedBytes + grown;
  former.kind = 'reverse';
  former.storedBytes = added.storedBytes - grown;
  added.kind = 'full';
  added.storedBytes = full;
}
