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
import type { Vm } from '../estate/vm.ts';
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Task, TaskDisk } from './task.ts';

/** A rest that can be merged within this is merged in a stun (ESX before 6.0: estimated time to commit the helper; C. Hogan, 2016). */
const STUN_LIMIT_MS = 12_000;

export class Consolidation {
  private readonly world: World;
  private readonly removed: number;
  private readonly stunEnded: number;

  constructor(world: World) {
    this.world = world;
    this.removed = world.kernel.handle((task) => this.beginMerges(world.tasks[task] as Task));
    this.stunEnded = world.kernel.handle((part) => this.endStun(world.parts[part] as TaskDisk));
  }

  /** The task's snapshot, if it has one, is to be removed. */
  request(task: Task): void {
    if (!task.hasSnapshot) {
      this.world.stages.end(task);
      return;
    }
    task.stage = 'removing';
    task.removalMs = this.world.kernel.nowMs;
    task.vm.removals.push(task);
    if (task.vm.removals.length === 1) this.beginRemoval(task);
  }

  /** A VM is deleted with its disks: nothing of it is merged any more. Returns the tasks whose removals end here. */
  abandon(vm: Vm): Task[] {
    const { network } = this.world;
    const ended = vm.activeTasks.filter((task) => task.stage === 'removing' || task.stage === 'consolidating');
    const parts = ended.flatMap((task) => task.disks.filter((part) => part.state === 'merging'));
    vm.removals.length = 0;
    for (const part of parts) {
      if (part.flow >= 0) network.removeFlow(part.flow);
      part.flow = -1;
      part.state = 'closed';
    }
    for (const { disk } of parts) this.leaveQueue(disk.datastore);
    for (const task of ended) this.world.conditions.merges.ended(task);
    return ended;
  }

  /** A pass has done its work: the merged delta's space returns. */
  mergeCompleted(part: TaskDisk): void {
    part.flow = -1;
    this.dropMerged(part);
    const helper = part.helper;
    if (helper === null) {
      this.close(part);
      return;
    }
    part.merging = helper;
    part.helper = null;
    const restMs = heldBytes(helper, this.world.kernel.nowMs) / this.mergeRate(part);
    // A snapshot on top has frozen the helper: it is merged like any other delta below the top.
    if (helper.frozen || (restMs > STUN_LIMIT_MS && part.passes < part.disk.datastore.plan.passLimit)) this.startMerge(part);
    else this.beginStun(part, restMs);
  }

  private beginRemoval(task: Task): void {
    const { kernel, stages } = this.world;
    const { removeMs } = task.run.job.plan.timings;
    stages.stun(task, removeMs);
    kernel.schedule(kernel.nowMs + removeMs, EventClass.stage, this.removed, task.number);
  }

  private beginMerges(task: Task): void {
    if (task.stage !== 'removing') return;
    const open = task.disks.filter((part) => part.removes.delta !== null);
    for (const part of open) {
      part.merging = part.removes.delta;
      part.state = 'merging';
    }
    for (const part of open) {
      const { datastore } = part.disk;
      if (datastore.plan.merges === 'serial' && datastore.mergeQueue.push(part) > 1) continue;
      this.startMerge(part);
    }
  }

  private startMerge(part: TaskDisk): void {
    const { kernel, log, network } = this.world;
    const now = kernel.nowMs;
    const { task, disk } = part;
    const { datastore } = disk;
    const delta = part.merging as Delta;
    const parent = disk.chain[disk.chain.indexOf(delta) - 1];
    const needed = this.neededBy(delta, parent);
    const used = datastore.usedAt(now);
    // A merge that takes nothing cannot be refused: the floor may have been passed by what was written within a millisecond.
    if (needed > 0 && used + needed > datastore.fullLevel) {
      this.refuse(part, needed, datastore.capacityBytes - used);
      return;
    }
    task.stage = 'consolidating';
    const work = heldBytes(delta, now);
    if (part.passes++ > 0) this.world.conditions.merges.passBegins(part, part.passBytes, work);
    part.passBytes = work;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: datastore.name, bytes: Math.ceil(work) };
    task.lastEvent = log.record(now, 'merge-started', fields, [task.lastEvent]);
    datastore.lastEvent = task.lastEvent;
    if (parent === undefined) disk.allocatedBytes += needed;
    else parent.absorbing = delta;
    if (!delta.frozen && datastore.plan.consolidation === 'helper') this.openHelper(part, delta);
    else disk.mirroring = !delta.frozen;
    datastore.diskChanged(disk, now);
    datastore.guestsChanged();
    const uses = datastore.devices.map((device) => ({ resource: device.resource, perByte: device.readCost + device.writeCost }));
    if (datastore.throttle >= 0) uses.push({ resource: datastore.throttle, perByte: datastore.readCost + datastore.writeCost });
    part.flow = network.addFlow({ weight: 1, cap: this.mergeRate(part), bytes: work, uses, elastic: true, owner: part.number });
  }

  private openHelper(part: TaskDisk, delta: Delta): void {
    const now = this.world.kernel.nowMs;
    const { disk, task } = part;
    delta.freeze(now);
    part.helper = new Delta(disk, 'helper', task.run.id, disk.law, 0, now, task.lastEvent);
    disk.chain.push(part.helper);
    this.world.stages.chainChanged(disk);
  }

  /** The merged delta is gone; its parent, if a delta, holds its bytes as its own. */
  private dropMerged(part: TaskDisk): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    const { task, disk } = part;
    const { datastore } = disk;
    const delta = part.merging as Delta;
    const held = heldBytes(delta, now);
    stages.notePeakDelta(task, now);
    datastore.notePeak(now);
    const place = disk.chain.indexOf(delta);
    disk.chain[place - 1]?.takeOver(delta, now);
    disk.chain.splice(place, 1);
    delta.exists = false;
    this.world.conditions.ages.gone(delta);
    disk.releaseBase(now);
    disk.mirroring = false;
    datastore.diskChanged(disk, now);
    const fields = { run: task.run.id, vm: task.vm.name, datastore: datastore.name, bytes: Math.ceil(held) };
    task.lastEvent = log.record(now, 'snapshot-removed', fields, [task.lastEvent]);
    datastore.lastEvent = task.lastEvent;
    stages.chainChanged(disk);
  }

  /** The guest stands still while the rest is merged. */
  private beginStun(part: TaskDisk, ms: number): void {
    const { kernel, guests, stages } = this.world;
    const whole = Math.ceil(ms);
    stages.stun(part.task, whole);
    guests.beginStun(part.task.vm);
    kernel.schedule(kernel.nowMs + whole, EventClass.stage, this.stunEnded, part.number);
  }

  private endStun(part: TaskDisk): void {
    if (part.state !== 'merging') return;
    const now = this.world.kernel.nowMs;
    const { disk } = part;
    const delta = part.merging as Delta;
    const parent = disk.chain[disk.chain.indexOf(delta) - 1];
    const needed = this.neededBy(delta, parent);
    const used = disk.datastore.usedAt(now);
    this.world.guests.endStun(part.task.vm);
    if (needed > 0 && used + needed > disk.datastore.fullLevel) {
      this.refuse(part, needed, disk.datastore.capacityBytes - used);
      return;
    }
    if (parent === undefined) disk.allocatedBytes += needed;
    else parent.absorbing = delta;
    disk.datastore.diskChanged(disk, now);
    this.dropMerged(part);
    this.close(part);
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
  private refuse(part: TaskDisk, needed: number, free: number): void {
    const { kernel, log } = this.world;
    const { task } = part;
    const delta = part.merging as Delta;
    const { datastore } = delta.disk;
    delta.kind = 'orphan';
    part.refused = true;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: datastore.name, neededBytes: Math.ceil(needed), freeBytes: Math.floor(free) };
    const causes = datastore.isFull ? [task.lastEvent, datastore.fullEvent].sort((a, b) => a - b) : [task.lastEvent];
    task.lastEvent = log.record(kernel.nowMs, 'merge-refused', fields, causes);
    if (task.outcome === 'success') {
      task.outcome = 'warning';
      task.reason = 'merge-refused';
    }
    this.close(part);
  }

  /** Nothing more is to be merged for this disk; with the last one the task is over, and the VM's next removal begins. */
  private close(part: TaskDisk): void {
    const { admission } = this.world;
    const { task } = part;
    const { datastore } = part.disk;
    part.state = 'closed';
    if (task.disks.every((other) => other.disk.datastore !== datastore || isGone(other))) admission.releaseSnapshotSlot(part.removes.task, datastore);
    if (task.disks.every((other) => other.state !== 'merging')) this.endTask(task);
    this.leaveQueue(datastore);
  }

  /** With serial merges what is closed leaves the queue, and if that was its first, the next one begins. */
  private leaveQueue(datastore: Datastore): void {
    const first = datastore.mergeQueue[0];
    if (first === undefined) return;
    datastore.mergeQueue = datastore.mergeQueue.filter((part) => part.state === 'merging');
    const next = datastore.mergeQueue[0];
    if (next !== undefined && next !== first) this.startMerge(next);
  }

  private endTask(task: Task): void {
    const { kernel, stages } = this.world;
    const { vm } = task;
    if (!task.disks.some((other) => other.refused)) {
      task.consolidatedMs = kernel.nowMs;
      if (--vm.jobSnapshots === 0) vm.snapshotOpenMs += kernel.nowMs - vm.snapshotOpenSinceMs;
    } else vm.leftBehind.push(task);
    vm.removals.shift();
    this.world.conditions.merges.ended(task);
    stages.end(task);
    const next = vm.removals[0];
    if (next !== undefined) this.beginRemoval(next);
  }

  /** Bytes per millisecond. */
  private mergeRate(part: TaskDisk): number {
    return part.disk.datastore.plan.mergeBytesPerSecond / 1000;
  }
}

/** Nothing of it counts as an open snapshot any more. */
function isGone({ state, refused, disk }: TaskDisk): boolean {
  return state === 'closed' && !(refused && disk.datastore.plan.countOrphans);
}
