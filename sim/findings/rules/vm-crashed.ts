/** `vm-crashed`: a guest could not ride out its pause, or is gone with a datastore. */
import type { Rule } from '../rule.ts';

export const vmCrashed: Rule = {
  id: 'vm-crashed',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['vm-crashed', 'vm-lost'],
  subjectField: 'vm',
  evidence: ['pausedMs', 'datastore'],
};
