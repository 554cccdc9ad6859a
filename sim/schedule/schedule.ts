/** When a job is due, as instants since the scenario's start. Schedules are evaluated in local time, day by day (`firings.ts`). */
import { Zone } from '../estate/zone.ts';
import { type Firing, firingsOfDay, placeOf, type RecurringSchedule } from './firings.ts';
import type { SchedulePlan } from './plan.ts';

/** A search moves over neighbouring days; more than these are not kept. */
const KEPT_DAYS = 4;

export class Schedule {
  private readonly plan: SchedulePlan;
  private readonly zone: Zone;
  private readonly instantsByDay = new Map<number, number[]>();

  /** `zone` is the scenario's; a calendar event may name another. */
  constructor(plan: SchedulePlan, zone: Zone) {
    this.plan = plan;
    this.zone = plan.kind === 'calendar' && plan.zone !== null ? new Zone(plan.zone) : zone;
  }

  /** The first instant due at or after `atMs` and at or before `endMs`; null if there is none. A job after another has none of its own. */
  nextFrom(atMs: number, endMs: number): number | null {
    const plan = this.plan;
    if (plan.kind === 'after') return null;
    if (plan.kind === 'at') return upTo(endMs, firstAtOrAfter(plan.atMs, atMs));
    const lastDay = this.zone.dayOf(endMs) + 1;
    // A firing that the clocks move lies at the very end of its gap, where the next local day may begin already.
    for (let day = this.zone.dayOf(atMs - 1); day <= lastDay; day++) {
      const found = firstAtOrAfter(this.instantsOf(plan, day), atMs);
      if (found === null) continue;
      // Clocks that go back across midnight show the next day before this one is over.
      const nextDays = firstAtOrAfter(this.instantsOf(plan, day + 1), atMs);
      return upTo(endMs, nextDays === null ? found : Math.min(found, nextDays));
    }
    return null;
  }

  /** Up to `count` instants due before `beforeMs`, latest first, looking back at most `days` local days (single instants: all of them). */
  lastBefore(beforeMs: number, count: number, days: number): number[] {
    const plan = this.plan;
    if (plan.kind === 'after') return [];
    if (plan.kind === 'at')
      return plan.atMs
        .filter((atMs) => atMs < beforeMs)
        .toReversed()
        .slice(0, count);
    const found: number[] = [];
    const today = this.zone.dayOf(beforeMs);
    for (let day = today; day > today - days && found.length < count; day--) {
      found.push(
        ...this.instantsOf(plan, day)
          .filter((atMs) => atMs < beforeMs)
          .reverse(),
      );
    }
    return found.sort((a, b) => b - a).slice(0, count);
  }

  /** Firings from `fromMs` until before `endMs` in their order, those that a change of the clocks drops among them. */
  *firingsBetween(fromMs: number, endMs: number): Generator<Firing> {
    const plan = this.plan;
    if (plan.kind === 'after') return;
    if (plan.kind === 'at') {
      for (const atMs of plan.atMs) {
        if (atMs >= fromMs && atMs < endMs) yield { atMs, localMs: this.zone.localOf(atMs), change: null, insteadOfLocalMs: [] };
      }
      return;
    }
    for (let day = this.zone.dayOf(fromMs - 1); day <= this.zone.dayOf(endMs); day++) {
      for (const firing of firingsOfDay(plan, this.zone, day)) {
        const placeMs = placeOf(firing, this.zone);
        if (placeMs >= fromMs && placeMs < endMs) yield firing;
      }
    }
  }

  private instantsOf(plan: RecurringSchedule, day: number): number[] {
    const known = this.instantsByDay.get(day);
    if (known !== undefined) return known;
    const instants = firingsOfDay(plan, this.zone, day).flatMap(({ atMs }) => (atMs === null ? [] : [atMs]));
    if (this.instantsByDay.size >= KEPT_DAYS) this.instantsByDay.clear();
    this.instantsByDay.set(day, instants);
    return instants;
  }
}

function upTo(endMs: number, atMs: number | null): number | null {
  return atMs !== null && atMs <= endMs ? atMs : null;
}

function firstAtOrAfter(ascending: readonly number[], atMs: number): number | null {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  return ascending[low] ?? null;
}
