/** What counts as trouble, and how much, as plain data: a part of the plan (`sim/plan.ts`). It judges a run and never changes it. */
import type { RuleId, Severity, SubjectKind } from '../result.ts';

/** How hard rules are unless a setting says otherwise: errors as warnings and warnings as notes, as the rules have it, or warnings as errors. */
export type PolicyPreset = 'observe' | 'recommended' | 'strict';

/** From where on the rules speak. Times in milliseconds, shares from 0 to 1. */
export interface Thresholds {
  /** `free-space`: below this share of the capacity. */
  freeShare: number;
  /** `io-saturated`: for at least this long. */
  saturatedMs: number;
  /** `latency`: above this, for at least so long. */
  latencyAboveMs: number;
  slowMs: number;
  /** `snapshot-age`: older than this. */
  snapshotAgeMs: number;
  /** `chain-depth`: more snapshots than this on top of each other. */
  chainDepth: number;
  /** `stun`: for at least this long. */
  stunMs: number;
  /** `slot-starved`: for longer than this. */
  slotWaitMs: number;
  /** `proxy-starved`: in transfers of at least this length, for more than this share of it. */
  proxySpanMs: number;
  proxyShare: number;
  /** `guest-agent-storm`: more agents than this at work on one datastore. */
  agents: number;
}

/** Subjects of one kind, by name. */
export interface SubjectsPlan {
  kind: SubjectKind;
  names: string[];
}

export interface RuleSettingPlan {
  rule: RuleId;
  /** null: as before. */
  severity: Severity | 'off' | null;
  thresholds: Partial<Thresholds>;
  /** null: all. */
  subjects: SubjectsPlan[] | null;
}

/** Somebody has accepted a finding until a certain time. */
export interface WaiverPlan {
  rule: RuleId;
  /** null: all. */
  subjects: SubjectsPlan[] | null;
  owner: string;
  reason: string;
  /** ISO 8601 with offset. */
  until: string;
  /** It had expired when the scenario starts: it is told of, and does not count. */
  expired: boolean;
}

export interface PolicyPlan {
  preset: PolicyPreset;
  /** Later ones win; those with subjects win over those without. */
  settings: RuleSettingPlan[];
  waivers: WaiverPlan[];
}
