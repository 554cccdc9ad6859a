/** What goes wrong, as plain data: a part of the plan (`sim/plan.ts`). Where a key means nothing to a kind it is null. */

export type FaultName =
  | 'network-outage'
  | 'network-slowdown'
  | 'proxy-crash'
  | 'host-loss'
  | 'datastore-degraded'
  | 'datastore-lost'
  | 'credential-expired'
  | 'writer-failure'
  | 'corrupt-disk'
  | 'buggy-application'
  | 'security-software'
  | 'catalog-corrupt'
  | 'server-resources'
  | 'stolen-account';

/** When a fault strikes. `forMs`: how long it then lasts; null: to the end of the scenario. */
export type FaultTimes =
  | { kind: 'always' }
  | { kind: 'at'; atMs: number; forMs: number | null }
  /** At random instants, on average so many a day. */
  | { kind: 'rate'; perDay: number; forMs: number | null }
  /** So long after the start of each run of a job, with a probability. */
  | { kind: 'run'; job: string; afterMs: number; probability: number; forMs: number | null };

export interface FaultPlan {
  kind: FaultName;
  times: FaultTimes;
  /** What it is on. */
  link: string | null;
  host: string | null;
  proxy: string | null;
  datastore: string | null;
  account: string | null;
  /** Whose tasks it strikes: those of a job, and of a VM or a group; null: of any. */
  job: string | null;
  vm: string | null;
  /** Index of the disk that it is on; null: any. */
  disk: number | null;
  /** What is left of a rate, a number or a speed: above 0, below 1. */
  factor: number | null;
  /** Fraction of what a transfer reads after which it comes no further. */
  offset: number | null;
  /** Of each task to be struck; 1: every one. */
  probability: number;
  origin: string;
}
