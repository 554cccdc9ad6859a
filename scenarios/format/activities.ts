/** Profiles of guest activity: the named ones, and those that a scenario states in numbers. */
import type { ActivityPlan } from '../../sim/plan.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const WORKDAY = HOURS.map((hour) => (hour >= 8 && hour < 18 ? 1.8 : 0.5));
const DAY_OFF = HOURS.map(() => 0.5);

const NAMED: Record<'flat' | 'office-hours' | 'nights', number[]> = {
  flat: HOURS.map(() => 1),
  'office-hours': [WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, DAY_OFF, DAY_OFF].flat(),
  nights: HOURS.map((hour) => (hour >= 22 || hour < 5 ? 1.6 : 0.75)),
};

/** Gives each distinct profile one name: VMs that share a profile share a clock in the simulator. */
export class Activities {
  private readonly byContent = new Map<string, ActivityPlan>();

  /** The profile's name in the plan; one stated in numbers is called after the first path that states it. */
  use(stated: keyof typeof NAMED | number[], path: string): string {
    const multipliers = typeof stated === 'string' ? NAMED[stated] : stated;
    const content = JSON.stringify(stated);
    const known = this.byContent.get(content);
    if (known !== undefined) return known.name;
    const name = typeof stated === 'string' ? stated : path;
    this.byContent.set(content, { name, multipliers });
    return name;
  }

  plan(): ActivityPlan[] {
    return [...this.byContent.values()];
  }
}
