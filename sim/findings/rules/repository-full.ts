/** `repository-full`: a write did not fit; the tasks that wrote fail. */
import type { Rule } from '../rule.ts';

export const repositoryFull: Rule = {
  id: 'repository-full',
  severity: 'error',
  subject: 'repository',
  raisedBy: ['repository-full'],
  subjectField: 'repository',
  evidence: ['usedBytes', 'writers'],
};
