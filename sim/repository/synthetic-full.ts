/** A synthetic full: a point's chain is read and written anew as one full, which takes the point's place and begins a new chain (MODEL 7, `forward`). */
import type { EventKind } from '../events.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { namesOf } from './chains.ts';
import type { RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';
import { NO_FLOWS, type Work, type WorkFlow } from './works.ts';

export class SyntheticFull implements Work {
  readonly repositories: readonly [Repository];
  flows = NO_FLOWS;
  private readonly world: World;
  private readonly chain: Chain;
  private readonly point: RestorePoint;
  private readonly noteFull: () => void;
  private cause: number;
  /** What the point has taken as an increment. */
  private readonly increment: number;

  /** `noteFull` is called when the full is there. */
  constructor(world: World, chain: Chain, point: RestorePoint, cause: number, noteFull: () => void) {
    this.world = world;
    this.chain = chain;
    this.point = point;
    this.cause = cause;
    this.noteFull = noteFull;
    this.increment = point.storedBytes;
    this.repositories = [chain.repository];
  }

  begin(): readonly WorkFlow[] | null {
    const { repository } = this.chain;
    const { storage } = this.world;
    const bytes = this.point.fullBytes;
    if (!storage.fits(repository, bytes)) {
      const free = Math.max(0, repository.capacityBytes - storage.usedNow(repository));
      this.record('repository-work-refused', { work: 'synthetic-full', neededBytes: Math.ceil(bytes), freeBytes: Math.floor(free) });
      // The full is still owed.
      this.world.chains.giveUp(this.chain);
      return null;
    }
    storage.take(repository, bytes);
    const read = this.madeOfBytes();
    this.cause = this.record('repository-work-started', { work: 'synthetic-full', bytes: Math.ceil(bytes), readBytes: Math.ceil(read) });
    const perByte = repository.writeCost + (bytes > 0 ? (repository.readCost * read) / bytes : 0);
    return [{ bytes, cap: Number.POSITIVE_INFINITY, uses: [{ resource: repository.device, perByte }] }];
  }

  end(): void {
    this.point.storedBytes = this.point.fullBytes;
    this.world.storage.giveBack(this.chain.repository, this.increment);
    this.becomeFull();
    this.world.chains.release(this.chain, this.cause);
  }

  /** With block clone the full is made of the blocks that are there: it takes no more than the increment that it includes. */
  atOnce(): void {
    this.point.cloned = true;
    this.becomeFull();
    this.world.chains.prune(this.chain, this.cause);
  }

  private becomeFull(): void {
    this.chain.becomeFull(this.point, this.world.zone);
    this.noteFull();
    const fields = { work: 'synthetic-full', bytes: Math.ceil(this.point.storedBytes), increment: Math.ceil(this.increment) };
    this.cause = this.record('repository-work-ended', fields);
  }

  /** Stored bytes of the points that the full is made of. */
  private madeOfBytes(): number {
    return this.chain.transforming.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  }

  private record(kind: EventKind, fields: Record<string, string | number>): number {
    const { log, kernel } = this.world;
    return log.record(kernel.nowMs, kind, { ...namesOf(this.chain), moment: this.point.atMs, ...fields }, [this.cause]);
  }
}
