/** `stun`: a guest stands still for seconds; clusters and applications notice. */
import type { Rule } from '../rule.ts';

/** A stun that long is worth a word. */
export const STUN_MS = 5000;

export const stun: Rule = {
  id: 'stun',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['vm-stunned'],
  subjectField: 'vm',
  evidence: ['run', 'stunMs'],
};
