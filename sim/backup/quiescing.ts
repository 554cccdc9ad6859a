/**
 * Bringing a guest to rest before its snapshot (MODEL 8). With `application` its writers come to rest, and stay so until the snapshot exists: if they do not,
 * or it takes longer than they may be frozen, the task fails or, by the job's policy, its restore point is only crash-consistent.
 */
import type { Struck } from '../faults/faults.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Reason, Task } from './task.ts';

export class Quiescing {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The time for it is over: why the task fails; null: it goes on. */
  failureOf(task: Task): Struck | null {
    const struck = this.world.faults.strikes(task, 'quiesce');
    if (struck !== null) return struck;
    const { job } = task.run;
    if (!job.supports(task.vm)) {
      if (job.method.runsInGuest) return { reason: 'unsupported-guest', event: this.recordGuest(task) };
      if (asksWriters(task)) return this.writersFail(task, { reason: 'unsupported-guest', event: this.recordGuest(task) });
    }
    const stuck = asksWriters(task) ? this.world.faults.strikes(task, 'writers') : null;
    return stuck === null ? null : this.writersFail(task, stuck);
  }

  /** How long the snapshot takes to come into being, ms: with writers at rest as much longer as the slowest datastore of the VM is slower than idle. */
  createMs(task: Task): number {
    const { createMs } = task.run.job.plan.timings;
    if (!asksWriters(task) || task.crashConsistent) return createMs;
    let slowest = 1;
    for (const { disk } of task.disks) {
      const { plan, latency } = disk.datastore;
      if (plan.latencyMs > 0) slowest = Math.max(slowest, latency.value / plan.latencyMs);
    }
    return Math.ceil(createMs * slowest);
  }

  /** The writers cannot wait for so long: they go on, and so does the snapshot unless the task fails. */
  freezeFailureOf(task: Task): Struck | null {
    const { createMs } = task;
    const { freezeLimitMs } = task.run.job.plan;
    if (!asksWriters(task) || task.crashConsistent || createMs <= freezeLimitMs) return null;
    const { kernel, log } = this.world;
    const causes = causesOf(task.lastEvent, ...task.disks.map(({ disk }) => disk.datastore.lastEvent));
    const event = log.record(kernel.nowMs, 'freeze-exceeded', { run: task.run.id, vm: task.vm.name, createMs, freezeLimitMs }, causes);
    return this.writersFail(task, { reason: 'freeze-limit', event });
  }

  private writersFail(task: Task, struck: Struck): Struck | null {
    const { kernel, log } = this.world;
    const { onFailure } = task.run.job.plan.quiesce;
    const fields = { run: task.run.id, vm: task.vm.name, reason: struck.reason satisfies Reason, onFailure };
    const event = log.record(kernel.nowMs, 'quiesce-failed', fields, [struck.event]);
    if (onFailure === 'fail') return { reason: struck.reason, event };
    task.crashConsistent = true;
    task.outcome = 'warning';
    task.reason = 'crash-consistent';
    task.lastEvent = event;
    return null;
  }

  private recordGuest(task: Task): number {
    const { kernel, log } = this.world;
    const fields = { run: task.run.id, vm: task.vm.name, guest: task.vm.guest };
    return log.record(kernel.nowMs, 'guest-unsupported', fields, causesOf(task.lastEvent));
  }
}

/** Beneath the hypervisor nobody asks the guest for anything. */
function asksWriters({ run: { job } }: Task): boolean {
  return job.plan.quiesce.mode === 'application' && !job.method.readsLiveDisk;
}
