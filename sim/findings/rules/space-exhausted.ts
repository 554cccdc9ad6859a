/** `space-exhausted`: free space is at the floor, writes that need a block are refused. */
import type { Rule } from '../rule.ts';

export const spaceExhausted: Rule = {
  id: 'space-exhausted',
  severity: 'error',
  subject: 'datastore',
  raisedBy: ['datastore-full'],
  endedBy: ['datastore-freed'],
  subjectField: 'datastore',
  evidence: ['usedBytes', 'freeBytes'],
};
