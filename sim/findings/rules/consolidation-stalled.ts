/**
 * `consolidation-stalled`: snapshots are not merged as fast as they are taken. Either the next run of the job is due while a removal that was asked for in
 * the first half of the time since its own run was due is not through (chains then grow by one a period), or a pass of a merge by helper leaves as much to
 * merge as it has merged (it does not converge). The half is our own: a merge that has only just begun is none that stalls.
 */
import type { Job } from '../../backup/run.ts';
import type { Task, TaskDisk } from '../../backup/task.ts';
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
  private readonly stalled = new Set<Task>();

  constructor(world: World) {
    this.world = world;
  }

  /** The next run of a job with active runs is due. */
  runDue(job: Job, next: string): void {
    const now = this.world.kernel.nowMs;
    for (const { tasks, dueMs } of job.active) {
      for (const task of tasks) {
        if ((task.stage !== 'removing' && task.stage !== 'consolidating') || 2 * (now - task.removalMs) < now - dueMs) continue;
        this.raise('merge-behind', task, task.disks[0] as TaskDisk, { next, lastsMs: now - task.removalMs });
      }
    }
  }

  /** A pass of a merge by helper begins with `restBytes`, the one before had `passBytes`. */
  passBegins(part: TaskDisk, passBytes: number, restBytes: number): void {
    if (restBytes < passBytes) return;
    const { task, passes } = part;
    const fields = { passes, passBytes: Math.ceil(passBytes), restBytes: Math.ceil(restBytes), lastsMs: this.world.kernel.nowMs - task.removalMs };
    this.raise('merge-diverges', task, part, fields);
  }

  /** All that was to be merged for a task is, or has been given up. */
  ended(task: Task): void {
    if (!this.stalled.delete(task)) return;
    const { findings, kernel } = this.world;
    for (const other of this.stalled) if (other.vm === task.vm) return;
    findings.observe({ atMs: kernel.nowMs, kind: 'merges-done', fields: { vm: task.vm.name }, causes: [] });
  }

  private raise(kind: string, task: Task, { disk }: TaskDisk, figures: Record<string, string | number>): void {
    const { findings, kernel } = this.world;
    this.stalled.add(task);
    const fields = { vm: task.vm.name, datastore: disk.datastore.name, run: task.run.id, ...figures };
    findings.observe({ atMs: kernel.nowMs, kind, fields, causes: [task.lastEvent] });
  }
}
