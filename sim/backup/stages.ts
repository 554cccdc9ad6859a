/**
 * The stages of a task (MODEL 4): queued -> quiescing -> snapshotting -> transferring -> removing -> consolidating -> ended. With `whole-run` snapshots a
 * task takes its snapshot first and then waits for its slots (`ready`).
 */
import { Delta, heldBytes } from '../estate/delta.ts';
import { uniqueBytes } from '../estate/growth-law.ts';
import { relativeReadSpeed } from '../estate/guests.ts';
import type { Vm } from '../estate/vm.ts';
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { transferOf } from './methods/snapshot.ts';
import type { Outcome, Reason, Task } from './task.ts';

export class Stages {
  private readonly world: World;
  private readonly quiesced: number;
  private readonly created: number;

  constructor(world: World) {
    this.world = world;
    this.quiesced = world.kernel.handle((task) => this.beginSnapshot(world.tasks[task] as Task));
    this.created = world.kernel.handle((task) => this.snapshotCreated(world.tasks[task] as Task));
  }

  /** The task has what it waited for. */
  admitted(task: Task): void {
    if (task.stage === 'ready') {
      this.beginTransfer(task);
      return;
    }
    const { kernel, log } = this.world;
    const run = task.run;
    const fields = { run: run.id, vm: task.vm.name, proxy: task.proxy?.name ?? null };
    const freed = this.world.lastRelease;
    const causes = task.queuedMs < kernel.nowMs && freed > run.startedEvent ? [run.startedEvent, freed] : [run.startedEvent];
    task.lastEvent = log.record(kernel.nowMs, 'task-started', fields, causes);
    this.enter(task, 'quiescing', this.quiesced, run.job.plan.timings.quiesceMs);
  }

  /** The transfer has come to its end. */
  transferCompleted(task: Task): void {
    const { kernel, log } = this.world;
    const job = task.run.job;
    this.accountTransfer(task);
    task.flow = -1;
    task.readBytes = task.bytes;
    task.transferEndMs = kernel.nowMs;
    const stored = Math.ceil(task.storedBytes);
    const fields = { run: task.run.id, vm: task.vm.name, bytes: Math.ceil(task.bytes), storedBytes: stored };
    task.lastEvent = log.record(kernel.nowMs, 'transfer-ended', fields, [task.lastEvent]);
    const known = job.bases[task.vm.disk.index];
    if (task.mark !== null && (known === undefined || task.mark.atMs > known.atMs)) job.bases[task.vm.disk.index] = task.mark;
    this.world.storage.finishWriting(task);
    task.vm.disk.datastore.lastEvent = task.lastEvent;
    this.giveUpSlots(task);
    this.world.consolidation.request(task);
  }

  /** Ends a task early, wherever it stands; a snapshot that it has open is removed. */
  abort(task: Task, outcome: Outcome, reason: Reason, cause: number): void {
    const { kernel, log, network } = this.world;
    if (task.stage === 'removing' || task.stage === 'consolidating' || task.stage === 'ended') return;
    task.outcome = outcome;
    task.reason = reason;
    this.world.admission.leave(task);
    if (task.timer >= 0) {
      kernel.cancel(task.timer);
      task.timer = -1;
      this.closeTimedStage(task);
    }
    if (task.stage === 'transferring') {
      task.readBytes = task.bytes - network.remainingOf(task.flow);
      this.accountTransfer(task);
      network.removeFlow(task.flow);
      task.flow = -1;
      const fields = { run: task.run.id, vm: task.vm.name, bytes: Math.ceil(task.readBytes), reason };
      task.lastEvent = log.record(
        kernel.nowMs,
        'transfer-aborted',
        fields,
        [task.lastEvent, cause].sort((a, b) => a - b),
      );
      this.world.storage.abandonWriting(task);
    } else task.lastEvent = cause;
    this.giveUpSlots(task);
    if (task.delta === null) this.end(task);
    else this.world.consolidation.request(task);
  }

  /** The task is over; its lock is free, and perhaps its run has ended. */
  end(task: Task): void {
    const { kernel, log, admission, runs } = this.world;
    task.stage = 'ended';
    task.endedMs = kernel.nowMs;
    const fields = { run: task.run.id, vm: task.vm.name, status: task.outcome, reason: task.reason };
    task.lastEvent = log.record(kernel.nowMs, 'task-ended', fields, [task.lastEvent]);
    admission.releaseLock(task);
    this.world.lastRelease = task.lastEvent;
    removeFrom(task.vm.activeTasks, task);
    runs.taskEnded(task);
  }

  private enter(task: Task, stage: 'quiescing' | 'snapshotting', kind: number, durationMs: number): void {
    const { kernel } = this.world;
    task.stage = stage;
    task.stageSinceMs = kernel.nowMs;
    task.timer = kernel.schedule(kernel.nowMs + durationMs, EventClass.stage, kind, task.number);
  }

  private closeTimedStage(task: Task): void {
    task.addHeldBack('preparing', this.world.kernel.nowMs - task.stageSinceMs);
  }

  private beginSnapshot(task: Task): void {
    const { kernel } = this.world;
    task.timer = -1;
    this.closeTimedStage(task);
    const disk = task.vm.disk;
    const datastore = disk.datastore;
    if (datastore.usedAt(kernel.nowMs) >= datastore.fullLevel) this.abort(task, 'failed', 'datastore-full', datastore.fullEvent || task.lastEvent);
    else if (disk.chain.length >= task.vm.maxChain) this.abort(task, 'failed', 'chain-limit', task.lastEvent);
    else {
      task.vm.stunMs += task.run.job.plan.timings.createMs;
      this.enter(task, 'snapshotting', this.created, task.run.job.plan.timings.createMs);
    }
  }

  private snapshotCreated(task: Task): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    task.timer = -1;
    this.closeTimedStage(task);
    const vm = task.vm;
    const disk = vm.disk;
    task.snapshotMs = now;
    const fields = { run: task.run.id, vm: vm.name, datastore: disk.datastore.name, depth: disk.chain.length + 1 };
    task.lastEvent = log.record(now, 'snapshot-created', fields, [task.lastEvent]);
    if (disk.top === undefined) disk.freezeBase(now);
    else disk.top.freeze(now);
    // A merge of the former top delta goes on, but the guest no longer writes to it.
    disk.mirroring = false;
    task.delta = new Delta(disk, 'delta', task.run.id, disk.law, 0, now, task.lastEvent);
    disk.chain.push(task.delta);
    disk.datastore.diskChanged(disk, now);
    this.chooseBytes(task);
    if (vm.jobSnapshots++ === 0) vm.snapshotOpenSinceMs = now;
    this.chainChanged(vm);
    if (task.holdsSlots) this.beginTransfer(task);
    else {
      task.stage = 'ready';
      this.world.runs.awaitSlots(task);
    }
  }

  /** Depth decides how fast the guest reads. */
  chainChanged(vm: Vm): void {
    const { kernel } = this.world;
    const disk = vm.disk;
    const depth = disk.chain.length;
    if (depth > vm.maxChainDepth) vm.maxChainDepth = depth;
    disk.datastore.guestDirty = true;
    disk.datastore.latency.settle(kernel.nowMs);
    vm.latency.changeSpeed(disk.datastore.latency.distribution, relativeReadSpeed(depth));
  }

  /** What is to be read, by the job's own base as it stands now. */
  private chooseBytes(task: Task): void {
    const now = this.world.kernel.nowMs;
    const { vm } = task;
    const disk = vm.disk;
    const { plan, bases } = task.run.job;
    const base = bases[disk.index];
    const used = disk.usedAt(now);
    task.mark = { atMs: now, writtenBytes: disk.writtenAt(now), law: disk.law };
    task.full = plan.mode === 'full' || base === undefined || !vm.changeTracking;
    if (task.full || base === undefined) task.bytes = !disk.thin && !plan.zeroDetection ? disk.sizeBytes : used;
    else task.bytes = Math.min(uniqueBytes(base.law, task.mark.writtenBytes - base.writtenBytes) * plan.cbtOverhead, used);
  }

  private beginTransfer(task: Task): void {
    const { kernel, log, network } = this.world;
    const now = kernel.nowMs;
    task.stage = 'transferring';
    task.transferMs = now;
    const fields = { run: task.run.id, vm: task.vm.name, level: task.full ? 'full' : 'incremental', bytes: Math.ceil(task.bytes) };
    const causes = new Set([task.lastEvent]);
    if (task.full && task.vm.disk.growsAtAll && this.world.growthEvent > 0) causes.add(this.world.growthEvent);
    if (task.snapshotMs !== now && this.world.lastRelease > 0) causes.add(this.world.lastRelease);
    task.lastEvent = log.record(
      now,
      'transfer-started',
      fields,
      [...causes].sort((a, b) => a - b),
    );
    task.vm.disk.datastore.lastEvent = task.lastEvent;
    const transfer = transferOf(task);
    task.capLabel = transfer.capLabel;
    task.flow = network.addFlow({ weight: 1, cap: transfer.cap, bytes: task.bytes, uses: transfer.uses, elastic: true, owner: task.number });
    this.world.storage.beginWriting(task);
  }

  private accountTransfer(task: Task): void {
    const { network, resourceLabels } = this.world;
    for (const [resource, ms] of network.bottlenecksOf(task.flow))
      task.addHeldBack(resource < 0 ? task.capLabel : (resourceLabels[resource] as string), ms);
  }

  private giveUpSlots(task: Task): void {
    if (!task.holdsSlots) return;
    this.world.admission.releaseSlots(task);
    this.world.lastRelease = task.lastEvent;
  }

  /** Figures of tasks that are still under way when the scenario ends. */
  settle(task: Task): void {
    const { kernel, network } = this.world;
    if (task.timer >= 0) this.closeTimedStage(task);
    if (task.stage === 'transferring') {
      task.readBytes = task.bytes - network.remainingOf(task.flow);
      this.accountTransfer(task);
    }
    if (task.delta !== null && task.consolidatedMs === null) task.peakDeltaBytes = Math.max(task.peakDeltaBytes, heldBytes(task.delta, kernel.nowMs));
  }
}

function removeFrom(tasks: Task[], task: Task): void {
  const place = tasks.indexOf(task);
  if (place >= 0) tasks.splice(place, 1);
}
