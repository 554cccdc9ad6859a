/** `latency`: I/O of a datastore takes too long. */
import type { Rule } from '../rule.ts';

export const latency: Rule = {
  id: 'latency',
  severity: 'warning',
  subject: 'datastore',
  raisedBy: ['latency'],
  subjectField: 'datastore',
  evidence: ['longestMs', 'totalMs', 'episodes', 'worstMs', 'guestsAloneMs'],
};
