/** `excessive-permission`: an account in other hands has deleted restore points, because nothing kept it from doing so. */
import type { Rule } from '../rule.ts';

export const excessivePermission: Rule = {
  id: 'excessive-permission',
  severity: 'warning',
  subject: 'repository',
  raisedBy: ['points-deleted'],
  subjectField: 'repository',
  evidence: ['job', 'vm', 'points', 'bytes'],
};
