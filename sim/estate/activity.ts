/** Activity profiles: how a guest's writing and reading vary over the local day or week, around their mean. */
import type { ActivityPlan } from '../plan.ts';
import { MS_PER_DAY } from './growth-law.ts';
import { MS_PER_HOUR, type Zone } from './zone.ts';

export class Activity {
  readonly name: string;
  /** 168 multipliers from Monday 00:00, with mean 1. */
  private readonly hours: number[];
  private readonly zone: Zone;
  /** Every multiplier is exactly 1. */
  private readonly isEven: boolean;
  /** Means of spans by start and end: every disk of a job asks for the same ones. */
  private readonly means = new Map<number, Map<number, number>>();

  constructor(plan: ActivityPlan, zone: Zone) {
    this.name = plan.name;
    this.zone = zone;
    const given = plan.multipliers;
    let sum = 0;
    for (const value of given) sum += value;
    const mean = sum / given.length;
    this.hours = Array.from({ length: 168 }, (_, hour) => (given[hour % given.length] as number) / mean);
    this.isEven = this.hours.every((value) => value === 1);
  }

  get isFlat(): boolean {
    return this.hours.every((value) => value === this.hours[0]);
  }

  multiplierAt(atMs: number): number {
    const local = this.zone.localOf(atMs);
    const day = Math.floor(local / MS_PER_DAY);
    // Day 0, 1970-01-01, was a Thursday.
    const weekdayFromMonday = (((day + 3) % 7) + 7) % 7;
    const hour = Math.floor((local - day * MS_PER_DAY) / MS_PER_HOUR);
    return this.hours[weekdayFromMonday * 24 + hour] as number;
  }

  /** The next instant at which the multiplier may differ: a full local hour, or a change of the zone's offset. */
  nextChangeAfter(atMs: number): number {
    const present = this.multiplierAt(atMs);
    let at = atMs;
    for (let hour = 0; hour <= 170; hour++) {
      const local = this.zone.localOf(at);
      const offset = this.zone.offsetAt(at);
      // After a change of offset by less than an hour the full local hour moves; looking each half hour finds it.
      let next = at + (Math.floor(local / MS_PER_HOUR) + 1) * MS_PER_HOUR - local;
      if (this.zone.offsetAt(next) !== offset) next = this.firstWithOtherOffset(at, next, offset);
      at = next;
      if (this.multiplierAt(at) !== present) return at;
    }
    return at;
  }

  /** Mean multiplier over a span. */
  meanBetween(fromMs: number, toMs: number): number {
    if (this.isEven) return 1;
    if (toMs <= fromMs) return this.multiplierAt(fromMs);
    let byEnd = this.means.get(fromMs);
    if (byEnd === undefined) {
      byEnd = new Map();
      this.means.set(fromMs, byEnd);
    }
    let mean = byEnd.get(toMs);
    if (mean === undefined) {
      mean = this.newMean(fromMs, toMs);
      byEnd.set(toMs, mean);
    }
    return mean;
  }

  private newMean(fromMs: number, toMs: number): number {
    let sum = 0;
    let at = fromMs;
    while (at < toMs) {
      const next = Math.min(this.nextChangeAfter(at), toMs);
      sum += this.multiplierAt(at) * (next - at);
      at = next;
    }
    return sum / (toMs - fromMs);
  }

  private firstWithOtherOffset(fromMs: number, toMs: number, offset: number): number {
    let low = fromMs;
    let high = toMs;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.zone.offsetAt(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}
