/** All rules, in the order in which findings of one severity and instant are listed. A new one is a file and a line here. */
import type { Rule } from '../rule.ts';
import { chainDepth } from './chain-depth.ts';
import { consolidationStalled } from './consolidation-stalled.ts';
import { directDiskCopy } from './direct-disk-copy.ts';
import { excessivePermission } from './excessive-permission.ts';
import { freeSpace } from './free-space.ts';
import { guestAgentStorm } from './guest-agent-storm.ts';
import { ioSaturated } from './io-saturated.ts';
import { jobOverlap } from './job-overlap.ts';
import { latency } from './latency.ts';
import { newVmMissed } from './new-vm-missed.ts';
import { proxyStarved } from './proxy-starved.ts';
import { repositoryFull } from './repository-full.ts';
import { rpoMissed } from './rpo-missed.ts';
import { runOverlap } from './run-overlap.ts';
import { runSkipped } from './run-skipped.ts';
import { slotStarved } from './slot-starved.ts';
import { snapshotAge } from './snapshot-age.ts';
import { snapshotAsBackup } from './snapshot-as-backup.ts';
import { snapshotOrphaned } from './snapshot-orphaned.ts';
import { softwareOutdated } from './software-outdated.ts';
import { spaceExhausted } from './space-exhausted.ts';
import { stun } from './stun.ts';
import { taskFailed } from './task-failed.ts';
import { unsupportedGuest } from './unsupported-guest.ts';
import { vmCrashed } from './vm-crashed.ts';
import { vmNotCreated } from './vm-not-created.ts';
import { vmPaused } from './vm-paused.ts';
import { vmUnprotected } from './vm-unprotected.ts';
import { windowOverrun } from './window-overrun.ts';

export const RULES: readonly Rule[] = [
  spaceExhausted,
  vmPaused,
  vmCrashed,
  vmNotCreated,
  repositoryFull,
  taskFailed,
  rpoMissed,
  vmUnprotected,
  freeSpace,
  snapshotOrphaned,
  consolidationStalled,
  snapshotAge,
  chainDepth,
  excessivePermission,
  directDiskCopy,
  snapshotAsBackup,
  softwareOutdated,
  unsupportedGuest,
  windowOverrun,
  runOverlap,
  runSkipped,
  ioSaturated,
  latency,
  stun,
  ...slotStarved,
  proxyStarved,
  guestAgentStorm,
  newVmMissed,
  jobOverlap,
];
