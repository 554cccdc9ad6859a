/** `direct-disk-copy`: a copy taken beneath the hypervisor cannot be restored, because the guest wrote meanwhile or a snapshot was open. */
import type { Rule } from '../rule.ts';

export const directDiskCopy: Rule = {
  id: 'direct-disk-copy',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['task-ended'],
  when: ({ fields }) => fields.reason === 'inconsistent-copy' || fields.reason === 'damaged-copy',
  subjectField: 'vm',
  evidence: ['run', 'reason'],
};
