/** `window-overrun`: a job's window closes while a run of it still has data to read, or attempts to make. */
import type { Rule } from '../rule.ts';

export const windowOverrun: Rule = {
  id: 'window-overrun',
  severity: 'warning',
  subject: 'job',
  raisedBy: ['window-closed'],
  endedBy: ['run-ended'],
  subjectField: 'job',
  evidence: ['run', 'tasks', 'retries'],
};
