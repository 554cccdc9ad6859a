/** `slot-starved`: a task waits for a job, proxy or repository slot for too long. */
import type { Rule } from '../rule.ts';

/** One for each kind of thing that has slots. */
export const slotStarved: readonly Rule[] = (['job', 'proxy', 'repository'] as const).map((subject) => ({
  id: 'slot-starved',
  severity: 'warning',
  subject,
  raisedBy: [`slot-starved-${subject}`],
  subjectField: 'name',
  evidence: ['run', 'vm', 'waitedMs'],
}));
