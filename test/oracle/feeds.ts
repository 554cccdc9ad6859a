import { uniqueBytes } from './laws.ts';
import { noteAge } from './recovery.ts';
import type { Disk, Feed, Stream, Task, World } from './world.ts';

/** What is left counts as nothing below this. */
const LEAST_BYTES = 1e-3;

const LAST_BYTE = 1;

/** How often the lag is looked at within a step: it may be largest in the middle of one. */
const LOOKS = 16;

/** The streams that send, or will send, what guests write. */
export function feedingStreams(world: World): { stream: Stream; feed: Feed }[] {
  const found: { stream: Stream; feed: Feed }[] = [];
  for (const { streams } of world.tasks) for (const stream of streams) if (stream.feed !== null) found.push({ stream, feed: stream.feed });
  return found;
}

/** What the guest writes from now on belongs to the feed, which sends it when the copy is complete. */
export function openFeed({ disk }: Stream, nowMs: number): Feed {
  return {
    law: disk.law,
    stage: 'copying',
    backlogBytes: 0,
    bytesPerMs: 0,
    demandBytesPerSecond: 0,
    inStepAtBytes: disk.writtenBytes,
    sentMs: nowMs,
    history: [{ ms: nowMs, writtenBytes: disk.writtenBytes }],
  };
}

/** The copy of all disks is complete: what has been written since it began is the first backlog. */
export function startFeeds(world: World, task: Task): void {
  for (const { feed, disk } of task.streams) {
    if (feed === null) continue;
    feed.backlogBytes = uniqueBytes(feed.law, disk.writtenBytes - feed.inStepAtBytes);
    feed.stage = 'behind';
    feed.sentMs = writtenMs(feed, disk.writtenBytes - feed.backlogBytes, world.nowMs);
  }
  noteSent(world, task, world.nowMs);
}

/** Fits the feeds to the rates just solved: those in step ask for what is written, and fall behind where they do not get it. True when that changes. */
export function adjustFeeds(world: World): boolean {
  let changed = false;
  for (const { stream, feed } of feedingStreams(world)) {
    const { disk } = stream;
    const demand = disk.writtenBytesPerMs * 1000;
    if (feed.stage === 'in step' && Math.abs(demand - feed.demandBytesPerSecond) > 1e-9 * demand) changed = true;
    else if (feed.stage === 'in step' && feed.bytesPerMs * 1000 < demand * (1 - 1e-9)) {
      feed.stage = 'behind';
      feed.inStepAtBytes = disk.writtenBytes;
      feed.law = disk.law;
      changed = true;
    } else if (feed.stage === 'behind' && feed.backlogBytes <= LEAST_BYTES && feed.bytesPerMs * 1000 > demand) {
      feed.stage = 'in step';
      changed = true;
    }
    feed.demandBytesPerSecond = demand;
  }
  return changed;
}

/** Time until a feed has caught up. */
export function feedAheadMs(world: World): number {
  const spans = feedingStreams(world).map(({ stream, feed }) => {
    const gain = feed.bytesPerMs - stream.disk.writtenBytesPerMs;
    return feed.stage === 'behind' && gain > 0 ? feed.backlogBytes / gain : Number.POSITIVE_INFINITY;
  });
  return Math.max(1, Math.ceil(Math.min(...spans) - 1e-6));
}

/** Must come after the disks have advanced. */
export function advanceFeeds(world: World, spanMs: number): void {
  const feeding = world.tasks.filter(({ streams }) => streams.some(({ feed }) => feed !== null));
  const before = new Map(feedingStreams(world).map(({ feed }) => [feed, feed.backlogBytes]));
  for (const { stream, feed } of feedingStreams(world)) {
    const { writtenBytes, writtenBytesPerMs } = stream.disk;
    feed.history.push({ ms: world.nowMs + spanMs, writtenBytes });
    if (feed.stage !== 'behind') continue;
    const unsent = Math.max(0, feed.backlogBytes + (writtenBytesPerMs - feed.bytesPerMs) * spanMs);
    feed.backlogBytes = Math.min(unsent, uniqueBytes(feed.law, writtenBytes - feed.inStepAtBytes));
  }
  for (const task of feeding) {
    for (const share of looksAt(task, spanMs, before)) {
      for (const { feed, disk } of task.streams)
        if (feed !== null) feed.sentMs = sentMs(world, feed, disk, { spanMs, share, before: before.get(feed) ?? 0 });
      noteSent(world, task, world.nowMs + spanMs * share);
    }
  }
}

interface Look {
  spanMs: number;
  /** How far the step has come. */
  share: number;
  /** The backlog when it began. */
  before: number;
}

/** Where in a step the lag is looked at: evenly, and where the oldest unsent byte comes from a time at which the guest changed its pace. */
function looksAt({ streams }: Task, spanMs: number, before: Map<Feed, number>): number[] {
  const looks = [1];
  for (const { feed, disk } of streams) {
    if (feed?.stage !== 'behind') continue;
    for (let look = 1; look < LOOKS; look++) looks.push(look / LOOKS);
    const sent = disk.writtenBytes - feed.backlogBytes;
    const sentBefore = disk.writtenBytes - disk.writtenBytesPerMs * spanMs - (before.get(feed) ?? 0);
    for (const { writtenBytes } of feed.history) {
      if (writtenBytes > sentBefore && writtenBytes < sent) looks.push((writtenBytes - sentBefore) / (sent - sentBefore));
    }
  }
  return looks.sort((a, b) => a - b);
}

/** Up to which moment everything has been sent, somewhere within a step. */
function sentMs({ nowMs }: World, feed: Feed, { writtenBytes, writtenBytesPerMs }: Disk, { spanMs, share, before }: Look): number {
  if (feed.stage === 'copying') return feed.sentMs;
  const atMs = nowMs + spanMs * share;
  if (feed.stage === 'in step') return atMs;
  // The last byte counts too until it has been sent.
  const backlog = Math.max(LAST_BYTE, before + (feed.backlogBytes - before) * share);
  return writtenMs(feed, writtenBytes - writtenBytesPerMs * spanMs * (1 - share) - backlog, atMs);
}

/** When the guest had written so much, first in, first out. */
function writtenMs(feed: Feed, bytes: number, nowMs: number): number {
  // What was written before the copying began is no part of the feed, whatever rounding says.
  const last = Math.max(
    0,
    feed.history.findLastIndex((entry) => entry.writtenBytes <= bytes),
  );
  const [before, after] = [feed.history[last], feed.history[last + 1]];
  if (before === undefined || after === undefined) return nowMs;
  // A guest that has rested all the time has left nothing behind.
  if (after.writtenBytes <= before.writtenBytes) return nowMs;
  const share = Math.max(0, bytes - before.writtenBytes) / (after.writtenBytes - before.writtenBytes);
  return before.ms + share * (after.ms - before.ms);
}

/** The replica of a VM is as old as the oldest byte that one of its disks has not sent. */
function noteSent(world: World, { streams, stored, vm }: Task, nowMs: number): void {
  const sent = streams.flatMap(({ feed }) => (feed === null || feed.stage === 'copying' ? [] : [feed.sentMs]));
  if (sent.length === 0) return;
  const oldestMs = Math.min(...sent);
  vm.worstLagMs = Math.max(vm.worstLagMs ?? 0, Math.ceil(nowMs - oldestMs));
  if (stored === null) return;
  stored.point.momentMs = oldestMs;
  noteAge(world, vm, nowMs);
}
