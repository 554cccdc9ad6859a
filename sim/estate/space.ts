/** Levels of the datastores: finding the exact instants at which free space runs low, is gone, and comes back (MODEL 2, 6). */
import { EventClass } from '../kernel/kernel.ts';
import { causesOf, type EventFields } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Datastore } from './datastore.ts';
import { WorkList } from './work-list.ts';

export class Space {
  private readonly world: World;
  private readonly checkDue: number;
  /** Datastores whose levels were looked at and whose next check is to be set when the paces are known. */
  private readonly unscheduled = new WorkList<Datastore>();
  private readonly forcedFull = new Set<Datastore>();

  constructor(world: World) {
    this.world = world;
    this.checkDue = world.kernel.handle((index) => {
      const datastore = world.datastores[index] as Datastore;
      datastore.check = -1;
      datastore.spaceChanged();
    });
  }

  /** Growth was cut off at the floor: whatever rounding says, nothing is left. */
  refused(datastore: Datastore): void {
    this.forcedFull.add(datastore);
    datastore.spaceChanged();
  }

  /** Looks at the levels of every datastore that changed; returns whether one was passed. */
  settle(): boolean {
    let passed = false;
    const changed = this.world.datastoreChanges.space;
    for (let datastore = changed.takeAfter(-1); datastore !== undefined; datastore = changed.takeAfter(datastore.index)) {
      this.unscheduled.add(datastore);
      if (this.lookAt(datastore)) passed = true;
    }
    return passed;
  }

  /** After the instant: when could the next level be reached? The tangent gives a lower bound, which is checked when it is due. */
  scheduleChecks(): void {
    const { unscheduled } = this;
    const changed = this.world.datastoreChanges.space;
    for (let datastore = changed.takeAfter(-1); datastore !== undefined; datastore = changed.takeAfter(datastore.index)) unscheduled.add(datastore);
    for (let datastore = unscheduled.takeAfter(-1); datastore !== undefined; datastore = unscheduled.takeAfter(datastore.index)) {
      this.scheduleCheck(datastore);
    }
  }

  private scheduleCheck(datastore: Datastore): void {
    const { kernel, endMs } = this.world;
    const now = kernel.nowMs;
    const level = datastore.lossEvent > 0 ? null : nextLevel(datastore);
    const slope = level === null || !datastore.mayReach(level) ? 0 : datastore.slopeAt(now);
    let atMs = Number.POSITIVE_INFINITY;
    if (level !== null && slope > 0) atMs = now + Math.max(1, Math.ceil((level - datastore.usedAt(now)) / slope));
    if (atMs <= endMs) {
      if (datastore.check >= 0) kernel.reschedule(datastore.check, atMs);
      else datastore.check = kernel.schedule(atMs, EventClass.crossing, this.checkDue, datastore.index);
    } else if (datastore.check >= 0) {
      kernel.cancel(datastore.check);
      datastore.check = -1;
    }
  }

  private lookAt(datastore: Datastore): boolean {
    const { guests, kernel } = this.world;
    // What is lost has no levels any more.
    if (datastore.lossEvent > 0) return false;
    if (this.isFarFromAll(datastore)) return false;
    const used = datastore.usedAt(kernel.nowMs);
    let passed = false;
    if (used > datastore.lowLevel !== datastore.isLow) {
      this.setLow(datastore);
      passed = true;
    }
    if (used > datastore.warnLevel !== datastore.isWarned) {
      this.setWarned(datastore);
      passed = true;
    }
    // What was freed at the same instant, growth may have been refused before.
    const forced = this.forcedFull.delete(datastore) && used > datastore.fullLevel - 1;
    if (!datastore.isFull && (forced || used >= datastore.fullLevel)) {
      this.reachFull(datastore);
      // Backups that keep old blocks here fail first: what they held may be enough for the guests.
      if (this.world.copyBeforeWrite.datastoreFull(datastore)) return true;
      passed = true;
    } else if (datastore.isFull && used <= datastore.fullLevel - 1) {
      // A whole byte: growth that was cut off at the floor may stand a rounding error below it.
      this.leaveFull(datastore);
      passed = true;
    }
    if (datastore.isFull) guests.pauseWriters(datastore);
    else if (datastore.heldVms > 0 && used <= datastore.fullLevel - datastore.plan.resumeMarginBytes) guests.resumeWaiting(datastore);
    return passed;
  }

  /** It has passed no level, and can pass none by itself. */
  private isFarFromAll(datastore: Datastore): boolean {
    const { isLow, isWarned, isFull, heldVms, lowLevel, warnLevel, fullLevel } = datastore;
    if (isLow || isWarned || isFull || heldVms > 0 || this.forcedFull.has(datastore)) return false;
    return !datastore.mayReach(Math.min(lowLevel, warnLevel, fullLevel));
  }

  private setLow(datastore: Datastore): void {
    const { kernel, log } = this.world;
    datastore.isLow = !datastore.isLow;
    const fields = this.levels(datastore);
    if (datastore.isLow) datastore.lowEvent = log.record(kernel.nowMs, 'datastore-low', fields, this.growthCauses(datastore));
    else log.record(kernel.nowMs, 'datastore-ok', fields, causesOf(datastore.lowEvent, datastore.lastEvent));
  }

  /** The same for the share that the policy wants free, which is no event of the log. */
  private setWarned(datastore: Datastore): void {
    const { kernel, findings } = this.world;
    datastore.isWarned = !datastore.isWarned;
    const kind = datastore.isWarned ? 'space-short' : 'space-enough';
    const causes = datastore.warnLevel === datastore.lowLevel ? causesOf(datastore.lowEvent) : this.growthCauses(datastore);
    findings.observe({ atMs: kernel.nowMs, kind, fields: this.levels(datastore), causes });
  }

  private reachFull(datastore: Datastore): void {
    const { kernel, log } = this.world;
    datastore.setFull(kernel.nowMs, true);
    datastore.fullAtMs ??= kernel.nowMs;
    const fields = this.levels(datastore);
    datastore.fullEvent = log.record(kernel.nowMs, 'datastore-full', fields, this.growthCauses(datastore));
    datastore.notePeak(kernel.nowMs);
  }

  private levels(datastore: Datastore): EventFields {
    const used = datastore.reportedUsedAt(this.world.kernel.nowMs);
    return { datastore: datastore.name, usedBytes: used, freeBytes: datastore.capacityBytes - used };
  }

  private leaveFull(datastore: Datastore): void {
    const { kernel, log } = this.world;
    datastore.setFull(kernel.nowMs, false);
    const fields = this.levels(datastore);
    datastore.freedEvent = log.record(kernel.nowMs, 'datastore-freed', fields, causesOf(datastore.fullEvent, datastore.lastEvent));
  }

  /** What makes this datastore grow: the snapshots whose deltas do, and the latest step of growth. */
  private growthCauses(datastore: Datastore): number[] {
    const causes = causesOf(...datastore.growingDeltaEvents(), datastore.growthEvent);
    return causes.length === 0 ? [this.world.startEvent] : causes;
  }
}

/** The lowest level that is not passed yet; null: there is none. */
function nextLevel({ isLow, isWarned, isFull, lowLevel, warnLevel, fullLevel }: Datastore): number | null {
  let next = Number.POSITIVE_INFINITY;
  if (!isLow) next = lowLevel;
  if (!isWarned && warnLevel < next) next = warnLevel;
  if (!isFull && fullLevel < next) next = fullLevel;
  return next === Number.POSITIVE_INFINITY ? null : next;
}
