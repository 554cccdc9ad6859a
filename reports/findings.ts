/** Findings in sentences, gathered by rule and kind of subject; the words of each rule stand in `rule-words.ts`. */
import { RULES } from '../sim/findings/rules/index.ts';
import type { Finding, RuleId, Severity } from '../sim/result.ts';
import type { ReportContext } from './context.ts';
import { pluralOf, titleOf } from './phrases.ts';
import { RULE_WORDS } from './rule-words.ts';
import { formatCount, printable } from './units.ts';

const HARM_ORDER = Object.keys(RULE_WORDS);
const SEVERITIES: Severity[] = ['error', 'warning', 'info'];

/** The sentence for one finding: what, which, when. */
export function describeFinding(finding: Finding, context: ReportContext): string {
  return RULE_WORDS[finding.rule].describe([finding], context);
}

/** What helps, in one sentence. */
export function remedyFor(finding: Finding): string {
  const words = RULE_WORDS[finding.rule];
  return words.remedyIf?.(finding) ?? words.remedy;
}

/** Whether the rule by itself means that something breaks, whatever a policy makes of it. */
export function isHarm(rule: RuleId): boolean {
  return RULES.some(({ id, severity }) => id === rule && severity === 'error');
}

/** A sentence or two on why, from the figures of one finding; null where they add nothing. */
export function findingReason(finding: Finding, context: ReportContext): string | null {
  const words = RULE_WORDS[finding.rule];
  return words.whyAll?.([finding], context) ?? words.why?.(finding, context) ?? null;
}

export interface FindingGroup {
  severity: Severity;
  rule: RuleId;
  findings: Finding[];
  /** `Datastore`, `VM`, ... */
  subjectTitle: string;
  /** Without instant and reason, for a list by time. */
  brief: string;
  sentence: string;
  why: string | null;
  remedy: string;
}

/** Findings of one rule and subject kind together, ordered by severity, harm and time. */
export function groupFindings(context: ReportContext): FindingGroup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of context.result.findings) {
    const { waiver } = finding;
    const waived = waiver === undefined ? '' : JSON.stringify(waiver);
    const key = `${finding.severity} ${finding.rule} ${finding.subject.kind} ${waived}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  const ordered = [...groups.values()].map((group) => group.sort((a, b) => a.atMs - b.atMs));
  ordered.sort((a, b) => compareHarm(a[0] as Finding, b[0] as Finding));
  return ordered.map((findings) => {
    const head = findings[0] as Finding;
    const words = RULE_WORDS[head.rule];
    return {
      severity: head.severity,
      rule: head.rule,
      findings,
      subjectTitle: titleOf(findings),
      brief:
        findings.length === 1
          ? `${printable(head.subject.name)} ${words.brief[0]}`
          : `${formatCount(findings.length, '', pluralOf(findings))} ${words.brief[1]}`,
      sentence: words.describe(findings, context),
      why: words.whyAll?.(findings, context) ?? whyOf(words.why?.(head, context) ?? null, findings),
      remedy: remedyFor(head),
    };
  });
}

/** Where several subjects share a sentence, their figures are those of the first. */
function whyOf(why: string | null, findings: readonly Finding[]): string | null {
  return why === null || findings.length === 1 ? why : `${printable(findings[0]?.subject.name ?? '')}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
}

function compareHarm(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || HARM_ORDER.indexOf(a.rule) - HARM_ORDER.indexOf(b.rule) || a.atMs - b.atMs
  );
}
