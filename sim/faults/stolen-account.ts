/** `stolen-account`: somebody else has an account and deletes what it may delete. What is immutable stays, and is worth what is left below it. */
import { type FaultKind, USUAL } from './kind.ts';

export const stolenAccount: FaultKind = {
  ...USUAL,
  lasts: false,
  on: ({ account }) => account,
  begin(world, { plan, event }) {
    world.theft.deleteAll(plan.account as string, event);
  },
};
