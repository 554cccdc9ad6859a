/**
 * An account in other hands (MODEL 8): everything that it may delete goes at once, except what is immutable, with all that it needs. What a work under way
 * still reads goes when the work is done.
 */
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { namesOf, takeOutOf } from './chains.ts';

export class Theft {
  private readonly world: World;
  /** Chains that are still in use, with the log events of the theft. */
  private readonly awaited = new Map<Chain, number>();

  constructor(world: World) {
    this.world = world;
  }

  /** `event` is the log event of the theft. */
  deleteAll(account: string, event: number): void {
    for (const { chains } of this.world.repositories) for (const chain of chains.values()) if (chain.account === account) this.rob(chain, event);
    for (const job of this.world.jobs) {
      if (job.method.copies || job.plan.account !== account) continue;
      for (const vm of job.candidates) this.world.lifecycle.dropKept(vm, job, event);
    }
  }

  /** A work on a chain is done. */
  workEnded(chain: Chain): void {
    const event = this.awaited.get(chain);
    if (event !== undefined) this.rob(chain, event);
  }

  private rob(chain: Chain, event: number): void {
    if (isInUse(chain)) {
      this.awaited.set(chain, event);
      return;
    }
    this.awaited.delete(chain);
    const { kernel, log, storage, chains, recovery } = this.world;
    const locked = chain.locked(kernel.nowMs);
    const gone = chain.points.filter((_, place) => locked[place] !== true);
    if (gone.length === 0) return;
    const bytes = takeOutOf(chain, gone);
    const moments = gone.map(({ atMs }) => atMs).join(' ');
    const fields = { ...namesOf(chain), points: gone.length, moments, bytes: Math.floor(bytes) };
    const deleted = log.record(kernel.nowMs, 'points-deleted', fields, [event]);
    const uncopied = chain.uncopied.filter((point) => chain.points.includes(point));
    chain.uncopied.splice(0, chain.uncopied.length, ...uncopied);
    storage.prune(chain.repository, bytes, deleted);
    if (chain.repository === chain.job.repository) {
      const lost = new Set(gone.map(({ atMs }) => atMs));
      chains.forgetPoints(chain.job, chain.vm, lost, deleted);
      for (const task of chain.vm.activeTasks)
        if (task.run.job === chain.job && task.baseMs !== null && lost.has(task.baseMs)) task.baseStolen = true;
    }
    recovery.pointsLost(chain.vm, deleted);
  }
}

/** A merge, a copy or a restore works on it. Points that only wait to be copied are no obstacle. */
function isInUse({ busy, copying, points, uncopied }: Chain): boolean {
  return busy || copying || points.some((point) => point.pins > (uncopied.includes(point) ? 1 : 0));
}
