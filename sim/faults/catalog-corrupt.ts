/** `catalog-corrupt`: a job no longer knows what it has. Its points are there, but the next backup of every VM reads everything. */
import { type FaultKind, named, USUAL } from './kind.ts';

export const catalogCorrupt: FaultKind = {
  ...USUAL,
  lasts: false,
  on: ({ job }) => job,
  begin(world, { plan, event }) {
    world.chains.forget(named(world.jobs, plan.job), event);
  },
};
