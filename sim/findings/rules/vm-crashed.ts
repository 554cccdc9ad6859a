/** `vm-crashed`: a guest could not ride out its pause. */
import type { Rule } from '../rule.ts';

export const vmCrashed: Rule = {
  id: 'vm-crashed',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['vm-crashed'],
  subjectField: 'vm',
  evidence: ['pausedMs'],
};
