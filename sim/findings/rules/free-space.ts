/** `free-space`: less than a tenth of a datastore is free. */
import type { Rule } from '../rule.ts';

export const freeSpace: Rule = {
  id: 'free-space',
  severity: 'warning',
  subject: 'datastore',
  raisedBy: ['datastore-low'],
  endedBy: ['datastore-ok'],
  subjectField: 'datastore',
  evidence: ['usedBytes', 'freeBytes'],
};
