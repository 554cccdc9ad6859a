/** Space on repositories: what running tasks write, what finished ones keep, and what happens when it is gone (MODEL 7). */
import type { Task, TaskDisk } from '../backup/task.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import { Schedule } from '../schedule/schedule.ts';
import type { World } from '../world.ts';
import { LOOK_BACK_DAYS } from './levels.ts';
import type { Repository } from './repository.ts';

export class Storage {
  private readonly world: World;
  private readonly checkDue: number;
  private readonly reclaimDue: number;
  /** By repository, the last collection of garbage before the start, once somebody has asked for it: established pasts do for each VM. */
  private readonly lastCollections: (number | undefined)[] = [];

  constructor(world: World) {
    this.world = world;
    this.checkDue = world.kernel.handle((index) => {
      const repository = world.repositories[index] as Repository;
      repository.check = -1;
      repository.spaceDirty = true;
    });
    this.reclaimDue = world.kernel.handle((index) => {
      const repository = world.repositories[index] as Repository;
      this.reclaim(repository, world.kernel.nowMs - repository.plan.gcGraceMs, null);
    });
  }

  beginWriting(part: TaskDisk): void {
    const { repository } = part.task.run.job;
    repository.addWriter(part, storedBytes(part, part.bytes));
    repository.spaceDirty = true;
  }

  /** A disk is written. */
  finishWriting(part: TaskDisk): void {
    const { repository } = part.task.run.job;
    repository.removeWriter(part, storedBytes(part, part.bytes));
    this.take(repository, this.writtenBy(part));
  }

  /** A transfer ends early; what it had written still stands. */
  stopWriting(part: TaskDisk): void {
    const { repository } = part.task.run.job;
    this.notePeak(repository);
    repository.removeWriter(part, storedBytes(part, part.bytes));
    repository.spaceDirty = true;
  }

  /** What a task had written before it was stopped goes; nothing stored is lost. */
  discardPoint(task: Task): void {
    const { repository } = task.run.job;
    for (const part of task.disks) if (part.state === 'transferred') this.giveBack(repository, this.writtenBy(part));
  }

  /** Space is taken from now on. */
  take(repository: Repository, bytes: number): void {
    repository.keep(bytes);
    this.notePeak(repository);
    repository.spaceDirty = true;
  }

  /** Space comes back at once. */
  giveBack(repository: Repository, bytes: number): void {
    this.notePeak(repository);
    repository.keep(-bytes);
    repository.spaceDirty = true;
  }

  /** Points were removed: their space comes back now, after the grace, or with a collection of garbage after that. */
  prune(repository: Repository, bytes: number, event: number): void {
    const { kernel } = this.world;
    const { gcGraceMs, garbageCollection } = repository.plan;
    if (gcGraceMs === 0 && garbageCollection === null) {
      this.giveBack(repository, bytes);
      return;
    }
    repository.prune(bytes, kernel.nowMs, event);
    if (garbageCollection === null) kernel.schedule(kernel.nowMs + gcGraceMs, EventClass.stage, this.reclaimDue, repository.index);
  }

  /** Up to which instant before the start what was removed has come back by the start: after the grace, and with a collection of garbage where there are such. */
  reclaimedBefore({ index, plan }: Repository): number {
    if (plan.garbageCollection === null) return -plan.gcGraceMs;
    let last = this.lastCollections[index];
    if (last === undefined) {
      const schedule = new Schedule(plan.garbageCollection.schedule, this.world.zone);
      last = schedule.lastBefore(0, 1, LOOK_BACK_DAYS)[0] ?? Number.NEGATIVE_INFINITY;
      this.lastCollections[index] = last;
    }
    return last - plan.gcGraceMs;
  }

  /** What was removed at an instant before the start is still held. */
  pruneEarlier(repository: Repository, bytes: number, atMs: number): void {
    const { kernel, startEvent } = this.world;
    const { gcGraceMs, garbageCollection } = repository.plan;
    repository.keep(bytes);
    repository.prune(bytes, atMs, startEvent);
    if (garbageCollection === null) kernel.schedule(atMs + gcGraceMs, EventClass.stage, this.reclaimDue, repository.index);
  }

  /** What was pruned at or before an instant comes back; `collection` is the log event of the collection by which it does. */
  reclaim(repository: Repository, prunedUntilMs: number, collection: number | null): void {
    const { kernel, log } = this.world;
    this.notePeak(repository);
    const { bytes, events } = repository.reclaim(prunedUntilMs);
    if (bytes === 0) return;
    const causes = collection === null ? causesOf(...events) : [collection];
    log.record(kernel.nowMs, 'space-reclaimed', { repository: repository.name, bytes: Math.floor(bytes) }, causes);
    repository.spaceDirty = true;
  }

  usedNow(repository: Repository): number {
    return repository.usedWith((part) => this.writtenBy(part));
  }

  /** Bytes in use at an instant between the present event and the next. */
  usedAt(repository: Repository, atMs: number): number {
    return this.usedNow(repository) + this.slopeOf(repository) * (atMs - this.world.kernel.nowMs);
  }

  /** Whether so many bytes more find room. */
  fits(repository: Repository, bytes: number): boolean {
    return bytes === 0 || this.usedNow(repository) + bytes <= repository.capacityBytes;
  }

  notePeak(repository: Repository): void {
    if (repository.mayReach(repository.peakUsed)) repository.notePeak(this.world.kernel.nowMs, this.usedNow(repository));
  }

  /** Fails whoever writes to a repository that is full; returns whether any was. */
  settle(): boolean {
    let failed = false;
    for (const repository of this.world.repositories) {
      if (!repository.spaceDirty || repository.writers.size + repository.otherWriters.size === 0) continue;
      if (!repository.mayReach(repository.capacityBytes) || this.usedNow(repository) < repository.capacityBytes) continue;
      this.runFull(repository);
      failed = true;
    }
    return failed;
  }

  /** After the instant: writing goes on at constant rates, so the instant at which the repository is full is known. */
  scheduleChecks(): void {
    const { kernel, endMs } = this.world;
    for (const repository of this.world.repositories) {
      if (!repository.spaceDirty) continue;
      repository.spaceDirty = false;
      const atMs = repository.mayReach(repository.capacityBytes) ? this.fullAt(repository) : Number.POSITIVE_INFINITY;
      if (atMs <= endMs) {
        if (repository.check >= 0) kernel.reschedule(repository.check, atMs);
        else repository.check = kernel.schedule(atMs, EventClass.crossing, this.checkDue, repository.index);
      } else if (repository.check >= 0) {
        kernel.cancel(repository.check);
        repository.check = -1;
      }
    }
  }

  /** When it is full if everybody goes on writing as now; Infinity: nobody writes. */
  private fullAt(repository: Repository): number {
    const slope = this.slopeOf(repository);
    const left = repository.capacityBytes - this.usedNow(repository);
    return slope > 0 ? this.world.kernel.nowMs + Math.max(1, Math.ceil(left / slope)) : Number.POSITIVE_INFINITY;
  }

  /** Stored bytes written per millisecond. */
  private slopeOf(repository: Repository): number {
    let slope = 0;
    for (const part of repository.writers) slope += storedBytes(part, this.world.network.rateOf(part.flow));
    for (const writer of repository.otherWriters) slope += writer.rate();
    return slope;
  }

  private writtenBy(part: TaskDisk): number {
    const read = part.state === 'transferring' && part.flow >= 0 ? part.flowEndBytes - this.world.network.remainingOf(part.flow) : part.readBytes;
    return storedBytes(part, read);
  }

  private runFull(repository: Repository): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    repository.fullAtMs ??= now;
    const tasks = new Set<Task>();
    for (const part of repository.writers) if (part.bytes > 0) tasks.add(part.task);
    const others = [...repository.otherWriters];
    const causes = causesOf(...[...tasks].map((task) => task.lastEvent), ...others.map((writer) => writer.event));
    const fields = { repository: repository.name, usedBytes: Math.ceil(this.usedNow(repository)), writers: tasks.size + others.length };
    const event = log.record(now, 'repository-full', fields, causes);
    for (const task of tasks) stages.abort(task, 'failed', 'repository-full', event);
    for (const writer of others) writer.fail(event);
  }
}

/** What a repository holds of bytes that a disk's transfer has read. */
function storedBytes(part: TaskDisk, readBytes: number): number {
  return readBytes / part.task.run.job.plan.reduction;
}
