/** When VMs are created and deleted while the scenario runs. */
import type { VmPlan } from '../../sim/plan.ts';
import { type Clock, type Draft, resolveNoted } from './draft.ts';
import { formatLocalTime } from './local-time.ts';
import type { EntryOf } from './schema.ts';
import { placeAt } from './tree.ts';

type Existence = Pick<VmPlan, 'bornMs' | 'deletedMs'>;

const ALWAYS: Existence = { bornMs: null, deletedMs: null };

/** Instants within the run only: what is there at the start was created before, what is deleted after the end stays. */
export function planExistence(draft: Draft, name: string, entry: EntryOf<'vms'>): Existence {
  if (entry.exists === undefined || draft.clock === null) return ALWAYS;
  const { clock } = draft;
  const { from, until } = entry.exists;
  const bornMs = from === undefined ? null : sinceStart(draft, clock, `vms.${name}.exists.from`, from);
  const deletedMs = until === undefined ? null : sinceStart(draft, clock, `vms.${name}.exists.until`, until);
  const refuse = (key: 'from' | 'until', text: string, expected: string) =>
    draft.problems.add(placeAt(draft.root, ['vms', name, 'exists', key]), text, { expected });
  const span = `between ${localText(clock, 0)} and ${localText(clock, clock.durationMs)}`;
  if (bornMs !== null && deletedMs !== null && deletedMs <= bornMs)
    refuse('until', '`until` is not after `from`', `a time after ${formatLocalTime(from as number)}`);
  else if (bornMs !== null && bornMs >= clock.durationMs) refuse('from', 'the VM is created after the end of the run', `a time ${span}`);
  else if (deletedMs !== null && deletedMs <= 0) refuse('until', 'the VM is deleted before the start of the run', `a time ${span}`);
  const born = bornMs !== null && bornMs > 0 ? bornMs : null;
  if (born !== null && (entry.snapshots ?? []).length > 0) {
    const text = 'the VM is created during the run: it has no snapshots at the start';
    draft.problems.add(placeAt(draft.root, ['vms', name, 'snapshots']), text, { expected: 'no `snapshots`, or no `exists.from`' });
  }
  return { bornMs: born, deletedMs: deletedMs !== null && deletedMs < clock.durationMs ? deletedMs : null };
}

function sinceStart(draft: Draft, { zone, startEpochMs }: Clock, path: string, localMs: number): number {
  return resolveNoted(zone, localMs, path, draft.assumptions) - startEpochMs;
}

function localText({ zone, startEpochMs }: Clock, atMs: number): string {
  const epochMs = startEpochMs + atMs;
  return formatLocalTime(epochMs + zone.offsetAt(epochMs));
}
