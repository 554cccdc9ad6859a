/** `vm-paused`: a VM stops at a full datastore. */
import type { Rule } from '../rule.ts';

export const vmPaused: Rule = {
  id: 'vm-paused',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['vm-paused'],
  endedBy: ['vm-resumed', 'vm-deleted'],
  subjectField: 'vm',
  evidence: ['datastore'],
};
