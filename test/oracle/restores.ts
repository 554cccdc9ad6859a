/** VMs that are taken back to a point (docs/model.md, "Repositories: full, established, other work"). */
import { neededBy, prune } from './chains.ts';
import { list, named, section } from './document.ts';
import { isComplete } from './network.ts';
import { repositorySlotsTaken } from './slots.ts';
import { dropStolen } from './theft.ts';
import type { Chain, Point, Restore, World } from './world.ts';
import { localMsOf } from './zone.ts';

export function readRestores(value: unknown, world: World): Restore[] {
  return list(value).map((entry, number) => {
    const keys = section(entry, `restores.${number}`, ['at', 'vm', 'repository', 'point']);
    const sinceStart = (time: unknown): number => world.zone.instant(localMsOf(time)) - world.startUtcMs;
    return {
      atMs: sinceStart(keys.at),
      vm: named(world.everyVm, keys.vm),
      repository: keys.repository === undefined ? null : named(world.repositories, keys.repository),
      notAfterMs: sinceStart(keys.point ?? keys.at),
      place: 0,
      source: null,
      work: null,
      startedMs: null,
      endedMs: null,
    };
  });
}

/** Looks for the points of the restores that are due; what finds none has failed. */
export function tickRestores(world: World): void {
  for (const restore of world.restores.filter(({ atMs }) => atMs === world.nowMs)) {
    restore.place = world.begun++;
    restore.source = newest(world, restore);
  }
}

/** The newest good point not after the moment that is wanted, of equals that of the repository that stands first in the file. */
function newest(world: World, { vm, repository, notAfterMs }: Restore): Restore['source'] {
  let found: Restore['source'] = null;
  // READING: nothing is written to a VM that is not there.
  if (!vm.isThere) return null;
  for (const place of world.repositories.filter((one) => repository === null || one === repository)) {
    for (const { chain, point } of pointsOn(world.chains.filter((one) => one.repository === place && one.vm === vm))) {
      if (!point.isGood || point.momentMs > notAfterMs || point.momentMs <= (found?.momentMs ?? Number.NEGATIVE_INFINITY)) continue;
      found = {
        chain,
        point,
        momentMs: point.momentMs,
        sourceBytes: point.fullBytes * chain.job.reduction,
        held: [point, ...neededBy(chain, point)],
      };
    }
  }
  return found;
}

function pointsOn(chains: Chain[]): { chain: Chain; point: Point }[] {
  return chains.flatMap((chain) => chain.points.map((point) => ({ chain, point })));
}

export function restoresWaiting(world: World): Restore[] {
  return world.restores.filter(({ source, work }) => source !== null && work === null);
}

export function isRestoring({ work, endedMs }: Restore): boolean {
  return work !== null && endedMs === null;
}

/** Begins one that waits, where its repository has a slot for it. True when it does. */
export function startRestore(world: World, restore: Restore): boolean {
  const { source, vm } = restore;
  if (source === null || repositorySlotsTaken(world, source.chain.repository) >= source.chain.repository.slots) return false;
  const usedBytes = vm.disks.reduce((sum, disk) => sum + disk.usedBytes, 0);
  restore.startedMs = world.nowMs;
  restore.work = vm.disks.map((disk) => {
    const workBytes = usedBytes === 0 ? 0 : (source.sourceBytes * disk.usedBytes) / usedBytes;
    return { disk, transfer: { workBytes, leftBytes: workBytes, bytesPerMs: 0 } };
  });
  return true;
}

/** Ends those whose disks have been written. True when there was one. */
export function finishRestores(world: World): boolean {
  const finished = world.restores.filter((restore) => isRestoring(restore) && restore.work?.every(({ transfer }) => isComplete(transfer)));
  for (const restore of finished) restore.endedMs = world.nowMs;
  // READING: what was held may go now, and whatever else the policy no longer keeps.
  for (const { source } of finished) if (source !== null) release(world, source.chain);
  return finished.length > 0;
}

function release(world: World, chain: Chain): void {
  dropStolen(world, chain);
  prune(world, chain);
}

export function restoresAhead({ restores, nowMs }: World): number[] {
  return restores.map(({ atMs }) => atMs).filter((ms) => ms > nowMs);
}

/** Stored bytes that have been read. */
export function restoredBytes({ source, work }: Restore): number {
  const bytes = (work ?? []).reduce((sum, { transfer }) => sum + transfer.workBytes - transfer.leftBytes, 0);
  return source === null ? 0 : bytes / source.chain.job.reduction;
}

/**
 * What restores read, or wait to read: a point, and all that it needed when the restore was asked for. READING: none of it can go or be merged, also where the
 * point becomes a full meanwhile.
 */
export function heldByRestores({ restores }: World, chain: Chain): Set<Point> {
  return new Set(restores.flatMap(({ source, endedMs }) => (source?.chain === chain && endedMs === null ? source.held : [])));
}
