/** `snapshot-as-backup`: a job keeps snapshots and copies nothing; all of it is lost with the datastore. A signal tells of the first snapshot kept. */
import type { Rule } from '../rule.ts';

export const snapshotAsBackup: Rule = {
  id: 'snapshot-as-backup',
  severity: 'warning',
  subject: 'job',
  raisedBy: ['snapshot-kept'],
  subjectField: 'job',
  evidence: ['run', 'vm', 'kept'],
};
