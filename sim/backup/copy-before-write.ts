/**
 * Copy-before-write (MODEL 4): a guest that overwrites a block which has not been copied yet waits until the block has been saved. With q = fraction of the
 * disk not copied yet, w = rate at which the guest writes blocks for the first time since the start, r = the transfer's rate, the guest's writes are served
 * to min(1, r/(q w)). With a fleecing datastore the old blocks go there instead, q w a second, and the guest waits for nothing.
 *
 * q and w move all the time. They are looked at when a rate or a pace has moved by a thousandth, and again before q or w has moved by more than a few per
 * cent; but not more often than once a second, since what is served changes the rates in turn.
 */

import type { Datastore } from '../estate/datastore.ts';
import type { Disk } from '../estate/disk.ts';
import { GrowingFile } from '../estate/growing-file.ts';
import { type GrowthLaw, uniqueBytes, uniqueSlope } from '../estate/growth-law.ts';
import type { ResourceUse } from '../flow/network.ts';
import { EventClass } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import type { Reason, TaskDisk } from './task.ts';

/** q falls by no more than this between two looks, V of a guest grows by no more than that. */
const STEP_OF_COPY = 0.01;
const STEP_OF_WRITES = 0.02;
const SHORTEST_STEP_MS = 1000;
/**
 * A served fraction that has moved by less stays as it is, and a rate or a pace that has moved by less is no reason to look: what is kept of a hundred
 * guests on one device moves everybody's rate and pace a little, and each would look at each.
 */
const LEAST_CHANGE = 1e-3;
/** Looks at a fleecing file during the rest of its transfer. */
const FLEECE_LOOKS = 32;

export class CopyGuard {
  readonly part: TaskDisk;
  readonly law: GrowthLaw;
  /** Of the disk, and what it is read of it: q counts against the larger. */
  readonly wholeBytes: number;
  /** Bytes that the guest had written when the transfer began. */
  readonly writtenBefore: number;
  /** Bytes per millisecond, and the guest's pace, at the last look. */
  rate = -1;
  pace = -1;
  /** Handle of the next look; -1: none. */
  timer = -1;
  dueMs = 0;
  lookedMs = Number.NEGATIVE_INFINITY;
  startedEvent = 0;
  fleece: GrowingFile | null = null;
  /** At the last look: what the fleecing file ought to hold, what was still to be copied, what the guest had written. */
  savedBytes = 0;
  private lookedRemaining: number;
  private lookedWritten = 0;
  /** Flow of the writes to the fleecing datastore; -1: none. */
  fleeceFlow = -1;

  constructor(part: TaskDisk, nowMs: number) {
    const { disk } = part;
    this.part = part;
    this.law = disk.law;
    this.wholeBytes = Math.max(disk.usedAt(nowMs), part.bytes);
    this.writtenBefore = disk.writtenAt(nowMs);
    this.lookedRemaining = part.bytes;
  }

  /** Blocks that were overwritten since the last look, as far as they had not been copied. */
  noteSaved(remaining: number, written: number): void {
    const unique = uniqueBytes(this.law, written) - uniqueBytes(this.law, this.lookedWritten);
    this.savedBytes += (unique * (remaining + this.lookedRemaining)) / 2 / this.wholeBytes;
    this.lookedRemaining = remaining;
    this.lookedWritten = written;
  }
}

export class CopyBeforeWrite {
  private readonly world: World;
  private readonly looked: number;
  private readonly active: CopyGuard[] = [];

  constructor(world: World) {
    this.world = world;
    this.looked = world.kernel.handle((number) => {
      const { guard } = world.parts[number] as TaskDisk;
      if (guard === null) return;
      guard.timer = -1;
      this.look(guard);
    });
  }

  /** A disk's transfer begins. */
  begin(part: TaskDisk): void {
    const { job } = part.task.run;
    if (!job.method.copiesBeforeWrite || part.bytes === 0) return;
    const { kernel, log } = this.world;
    const guard = new CopyGuard(part, kernel.nowMs);
    part.guard = guard;
    this.active.push(guard);
    const { fleecing } = job;
    if (fleecing === null) return;
    const { task } = part;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: fleecing.name };
    task.lastEvent = log.record(kernel.nowMs, 'fleecing-started', fields, [task.lastEvent]);
    guard.fleece = new GrowingFile(fleecing, task.vm.name, task.run.id, task.lastEvent, kernel.nowMs);
  }

  /** A disk's transfer is over, however it ended. */
  end(part: TaskDisk): void {
    const { guard } = part;
    if (guard === null) return;
    const { kernel } = this.world;
    part.guard = null;
    this.active.splice(this.active.indexOf(guard), 1);
    if (guard.timer >= 0) kernel.cancel(guard.timer);
    this.serve(guard, 1);
    if (guard.fleece !== null) this.dropFleece(guard, guard.fleece);
  }

  /** The fleecing datastore is full: the backups that need it fail, the guests go on. Returns whether there were any. */
  datastoreFull(datastore: Datastore): boolean {
    return this.failOn(datastore, 'fleecing-full', datastore.fullEvent);
  }

  /** Backups that keep old blocks on a datastore fail. Returns whether there were any. */
  failOn(datastore: Datastore, reason: Reason, cause: number): boolean {
    const failing = this.active.filter((guard) => guard.fleece?.datastore === datastore);
    for (const { part } of failing) this.world.stages.abort(part.task, 'failed', reason, cause);
    return failing.length > 0;
  }

  /** After the instant's rates are known: where one has moved, there is to be looked again. */
  settle(): void {
    const { network, kernel } = this.world;
    for (const guard of this.active) {
      const { flow, disk } = guard.part;
      const pace = nominalPace(disk);
      if (!hasMoved(network.rateOf(flow), guard.rate) && !hasMoved(pace, guard.pace)) continue;
      // Of a guest that stands still nothing more is to be kept.
      this.lookAt(guard, pace === 0 ? kernel.nowMs + 1 : Math.max(kernel.nowMs + 1, guard.lookedMs + SHORTEST_STEP_MS));
    }
  }

  /** An earlier look that is due already stays. */
  private lookAt(guard: CopyGuard, atMs: number): void {
    const { kernel } = this.world;
    if (guard.timer >= 0 && guard.dueMs <= atMs) return;
    guard.dueMs = atMs;
    if (guard.timer >= 0) kernel.reschedule(guard.timer, atMs);
    else guard.timer = kernel.schedule(atMs, EventClass.stage, this.looked, guard.part.number);
  }

  private look(guard: CopyGuard): void {
    const { network, kernel } = this.world;
    const { part } = guard;
    guard.lookedMs = kernel.nowMs;
    guard.rate = network.rateOf(part.flow);
    guard.pace = nominalPace(part.disk);
    const remaining = network.remainingOf(part.flow) + part.bytes - part.flowEndBytes;
    const written = part.disk.writtenAt(kernel.nowMs) - guard.writtenBefore;
    if (guard.fleece !== null) this.fleece(guard, guard.fleece, remaining, written);
    else this.throttle(guard, remaining, written);
  }

  private throttle(guard: CopyGuard, remaining: number, written: number): void {
    const { kernel } = this.world;
    const { writeShare } = guard.part.disk;
    const needed = (left: number, v: number): number => (left / guard.wholeBytes) * uniqueSlope(guard.law, v, uniqueBytes(guard.law, v)) * guard.pace;
    // Nothing to wait for: from here on q and w only fall, until a rate or a pace changes.
    if (needed(remaining, written) <= guard.rate) {
      this.serve(guard, 1);
      return;
    }
    const copied = (STEP_OF_COPY * remaining) / guard.rate;
    const rewritten = Math.max((STEP_OF_WRITES * written) / guard.pace, SHORTEST_STEP_MS);
    const step = Math.max(1, Math.ceil(Math.min(copied, rewritten)));
    // As served in the middle of the step, so that the steps neither favour the guest nor the backup.
    const middle = needed(remaining - (guard.rate * step) / 2, written + (guard.pace * writeShare * step) / 2);
    const share = Math.min(1, guard.rate / middle);
    if (Math.abs(share - writeShare) > LEAST_CHANGE * writeShare) this.serve(guard, share);
    this.lookAt(guard, kernel.nowMs + step);
  }

  /** Serves a fraction of what the guest would write. */
  private serve(guard: CopyGuard, share: number): void {
    const { kernel, log } = this.world;
    const { disk, task } = guard.part;
    if (disk.writeShare === share) return;
    const fields = { run: task.run.id, vm: task.vm.name, datastore: disk.datastore.name };
    if (disk.writeShare === 1) guard.startedEvent = log.record(kernel.nowMs, 'guest-held', fields, [task.lastEvent]);
    else if (share === 1) log.record(kernel.nowMs, 'guest-released', fields, [guard.startedEvent]);
    disk.serveWrites(kernel.nowMs, share);
    disk.datastore.diskChanged(disk, kernel.nowMs);
    disk.datastore.changeDemand();
  }

  /**
   * The file grows by the blocks that are overwritten before they are copied; evenly until the next look, as much as they are by then. A look that comes
   * earlier finds less than there ought to be, since new blocks become fewer: that is added.
   */
  private fleece(guard: CopyGuard, file: GrowingFile, remaining: number, written: number): void {
    const { kernel } = this.world;
    const now = kernel.nowMs;
    guard.noteSaved(remaining, written);
    if (guard.pace === 0 || remaining === 0) {
      this.setFleece(guard, file, 0);
      return;
    }
    const rest = guard.rate > 0 ? remaining / guard.rate : SHORTEST_STEP_MS;
    const rewritten = Math.max((STEP_OF_WRITES * written) / guard.pace, SHORTEST_STEP_MS);
    const step = Math.max(1, Math.ceil(Math.min(Math.max(rest / FLEECE_LOOKS, SHORTEST_STEP_MS), rewritten, rest)));
    const unique = uniqueBytes(guard.law, written + guard.pace * step) - uniqueBytes(guard.law, written);
    const middle = Math.max(0, remaining - (guard.rate * step) / 2) / guard.wholeBytes;
    const missing = guard.savedBytes - file.bytesAt(now);
    this.setFleece(guard, file, Math.max(0, unique * middle + missing) / step);
    this.lookAt(guard, now + step);
  }

  private setFleece(guard: CopyGuard, file: GrowingFile, perMs: number): void {
    const { kernel, network } = this.world;
    file.setSlope(kernel.nowMs, perMs);
    if (perMs === 0) {
      if (guard.fleeceFlow >= 0) network.removeFlow(guard.fleeceFlow);
      guard.fleeceFlow = -1;
      return;
    }
    const uses = writesTo(file.datastore);
    if (guard.fleeceFlow < 0)
      guard.fleeceFlow = network.addFlow({ weight: 1, cap: perMs, bytes: Number.POSITIVE_INFINITY, uses, elastic: false, owner: -1 });
    else
      network.changeDemand(
        guard.fleeceFlow,
        1,
        perMs,
        uses.map(({ perByte }) => perByte),
      );
  }

  private dropFleece(guard: CopyGuard, file: GrowingFile): void {
    const { kernel, log } = this.world;
    const { task } = guard.part;
    const bytes = Math.ceil(file.bytesAt(kernel.nowMs));
    this.setFleece(guard, file, 0);
    file.remove(kernel.nowMs);
    task.lastEvent = log.record(kernel.nowMs, 'fleecing-ended', { run: task.run.id, vm: task.vm.name, datastore: file.datastore.name, bytes }, [
      task.lastEvent,
    ]);
    file.datastore.lastEvent = task.lastEvent;
  }
}

/** Latency control holds back what backups write there like what they read. */
function writesTo({ devices, throttle, writeCost }: Datastore): ResourceUse[] {
  const uses = devices.map((device) => ({ resource: device.resource, perByte: device.writeCost }));
  return throttle < 0 ? uses : [...uses, { resource: throttle, perByte: writeCost }];
}

function hasMoved(now: number, before: number): boolean {
  return Math.abs(now - before) > LEAST_CHANGE * before;
}

/** Bytes per millisecond that the guest would write if nothing but its datastore held it back. */
function nominalPace(disk: Disk): number {
  return disk.running ? disk.fullWriteRate * disk.clock.currentPace : 0;
}
