/**
 * `initial: established`: as if the job's ticks before the start had succeeded when due. Each VM has its base, and the points that the mode and the retention
 * have left of those ticks; their sizes are those of the start.
 */
import type { Job } from '../backup/run.ts';
import type { WriteMark } from '../backup/task.ts';
import type { Activity } from '../estate/activity.ts';
import type { Disk } from '../estate/disk.ts';
import { MS_PER_DAY, uniqueBytes } from '../estate/growth-law.ts';
import type { Vm } from '../estate/vm.ts';
import type { Zone } from '../estate/zone.ts';
import { Schedule } from '../schedule/schedule.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { ALL, backUp, copyAll, type Held, type OldPoint, type Past, ticksBefore } from './history.ts';
import { LOOK_BACK_DAYS } from './levels.ts';
import { newPoint, type RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';

/** Where no garbage has ever been collected, nobody looks further back. */
const MOST_HELD_MS = LOOK_BACK_DAYS * MS_PER_DAY;

/** `schedule` is that of the job, or of the job at the head of its row where it is after another. */
export function establish(world: World, job: Job, schedule: Schedule): void {
  for (const [vm, pasts] of pastsOfVms(world, job, schedule)) new EstablishedVm(world, job, vm).fill(pasts);
}

/** Only the space: the repositories hold what the points would take, but nothing can be restored or gone on with. */
export function weighEstablished(world: World, job: Job, schedule: Schedule): void {
  for (const [vm, pasts] of pastsOfVms(world, job, schedule)) new EstablishedVm(world, job, vm).weigh(pasts);
}

function pastsOfVms(world: World, job: Job, schedule: Schedule): [Vm, readonly Past[]][] {
  if (!job.method.copies) return [];
  const ticks = ticksBefore(job.plan, schedule, world.zone, heldOf(world, job));
  const known = new Map<boolean, Past[]>();
  return job.selected().map((vm) => {
    const tracked = job.method.tracking === 'own' || (job.method.tracking === 'hypervisor' && vm.changeTracking);
    const pasts = known.get(tracked) ?? pastsOf(world, job, vm, ticks, tracked);
    known.set(tracked, pasts);
    return [vm, pasts];
  });
}

function heldOf({ storage, zone }: World, { plan, repository }: Job): Held {
  const retentions = [plan.retention];
  let heldMs = 0;
  let waitedMs = 0;
  for (let at: Repository | null = repository; at !== null; at = at.copyTarget) {
    heldMs = Math.max(heldMs, at.plan.immutableMs ?? 0, Math.min(MOST_HELD_MS, -storage.reclaimedBefore(at)));
    const { copyTo } = at.plan;
    if (copyTo !== null) retentions.push(copyTo.retention ?? plan.retention);
    // What the last copies have taken along had come since those before.
    waitedMs -= copiedBefore(at, zone, 2, LOOK_BACK_DAYS)?.[0] ?? 0;
  }
  return { retentions, anywayMs: heldMs + waitedMs };
}

/** The last instants before the start at which points that wait were copied, oldest first; null: copies are made at once, or there was none. */
function copiedBefore({ plan }: Repository, zone: Zone, count: number, days: number): number[] | null {
  const schedule = plan.copyTo?.schedule ?? null;
  if (schedule === null) return null;
  const instants = new Schedule(schedule, zone).lastBefore(0, count, days);
  return instants.length === 0 ? null : instants.toReversed();
}

/** The past on the job's repository, and on those that copies go to from there; it is the same for all VMs of a kind. */
function pastsOf(world: World, job: Job, vm: Vm, ticks: readonly number[], tracked: boolean): Past[] {
  const { chains, zone } = world;
  let chain = chains.make(job, vm);
  const days = Math.ceil(-(ticks[0] as number) / MS_PER_DAY) + 1;
  let copied = copiedBefore(chain.repository, zone, ALL, days);
  let past = backUp(chain, ticks, tracked, chains.levelsOf(job), zone, copied);
  const pasts = [past];
  for (let to = chain.repository.copyTarget; to !== null; to = to.copyTarget) {
    const arriving = copied;
    copied = copiedBefore(to, zone, ALL, days);
    chain = chains.makeCopy(chain, to);
    past = copyAll(chain, past, zone, arriving, copied);
    pasts.push(past);
  }
  return pasts;
}

/** One VM's past: how much it had written when, and what of that is stored. */
class EstablishedVm {
  private readonly world: World;
  private readonly job: Job;
  private readonly vm: Vm;
  private readonly activity: Activity;
  /** What a full of it takes. */
  private readonly fullBytes: number;

  constructor(world: World, job: Job, vm: Vm) {
    this.world = world;
    this.job = job;
    this.vm = vm;
    this.activity = world.activities.find((profile) => profile.name === vm.activity) as Activity;
    this.fullBytes = this.stored((disk) => this.wholeBytes(disk));
  }

  fill(pasts: readonly Past[]): void {
    const { chains, recovery } = this.world;
    const { job, vm } = this;
    const [{ arrivals }] = pasts as [Past];
    const newestMs = arrivals.at(-1)?.backup.atMs as number;
    const fullMs = arrivals.findLast(({ backup: { level, synthetic } }) => level === 'full' || synthetic)?.atMs as number;
    for (const disk of vm.disks) {
      job.bases[disk.index] = this.markOf(disk, newestMs);
      chains.fullBasesOf(job)[disk.index] = this.markOf(disk, fullMs);
    }
    let chain = chains.of(job, vm);
    for (const past of pasts) {
      this.fillChain(chain, past);
      // Copies may be kept longer, so that of the good ones only they are left.
      const newestGood = chain.points.findLast(({ good }) => good);
      if (newestGood !== undefined) recovery.pointKnown(vm, newestGood.atMs);
      const target: Repository | null = chain.repository.copyTarget;
      if (target !== null) chain = chains.copyOf(chain, target);
    }
  }

  weigh(pasts: readonly Past[]): void {
    let { repository }: { repository: Repository | null } = this.job;
    for (const past of pasts) {
      if (repository === null) return;
      for (const bytes of this.sizesOf(past, repository)) repository.keep(bytes);
      this.holdRemoved(repository, past);
      repository = repository.copyTarget;
    }
  }

  private fillChain(chain: Chain, past: Past): void {
    const { repository } = chain;
    const sizes = this.sizesOf(past, repository);
    for (let i = 0; i < sizes.length; i++) {
      const point = this.sized(past.points[i] as OldPoint, sizes[i] as number);
      chain.points.push(point);
      if (point.pins > 0) chain.uncopied.push(point);
      repository.keep(point.storedBytes);
    }
    this.holdRemoved(repository, past);
  }

  /** What was removed not long ago has not come back yet; with block clone it has passed to the fulls that share it. */
  private holdRemoved(repository: Repository, past: Past): void {
    if (repository.plan.blockClone) return;
    const { storage } = this.world;
    const reclaimedMs = storage.reclaimedBefore(repository);
    for (const old of past.removed) if (old.removedMs > reclaimedMs) storage.pruneEarlier(repository, this.takes(old, false), old.removedMs);
  }

  /** Stored bytes of the points that are left. Blocks of removed ones that the next cloned full shares have passed to it. */
  private sizesOf({ points, removed }: Past, { plan }: Repository): number[] {
    const own = points.map((old, index) => this.takes(old, index === 0 && !plan.blockClone));
    if (!plan.blockClone || !points.some(({ point }) => point.cloned)) return own;
    const row = [...removed, ...points].sort((a, b) => a.point.atMs - b.point.atMs);
    const bytes = row.map((old) => this.takes(old, false));
    const places = new Map(row.map(({ point }, place) => [point, place]));
    const gone = new Set<number>();
    for (const { point, heirsUntilMs } of removed) {
      const place = places.get(point) as number;
      gone.add(place);
      let heir = place + 1;
      while (heir < row.length && (gone.has(heir) || row[heir]?.point.cloned !== true)) heir++;
      const old = row[heir];
      if (old !== undefined && old.point.atMs <= heirsUntilMs)
        bytes[heir] = Math.min(this.fullBytes, (bytes[heir] as number) + (bytes[place] as number));
    }
    return points.map(({ point }) => bytes[places.get(point) as number] as number);
  }

  private sized(old: OldPoint, storedBytes: number): RestorePoint {
    const { point, fromMs } = old;
    const { level } = point;
    // Every field by itself: there are many points, and with `...point` each would be made once more only to be copied.
    return newPoint({
      kind: point.kind,
      atMs: point.atMs,
      streamedMs: point.streamedMs,
      storedMs: point.storedMs,
      dueMs: point.dueMs,
      storedBytes,
      sentBytes: level === 'full' ? this.fullBytes : this.changedBetween(old.sentFromMs, point.atMs),
      level,
      changedSinceMs: level === 'differential' ? fromMs : null,
      fullBytes: this.fullBytes,
      good: this.isGood(point.atMs),
      cloned: point.cloned,
      flags: point.flags,
      periods: point.periods,
      pins: point.pins,
      stolen: false,
      event: this.world.startEvent,
    });
  }

  /** A copy beneath the hypervisor is worth nothing if the guest wrote when it was made, or a snapshot was open. */
  private isGood(atMs: number): boolean {
    if (!this.job.method.readsLiveDisk) return true;
    const isIdle = this.activity.multiplierAt(atMs) === 0;
    return this.vm.disks.every(({ writeRate, chain }) => (isIdle || writeRate === 0) && chain.every(({ createdMs }) => createdMs > atMs));
  }

  /** Stored bytes that a point takes by itself. */
  private takes(old: OldPoint, isOldest: boolean): number {
    return isWhole(old, isOldest) ? this.fullBytes : this.changed(old);
  }

  private changed({ fromMs, toMs }: OldPoint): number {
    return this.changedBetween(fromMs, toMs);
  }

  private changedBetween(fromMs: number, toMs: number): number {
    return this.stored((disk) => this.changedBytes(disk, fromMs, toMs));
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

/** A full made by block clone shares what is there; the oldest point has nobody to share with. */
function isWhole({ point }: OldPoint, isOldest: boolean): boolean {
  return point.kind === 'full' && (isOldest || !point.cloned);
}
