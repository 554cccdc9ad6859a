/**
 * `rpo-missed`: the newest good restore point of a VM is older than its `rpo` allows. Without any it counts from the later of start and creation. While a
 * continuous job streams, what is lost is its lag, not the age of a point.
 */
import type { Vm } from '../../estate/vm.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const rpoMissed: Rule = {
  id: 'rpo-missed',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['point-too-old'],
  subjectField: 'vm',
  evidence: ['rpoMs', 'ageMs'],
};

/** Since when there is nothing new enough, and the log event of the point, or the creation, that has grown too old. */
interface Miss {
  sinceMs: number;
  event: number;
}

export class MissedRpos {
  private readonly world: World;
  /** The newest good point of each VM; `miss`: it was too old itself when it came. */
  private readonly newest = new Map<Vm, { atMs: number; event: number; miss: Miss | null }>();

  constructor(world: World) {
    this.world = world;
  }

  /** A good point of the moment `atMs` has become available; `event` is the log's. */
  pointStored(vm: Vm, atMs: number, event: number): void {
    if (vm.rpoMs === null) return;
    const now = this.world.kernel.nowMs;
    const known = this.newest.get(vm);
    if (known !== undefined && known.atMs >= atMs) return;
    const miss = this.missOf(vm, vm.rpoMs);
    const isNew = now - atMs <= vm.rpoMs;
    if (miss !== null && isNew) this.tell(vm, vm.rpoMs, miss, now);
    this.newest.set(vm, { atMs, event, miss: isNew ? null : miss });
  }

  /** Points are gone: the newest that is left is of the moment `atMs`; null: none is left. */
  pointsLost(vm: Vm, atMs: number | null, event: number): void {
    if (vm.rpoMs === null) return;
    const { nowMs } = this.world.kernel;
    const fromMs = atMs ?? vm.createdAtMs ?? 0;
    const miss = this.missOf(vm, vm.rpoMs) ?? (nowMs - fromMs > vm.rpoMs ? { sinceMs: nowMs, event } : null);
    this.newest.set(vm, { atMs: fromMs, event, miss });
  }

  /** It is deleted: nobody wants it back. */
  deleted(vm: Vm): void {
    this.settle(vm, this.world.kernel.nowMs);
  }

  finish(): void {
    for (const vm of this.world.vms) if (vm.exists) this.settle(vm, null);
  }

  private settle(vm: Vm, untilMs: number | null): void {
    if (vm.rpoMs === null || vm.activeTasks.some((task) => task.stage === 'streaming')) return;
    const miss = this.missOf(vm, vm.rpoMs);
    if (miss !== null) this.tell(vm, vm.rpoMs, miss, untilMs);
  }

  private missOf(vm: Vm, rpoMs: number): Miss | null {
    const { kernel, startEvent } = this.world;
    const known = this.newest.get(vm);
    if (known !== undefined && known.miss !== null) return known.miss;
    const { atMs: fromMs, event } = known ?? { atMs: vm.createdAtMs ?? 0, event: vm.createdEvent || startEvent };
    return kernel.nowMs - fromMs > rpoMs ? { sinceMs: Math.max(0, fromMs + rpoMs), event } : null;
  }

  private tell(vm: Vm, rpoMs: number, { sinceMs, event }: Miss, untilMs: number | null): void {
    const { findings, kernel } = this.world;
    const ageMs = kernel.nowMs - (this.newest.get(vm)?.atMs ?? vm.createdAtMs ?? 0);
    findings.observe({ atMs: sinceMs, untilMs, kind: 'point-too-old', fields: { vm: vm.name, rpoMs, ageMs }, causes: [event] });
  }
}
