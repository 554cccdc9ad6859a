/** `stun`: a guest stands still for seconds; clusters and applications notice. */
import type { Rule } from '../rule.ts';

export const stun: Rule = {
  id: 'stun',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['vm-stunned'],
  subjectField: 'vm',
  evidence: ['run', 'stunMs'],
};
