/**
 * An account in other hands (MODEL 8): everything that it may delete goes at once, except what is immutable, with all that it needs. What a work still reads
 * goes when the work is done, with what that needs; until then it takes its space, but nothing is built upon it.
 */
import type { Vm } from '../estate/vm.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { namesOf, takeOutOf } from './chains.ts';
import { neededFor, type RestorePoint } from './point.ts';

export class Theft {
  private readonly world: World;
  /** Chains with stolen points that are still in use, with the log events of the theft. */
  private readonly awaited = new Map<Chain, number>();

  constructor(world: World) {
    this.world = world;
  }

  /** `event` is the log event of the theft. */
  deleteAll(account: string, event: number): void {
    const { repositories, jobs, vms, lifecycle, recovery } = this.world;
    // A VM is told of once: between one of its chains and the next it has had no age.
    const losers = new Map<Vm, number>();
    for (const { chains } of repositories)
      for (const chain of chains.values()) {
        const deleted = chain.account === account ? this.rob(chain, event) : null;
        if (deleted !== null) losers.set(chain.vm, deleted);
      }
    // At once, so that the clean-up finds them all.
    const keepers = jobs.filter((job) => !job.method.copies && job.plan.account === account);
    for (const vm of vms) if (lifecycle.dropKept(vm, keepers, event)) losers.set(vm, losers.get(vm) ?? event);
    for (const [vm, deleted] of losers) recovery.pointsLost(vm, deleted);
  }

  /** A work on a chain is over. */
  workEnded(chain: Chain): void {
    const event = this.awaited.get(chain);
    const deleted = event === undefined ? null : this.remove(chain, event);
    if (deleted !== null) this.world.recovery.pointsLost(chain.vm, deleted);
  }

  /** Returns the log event by which points are gone; null: none are. */
  private rob(chain: Chain, event: number): number | null {
    const locked = chain.locked(this.world.kernel.nowMs);
    for (const [place, point] of chain.points.entries()) if (locked[place] !== true) point.stolen = true;
    if (!chain.points.some(({ stolen }) => stolen)) return null;
    this.awaited.set(chain, event);
    if (chain.repository === chain.job.repository) this.forgetBases(chain, event);
    return this.remove(chain, event);
  }

  /** What was to be built on the stolen points is worth nothing, and what comes next stands by itself. */
  private forgetBases({ job, vm, points }: Chain, event: number): void {
    const moments = new Set(points.filter(({ stolen }) => stolen).map(({ atMs }) => atMs));
    this.world.chains.forgetPoints(job, vm, moments, event);
    for (const task of vm.activeTasks) if (task.run.job === job && task.baseMs !== null && moments.has(task.baseMs)) task.baseStolen = true;
  }

  /** Takes out what nothing works on any more. */
  private remove(chain: Chain, event: number): number | null {
    const { kernel, log, storage } = this.world;
    let deleted: number | null = null;
    const used = neededFor(
      chain.points,
      chain.points.map((point) => isInUse(chain, point)),
    );
    const gone = chain.points.filter((point, place) => point.stolen && used[place] !== true);
    if (gone.length > 0) {
      const bytes = takeOutOf(chain, gone);
      const moments = gone.map(({ atMs }) => atMs).join(' ');
      const fields = { ...namesOf(chain), points: gone.length, moments, bytes: Math.floor(bytes) };
      deleted = log.record(kernel.nowMs, 'points-deleted', fields, [event]);
      const uncopied = chain.uncopied.filter((point) => chain.points.includes(point));
      chain.uncopied.splice(0, chain.uncopied.length, ...uncopied);
      storage.prune(chain.repository, bytes, deleted);
    }
    if (!chain.points.some(({ stolen }) => stolen)) this.awaited.delete(chain);
    return deleted;
  }
}

/** A transform, a copy or a restore works on it, or has been asked to. Points that only wait for their turn to be copied are no obstacle. */
function isInUse({ copying, uncopied }: Chain, point: RestorePoint): boolean {
  const waits = uncopied.includes(point) && !(copying && uncopied[0] === point);
  return point.pins > (waits ? 1 : 0);
}
