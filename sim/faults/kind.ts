/** What a kind of fault is: an entry in the table of `index.ts`. */
import type { Reason } from '../backup/task.ts';
import type { World } from '../world.ts';
import type { FaultPlan } from './plan.ts';

/** A fault of the scenario, and whether it holds at present. */
export class Fault {
  readonly index: number;
  readonly plan: FaultPlan;
  readonly kind: FaultKind;
  /** Strikes that last at present. */
  strikes = 0;
  /** Log event of the first of these. */
  event = 0;

  constructor(index: number, plan: FaultPlan, kind: FaultKind) {
    this.index = index;
    this.plan = plan;
    this.kind = kind;
  }

  get holds(): boolean {
    return this.strikes > 0;
  }
}

/** Where it strikes tasks: before anything is done, when the guest is quiesced, when its writers are, or while a disk is read. */
export type Step = 'start' | 'quiesce' | 'writers' | 'transfer';

export interface FaultKind {
  /** It holds for a time; otherwise it is over as soon as it has struck. */
  lasts: boolean;
  /** What it is on, for the log; null: the tasks that its plan describes. */
  on(plan: FaultPlan): string | null;
  /** What changes at once when it begins and when it ends. */
  begin(world: World, fault: Fault): void;
  end(world: World, fault: Fault): void;
  /** How tasks suffer from it while it holds; null: only by what `begin` does. */
  tasks: { step: Step; reason: Reason } | null;
  /** A transfer that it cuts off hangs until nothing has come through for too long; otherwise it fails at once. */
  hangs: boolean;
}

/** The usual: it holds for a time and changes nothing by itself. A kind says where it differs. */
export const USUAL: FaultKind = {
  lasts: true,
  on: () => null,
  begin: () => {},
  end: () => {},
  tasks: null,
  hangs: false,
};

/** An entry of the plan by its name. @throws Error where the plan does not contain it. */
export function named<T extends { name: string }>(list: readonly T[], name: string | null): T {
  const found = list.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`a fault names "${name}", which the plan does not contain`);
  return found;
}
