/**
 * What becomes of chains: a finished task adds a point, the retention removes others at once, and when a run has read everything the chains are transformed
 * (MODEL 7): increments beyond the retention are merged into their full, synthetic fulls are made. A transform does not keep its run active.
 */
import type { Job, Run } from '../backup/run.ts';
import type { Task, WriteMark } from '../backup/task.ts';
import type { Vm } from '../estate/vm.ts';
import type { World } from '../world.ts';
import { Chain } from './chain.ts';
import { LevelSchedules, levelOf } from './levels.ts';
import { Merge } from './merge.ts';
import { type Level, NO_FLAGS, newPoint, type RestorePoint } from './point.ts';
import type { Repository } from './repository.ts';
import { SyntheticFull } from './synthetic-full.ts';

export class Chains {
  private readonly world: World;
  private readonly levels = new Map<Job, LevelSchedules>();
  /** Newest full of each job by disk: what differentials count from. */
  private readonly fullBases = new Map<Job, (WriteMark | undefined)[]>();

  constructor(world: World) {
    this.world = world;
  }

  /** A VM's chain on the repository of its job. */
  of(job: Job, vm: Vm): Chain {
    let chain = job.chains[vm.index];
    if (chain === undefined) {
      chain = this.register(this.make(job, vm));
      job.chains[vm.index] = chain;
    }
    return chain;
  }

  /** The chain of copies on another repository than the job's own. */
  copyOf(chain: Chain, target: Repository): Chain {
    return target.chains.get(chain.job.chainOf(chain.vm)) ?? this.register(this.makeCopy(chain, target));
  }

  /** An empty chain that is not on the repository yet. */
  make(job: Job, vm: Vm): Chain {
    const { mode, retention, account } = job.plan;
    return new Chain(job, vm, job.repository, mode, retention, account);
  }

  makeCopy(chain: Chain, target: Repository): Chain {
    const { copyTo } = chain.repository.plan;
    if (copyTo === null) throw new Error(`repository ${chain.repository.name} copies to nowhere`);
    // Copies are sent as increments also where the originals are turned back.
    const mode = chain.mode === 'reverse' ? 'forever-forward' : chain.mode;
    return new Chain(chain.job, chain.vm, target, mode, copyTo.retention, copyTo.account ?? chain.account);
  }

  /** What a task is to read; decided when its snapshot exists. */
  levelOf(task: Task): Level {
    const { job } = task.run;
    if (!job.method.copies) return 'full';
    return levelOf(task, this.of(job, task.vm), this.levelsOf(job), this.fullBasesOf(job));
  }

  levelsOf(job: Job): LevelSchedules {
    let levels = this.levels.get(job);
    if (levels === undefined) {
      levels = new LevelSchedules(job.plan, this.world.zone);
      this.levels.set(job, levels);
    }
    return levels;
  }

  /** Marks of the job's newest fulls by disk. */
  fullBasesOf(job: Job): (WriteMark | undefined)[] {
    let bases = this.fullBases.get(job);
    if (bases === undefined) {
      bases = [];
      this.fullBases.set(job, bases);
    }
    return bases;
  }

  /** A job does not know any more what it has read: the next backup of each VM reads everything. */
  forget(job: Job, event: number): void {
    job.bases.length = 0;
    this.fullBasesOf(job).length = 0;
    job.basesLostEvent = event;
  }

  /** The same for one VM, as far as the points of some moments are gone. */
  forgetPoints(job: Job, vm: Vm, gone: ReadonlySet<number>, event: number): void {
    for (const bases of [job.bases, this.fullBasesOf(job)]) {
      for (const { index } of vm.disks) {
        const base = bases[index];
        if (base === undefined || !gone.has(base.atMs)) continue;
        bases[index] = undefined;
        job.basesLostEvent = event;
      }
    }
  }

  /** All disks of a task are written: its point is complete. */
  completePoint(task: Task): void {
    const { kernel, recovery } = this.world;
    const { job } = task.run;
    const chain = this.of(job, task.vm);
    const point = newPoint({
      kind: task.level,
      atMs: task.snapshotMs as number,
      streamedMs: null,
      storedMs: kernel.nowMs,
      dueMs: task.run.dueMs,
      storedBytes: task.storedBytes,
      sentBytes: task.storedBytes,
      level: task.level,
      changedSinceMs: task.level === 'differential' ? this.fullMomentOf(task) : null,
      fullBytes: task.disks.reduce((sum, part) => sum + part.wholeBytes, 0) / job.plan.reduction,
      good: (task.outcome === 'success' || task.crashConsistent) && !task.baseStolen,
      cloned: false,
      flags: NO_FLAGS,
      periods: null,
      pins: 0,
      stolen: false,
      event: task.lastEvent,
    });
    task.point = point;
    if (task.level === 'full') this.noteFull(task);
    this.addPoint(chain, point);
    if (point.good) recovery.pointStored(task.vm, point.atMs, task.lastEvent);
  }

  /** A point is there: the retention looks at its chain, and a copy of it is due. */
  addPoint(chain: Chain, point: RestorePoint): void {
    chain.insert(point, this.world.zone);
    this.world.copies.pointAdded(chain, point);
    this.prune(chain, point.event);
  }

  /** A task has nothing more to read. After the last one of its run the chains are transformed. */
  transferOver(task: Task): void {
    const { run } = task;
    // Another attempt reads for it, also where a continuous backup had read its full long ago.
    if (task.stage !== 'ended' && this.world.runs.retryAt(task) !== null) {
      if (task.transferIsOver) run.openTransfers++;
      task.transferIsOver = false;
      return;
    }
    if (task.transferIsOver) return;
    task.transferIsOver = true;
    if (--run.openTransfers === 0) this.transform(run, task.lastEvent);
  }

  /** Removes what nothing keeps. */
  prune(chain: Chain, cause: number): void {
    const { kernel, log, recovery, storage, theft, zone } = this.world;
    theft.workEnded(chain);
    const gone = chain.removable(kernel.nowMs, zone);
    if (gone.length === 0) return;
    const bytes = takeOutOf(chain, gone);
    // Which they were: moments before the start are negative.
    const moments = gone.map(({ atMs }) => atMs).join(' ');
    const fields = { ...namesOf(chain), points: gone.length, moments, bytes: Math.floor(bytes) };
    const event = log.record(kernel.nowMs, 'points-removed', fields, [cause]);
    storage.prune(chain.repository, bytes, event);
    recovery.pointsRemoved(chain.vm, gone, event);
  }

  /** Asks for the next merge of a chain that has more points than its retention keeps. */
  merge(chain: Chain, cause: number): void {
    const { kernel, works, zone } = this.world;
    while (chain.mergeable(kernel.nowMs, zone) !== null) {
      const merge = new Merge(this.world, chain, cause);
      if (chain.repository.plan.blockClone) {
        if (!merge.atOnce()) return;
      } else {
        chain.beginTransform(chain.points.slice(0, 2));
        works.ask(merge);
        return;
      }
    }
  }

  /** A transform of a chain is over: what waited for it may go on. */
  release(chain: Chain, cause: number): void {
    chain.endTransform();
    this.prune(chain, cause);
    this.merge(chain, cause);
  }

  /** A transform cannot be done: the next run asks again. */
  giveUp(chain: Chain): void {
    chain.endTransform();
    this.world.theft.workEnded(chain);
  }

  /** Makes a full of a point out of what the repository holds. */
  synthesize(chain: Chain, point: RestorePoint, cause: number, noteFull: () => void): void {
    const { works } = this.world;
    const full = new SyntheticFull(this.world, chain, point, cause, noteFull);
    if (chain.repository.plan.blockClone) full.atOnce();
    else {
      chain.beginTransform(chain.neededBy(point));
      works.ask(full);
    }
  }

  /** A point has been copied to another repository, which transforms its chains as the first does. */
  transformCopy(chain: Chain, point: RestorePoint, cause: number): void {
    this.transformAfter(chain, point, cause, () => {});
  }

  private transform(run: Run, cause: number): void {
    for (const task of run.tasks) {
      if (task.point !== null) this.transformAfter(this.of(run.job, task.vm), task.point, cause, () => this.noteFull(task));
    }
  }

  private transformAfter(chain: Chain, point: RestorePoint, cause: number, noteFull: () => void): void {
    if (this.owesSyntheticFull(chain, point)) this.synthesize(chain, point, cause, noteFull);
    else this.merge(chain, cause);
  }

  private owesSyntheticFull(chain: Chain, point: RestorePoint): boolean {
    const { job, busy, points } = chain;
    if (job.plan.fullBackups?.kind !== 'synthetic' || busy || point.kind === 'full' || !point.good || !points.includes(point)) return false;
    return this.levelsOf(job).owesFull(chain, point.dueMs);
  }

  /** The moment since which a differential counts: the oldest of its disks' fulls. */
  private fullMomentOf(task: Task): number {
    const bases = this.fullBasesOf(task.run.job);
    return task.disks.reduce((oldest, { disk }) => Math.min(oldest, bases[disk.index]?.atMs ?? oldest), task.snapshotMs as number);
  }

  /** Differentials count from this task on. */
  private noteFull(task: Task): void {
    const bases = this.fullBasesOf(task.run.job);
    for (const { disk, mark } of task.disks) {
      const known = bases[disk.index];
      if (mark !== null && (known === undefined || mark.atMs > known.atMs)) bases[disk.index] = mark;
    }
  }

  private register(chain: Chain): Chain {
    chain.repository.chains.set(chain.job.chainOf(chain.vm), chain);
    this.world.recovery.chainAdded(chain);
    return chain;
  }
}

/** Who and where, for the log. */
export function namesOf(chain: Chain): { repository: string; job: string; vm: string } {
  return { repository: chain.repository.name, job: chain.job.name, vm: chain.vm.name };
}

/** Takes points out of their chain; returns the bytes that come back. */
export function takeOutOf(chain: Chain, gone: readonly RestorePoint[]): number {
  let bytes = 0;
  for (const point of gone) {
    const place = chain.takeOut(point);
    bytes += freedBy(point, chain.points, place);
  }
  return bytes;
}

/** What a point gives back when it goes: blocks that the next cloned full after it shares stay with that full. */
function freedBy(gone: RestorePoint, points: readonly RestorePoint[], place: number): number {
  const heir = points.find((point, index) => index >= place && point.cloned);
  if (heir === undefined) return gone.storedBytes;
  const inherited = Math.min(gone.storedBytes, Math.max(0, heir.fullBytes - heir.storedBytes));
  heir.storedBytes += inherited;
  return gone.storedBytes - inherited;
}
