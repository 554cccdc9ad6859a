/** The policy of a plan, ready to be asked: thresholds by subject, and what a finding of a rule about a subject weighs. */
import type { RuleId, Severity, SubjectKind } from '../result.ts';
import type { PolicyPlan, PolicyPreset, RuleSettingPlan, SubjectsPlan, Thresholds, WaiverPlan } from './plan.ts';

const DEFAULT_THRESHOLDS: Readonly<Thresholds> = {
  /** At least 10 % free (Veeam best practice guide, interaction with vSphere). */
  freeShare: 0.1,
  saturatedMs: 5 * 60_000,
  /** Where backup software begins no new task, to spare the guests (Veeam user guide, storage latency control). */
  latencyAboveMs: 20,
  slowMs: 5 * 60_000,
  /** No snapshot should be older (VMware's best practice for snapshots, Broadcom KB 318825). */
  snapshotAgeMs: 72 * 3_600_000,
  /** Two to three at most (the same). */
  chainDepth: 3,
  /** Our own: clusters and applications notice. */
  stunMs: 5000,
  /** Our own: longer than a usual backup night (22:00 to 06:00). */
  slotWaitMs: 8 * 3_600_000,
  /** Our own: a run that is over its proxies sooner starves nobody. */
  proxySpanMs: 5 * 60_000,
  /** Our own. */
  proxyShare: 0.5,
  /** Our own: an agent reads as fast as a guest can, and no more than a few of them saturate a datastore. */
  agents: 10,
};

const PRESETS: Record<PolicyPreset, Record<Severity, Severity>> = {
  observe: { error: 'warning', warning: 'info', info: 'info' },
  recommended: { error: 'error', warning: 'warning', info: 'info' },
  strict: { error: 'error', warning: 'error', info: 'info' },
};

export class Policy {
  private readonly plan: PolicyPlan;
  private readonly common: Readonly<Thresholds>;
  /** Where they differ from the common ones. */
  private readonly own = new Map<SubjectKind, Map<string, Thresholds>>();

  constructor(plan: PolicyPlan) {
    this.plan = plan;
    let common = DEFAULT_THRESHOLDS;
    for (const { subjects, thresholds } of plan.settings) if (subjects === null) common = { ...common, ...thresholds };
    this.common = common;
    for (const setting of plan.settings) this.addOwn(setting);
  }

  /** From where on rules speak about a subject. */
  thresholds(kind: SubjectKind, name: string): Readonly<Thresholds> {
    return this.own.get(kind)?.get(name) ?? this.common;
  }

  /** What a finding weighs; `usual` is the rule's own severity. */
  severityOf(rule: RuleId, usual: Severity, kind: SubjectKind, name: string): Severity | 'off' {
    let common: Severity | 'off' = PRESETS[this.plan.preset][usual];
    let own: Severity | 'off' | null = null;
    for (const { rule: set, severity, subjects } of this.plan.settings) {
      if (set !== rule || severity === null) continue;
      if (subjects === null) common = severity;
      else if (covers(subjects, kind, name)) own = severity;
    }
    return own ?? common;
  }

  /** The first waiver that still counts. */
  waiverOf(rule: RuleId, kind: SubjectKind, name: string): WaiverPlan | null {
    return this.plan.waivers.find((waiver) => waiver.rule === rule && !waiver.expired && covers(waiver.subjects, kind, name)) ?? null;
  }

  private addOwn({ subjects, thresholds }: RuleSettingPlan): void {
    if (subjects === null || Object.keys(thresholds).length === 0) return;
    for (const { kind, names } of subjects) {
      const ofKind = this.own.get(kind) ?? new Map<string, Thresholds>();
      this.own.set(kind, ofKind);
      for (const name of names) ofKind.set(name, { ...(ofKind.get(name) ?? this.common), ...thresholds });
    }
  }
}

function covers(subjects: readonly SubjectsPlan[] | null, kind: SubjectKind, name: string): boolean {
  return subjects === null || subjects.some((one) => one.kind === kind && one.names.includes(name));
}
