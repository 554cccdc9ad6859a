/** What several invariants need of tasks: the entry of the result, its job and VM in the plan, in the order of the result. */
import type { JobPlan, MethodName, Plan, Result, RunResult, TaskResult, VmPlan } from '../../../sim/index.ts';

/** Methods whose tasks have a snapshot open, and those that leave the VM to others. */
export const TAKES_SNAPSHOTS: readonly MethodName[] = ['snapshot', 'hot-add', 'direct-san', 'snapshot-only'];
export const LOCKS_NOTHING: readonly MethodName[] = ['cdp', 'direct-disk'];

export interface FoundTask {
  task: TaskResult;
  run: RunResult;
  job: JobPlan;
  vm: VmPlan;
  /** As the log speaks of it. */
  key: string;
}

export function keyOf(run: unknown, vm: unknown): string {
  return `${run} of ${vm}`;
}

/** The job of a run by the run's id. */
export function jobOfRun(plan: Plan, run: string): JobPlan | undefined {
  const name = run.slice(0, run.lastIndexOf('#'));
  return plan.jobs.find((job) => job.name === name);
}

export function allTasks(plan: Plan, result: Result): FoundTask[] {
  const vms = new Map(plan.vms.map((vm) => [vm.name, vm]));
  return plan.jobs.flatMap((job) =>
    (result.jobs[job.name]?.runs ?? []).flatMap((run) =>
      run.tasks.map((task) => ({ task, run, job, vm: vms.get(task.vm) as VmPlan, key: keyOf(run.id, task.vm) })),
    ),
  );
}

/** A task whose disks all hold their slots as long as the task: it has one disk, or one slot for all. */
export function holdsSlotsAsOne(plan: Plan, { job, vm }: FoundTask): boolean {
  return (
    vm.disks.length === 1 || (job.proxies.length > 0 && plan.proxies.every(({ name, slotUnit }) => !job.proxies.includes(name) || slotUnit === 'vm'))
  );
}

/** From being queued until the end of its transfer, or of the scenario; null for a task that ended before. */
export function accountedMs(plan: Plan, { task }: FoundTask): number | null {
  if (task.transferEndMs !== null) return task.transferEndMs - task.queuedMs;
  return task.status === 'queued' ? plan.durationMs - task.queuedMs : null;
}
