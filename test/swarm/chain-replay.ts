/**
 * Chains of restore points told again from the log: which points there are after each event, what they stand on and what they take. Points from before the
 * start are not known one by one.
 */
import type { JobPlan, Plan } from '../../sim/index.ts';
import { allTasks, type FoundTask, keyOf } from './invariants/tasks.ts';
import type { LogEvent, Played } from './play.ts';

export interface ReplayedPoint {
  moment: number;
  kind: 'full' | 'incremental' | 'differential' | 'reverse';
  /** When it was complete. */
  atMs: number;
  /** The moment of the point that it cannot be without; null: none. */
  base: number | null;
}

export interface ReplayedChain {
  repository: string;
  job: JobPlan;
  /** In the order of their moments. */
  points: ReplayedPoint[];
}

/** Called for each event that changes a chain, with the points that went. */
export type Watch = (event: LogEvent, chain: ReplayedChain, gone: readonly ReplayedPoint[]) => void;

/** What each repository holds in finished points at the end, beyond what it held at the start; what was pruned and has not come back included. */
export function replayChains(played: Played, watch: Watch = () => {}): Map<string, number> {
  const replay = new Replay(played.plan, allTasks(played.plan, played.result), watch);
  for (const event of played.events) replay.take(event);
  return replay.held;
}

class Replay {
  readonly held = new Map<string, number>();
  private readonly plan: Plan;
  /** The attempts of each task. */
  private readonly tasks = new Map<string, FoundTask[]>();
  /** Which attempt of a task is under way, where it is not the first. */
  private readonly attempts = new Map<string, number>();
  private readonly chains = new Map<string, ReplayedChain>();
  private readonly watch: Watch;
  /** Transforms under way. */
  private readonly started = new Set<string>();

  constructor(plan: Plan, tasks: readonly FoundTask[], watch: Watch) {
    this.plan = plan;
    for (const found of tasks) this.tasks.set(found.key, [...(this.tasks.get(found.key) ?? []), found]);
    this.watch = watch;
  }

  take(event: LogEvent): void {
    if (event.kind === 'task-retried') this.attempts.set(keyOf(event.run, event.vm), event.attempt as number);
    else if (event.kind === 'transfer-ended') this.stored(event);
    else if (event.kind === 'points-removed' || event.kind === 'points-deleted') this.removed(event);
    else if (event.kind === 'space-reclaimed') this.change(String(event.repository), -(event.bytes as number));
    else if (event.kind === 'repository-work-started') this.workStarted(event);
    else if (event.kind === 'repository-work-ended') this.worked(event);
  }

  private worked(event: LogEvent): void {
    if (event.work === 'merge') this.merged(event);
    else if (event.work === 'synthetic-full') this.synthesized(event);
    else if (event.work === 'copy') this.copied(event);
  }

  private stored(event: LogEvent): void {
    const key = keyOf(event.run, event.vm);
    const attempt = this.attempts.get(key) ?? 1;
    const attempts = this.tasks.get(key) as FoundTask[];
    const { task, job } = attempts.find((found) => found.task.attempt === attempt) as FoundTask;
    if (job.repository === null) return;
    const chain = this.chainOf(job.repository, job, task.vm);
    this.change(job.repository, task.readBytes / job.reduction);
    this.add(chain, { moment: task.snapshotMs as number, kind: task.kind ?? 'full', atMs: event.atMs, base: null });
    if (job.mode === 'reverse' && task.kind !== 'full') turnBack(chain.points, task.snapshotMs as number);
    this.watch(event, chain, []);
  }

  private copied(event: LogEvent): void {
    const chain = this.chainOf(String(event.to), this.jobOf(event), String(event.vm));
    this.change(String(event.to), event.bytes as number);
    this.add(chain, { moment: event.moment as number, kind: event.as as ReplayedPoint['kind'], atMs: event.atMs, base: null });
    this.watch(event, chain, []);
  }

  private removed(event: LogEvent): void {
    const chain = this.chainOfEvent(event);
    const moments = String(event.moments).split(' ').map(Number);
    const gone: ReplayedPoint[] = [];
    for (const moment of moments) {
      // Of two points of one moment the one that was complete first.
      const point = chain.points.find((one) => one.moment === moment);
      if (point === undefined) continue;
      gone.push(point);
      chain.points = chain.points.filter((one) => one !== point);
    }
    const { gcGraceMs, garbageCollection } = this.plan.repositories.find(({ name }) => name === chain.repository) as Plan['repositories'][number];
    if (gcGraceMs === 0 && garbageCollection === null) this.change(chain.repository, -(event.bytes as number));
    this.watch(event, chain, gone);
  }

  private merged(event: LogEvent): void {
    const chain = this.chainOfEvent(event);
    const grown = this.started.delete(workOf(event)) ? 0 : (event.grownBytes as number);
    this.change(chain.repository, grown - (event.bytes as number));
    const next = chain.points.findIndex(({ kind, moment }) => kind === 'incremental' && moment === event.moment);
    const gone = next < 0 ? [] : chain.points.slice(Math.max(0, next - 1), next);
    chain.points = chain.points.filter((point) => !gone.includes(point));
    for (const point of chain.points) if (point.moment === event.moment) Object.assign(point, { kind: 'full', base: null });
    this.watch(event, chain, gone);
  }

  /** What a transform takes it takes at its start; by block clone it has none, and is over at once. */
  private workStarted(event: LogEvent): void {
    if (event.work !== 'merge' && event.work !== 'synthetic-full') return;
    this.change(String(event.repository), (event.work === 'merge' ? event.grownBytes : event.bytes) as number);
    this.started.add(workOf(event));
  }

  private synthesized(event: LogEvent): void {
    const chain = this.chainOfEvent(event);
    if (this.started.delete(workOf(event))) this.change(chain.repository, -(event.increment as number));
    // Of two points of one moment the log does not say which: the other one stands on it, or on what it stood on before, which stays as well.
    const place = chain.points.findLastIndex(({ moment }) => moment === event.moment);
    for (const twin of chain.points) if (twin.moment === event.moment && twin.base !== null) twin.base = twin.moment;
    if (place >= 0) Object.assign(chain.points[place] as ReplayedPoint, { kind: 'full', base: null });
    standOn(chain.points, place);
    this.watch(event, chain, []);
  }

  private add(chain: ReplayedChain, point: ReplayedPoint): void {
    const place = chain.points.findIndex(({ moment }) => moment > point.moment);
    const at = place < 0 ? chain.points.length : place;
    const before = chain.points.slice(0, at);
    if (point.kind === 'incremental') point.base = before.at(-1)?.moment ?? null;
    if (point.kind === 'differential') point.base = before.findLast(({ kind }) => kind === 'full')?.moment ?? null;
    const after = chain.points[at];
    // A run that began earlier has ended later: what came before stands on it now.
    if (after?.kind === 'incremental') after.base = point.moment;
    chain.points.splice(at, 0, point);
    if (point.kind === 'full') standOn(chain.points, at);
    // What leads back from a later full has what that overwrote, and so what this would have overwritten.
    const back = before.at(-1);
    if (point.kind === 'full' && back?.kind === 'reverse') back.base = point.moment;
  }

  private change(repository: string, bytes: number): void {
    this.held.set(repository, (this.held.get(repository) ?? 0) + bytes);
  }

  private jobOf(event: LogEvent): JobPlan {
    return this.plan.jobs.find(({ name }) => name === event.job) as JobPlan;
  }

  private chainOfEvent(event: LogEvent): ReplayedChain {
    return this.chainOf(String(event.repository), this.jobOf(event), String(event.vm));
  }

  private chainOf(repository: string, job: JobPlan, vm: string): ReplayedChain {
    const key = `${repository}/${job.name}/${vm}`;
    const known = this.chains.get(key);
    if (known !== undefined) return known;
    const made: ReplayedChain = { repository, job, points: [] };
    this.chains.set(key, made);
    return made;
  }
}

/** Differentials after a new full hold what has changed since an earlier one, and so since this. */
function standOn(points: readonly ReplayedPoint[], place: number): void {
  for (const point of points.slice(place + 1)) {
    if (point.kind === 'full') return;
    if (point.kind === 'differential') point.base = (points[place] as ReplayedPoint).moment;
  }
}

function workOf({ repository, job, vm, work }: LogEvent): string {
  return `${repository}/${job}/${vm}/${work}`;
}

/** In a reverse chain the newest point is the full, and the one before stands on it. */
function turnBack(points: ReplayedPoint[], moment: number): void {
  const place = points.findIndex((point) => point.moment === moment);
  const added = points[place] as ReplayedPoint;
  const newer = points[place + 1];
  Object.assign(added, newer === undefined ? { kind: 'full', base: null } : { kind: 'reverse', base: newer.moment });
  const former = points[place - 1];
  if (former !== undefined) Object.assign(former, { kind: 'reverse', base: moment });
}
