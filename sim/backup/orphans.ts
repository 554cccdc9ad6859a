/**
 * Snapshots that are left behind (MODEL 5), because who should remove them is gone or cannot reach the host, and their clean-up: `orphanCleanup` of their
 * datastore says when it is tried. A clean-up merges orphans as a removal does, the lowest of each disk first; one that finds no room is tried again at the
 * next occasion. It holds no VM and keeps no run active.
 */

import type { Datastore } from '../estate/datastore.ts';
import { type Delta, heldBytes } from '../estate/delta.ts';
import type { Vm } from '../estate/vm.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Removal } from './removal.ts';
import type { Run } from './run.ts';
import type { Outcome, Reason, Task } from './task.ts';

/** The clean-up of a VM that is under way. */
interface CleanUp {
  /** Where it takes all orphans. */
  datastores: Set<Datastore>;
  /** Those that it takes wherever they are. */
  named: Set<Delta>;
  /** Orphans for which it found no room. */
  refused: Set<Delta>;
}

export class Orphans {
  private readonly world: World;
  private readonly due: number;
  private readonly cleaning = new Map<Vm, CleanUp>();
  private followRuns = false;

  constructor(world: World) {
    this.world = world;
    this.due = world.kernel.handle((index) => this.cleanUpOf(world.datastores[index] as Datastore));
  }

  /** Schedules the clean-ups that come at set times: from the start, each period. */
  begin(): void {
    for (const datastore of this.world.datastores) {
      const { orphanCleanup } = datastore.plan;
      if (orphanCleanup.kind === 'every') this.schedule(datastore, orphanCleanup.everyMs);
      if (orphanCleanup.kind === 'next-run') this.followRuns = true;
    }
  }

  /** A run looks after what earlier ones have left of its VMs. */
  runStarted(run: Run): void {
    if (!this.followRuns) return;
    for (const { vm } of run.tasks) {
      const datastores = vm.disks.map(({ datastore }) => datastore).filter(({ plan }) => plan.orphanCleanup.kind === 'next-run');
      this.cleanUp(vm, datastores, run.startedEvent);
    }
  }

  /** The snapshot of a task that is stopped is not removed. The task ends here. */
  leave(task: Task, cause: number): void {
    const deltas = task.disks.flatMap(({ delta }) => (delta?.exists ? [delta] : []));
    for (const delta of deltas) task.lastEvent = this.mark(delta, task.run.id, causesOf(task.lastEvent, cause));
    task.vm.leftBehind.push(task);
    this.settle(task);
    this.world.stages.end(task);
  }

  /** Everything that is done for a VM stops where it stands. */
  abandonAll(vm: Vm, outcome: Outcome, reason: Reason, cause: number): void {
    const { consolidation, stages } = this.world;
    consolidation.breakOff(vm, cause);
    for (const task of [...vm.activeTasks]) if (task.stage !== 'queued') stages.abort(task, outcome, reason, cause, 'left');
  }

  /** A delta has nobody any more who would remove it; returns the log event that says so. */
  mark(delta: Delta, run: string | null, causes: readonly number[]): number {
    const { kernel, log } = this.world;
    const { vm, datastore } = delta.disk;
    // At a peak up to now it is the run's.
    datastore.notePeak(kernel.nowMs);
    delta.kind = 'orphan';
    const fields = { run, vm: vm.name, datastore: datastore.name, bytes: Math.ceil(heldBytes(delta, kernel.nowMs)) };
    return log.record(kernel.nowMs, 'snapshot-orphaned', fields, causes);
  }

  /** Looks at what is left of a snapshot that was left behind: what is gone holds no slot and counts no time. */
  settle(task: Task): void {
    const { admission, kernel } = this.world;
    const { vm } = task;
    const left = task.disks.flatMap(({ delta }) => (delta?.exists ? [delta.disk.datastore] : []));
    for (const datastore of [...task.snapshotSlots]) {
      if (!datastore.plan.countOrphans || !left.includes(datastore)) admission.releaseSnapshotSlot(task, datastore);
    }
    if (left.length > 0) return;
    vm.leftBehind.splice(vm.leftBehind.indexOf(task), 1);
    if (--vm.jobSnapshots === 0) vm.snapshotOpenMs += kernel.nowMs - vm.snapshotOpenSinceMs;
  }

  /** Tries to remove the orphans of a VM on some datastores, and those that are named. */
  cleanUp(vm: Vm, datastores: readonly Datastore[], cause: number, named: readonly Delta[] = []): void {
    const known = this.cleaning.get(vm);
    if (known !== undefined) {
      for (const datastore of datastores) known.datastores.add(datastore);
      for (const delta of named) known.named.add(delta);
      return;
    }
    const cleanUp: CleanUp = { datastores: new Set(datastores), named: new Set(named), refused: new Set() };
    const deltas = lowestOrphans(vm, cleanUp);
    if (deltas.length === 0 || vm.obstacle > 0) return;
    const { kernel, log } = this.world;
    const fields = { vm: vm.name, orphans: deltas.length };
    const event = log.record(kernel.nowMs, 'cleanup-started', fields, causesOf(cause, ...deltas.map(({ createdBy }) => createdBy)));
    this.cleaning.set(vm, cleanUp);
    this.world.consolidation.cleanUp(vm, deltas, event);
  }

  /** A VM is deleted. */
  forget(vm: Vm): void {
    this.cleaning.delete(vm);
  }

  /** A removal of a clean-up is over; the next layer follows. */
  cleaned(removal: Removal): void {
    const { kernel, log, findings, consolidation, admission } = this.world;
    const { vm, merges } = removal;
    const cleanUp = this.cleaning.get(vm) as CleanUp;
    const openers = new Set<Task>();
    for (const { opener, refused, disk, delta } of merges) {
      if (refused) cleanUp.refused.add(delta);
      else if (opener !== null) openers.add(opener);
      else if (disk.datastore.plan.countOrphans) {
        disk.datastore.snapshotSlots.used--;
        admission.dirty = true;
      }
    }
    for (const opener of openers) this.settle(opener);
    const deltas = vm.obstacle > 0 ? [] : lowestOrphans(vm, cleanUp);
    if (deltas.length > 0) {
      consolidation.cleanUpNext(vm, deltas, removal.lastEvent);
      return;
    }
    this.cleaning.delete(vm);
    const left = vm.disks.reduce((sum, { chain }) => sum + chain.filter(({ kind }) => kind === 'orphan').length, 0);
    log.record(kernel.nowMs, 'cleanup-ended', { vm: vm.name, left }, [removal.lastEvent]);
    if (left === 0) findings.observe({ atMs: kernel.nowMs, kind: 'orphans-gone', fields: { vm: vm.name }, causes: [] });
  }

  private schedule(datastore: Datastore, afterMs: number): void {
    const { kernel, endMs } = this.world;
    if (kernel.nowMs + afterMs <= endMs) kernel.schedule(kernel.nowMs + afterMs, EventClass.stage, this.due, datastore.index);
  }

  private cleanUpOf(datastore: Datastore): void {
    const { orphanCleanup } = datastore.plan;
    if (orphanCleanup.kind === 'every') this.schedule(datastore, orphanCleanup.everyMs);
    for (const { vm } of [...datastore.chainedDisks()]) this.cleanUp(vm, [datastore], this.world.startEvent);
  }
}

function lowestOrphans(vm: Vm, { datastores, named, refused }: CleanUp): Delta[] {
  return vm.disks.flatMap((disk) => {
    const takesAll = datastores.has(disk.datastore);
    const orphan = disk.chain.find((delta) => delta.kind === 'orphan' && (takesAll || named.has(delta)) && !refused.has(delta));
    return orphan === undefined ? [] : [orphan];
  });
}
