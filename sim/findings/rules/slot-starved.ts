/** `slot-starved`: a task waits for a job, proxy or repository slot for too long. */
import type { Rule } from '../rule.ts';

/** A task that waits for its slots longer than a usual backup night (22:00 to 06:00) is starved: our own threshold. */
export const STARVED_MS = 8 * 3_600_000;

/** One for each kind of thing that has slots. */
export const slotStarved: readonly Rule[] = (['job', 'proxy', 'repository'] as const).map((subject) => ({
  id: 'slot-starved',
  severity: 'warning',
  subject,
  raisedBy: [`slot-starved-${subject}`],
  subjectField: 'name',
  evidence: ['run', 'vm', 'waitedMs'],
}));
