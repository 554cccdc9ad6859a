/**
 * What a rule is: which events of the log raise a finding, with whom as its subject, which end it, and what stands in its evidence. Each rule is a file of
 * `rules/` and a line of its index. Conditions that are no events of the log (rates and queues have no place in it) come as signals of the same shape; the
 * class that follows such a condition stands in the file of its rule.
 */
import type { LoggedEvent } from '../kernel/log.ts';
import type { RuleId, Severity, SubjectKind } from '../result.ts';

/** An event of the log, or a signal: then without an id, and perhaps with an end that is known already. */
export type Occurrence = Omit<LoggedEvent, 'id'> & { id?: number; untilMs?: number | null };

export interface Rule {
  id: RuleId;
  severity: Severity;
  subject: SubjectKind;
  /** Kinds of events that raise it. */
  raisedBy: readonly string[];
  /** Only these. */
  when?: (event: Occurrence) => boolean;
  /** Kinds of events that end an episode. */
  endedBy?: readonly string[];
  /** Which field of those events names the subject. */
  subjectField: string;
  /** Fields of the first occurrence that are handed on as evidence. */
  evidence: readonly string[];
}
