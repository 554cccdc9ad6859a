/**
 * Consolidation in `mirror` mode (MODEL 5): removing a snapshot merges its delta into its parent, the base disk or the delta below. Removals of one VM
 * run one after another. While the top delta is being merged guest writes go to both files: the delta keeps growing, the work does not.
 */
import { boundedBytes, type Delta, heldBytes } from '../estate/delta.ts';
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Task } from './task.ts';

export class Consolidation {
  private readonly world: World;
  private readonly removed: number;

  constructor(world: World) {
    this.world = world;
    this.removed = world.kernel.handle((task) => this.beginMerge(world.tasks[task] as Task));
  }

  /** The task's snapshot is to be removed. */
  request(task: Task): void {
    task.stage = 'removing';
    task.vm.removals.push(task);
    if (task.vm.removals.length === 1) this.beginRemoval(task);
  }

  /** The merge's work is done: the delta's space returns. */
  mergeCompleted(task: Task): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    const delta = task.delta as Delta;
    const disk = delta.disk;
    const datastore = disk.datastore;
    task.flow = -1;
    const held = heldBytes(delta, now);
    task.peakDeltaBytes = Math.max(task.peakDeltaBytes, held);
    datastore.notePeak(now);
    const place = disk.chain.indexOf(delta);
    disk.chain[place - 1]?.takeOver(delta, now);
    disk.chain.splice(place, 1);
    disk.releaseBase(now);
    disk.mirroring = false;
    datastore.diskChanged(disk, now);
    task.consolidatedMs = now;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: datastore.name, bytes: Math.ceil(held) };
    task.lastEvent = log.record(now, 'snapshot-removed', fields, [task.lastEvent]);
    datastore.lastEvent = task.lastEvent;
    const vm = task.vm;
    if (--vm.jobSnapshots === 0) vm.snapshotOpenMs += now - vm.snapshotOpenSinceMs;
    stages.chainChanged(vm);
    this.finish(task);
  }

  private beginRemoval(task: Task): void {
    const { kernel } = this.world;
    const { removeMs } = task.run.job.plan.timings;
    task.vm.stunMs += removeMs;
    kernel.schedule(kernel.nowMs + removeMs, EventClass.stage, this.removed, task.number);
  }

  private beginMerge(task: Task): void {
    const { kernel, log, network } = this.world;
    const now = kernel.nowMs;
    const delta = task.delta as Delta;
    const disk = delta.disk;
    const datastore = disk.datastore;
    const parent = disk.chain[disk.chain.indexOf(delta) - 1];
    const needed = this.neededBy(delta, parent);
    const used = datastore.usedAt(now);
    // A merge that takes nothing cannot be refused: the floor may have been passed by what was written within a millisecond.
    if (needed > 0 && used + needed > datastore.fullLevel) {
      this.refuse(task, needed, datastore.capacityBytes - used);
      return;
    }
    task.stage = 'consolidating';
    const work = heldBytes(delta, now);
    if (parent === undefined) disk.allocatedBytes += needed;
    else parent.absorbing = delta;
    disk.mirroring = !delta.frozen;
    datastore.diskChanged(disk, now);
    datastore.guestDirty = true;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: datastore.name, bytes: Math.ceil(work) };
    task.lastEvent = log.record(now, 'merge-started', fields, [task.lastEvent]);
    datastore.lastEvent = task.lastEvent;
    task.flow = network.addFlow({
      weight: 1,
      cap: datastore.plan.mergeBytesPerSecond / 1000,
      bytes: work,
      uses: [{ resource: datastore.device, perByte: datastore.readCost + datastore.writeCost }],
      elastic: true,
      owner: task.number,
    });
  }

  /** What the parent takes when the merge starts. */
  private neededBy(delta: Delta, parent: Delta | undefined): number {
    const now = this.world.kernel.nowMs;
    const disk = delta.disk;
    if (parent !== undefined) return boundedBytes(parent, parent.writtenAt(now) + delta.writtenAt(now)) - heldBytes(parent, now);
    if (!disk.thin) return 0;
    const target = delta.frozen ? delta.usedWhenFrozen : disk.usedAt(now);
    return Math.max(0, target - disk.allocatedBytes);
  }

  /** The delta stays as an orphan, needs consolidation, and goes on growing if it is the top one. */
  private refuse(task: Task, needed: number, free: number): void {
    const { kernel, log } = this.world;
    const delta = task.delta as Delta;
    const datastore = delta.disk.datastore;
    delta.kind = 'orphan';
    const fields = { run: task.run.id, vm: task.vm.name, datastore: datastore.name, neededBytes: Math.ceil(needed), freeBytes: Math.floor(free) };
    const causes = datastore.isFull ? [task.lastEvent, datastore.fullEvent].sort((a, b) => a - b) : [task.lastEvent];
    task.lastEvent = log.record(kernel.nowMs, 'merge-refused', fields, causes);
    if (task.outcome === 'success') {
      task.outcome = 'warning';
      task.reason = 'merge-refused';
    }
    this.finish(task);
  }

  private finish(task: Task): void {
    task.vm.removals.shift();
    this.world.stages.end(task);
    const next = task.vm.removals[0];
    if (next !== undefined) this.beginRemoval(next);
  }
}
