/** What could be restored at chosen instants, and what a loss would leave of it: read between events, so that looking changes nothing. */
import { heldBytes } from '../estate/delta.ts';
import type { Vm } from '../estate/vm.ts';
import type { ChainRecovery, PointRecovery, Recoverable, RecoveryState, VmRecovery } from '../result.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { ageOfNewest, countMoments, type GoodPoint, keyOf, newestOf } from './recovery.ts';

export class RecoveryStates {
  /** As far as they have come, by time. */
  readonly states: RecoveryState[] = [];
  private readonly world: World;
  private readonly instants: readonly number[];

  /** Milliseconds since the start. @throws RangeError for an instant outside of the scenario. */
  constructor(world: World, instants: readonly number[]) {
    this.world = world;
    this.instants = [...new Set(instants)].sort((a, b) => a - b);
    for (const atMs of this.instants) {
      if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs > world.endMs) throw new RangeError(`${atMs} ms lies outside of the scenario`);
    }
  }

  /** Time is about to move on to an instant; nothing happens before. */
  before(toMs: number): void {
    for (let next = this.next; next !== undefined && next < toMs; next = this.next) this.states.push(this.stateAt(next));
  }

  /** The scenario is over. */
  end(): void {
    this.before(Number.POSITIVE_INFINITY);
  }

  private get next(): number | undefined {
    return this.instants[this.states.length];
  }

  private stateAt(atMs: number): RecoveryState {
    return { atMs, vms: Object.fromEntries(this.world.vms.map((vm) => [vm.name, this.vmAt(vm, atMs)])) };
  }

  private vmAt(vm: Vm, atMs: number): VmRecovery {
    const { recovery } = this.world;
    const chains = [...recovery.chainsOf(vm).map((chain) => this.chainAt(chain, atMs)), ...this.snapshotsAt(vm, atMs)];
    const survives = recovery.lossesOf(vm).map((loss) => [keyOf(loss), this.summary(vm, recovery.pointsOf(vm, atMs, loss), atMs)]);
    return { ...this.summary(vm, recovery.pointsOf(vm, atMs), atMs), chains, survives: Object.fromEntries(survives) };
  }

  private summary(vm: Vm, points: readonly GoodPoint[], atMs: number): Recoverable {
    const newestPointAtMs = newestOf(points);
    return { newestPointAtMs, rpoMs: ageOfNewest(vm, newestPointAtMs, atMs), restorePoints: countMoments(points) };
  }

  private chainAt(chain: Chain, atMs: number): ChainRecovery {
    const { job, repository, account } = chain;
    const locked = chain.locked(atMs);
    const points = chain.points.map((point, index): PointRecovery => {
      const { kind, storedBytes, good } = point;
      const momentMs = this.world.recovery.momentOf(chain, point, atMs);
      return { atMs: momentMs, kind, bytes: Math.ceil(storedBytes), good, immutable: locked[index] === true };
    });
    return { job: job.name, repository: repository.name, account, copy: repository !== job.repository, points };
  }

  private snapshotsAt(vm: Vm, atMs: number): ChainRecovery[] {
    return this.world.recovery.keepersOf(vm).map((job): ChainRecovery => {
      const points = job.keptSnapshots(vm).map(({ snapshotMs, disks }): PointRecovery => {
        const bytes = disks.reduce((sum, { delta }) => sum + (delta === null ? 0 : heldBytes(delta, atMs)), 0);
        return { atMs: snapshotMs as number, kind: 'snapshot', bytes: Math.ceil(bytes), good: true, immutable: false };
      });
      return { job: job.name, repository: null, account: job.plan.account, copy: false, points };
    });
  }
}
