/** When and how long a job may run. */
import type { JobPlan, WindowPlan } from '../../sim/plan.ts';
import { LIMITS, unlimited } from './defaults.ts';
import { type Clock, type Draft, resolveNoted } from './draft.ts';
import type { EntryOf } from './schema.ts';
import { DAYS } from './schema-limits.ts';
import { keyPlaceAt, placeAt } from './tree.ts';

export type LimitsPlan = Pick<JobPlan, 'window' | 'startDeadlineMs' | 'lockWaitMs' | 'timeoutMs' | 'retries'>;

export function planLimits(draft: Draft, job: string, entry: EntryOf<'jobs'>): LimitsPlan {
  const { assumptions } = draft;
  const at = (key: string) => `jobs.${job}.${key}`;
  const retries = assumptions.fill(entry.retries, at('retries'), LIMITS.retries);
  return {
    window: planWindow(draft, job, entry),
    startDeadlineMs: assumptions.fill(entry.startDeadline, at('startDeadline'), unlimited),
    lockWaitMs: assumptions.fill(entry.lockWait, at('lockWait'), unlimited),
    timeoutMs: assumptions.fill(entry.timeout, at('timeout'), unlimited),
    retries:
      retries === null ? { times: 0, waitMs: 0 } : { times: retries.times, waitMs: assumptions.fill(retries.wait, at('retries.wait'), LIMITS.wait) },
  };
}

function planWindow(draft: Draft, job: string, { window, blackouts, catchUp }: EntryOf<'jobs'>): WindowPlan | null {
  const limited = window !== undefined || blackouts !== undefined;
  if (!limited) {
    if (catchUp === true) {
      draft.problems.add(keyPlaceAt(draft.root, ['jobs', job, 'catchUp']), '`catchUp` makes up for ticks outside a window, but there is none', {
        expected: 'a `window` or `blackouts`',
      });
    }
    return null;
  }
  const origin = `jobs.${job}`;
  return {
    hours:
      window === undefined
        ? null
        : { fromMinute: window.from, untilMinute: window.to, days: (window.days ?? DAYS).map((day) => DAYS.indexOf(day)).sort((a, b) => a - b) },
    blackouts: draft.clock === null ? [] : planBlackouts(draft, draft.clock, job, blackouts ?? []),
    atEnd: draft.assumptions.fill(window?.atEnd, `${origin}.window.atEnd`, LIMITS.atEnd),
    catchUp: draft.assumptions.fill(catchUp, `${origin}.catchUp`, LIMITS.catchUp),
  };
}

function planBlackouts(draft: Draft, { zone, startEpochMs }: Clock, job: string, stated: { from: number; to: number }[]): WindowPlan['blackouts'] {
  return stated.map(({ from, to }, index) => {
    const path = `jobs.${job}.blackouts.${index}`;
    const fromMs = resolveNoted(zone, from, `${path}.from`, draft.assumptions) - startEpochMs;
    const untilMs = resolveNoted(zone, to, `${path}.to`, draft.assumptions) - startEpochMs;
    if (untilMs <= fromMs) {
      draft.problems.add(placeAt(draft.root, ['jobs', job, 'blackouts', index, 'to']), '`to` is not after `from`', { expected: 'a later time' });
    }
    return { fromMs, untilMs };
  });
}
