import { reclaim } from './chains.ts';
import { copiesAhead, finishCopies } from './copies.ts';
import { faultsAhead } from './faults.ts';
import { advanceFeeds, feedAheadMs } from './feeds.ts';
import { grownLaw } from './laws.ts';
import { nextCleanupMs } from './left-behind.ts';
import { comeAndGo, comingsAndGoings } from './lifetimes.ts';
import { applyLimits, limitsAhead } from './limits.ts';
import { finishMerges, startMerges } from './merges.ts';
import { noteDamage } from './methods.ts';
import { isActive, isComplete, isRunning, solveRates, wishBytesPerMs } from './network.ts';
import { applyFaults, stallsAhead } from './outages.ts';
import { answerMs, applyPressure, crashGuests, crashMs, resumePaused } from './pressure.ts';
import { readWorld } from './read.ts';
import { noteAge } from './recovery.ts';
import { finishRestores, isRestoring, restoresAhead } from './restores.ts';
import { type OracleResult, resultOf } from './result.ts';
import { closeRuns, startQueuedRuns, tick, tickAfterOthers } from './runs.ts';
import { advanceSavings, saveAheadMs, writeBeforeHeld } from './savings.ts';
import { isTooSlow, scanWaiting } from './slots.ts';
import { deltaBytes, disksOf, freeBytes, growsInBase, growthWithin, isFull, notePeak, repositoryBytes } from './space.ts';
import { noteStuns } from './stuns.ts';
import { endStages, finishTransfers } from './tasks.ts';
import { askTransforms, finishTransforms, startTransforms } from './transforms.ts';
import { evenBytesPerMs, midnightFactor } from './units.ts';
import { collectPast, finishUpkeeps, upkeepAhead } from './upkeep.ts';
import type { Disk, Stream, Transfer, World } from './world.ts';
import { nextQuarterHour } from './zone.ts';

export type { OracleResult };

/**
 * Plays a scenario document in steps of at most `stepMs`, without any cleverness. Within a step all rates are constant;
 * a step is cut short where a transfer ends, something is due, or a datastore or repository fills up.
 */
export function integrate(scenario: unknown, options: { stepMs: number }): OracleResult {
  const world = readWorld(scenario, options.stepMs);
  const midnightsMs = world.zone.midnights(world.startUtcMs, world.startUtcMs + world.durationMs).map((utcMs) => utcMs - world.startUtcMs);
  collectPast(world);
  reclaim(world);
  record(world);
  for (const repository of world.repositories) repository.startUsedBytes = repositoryBytes(world, repository, 0);
  settle(world, false);
  record(world);
  while (world.nowMs < world.durationMs) {
    solve(world);
    setGrowth(world);
    const nextMidnightMs = midnightsMs.find((ms) => ms > world.nowMs) ?? Number.POSITIVE_INFINITY;
    advance(
      world,
      untilFull(world, Math.min(world.longestStepMs, nextMidnightMs - world.nowMs, eventAheadMs(world), saveAheadMs(world), feedAheadMs(world))),
    );
    record(world);
    if (world.nowMs === nextMidnightMs) {
      // READING: what is lost at midnight does not grow then.
      applyFaults(world);
      stepGrowth(world);
      record(world);
    }
    settle(world, false);
    record(world);
  }
  // At the last instant, too, a task may begin because the latency has fallen.
  solve(world);
  for (const vm of world.vms) noteAge(world, vm);
  return resultOf(world);
}

/** Sets the rates. Where that brings a latency down to what lets tasks begin again, they do so at once. */
function solve(world: World): void {
  for (;;) {
    const held = world.tasks.filter((task) => task.stage === 'queued' && isTooSlow(task));
    solveRates(world);
    if (held.every(isTooSlow)) return;
    settle(world, true);
  }
}

/** Lets everything happen that belongs to this instant, in the order of MODEL.md 1. */
function settle(world: World, hasTicked: boolean): void {
  // READING: at the end of the scenario everything but ticks is still processed, waiting tasks and queued runs may start.
  let ticked = hasTicked || world.nowMs >= world.durationMs;
  for (;;) {
    const completed = [
      reclaim(world),
      finishTransfers(world),
      finishMerges(world),
      finishCopies(world),
      finishTransforms(world),
      finishUpkeeps(world),
      finishRestores(world),
    ].includes(true);
    const changed = [applyPressure(world), applyFaults(world)].includes(true) || completed;
    const moved = [crashGuests(world), endStages(world), applyLimits(world), startMerges(world)].includes(true) || changed;
    closeRuns(world);
    if (moved || askTransforms(world) || resumePaused(world) || startQueuedRuns(world) || tickAfterOthers(world) || scanWaiting(world)) continue;
    if (!ticked && comeAndGo(world)) {
      // READING: what VMs take at their creation counts for a peak also where the ticks of the same instant make room.
      record(world);
      continue;
    }
    if (!ticked) {
      tick(world);
      ticked = true;
    } else if (!startTransforms(world)) return;
  }
}

/** What grows evenly, for the coming step. */
function setGrowth(world: World): void {
  // READING: a disk grows by the clock, whatever the activity and the served fraction.
  for (const disk of disksOf(world)) disk.grownBytesPerMs = isActive(disk.vm) ? evenBytesPerMs(disk.growth) : 0;
  for (const datastore of world.datastores)
    datastore.otherBytesPerMs = isFull(world, datastore) || datastore.isLost ? 0 : evenBytesPerMs(datastore.otherGrowth);
}

/** A local midnight: what grows by percentages takes its step, as far as a thin base or other data find space above the floor. */
function stepGrowth(world: World): void {
  for (const disk of disksOf(world)) {
    // READING: the workload of a paused VM goes on growing, though it writes nothing.
    const factor = midnightFactor(disk.writesGrowth);
    disk.law = grownLaw(disk.law, factor);
    disk.writeBytesPerSecond *= factor;
    if (disk.readsAsLargeAsWrites) disk.readBytesPerSecond = disk.writeBytesPerSecond;
  }
  for (const datastore of world.datastores) {
    let room = isFull(world, datastore) || datastore.isLost ? 0 : freeBytes(world, datastore, 0) - datastore.floorBytes;
    const take = (wanted: number): number => {
      if (wanted > room) datastore.cutOff = true;
      const taken = Math.min(wanted, room);
      room -= taken;
      return taken;
    };
    // READING: disks take their step in file order, other data comes last.
    for (const disk of disksOf(world).filter((one) => one.datastore === datastore && isRunning(one.vm))) {
      const wanted = Math.min(disk.usedBytes * (midnightFactor(disk.growth) - 1), disk.sizeBytes - disk.usedBytes);
      addGrowth(disk, disk.thin && growsInBase(disk) ? take(wanted) : wanted);
    }
    datastore.otherBytes += take(datastore.otherBytes * (midnightFactor(datastore.otherGrowth) - 1));
  }
}

/** Bytes that the guest newly uses: in the base, or in the delta where one is open. */
function addGrowth(disk: Disk, bytes: number): void {
  const top = disk.chain.at(-1);
  if (top && !growsInBase(disk)) top.growthBytes += bytes;
  else disk.baseGrowthBytes += bytes;
  disk.usedBytes += bytes;
}

/** Time to the next instant at which a rate may change or something is due. */
function eventAheadMs(world: World): number {
  const instants = [
    world.durationMs,
    ...copiesAhead(world),
    ...upkeepAhead(world),
    ...restoresAhead(world),
    ...comingsAndGoings(world),
    ...faultsAhead(world),
    ...stallsAhead(world),
  ];
  for (const datastore of world.datastores) instants.push(nextCleanupMs(world, datastore));
  for (const job of world.jobs) instants.push(...job.ticksMs.filter((ms) => ms > world.nowMs).slice(0, 1), ...limitsAhead(world, job));
  for (const task of world.tasks) if (task.dueMs !== null) instants.push(task.dueMs);
  for (const { untilMs } of world.repositories.flatMap(({ removed }) => removed)) if (untilMs > world.nowMs) instants.push(untilMs);
  for (const transfer of activeTransfers(world)) instants.push(world.nowMs + Math.ceil(transfer.leftBytes / transfer.bytesPerMs - 1e-6));
  for (const { cut, transfer } of movingStreams(world)) {
    if (cut && transfer) instants.push(world.nowMs + Math.ceil((transfer.leftBytes - cut.leftBytes) / transfer.bytesPerMs - 1e-6));
  }
  for (const vm of world.vms) {
    instants.push(crashMs(vm));
    if (answerMs(world, vm) > world.nowMs) instants.push(answerMs(world, vm));
    if (vm.activity.some((multiplier) => multiplier !== 1)) {
      instants.push(nextQuarterHour(world.startUtcMs + world.nowMs) - world.startUtcMs);
    }
  }
  return Math.max(1, Math.min(...instants) - world.nowMs);
}

function movingStreams(world: World): Stream[] {
  return world.tasks.flatMap(({ streams }) => streams).filter(({ stage, isHung }) => stage === 'moving' && !isHung);
}

function activeTransfers(world: World): Transfer[] {
  const backups = movingStreams(world).map(({ transfer }) => transfer);
  const merges = world.removals.map(({ merge }) => merge);
  const works = [...world.transforms, ...world.copies, ...world.upkeeps].map(({ work }) => work);
  const restores = world.restores.filter(isRestoring).flatMap(({ work }) => (work ?? []).map(({ transfer }) => transfer));
  return [...backups, ...merges, ...works, ...restores.filter((transfer) => !isComplete(transfer))].filter((transfer) => transfer !== null);
}

/** Cuts a step at the first millisecond at which a datastore or a repository reaches its limit, found by bisection. */
function untilFull(world: World, stepMs: number): number {
  let span = stepMs;
  const limits = [
    ...world.datastores
      .filter(({ isLost }) => !isLost)
      .map((datastore) => (aheadMs: number) => freeBytes(world, datastore, aheadMs) <= datastore.floorBytes),
    ...world.repositories.map((repository) => (aheadMs: number) => repositoryBytes(world, repository, aheadMs) >= repository.capacityBytes),
  ];
  for (const isReached of limits) {
    if (isReached(0) || !isReached(span)) continue;
    let before = 0;
    while (span - before > 1) {
      const middle = Math.floor((before + span) / 2);
      if (isReached(middle)) span = middle;
      else before = middle;
    }
  }
  return span;
}

function advance(world: World, spanMs: number): void {
  noteDamage(world);
  noteStuns(world, spanMs);
  writeBeforeHeld(world, (disk) => wishBytesPerMs(world, disk));
  advanceSavings(world, spanMs);
  for (const transfer of activeTransfers(world)) transfer.leftBytes = Math.max(0, transfer.leftBytes - transfer.bytesPerMs * spanMs);
  for (const disk of disksOf(world)) {
    addGrowth(disk, growthWithin(disk, spanMs));
    disk.writtenBytes += disk.writtenBytesPerMs * spanMs;
  }
  advanceFeeds(world, spanMs);
  for (const vm of world.vms) {
    if (vm.pausedSinceMs !== null) vm.pausedMs += spanMs;
    if (vm.isDown) vm.downMs += spanMs;
  }
  for (const datastore of world.datastores) {
    datastore.otherBytes += datastore.otherBytesPerMs * spanMs;
    // READING: the mean served fraction is over time, and 1 while nobody asks for anything.
    datastore.servedMs += datastore.servedFraction * spanMs;
  }
  world.nowMs += spanMs;
}

/** Takes note of peaks. Called before and after the events of every instant, so what is freed by them still counts. */
function record(world: World): void {
  for (const datastore of world.datastores) notePeak(world, datastore);
  for (const repository of world.repositories) repository.peakUsedBytes = Math.max(repository.peakUsedBytes, repositoryBytes(world, repository, 0));
  for (const vm of world.vms) {
    // READING: a delta that its task had to leave behind still counts as that task's.
    const open = vm.disks.flatMap(({ chain }) => chain).filter(({ wasHelper }) => !wasHelper);
    for (const task of new Set(open.map((delta) => delta.task))) {
      const bytes = open.reduce((sum, delta) => sum + (delta.task === task ? deltaBytes(delta, 0) : 0), 0);
      if (task) task.peakDeltaBytes = Math.max(task.peakDeltaBytes, bytes);
    }
  }
}
