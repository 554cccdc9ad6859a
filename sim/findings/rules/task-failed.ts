/** `task-failed`: a backup of a VM failed, and no further attempt follows, or was stopped. */
import type { Rule } from '../rule.ts';

export const taskFailed: Rule = {
  id: 'task-failed',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['task-ended', 'retry-dropped'],
  // Who deletes a VM does not want its backup.
  when: ({ fields }) =>
    fields.retryAtMs === undefined && (fields.status === 'failed' || fields.status === 'aborted') && fields.reason !== 'vm-deleted',
  subjectField: 'vm',
  evidence: ['run', 'status', 'reason'],
};
