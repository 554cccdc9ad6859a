/** Every change of what can be restored of a VM, one for each instant at which there is any. */
import type { Vm } from '../estate/vm.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import { ageOfNewest } from './recovery.ts';

/** What has become of its points, of the stream that brings one up to date, or of the VM. */
export type Why =
  | 'start'
  | 'stored'
  | 'pruned'
  | 'merged'
  | 'copied'
  | 'lost'
  | 'stream-behind'
  | 'stream-in-step'
  | 'stream-ended'
  | 'vm-created'
  | 'vm-deleted';

export interface RecoveryChange {
  atMs: number;
  vm: string;
  /** The moment of the newest good point; null: there is none. */
  newestPointAtMs: number | null;
  /** Age of the newest good point just before and after; without any it counts from the start, or from when the VM was created. Null: no VM. */
  rpoBeforeMs: number | null;
  rpoMs: number | null;
  /** Moments to which it can be taken back. */
  restorePoints: number;
  why: readonly Why[];
  /** Ids of the log events by which that is so. */
  events: readonly number[];
}

interface State {
  newestMs: number | null;
  count: number;
  exists: boolean;
}

interface Touch {
  vm: Vm;
  rpoBeforeMs: number | null;
  why: Why[];
  events: number[];
}

export class RecoveryChanges {
  private readonly world: World;
  private readonly observer: (change: RecoveryChange) => void;
  private readonly states: State[];
  private readonly touched = new Map<Vm, Touch>();

  /** For a world at its start, which it tells of first. */
  constructor(world: World, observer: (change: RecoveryChange) => void) {
    this.world = world;
    this.observer = observer;
    this.states = world.vms.map(() => ({ newestMs: null, count: 0, exists: false }));
    for (const vm of world.vms) if (vm.exists) this.touch(vm, 'start', world.startEvent);
  }

  /** Something about a VM is changing; what it was before is still in the books. */
  touch(vm: Vm, why: Why, event: number): void {
    let touch = this.touched.get(vm);
    if (touch === undefined) {
      touch = { vm, rpoBeforeMs: this.rpoBefore(vm), why: [], events: [] };
      this.touched.set(vm, touch);
    }
    if (!touch.why.includes(why)) touch.why.push(why);
    touch.events.push(event);
  }

  /** Everything of the instant has happened. */
  settle(): void {
    if (this.touched.size === 0) return;
    for (const touch of this.touched.values()) this.tell(touch);
    this.touched.clear();
  }

  private rpoBefore(vm: Vm): number | null {
    const { recovery, kernel } = this.world;
    return this.stateOf(vm).exists ? recovery.newestAgeAt(vm, kernel.nowMs) : null;
  }

  private tell({ vm, rpoBeforeMs, why, events }: Touch): void {
    const { recovery, kernel } = this.world;
    const { nowMs } = kernel;
    const { newestMs, count } = recovery.newestAndCount(vm, nowMs);
    const before = this.stateOf(vm);
    if (before.newestMs === newestMs && before.count === count && before.exists === vm.exists) return;
    this.states[vm.index] = { newestMs, count, exists: vm.exists };
    const rpoMs = ageOfNewest(vm, newestMs, nowMs);
    this.observer({
      atMs: nowMs,
      vm: vm.name,
      newestPointAtMs: newestMs,
      rpoBeforeMs,
      rpoMs,
      restorePoints: count,
      why,
      events: causesOf(...events),
    });
  }

  private stateOf(vm: Vm): State {
    return this.states[vm.index] as State;
  }
}
