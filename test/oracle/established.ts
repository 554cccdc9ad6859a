import { activityAt, expectedWrites, fullBytes, tracksChanges } from './activity.ts';
import { addPoint, chainOf, levelOf } from './chains.ts';
import { copyPast, copyTicks } from './copies.ts';
import { uniqueBytes } from './laws.ts';
import type { Retention } from './retention.ts';
import { type Schedule, ticksBefore, ticksBetween } from './schedule.ts';
import { ask } from './transforms.ts';
import { DAY_MS } from './units.ts';
import type { Base, Job, Point, Repository, Vm, World } from './world.ts';
import type { Zone } from './zone.ts';

/** Periods of the options other than `last`, as far as the past is played back. */
const PERIOD_DAYS = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 };

/** How far back a schedule of fulls is searched for its last instant. */
const FULL_DAYS = 32;

/** The state that successful runs before the start have left behind: base, V since it, and a steady chain. */
export function establish(job: Job, vm: Vm, schedule: Schedule, world: World): void {
  const ticks = earlierTicks(job, schedule, world);
  const nowMs = world.nowMs;
  const marks = marksAt(vm, ticks, world);
  ticks.forEach((tick, index) => {
    world.nowMs = tick - world.startUtcMs;
    succeedAt(job, vm, world, marks[index] ?? new Map());
    const chain = chainOf(world, job, vm);
    if (chain !== null) copyPast(world, chain, tick, ticks[index + 1] ?? world.startUtcMs);
  });
  world.nowMs = nowMs;
}

/** UTC instants, oldest first (docs/model.md, "Repositories: full, established, other work"). */
function earlierTicks({ repository, retention: own, activeFull, syntheticFull }: Job, schedule: Schedule, { zone, startUtcMs }: World): number[] {
  const retention = widest(own, repository?.copyTo?.retention);
  const places = [repository, repository?.copyTo?.repository].filter((place) => place != null);
  // READING: a job that keeps none of the newest as such has two ticks nevertheless.
  const newest = ticksBefore(schedule, zone, startUtcMs, Math.max(1, retention.last) + 1);
  const days = Object.entries(PERIOD_DAYS).reduce((sum, [option, length]) => {
    const count = retention[option as keyof typeof PERIOD_DAYS];
    return sum + (count > 0 ? (count + 1) * length : 0);
  }, 0);
  const heldMs = Math.max(0, ...places.flatMap((place) => [place.immutableMs, graceMs(place, zone, startUtcMs)]));
  const copied = copyTicks(repository?.copyTo?.schedule ?? null, zone, startUtcMs).at(-2);
  const waitedMs = copied === undefined ? 0 : startUtcMs - copied;
  const back = (newest[0] ?? startUtcMs) - days * DAY_MS - heldMs - waitedMs;
  const full = activeFull ?? syntheticFull;
  const fulls = full === null ? [] : ticksBetween(full, zone, back - FULL_DAYS * DAY_MS, back + 1);
  const fromMs = fulls.length > 0 ? Math.max(...fulls) : back;
  return [...ticksBetween(schedule, zone, fromMs, newest[0] ?? startUtcMs), ...newest];
}

/** What had been removed too late for the last collection is still there. */
function graceMs({ collection, graceMs: wantedMs }: Repository, zone: Zone, startUtcMs: number): number {
  const collected = collection === null ? undefined : ticksBetween(collection.schedule, zone, startUtcMs - FULL_DAYS * DAY_MS, startUtcMs).at(-1);
  return wantedMs + (collected === undefined ? 0 : startUtcMs - collected);
}

/** READING: of each option the larger count. */
function widest(one: Retention, other: Retention | undefined): Retention {
  const counts = Object.entries(one).map(([option, count]) => {
    const more = other?.[option as keyof Retention];
    return [option, typeof count === 'number' && typeof more === 'number' ? Math.max(count, more) : count];
  });
  return Object.fromEntries(counts);
}

/** Where V of each disk stood at those instants. Summed up from the start back: what has not been written since the last of them is nothing, whatever rounding says. */
function marksAt({ disks }: Vm, ticks: number[], { zone, startUtcMs }: World): Base['marks'][] {
  const marks: Base['marks'][] = ticks.map(() => new Map());
  for (const disk of disks) {
    let writtenBytes = 0;
    for (let index = ticks.length - 1; index >= 0; index--) {
      writtenBytes -= expectedWrites(disk, zone, ticks[index] ?? startUtcMs, ticks[index + 1] ?? startUtcMs);
      marks[index]?.set(disk, { writtenBytes, law: disk.law });
    }
  }
  return marks;
}

function succeedAt(job: Job, vm: Vm, world: World, marks: Base['marks']): void {
  const chain = chainOf(world, job, vm);
  const tickUtcMs = world.startUtcMs + world.nowMs;
  const previous = job.bases.get(vm);
  const base = { snapshotMs: world.nowMs, marks, fullBytes: vm.disks.reduce((sum, disk) => sum + fullBytes(job, disk), 0) };
  job.bases.set(vm, base);
  if (chain === null) return;
  const kind = previous === undefined || job.method === 'direct-disk' || !tracksChanges(job, vm) ? 'full' : levelOf(world, chain, world.nowMs);
  const since = kind === 'differential' ? chain.points.findLast((point) => point.kind === 'full')?.base : previous;
  let sourceBytes = 0;
  for (const disk of vm.disks) {
    const writtenBytes = (marks.get(disk)?.writtenBytes ?? 0) - (since?.marks.get(disk)?.writtenBytes ?? 0);
    sourceBytes += kind === 'full' ? fullBytes(job, disk) : Math.min(uniqueBytes(disk.law, writtenBytes) * job.cbtOverhead, disk.usedBytes);
  }
  const point: Point = {
    momentMs: world.nowMs,
    completeMs: world.nowMs,
    dueMs: world.nowMs,
    kind,
    bytes: sourceBytes / job.reduction,
    fullBytes: base.fullBytes / job.reduction,
    isGood: job.method !== 'direct-disk' || isUndisturbed(vm, tickUtcMs, world),
    isCloned: false,
    firstOf: [],
    base,
    since: since ?? null,
  };
  addPoint(world, chain, point);
  ask(world, chain, point, true);
}

/** Whether nothing has spoilt a copy of an instant before the start that was taken beneath the hypervisor. */
function isUndisturbed(vm: Vm, utcMs: number, { zone }: World): boolean {
  if (zone.local(utcMs).getTime() >= vm.snapshotSinceLocalMs) return false;
  return activityAt(vm, zone, utcMs) === 0 || vm.disks.every(({ writeBytesPerSecond }) => writeBytesPerSecond === 0);
}
