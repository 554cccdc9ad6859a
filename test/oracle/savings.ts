import { uniqueBytes, uniquePerByte } from './laws.ts';
import type { Datastore, Disk, Saving, Stream, World } from './world.ts';

/** Into how many steps a copy is divided, at least, at steps of an hour: q and U change within them. */
const STEPS = 60;
const HOUR_MS = 3_600_000;

/** The streams whose disks are being copied while blocks are saved, with what is saved. */
export function savingStreams(world: World): { stream: Stream; saving: Saving }[] {
  const found: { stream: Stream; saving: Saving }[] = [];
  for (const { streams } of world.tasks) for (const stream of streams) if (stream.saving !== null) found.push({ stream, saving: stream.saving });
  return found;
}

/** Begins to save blocks of a disk whose copying begins. */
export function beginSaving(stream: Stream): void {
  const { disk, transfer, task } = stream;
  stream.saving = {
    law: disk.law,
    openedAtBytes: disk.writtenBytes,
    wholeBytes: Math.max(disk.usedBytes, transfer?.workBytes ?? 0),
    datastore: task.run.job.fleecing,
    fileBytes: 0,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    wishBytesPerMs: Number.POSITIVE_INFINITY,
  };
}

/** A guest is held from the millisecond after it has begun to write more: for that one it writes what it will. `wishOf` is what it would write now. */
export function writeBeforeHeld(world: World, wishOf: (disk: Disk) => number): void {
  for (const { stream, saving } of savingStreams(world)) {
    const { disk } = stream;
    const wish = wishOf(disk);
    if (disk.writtenFraction < 1 && wish > saving.wishBytesPerMs) disk.writtenBytes += wish - disk.writtenBytesPerMs;
    saving.wishBytesPerMs = wish;
  }
}

/**
 * Sets what the guests may write so that no more is to be saved than is copied, at the rates just solved.
 * True when the rates must be solved again.
 */
export function adjustSavings(world: World, patience: number): boolean {
  let changed = false;
  for (const { stream, saving } of savingStreams(world)) {
    const { disk, transfer } = stream;
    const writtenBytes = disk.writtenBytes - saving.openedAtBytes;
    const before = saving.bytesPerSecond;
    saving.bytesPerSecond = fractionLeft(world, stream, saving) * uniquePerByte(saving.law, writtenBytes) * disk.writtenBytesPerMs * 1000;
    if (saving.datastore !== null) {
      changed ||= Math.abs(before - saving.bytesPerSecond) > 1e-6 * saving.bytesPerSecond;
      continue;
    }
    const copied = (transfer?.bytesPerMs ?? 0) * 1000;
    const wanted = saving.bytesPerSecond > 0 ? Math.min(1, (disk.writtenFraction * copied) / saving.bytesPerSecond) : 1;
    changed ||= Math.abs(wanted - disk.writtenFraction) > 1e-6 * wanted;
    // Where the guest and the copy take from each other, half a step at a time settles what a whole one would not.
    disk.writtenFraction = patience > 4 ? Math.sqrt(wanted * disk.writtenFraction) : wanted;
  }
  return changed;
}

/** q, as it will be in the middle of a step. */
function fractionLeft(world: World, { transfer }: Stream, { wholeBytes }: Saving): number {
  if (transfer === null || wholeBytes === 0) return 0;
  return Math.max(transfer.leftBytes - (transfer.workBytes * shareOfStep(world)) / 2, transfer.leftBytes / 2) / wholeBytes;
}

/** What of a copy one step may be. */
function shareOfStep({ longestStepMs }: World): number {
  return longestStepMs / (STEPS * HOUR_MS);
}

/** The longest step that what is being saved allows. */
export function saveAheadMs(world: World): number {
  const spans = savingStreams(world).map(({ stream: { disk, transfer }, saving }) => {
    if (transfer === null || (saving.datastore === null && disk.writtenFraction === 1)) return Number.POSITIVE_INFINITY;
    return (transfer.workBytes / transfer.bytesPerMs) * shareOfStep(world);
  });
  return Math.max(1, Math.ceil(Math.min(...spans)));
}

/** What the file of saved blocks holds: the integral of q dU, q falling evenly over the time looked ahead. */
export function fileBytes({ disk, transfer }: Stream, saving: Saving, aheadMs: number): number {
  if (saving.datastore === null || transfer === null || saving.wholeBytes === 0) return saving.fileBytes;
  const writtenBytes = disk.writtenBytes - saving.openedAtBytes;
  const unique = uniqueBytes(saving.law, writtenBytes + disk.writtenBytesPerMs * aheadMs) - uniqueBytes(saving.law, writtenBytes);
  const left = transfer.leftBytes - Math.min(transfer.leftBytes, transfer.bytesPerMs * aheadMs) / 2;
  return saving.fileBytes + (unique * left) / saving.wholeBytes;
}

/** Must come before the transfers and the disks advance. */
export function advanceSavings(world: World, spanMs: number): void {
  for (const { stream, saving } of savingStreams(world)) saving.fileBytes = fileBytes(stream, saving, spanMs);
}

/** The streams with a file of saved blocks on a datastore. */
export function fleecingOn(world: World, datastore: Datastore): Stream[] {
  return savingStreams(world)
    .filter(({ saving }) => saving.datastore === datastore)
    .map(({ stream }) => stream);
}
