/** Times that the clocks skip or show twice within the run. */
import { MS_PER_DAY } from '../../../sim/estate/growth-law.ts';
import type { SchedulePlan, ZoneTable } from '../../../sim/plan.ts';
import type { Firing } from '../../../sim/schedule/firings.ts';
import { Schedule } from '../../../sim/schedule/schedule.ts';
import { type ScheduleFirings, schedulesOf } from '../../../sim/schedule/upcoming.ts';
import { formatLocalTime } from '../../format/local-time.ts';
import type { Path } from '../../format/tree.ts';
import type { Check } from '../check.ts';
import type { Subject } from '../subject.ts';

const PURPOSES: Record<ScheduleFirings['purpose'], string> = { run: '', full: ' (full backups)', differential: ' (differential backups)' };

export const clockChange: Check = {
  id: 'clock-change',
  look: (subject) =>
    subject.plan.jobs.flatMap((job) =>
      schedulesOf(job).flatMap(({ purpose, schedule }) => {
        const [first, ...further] = changedFirings(subject, schedule);
        if (first === undefined) return [];
        const more = further.length === 0 ? '' : `; ${further.length} more such ${further.length === 1 ? 'time' : 'times'}`;
        const about: Path = purpose === 'run' ? ['jobs', job.name, 'schedule'] : ['jobs', job.name, purpose];
        const text = `job \`${job.name}\`${PURPOSES[purpose]}: ${wordsOf(subject, first)}${more}`;
        return [{ about, text, help: 'a time at which the clocks do not change; `overrun run --plan` lists what becomes of each' }];
      }),
    ),
};

/** Looked for around each change of the clocks only: a schedule may be due millions of times. */
function changedFirings({ plan, zone }: Subject, schedule: SchedulePlan): Firing[] {
  const table: ZoneTable = schedule.kind === 'calendar' && schedule.zone !== null ? schedule.zone : plan.zone;
  const changes = table.offsets.slice(1).filter(({ fromMs }) => fromMs >= 0 && fromMs < plan.durationMs);
  const evaluated = new Schedule(schedule, zone);
  return changes.flatMap(({ fromMs }) => {
    const near = evaluated.firingsBetween(Math.max(0, fromMs - MS_PER_DAY), Math.min(plan.durationMs, fromMs + MS_PER_DAY));
    return [...near].filter(({ change }) => change !== null);
  });
}

function wordsOf({ zone }: Subject, { atMs, localMs, change, insteadOfLocalMs }: Firing): string {
  const time = formatLocalTime(localMs);
  const [skipped] = insteadOfLocalMs;
  if (change === 'dropped') return `the clocks skip ${time}, and it is not due then`;
  if (change === 'twice') return `the clocks show ${time} twice, and it is due at both`;
  if (change === 'once') return `the clocks show ${time} twice, and it is due at the first`;
  const moved = formatLocalTime(zone.localOf(atMs as number));
  return skipped === undefined
    ? `the clocks change, and it is due at ${moved} instead of its usual time`
    : `the clocks skip ${formatLocalTime(skipped)}, and it is due at ${moved} instead`;
}
