/**
 * `new-vm-missed`: a run does not take a VM that was created since the job's list of names was written. So it is if the list names the VM or its group, and if
 * no other job takes the VM either.
 */
import type { Job, Run } from '../../backup/run.ts';
import { isNamed } from '../../backup/selection.ts';
import type { Vm } from '../../estate/vm.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';
import type { UnprotectedVms } from './vm-unprotected.ts';

export const newVmMissed: Rule = {
  id: 'new-vm-missed',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['vm-missed'],
  endedBy: ['vm-deleted'],
  subjectField: 'vm',
  evidence: ['job', 'run', 'sinceMs'],
};

export class MissedVms {
  private readonly world: World;
  private readonly unprotected: UnprotectedVms;
  private readonly missedBy = new Map<Job, readonly Vm[]>();

  constructor(world: World, unprotected: UnprotectedVms) {
    this.world = world;
    this.unprotected = unprotected;
  }

  begin(): void {
    const { vms, jobs } = this.world;
    const later = vms.filter((vm) => vm.bornMs !== null);
    if (later.length === 0) return;
    for (const job of jobs) {
      if (job.plan.selection.names.length > 0) {
        this.missedBy.set(
          job,
          later.filter((vm) => this.misses(job, vm)),
        );
      }
    }
  }

  runStarted({ job, id, startedEvent }: Run): void {
    const { findings, kernel } = this.world;
    for (const vm of this.missedBy.get(job) ?? []) {
      if (!vm.exists) continue;
      const fields = { vm: vm.name, job: job.name, run: id, sinceMs: kernel.nowMs - (vm.createdAtMs ?? 0) };
      findings.observe({ atMs: kernel.nowMs, kind: 'vm-missed', fields, causes: [startedEvent] });
    }
  }

  private misses(job: Job, vm: Vm): boolean {
    const { names, except } = job.plan.selection;
    const jobs = this.unprotected.jobsOf(vm);
    if (jobs.includes(job) || isNamed(vm, except)) return false;
    return isNamed(vm, names) || jobs.length === 0;
  }
}
