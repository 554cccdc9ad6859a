/** `free-space`: less of a datastore is free than the policy wants. */
import type { Rule } from '../rule.ts';

export const freeSpace: Rule = {
  id: 'free-space',
  severity: 'warning',
  subject: 'datastore',
  raisedBy: ['space-short'],
  endedBy: ['space-enough'],
  subjectField: 'datastore',
  evidence: ['usedBytes', 'freeBytes'],
};
