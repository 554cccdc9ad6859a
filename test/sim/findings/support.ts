/** Findings of one rule. */
import { type Finding, type Plan, type RuleId, type SelectionPlan, simulate } from '../../../sim/index.ts';

export function findingsOf(plan: Plan, rule: RuleId): Finding[] {
  return simulate(plan).findings.filter((finding) => finding.rule === rule);
}

/** The log's events by id, to see what a finding names as its causes. */
export function kindsOf(plan: Plan, causes: readonly string[]): string[] {
  const kinds = new Map<string, string>();
  simulate(plan, {
    onEvent: (line) => {
      const { id, kind } = JSON.parse(line) as { id: string; kind: string };
      kinds.set(id, kind);
    },
  });
  return causes.map((id) => kinds.get(id) ?? 'unknown');
}

export function selecting(given: Partial<SelectionPlan>): SelectionPlan {
  return { all: false, names: [], tags: [], hosts: [], datastores: [], except: [], ...given };
}
