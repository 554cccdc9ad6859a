/**
 * What the guests do: their I/O as one flow per datastore, the pace of their clocks, their days, and their pauses when a datastore is full (MODEL 2, 3, 6).
 */

import type { ResourceState } from '../flow/network.ts';
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Activity } from './activity.ts';
import type { Datastore } from './datastore.ts';
import type { Vm } from './vm.ts';

/** Relative speed of random reads through d snapshots (design table, low confidence; falls linearly to 0.15 at depth 10). */
const READ_SPEED = [1, 0.65, 0.5, 0.4, 0.35, 0.3, 0.25, 0.225, 0.2, 0.175, 0.15];

/** Bytes of one queued request of a backup stream. */
const STREAM_REQUEST_BYTES = 512 * 1024;

/** Above this busy fraction a datastore counts as saturated (Veeam KB 1681: most arrays pay heavily at 80 % and more). */
const SATURATED = 0.9;

/** The latency estimate stops rising here: a device cannot be more than busy. */
const MOST_BUSY = 0.98;

/** `latency` warns above this (ms); both warnings need their condition to last. */
const SLOW_LATENCY_MS = 20;

export function relativeReadSpeed(depth: number): number {
  return READ_SPEED[Math.min(depth, READ_SPEED.length - 1)] as number;
}

export class Guests {
  private readonly world: World;
  private readonly activityChanged: number;
  private readonly midnight: number;
  private readonly crashed: number;
  private readonly unsettled = new Set<Datastore>();

  constructor(world: World) {
    this.world = world;
    this.activityChanged = world.kernel.handle((activity) => this.changeActivity(activity));
    this.midnight = world.kernel.handle(() => this.stepGrowth());
    this.crashed = world.kernel.handle((vm) => this.crash(world.vms[vm] as Vm));
  }

  begin(): void {
    this.world.activities.forEach((activity, index) => {
      this.applyMultiplier(activity, index);
      this.scheduleActivity(activity, index);
    });
    this.scheduleMidnight();
  }

  /** Before rates are solved: the guests' demand where it has changed. */
  refreshDemand(): void {
    for (const datastore of this.world.datastores) {
      if (!datastore.guestDirty) continue;
      datastore.guestDirty = false;
      this.refresh(datastore);
      this.unsettled.add(datastore);
    }
  }

  /** After rates are solved for a datastore's device. */
  deviceSolved(datastore: Datastore, state: ResourceState): void {
    const now = this.world.kernel.nowMs;
    const { network, conditions } = this.world;
    datastore.servedFraction = datastore.guestFlow < 0 ? 1 : network.rateOf(datastore.guestFlow) / datastore.guestDemand;
    const busyOtherwise = state.load - state.queuedLoad;
    const queue = state.queuedFlows * datastore.plan.queueDepth * STREAM_REQUEST_BYTES * datastore.readCost;
    const latency = datastore.plan.latencyMs / (1 - Math.min(busyOtherwise, MOST_BUSY)) + queue;
    datastore.busy.set(now, Math.min(state.load, 1));
    datastore.served.set(now, datastore.servedFraction);
    datastore.latency.set(now, latency);
    conditions.follow('io-saturated', datastore, datastore.saturated, datastore.servedFraction < 1 || busyOtherwise > SATURATED);
    conditions.follow('latency', datastore, datastore.slow, latency > SLOW_LATENCY_MS);
    this.unsettled.add(datastore);
  }

  /** The instant's rates are known: the clocks take up their new pace. */
  settlePaces(): void {
    const now = this.world.kernel.nowMs;
    for (const datastore of this.unsettled) {
      for (const { clock } of datastore.clocks) {
        const pace = clock.multiplier * datastore.servedFraction;
        if (pace === clock.currentPace) continue;
        clock.setPace(now, pace);
        datastore.spaceDirty = true;
      }
    }
    this.unsettled.clear();
  }

  /** Pauses every running VM that needs a new block on a full datastore. */
  pauseWriters(datastore: Datastore): void {
    const now = this.world.kernel.nowMs;
    for (const disk of datastore.disks) {
      const writes = disk.writeRate > 0 || disk.growsAtAll;
      if (disk.running && writes && disk.canGrowAt(now)) this.pause(disk.vm, datastore);
    }
  }

  /** Space has come back: whoever waits for this datastore alone runs again. */
  resumeWaiting(datastore: Datastore): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    datastore.heldVms = 0;
    for (const { vm } of datastore.disks) {
      if (!vm.blockedBy.delete(datastore) || vm.blockedBy.size > 0 || vm.state !== 'paused') continue;
      vm.state = 'running';
      vm.pausedMs += now - vm.pausedSinceMs;
      if (vm.crashTimer >= 0) kernel.cancel(vm.crashTimer);
      vm.crashTimer = -1;
      for (const disk of vm.disks) {
        disk.restart(now);
        disk.datastore.diskChanged(disk, now);
        disk.datastore.guestDirty = true;
      }
      log.record(now, 'vm-resumed', { vm: vm.name, datastore: datastore.name }, [vm.pauseEvent, datastore.freedEvent]);
    }
  }

  private pause(vm: Vm, datastore: Datastore): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    vm.blockedBy.add(datastore);
    datastore.heldVms++;
    vm.state = 'paused';
    vm.pausedSinceMs = now;
    vm.firstPausedAtMs ??= now;
    this.stopDisks(vm);
    vm.pauseEvent = log.record(now, 'vm-paused', { vm: vm.name, datastore: datastore.name }, [datastore.fullEvent]);
    if (vm.toleratesPauseMs !== null) vm.crashTimer = kernel.schedule(now + vm.toleratesPauseMs, EventClass.stage, this.crashed, vm.index);
  }

  private stopDisks(vm: Vm): void {
    const now = this.world.kernel.nowMs;
    for (const disk of vm.disks) {
      disk.stop(now);
      disk.datastore.diskChanged(disk, now);
      disk.datastore.guestDirty = true;
    }
  }

  private crash(vm: Vm): void {
    const { kernel, log, stages } = this.world;
    const now = kernel.nowMs;
    vm.crashTimer = -1;
    vm.state = 'crashed';
    vm.pausedMs += now - vm.pausedSinceMs;
    vm.crashedAtMs = now;
    const event = log.record(now, 'vm-crashed', { vm: vm.name, pausedMs: now - vm.pausedSinceMs }, [vm.pauseEvent]);
    for (const task of [...vm.activeTasks]) stages.abort(task, 'aborted', 'vm-crashed', event);
  }

  /** All guests' demand on a datastore: bytes per millisecond, what a byte costs the device, and how many VMs ask. */
  private refresh(datastore: Datastore): void {
    let demand = 0;
    let cost = 0;
    let asking = 0;
    for (const disk of datastore.disks) {
      if (!disk.running) continue;
      const multiplier = disk.clock.multiplier;
      const writes = disk.writeRate * multiplier;
      const reads = disk.readRate * multiplier;
      if (writes + reads === 0) continue;
      asking++;
      demand += writes + reads;
      cost += (writes * (disk.mirroring ? 2 : 1) + reads / relativeReadSpeed(disk.chain.length)) * datastore.randomCost;
    }
    const { network } = this.world;
    if (demand === 0) {
      if (datastore.guestFlow >= 0) network.removeFlow(datastore.guestFlow);
      datastore.guestFlow = -1;
      datastore.guestDemand = 0;
      return;
    }
    const perByte = cost / demand;
    const weight = (asking * datastore.readCost) / perByte;
    if (datastore.guestFlow >= 0 && demand === datastore.guestDemand && weight === datastore.guestWeight && perByte === datastore.guestCost) return;
    datastore.guestDemand = demand;
    datastore.guestWeight = weight;
    datastore.guestCost = perByte;
    if (datastore.guestFlow >= 0) network.changeDemand(datastore.guestFlow, weight, demand, [perByte]);
    else {
      const uses = [{ resource: datastore.device, perByte }];
      datastore.guestFlow = network.addFlow({ weight, cap: demand, bytes: Number.POSITIVE_INFINITY, uses, elastic: false, owner: -1 });
    }
  }

  private changeActivity(index: number): void {
    const activity = this.world.activities[index] as Activity;
    this.applyMultiplier(activity, index);
    this.scheduleActivity(activity, index);
  }

  private applyMultiplier(activity: Activity, index: number): void {
    const multiplier = activity.multiplierAt(this.world.kernel.nowMs);
    for (const datastore of this.world.datastores) {
      for (const entry of datastore.clocks) {
        if (entry.activity !== index) continue;
        entry.clock.multiplier = multiplier;
        datastore.guestDirty = true;
      }
    }
  }

  private scheduleActivity(activity: Activity, index: number): void {
    if (activity.isFlat) return;
    const { kernel } = this.world;
    kernel.schedule(activity.nextChangeAfter(kernel.nowMs), EventClass.stage, this.activityChanged, index);
  }

  private scheduleMidnight(): void {
    const { kernel, zone, datastores, vms } = this.world;
    const steps = datastores.some((datastore) => datastore.otherGrowsInSteps) || vms.some((vm) => vm.disks.some((disk) => disk.growsInSteps));
    if (!steps) return;
    const next = zone.midnightOf(zone.dayOf(kernel.nowMs) + 1);
    kernel.schedule(next, EventClass.stage, this.midnight, 0);
  }

  /** Local midnight: percentages take effect; what no longer fits above the floor is refused. */
  private stepGrowth(): void {
    const { kernel, log, datastores, space } = this.world;
    const now = kernel.nowMs;
    let grown = 0;
    for (const datastore of datastores) {
      const steps = datastore.disks.filter((disk) => disk.growsInSteps);
      if (steps.length === 0 && !datastore.otherGrowsInSteps) continue;
      let headroom = datastore.isFull ? 0 : Math.max(0, datastore.fullLevel - datastore.usedAt(now));
      let wanted = 0;
      for (const disk of steps) {
        const own = disk.stepGrowth(now, headroom);
        wanted += own;
        headroom = Math.max(0, headroom - own);
        datastore.diskChanged(disk, now);
        grown++;
      }
      if (datastore.otherGrowsInSteps) {
        const own = datastore.stepOtherGrowth(now, headroom);
        wanted += own;
        headroom = Math.max(0, headroom - own);
      }
      if (wanted > 0 && headroom === 0) space.refused(datastore);
      datastore.guestDirty = true;
    }
    this.world.growthEvent = log.record(now, 'growth-stepped', { disks: grown }, [this.world.growthEvent || this.world.startEvent]);
    this.scheduleMidnight();
  }
}
