/** A merge: the oldest full of a chain takes in the increment after it, whose moment it then holds (MODEL 7, `forever-forward`). */
import type { EventKind } from '../events.ts';
import type { EventFields } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { namesOf } from './chains.ts';
import type { RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';
import { NO_FLOWS, type Work, type WorkFlow } from './works.ts';

export class Merge implements Work {
  readonly repositories: readonly [Repository];
  flows = NO_FLOWS;
  private readonly world: World;
  private readonly chain: Chain;
  private cause: number;
  private grownBytes = 0;

  constructor(world: World, chain: Chain, cause: number) {
    this.world = world;
    this.chain = chain;
    this.cause = cause;
    this.repositories = [chain.repository];
  }

  begin(): readonly WorkFlow[] | null {
    const { repository } = this.chain;
    // A restore may have come to hold them since it was asked for.
    if (this.isHeld() || !this.takeGrowth()) {
      this.world.chains.giveUp(this.chain);
      return null;
    }
    const bytes = this.increment.storedBytes;
    this.cause = this.record('repository-work-started', this.fields());
    const uses = [{ resource: repository.device, perByte: repository.readCost + repository.writeCost }];
    return [{ bytes, cap: repository.plan.mergeBytesPerSecond / 1000, uses }];
  }

  end(): void {
    this.finish();
    this.world.chains.release(this.chain, this.cause);
  }

  /** With block clone only references change. Returns false when it was refused. */
  atOnce(): boolean {
    if (!this.takeGrowth()) return false;
    this.finish();
    return true;
  }

  private get increment(): RestorePoint {
    return this.chain.points[1] as RestorePoint;
  }

  /** By somebody besides this merge. */
  private isHeld(): boolean {
    return (this.chain.points[0] as RestorePoint).pins > 1 || this.increment.pins > 1;
  }

  /** A VM that has grown makes its full larger: what that takes is taken before. */
  private takeGrowth(): boolean {
    const { storage } = this.world;
    const { repository, points } = this.chain;
    const full = points[0] as RestorePoint;
    const needed = Math.max(0, this.increment.fullBytes - full.storedBytes);
    if (!storage.fits(repository, needed)) {
      const free = Math.max(0, repository.capacityBytes - storage.usedNow(repository));
      const fields = { ...namesOf(this.chain), work: 'merge', neededBytes: Math.ceil(needed), freeBytes: Math.floor(free) };
      this.record('repository-work-refused', fields);
      return false;
    }
    full.storedBytes += needed;
    this.grownBytes = needed;
    storage.take(repository, needed);
    return true;
  }

  private finish(): void {
    const { storedBytes } = this.increment;
    const fields = this.fields();
    this.chain.absorb();
    this.world.storage.giveBack(this.chain.repository, storedBytes);
    this.cause = this.record('repository-work-ended', fields);
    this.world.recovery.touch(this.chain.vm, 'merged', this.cause);
  }

  private fields(): EventFields {
    const { atMs, storedBytes } = this.increment;
    const { repository, job, vm } = this.chain;
    // Not made out of another object: there are two for each task.
    return {
      repository: repository.name,
      job: job.name,
      vm: vm.name,
      work: 'merge',
      moment: atMs,
      bytes: Math.ceil(storedBytes),
      grownBytes: Math.ceil(this.grownBytes),
    };
  }

  private record(kind: EventKind, fields: EventFields): number {
    const { log, kernel } = this.world;
    return log.record(kernel.nowMs, kind, fields, [this.cause]);
  }
}
