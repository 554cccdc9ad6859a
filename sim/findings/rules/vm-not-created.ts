/** `vm-not-created`: a VM was to be created and did not fit above the floor. */
import type { Rule } from '../rule.ts';

export const vmNotCreated: Rule = {
  id: 'vm-not-created',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['vm-not-created'],
  subjectField: 'vm',
  evidence: ['datastore', 'neededBytes', 'freeBytes'],
};
