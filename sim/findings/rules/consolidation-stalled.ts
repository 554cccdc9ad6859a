/**
 * `consolidation-stalled`: snapshots are not merged as fast as they are taken. Either the next run of the job is due while a removal that was asked for in
 * the first half of the time since its own run was due is not through (chains then grow by one a period), or a pass of a merge by helper leaves as much to
 * merge as it has merged (it does not converge). The half is our own: a merge that has only just begun is none that stalls.
 */
import type { Merge, Removal } from '../../backup/removal.ts';
import type { Job } from '../../backup/run.ts';
import type { Disk } from '../../estate/disk.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const consolidationStalled: Rule = {
  id: 'consolidation-stalled',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['merge-behind', 'merge-diverges'],
  endedBy: ['merges-done'],
  subjectField: 'vm',
  evidence: ['datastore', 'run', 'next', 'lastsMs', 'passes', 'passBytes', 'restBytes'],
};

export class StalledMerges {
  private readonly world: World;
  private readonly stalled = new Set<Removal>();

  constructor(world: World) {
    this.world = world;
  }

  /** The next run of a job with active runs is due. */
  runDue(job: Job, next: string): void {
    const now = this.world.kernel.nowMs;
    for (const { tasks, dueMs } of job.active) {
      for (const task of tasks) {
        if (task.stage !== 'removing' && task.stage !== 'consolidating') continue;
        const removal = task.vm.removals.find((one) => one.task === task) as Removal;
        if (2 * (now - removal.askedMs) < now - dueMs) continue;
        this.raise('merge-behind', removal, task.vm.disks[0] as Disk, task.run.id, { next, lastsMs: now - removal.askedMs });
      }
    }
  }

  /** A pass of a merge by helper begins with `restBytes`, the one before had `passBytes`. */
  passBegins({ removal, disk, run, passes }: Merge, passBytes: number, restBytes: number): void {
    if (restBytes < passBytes) return;
    const fields = { passes, passBytes: Math.ceil(passBytes), restBytes: Math.ceil(restBytes), lastsMs: this.world.kernel.nowMs - removal.askedMs };
    this.raise('merge-diverges', removal, disk, run, fields);
  }

  /** All that was to be merged is, or has been given up. */
  ended(removal: Removal): void {
    if (!this.stalled.delete(removal)) return;
    const { findings, kernel } = this.world;
    const { vm } = removal;
    for (const other of this.stalled) if (other.vm === vm) return;
    findings.observe({ atMs: kernel.nowMs, kind: 'merges-done', fields: { vm: vm.name }, causes: [] });
  }

  private raise(kind: string, removal: Removal, { datastore, vm }: Disk, run: string | null, figures: Record<string, string | number>): void {
    const { findings, kernel } = this.world;
    this.stalled.add(removal);
    const fields = { vm: vm.name, datastore: datastore.name, run, ...figures };
    findings.observe({ atMs: kernel.nowMs, kind, fields, causes: [removal.lastEvent] });
  }
}
