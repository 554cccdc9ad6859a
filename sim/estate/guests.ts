/**
 * What the guests do: their I/O as one flow per datastore, the pace of their clocks, their days, and their pauses when a datastore is full (MODEL 2, 3, 6).
 */

import type { ResourceState, ResourceUse } from '../flow/network.ts';
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Activity } from './activity.ts';
import type { Datastore, StorageDevice } from './datastore.ts';
import type { Disk } from './disk.ts';
import type { Host } from './host.ts';
import { relativeReadSpeed } from './read-speed.ts';
import type { Vm } from './vm.ts';
import { WorkList } from './work-list.ts';

/** Bytes of one queued request of a backup stream. */
const STREAM_REQUEST_BYTES = 512 * 1024;

/** Above this busy fraction a datastore counts as saturated (Veeam KB 1681: most arrays pay heavily at 80 % and more). */
const SATURATED = 0.9;

/** The latency estimate stops rising here: a device cannot be more than busy. */
const MOST_BUSY = 0.98;

/** Latency control never takes more than this away from transfers and merges. */
const LEAST_SHARE = 0.05;

/** What all running guests of a datastore ask for, and how many VMs do; a VM's disks stand one after another. */
function sumDemand(datastore: Datastore): void {
  let demand = 0;
  let asking = 0;
  let lastVm = -1;
  for (const disk of datastore.disks) {
    const own = disk.running ? (disk.writeRate + disk.readRate) * disk.clock.multiplier : 0;
    if (own === 0) continue;
    if (disk.vm.index !== lastVm) asking++;
    lastVm = disk.vm.index;
    demand += own;
  }
  datastore.demand = demand;
  datastore.asking = asking;
  datastore.demandDirty = false;
}

/** Whether a running guest cannot go on where this disk's datastore is full: it may need a new block, whatever holds it back now, or everybody stops. */
function stopsAt(disk: Disk, nowMs: number): boolean {
  if (disk.datastore.plan.onFull === 'all') return true;
  return (disk.fullWriteRate > 0 || disk.grows) && disk.canGrowAt(nowMs);
}

export class Guests {
  private readonly world: World;
  private readonly activityChanged: number;
  private readonly midnight: number;
  private readonly crashed: number;
  private readonly answered: number;
  private readonly rescan: number;
  private readonly unsettled = new WorkList<Datastore>();
  /** What a datastore's guests cost on its devices, for one call at a time. */
  private readonly costs: number[] = [];
  /** Log event of the latest midnight of growth. */
  private lastStep = 0;
  /** Steps of growth come before whatever else is due at their midnight, VMs that come and go included. */
  private readonly midnightRank: number;

  constructor(world: World) {
    this.world = world;
    this.activityChanged = world.kernel.handle((activity) => this.changeActivity(activity));
    this.midnight = world.kernel.handle(() => this.stepGrowth());
    this.midnightRank = world.kernel.takeSequence();
    this.crashed = world.kernel.handle((vm) => this.crash(world.vms[vm] as Vm));
    this.answered = world.kernel.handle((vm) => this.answer(world.vms[vm] as Vm));
    this.rescan = world.kernel.handle(() => {
      world.admission.dirty = true;
    });
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
    const { guests } = this.world.datastoreChanges;
    for (let datastore = guests.takeAfter(-1); datastore !== undefined; datastore = guests.takeAfter(datastore.index)) {
      this.refresh(datastore);
      this.unsettled.add(datastore);
    }
  }

  /** After rates are solved for a datastore's device. */
  deviceSolved(datastore: Datastore, state: ResourceState): void {
    const now = this.world.kernel.nowMs;
    const { network, conditions } = this.world;
    datastore.servedFraction = datastore.guestFlow < 0 ? 1 : network.rateOf(datastore.guestFlow) / datastore.guestDemand;
    // A degraded device does everything more slowly.
    const speed = state.capacity;
    const busyOtherwise = (state.load - state.queuedLoad) / speed;
    const queue = (state.queuedFlows * datastore.plan.queueDepth * STREAM_REQUEST_BYTES * datastore.readCost) / speed;
    const latency = datastore.plan.latencyMs / speed / (1 - Math.min(busyOtherwise, MOST_BUSY)) + queue;
    datastore.busy.set(now, Math.min(state.load / speed, 1));
    datastore.served.set(now, datastore.servedFraction);
    datastore.latency.set(now, latency);
    conditions.follow('io-saturated', datastore, datastore.saturated, datastore.servedFraction < 1 || busyOtherwise > SATURATED);
    conditions.follow('latency', datastore, datastore.slow, latency > datastore.slowAboveMs);
    this.controlAdmission(datastore, latency);
    this.unsettled.add(datastore);
  }

  /** The instant's rates are known: the clocks take up their new pace. */
  settlePaces(): void {
    const now = this.world.kernel.nowMs;
    const { unsettled } = this;
    for (let datastore = unsettled.takeAfter(-1); datastore !== undefined; datastore = unsettled.takeAfter(datastore.index)) {
      for (const { clock } of datastore.clocks) {
        const pace = clock.multiplier * datastore.servedFraction;
        if (pace === clock.currentPace) continue;
        clock.setPace(now, pace);
        datastore.spaceChanged();
      }
    }
  }

  /** Pauses every running VM that needs a new block on a full datastore. */
  pauseWriters(datastore: Datastore): void {
    const now = this.world.kernel.nowMs;
    for (const disk of datastore.disks) {
      if (disk.vm.state !== 'running') continue;
      if (stopsAt(disk, now)) this.pause(disk.vm, datastore);
    }
  }

  /** Space has come back: whoever waits for this datastore alone runs again, or may as soon as an operator answers. */
  resumeWaiting(datastore: Datastore): void {
    const { kernel, operatorRespondsAfterMs } = this.world;
    datastore.heldVms = 0;
    for (const { vm } of datastore.disks) {
      if (!vm.blockedBy.delete(datastore) || vm.blockedBy.size > 0 || vm.state !== 'paused') continue;
      if (datastore.plan.onSpaceFreed === 'resume') this.resume(vm, datastore);
      else if (operatorRespondsAfterMs !== null) {
        const answerMs = Math.max(kernel.nowMs, vm.pausedSinceMs + operatorRespondsAfterMs);
        vm.operatorTimer = kernel.schedule(answerMs, EventClass.stage, this.answered, vm.index);
      }
    }
  }

  /** A VM is deleted: nobody waits for it any more. */
  forget(vm: Vm): void {
    const { kernel } = this.world;
    for (const timer of [vm.crashTimer, vm.operatorTimer]) if (timer >= 0) kernel.cancel(timer);
    vm.crashTimer = -1;
    vm.operatorTimer = -1;
    if (vm.state === 'paused') vm.pausedMs += kernel.nowMs - vm.pausedSinceMs;
    if (vm.state === 'down') vm.downMs += kernel.nowMs - vm.downSinceMs;
    for (const datastore of vm.blockedBy) datastore.heldVms--;
    vm.blockedBy.clear();
  }

  /** Its host is lost: a VM that runs stands still until it is back. One that a full datastore has paused stays paused. */
  switchOff(vm: Vm, { name, lossEvent }: Host): void {
    const { kernel, log } = this.world;
    if (vm.state !== 'running') return;
    this.halt(vm);
    vm.state = 'down';
    vm.downSinceMs = kernel.nowMs;
    vm.downEvent = log.record(kernel.nowMs, 'vm-stopped', { vm: vm.name, host: name }, [lossEvent]);
  }

  switchOn(vm: Vm, { name }: Host): void {
    const { kernel, log } = this.world;
    if (vm.state !== 'down') return;
    vm.state = 'running';
    vm.downMs += kernel.nowMs - vm.downSinceMs;
    log.record(kernel.nowMs, 'vm-started', { vm: vm.name, host: name }, [vm.downEvent]);
    if (vm.stuns === 0) this.startDisks(vm);
  }

  /** The guest of a VM that runs does nothing from now on. */
  halt(vm: Vm): void {
    if (vm.state === 'running' && vm.stuns === 0) this.stopDisks(vm);
  }

  /** A merge takes the last bytes while the guest stands still. */
  beginStun(vm: Vm): void {
    if (vm.stuns++ === 0 && vm.state === 'running') this.stopDisks(vm);
  }

  endStun(vm: Vm): void {
    if (--vm.stuns === 0 && vm.state === 'running') this.startDisks(vm);
  }

  /** An operator answers the question of a paused VM; if space is gone again, the VM stays. */
  private answer(vm: Vm): void {
    vm.operatorTimer = -1;
    const [disk] = vm.disks;
    if (disk === undefined || vm.state !== 'paused') return;
    const { nowMs } = this.world.kernel;
    const full = vm.disks.find((one) => one.datastore.isFull && stopsAt(one, nowMs))?.datastore;
    if (full === undefined) this.resume(vm, disk.datastore);
    else this.block(vm, full);
  }

  private resume(vm: Vm, datastore: Datastore): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    vm.state = 'running';
    vm.pausedMs += now - vm.pausedSinceMs;
    if (vm.crashTimer >= 0) kernel.cancel(vm.crashTimer);
    vm.crashTimer = -1;
    if (vm.stuns === 0) this.startDisks(vm);
    const causes = datastore.freedEvent > 0 ? [vm.pauseEvent, datastore.freedEvent].sort((a, b) => a - b) : [vm.pauseEvent];
    log.record(now, 'vm-resumed', { vm: vm.name, datastore: datastore.name }, causes);
  }

  private startDisks(vm: Vm): void {
    const now = this.world.kernel.nowMs;
    for (const disk of vm.disks) {
      disk.restart(now);
      disk.datastore.diskChanged(disk, now);
      disk.datastore.changeDemand();
    }
  }

  private block(vm: Vm, datastore: Datastore): void {
    if (vm.blockedBy.has(datastore)) return;
    vm.blockedBy.add(datastore);
    datastore.heldVms++;
  }

  private pause(vm: Vm, datastore: Datastore): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    this.block(vm, datastore);
    vm.state = 'paused';
    vm.pausedSinceMs = now;
    vm.firstPausedAtMs ??= now;
    if (vm.stuns === 0) this.stopDisks(vm);
    vm.pauseEvent = log.record(now, 'vm-paused', { vm: vm.name, datastore: datastore.name }, [datastore.fullEvent]);
    if (vm.toleratesPauseMs !== null) vm.crashTimer = kernel.schedule(now + vm.toleratesPauseMs, EventClass.stage, this.crashed, vm.index);
  }

  private stopDisks(vm: Vm): void {
    const now = this.world.kernel.nowMs;
    for (const disk of vm.disks) {
      disk.stop(now);
      disk.datastore.diskChanged(disk, now);
      disk.datastore.changeDemand();
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

  /** Latency control: no new task while latency is above its stop level; when it has fallen, the waiting ones are looked through again. */
  private controlAdmission(datastore: Datastore, latency: number): void {
    const control = datastore.plan.latencyControl;
    if (control === null) return;
    const stops = latency > control.stopMs;
    const { kernel } = this.world;
    if (datastore.stopsNewTasks && !stops) kernel.schedule(kernel.nowMs, EventClass.stage, this.rescan, 0);
    datastore.stopsNewTasks = stops;
  }

  /** All guests' demand on a datastore: bytes per millisecond, how many VMs ask, and what it costs in random operations. */
  private refresh(datastore: Datastore): void {
    if (datastore.demandDirty) sumDemand(datastore);
    const { demand, asking } = datastore;
    let operations = demand;
    // Snapshots make reading dearer, mirrored merges writing: few disks have one at a time.
    for (const disk of datastore.chainedDisks()) {
      if (!disk.running) continue;
      const { multiplier } = disk.clock;
      const writes = disk.mirroring ? disk.writeRate : 0;
      operations += multiplier * (writes + disk.readRate * (1 / relativeReadSpeed(disk.chain.length) - 1));
    }
    const { network, kernel } = this.world;
    const speed = network.capacityOf(datastore.device);
    const busy = (operations * datastore.randomCost) / speed;
    datastore.guestBound.set(kernel.nowMs, busy > SATURATED);
    if (datastore.throttle >= 0) this.throttle(datastore, busy, speed);
    if (demand === 0) {
      if (datastore.guestFlow >= 0) network.removeFlow(datastore.guestFlow);
      datastore.guestFlow = -1;
      datastore.guestDemand = 0;
      return;
    }
    const perByte = operations / demand;
    const weight = (asking * datastore.readCost) / (perByte * datastore.randomCost);
    if (datastore.guestFlow >= 0 && demand === datastore.guestDemand && weight === datastore.guestWeight && perByte === datastore.guestCost) return;
    datastore.guestDemand = demand;
    datastore.guestWeight = weight;
    datastore.guestCost = perByte;
    if (datastore.guestFlow >= 0) {
      for (let i = 0; i < datastore.devices.length; i++) this.costs[i] = perByte * (datastore.devices[i] as StorageDevice).randomCost;
      network.changeDemand(datastore.guestFlow, weight, demand, this.costs);
      return;
    }
    const uses: ResourceUse[] = [];
    for (const { resource, randomCost } of datastore.devices) uses.push({ resource, perByte: perByte * randomCost });
    datastore.guestFlow = network.addFlow({ weight, cap: demand, bytes: Number.POSITIVE_INFINITY, uses, elastic: false, owner: -1 });
  }

  /** What is left to transfers and merges so that latency stays at its throttle level, at least 5 % of the device (MODEL 3). */
  private throttle(datastore: Datastore, guestBusy: number, speed: number): void {
    const control = datastore.plan.latencyControl;
    if (control === null) return;
    const busyAtLevel = 1 - datastore.plan.latencyMs / speed / control.throttleMs;
    this.world.network.changeCapacity(datastore.throttle, speed * Math.max(LEAST_SHARE, busyAtLevel - guestBusy));
  }

  private changeActivity(index: number): void {
    const activity = this.world.activities[index] as Activity;
    const { kernel, log, startEvent } = this.world;
    const event = log.record(kernel.nowMs, 'activity-changed', { activity: activity.name }, [startEvent]);
    for (const datastore of this.applyMultiplier(activity, index)) datastore.lastEvent = event;
    this.scheduleActivity(activity, index);
  }

  /** Returns the datastores with guests of that profile. */
  private applyMultiplier(activity: Activity, index: number): Datastore[] {
    const touched: Datastore[] = [];
    const multiplier = activity.multiplierAt(this.world.kernel.nowMs);
    for (const datastore of this.world.datastores) {
      for (const entry of datastore.clocks) {
        if (entry.activity !== index) continue;
        entry.clock.multiplier = multiplier;
        datastore.changeDemand();
        touched.push(datastore);
      }
    }
    return touched;
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
    kernel.scheduleRanked(next, EventClass.stage, this.midnightRank, this.midnight, 0);
  }

  /** Local midnight: percentages take effect; what no longer fits above the floor is refused. */
  private stepGrowth(): void {
    const { kernel, log, datastores, space, zone } = this.world;
    const now = kernel.nowMs;
    const event = log.record(now, 'growth-stepped', { day: zone.dayOf(now) - zone.dayOf(0) }, [this.lastStep || this.world.startEvent]);
    this.lastStep = event;
    for (const datastore of datastores) {
      const steps = datastore.disks.filter((disk) => disk.growsInSteps && disk.exists && disk.vm.createdAtMs !== now);
      if (steps.length === 0 && !datastore.otherGrowsInSteps) continue;
      let headroom = datastore.isFull ? 0 : Math.max(0, datastore.fullLevel - datastore.usedAt(now));
      let wanted = 0;
      for (const disk of steps) {
        const own = disk.stepGrowth(now, headroom);
        wanted += own;
        headroom = Math.max(0, headroom - own);
        datastore.diskChanged(disk, now);
      }
      if (datastore.otherGrowsInSteps) {
        const own = datastore.stepOtherGrowth(now, headroom);
        wanted += own;
        headroom = Math.max(0, headroom - own);
      }
      if (wanted > 0 && headroom === 0) space.refused(datastore);
      datastore.growthEvent = event;
      datastore.changeDemand();
    }
    this.scheduleMidnight();
  }
}
