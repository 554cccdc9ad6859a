/** How the guests of a job come to rest, and which of them its software knows. */
import type { JobPlan, MethodName } from '../../sim/plan.ts';
import { QUIESCE } from './defaults.ts';
import type { Draft } from './draft.ts';
import type { EntryOf } from './schema.ts';
import { keyPlaceAt } from './tree.ts';

/** `frozen`: the method takes a snapshot. */
export function planQuiesce(
  draft: Draft,
  job: string,
  entry: EntryOf<'jobs'>,
  method: MethodName,
  frozen: boolean,
): Pick<JobPlan, 'quiesce' | 'freezeLimitMs' | 'supportedGuests'> {
  const { assumptions, problems, root } = draft;
  const at = (key: string) => `jobs.${job}.${key}`;
  const refuse = (path: string[], text: string, expected: string) => problems.add(keyPlaceAt(root, ['jobs', job, ...path]), text, { expected });
  const asks = method !== 'direct-disk';
  const mode = assumptions.fillIf(asks, entry.quiesce?.mode, at('quiesce.mode'), QUIESCE.mode);
  const wantsRest = mode === 'application';
  if (wantsRest && !asks) refuse(['quiesce'], '`quiesce` means nothing to method `direct-disk`', 'a method that asks the guest');
  if (entry.quiesce?.onFailure !== undefined && !wantsRest)
    refuse(['quiesce', 'onFailure'], '`onFailure` means nothing to mode `crash-consistent`', '`mode: application`');
  if (entry.freezeLimit !== undefined && !(wantsRest && frozen))
    refuse(
      ['freezeLimit'],
      '`freezeLimit` only matters to snapshots of guests at rest',
      '`quiesce: {mode: application}`, and a method with snapshots',
    );
  return {
    quiesce: { mode, onFailure: assumptions.fillIf(wantsRest, entry.quiesce?.onFailure, at('quiesce.onFailure'), QUIESCE.onFailure) },
    freezeLimitMs: assumptions.fillIf(wantsRest && frozen, entry.freezeLimit, at('freezeLimit'), QUIESCE.freezeLimit),
    supportedGuests: entry.supportedGuests ?? null,
  };
}
