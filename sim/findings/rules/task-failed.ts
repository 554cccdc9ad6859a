/** `task-failed`: a backup of a VM failed or was stopped. */
import type { Rule } from '../rule.ts';

export const taskFailed: Rule = {
  id: 'task-failed',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['task-ended'],
  // Who deletes a VM does not want its backup.
  when: ({ fields }) => (fields.status === 'failed' || fields.status === 'aborted') && fields.reason !== 'vm-deleted',
  subjectField: 'vm',
  evidence: ['run', 'status', 'reason'],
};
