/** `io-saturated`: a datastore does not serve its guests in full, or is busy with more than transfers and merges for nearly all the time. */
import type { Rule } from '../rule.ts';

export const ioSaturated: Rule = {
  id: 'io-saturated',
  severity: 'warning',
  subject: 'datastore',
  raisedBy: ['io-saturated'],
  subjectField: 'datastore',
  evidence: ['longestMs', 'totalMs', 'episodes', 'servedPercent', 'guestsAloneMs'],
};
