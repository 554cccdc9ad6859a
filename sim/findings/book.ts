/** Collects findings while the log is written: one per rule and subject, with the first occurrence in full and the others counted. */
import { eventName } from '../kernel/log.ts';
import type { Finding, Severity, Verdict } from '../result.ts';
import type { Policy } from './policy.ts';
import type { Occurrence, Rule } from './rule.ts';
import { RULES } from './rules/index.ts';

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** What the policy says of a rule and a subject. */
type Weight = Pick<Finding, 'severity' | 'waiver'>;

interface Entry {
  weight: Weight;
  finding: Finding;
  open: boolean;
}

export class FindingBook {
  private readonly raising = new Map<string, Rule[]>();
  private readonly ending = new Map<string, Rule[]>();
  private readonly entries = new Map<string, Entry>();

  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
    for (const rule of RULES) {
      for (const kind of rule.raisedBy) enlist(this.raising, kind, rule);
      for (const kind of rule.endedBy ?? []) enlist(this.ending, kind, rule);
    }
  }

  /** Kinds of events that some rule is about. */
  kinds(): ReadonlySet<string> {
    return new Set([...this.raising.keys(), ...this.ending.keys()]);
  }

  /** Takes note of an event of the log, or of a signal of the same shape. Its causes are those of the finding, the event itself included. */
  observe(event: Occurrence): void {
    for (const rule of this.raising.get(event.kind) ?? []) if (rule.when === undefined || rule.when(event)) this.raise(rule, event);
    for (const rule of this.ending.get(event.kind) ?? []) this.end(rule, event);
  }

  /** All findings, worst first, then in the order of time; ids follow that order. */
  findings(): Finding[] {
    const all = [...this.entries.values()].map((entry) => entry.finding);
    const place = new Map(RULES.map((rule, index) => [rule.id, index]));
    all.sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.atMs - b.atMs || (place.get(a.rule) as number) - (place.get(b.rule) as number));
    all.forEach((finding, index) => {
      finding.id = `F${index + 1}`;
    });
    return all;
  }

  /** What a signal tells may have begun before what is known already: the earliest occurrence is the finding. */
  private raise(rule: Rule, event: Occurrence): void {
    const name = String(event.fields[rule.subjectField]);
    const key = `${rule.id}/${rule.subject}/${name}`;
    const known = this.entries.get(key);
    const weight = known?.weight ?? this.weigh(rule, name);
    if (weight === null) return;
    const count = ((known?.finding.evidence.count as number | undefined) ?? 0) + 1;
    const lastAtMs = Math.max(event.atMs, (known?.finding.evidence.lastAtMs as number | undefined) ?? 0);
    if (known !== undefined && known.finding.atMs <= event.atMs) {
      known.finding.evidence.count = count;
      known.finding.evidence.lastAtMs = lastAtMs;
      return;
    }
    const evidence: Finding['evidence'] = {};
    for (const field of rule.evidence) evidence[field] = event.fields[field] ?? null;
    evidence.count = count;
    evidence.lastAtMs = lastAtMs;
    const finding: Finding = {
      id: '',
      rule: rule.id,
      severity: weight.severity,
      atMs: event.atMs,
      untilMs: event.untilMs ?? null,
      subject: { kind: rule.subject, name },
      causes: (event.id === undefined ? event.causes : [event.id]).map(eventName),
      evidence,
    };
    if (weight.waiver !== undefined) finding.waiver = weight.waiver;
    this.entries.set(key, { weight, finding, open: event.untilMs === undefined });
  }

  /** null: the policy does not want to know. What is waived is a note that says what it would be. */
  private weigh(rule: Rule, name: string): Weight | null {
    const severity = this.policy.severityOf(rule.id, rule.severity, rule.subject, name);
    if (severity === 'off') return null;
    const waiver = this.policy.waiverOf(rule.id, rule.subject, name);
    if (waiver === null) return { severity };
    const { owner, reason, until } = waiver;
    return { severity: 'info', waiver: { severity, owner, reason, until } };
  }

  private end(rule: Rule, event: Occurrence): void {
    const entry = this.entries.get(`${rule.id}/${rule.subject}/${String(event.fields[rule.subjectField])}`);
    if (entry === undefined || !entry.open) return;
    entry.open = false;
    entry.finding.untilMs = event.atMs;
  }
}

/** Errors make a plan fail, warnings put it at risk, notes never matter. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.severity === 'error')) return 'fails';
  return findings.some((finding) => finding.severity === 'warning') ? 'at-risk' : 'safe';
}

function enlist(map: Map<string, Rule[]>, kind: string, rule: Rule): void {
  const rules = map.get(kind);
  if (rules === undefined) map.set(kind, [rule]);
  else rules.push(rule);
}
