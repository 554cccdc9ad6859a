/** `snapshot-age`: a snapshot, whoever took it, is kept for days; its delta grows all the time and takes the longer to merge. */
import type { Delta } from '../../estate/delta.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const snapshotAge: Rule = {
  id: 'snapshot-age',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['snapshot-old'],
  subjectField: 'vm',
  evidence: ['datastore', 'owner', 'run', 'ageMs', 'mostAgeMs'],
};

/** Looks at the age of deltas when they go, and at the end at those that are still there: the instant at which one became too old is known by then. */
export class OldSnapshots {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  gone(delta: Delta): void {
    this.look(delta, this.world.kernel.nowMs);
  }

  finish(): void {
    for (const { chain } of this.world.disks) for (const delta of chain) this.look(delta, null);
  }

  private look(delta: Delta, untilMs: number | null): void {
    const { findings, kernel, policy, startEvent } = this.world;
    const ageMs = kernel.nowMs - delta.createdMs;
    const { vm, datastore } = delta.disk;
    const mostAgeMs = policy.thresholds('vm', vm.name).snapshotAgeMs;
    if (ageMs <= mostAgeMs) return;
    findings.observe({
      atMs: Math.max(0, delta.createdMs + mostAgeMs),
      untilMs,
      kind: 'snapshot-old',
      fields: { vm: vm.name, datastore: datastore.name, owner: delta.kind, run: delta.run, ageMs, mostAgeMs },
      causes: [delta.createdBy || startEvent],
    });
  }
}
