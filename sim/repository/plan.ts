/** Repositories, chains and retention as plain data: a part of the plan (`sim/plan.ts`). */
import type { SchedulePlan } from '../schedule/plan.ts';

/** How the points of a VM build on each other. */
export type ChainMode = 'forever-forward' | 'forward' | 'reverse' | 'full';

/** A run at or after an instant of the schedule makes a full: by reading the source, or out of what the repository holds. */
export interface FullBackupsPlan {
  kind: 'active' | 'synthetic';
  schedule: SchedulePlan;
}

/** Which points are kept; null: the option is not used. At least one option is. */
export interface RetentionPlan {
  last: number | null;
  hourly: number | null;
  daily: number | null;
  weekly: number | null;
  monthly: number | null;
  yearly: number | null;
  /** Whose definition of these words: see `retention.ts`. */
  definition: 'proxmox' | 'veeam';
}

/** New points are copied to another repository. */
export interface CopyPlan {
  repository: string;
  /** Links between the two, besides those of the target. */
  links: string[];
  /** When; null: as soon as a point is complete. */
  schedule: SchedulePlan | null;
  retention: RetentionPlan;
  /** Who may delete the copies; null: whoever may delete the originals. */
  account: string | null;
}

export interface RepositoryPlan {
  name: string;
  capacityBytes: number;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  slots: number | null;
  links: string[];
  /** Cap of one merge of an increment into its full. */
  mergeBytesPerSecond: number;
  /** Transforms only change references to blocks. */
  blockClone: boolean;
  /** A point younger than this cannot go; null: any can. */
  immutableMs: number | null;
  /** How long what was removed still takes its space. */
  gcGraceMs: number;
  /** `readShare`: what a collection costs, as the part of the stored bytes that takes as long to read; null: space returns by itself. */
  garbageCollection: { schedule: SchedulePlan; readShare: number } | null;
  /** When everything stored is read; null: never. */
  verify: SchedulePlan | null;
  copyTo: CopyPlan | null;
  origin: string;
}

/** A VM is read back from a repository to its datastores at a chosen moment. */
export interface RestorePlan {
  atMs: number;
  vm: string;
  /** From where; null: from wherever the newest point lies. */
  repository: string | null;
  /** The newest good point not after this instant is read. */
  pointAtMs: number;
  origin: string;
}
