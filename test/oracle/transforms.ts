import { enter, isOwed, neededBy, newestFull, prune } from './chains.ts';
import { copiesWaiting, heldByCopies, startCopy } from './copies.ts';
import { willBeTriedAgain } from './merges.ts';
import { isComplete } from './network.ts';
import { heldByRestores, restoresWaiting, startRestore } from './restores.ts';
import { flag, wanted } from './retention.ts';
import { repositorySlotsTaken } from './slots.ts';
import { repositoryBytes } from './space.ts';
import { dropStolen } from './theft.ts';
import { startUpkeep } from './upkeep.ts';
import type { Chain, Point, Task, Transform, World } from './world.ts';

/** Asks for what the chains of runs that have read everything need. True when there was something. */
export function askTransforms(world: World): boolean {
  let happened = false;
  for (const run of world.jobs.flatMap(({ runs }) => runs)) {
    // READING: a run that has read everything again, after a further attempt or another VM, asks again for all its chains.
    const reads = !run.tasks.every(hasRead);
    if (reads || run.hasAsked) {
      run.hasAsked = !reads;
      continue;
    }
    run.hasAsked = true;
    // A later attempt stores a later point of the same chain.
    const newest = new Map(run.tasks.flatMap(({ stored }) => (stored === null ? [] : [[stored.chain, stored.point] as const])));
    for (const [chain, point] of newest) happened = ask(world, chain, point) || happened;
  }
  return happened;
}

/** Whether neither a task nor a further attempt can read anything more. */
function hasRead(task: Task): boolean {
  if (task.stage === 'ended') return task.retryAtMs === null;
  return ['streaming', 'removing', 'consolidating'].includes(task.stage) && !willBeTriedAgain(task);
}

/** Asks for the transform that follows a point, or makes it at once: before the start, and where only references change. True when there was one. */
export function ask(world: World, chain: Chain, made: Point, isPast = false): boolean {
  if (chain.transform !== null) return false;
  const point = next(world, chain, made);
  if (point === null) return false;
  if (isPast || chain.repository.blockClone) {
    // A cloned full needs no room, a merge that makes its full grow does.
    if (!isPast && chain.mode === 'forever-forward' && !hasRoom(world, chain, grownBytes(chain, point))) {
      dropStolen(world, chain);
      prune(world, chain);
      return true;
    }
    if (!isPast) {
      notePeak(world, chain, point);
      enter(world, chain, chain.mode === 'forever-forward' ? 'merge' : 'synthetic-full', point.bytes).endedMs = world.nowMs;
    }
    change(world, chain, point);
    ask(world, chain, made, isPast);
  } else {
    chain.transform = { chain, point, place: world.begun++, work: null, readsPerByte: 1, takenBytes: 0, entry: null };
    world.transforms.push(chain.transform);
  }
  return true;
}

/** READING: what a merge takes counts before what it gives back, also where both are one instant. */
function notePeak(world: World, chain: Chain, point: Point): void {
  const { mode, repository } = chain;
  if (mode !== 'forever-forward') return;
  repository.peakUsedBytes = Math.max(repository.peakUsedBytes, repositoryBytes(world, repository, 0) + grownBytes(chain, point));
}

/** By what the oldest full grows when it takes in a point. */
function grownBytes({ points }: Chain, point: Point): number {
  return Math.max(0, point.fullBytes - (points[0]?.bytes ?? 0));
}

function hasRoom(world: World, { repository }: Chain, bytes: number): boolean {
  return repositoryBytes(world, repository, 0) + bytes <= repository.capacityBytes;
}

/** The full that shall take in the increment next to it, or the point that shall become a full. */
function next(world: World, chain: Chain, made: Point): Point | null {
  const { points, job, mode } = chain;
  const [first, second] = points;
  if (mode === 'forever-forward') {
    if (first?.kind !== 'full' || second?.kind !== 'incremental') return null;
    const kept = wanted(world, chain);
    // What is immutable can neither lose its moment nor its own increment.
    const isFixed = world.nowMs < second.completeMs + chain.repository.immutableMs || heldByCopies(world, chain).includes(second);
    return kept.has(first) || isFixed ? null : second;
  }
  const full = newestFull(chain);
  if (full === undefined || made.kind === 'full' || !points.includes(made)) return null;
  return isOwed(world, job.syntheticFull, full, made.dueMs) ? made : null;
}

/** Begins those that find a slot and room, first come, first served. True when anything happened. */
export function startTransforms(world: World): boolean {
  let happened = false;
  const waiting = [...world.transforms, ...world.upkeeps, ...copiesWaiting(world), ...restoresWaiting(world)].filter(({ work }) => work === null);
  for (const one of waiting.sort((a, b) => (a.place ?? 0) - (b.place ?? 0))) {
    if ('from' in one) happened = startCopy(world, one) || happened;
    else if ('chain' in one) happened = startTransform(world, one) || happened;
    else happened = ('vm' in one ? startRestore(world, one) : startUpkeep(world, one)) || happened;
  }
  return happened;
}

function startTransform(world: World, transform: Transform): boolean {
  const { chain, point } = transform;
  const { repository } = chain;
  if (repositorySlotsTaken(world, repository) >= repository.slots) return false;
  const [first] = chain.points;
  const merges = chain.mode === 'forever-forward';
  const needBytes = merges ? grownBytes(chain, point) : point.fullBytes;
  // READING: a merge whose full a restore has come to hold meanwhile is given up like one that does not fit.
  const isHeld = merges && first !== undefined && heldByRestores(world, chain).has(first);
  if (isHeld || !hasRoom(world, chain, needBytes)) {
    end(world, transform);
    dropStolen(world, chain);
    prune(world, chain);
    return true;
  }
  const workBytes = merges ? point.bytes : point.fullBytes;
  const readBytes = [point, ...neededBy(chain, point)].reduce((sum, { bytes }) => sum + bytes, 0);
  transform.work = { workBytes, leftBytes: workBytes, bytesPerMs: 0 };
  transform.readsPerByte = merges || workBytes === 0 ? 1 : readBytes / workBytes;
  transform.takenBytes = needBytes;
  transform.entry = enter(world, chain, merges ? 'merge' : 'synthetic-full', workBytes);
  return true;
}

function end(world: World, transform: Transform): void {
  world.transforms.splice(world.transforms.indexOf(transform), 1);
  transform.chain.transform = null;
}

/** Ends the transforms that have carried their last byte. True when there was one. */
export function finishTransforms(world: World): boolean {
  const finished = world.transforms.filter(({ work }) => work !== null && isComplete(work));
  for (const transform of finished) {
    const { chain, point } = transform;
    end(world, transform);
    if (transform.entry) transform.entry.endedMs = world.nowMs;
    change(world, chain, point);
    // READING: one merge follows another; a full that a later run has owed meanwhile is owed to the run after that.
    if (chain.mode === 'forever-forward') ask(world, chain, point);
  }
  return finished.length > 0;
}

/** A point is a full from now on: the oldest one has taken it in and holds its moment, or it stands by itself. */
function change(world: World, chain: Chain, point: Point): void {
  if (chain.mode === 'forever-forward') point.bytes = Math.max(chain.points.shift()?.bytes ?? 0, point.fullBytes);
  else if (chain.repository.blockClone) point.isCloned = true;
  else point.bytes = point.fullBytes;
  point.kind = 'full';
  flag(world, chain, point);
  dropStolen(world, chain);
  prune(world, chain);
}
