/** Space on repositories: what running tasks write, what finished ones keep, and what happens when it is gone (MODEL 7, as far as built). */
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';
import type { Task, TaskDisk } from '../backup/task.ts';

export class Storage {
  private readonly world: World;
  private readonly checkDue: number;

  constructor(world: World) {
    this.world = world;
    this.checkDue = world.kernel.handle((index) => {
      const repository = world.repositories[index] as Repository;
      repository.check = -1;
      repository.spaceDirty = true;
    });
  }

  beginWriting(part: TaskDisk): void {
    const { repository } = part.task.run.job;
    repository.writers.add(part);
    repository.spaceDirty = true;
  }

  /** A disk is written. */
  finishWriting(part: TaskDisk): void {
    const { repository } = part.task.run.job;
    repository.writers.delete(part);
    repository.keep(this.writtenBy(part));
    this.notePeak(repository);
    repository.spaceDirty = true;
  }

  /** All disks of a task are written: the point is complete, and points beyond the retention go at once. */
  completePoint(task: Task): void {
    const { repository, plan } = task.run.job;
    const chain = task.run.job.chainOf(task.vm);
    repository.addPoint(chain, task.full, task.storedBytes);
    repository.retain(chain, plan.retainLast);
    repository.spaceDirty = true;
  }

  /** A transfer ends early; what it had written still stands. */
  stopWriting(part: TaskDisk): void {
    const { repository } = part.task.run.job;
    this.notePeak(repository);
    repository.writers.delete(part);
    repository.spaceDirty = true;
  }

  /** What a task had written before it was stopped goes; nothing stored is lost. */
  discardPoint(task: Task): void {
    for (const part of task.disks) if (part.state === 'transferred') task.run.job.repository.keep(-this.writtenBy(part));
  }

  usedNow(repository: Repository): number {
    return repository.usedWith((part) => this.writtenBy(part));
  }

  notePeak(repository: Repository): void {
    repository.notePeak(this.world.kernel.nowMs, this.usedNow(repository));
  }

  /** Fails whoever writes to a repository that is full; returns whether any was. */
  settle(): boolean {
    let failed = false;
    for (const repository of this.world.repositories) {
      if (!repository.spaceDirty || repository.writers.size === 0) continue;
      if (this.usedNow(repository) < repository.capacityBytes) continue;
      this.runFull(repository);
      failed = true;
    }
    return failed;
  }

  /** After the instant: writing goes on at constant rates, so the instant at which the repository is full is known. */
  scheduleChecks(): void {
    const { kernel, network, endMs } = this.world;
    for (const repository of this.world.repositories) {
      if (!repository.spaceDirty) continue;
      repository.spaceDirty = false;
      let slope = 0;
      for (const part of repository.writers) slope += network.rateOf(part.flow) / part.task.run.job.plan.reduction;
      const left = repository.capacityBytes - this.usedNow(repository);
      const atMs = slope > 0 ? kernel.nowMs + Math.max(1, Math.ceil(left / slope)) : Number.POSITIVE_INFINITY;
      if (atMs <= endMs) {
        if (repository.check >= 0) kernel.reschedule(repository.check, atMs);
        else repository.check = kernel.schedule(atMs, EventClass.crossing, this.checkDue, repository.index);
      } else if (repository.check >= 0) {
        kernel.cancel(repository.check);
        repository.check = -1;
      }
    }
  }

  private writtenBy(part: TaskDisk): number {
    const read = part.state === 'transferring' && part.flow >= 0 ? part.bytes - this.world.network.remainingOf(part.flow) : part.readBytes;
    return read / part.task.run.job.plan.reduction;
  }

  private runFull(repository: Repository): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    repository.fullAtMs ??= now;
    const tasks = new Set<Task>();
    for (const part of repository.writers) if (part.bytes > 0) tasks.add(part.task);
    const causes = [...tasks].map((task) => task.lastEvent).sort((a, b) => a - b);
    const fields = { repository: repository.name, usedBytes: Math.ceil(this.usedNow(repository)), writers: tasks.size };
    const event = log.record(now, 'repository-full', fields, causes);
    for (const task of tasks) stages.abort(task, 'failed', 'repository-full', event);
  }
}
