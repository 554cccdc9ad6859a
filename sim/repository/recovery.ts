/** What can be restored: the good points of each VM at every instant, how old the newest has been at worst, and which of them survive a loss. */
import type { CdpStream } from '../backup/cdp-stream.ts';
import type { Task } from '../backup/task.ts';
import type { Vm } from '../estate/vm.ts';
import type { LagStretch } from '../findings/rules/rpo-missed.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { heldMoment, type RestorePoint } from './point.ts';
import type { RecoveryChanges, Why } from './recovery-changes.ts';
import { StreamAges } from './stream-ages.ts';

/** A good restore point as somebody sees it who has to restore. */
export interface GoodPoint {
  /** The moment whose state it holds. */
  atMs: number;
  kind: RestorePoint['kind'] | 'snapshot';
  job: string;
  /** Null: it is a snapshot on the datastores of the VM. */
  repository: string | null;
  /** Who may delete it; null: nobody in particular. */
  account: string | null;
}

/** A datastore or a repository with all that is on it, or an account whose rights somebody else has. */
export interface Loss {
  kind: 'datastore' | 'repository' | 'account';
  name: string;
}

/** A VM's newest good point, and the longest that it has been without a newer one. */
interface Age {
  newestMs: number | null;
  worstMs: number;
}

export class Recovery {
  private readonly world: World;
  private readonly chains = new Map<Vm, Chain[]>();
  private readonly ages: Age[] = [];
  /** Of VMs with several continuous backups. */
  private readonly streamAges = new StreamAges();
  /** Tells of every change; null: nobody wants to know. */
  changes: RecoveryChanges | null = null;

  constructor(world: World) {
    this.world = world;
  }

  chainAdded(chain: Chain): void {
    const known = this.chains.get(chain.vm);
    if (known === undefined) this.chains.set(chain.vm, [chain]);
    else known.push(chain);
  }

  chainsOf(vm: Vm): readonly Chain[] {
    return this.chains.get(vm) ?? [];
  }

  /** Points of a VM have changed otherwise; `event` is the log's. Call it where that is known, before the books change. */
  touch(vm: Vm, why: Why, event: number): void {
    this.changes?.touch(vm, why, event);
  }

  /** A good point from before the start; of several the newest counts. */
  pointKnown(vm: Vm, atMs: number): void {
    this.world.conditions.rpos.pointKnown(vm, atMs);
    const age = this.ageOf(vm);
    if (age.newestMs === null || atMs > age.newestMs) age.newestMs = atMs;
  }

  /** A continuous backup streams: how its lag has changed. A stream that has nothing to bring up to date makes nothing newer. */
  lagChanged(stream: CdpStream, stretch: LagStretch): void {
    const { task } = stream.part;
    const { vm } = task;
    if (replicaOf(task) === null) return;
    this.world.conditions.rpos.lagChanged(stream, stretch);
    const age = this.ageOf(vm);
    const sinceMs = sinceOf(vm, age, stretch.toMs);
    const streaming = vm.activeTasks.filter((one) => one.disks.some((part) => part.stream !== null) && replicaOf(one) !== null);
    if (streaming.some((one) => one !== task)) {
      this.streamAges.add(stream, stretch);
      age.worstMs = Math.max(age.worstMs, this.streamAges.worst(streaming, sinceMs));
    } else age.worstMs = Math.max(age.worstMs, worstOn(stretch, sinceMs));
  }

  /** A continuous backup of a VM is stopped: its replica stays where it has been brought to; `event` is the log's. */
  streamEnds(task: Task, event: number): void {
    const replica = replicaOf(task);
    if (replica === null) return;
    const { kernel, conditions } = this.world;
    this.changes?.touch(task.vm, 'stream-ended', event);
    const atMs = kernel.nowMs - (lagOf(task, kernel.nowMs) ?? 0);
    task.run.job.chains[task.vm.index]?.bringTo(replica, atMs);
    conditions.rpos.streamsEnd(task, atMs, event);
    this.becomesAvailable(task.vm, atMs, event);
    this.streamAges.forget(task);
  }

  /** A good point of the moment `atMs` has become available; `event` is the log's. */
  pointStored(vm: Vm, atMs: number, event: number): void {
    this.changes?.touch(vm, 'stored', event);
    this.becomesAvailable(vm, atMs, event);
  }

  private becomesAvailable(vm: Vm, atMs: number, event: number): void {
    this.settleStreams(vm);
    this.world.conditions.rpos.pointStored(vm, atMs, event);
    const { nowMs } = this.world.kernel;
    const age = this.ageOf(vm);
    age.worstMs = Math.max(age.worstMs, this.newestAgeAt(vm, nowMs));
    if (age.newestMs === null || atMs > age.newestMs) age.newestMs = atMs;
  }

  /** The retention has removed points of a VM; `event` is the log's. */
  pointsRemoved(vm: Vm, gone: readonly RestorePoint[], event: number): void {
    this.changes?.touch(vm, 'pruned', event);
    const { newestMs } = this.ageOf(vm);
    // Older ones change no age.
    if (gone.some(({ good, atMs }) => good && atMs === newestMs)) this.recount(vm, event);
  }

  /** Points of a VM are gone, or worth nothing any more; `event` is the log's. */
  pointsLost(vm: Vm, event: number): void {
    this.changes?.touch(vm, 'lost', event);
    this.recount(vm, event);
    const { conditions } = this.world;
    for (const task of vm.activeTasks) if (task.run.job.method.continuous && replicaOf(task) === null) conditions.rpos.replicaLost(task);
  }

  /** The stretches of lags end where what they are compared with changes. */
  private settleStreams(vm: Vm): void {
    for (const { run, disks } of vm.activeTasks) {
      if (run.job.method.continuous) for (const { stream } of disks) stream?.account(this.world.kernel.nowMs);
    }
  }

  private recount(vm: Vm, event: number): void {
    // Of a VM that is deleted the age is what it was then.
    if (vm.deletedAtMs !== null) return;
    this.settleStreams(vm);
    const { nowMs } = this.world.kernel;
    const age = this.ageOf(vm);
    age.worstMs = Math.max(age.worstMs, this.newestAgeAt(vm, nowMs));
    const left = this.pointsOf(vm, nowMs).map(({ atMs }) => atMs);
    age.newestMs = left.length === 0 ? null : Math.max(...left);
    this.world.conditions.rpos.pointsLost(vm, age.newestMs, event);
  }

  /** Age of the newest good point; without any the time since the VM was there, in the scenario. A VM that is not there has no age. */
  newestAgeAt(vm: Vm, nowMs: number): number {
    let ageMs = (vm.deletedAtMs ?? nowMs) - sinceOf(vm, this.ages[vm.index], nowMs);
    for (const task of vm.activeTasks) {
      if (task.run.job.method.continuous && replicaOf(task) !== null) ageMs = Math.min(ageMs, lagOf(task, nowMs) ?? ageMs);
    }
    return ageMs;
  }

  /** The largest age that the newest good point has had up to an instant. */
  worstAgeUntil(vm: Vm, nowMs: number): number {
    return Math.ceil(Math.max(this.ageOf(vm).worstMs, this.newestAgeAt(vm, nowMs)));
  }

  /** The points that can be restored at an instant, or could be after a loss; in the order of chains, oldest first. */
  pointsOf(vm: Vm, nowMs: number, after: Loss | null = null): GoodPoint[] {
    return [...this.chainsOf(vm).flatMap((chain) => this.pointsIn(chain, nowMs, after)), ...this.snapshotsOf(vm, after)];
  }

  /** The moment to which a point takes its VM back: a continuous backup brings its replica up to now, but for its lag. */
  momentOf({ job, vm, repository }: Chain, point: RestorePoint, nowMs: number): number {
    const streams = job.method.continuous && repository === job.repository;
    const task = streams ? vm.activeTasks.find((one) => one.run.job === job && one.point?.atMs === point.atMs) : undefined;
    const lagMs = task === undefined ? null : lagOf(task, nowMs);
    return lagMs === null ? heldMoment(point) : nowMs - lagMs;
  }

  /** How many moments a VM can be taken back to. */
  momentsOf(vm: Vm, nowMs: number): number {
    return this.newestAndCount(vm, nowMs).count;
  }

  /** The newest moment that a VM can be taken back to, or could be after a loss, null: there is none; and how many there are. */
  newestAndCount(vm: Vm, nowMs: number, after: Loss | null = null): { newestMs: number | null; count: number } {
    const chains = this.chainsOf(vm);
    const [chain] = chains;
    // Nearly all VMs have one chain that nothing streams to, and nothing else, so that this is what takes time: it needs no lists.
    if (chain !== undefined && chains.length === 1 && !chain.job.method.continuous && this.keepersOf(vm).length === 0) {
      return newestAndCountIn(chain, nowMs, after);
    }
    const points = this.pointsOf(vm, nowMs, after);
    return { newestMs: newestOf(points), count: countMoments(points) };
  }

  /** Of each thing whose loss would touch a VM's disks or points, how many moments it could still be taken back to. */
  survivalOf(vm: Vm, nowMs: number): Record<string, number> {
    const survives: Record<string, number> = {};
    for (const loss of this.lossesOf(vm)) survives[keyOf(loss)] = this.newestAndCount(vm, nowMs, loss).count;
    return survives;
  }

  /** The things whose loss would touch a VM's disks or points, each once. */
  lossesOf(vm: Vm): Loss[] {
    const losses: Loss[] = [];
    for (const { datastore } of vm.disks) addOnce(losses, 'datastore', datastore.name);
    for (const { repository } of this.chainsOf(vm)) addOnce(losses, 'repository', repository.name);
    for (const { account } of this.chainsOf(vm)) addOnce(losses, 'account', account);
    for (const { plan } of this.keepersOf(vm)) addOnce(losses, 'account', plan.account);
    return losses;
  }

  /** Jobs that keep snapshots of a VM. */
  keepersOf(vm: Vm): World['jobs'] {
    return this.world.jobs.filter((job) => !job.method.copies && job.keptSnapshots(vm).length > 0);
  }

  private pointsIn(chain: Chain, nowMs: number, after: Loss | null): GoodPoint[] {
    const { points, repository, account, job } = chain;
    if (isLost(chain, after)) return [];
    const locked = lockedAfter(chain, nowMs, after);
    const seen = { job: job.name, repository: repository.name, account };
    return points
      .filter((point, index) => point.good && (locked === null || locked[index]))
      .map((point): GoodPoint => ({ atMs: this.momentOf(chain, point, nowMs), kind: point.kind, ...seen }));
  }

  private snapshotsOf(vm: Vm, after: Loss | null): GoodPoint[] {
    return this.keepersOf(vm)
      .filter(({ plan }) => !(after?.kind === 'account' && after.name === plan.account))
      .filter(() => !(after?.kind === 'datastore' && vm.disks.some(({ datastore }) => datastore.name === after.name)))
      .flatMap((job) => job.keptSnapshots(vm).map((task) => ({ task, job })))
      .map(({ task, job }) => ({ atMs: task.snapshotMs as number, kind: 'snapshot', job: job.name, repository: null, account: job.plan.account }));
  }

  private ageOf(vm: Vm): Age {
    let age = this.ages[vm.index];
    if (age === undefined) {
      age = { newestMs: null, worstMs: 0 };
      this.ages[vm.index] = age;
    }
    return age;
  }
}

/** As results name it. */
export function keyOf({ kind, name }: Loss): string {
  return `${kind}:${name}`;
}

/** Moments of points by job: copies of one point count once. */
export function countMoments(points: readonly GoodPoint[]): number {
  return new Set(points.map(({ job, atMs }) => `${atMs} ${job}`)).size;
}

function addOnce(losses: Loss[], kind: Loss['kind'], name: string | null): void {
  if (name !== null && !losses.some((loss) => loss.kind === kind && loss.name === name)) losses.push({ kind, name });
}

/** The chain goes with its repository. */
function isLost({ repository }: Chain, after: Loss | null): boolean {
  return after?.kind === 'repository' && after.name === repository.name;
}

/** Of a chain whose account is stolen, which points nobody can delete; null: the loss does not touch it. */
function lockedAfter(chain: Chain, nowMs: number, after: Loss | null): readonly boolean[] | null {
  return after?.kind === 'account' && after.name === chain.account ? chain.locked(nowMs) : null;
}

/** Of a chain that nothing streams to. */
function newestAndCountIn(chain: Chain, nowMs: number, after: Loss | null): { newestMs: number | null; count: number } {
  let newestMs: number | null = null;
  let count = 0;
  if (isLost(chain, after)) return { newestMs, count };
  const locked = lockedAfter(chain, nowMs, after);
  const { points } = chain;
  for (let i = 0; i < points.length; i++) {
    const { good, atMs } = points[i] as RestorePoint;
    // They stand in the order of their moments.
    if (!good || atMs === newestMs || locked?.[i] === false) continue;
    newestMs = atMs;
    count++;
  }
  return { newestMs, count };
}

/** The newest moment of some points; null: there are none. */
export function newestOf(points: readonly GoodPoint[]): number | null {
  return points.length === 0 ? null : points.reduce((newest, { atMs }) => Math.max(newest, atMs), Number.NEGATIVE_INFINITY);
}

/** Age of such a moment at an instant; without any the time since the VM was there, in the scenario. Null: the VM does not exist. */
export function ageOfNewest(vm: Vm, newestMs: number | null, nowMs: number): number | null {
  return vm.exists ? nowMs - (newestMs ?? vm.createdAtMs ?? 0) : null;
}

/** The good point that a continuous backup keeps up to date; null: there is none any more. */
function replicaOf({ point, run: { job }, vm }: Task): RestorePoint | null {
  if (point === null) return null;
  return job.chains[vm.index]?.points.findLast(({ atMs, good }) => good && atMs === point.atMs) ?? null;
}

/** Age of the oldest write that a continuous backup has not sent; null: it does not stream. Looking changes nothing. */
function lagOf({ disks }: Task, nowMs: number): number | null {
  let worst: number | null = null;
  for (const { stream } of disks) if (stream !== null) worst = Math.max(worst ?? 0, Math.ceil(stream.lagAt(nowMs)));
  return worst;
}

/** From when the age of a VM counts. */
function sinceOf(vm: Vm, age: Age | undefined, nowMs: number): number {
  return age?.newestMs ?? (vm.bornMs === null ? 0 : (vm.createdAtMs ?? nowMs));
}

/** The largest that the lesser of a lag and an age has been; the age is that of a moment. While the lag is less it stays so, as it grows no faster. */
function worstOn({ fromMs, fromLagMs, toMs, toLagMs }: LagStretch, sinceMs: number): number {
  const above = fromLagMs - (fromMs - sinceMs);
  const below = toMs - sinceMs - toLagMs;
  const worst = Math.max(Math.min(fromLagMs, fromMs - sinceMs), Math.min(toLagMs, toMs - sinceMs));
  if (above <= 0 || below <= 0) return worst;
  return Math.max(worst, fromMs + (above / (above + below)) * (toMs - fromMs) - sinceMs);
}
