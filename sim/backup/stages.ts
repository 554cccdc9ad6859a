/**
 * The stages of a task (MODEL 4): queued -> quiescing -> snapshotting -> transferring -> removing -> consolidating -> ended. With `whole-run` snapshots a
 * task takes its snapshot first and then waits for its slots (`ready`); a method without snapshots goes from quiescing to transferring, and ends there. A
 * proxy that attaches disks does so before the first byte (`attaching`); a continuous method goes on after its first full (`streaming`).
 */

import type { Datastore } from '../estate/datastore.ts';
import { Delta, heldBytes } from '../estate/delta.ts';
import type { Disk } from '../estate/disk.ts';
import { uniqueBytes } from '../estate/growth-law.ts';
import { withAdded, without } from '../estate/lists.ts';
import { relativeReadSpeed } from '../estate/read-speed.ts';
import type { CutOff } from '../faults/faults.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf, type EventFields } from '../kernel/log.ts';
import type { World } from '../world.ts';
import { type Transfer, transferOf } from './methods/method.ts';
import type { Outcome, Reason, Task, TaskDisk } from './task.ts';

export class Stages {
  private readonly world: World;
  private readonly quiesced: number;
  private readonly created: number;
  private readonly attached: number;

  constructor(world: World) {
    this.world = world;
    this.quiesced = world.kernel.handle((task) => this.afterQuiesce(world.tasks[task] as Task));
    this.created = world.kernel.handle((task) => this.snapshotCreated(world.tasks[task] as Task));
    this.attached = world.kernel.handle((task) => this.disksAttached(world.tasks[task] as Task));
  }

  /** The task has what it needs to begin. */
  admitted(task: Task): void {
    const { kernel, log } = this.world;
    const run = task.run;
    const fields = { run: run.id, vm: task.vm.name, proxy: task.disks[0]?.proxy?.name ?? null };
    const freed = task.disks.map((part) => part.freedBy);
    task.lastEvent = log.record(kernel.nowMs, 'task-started', fields, causesOf(run.startedEvent, ...freed));
    const struck = this.world.faults.strikesAtStart(task);
    if (struck === null) this.enter(task, 'quiescing', this.quiesced, run.job.plan.timings.quiesceMs);
    else this.abort(task, 'failed', struck.reason, struck.event);
  }

  /** A disk of a task that has begun has got its slots. */
  slotsTaken(part: TaskDisk): void {
    const { task } = part;
    for (const other of task.disks) {
      const granted = other === part || (other.sharesSlots && other.proxy === part.proxy);
      if (granted && other.state === 'waiting') this.beginGranted(other);
    }
  }

  /** A disk's transfer has come to its end. */
  transferCompleted(part: TaskDisk): void {
    if (part.cutOff !== null) {
      this.transferCutOff(part, part.cutOff);
      return;
    }
    const { kernel, log } = this.world;
    const { task, disk } = part;
    const { job } = task.run;
    part.readBytes = part.bytes;
    this.accountTransfer(part);
    this.world.copyBeforeWrite.end(part);
    part.flow = -1;
    part.transfer = null;
    part.state = 'transferred';
    part.damaged = disk.snapshotsTaken > part.snapshotsBefore;
    this.world.storage.finishWriting(part);
    if (task.disks.some((other) => other.state === 'waiting' || other.state === 'transferring')) {
      if (part.proxy?.slotUnit !== 'vm') this.giveUpSlots(part);
      return;
    }
    task.transferEndMs = kernel.nowMs;
    const fields = { run: task.run.id, vm: task.vm.name, bytes: Math.ceil(task.readBytes), storedBytes: Math.ceil(task.storedBytes) };
    task.lastEvent = log.record(kernel.nowMs, 'transfer-ended', fields, [task.lastEvent]);
    disk.datastore.lastEvent = task.lastEvent;
    for (const done of task.disks) {
      const known = job.bases[done.disk.index];
      if (done.mark !== null && !task.baseStolen && (known === undefined || done.mark.atMs > known.atMs)) job.bases[done.disk.index] = done.mark;
    }
    if (job.method.readsLiveDisk) judgeCopy(task, kernel.nowMs);
    this.world.chains.completePoint(task);
    this.giveUpAll(task);
    if (job.method.continuous) this.world.cdp.begin(task);
    else this.world.consolidation.request(task);
  }

  /** Ends a task early, wherever it stands; a snapshot that it has open is removed, or left behind. */
  abort(task: Task, outcome: Outcome, reason: Reason, cause: number, snapshot: 'removed' | 'left' = 'removed'): void {
    const { kernel } = this.world;
    if (task.stage === 'removing' || task.stage === 'consolidating' || task.stage === 'ended') return;
    task.outcome = outcome;
    task.reason = reason;
    this.world.admission.leave(task);
    if (task.timer >= 0) {
      kernel.cancel(task.timer);
      task.timer = -1;
      this.closeTimedStage(task);
    }
    if (task.stage === 'transferring') this.abortTransfers(task, reason, cause);
    if (task.run.job.method.continuous) this.world.cdp.end(task);
    task.abortedBy = cause;
    this.giveUpAll(task);
    if (task.hasSnapshot && snapshot === 'left') this.world.orphans.leave(task, cause);
    else if (task.hasSnapshot) this.world.consolidation.request(task);
    else this.end(task);
  }

  /** The task is over; its lock is free, and perhaps its run has ended. */
  end(task: Task): void {
    const { kernel, log, admission, runs, conditions } = this.world;
    if (task.stage === 'ended') throw new Error(`task ${task.number} ends twice`);
    task.stage = 'ended';
    task.endedMs = kernel.nowMs;
    const retryAtMs = runs.retryAt(task);
    const fields: EventFields = { run: task.run.id, vm: task.vm.name, status: task.outcome, reason: task.reason };
    if (retryAtMs !== null) fields.retryAtMs = retryAtMs;
    task.lastEvent = log.record(kernel.nowMs, 'task-ended', fields, causesOf(task.lastEvent, task.abortedBy));
    admission.releaseLock(task);
    // Snapshot slots that no delta came to use.
    if (!task.hasSnapshot) for (const datastore of task.snapshotSlots) admission.releaseSnapshotSlot(task, datastore);
    task.vm.activeTasks = without(task.vm.activeTasks, task);
    conditions.taskEnds(task);
    runs.taskEnded(task, retryAtMs);
  }

  /** Depth decides how fast the guest reads. */
  chainChanged(disk: Disk): void {
    const depth = disk.chain.length;
    const { vm, datastore } = disk;
    if (depth > vm.maxChainDepth) vm.maxChainDepth = depth;
    this.world.conditions.chains.changed(disk);
    datastore.guestsChanged();
    datastore.latency.settle(this.world.kernel.nowMs);
    disk.latency.changeSpeed(datastore.latency.distribution, relativeReadSpeed(depth));
  }

  /** Figures of tasks that are still under way, or have left a delta behind, when the scenario ends. */
  settle(task: Task): void {
    const { kernel, network } = this.world;
    if (task.timer >= 0) this.closeTimedStage(task);
    for (const part of task.disks) {
      if (part.state !== 'transferring') continue;
      part.readBytes = part.flowEndBytes - network.remainingOf(part.flow);
      this.accountTransfer(part);
    }
    this.notePeakDelta(task, kernel.nowMs);
  }

  /** The largest sum over the disks of what the task's deltas hold at one time. */
  notePeakDelta(task: Task, nowMs: number): void {
    let sum = 0;
    for (const part of task.disks) if (part.delta !== null && part.delta.exists) sum += heldBytes(part.delta, nowMs);
    if (sum > task.peakDeltaBytes) task.peakDeltaBytes = sum;
  }

  private enter(task: Task, stage: 'quiescing' | 'snapshotting' | 'attaching', kind: number, durationMs: number): void {
    const { kernel } = this.world;
    task.stage = stage;
    task.stageSinceMs = kernel.nowMs;
    task.timer = kernel.schedule(kernel.nowMs + durationMs, EventClass.stage, kind, task.number);
  }

  /** Disks that wait for slots of their own meanwhile have that on their account. */
  private closeTimedStage(task: Task): void {
    const ms = this.world.kernel.nowMs - task.stageSinceMs;
    for (const part of task.disks) if (part.group === null) task.addHeldBack('preparing', ms);
    if (task.stage === 'snapshotting') task.vm.stunMs += ms;
  }

  private afterQuiesce(task: Task): void {
    const { kernel } = this.world;
    task.timer = -1;
    this.closeTimedStage(task);
    const { job } = task.run;
    const struck = this.world.quiescing.failureOf(task);
    if (struck !== null) {
      this.abort(task, 'failed', struck.reason, struck.event);
      return;
    }
    if (!job.method.opensSnapshot) {
      task.snapshotMs = kernel.nowMs;
      task.level = this.world.chains.levelOf(task);
      for (const part of task.disks) this.chooseBytes(part);
      if (job.method.continuous) this.world.cdp.beginFull(task);
      this.beginTransfers(task);
      return;
    }
    const full = task.disks.find(({ disk }) => isFullAt(disk.datastore, kernel.nowMs))?.disk.datastore;
    if (full !== undefined) this.abort(task, 'failed', 'datastore-full', full.fullEvent);
    else if (task.disks.some(({ disk }) => disk.chain.length >= task.vm.maxChain)) this.abort(task, 'failed', 'chain-limit', 0);
    else {
      task.createMs = this.world.quiescing.createMs(task);
      this.world.conditions.stunned(task, task.createMs);
      this.enter(task, 'snapshotting', this.created, task.createMs);
    }
  }

  private snapshotCreated(task: Task): void {
    const { kernel } = this.world;
    const now = kernel.nowMs;
    task.timer = -1;
    this.closeTimedStage(task);
    const struck = this.world.quiescing.freezeFailureOf(task);
    if (struck !== null) {
      this.abort(task, 'failed', struck.reason, struck.event);
      return;
    }
    const { vm } = task;
    task.snapshotMs = now;
    task.level = this.world.chains.levelOf(task);
    for (const part of task.disks) this.openDelta(part);
    if (vm.jobSnapshots++ === 0) vm.snapshotOpenSinceMs = now;
    if (!task.run.job.method.copies) this.keepSnapshot(task);
    else if (task.holdsJobSlot) this.beginTransfers(task);
    else {
      task.stage = 'ready';
      this.world.runs.awaitSlots(task);
    }
  }

  private openDelta(part: TaskDisk): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    const { task, disk } = part;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: disk.datastore.name, depth: disk.chain.length + 1 };
    task.lastEvent = log.record(now, 'snapshot-created', fields, [task.lastEvent]);
    disk.freezeBase(now);
    disk.top?.freeze(now);
    // A merge of the former top delta goes on, but the guest no longer writes to it.
    disk.mirroring = false;
    part.delta = new Delta(disk, 'delta', task.run.id, disk.law, 0, now, task.lastEvent);
    disk.chain = withAdded(disk.chain, part.delta);
    disk.snapshotsTaken++;
    disk.datastore.diskChanged(disk, now);
    this.chooseBytes(part);
    this.chainChanged(disk);
  }

  /** What is to be read, by the job's own base as it stands now. */
  private chooseBytes(part: TaskDisk): void {
    const now = this.world.kernel.nowMs;
    const { disk, task } = part;
    const { job } = task.run;
    const { plan } = job;
    const bases = task.level === 'differential' ? this.world.chains.fullBasesOf(job) : job.bases;
    const base = bases[disk.index];
    const used = disk.usedAt(now);
    part.mark = { atMs: now, writtenBytes: disk.writtenAt(now), law: disk.law };
    part.full = task.level === 'full' || base === undefined;
    if (task.level !== 'full') task.baseMs = base?.atMs ?? null;
    part.wholeBytes = !disk.thin && !plan.zeroDetection ? disk.sizeBytes : used;
    if (part.full || base === undefined) part.bytes = part.wholeBytes;
    else part.bytes = Math.min(uniqueBytes(base.law, part.mark.writtenBytes - base.writtenBytes) * plan.cbtOverhead, used);
  }

  /** The disks that have slots go; where their proxy has to attach them first, they go when it has. */
  private beginTransfers(task: Task): void {
    const { method, plan } = task.run.job;
    const { timings } = plan;
    const going = task.disks.filter((part) => part.holdsSlots || part.sharesSlots);
    for (const part of going) if (!this.canBegin(part)) return;
    const attaches = method.inbound === 'attached' && going.some((part) => !part.fellBack);
    if (timings.attachMs > 0 && attaches && task.stage !== 'attaching') this.attach(task, going);
    else for (const part of going) this.beginTransfer(part);
  }

  /**
   * With the snapshot open before the slots were there the disks are still to be attached; one that gets its slots meanwhile goes with them, a later one
   * joins the transfer under way.
   */
  private beginGranted(part: TaskDisk): void {
    const { stage } = part.task;
    if (stage === 'ready') this.beginTransfers(part.task);
    else if ((stage === 'transferring' || stage === 'attaching') && this.canBegin(part) && stage === 'transferring') this.beginTransfer(part);
  }

  private attach(task: Task, parts: readonly TaskDisk[]): void {
    const { kernel, log } = this.world;
    const fields = { run: task.run.id, vm: task.vm.name, proxy: parts.find((part) => !part.fellBack)?.proxy?.name ?? null };
    const freed = task.snapshotMs === kernel.nowMs ? [] : parts.map((part) => part.freedBy);
    task.lastEvent = log.record(kernel.nowMs, 'disks-attaching', fields, causesOf(task.lastEvent, ...freed));
    this.enter(task, 'attaching', this.attached, task.run.job.plan.timings.attachMs);
  }

  private disksAttached(task: Task): void {
    task.timer = -1;
    this.closeTimedStage(task);
    this.beginTransfers(task);
  }

  /** How the disk comes into its proxy; without any way, or any room for its old blocks, its task fails. */
  private canBegin(part: TaskDisk): boolean {
    const { log, kernel } = this.world;
    const { task, proxy } = part;
    const { method, plan, fleecing } = task.run.job;
    if (fleecing !== null && fleecing.lossEvent > 0) {
      this.abort(task, 'failed', 'datastore-lost', fleecing.lossEvent);
      return false;
    }
    if (fleecing?.isFull) {
      this.abort(task, 'failed', 'fleecing-full', fleecing.fullEvent);
      return false;
    }
    if (part.fellBack || proxy === null || method.reaches(proxy, part)) return true;
    part.fellBack = true;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: part.disk.datastore.name, proxy: proxy.name, fallback: plan.fallback };
    task.lastEvent = log.record(kernel.nowMs, 'transport-unreachable', fields, [task.lastEvent]);
    if (plan.fallback === 'nbd') return true;
    this.abort(task, 'failed', 'no-transport', 0);
    return false;
  }

  /** The snapshot is what is kept; the oldest beyond the number goes, which is this task's last work. */
  private keepSnapshot(task: Task): void {
    const { job } = task.run;
    const kept = job.keptSnapshots(task.vm);
    kept.push(task);
    const fields = { job: job.name, run: task.run.id, vm: task.vm.name, kept: job.plan.keepSnapshots };
    this.world.findings.observe({ atMs: this.world.kernel.nowMs, kind: 'snapshot-kept', fields, causes: [task.lastEvent] });
    this.world.recovery.pointStored(task.vm, task.snapshotMs as number, task.lastEvent);
    task.vm.leftBehind.push(task);
    this.giveUpAll(task);
    const oldest = kept.length > job.plan.keepSnapshots ? kept.shift() : undefined;
    if (oldest === undefined) {
      this.end(task);
      return;
    }
    for (const part of task.disks) part.removes = oldest.disks.find((other) => other.disk === part.disk) ?? part;
    this.world.consolidation.request(task);
  }

  private beginTransfer(part: TaskDisk): void {
    const { kernel, log } = this.world;
    const now = kernel.nowMs;
    const { task, disk } = part;
    if (task.transferMs === null) {
      task.stage = 'transferring';
      task.transferMs = now;
      const bytes = task.disks.reduce((sum, other) => sum + other.bytes, 0);
      const fields = { run: task.run.id, vm: task.vm.name, level: task.level, bytes: Math.ceil(bytes) };
      const growth =
        task.level === 'full' ? task.disks.filter((other) => other.disk.growsInSteps).map((other) => other.disk.datastore.growthEvent) : [];
      const freed = task.snapshotMs === now ? 0 : part.freedBy;
      task.lastEvent = log.record(now, 'transfer-started', fields, causesOf(task.lastEvent, freed, forgottenBy(task), ...growth));
    }
    disk.datastore.lastEvent = task.lastEvent;
    part.snapshotsBefore = disk.snapshotsTaken - disk.chain.length;
    part.state = 'transferring';
    this.addTransferFlow(part);
    this.world.storage.beginWriting(part);
    this.world.conditions.transferBegins(part);
    this.world.copyBeforeWrite.begin(part);
  }

  /** Faults may slow it down, and let it come no further than to some block. */
  private addTransferFlow(part: TaskDisk): void {
    const { faults, network } = this.world;
    part.transfer = transferOf(part);
    const { cap, capLabel, uses } = part.transfer;
    const { factor, cutOff } = faults.onTransfer(part);
    const slowed = factor < 1 ? factor * faults.capacities.rateAlone(cap, uses) : Number.POSITIVE_INFINITY;
    part.capLabel = slowed < cap ? 'security-software' : capLabel;
    part.cutOff = cutOff;
    part.flowEndBytes = cutOff?.bytes ?? part.bytes;
    part.flow = network.addFlow({ weight: 1, cap: Math.min(cap, slowed), bytes: part.flowEndBytes, uses, elastic: true, owner: part.number });
  }

  private abortTransfers(task: Task, reason: Reason, cause: number): void {
    const { kernel, log, network, storage } = this.world;
    for (const part of task.disks) {
      if (part.state !== 'transferring') continue;
      part.readBytes = part.flowEndBytes - network.remainingOf(part.flow);
      const { flow } = part;
      this.stopTransfer(part);
      network.removeFlow(flow);
    }
    storage.discardPoint(task);
    const fields = { run: task.run.id, vm: task.vm.name, bytes: Math.ceil(task.readBytes), reason };
    task.lastEvent = log.record(kernel.nowMs, 'transfer-aborted', fields, causesOf(task.lastEvent, cause));
  }

  /** It has read all that it can. Some faults are felt at once; with others it hangs until nothing has come through for too long. */
  private transferCutOff(part: TaskDisk, { reason, event, hangs }: CutOff): void {
    const { network, faults } = this.world;
    part.readBytes = part.flowEndBytes;
    if (!hangs || part.hangs) {
      this.stopTransfer(part);
      this.abort(part.task, 'failed', reason, event);
      return;
    }
    this.accountTransfer(part);
    const { uses } = part.transfer as Transfer;
    const bytes = Math.max(1, part.bytes - part.flowEndBytes);
    part.hangs = true;
    part.capLabel = 'security-software';
    part.flowEndBytes += bytes;
    part.flow = network.addFlow({ weight: 1, cap: 0, bytes, uses, elastic: true, owner: part.number });
    faults.stalls.cut.add(part);
  }

  /** Its flow is over, or about to be removed. */
  private stopTransfer(part: TaskDisk): void {
    const { storage, copyBeforeWrite } = this.world;
    this.accountTransfer(part);
    copyBeforeWrite.end(part);
    storage.stopWriting(part);
    part.flow = -1;
    part.transfer = null;
    part.state = 'stopped';
  }

  private accountTransfer(part: TaskDisk): void {
    const { network, resourceLabels, fullCapacities, conditions } = this.world;
    part.task.run.lowerBound.add(part, part.transfer as Transfer, fullCapacities);
    for (const { resource, ms } of network.bottlenecksOf(part.flow)) {
      const label = resource < 0 ? part.capLabel : (resourceLabels[resource] as string);
      part.task.addHeldBack(label, ms);
      conditions.proxies.heldBack(part, label, ms);
    }
  }

  private giveUpSlots(part: TaskDisk): void {
    this.world.admission.releaseSlots(part);
  }

  private giveUpAll(task: Task): void {
    for (const part of task.disks) this.giveUpSlots(part);
    this.world.admission.releaseJobSlot(task);
    this.world.chains.transferOver(task);
  }
}

/** Log event by which the job forgot what the task would have built on; 0: it reads everything for another reason, or not everything. */
function forgottenBy({ disks, run: { job } }: Task): number {
  return disks.some((part) => part.full && job.bases[part.disk.index] === undefined) ? job.basesLostEvent : 0;
}

/** At the floor, or held there because growth was cut off at it. */
function isFullAt(datastore: Datastore, nowMs: number): boolean {
  return datastore.isFull || (datastore.mayReach(datastore.fullLevel) && datastore.usedAt(nowMs) >= datastore.fullLevel);
}

/** What a copy is worth that was taken beneath the hypervisor: nothing that can be restored if a snapshot was open or the guest wrote. */
function judgeCopy(task: Task, nowMs: number): void {
  const damaged = task.disks.some((part) => part.damaged);
  const written = task.disks.some(({ disk, mark }) => mark !== null && disk.writtenAt(nowMs) > mark.writtenBytes);
  if (!damaged && !written) return;
  task.outcome = 'warning';
  task.reason = damaged ? 'damaged-copy' : 'inconsistent-copy';
}
