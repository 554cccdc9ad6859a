/**
 * VMs that are created and deleted while the scenario runs (`exists`, MODEL 4). A new VM takes its space at once, or is not created if that does not fit above
 * the floor. A deleted VM gives back its disks and deltas at once; its restore points stay under the retention of their jobs.
 */
import type { Job } from '../backup/run.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Datastore } from './datastore.ts';
import { heldBytes } from './delta.ts';
import type { Disk } from './disk.ts';
import { ABSENT } from './statistics.ts';
import type { Vm } from './vm.ts';

export class Lifecycle {
  private readonly world: World;
  private readonly createDue: number;
  private readonly deleteDue: number;

  constructor(world: World) {
    this.world = world;
    this.createDue = world.kernel.handle((vm) => this.create(world.vms[vm] as Vm));
    this.deleteDue = world.kernel.handle((vm) => this.delete(world.vms[vm] as Vm));
  }

  /** Of one instant deletions come first: what replaces a VM finds the room that it leaves. */
  begin(): void {
    const { kernel, vms } = this.world;
    for (const vm of vms) if (vm.deletedMs !== null) kernel.schedule(vm.deletedMs, EventClass.stage, this.deleteDue, vm.index);
    for (const vm of vms) if (vm.bornMs !== null) kernel.schedule(vm.bornMs, EventClass.stage, this.createDue, vm.index);
  }

  private create(vm: Vm): void {
    const { kernel, log, startEvent } = this.world;
    const now = kernel.nowMs;
    const short = datastoresOf(vm).find((datastore) => missesRoom(vm, datastore, now));
    if (short !== undefined) {
      vm.state = 'gone';
      const freeBytes = short.lossEvent > 0 ? 0 : short.capacityBytes - short.reportedUsedAt(now);
      const fields = { vm: vm.name, datastore: short.name, neededBytes: neededBytes(vm, short), freeBytes };
      log.record(
        now,
        'vm-not-created',
        fields,
        causesOf(startEvent, short.isLow ? short.lowEvent : 0, short.isFull ? short.fullEvent : 0, short.lossEvent),
      );
      return;
    }
    vm.state = 'running';
    vm.createdAtMs = now;
    const event = log.record(now, 'vm-created', { vm: vm.name, bytes: wholeBytes(vm.disks) }, [startEvent]);
    vm.createdEvent = event;
    this.world.recovery.touch(vm, 'vm-created', event);
    for (const disk of vm.disks) {
      disk.create(now);
      this.diskChanged(disk, event, 1);
      disk.datastore.growthEvent = event;
    }
    this.reselect();
    this.world.conditions.unprotected.created(vm, event);
    if (vm.host !== null && vm.host.losses > 0) this.world.guests.switchOff(vm, vm.host);
  }

  /** A datastore with a disk of a VM is lost: the VM stops for good, and what it has there is gone. */
  lose(vm: Vm, datastore: Datastore): void {
    if (vm.state === 'lost') return this.dropDisks(vm, datastore, vm.lossEvent);
    const { kernel, log, guests, stages, orphans } = this.world;
    const now = kernel.nowMs;
    vm.lossEvent = log.record(now, 'vm-lost', { vm: vm.name, datastore: datastore.name }, [datastore.lossEvent]);
    vm.lostAtMs = now;
    guests.halt(vm);
    guests.forget(vm);
    vm.state = 'lost';
    for (const task of [...vm.activeTasks, ...vm.leftBehind]) stages.notePeakDelta(task, now);
    this.dropDisks(vm, datastore, vm.lossEvent);
    orphans.abandonAll(vm, 'failed', 'datastore-lost', vm.lossEvent);
    if (this.dropKept(vm, this.world.jobs, vm.lossEvent)) this.world.recovery.pointsLost(vm, vm.lossEvent);
    for (const task of [...vm.leftBehind]) orphans.settle(task);
  }

  /** The snapshots that some jobs keep of a VM are kept no longer; what is still there of them is to be removed. Returns whether there were any. */
  dropKept(vm: Vm, jobs: readonly Job[], event: number): boolean {
    const tasks = jobs.flatMap((job) => job.dropKept(vm));
    if (tasks.length === 0) return false;
    const { orphans } = this.world;
    const deltas = tasks.flatMap(({ disks }) => disks.flatMap(({ delta }) => (delta?.exists ? [delta] : [])));
    for (const delta of deltas) orphans.mark(delta, delta.run, [event]);
    for (const task of tasks) orphans.settle(task);
    orphans.cleanUp(vm, [], event, deltas);
    return true;
  }

  private dropDisks(vm: Vm, datastore: Datastore, event: number): void {
    const { kernel, conditions } = this.world;
    for (const disk of vm.disks) {
      if (disk.datastore !== datastore) continue;
      for (const delta of disk.chain) conditions.ages.gone(delta);
      this.freeFirstSlots(disk);
      disk.delete(kernel.nowMs);
      conditions.chains.changed(disk);
      this.diskChanged(disk, event, ABSENT);
    }
  }

  private delete(vm: Vm): void {
    if (!vm.exists) return;
    const { kernel, log, guests, conditions, recovery, startEvent } = this.world;
    const now = kernel.nowMs;
    for (const datastore of datastoresOf(vm)) datastore.notePeak(now);
    const bytes = vm.disks.reduce((sum, disk) => disk.chain.reduce((all, delta) => all + heldBytes(delta, now), sum + disk.baseBytesAt(now)), 0);
    const event = log.record(now, 'vm-deleted', { vm: vm.name, bytes: Math.ceil(bytes) }, [startEvent]);
    recovery.touch(vm, 'vm-deleted', event);
    conditions.rpos.deleted(vm);
    guests.forget(vm);
    vm.state = 'gone';
    vm.deletedAtMs = now;
    this.reselect();
    this.endTasks(vm, event);
    this.world.runs.vmDeleted(vm);
    this.world.orphans.forget(vm);
    this.closeSnapshots(vm);
    for (const disk of vm.disks) {
      for (const delta of disk.chain) conditions.ages.gone(delta);
      disk.delete(now);
      conditions.chains.changed(disk);
      this.diskChanged(disk, event, ABSENT);
    }
  }

  /** Those that have their data end as they are, the others are aborted; none has a snapshot any more. */
  private endTasks(vm: Vm, event: number): void {
    const { kernel, stages, consolidation } = this.world;
    const merging = consolidation.abandon(vm);
    for (const task of [...vm.activeTasks]) {
      stages.notePeakDelta(task, kernel.nowMs);
      for (const part of task.disks) part.delta = null;
      if (!merging.includes(task)) {
        stages.abort(task, 'aborted', 'vm-deleted', event);
        continue;
      }
      task.reason ??= 'vm-deleted';
      task.abortedBy ||= event;
      stages.end(task);
    }
  }

  /** Slots of snapshots that were left behind, or were there from the start, are free. */
  private closeSnapshots(vm: Vm): void {
    const { kernel, admission, stages } = this.world;
    for (const task of vm.leftBehind) stages.notePeakDelta(task, kernel.nowMs);
    if (vm.jobSnapshots > 0) vm.snapshotOpenMs += kernel.nowMs - vm.snapshotOpenSinceMs;
    vm.jobSnapshots = 0;
    for (const task of vm.leftBehind) for (const datastore of task.snapshotSlots) admission.releaseSnapshotSlot(task, datastore);
    vm.leftBehind.length = 0;
    for (const job of this.world.jobs) job.forgetSnapshots(vm);
    for (const disk of vm.disks) this.freeFirstSlots(disk);
  }

  /** Snapshots that have been there from the start, where they count, hold no slots any more. */
  private freeFirstSlots({ chain, datastore }: Disk): void {
    if (!datastore.plan.countOrphans) return;
    datastore.snapshotSlots.used -= chain.filter((delta) => delta.run === null).length;
    this.world.admission.dirty = true;
  }

  /** What there is on the datastore and who asks it for I/O have changed. */
  private diskChanged(disk: Disk, event: number, readSpeed: number): void {
    const { datastore } = disk;
    const now = this.world.kernel.nowMs;
    datastore.diskChanged(disk, now);
    datastore.changeDemand();
    datastore.latency.settle(now);
    disk.latency.changeSpeed(datastore.latency.distribution, readSpeed);
    datastore.lastEvent = event;
  }

  private reselect(): void {
    for (const job of this.world.jobs) job.reselect();
  }
}

function datastoresOf(vm: Vm): Datastore[] {
  return [...new Set(vm.disks.map((disk) => disk.datastore))];
}

/** Its disks would leave less than the floor there. */
function missesRoom(vm: Vm, datastore: Datastore, nowMs: number): boolean {
  const needed = neededBytes(vm, datastore);
  return datastore.lossEvent > 0 || (needed > 0 && datastore.usedAt(nowMs) + needed > datastore.fullLevel);
}

/** What a new VM takes of a datastore. */
function neededBytes(vm: Vm, datastore: Datastore): number {
  return wholeBytes(vm.disks.filter((disk) => disk.datastore === datastore));
}

function wholeBytes(disks: readonly Disk[]): number {
  return disks.reduce((sum, disk) => sum + Math.ceil(disk.bytesWhenCreated), 0);
}
