/** What repositories hold, and what is done with it. */
import type { Flag, Retention } from './retention.ts';
import type { Schedule } from './schedule.ts';
import type { Base, Disk, Job, Link, Repository, Transfer, Vm } from './world.ts';

/** What one job keeps of one VM on one repository. */
export interface Chain {
  job: Job;
  vm: Vm;
  repository: Repository;
  mode: Job['mode'];
  retention: Retention;
  /** Who may delete its points. */
  account: string | null;
  /** The chain from which its points are copied. */
  copyOf: Chain | null;
  /** What its next copy builds upon. */
  newestCopied: Base | null;
  /** By the moments they hold, the oldest first. */
  points: Point[];
  /** Waits or runs. */
  transform: Transform | null;
  /** Deleted by a thief, but still used by the transform. */
  stolen: Point[];
  /** What those held that a thief has deleted. */
  lostBases: Set<Base>;
}

export interface Point {
  momentMs: number;
  completeMs: number;
  /** When the run that made it was due. */
  dueMs: number;
  /** A reverse increment leads back in time from the point after it. */
  kind: 'full' | 'incremental' | 'differential' | 'reverse';
  bytes: number;
  /** What a full of its moment would store. */
  fullBytes: number;
  isGood: boolean;
  /** A full that shares the blocks of the points before it. */
  isCloned: boolean;
  /** It was the first full of its week, month or year when it became one. */
  firstOf: Flag[];
  base: Base;
  /** What its changes count from; null for a full. */
  since: Base | null;
}

export interface Work {
  kind: 'merge' | 'synthetic-full' | 'removal' | 'copy' | Upkeep['kind'];
  repository: string;
  job: string;
  vm: string;
  startedMs: number;
  endedMs: number | null;
  /** Merged, written, removed, or gone through. */
  bytes: number;
}

/** Where the points of a repository are copied to. */
export interface CopyTarget {
  repository: Repository;
  links: Link[];
  /** Null where points are copied as soon as they are complete. */
  schedule: Schedule | null;
  retention: Retention;
  /** Null where that of the job may delete the copies too. */
  account: string | null;
}

/** A point that shall be copied to another repository. */
export interface Copy {
  from: Chain;
  point: Point;
  /** As the task has sent it. */
  kind: Point['kind'];
  sentBytes: number;
  /** In the order in which work was asked for; null while it waits for its time, or for others of its chain. */
  place: number | null;
  /** In stored bytes; null while it waits. */
  work: Transfer | null;
  /** It is written as a full, because there is nothing to build upon. */
  isWhole: boolean;
  /** What it will hold. */
  momentMs: number;
  /** What it is written on top of. */
  onto: Base | null;
  entry: Work | null;
}

/** A VM is taken back to a point. */
export interface Restore {
  atMs: number;
  vm: Vm;
  /** From which alone; null for any. */
  repository: Repository | null;
  notAfterMs: number;
  place: number;
  /** What is read, in bytes as they were on the VM; null where there is no such point. */
  source: { chain: Chain; point: Point; momentMs: number; sourceBytes: number; held: Point[] } | null;
  /** One flow for each disk; null until it has its slot. */
  work: { disk: Disk; transfer: Transfer }[] | null;
  startedMs: number | null;
  endedMs: number | null;
}

/** A repository goes through all that it holds. */
export interface Upkeep {
  repository: Repository;
  kind: 'garbage-collection' | 'verification';
  /** In the order in which work was asked for. */
  place: number;
  /** Null while it waits for its slot. */
  work: Transfer | null;
  entry: Work | null;
}

/** The oldest full takes in an increment, or a point becomes a full. */
export interface Transform {
  chain: Chain;
  /** The increment that is merged, or the point that becomes a full. */
  point: Point;
  /** In the order in which work was asked for. */
  place: number;
  /** In stored bytes; null while it waits for its slot. */
  work: Transfer | null;
  /** Bytes that are read for each one written. */
  readsPerByte: number;
  takenBytes: number;
  /** Its entry in the list of what has been done. */
  entry: Work | null;
}
