/**
 * Rules over the log: which events raise a finding, with whom as its subject, which end it, and what stands in its evidence. A rule is an entry here.
 * Conditions that are no events of the log (rates have no place in it) come as signals of the same shape.
 */
import type { LoggedEvent } from '../kernel/log.ts';
import type { RuleId, Severity, SubjectKind } from '../result.ts';

/** An event of the log, or a signal: a condition that has lasted long enough. */
export type Occurrence = Pick<LoggedEvent, 'atMs' | 'kind' | 'fields'>;

export interface Rule {
  id: RuleId;
  severity: Severity;
  subject: SubjectKind;
  /** Kind of event that raises it. */
  raisedBy: string;
  /** Only these. */
  when?: (event: Occurrence) => boolean;
  /** Kind of event that ends an episode. */
  endedBy?: string;
  /** Which field of those events names the subject. */
  subjectField: string;
  /** Fields of the first occurrence that are handed on as evidence. */
  evidence: readonly string[];
}

/** How long a condition must last before it is worth a word. */
export const SATURATION_MS = 5 * 60_000;
export const LATENCY_MS = 5 * 60_000;

/** A task that waits for its slots longer than a usual backup night (22:00 to 06:00) is starved: our own threshold. */
export const STARVED_MS = 8 * 3_600_000;

/** A stun that long is worth a word. */
export const STUN_MS = 5000;

export const RULES: readonly Rule[] = [
  {
    id: 'space-exhausted',
    severity: 'error',
    subject: 'datastore',
    raisedBy: 'datastore-full',
    endedBy: 'datastore-freed',
    subjectField: 'datastore',
    evidence: ['usedBytes', 'freeBytes'],
  },
  { id: 'vm-paused', severity: 'error', subject: 'vm', raisedBy: 'vm-paused', endedBy: 'vm-resumed', subjectField: 'vm', evidence: ['datastore'] },
  { id: 'vm-crashed', severity: 'error', subject: 'vm', raisedBy: 'vm-crashed', subjectField: 'vm', evidence: ['pausedMs'] },
  {
    id: 'repository-full',
    severity: 'error',
    subject: 'repository',
    raisedBy: 'repository-full',
    subjectField: 'repository',
    evidence: ['usedBytes', 'writers'],
  },
  {
    id: 'task-failed',
    severity: 'error',
    subject: 'vm',
    raisedBy: 'task-ended',
    // Who deletes a VM does not want its backup.
    when: ({ fields }) => (fields.status === 'failed' || fields.status === 'aborted') && fields.reason !== 'vm-deleted',
    subjectField: 'vm',
    evidence: ['run', 'status', 'reason'],
  },
  {
    id: 'free-space',
    severity: 'warning',
    subject: 'datastore',
    raisedBy: 'datastore-low',
    endedBy: 'datastore-ok',
    subjectField: 'datastore',
    evidence: ['usedBytes', 'freeBytes'],
  },
  { id: 'run-overlap', severity: 'warning', subject: 'job', raisedBy: 'run-overlap', subjectField: 'job', evidence: ['run', 'active'] },
  { id: 'run-skipped', severity: 'warning', subject: 'job', raisedBy: 'run-skipped', subjectField: 'job', evidence: ['run', 'active'] },
  {
    id: 'io-saturated',
    severity: 'warning',
    subject: 'datastore',
    raisedBy: 'io-saturated',
    subjectField: 'datastore',
    evidence: ['longestMs', 'totalMs', 'episodes', 'servedPercent', 'guestsAloneMs'],
  },
  {
    id: 'latency',
    severity: 'warning',
    subject: 'datastore',
    raisedBy: 'latency',
    subjectField: 'datastore',
    evidence: ['longestMs', 'totalMs', 'episodes', 'worstMs', 'guestsAloneMs'],
  },
  { id: 'stun', severity: 'warning', subject: 'vm', raisedBy: 'vm-stunned', subjectField: 'vm', evidence: ['run', 'stunMs'] },
  ...(['job', 'proxy', 'repository'] as const).map(
    (subject): Rule => ({
      id: 'slot-starved',
      severity: 'warning',
      subject,
      raisedBy: `slot-starved-${subject}`,
      subjectField: 'name',
      evidence: ['run', 'vm', 'waitedMs'],
    }),
  ),
];
