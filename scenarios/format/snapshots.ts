/** Snapshots that exist at the start, on the disks that they are of. */
import type { InitialSnapshotPlan } from '../../sim/plan.ts';
import { VM } from './defaults.ts';
import type { DiskGroup } from './disks.ts';
import { type Draft, resolveNoted } from './draft.ts';
import type { EntryOf } from './schema.ts';
import { type Path, placeAt } from './tree.ts';
import { formatSize } from './units.ts';

type SnapshotEntry = NonNullable<EntryOf<'vms'>['snapshots']>[number];

/** For each disk its own, oldest first. */
export function planSnapshots(draft: Draft, name: string, entry: EntryOf<'vms'>, disks: readonly DiskGroup[]): InitialSnapshotPlan[][] {
  const overhead = entry.deltaOverhead ?? VM.deltaOverhead.value;
  const planned: InitialSnapshotPlan[][] = disks.map(() => []);
  for (const [index, snapshot] of (entry.snapshots ?? []).entries()) {
    const path = ['vms', name, 'snapshots', index];
    const number = draft.assumptions.fillIf(disks.length > 1, snapshot.disk, `${path.join('.')}.disk`, VM.snapshotDisk);
    const disk = disks[number];
    if (disk === undefined) {
      const expected = disks.length === 1 ? 'disk 0, the only one' : `a disk from 0 to ${disks.length - 1}`;
      draft.problems.add(placeAt(draft.root, [...path, 'disk']), `the VM has no disk ${number}`, { expected });
    } else {
      checkReach(draft, path, snapshot, disk, overhead);
      planned[number]?.push(planSnapshot(draft, path, snapshot));
    }
  }
  for (const ofDisk of planned) ofDisk.sort((a, b) => a.takenMs - b.takenMs);
  return planned;
}

/** The law of the disk's writes must be able to make a delta of that size. */
function checkReach(
  draft: Draft,
  path: Path,
  { size }: SnapshotEntry,
  { sizeBytes, usedBytes, changedOf, writes }: DiskGroup,
  overhead: number,
): void {
  const refuse = (limit: string) =>
    draft.problems.add(placeAt(draft.root, [...path, 'size']), `no delta of this disk reaches ${formatSize(size)}`, { expected: limit });
  const reach = (writes.workingSetBytes ?? Number.POSITIVE_INFINITY) * overhead;
  if (size > sizeBytes) refuse(`at most the disk's size, ${formatSize(sizeBytes)}`);
  else if (writes.law === 'working-set' && size >= reach) refuse(`less than the working set, ${formatSize(reach)}`);
  else if (writes.law === 'power' && changedOf(usedBytes) === 0) refuse('`writes.changed` above zero: the guest changes nothing');
}

function planSnapshot(draft: Draft, path: Path, { size: sizeBytes, kind: stated, taken }: SnapshotEntry): InitialSnapshotPlan {
  const kind = draft.assumptions.fill(stated, `${path.join('.')}.kind`, VM.snapshotKind);
  if (draft.clock === null) return { kind, takenMs: -1, sizeBytes };
  const takenMs = resolveNoted(draft.clock.zone, taken, `${path.join('.')}.taken`, draft.assumptions) - draft.clock.startEpochMs;
  if (takenMs >= 0) {
    const expected = 'a time before the start of the scenario';
    draft.problems.add(placeAt(draft.root, [...path, 'taken']), 'the snapshot is taken after the start', { expected });
  }
  return { kind, takenMs, sizeBytes };
}
