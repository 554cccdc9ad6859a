/** `run-skipped`: a due run does not take place, as one before is still active. */
import type { Rule } from '../rule.ts';

export const runSkipped: Rule = {
  id: 'run-skipped',
  severity: 'warning',
  subject: 'job',
  raisedBy: ['run-skipped'],
  subjectField: 'job',
  evidence: ['run', 'active'],
};
