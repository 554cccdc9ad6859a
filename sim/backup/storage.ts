/** Space on repositories: what running tasks write, what finished ones keep, and what happens when it is gone (MODEL 7, as far as built). */
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';
import type { Task } from './task.ts';

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

  beginWriting(task: Task): void {
    const { repository } = task.run.job;
    repository.writers.add(task);
    repository.spaceDirty = true;
  }

  /** The point is complete; points beyond the retention go at once. */
  finishWriting(task: Task): void {
    const { repository, plan } = task.run.job;
    const chain = task.run.job.chainOf(task.vm);
    repository.writers.delete(task);
    repository.addPoint(chain, task.full, task.storedBytes);
    this.notePeak(repository);
    repository.retain(chain, plan.retainLast);
    repository.spaceDirty = true;
  }

  /** What the task had written goes; nothing stored is lost. */
  abandonWriting(task: Task): void {
    const { repository } = task.run.job;
    this.notePeak(repository);
    repository.writers.delete(task);
    repository.spaceDirty = true;
  }

  usedNow(repository: Repository): number {
    return repository.usedWith((task) => this.writtenBy(task));
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
      for (const task of repository.writers) slope += network.rateOf(task.flow) / task.run.job.plan.reduction;
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

  private writtenBy(task: Task): number {
    const read = task.stage === 'transferring' && task.flow >= 0 ? task.bytes - this.world.network.remainingOf(task.flow) : task.readBytes;
    return read / task.run.job.plan.reduction;
  }

  private runFull(repository: Repository): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    repository.fullAtMs ??= now;
    const writers = [...repository.writers].filter((task) => task.bytes > 0);
    const causes = writers.map((task) => task.lastEvent).sort((a, b) => a - b);
    const event = log.record(
      now,
      'repository-full',
      { repository: repository.name, usedBytes: Math.ceil(this.usedNow(repository)), writers: writers.length },
      causes,
    );
    for (const task of writers) stages.abort(task, 'failed', 'repository-full', event);
  }
}
