/** The copy of one point to another repository: read there, sent over the links, written here. */
import type { EventKind } from '../events.ts';
import type { EventFields } from '../kernel/log.ts';
import type { World } from '../world.ts';
import type { Chain } from './chain.ts';
import { namesOf } from './chains.ts';
import { type Level, NO_FLAGS, newPoint, type RestorePoint } from './point.ts';
import type { Repository, Writer } from './repository.ts';
import { NO_FLOWS, type Work, type WorkFlow } from './works.ts';

export class Copy implements Work, Writer {
  readonly repositories: readonly [Repository, Repository];
  flows = NO_FLOWS;
  event = 0;
  private readonly world: World;
  private readonly chain: Chain;
  private readonly point: RestorePoint;
  private readonly target: Repository;
  private bytes = 0;
  private level: Level = 'full';
  /** What it is written on top of, where it is not a full. */
  private base: RestorePoint | null = null;
  /** How far a stream had brought the point when this began: what has come since is not in here. */
  private streamedMs: number | null = null;

  constructor(world: World, chain: Chain, point: RestorePoint, target: Repository) {
    this.world = world;
    this.chain = chain;
    this.point = point;
    this.target = target;
    this.repositories = [chain.repository, target];
  }

  begin(): readonly WorkFlow[] {
    const { chains } = this.world;
    const { repository } = this.chain;
    // The first copy is a full, whatever the original is; so is one that has nothing left to stand on.
    const copied = chains.copyOf(this.chain, this.target);
    copied.newestCopied ??= copied.newest ?? null;
    this.base = copied.newestCopied;
    this.level = copied.points.length === 0 || this.base === null || this.base.stolen ? 'full' : this.point.level;
    this.bytes = this.level === 'full' ? this.point.fullBytes : this.point.sentBytes;
    this.streamedMs = this.point.streamedMs;
    this.event = this.record('repository-work-started', { bytes: Math.ceil(this.bytes) }, this.point.event);
    this.target.otherWriters.add(this);
    this.target.spaceDirty = true;
    const links = repository.copyLinks.map((resource) => ({ resource, perByte: 1 }));
    const devices = [
      { resource: repository.device, perByte: repository.readCost },
      { resource: this.target.device, perByte: this.target.writeCost },
    ];
    return [{ bytes: this.bytes, cap: Number.POSITIVE_INFINITY, uses: [...devices, ...links] }];
  }

  end(): void {
    const { chains, storage, copies, recovery, kernel } = this.world;
    this.target.otherWriters.delete(this);
    storage.take(this.target, this.bytes);
    const copied = chains.copyOf(this.chain, this.target);
    const kind = this.kindIn(copied);
    this.event = this.record('repository-work-ended', { bytes: Math.ceil(this.bytes), as: kind }, this.event);
    // What it stands on may have been stolen since it began: it is worth nothing then.
    const isLost = this.level !== 'full' && this.base?.stolen === true;
    const point = newPoint({
      ...this.point,
      good: this.point.good && !isLost,
      kind,
      level: this.level,
      streamedMs: this.streamedMs,
      periods: null,
      storedMs: kernel.nowMs,
      storedBytes: this.bytes,
      sentBytes: this.bytes,
      cloned: false,
      flags: NO_FLAGS,
      pins: 0,
      stolen: false,
      event: this.event,
    });
    if (!isLost && point.atMs >= (copied.newestCopied?.atMs ?? point.atMs)) copied.newestCopied = point;
    recovery.touch(this.chain.vm, 'copied', this.event);
    chains.addPoint(copied, point);
    this.letGo();
    chains.transformCopy(copied, point, this.event);
    copies.next(this.chain);
  }

  writtenBytes(): number {
    const { network } = this.world;
    for (const flow of this.flows.values()) return this.bytes - network.remainingOf(flow);
    return 0;
  }

  rate(): number {
    const { network } = this.world;
    for (const flow of this.flows.values()) return network.rateOf(flow);
    return 0;
  }

  /** The target is full: what was written goes, and the point goes on waiting. */
  fail(cause: number): void {
    this.world.storage.notePeak(this.target);
    this.target.otherWriters.delete(this);
    this.target.spaceDirty = true;
    this.record('repository-work-refused', { neededBytes: Math.ceil(this.bytes) }, cause);
    this.chain.copying = false;
    this.world.works.cancel(this);
    this.world.theft.workEnded(this.chain);
  }

  /** A differential needs the full since which it counts, or a later one; where there is none it stands on all that came before, as an increment does. */
  private kindIn(copied: Chain): Level {
    const { changedSinceMs } = this.point;
    if (this.level !== 'differential' || changedSinceMs === null) return this.level;
    const full = copied.points.findLast((point) => point.kind === 'full' && point.atMs < this.point.atMs && !point.stolen);
    return full !== undefined && full.atMs >= changedSinceMs ? 'differential' : 'incremental';
  }

  /** The original is no longer held for this copy. */
  private letGo(): void {
    this.point.pins--;
    this.chain.uncopied.shift();
    this.chain.copying = false;
    this.world.chains.prune(this.chain, this.event);
  }

  private record(kind: EventKind, fields: EventFields, cause: number): number {
    const { log, kernel } = this.world;
    return log.record(kernel.nowMs, kind, { ...namesOf(this.chain), work: 'copy', to: this.target.name, moment: this.point.atMs, ...fields }, [
      cause,
    ]);
  }
}
