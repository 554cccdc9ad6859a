/**
 * `vm-unprotected`: no job ever takes a VM. Told when the VM comes into being: its jobs are known by then; or at the end of the scenario, where all its jobs
 * have only been due outside their windows.
 */
import type { Job } from '../../backup/run.ts';
import type { Dropped } from '../../backup/windows.ts';
import type { Vm } from '../../estate/vm.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const vmUnprotected: Rule = {
  id: 'vm-unprotected',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['vm-in-no-job'],
  endedBy: ['vm-deleted'],
  subjectField: 'vm',
  evidence: ['jobs', 'dropped'],
};

export class UnprotectedVms {
  private readonly world: World;
  private protecting: Map<Vm, Job[]> | null = null;

  constructor(world: World) {
    this.world = world;
  }

  /** Those that are there at the start. */
  begin(): void {
    for (const vm of this.world.vms) if (vm.exists) this.created(vm, this.world.startEvent);
  }

  created(vm: Vm, event: number): void {
    if (this.jobsOf(vm).some((job) => mayTake(job, vm))) return;
    const { findings, kernel, jobs } = this.world;
    findings.observe({ atMs: kernel.nowMs, kind: 'vm-in-no-job', fields: { vm: vm.name, jobs: jobs.length, dropped: 0 }, causes: [event] });
  }

  /** Those that no run could take, from the first time that one was due. */
  finish(): void {
    const { vms, findings, jobs, windows } = this.world;
    for (const vm of vms) {
      const ofVm = vm.exists ? this.jobsOf(vm) : [];
      const drops = ofVm.flatMap((job) => windows.droppedOf(job) ?? []);
      if (drops.length === 0 || drops.length < ofVm.length || ofVm.some(({ runs }) => runs.length > 0)) continue;
      const dropped = drops.reduce((sum, { count }) => sum + count, 0);
      const fields = { vm: vm.name, jobs: jobs.length, dropped };
      const [first] = drops.sort((one, other) => one.event - other.event) as [Dropped];
      findings.observe({ atMs: Math.max(first.firstMs, vm.createdAtMs ?? 0), kind: 'vm-in-no-job', fields, causes: [first.event] });
    }
  }

  /** Jobs whose selection holds a VM. */
  jobsOf(vm: Vm): readonly Job[] {
    if (this.protecting === null) {
      this.protecting = new Map();
      for (const job of this.world.jobs) {
        for (const candidate of job.candidates) {
          const known = this.protecting.get(candidate);
          if (known === undefined) this.protecting.set(candidate, [job]);
          else known.push(job);
        }
      }
    }
    return this.protecting.get(vm) ?? [];
  }
}

/** A schedule that comes round again takes it one day, be it after the end of the run; single instants may all lie before its creation or after its deletion. */
function mayTake({ plan: { schedule } }: Job, { bornMs, deletedMs }: Vm): boolean {
  return schedule.kind !== 'at' || schedule.atMs.some((atMs) => atMs >= (bornMs ?? 0) && (deletedMs === null || atMs < deletedMs));
}
