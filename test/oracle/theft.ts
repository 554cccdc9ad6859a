/** Whoever has stolen an account deletes what it may (docs/faults.md, `stolen-account`). */
import { dropStolen, neededBy } from './chains.ts';
import { noteAge } from './recovery.ts';
import { newTask } from './runs.ts';
import { leave } from './tasks.ts';
import type { Chain, Job, Point, World } from './world.ts';

export function robAccount(world: World, account: string | null): void {
  // READING: all goes at once, so that no age counts from a point that goes at the same instant.
  for (const vm of world.vms) noteAge(world, vm);
  for (const chain of world.chains.filter(({ job }) => job.account === account)) robChain(world, chain);
  for (const job of world.jobs.filter((one) => one.account === account)) dropKept(world, job);
}

function robChain(world: World, chain: Chain): void {
  const { points, repository, job, vm, transform } = chain;
  const immutable = points.filter(({ completeMs }) => world.nowMs < completeMs + repository.immutableMs);
  const locked = new Set(immutable.flatMap((point) => [point, ...neededBy(chain, point)]));
  const stolen = points.filter((point) => !locked.has(point));
  for (const { base } of stolen) chain.lostBases.add(base);
  // READING: what is locked can be built upon: the next backup is a full where the point that it would build upon has gone.
  if (stolen.some(({ base }) => base === job.bases.get(vm))) job.bases.delete(vm);
  // READING: a transform that still waits for its slot works on nothing yet, and is not made without its point.
  if (transform?.work === null && stolen.includes(transform.point)) {
    world.transforms.splice(world.transforms.indexOf(transform), 1);
    chain.transform = null;
  }
  const used = usedByTransform(chain);
  chain.stolen = stolen.filter((point) => !used.has(point));
  dropStolen(world, chain);
  chain.stolen = stolen.filter((point) => used.has(point));
}

/** What a merge or a synthetic full that runs reads or changes. */
function usedByTransform(chain: Chain): Set<Point> {
  const { transform } = chain;
  return new Set(transform === null || transform.work === null ? [] : [transform.point, ...neededBy(chain, transform.point)]);
}

/** Removes the snapshots that a job keeps, the oldest first, each by a removal of its own that belongs to no task of a run. */
function dropKept(world: World, job: Job): void {
  for (const [vm, tasks] of [...job.kept]) {
    job.kept.set(vm, []);
    for (const opener of tasks) {
      const remover = newTask(world, opener.run, vm, opener.attempt);
      world.tasks.push(remover);
      leave(world, remover, opener);
    }
  }
}
