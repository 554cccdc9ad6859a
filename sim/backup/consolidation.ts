/**
 * Consolidation (MODEL 5): removing a snapshot merges its deltas into their parents, a base disk or the delta below. Removals of one VM run one after
 * another; a datastore merges all at once or, with `merges: serial`, one after another.
 *
 * `mirror`: while the top delta is being merged guest writes go to both files, so the delta keeps growing and the work does not.
 * `helper`: guest writes go to a helper delta, which is the next pass's work, until the rest is small enough, or passes enough, to be merged while the guest
 * stands still.
 */

import type { Datastore } from '../estate/datastore.ts';
import { boundedBytes, Delta, heldBytes } from '../estate/delta.ts';
import { withAdded, without } from '../estate/lists.ts';
import type { Vm } from '../estate/vm.ts';
import type { ResourceUse } from '../flow/network.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import { Merge, Removal } from './removal.ts';
import type { Task } from './task.ts';

/** A rest that can be merged within this is merged in a stun (ESX before 6.0: estimated time to commit the helper; C. Hogan, 2016). */
const STUN_LIMIT_MS = 12_000;

export class Consolidation {
  private readonly world: World;
  private readonly called: number;
  private readonly stunEnded: number;
  /** By number; undefined: it has ended. */
  private readonly removals: (Removal | undefined)[] = [];

  constructor(world: World) {
    this.world = world;
    this.called = world.kernel.handle((number) => {
      const removal = this.removals[number];
      if (removal !== undefined) this.beginMerges(removal);
    });
    this.stunEnded = world.kernel.handle((number) => {
      const merge = world.parts[number];
      if (merge !== undefined) this.endStun(merge as Merge);
    });
  }

  /** The task's snapshot, if it has one, is to be removed. */
  request(task: Task): void {
    if (!task.hasSnapshot) {
      this.world.stages.end(task);
      return;
    }
    task.stage = 'removing';
    const removal = this.newRemoval(task.vm, task, task.lastEvent);
    for (const { removes } of task.disks) if (removes.delta !== null) this.addMerge(removal, removes.delta, removes.task);
    this.enqueue(removal);
  }

  /** Deltas that were left behind, at most one of each disk of a VM, are to be removed. */
  cleanUp(vm: Vm, deltas: readonly Delta[], cause: number): void {
    this.enqueue(this.newCleanUp(vm, deltas, cause));
  }

  /** The clean-up that has just ended goes on with the next layer: what waits goes on waiting. */
  cleanUpNext(vm: Vm, deltas: readonly Delta[], cause: number): void {
    const removal = this.newCleanUp(vm, deltas, cause);
    vm.removals = [removal, ...vm.removals];
    this.begin(removal);
  }

  /** A VM is deleted with its disks: nothing of it is merged any more. Returns the tasks whose removals end here. */
  abandon(vm: Vm): Task[] {
    const { network, conditions } = this.world;
    const { removals } = vm;
    vm.removals = [];
    const merges = removals.flatMap((removal) => removal.merges.filter(({ closed }) => !closed));
    for (const merge of merges) {
      if (merge.flow >= 0) network.removeFlow(merge.flow);
      merge.flow = -1;
      this.noteStun(merge);
      merge.closed = true;
    }
    for (const { disk } of merges) this.leaveQueue(disk.datastore);
    for (const removal of removals) {
      this.forget(removal);
      conditions.merges.ended(removal);
    }
    return removals.flatMap(({ task }) => task ?? []);
  }

  /** Stuns that are under way end with the scenario. */
  settle(vm: Vm): void {
    for (const removal of vm.removals) {
      this.endCall(removal);
      for (const merge of removal.merges) this.noteStun(merge);
    }
  }

  /** What is being removed of a VM is removed no further; what is left of it stays behind. */
  breakOff(vm: Vm, cause: number): void {
    const [removal] = vm.removals;
    if (removal !== undefined) this.giveUp(removal, cause);
  }

  /** The host of a VM can no longer be asked for anything: a removal that it has not begun to carry out is lost. */
  lostTouch(vm: Vm, cause: number): void {
    const [removal] = vm.removals;
    if (removal?.stage === 'called') this.giveUp(removal, cause);
  }

  /** A pass has done its work: the merged delta's space returns. */
  mergeCompleted(merge: Merge): void {
    merge.flow = -1;
    this.dropMerged(merge);
    const { helper } = merge;
    if (helper === null) {
      this.close(merge);
      return;
    }
    merge.delta = helper;
    merge.helper = null;
    const restMs = heldBytes(helper, this.world.kernel.nowMs) / mergeRate(merge);
    // A snapshot on top has frozen the helper: it is merged like any other delta below the top.
    if (helper.frozen || (restMs > STUN_LIMIT_MS && merge.passes < merge.disk.datastore.plan.passLimit)) this.startMerge(merge);
    else this.beginStun(merge, restMs);
  }

  private newRemoval(vm: Vm, task: Task | null, cause: number): Removal {
    const removal = new Removal(this.removals.length, vm, task, this.world.kernel.nowMs, cause);
    this.removals.push(removal);
    return removal;
  }

  private newCleanUp(vm: Vm, deltas: readonly Delta[], cause: number): Removal {
    const removal = this.newRemoval(vm, null, cause);
    for (const delta of deltas) this.addMerge(removal, delta, openerOf(delta));
    return removal;
  }

  private addMerge(removal: Removal, delta: Delta, opener: Task | null): void {
    const { parts } = this.world;
    const merge = new Merge(parts.length, removal, delta, opener);
    parts.push(merge);
    removal.merges = [...removal.merges, merge];
  }

  private enqueue(removal: Removal): void {
    const { vm } = removal;
    vm.removals = withAdded(vm.removals, removal);
    if (vm.removals.length === 1) this.begin(removal);
  }

  /** A clean-up calls for no removal: the deltas have no snapshot any more. */
  private begin(removal: Removal): void {
    const { kernel, conditions } = this.world;
    removal.stage = 'called';
    removal.calledMs = kernel.nowMs;
    if (removal.vm.obstacle > 0) {
      this.giveUp(removal, removal.vm.obstacle);
      return;
    }
    if (removal.task === null) {
      this.beginMerges(removal);
      return;
    }
    const { removeMs } = removal.task.run.job.plan.timings;
    conditions.stunned(removal.task, removeMs);
    kernel.schedule(kernel.nowMs + removeMs, EventClass.stage, this.called, removal.number);
  }

  private beginMerges(removal: Removal): void {
    if (removal.stage !== 'called') return;
    this.endCall(removal);
    removal.stage = 'merging';
    for (const merge of removal.merges) {
      const { datastore } = merge.disk;
      if (datastore.plan.merges === 'serial' && datastore.mergeQueue.push(merge) > 1) continue;
      this.startMerge(merge);
    }
  }

  private startMerge(merge: Merge): void {
    const { kernel, log, network } = this.world;
    const now = kernel.nowMs;
    const { removal, disk, delta } = merge;
    const { datastore } = disk;
    const parent = disk.below(delta);
    const needed = this.neededBy(delta, parent);
    const used = datastore.usedAt(now);
    // A merge that takes nothing cannot be refused: the floor may have been passed by what was written within a millisecond.
    if (needed > 0 && used + needed > datastore.fullLevel) {
      this.refuse(merge, needed, datastore.capacityBytes - used);
      return;
    }
    if (removal.task !== null) removal.task.stage = 'consolidating';
    const work = heldBytes(delta, now);
    if (merge.passes++ > 0) this.world.conditions.merges.passBegins(merge, merge.passBytes, work);
    merge.passBytes = work;
    const fields = { run: merge.run, vm: removal.vm.name, datastore: datastore.name, bytes: Math.ceil(work) };
    removal.note(log.record(now, 'merge-started', fields, [removal.lastEvent]));
    datastore.lastEvent = removal.lastEvent;
    if (parent === undefined) disk.allocatedBytes += needed;
    else parent.absorbing = delta;
    if (!delta.frozen && datastore.plan.consolidation === 'helper') this.openHelper(merge);
    else disk.mirroring = !delta.frozen;
    datastore.diskChanged(disk, now);
    datastore.guestsChanged();
    const uses: ResourceUse[] = [];
    for (const device of datastore.devices) uses.push({ resource: device.resource, perByte: device.readCost + device.writeCost });
    if (datastore.throttle >= 0) uses.push({ resource: datastore.throttle, perByte: datastore.readCost + datastore.writeCost });
    merge.flow = network.addFlow({ weight: 1, cap: mergeRate(merge), bytes: work, uses, elastic: true, owner: merge.number });
  }

  private openHelper(merge: Merge): void {
    const now = this.world.kernel.nowMs;
    const { disk, removal, delta, run } = merge;
    delta.freeze(now);
    merge.helper = new Delta(disk, 'helper', run, disk.law, 0, now, removal.lastEvent);
    disk.chain = withAdded(disk.chain, merge.helper);
    this.world.stages.chainChanged(disk);
  }

  /** The merged delta is gone; its parent, if a delta, holds its bytes as its own. */
  private dropMerged({ removal, opener, disk, delta, run }: Merge): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    const { datastore } = disk;
    const held = heldBytes(delta, now);
    if (opener !== null) stages.notePeakDelta(opener, now);
    // One that is gone in the instant in which it was taken was never open.
    if (opener?.snapshotMs === now && delta.kind !== 'helper') disk.snapshotsTaken--;
    datastore.notePeak(now);
    disk.below(delta)?.takeOver(delta, now);
    disk.chain = without(disk.chain, delta);
    delta.exists = false;
    this.world.conditions.ages.gone(delta);
    disk.releaseBase(now);
    disk.mirroring = false;
    datastore.diskChanged(disk, now);
    const fields = { run, vm: removal.vm.name, datastore: datastore.name, bytes: Math.ceil(held) };
    removal.note(log.record(now, 'snapshot-removed', fields, [removal.lastEvent]));
    datastore.lastEvent = removal.lastEvent;
    stages.chainChanged(disk);
  }

  /** The guest stands still while the rest is merged. */
  private beginStun(merge: Merge, ms: number): void {
    const { kernel, guests, conditions } = this.world;
    const { task, vm } = merge.removal;
    const whole = Math.ceil(ms);
    if (task !== null) conditions.stunned(task, whole);
    merge.stunSinceMs = kernel.nowMs;
    guests.beginStun(vm);
    kernel.schedule(kernel.nowMs + whole, EventClass.stage, this.stunEnded, merge.number);
  }

  private endStun(merge: Merge): void {
    if (merge.closed) return;
    const now = this.world.kernel.nowMs;
    const { disk, delta } = merge;
    const parent = disk.below(delta);
    const needed = this.neededBy(delta, parent);
    const used = disk.datastore.usedAt(now);
    this.noteStun(merge);
    this.world.guests.endStun(merge.removal.vm);
    if (needed > 0 && used + needed > disk.datastore.fullLevel) {
      this.refuse(merge, needed, disk.datastore.capacityBytes - used);
      return;
    }
    if (parent === undefined) disk.allocatedBytes += needed;
    else parent.absorbing = delta;
    disk.datastore.diskChanged(disk, now);
    this.dropMerged(merge);
    this.close(merge);
  }

  /** The guest has stood still for this merge, if it did, until now. Returns whether it did. */
  private noteStun(merge: Merge): boolean {
    if (merge.stunSinceMs === null) return false;
    merge.removal.vm.stunMs += this.world.kernel.nowMs - merge.stunSinceMs;
    merge.stunSinceMs = null;
    return true;
  }

  /** The guest has stood still since the removal of its snapshot was called for, until now. */
  private endCall({ stage, task, vm, calledMs }: Removal): void {
    if (stage === 'called' && task !== null) vm.stunMs += this.world.kernel.nowMs - calledMs;
  }

  /** What the parent takes when a merge starts. */
  private neededBy(delta: Delta, parent: Delta | undefined): number {
    const now = this.world.kernel.nowMs;
    const disk = delta.disk;
    if (parent !== undefined) return boundedBytes(parent, parent.writtenAt(now) + delta.writtenAt(now)) - heldBytes(parent, now);
    if (!disk.thin) return 0;
    const target = delta.frozen ? delta.usedWhenFrozen : disk.usedAt(now);
    return Math.max(0, target - disk.allocatedBytes);
  }

  /** The delta stays as an orphan, needs consolidation, and goes on growing if it is the top one. */
  private refuse(merge: Merge, needed: number, free: number): void {
    const { kernel, log } = this.world;
    const { removal, delta, run } = merge;
    const { task, vm } = removal;
    const { datastore } = delta.disk;
    delta.kind = 'orphan';
    merge.refused = true;
    const fields = { run, vm: vm.name, datastore: datastore.name, neededBytes: Math.ceil(needed), freeBytes: Math.floor(free) };
    const causes = datastore.isFull ? [removal.lastEvent, datastore.fullEvent].sort((a, b) => a - b) : [removal.lastEvent];
    removal.note(log.record(kernel.nowMs, 'merge-refused', fields, causes));
    if (task?.outcome === 'success') {
      task.outcome = 'warning';
      task.reason = 'merge-refused';
    }
    this.close(merge);
  }

  private giveUp(removal: Removal, cause: number): void {
    const { task } = removal;
    if (task?.outcome === 'success') {
      task.outcome = 'warning';
      task.reason = 'snapshot-orphaned';
    }
    const open = removal.merges.filter(({ closed }) => !closed);
    this.noteWritten(removal.vm);
    for (const merge of open) this.stop(merge);
    for (const merge of open) {
      for (const delta of merge.helper === null ? [merge.delta] : [merge.delta, merge.helper]) {
        if (delta.exists && delta.kind !== 'orphan') removal.note(this.world.orphans.mark(delta, merge.run, causesOf(removal.lastEvent, cause)));
      }
      merge.refused = true;
    }
    this.closeAll(removal, open);
  }

  /** What merges have written so far may be the most that there ever is. */
  private noteWritten(vm: Vm): void {
    const { stages, kernel } = this.world;
    for (const { datastore } of vm.disks) datastore.notePeak(kernel.nowMs);
    for (const task of [...vm.activeTasks, ...vm.leftBehind]) stages.notePeakDelta(task, kernel.nowMs);
  }

  /** A merge is broken off. What it had written into a delta is given up. */
  private stop(merge: Merge): void {
    const { network, guests, kernel } = this.world;
    const { disk, delta } = merge;
    if (merge.flow >= 0) network.removeFlow(merge.flow);
    merge.flow = -1;
    if (this.noteStun(merge)) guests.endStun(merge.removal.vm);
    const parent = disk.below(delta);
    if (parent?.absorbing === delta) parent.absorbing = null;
    disk.freezeBase(kernel.nowMs);
    disk.mirroring = false;
    disk.datastore.diskChanged(disk, kernel.nowMs);
    disk.datastore.guestsChanged();
  }

  /** Nothing more is to be merged for this disk. */
  private close(merge: Merge): void {
    this.closeAll(merge.removal, [merge]);
  }

  /** With the last of its merges a removal is over, and the VM's next one begins. */
  private closeAll(removal: Removal, merges: readonly Merge[]): void {
    const { admission } = this.world;
    // All before any other begins in their place: it may be one of them.
    for (const merge of merges) merge.closed = true;
    for (const { opener, disk } of merges) {
      const others = removal.merges.filter((other) => other.disk.datastore === disk.datastore);
      if (removal.task !== null && opener !== null && others.every(isGone)) admission.releaseSnapshotSlot(opener, disk.datastore);
    }
    if (removal.merges.every(({ closed }) => closed)) this.end(removal);
    for (const { disk } of merges) this.leaveQueue(disk.datastore);
  }

  /** With serial merges what is closed leaves the queue, and if that was its first, the next one begins. What waits for a lost datastore is lost with its VM. */
  private leaveQueue(datastore: Datastore): void {
    const first = datastore.mergeQueue[0];
    if (first === undefined) return;
    datastore.mergeQueue = datastore.mergeQueue.filter(({ closed }) => !closed);
    const next = datastore.mergeQueue[0];
    if (next === undefined || next === first || datastore.lossEvent > 0) return;
    // Merges of a host that is being lost, or of a VM that is deleted at this instant, end with it, and none of them begins for an instant.
    const { host, deletedMs } = next.removal.vm;
    if ((host?.losses ?? 0) === 0 && deletedMs !== this.world.kernel.nowMs) this.startMerge(next);
  }

  private end(removal: Removal): void {
    const { stages, conditions } = this.world;
    const { task, vm } = removal;
    this.forget(removal);
    if (task !== null) this.settleTask(task, removal);
    vm.removals = without(vm.removals, removal);
    conditions.merges.ended(removal);
    if (task === null) this.world.orphans.cleaned(removal);
    else stages.end(task);
    const next = vm.removals[0];
    if (next?.stage === 'asked') this.begin(next);
  }

  /** It has ended: nobody asks for it by number any more but timers that come to nothing. */
  private forget(removal: Removal): void {
    this.endCall(removal);
    removal.stage = 'ended';
    this.removals[removal.number] = undefined;
    for (const { number } of removal.merges) this.world.parts[number] = undefined;
  }

  private settleTask(task: Task, { merges, vm }: Removal): void {
    const { nowMs } = this.world.kernel;
    if (merges.some(({ refused }) => refused)) {
      vm.leftBehind.push(task);
      return;
    }
    task.consolidatedMs = nowMs;
    if (--vm.jobSnapshots === 0) vm.snapshotOpenMs += nowMs - vm.snapshotOpenSinceMs;
  }
}

/** Bytes per millisecond. */
function mergeRate({ disk }: Merge): number {
  return disk.datastore.plan.mergeBytesPerSecond / 1000;
}

/** Nothing of it counts as an open snapshot any more. */
function isGone({ closed, refused, disk }: Merge): boolean {
  return closed && !(refused && disk.datastore.plan.countOrphans);
}

/** The task that has left a delta behind. */
function openerOf(delta: Delta): Task | null {
  return delta.disk.vm.leftBehind.find(({ disks }) => disks.some((part) => part.delta === delta)) ?? null;
}
