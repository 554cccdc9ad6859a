/**
 * `initial: established`: as if the job's ticks before the start had succeeded when due. Each VM has its base, and the points that the mode and the retention
 * have left of those ticks; their sizes are those of the start.
 */
import type { Job } from '../backup/run.ts';
import type { WriteMark } from '../backup/task.ts';
import type { Activity } from '../estate/activity.ts';
import type { Disk } from '../estate/disk.ts';
import { uniqueBytes } from '../estate/growth-law.ts';
import type { Vm } from '../estate/vm.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { backUp, copyAll, type OldPoint, type Past, ticksBefore } from './history.ts';
import type { RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';

/** `schedule` is that of the job, or of the job at the head of its row where it is after another. */
export function establish(world: World, job: Job, schedule: Schedule): void {
  if (!job.method.copies) return;
  const ticks = ticksBefore(job.plan, schedule, world.zone);
  const pasts = new Map<boolean, Past[]>();
  for (const vm of job.selected()) {
    const tracked = job.method.tracking === 'own' || (job.method.tracking === 'hypervisor' && vm.changeTracking);
    const known = pasts.get(tracked) ?? pastsOf(world, job, vm, ticks, tracked);
    pasts.set(tracked, known);
    new EstablishedVm(world, job, vm).fill(known);
  }
}

/** The past on the job's repository, and on those that copies go to from there; it is the same for all VMs of a kind. */
function pastsOf(world: World, job: Job, vm: Vm, ticks: readonly number[], tracked: boolean): Past[] {
  const { chains, zone } = world;
  const pasts = [backUp(chains.make(job, vm), ticks, tracked, chains.levelsOf(job), zone)];
  let at = chains.make(job, vm);
  for (let to = at.repository.copyTarget; to !== null; to = to.copyTarget) {
    at = chains.makeCopy(at, to);
    pasts.push(copyAll(at, (pasts[0] as Past).backups, zone));
    at.points.length = 0;
  }
  return pasts;
}

/** One VM's past: how much it had written when, and what of that is stored. */
class EstablishedVm {
  private readonly world: World;
  private readonly job: Job;
  private readonly vm: Vm;
  private readonly activity: Activity;

  constructor(world: World, job: Job, vm: Vm) {
    this.world = world;
    this.job = job;
    this.vm = vm;
    this.activity = world.activities.find((profile) => profile.name === vm.activity) as Activity;
  }

  fill(pasts: readonly Past[]): void {
    const { chains, recovery, startEvent } = this.world;
    const { job, vm } = this;
    const [{ backups }] = pasts as [Past];
    const newestMs = backups.at(-1)?.atMs as number;
    const fullMs = backups.findLast(({ level, synthetic }) => level === 'full' || synthetic)?.atMs as number;
    for (const disk of vm.disks) {
      job.bases[disk.index] = this.markOf(disk, newestMs);
      chains.fullBasesOf(job)[disk.index] = this.markOf(disk, fullMs);
    }
    let chain = chains.of(job, vm);
    for (const past of pasts) {
      this.fillChain(chain, past);
      const target: Repository | null = chain.repository.copyTarget;
      if (target !== null) chain = chains.copyOf(chain, target);
    }
    recovery.pointStored(vm, newestMs, startEvent);
  }

  private fillChain(chain: Chain, past: Past): void {
    const { repository } = chain;
    past.points.forEach((old, index) => {
      const point = this.sized(old, index === 0);
      chain.points.push(point);
      repository.keep(point.storedBytes);
    });
    // What was removed not long ago has not come back yet; with block clone it has passed to the fulls that share it.
    if (repository.plan.blockClone) return;
    for (const old of past.removed) this.world.storage.pruneEarlier(repository, this.sized(old, false).storedBytes, old.removedMs);
  }

  /** A full made by block clone shares what is there; the oldest point has nobody to share with. */
  private sized({ point, fromMs, toMs }: OldPoint, isOldest: boolean): RestorePoint {
    const full = this.stored((disk) => this.wholeBytes(disk));
    const changed = this.stored((disk) => this.changedBytes(disk, fromMs, toMs));
    const whole = point.kind === 'full' && (isOldest || !point.cloned);
    const changedSinceMs = point.level === 'differential' ? fromMs : null;
    return {
      ...point,
      changedSinceMs,
      event: this.world.startEvent,
      storedBytes: whole ? full : changed,
      sentBytes: point.level === 'full' ? full : changed,
      fullBytes: full,
    };
  }

  private stored(bytesOf: (disk: Disk) => number): number {
    return this.vm.disks.reduce((sum, disk) => sum + bytesOf(disk), 0) / this.job.plan.reduction;
  }

  private wholeBytes(disk: Disk): number {
    return !disk.thin && !this.job.plan.zeroDetection ? disk.sizeBytes : disk.usedAt(0);
  }

  private changedBytes(disk: Disk, fromMs: number, toMs: number): number {
    return Math.min(uniqueBytes(disk.law, this.writtenBetween(disk, fromMs, toMs)) * this.job.plan.cbtOverhead, disk.usedAt(0));
  }

  private markOf(disk: Disk, atMs: number): WriteMark {
    return { atMs, writtenBytes: -this.writtenBetween(disk, atMs, 0), law: disk.law };
  }

  private writtenBetween(disk: Disk, fromMs: number, toMs: number): number {
    return disk.writeRate * this.activity.meanBetween(fromMs, toMs) * (toMs - fromMs);
  }
}
