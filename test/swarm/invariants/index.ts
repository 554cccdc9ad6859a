/** All invariants by name. A new one is a file and a line here. */
import type { Invariant } from '../play.ts';
import { runsKeepTheirLowerBounds } from './bounds.ts';
import { pointsStandOnTheirBases, retentionKeepsWhatItMust } from './chains.ts';
import { nothingHappensToVmsThatDoNotExist } from './existence.ts';
import { faultsHold } from './faults.ts';
import { limitsHold } from './limits.ts';
import { locksExclude } from './locks.ts';
import { causesComeFirst, logIsOrdered } from './log.ts';
import { openSnapshotsStayWithinTheLimit } from './open-snapshots.ts';
import { queuesObeyLittle, slotsKnowWhoWaited } from './queues.ts';
import { repositoriesHoldTheirPoints } from './repository.ts';
import { slotsSuffice } from './slots.ts';
import { freeSpaceStopsAtTheFloor, fullnessIsFound, ledgersAddUp, levelsStayBelowThePeak } from './space.ts';
import { bottlenecksSumToOne, runsEndWithTheirTasks, stagesComeInOrder } from './stages.ts';
import { devicesCarryWhatTasksRead } from './work.ts';

export const INVARIANTS: Record<string, Invariant> = {
  logIsOrdered,
  causesComeFirst,
  ledgersAddUp,
  freeSpaceStopsAtTheFloor,
  levelsStayBelowThePeak,
  fullnessIsFound,
  stagesComeInOrder,
  bottlenecksSumToOne,
  runsEndWithTheirTasks,
  repositoriesHoldTheirPoints,
  pointsStandOnTheirBases,
  retentionKeepsWhatItMust,
  devicesCarryWhatTasksRead,
  runsKeepTheirLowerBounds,
  queuesObeyLittle,
  slotsKnowWhoWaited,
  locksExclude,
  slotsSuffice,
  openSnapshotsStayWithinTheLimit,
  nothingHappensToVmsThatDoNotExist,
  faultsHold,
  limitsHold,
};
