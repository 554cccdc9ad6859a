/** What repositories do for themselves by the clock: they collect what has been removed, and verify what they hold (docs/model.md, "Repositories"). */
import { heldBytes } from './chains.ts';
import { isComplete } from './network.ts';
import { type Schedule, ticksBetween } from './schedule.ts';
import { repositorySlotsTaken } from './slots.ts';
import type { Repository, Upkeep, World } from './world.ts';

const KINDS = ['garbage-collection', 'verification'] as const;

function scheduleOf(repository: Repository, kind: Upkeep['kind']): Schedule | null {
  return kind === 'verification' ? repository.verify : (repository.collection?.schedule ?? null);
}

function isDue(world: World, schedule: Schedule): boolean {
  const utcMs = world.startUtcMs + world.nowMs;
  return ticksBetween(schedule, world.zone, utcMs, utcMs + 1).length > 0;
}

/** Asks for what is due at this instant, where the one before is done. */
export function tickUpkeep(world: World): void {
  for (const repository of world.repositories) {
    for (const kind of KINDS) {
      const schedule = scheduleOf(repository, kind);
      if (schedule === null || !isDue(world, schedule)) continue;
      if (world.upkeeps.some((one) => one.repository === repository && one.kind === kind)) continue;
      world.upkeeps.push({ repository, kind, place: world.begun++, work: null, entry: null });
    }
  }
}

/** Instants after the present one at which something is due. */
export function upkeepAhead({ repositories, zone, startUtcMs, nowMs, durationMs }: World): number[] {
  return repositories.flatMap((repository) =>
    KINDS.flatMap((kind) => {
      const schedule = scheduleOf(repository, kind);
      const ticks = schedule === null ? [] : ticksBetween(schedule, zone, startUtcMs + nowMs + 1, startUtcMs + durationMs);
      return ticks.slice(0, 1).map((utcMs) => utcMs - startUtcMs);
    }),
  );
}

/** Begins one that waits, where its repository has a slot for it. True when it does. */
export function startUpkeep(world: World, upkeep: Upkeep): boolean {
  const { repository, kind } = upkeep;
  if (repositorySlotsTaken(world, repository) >= repository.slots) return false;
  // READING: all that takes space but what is being written, and the disks that a task has written while it goes on with others.
  const bytes = heldBytes(world, repository) + writtenDisks(world, repository);
  const workBytes = kind === 'verification' ? bytes : bytes * (repository.collection?.readShare ?? 1);
  upkeep.work = { workBytes, leftBytes: workBytes, bytesPerMs: 0 };
  upkeep.entry = { kind, repository: repository.name, job: '', vm: '', startedMs: world.nowMs, endedMs: null, bytes };
  world.works.push(upkeep.entry);
  return true;
}

function writtenDisks(world: World, repository: Repository): number {
  let bytes = 0;
  for (const { run, stage, streams } of world.tasks) {
    if (run.job.repository !== repository || stage !== 'transferring') continue;
    for (const stream of streams) if (stream.stage === 'done') bytes += (stream.transfer?.workBytes ?? 0) / run.job.reduction;
  }
  return bytes;
}

/** Ends those that have read their last byte. True when there was one. */
export function finishUpkeeps(world: World): boolean {
  const finished = world.upkeeps.filter(({ work }) => work !== null && isComplete(work));
  for (const { repository, kind, entry } of finished) {
    if (entry === null) continue;
    entry.endedMs = world.nowMs;
    if (kind === 'garbage-collection') collect(repository, entry.startedMs);
  }
  world.upkeeps = world.upkeeps.filter((upkeep) => !finished.includes(upkeep));
  return finished.length > 0;
}

/** Gives back what had been removed long enough before a collection began. */
function collect(repository: Repository, startedMs: number): void {
  repository.removed = repository.removed.filter(({ ripeMs }) => ripeMs > startedMs);
}

/** Before the start, collections were done as soon as they were due. */
export function collectPast(world: World): void {
  for (const repository of world.repositories) {
    if (repository.collection === null) continue;
    const { startUtcMs } = world;
    const past = ticksBetween(repository.collection.schedule, world.zone, startUtcMs - 62 * 86_400_000, startUtcMs);
    for (const utcMs of past) collect(repository, utcMs - startUtcMs);
  }
}
