/** Windows and timeouts that are too short for what a run has to do. */
import type { JobPlan } from '../../../sim/plan.ts';
import { Permitted } from '../../../sim/schedule/permitted.ts';
import type { Check } from '../check.ts';
import { type Level, shortestRun } from '../shortest-run.ts';
import type { Subject } from '../subject.ts';
import { roughDuration } from '../words.ts';

/** A schedule may be due at several hours of a day and on several days of a week; further ticks repeat these. */
const TICKS_LOOKED_AT = 50;

export const shortWindow: Check = {
  id: 'short-window',
  look: (subject) =>
    subject.copying.flatMap((job) => {
      if (subject.methodOf(job).continuous) return [];
      const limits = [
        { key: 'window', word: 'its window leaves it', ms: windowMs(subject, job) },
        { key: 'timeout', word: 'its timeout is', ms: job.timeoutMs ?? Number.POSITIVE_INFINITY },
      ];
      const levels: Level[] = job.fullBackups?.kind === 'active' ? ['usual', 'full'] : ['usual'];
      return limits.flatMap(({ key, word, ms }) => {
        const over = levels.map((level) => ({ level, run: shortestRun(subject, job, level) })).find(({ run }) => run !== null && run.ms > ms);
        if (over === undefined || over.run === null) return [];
        const name = over.level === 'full' ? `a full run of job \`${job.name}\`` : `a run of job \`${job.name}\``;
        const text = `${name} takes ${roughDuration(over.run.ms)} or more (${over.run.why}), but ${word} ${roughDuration(ms)}`;
        return [{ about: ['jobs', job.name, key], text, help: `a longer \`${key}\`, fewer VMs in the job, or more of what limits it` }];
      });
    }),
};

/** The longest that a run which begins when due has until its window closes; Infinity where it never does. */
function windowMs(subject: Subject, job: JobPlan): number {
  if (job.window === null) return Number.POSITIVE_INFINITY;
  const permitted = new Permitted(job.window, subject.zone);
  // A job after another begins somewhen within the window: all that is known is that the run before it has taken some time.
  const ticks = subject.ticksOf(job).atMs.slice(0, TICKS_LOOKED_AT);
  if (ticks.length === 0 || job.schedule.kind === 'after') return Number.POSITIVE_INFINITY;
  return Math.max(...ticks.map((atMs) => (permitted.nextChange(atMs) ?? Number.POSITIVE_INFINITY) - atMs));
}
