/** `unsupported-guest`: the software does not know the operating system of a guest that it asks to come to rest, or in which its agent is to run. */
import type { Rule } from '../rule.ts';

export const unsupportedGuest: Rule = {
  id: 'unsupported-guest',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['guest-unsupported'],
  subjectField: 'vm',
  evidence: ['run', 'guest'],
};
