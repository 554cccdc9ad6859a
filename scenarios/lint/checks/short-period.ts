/** Jobs that are due more often than they can possibly be through. */
import type { Check } from '../check.ts';
import { shortestRun } from '../shortest-run.ts';
import { roughDuration } from '../words.ts';

export const shortPeriod: Check = {
  id: 'short-period',
  look: (subject) =>
    subject.copying.flatMap((job) => {
      const periodMs = subject.periodOf(job);
      if (periodMs === null || job.schedule.kind === 'after' || subject.methodOf(job).continuous) return [];
      const run = shortestRun(subject, job, 'usual');
      if (run === null || run.ms <= periodMs) return [];
      const text = `job \`${job.name}\` is due every ${roughDuration(periodMs)}, but a run takes ${roughDuration(run.ms)} or more (${run.why})`;
      return [{ about: ['jobs', job.name, 'schedule'], text, help: 'a longer period, fewer VMs in the job, or more of what limits it' }];
    }),
};
