/** What jobs keep on their repositories, and for how long. */
import fc from 'fast-check';
import { seldom, sometimes, stated, whole } from './scenario-vms.ts';

const fullSchedule = fc.constantFrom<unknown>(
  '0 0 * * *',
  '30 3 * * mon,wed,sat,sun',
  { every: '7h' },
  { every: '24h', offset: '90m' },
  '0 6,18 * * *',
);

export const drawnRetention = fc.oneof(
  { weight: 3, arbitrary: sometimes(fc.record({ last: whole(1, 4) })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        last: sometimes(whole(1, 3)),
        hourly: sometimes(whole(1, 3)),
        daily: whole(1, 2),
        weekly: sometimes(whole(1, 2)),
        monthly: seldom(whole(1, 2)),
      })
      .map(stated),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ definition: fc.constant('veeam'), last: whole(1, 3), weekly: sometimes(whole(1, 2)), monthly: seldom(whole(1, 2)) })
      .map(stated),
  },
);

export const drawnChain = fc
  .record({
    mode: fc.constantFrom('forever-forward', 'forever-forward', 'forward', 'forward', 'reverse', 'full'),
    full: fc.tuple(fc.constantFrom('active', 'synthetic', 'synthetic'), fullSchedule),
    differential: sometimes(fullSchedule),
    retention: drawnRetention,
  })
  .map(({ mode, full: [kind, schedule], differential, retention: kept }) => ({
    mode,
    retention: retentionOf(mode, kept as Record<string, unknown> | undefined),
    full: mode === 'forward' ? { [kind]: schedule } : undefined,
    differential: mode === 'forward' ? differential : undefined,
  }));

/** What a repository does by the clock. */
export const upkeep = {
  garbageCollection: seldom(
    fc
      .record({
        schedule: fc.constantFrom<unknown>('20 3 * * *', { every: '5h' }, '0 */2 * * *'),
        readShare: sometimes(fc.constantFrom('3%', '40%')),
      })
      .map(stated),
  ),
  verify: seldom(fc.constantFrom<unknown>('10 6,18 * * *', { every: '9h', offset: '50m' })),
};

/** Only fulls of mode `forward` are kept by age. */
function retentionOf(mode: string, kept: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  return kept?.definition === 'veeam' && mode !== 'forward' ? { last: kept.last } : kept;
}

/** The past of a job that runs many times a day stays short. */
export function withoutWeeks(kept: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  return kept === undefined ? undefined : Object.fromEntries(Object.entries(kept).filter(([key]) => key !== 'weekly' && key !== 'monthly'));
}

/** What a job with such a chain may keep at most, in points. */
export function mostPoints(kept: Record<string, unknown> | undefined): number {
  const counts = Object.values(kept ?? { last: 7 }).filter((count) => typeof count === 'number');
  // What a kept point needs stays too, and so do those that are immutable.
  return 3 * counts.reduce((sum, count) => sum + count, 7);
}
