/** When a job may run: a window of the local day, on some days of the week, less blackouts (MODEL 4). */
import { MS_PER_DAY } from '../estate/growth-law.ts';
import { dateOf, MS_PER_MINUTE, type Zone } from '../estate/zone.ts';
import type { WindowPlan } from '../plan.ts';

/** A window that opens on one day of the week is searched for as far as this. */
const SEARCH_DAYS = 9;

export class Permitted {
  private readonly plan: WindowPlan;
  private readonly zone: Zone;

  constructor(plan: WindowPlan, zone: Zone) {
    this.plan = plan;
    this.zone = zone;
  }

  /** From the instant at which a window opens until before that at which it closes. */
  isOpenAt(atMs: number): boolean {
    if (this.plan.blackouts.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs)) return false;
    const today = this.zone.dayOf(atMs);
    return [today - 1, today].some((day) => {
      const hours = this.hoursOf(day);
      return hours !== null && atMs >= hours.openMs && atMs < hours.closeMs;
    });
  }

  /** The next instant after `atMs` at which it opens, if it is closed, or closes; null: never. */
  nextChange(atMs: number): number | null {
    const edges = this.plan.blackouts.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);
    const today = this.zone.dayOf(atMs);
    for (let day = today - 1; day <= today + SEARCH_DAYS; day++) {
      const hours = this.hoursOf(day);
      if (hours !== null) edges.push(hours.openMs, hours.closeMs);
    }
    const open = this.isOpenAt(atMs);
    const later = edges.filter((edge) => edge > atMs).sort((a, b) => a - b);
    return later.find((edge) => this.isOpenAt(edge) !== open) ?? null;
  }

  /** The window that opens on a local day: one that ends no later than it begins ends on the next. */
  private hoursOf(day: number): { openMs: number; closeMs: number } | null {
    const { hours } = this.plan;
    if (hours === null) return { openMs: this.zone.midnightOf(day), closeMs: this.zone.midnightOf(day + 1) };
    if (!hours.days.includes(dateOf(day).weekday)) return null;
    const instant = (ofDay: number, minute: number): number => this.zone.firstInstantOf(ofDay * MS_PER_DAY + minute * MS_PER_MINUTE);
    const ends = hours.untilMinute > hours.fromMinute ? day : day + 1;
    return { openMs: instant(day, hours.fromMinute), closeMs: instant(ends, hours.untilMinute) };
  }
}
