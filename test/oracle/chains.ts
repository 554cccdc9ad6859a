import { wantCopy } from './copies.ts';
import { noteAge } from './recovery.ts';
import { flag, wanted } from './retention.ts';
import { type Schedule, ticksBetween } from './schedule.ts';
import type { Chain, Job, Point, Repository, Vm, Work, World } from './world.ts';

/** What a job keeps of a VM; null where it copies nothing. */
export function chainOf(world: World, job: Job, vm: Vm): Chain | null {
  const { repository } = job;
  if (repository === null) return null;
  const found = world.chains.find((chain) => chain.job === job && chain.vm === vm && chain.copyOf === null);
  if (found) return found;
  return newChain(world, { job, vm, repository, mode: job.mode, retention: job.retention, account: job.account, copyOf: null });
}

/** An empty chain, which is there from now on. */
export function newChain(world: World, keys: Pick<Chain, 'job' | 'vm' | 'repository' | 'mode' | 'retention' | 'account' | 'copyOf'>): Chain {
  const made: Chain = { ...keys, newestCopied: null, points: [], transform: null, stolen: [], lostBases: new Set() };
  world.chains.push(made);
  return made;
}

export function newestFull({ points }: Chain): Point | undefined {
  return points.findLast(({ kind }) => kind === 'full');
}

/** Whether the schedule has had an instant after the run of one point was due, up to when that of another was. */
export function isOwed(world: World, schedule: Schedule | null, since: Point, dueMs: number): boolean {
  if (schedule === null) return false;
  const [fromMs, toMs] = [world.startUtcMs + since.dueMs + 1, world.startUtcMs + dueMs + 1];
  return ticksBetween(schedule, world.zone, fromMs, toMs).length > 0;
}

/** What a backup whose run was due then has to be, where it has a base. */
export function levelOf(world: World, chain: Chain, dueMs: number): 'full' | 'incremental' | 'differential' {
  const { mode, activeFull, differential } = chain.job;
  const full = newestFull(chain);
  if (mode === 'full' || full === undefined) return 'full';
  if (isOwed(world, activeFull, full, dueMs)) return 'full';
  const strong = chain.points.findLast(({ kind }) => kind === 'full' || kind === 'differential') ?? full;
  return isOwed(world, differential, strong, dueMs) ? 'differential' : 'incremental';
}

/** A point is complete: it takes its place by its moment, and the policy is applied. */
export function addPoint(world: World, chain: Chain, point: Point): void {
  noteAge(world, chain.vm);
  const { points } = chain;
  wantCopy(world, chain, point);
  const later = points.findIndex(({ momentMs }) => momentMs > point.momentMs);
  if (chain.mode === 'reverse' && point.kind === 'incremental') turnBack(points, point, later < 0);
  points.splice(later < 0 ? points.length : later, 0, point);
  if (point.kind === 'full') flag(world, chain, point);
  prune(world, chain);
}

/** The full takes an increment in and moves on to its moment; where it is already further, the increment leads back from there as it is. */
function turnBack(points: Point[], point: Point, isNewest: boolean): void {
  const full = points.at(-1);
  if (full === undefined) return;
  if (!isNewest) {
    point.kind = 'reverse';
    return;
  }
  const grownBytes = Math.min(point.bytes, Math.max(0, point.fullBytes - full.bytes));
  full.kind = 'reverse';
  point.kind = 'full';
  [full.bytes, point.bytes] = [point.bytes - grownBytes, full.bytes + grownBytes];
}

/** The points without which one is worth nothing. */
export function neededBy({ points }: Chain, point: Point): Point[] {
  const place = points.indexOf(point);
  if (point.kind === 'full') return [];
  if (point.kind === 'reverse') {
    const full = points.findIndex(({ kind }, index) => index > place && kind === 'full');
    return points.slice(place + 1, full + 1);
  }
  const full = points.findLastIndex(({ kind }, index) => index < place && kind === 'full');
  const differential = points.findLastIndex(({ kind }, index) => index < place && kind === 'differential');
  const base = points.slice(full, full + 1);
  if (point.kind === 'differential') return base;
  return differential > full ? [...base, ...points.slice(differential, place)] : points.slice(full, place);
}

/** Removes the points that are neither kept nor needed, unless a transform of the chain waits or runs. */
export function prune(world: World, chain: Chain): void {
  if (chain.transform !== null) return;
  const kept = wanted(world, chain);
  const stay = new Set([...kept].flatMap((point) => [point, ...neededBy(chain, point)]));
  const gone = chain.points.filter((one) => !stay.has(one));
  if (gone.length > 0) noteAge(world, chain.vm);
  const bytes = gone.reduce((sum, point) => sum + remove(world, chain, point), 0);
  if (gone.length > 0 && world.nowMs >= 0) enter(world, chain, 'removal', bytes).endedMs = world.nowMs;
}

/** Writes down what a repository does by itself. */
export function enter(world: World, { repository, job, vm }: Chain, kind: Work['kind'], bytes: number): Work {
  const entry: Work = { kind, repository: repository.name, job: job.name, vm: vm.name, startedMs: world.nowMs, endedMs: null, bytes };
  world.works.push(entry);
  return entry;
}

/** Where only references were changed, the blocks of what is removed live on in the next full made of them. */
export function remove(world: World, chain: Chain, point: Point): number {
  const { points, repository } = chain;
  const heir = points.slice(points.indexOf(point) + 1).find(({ isCloned }) => isCloned);
  const passedBytes = heir === undefined ? 0 : Math.min(point.bytes, Math.max(0, heir.fullBytes - heir.bytes));
  if (heir) heir.bytes += passedBytes;
  points.splice(points.indexOf(point), 1);
  // What was removed before the start has come back where removing is only counting references.
  const ripeMs = world.nowMs + repository.graceMs;
  const isHeld = repository.graceMs > 0 || repository.collection !== null;
  if (isHeld && !(world.nowMs < 0 && repository.blockClone)) {
    const untilMs = repository.collection === null ? ripeMs : Number.POSITIVE_INFINITY;
    repository.removed.push({ bytes: point.bytes - passedBytes, untilMs, ripeMs });
  }
  return point.bytes - passedBytes;
}

/** Gives back the space of what was removed long enough ago. True when there was some. */
export function reclaim(world: World): boolean {
  let happened = false;
  for (const repository of world.repositories) {
    const left = repository.removed.filter(({ untilMs }) => untilMs > world.nowMs);
    if (left.length === repository.removed.length) continue;
    repository.removed = left;
    happened = true;
  }
  return happened;
}

/** All that is stored and all that has not come back. */
export function heldBytes(world: World, repository: Repository): number {
  let bytes = 0;
  for (const chain of world.chains) if (chain.repository === repository) for (const point of chain.points) bytes += point.bytes;
  for (const { chain, takenBytes } of world.transforms) if (chain.repository === repository) bytes += takenBytes;
  for (const removed of repository.removed) bytes += removed.bytes;
  return bytes;
}
