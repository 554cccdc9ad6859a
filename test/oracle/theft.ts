/** Whoever has stolen an account deletes what it may (docs/faults.md, `stolen-account`). */
import { neededBy, remove } from './chains.ts';
import { beingCopied, forgetCopies } from './copies.ts';
import { cleanUp, disown } from './left-behind.ts';
import { noteAge } from './recovery.ts';
import { heldByRestores } from './restores.ts';
import type { Chain, Delta, Job, Point, World } from './world.ts';

export function robAccount(world: World, account: string | null): void {
  // READING: all goes at once, so that no age counts from a point that goes at the same instant.
  for (const vm of world.vms) noteAge(world, vm);
  for (const chain of world.chains.filter((one) => one.account === account)) robChain(world, chain);
  for (const job of world.jobs.filter((one) => one.account === account)) dropKept(world, job);
}

function robChain(world: World, chain: Chain): void {
  const { points, job, vm } = chain;
  const locked = lockedIn(world, chain);
  const stolen = points.filter((point) => !locked.has(point));
  for (const { base } of stolen) chain.lostBases.add(base);
  // READING: what is locked can be built upon: the next backup is a full where the point that it would build upon has gone.
  if (chain.copyOf === null && stolen.some(({ base }) => base === job.bases.get(vm))) job.bases.delete(vm);
  chain.stolen = stolen;
  forgetCopies(world, stolen);
  dropUnused(world, chain);
}

/** What is immutable now, and what that needs. */
export function lockedIn(world: World, chain: Chain): Set<Point> {
  const { points, repository } = chain;
  const immutable = points.filter(({ completeMs }) => world.nowMs < completeMs + repository.immutableMs);
  return new Set(immutable.flatMap((point) => [point, ...neededBy(chain, point)]));
}

/** What was stolen while a transform, a copy or a restore worked on it goes when that is done. */
export function dropStolen(world: World, chain: Chain): void {
  if (chain.stolen.length === 0) return;
  noteAge(world, chain.vm);
  dropUnused(world, chain);
}

/** The age of the newest point must have been noted. */
function dropUnused(world: World, chain: Chain): void {
  const copied = beingCopied(world).filter((point) => chain.points.includes(point));
  const used = new Set([
    ...usedByTransform(chain),
    ...heldByRestores(world, chain),
    ...copied.flatMap((point) => [point, ...neededBy(chain, point)]),
  ]);
  const gone = chain.points.filter((point) => chain.stolen.includes(point) && !used.has(point));
  chain.stolen = chain.stolen.filter((point) => used.has(point));
  for (const point of gone) remove(world, chain, point);
}

/** What a merge or a synthetic full that waits or runs reads or changes. */
function usedByTransform(chain: Chain): Set<Point> {
  const { transform } = chain;
  return new Set(transform === null ? [] : [transform.point, ...neededBy(chain, transform.point)]);
}

/** The snapshots that a job keeps are nobody's any more, and are removed like orphans. */
function dropKept(world: World, { kept }: Job): void {
  for (const [vm, tasks] of kept) {
    kept.delete(vm);
    const isKept = ({ task }: Delta): boolean => task !== null && tasks.includes(task);
    disown(vm, isKept);
    cleanUp(world, vm, isKept);
  }
}
