/** `run-overlap`: a run of a job is still active when the next one is due. */
import type { Rule } from '../rule.ts';

export const runOverlap: Rule = {
  id: 'run-overlap',
  severity: 'warning',
  subject: 'job',
  raisedBy: ['run-overlap'],
  subjectField: 'job',
  evidence: ['run', 'active'],
};
