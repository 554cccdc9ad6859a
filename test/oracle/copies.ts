/** Points that are copied to another repository (docs/model.md, "Repositories: full, established, other work", `copyTo`). */
import { addPoint, enter, newChain, prune } from './chains.ts';
import { list, named, type Section, section } from './document.ts';
import { isComplete } from './network.ts';
import { readRetention, readSchedule } from './read-job.ts';
import { type Schedule, ticksBetween } from './schedule.ts';
import { repositorySlotsTaken } from './slots.ts';
import { dropStolen } from './theft.ts';
import { ask } from './transforms.ts';
import { DAY_MS } from './units.ts';
import type { Chain, Copy, CopyTarget, Point, Repository, World } from './world.ts';
import type { Zone } from './zone.ts';

/** How far back a schedule is searched for its last instants. */
const PAST_DAYS = 62;

/** The copies of a repository's points, by its entry in the document. */
export function readCopyTarget(repository: unknown, world: World): CopyTarget | null {
  const { copyTo } = section(repository, 'repositories', null) as Section;
  if (copyTo === undefined) return null;
  const keys = section(copyTo, 'copyTo', ['repository', 'links', 'schedule', 'retention', 'account']);
  return {
    repository: named(world.repositories, keys.repository),
    links: list(keys.links).map((link) => named(world.links, link)),
    schedule: keys.schedule === undefined ? null : readSchedule(keys.schedule, 'copyTo.schedule', world.zone),
    retention: readRetention(keys.retention, 'copyTo.retention'),
    account: keys.account === undefined ? null : String(keys.account),
  };
}

/** Where the copies of a chain lie. */
function chainOfCopies(world: World, from: Chain, { repository, retention, account }: CopyTarget): Chain {
  const found = world.chains.find(({ copyOf }) => copyOf === from);
  if (found) return found;
  const mode = from.mode === 'reverse' ? 'forever-forward' : from.mode;
  return newChain(world, { job: from.job, vm: from.vm, repository, mode, retention, account: account ?? from.account, copyOf: from });
}

/** A point is complete: it is copied at once, or waits for the schedule. */
export function wantCopy(world: World, from: Chain, point: Point): void {
  const target = from.repository.copyTo;
  // READING: copies are not copied on.
  if (target === null || from.copyOf !== null) return;
  const { kind, bytes } = point;
  world.copies.push({
    from,
    point,
    kind,
    sentBytes: bytes,
    place: null,
    work: null,
    isWhole: false,
    momentMs: point.momentMs,
    onto: null,
    entry: null,
  });
  if (world.nowMs < 0) {
    // Before the start, copies were made in no time.
    const { zone, startUtcMs } = world;
    if (copyTicks(target.schedule, zone, startUtcMs).length === 0) storeAll(world, from);
  } else if (target.schedule === null) askNext(world, from);
}

/** Instants before the start at which points were copied. */
export function copyTicks(schedule: Schedule | null, zone: Zone, startUtcMs: number): number[] {
  return schedule === null ? [] : ticksBetween(schedule, zone, startUtcMs - PAST_DAYS * DAY_MS, startUtcMs);
}

/** Copies what waited of a chain when the schedule was due between two instants before the start. */
export function copyPast(world: World, from: Chain, fromUtcMs: number, toUtcMs: number): void {
  const schedule = from.repository.copyTo?.schedule ?? null;
  for (const utcMs of schedule === null ? [] : ticksBetween(schedule, world.zone, fromUtcMs, toUtcMs)) {
    world.nowMs = utcMs - world.startUtcMs;
    storeAll(world, from);
  }
}

function storeAll(world: World, from: Chain): void {
  const target = from.repository.copyTo;
  for (const copy of world.copies.filter((one) => one.from === from)) {
    if (target !== null) prepare(chainOfCopies(world, from, target), copy);
    store(world, copy, true);
  }
}

/** The next one of a chain is asked for when the one before it is done, also what has become complete meanwhile. */
function askNext(world: World, from: Chain): void {
  const next = world.copies.find((copy) => copy.from === from);
  if (next) next.place ??= world.begun++;
}

/** Asks for all that waits where a schedule is due at this instant. */
export function tickCopies(world: World): void {
  const utcMs = world.startUtcMs + world.nowMs;
  // READING: in the order in which the chains began.
  for (const from of world.chains) {
    const schedule = from.repository.copyTo?.schedule ?? null;
    if (schedule !== null && ticksBetween(schedule, world.zone, utcMs, utcMs + 1).length > 0) askNext(world, from);
  }
}

/** Instants after the present one at which points are copied. */
export function copiesAhead({ repositories, zone, startUtcMs, nowMs, durationMs }: World): number[] {
  return repositories.flatMap(({ copyTo }) => {
    const schedule = copyTo?.schedule ?? null;
    const ticks = schedule === null ? [] : ticksBetween(schedule, zone, startUtcMs + nowMs + 1, startUtcMs + durationMs);
    return ticks.slice(0, 1).map((utcMs) => utcMs - startUtcMs);
  });
}

/** Those that have been asked for. */
export function copiesWaiting({ copies }: World): Copy[] {
  return copies.filter(({ place }) => place !== null);
}

/** Begins one that waits, where both repositories have a slot for it. True when it does. */
export function startCopy(world: World, copy: Copy): boolean {
  const target = copy.from.repository.copyTo;
  if (target === null) return false;
  if ([copy.from.repository, target.repository].some((repository) => repositorySlotsTaken(world, repository) >= repository.slots)) return false;
  prepare(chainOfCopies(world, copy.from, target), copy);
  const workBytes = bytesOf(copy);
  // READING: of a replica that follows a stream the full is copied, of one that does so no more what it has come to.
  const isStreaming = world.tasks.some(({ stage, stored }) => stage === 'streaming' && stored?.point === copy.point);
  copy.momentMs = isStreaming ? copy.point.base.snapshotMs : copy.point.momentMs;
  copy.place = world.begun++;
  copy.work = { workBytes, leftBytes: workBytes, bytesPerMs: 0 };
  copy.entry = enter(world, copy.from, 'copy', workBytes);
  return true;
}

/** What it is written on top of, if it is not a full. */
function prepare({ points, newestCopied, lostBases }: Chain, copy: Copy): void {
  const full = points.findLast(({ kind }) => kind === 'full')?.base ?? null;
  // READING: where the full that a differential counts from is not a full yet, it needs what lies before it like an increment.
  const isEarly = (full?.snapshotMs ?? 0) < (copy.point.since?.snapshotMs ?? Number.NEGATIVE_INFINITY);
  if (copy.kind === 'differential' && isEarly) copy.kind = 'incremental';
  const base = copy.kind === 'differential' ? full : newestCopied;
  // READING: upon what has been stolen no copy is built either.
  copy.isWhole = points.length === 0 || base === null || lostBases.has(base);
  copy.onto = copy.isWhole || copy.kind === 'full' ? null : base;
}

function bytesOf({ isWhole, point, sentBytes }: Copy): number {
  return isWhole ? point.fullBytes : sentBytes;
}

/** What has been written of it. */
export function copiedBytes({ work }: Copy, aheadMs: number): number {
  return work === null ? 0 : work.workBytes - Math.max(0, work.leftBytes - work.bytesPerMs * aheadMs);
}

/** Ends those that have carried their last byte. True when there was one. */
export function finishCopies(world: World): boolean {
  const finished = world.copies.filter(({ work }) => work !== null && isComplete(work));
  finished.sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  for (const copy of finished) {
    if (copy.entry) copy.entry.endedMs = world.nowMs;
    store(world, copy, false);
    askNext(world, copy.from);
  }
  return finished.length > 0;
}

/** The copy is complete. */
function store(world: World, copy: Copy, isPast: boolean): void {
  const { from, point, kind, isWhole, momentMs, onto } = copy;
  const target = from.repository.copyTo;
  if (target === null) throw new Error('a copy goes somewhere');
  const to = chainOfCopies(world, from, target);
  world.copies.splice(world.copies.indexOf(copy), 1);
  const isLost = onto !== null && to.lostBases.has(onto);
  const { dueMs, fullBytes, base } = point;
  const made: Point = {
    momentMs,
    completeMs: world.nowMs,
    dueMs,
    kind: isWhole ? 'full' : kind,
    bytes: bytesOf(copy),
    fullBytes,
    isGood: point.isGood && !isLost,
    isCloned: false,
    firstOf: [],
    base,
    since: point.since,
  };
  if (!isLost && base.snapshotMs >= (to.newestCopied?.snapshotMs ?? base.snapshotMs)) to.newestCopied = base;
  addPoint(world, to, made);
  ask(world, to, made, isPast);
  // READING: what it held may go now.
  dropStolen(world, from);
  prune(world, from);
}

/** What writes to a repository that is full fails, and is tried again with the next point or instant. True when there was one. */
export function failCopies(world: World, repository: Repository): boolean {
  const failed = world.copies.filter(({ from, work }) => work !== null && !isComplete(work) && from.repository.copyTo?.repository === repository);
  for (const { from } of failed) {
    for (const copy of world.copies.filter((one) => one.from === from)) {
      copy.place = null;
      copy.work = null;
    }
    dropStolen(world, from);
  }
  return failed.length > 0;
}

/** What goes before its turn to be copied has come is not copied. */
export function forgetCopies(world: World, gone: Point[]): void {
  world.copies = world.copies.filter(({ place, point }) => place !== null || !gone.includes(point));
}

/** The points for which copies have been asked. */
export function beingCopied({ copies }: World): Point[] {
  return copies.flatMap(({ place, point }) => (place === null ? [] : [point]));
}

/** What waits to be copied can neither be removed nor merged. */
export function heldByCopies({ copies }: World, chain: Chain): Point[] {
  return copies.flatMap(({ from, point }) => (from === chain ? [point] : []));
}
