/**
 * `rpo-missed`: the newest good restore point of a VM is older than its `rpo` allows. Without any it counts from the later of start and creation. A
 * continuous job that streams has a point as old as its lag, that of its slowest disk.
 */
import type { CdpStream } from '../../backup/cdp-stream.ts';
import type { Task } from '../../backup/task.ts';
import type { Vm } from '../../estate/vm.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const rpoMissed: Rule = {
  id: 'rpo-missed',
  severity: 'error',
  subject: 'vm',
  raisedBy: ['point-too-old'],
  subjectField: 'vm',
  evidence: ['rpoMs', 'ageMs'],
};

/** Since when there is nothing new enough, and the log event of the point, or the creation, that has grown too old, or of the lag. */
interface Miss {
  sinceMs: number;
  event: number;
}

/** A stream's lag is more than is allowed. */
interface Overdue extends Miss {
  worstLagMs: number;
}

/** A stretch over which a lag changes evenly. */
export interface LagStretch {
  fromMs: number;
  fromLagMs: number;
  toMs: number;
  toLagMs: number;
}

export class MissedRpos {
  private readonly world: World;
  /** The newest good point of each VM; `miss`: it was too old itself when it came. */
  private readonly newest = new Map<Vm, { atMs: number; event: number; miss: Miss | null }>();
  /** The streams of each VM by their tasks; null: in time. */
  private readonly streams = new Map<Vm, Map<Task, Map<CdpStream, Overdue | null>>>();

  constructor(world: World) {
    this.world = world;
  }

  /** A good point from before the start; of several the newest counts. */
  pointKnown(vm: Vm, atMs: number): void {
    const known = this.newest.get(vm);
    if (vm.rpoMs !== null && (known === undefined || known.atMs < atMs)) this.newest.set(vm, { atMs, event: this.world.startEvent, miss: null });
  }

  /** A good point of the moment `atMs` has become available; `event` is the log's. */
  pointStored(vm: Vm, atMs: number, event: number): void {
    if (vm.rpoMs === null) return;
    const now = this.world.kernel.nowMs;
    const known = this.newest.get(vm);
    if (known !== undefined && known.atMs >= atMs) return;
    const miss = this.missOf(vm, vm.rpoMs, now);
    const isNew = now - atMs <= vm.rpoMs;
    if (miss !== null && isNew) this.tell(vm, vm.rpoMs, miss, now);
    this.newest.set(vm, { atMs, event, miss: isNew ? null : miss });
  }

  /** Points are gone: the newest that is left is of the moment `atMs`; null: none is left. */
  pointsLost(vm: Vm, atMs: number | null, event: number): void {
    if (vm.rpoMs === null) return;
    const { nowMs } = this.world.kernel;
    const fromMs = atMs ?? vm.createdAtMs ?? 0;
    const miss = this.missOf(vm, vm.rpoMs, nowMs) ?? (nowMs - fromMs > vm.rpoMs ? { sinceMs: nowMs, event } : null);
    this.newest.set(vm, { atMs: fromMs, event, miss });
  }

  /** A continuous backup streams: how its lag has changed. The first stretch of a stream is its first moment. */
  lagChanged(stream: CdpStream, stretch: LagStretch): void {
    const { task } = stream.part;
    const { vm } = task;
    const { rpoMs } = vm;
    if (rpoMs === null) return;
    const ofTask = this.streamsOf(vm, task);
    const over = ofTask.get(stream);
    const { toMs, toLagMs } = stretch;
    const isLate = toLagMs > rpoMs;
    if (over && isLate) {
      over.worstLagMs = Math.max(over.worstLagMs, toLagMs);
      return;
    }
    if (over === null && !isLate) return;
    const atMs = over === undefined ? toMs : crossingMs(stretch, rpoMs);
    const miss = this.missOf(vm, rpoMs, atMs);
    const ageMs = this.ageAt(vm, atMs);
    ofTask.set(stream, isLate ? { sinceMs: atMs, event: stream.lagEvent || task.lastEvent, worstLagMs: toLagMs } : null);
    if (miss === null) return;
    const inTime = this.overdueOf(vm) === null;
    if (inTime) this.observe(vm, { rpoMs, ageMs }, miss, atMs);
    this.carry(vm, inTime ? null : miss);
  }

  /** A continuous backup is stopped: from now on what it has sent so far is a point of the moment `atMs`; `event` is the log's. */
  streamsEnd(task: Task, atMs: number, event: number): void {
    const { vm } = task;
    if (vm.rpoMs === null) return;
    const miss = this.missOf(vm, vm.rpoMs, this.world.kernel.nowMs);
    this.streams.get(vm)?.delete(task);
    const known = this.pointOf(vm);
    this.newest.set(vm, atMs > known.atMs ? { atMs, event, miss } : { ...known, miss });
  }

  /** What a continuous backup brings up to date is gone, and with it that the VM is in time; to be told after `pointsLost`. */
  replicaLost(task: Task): void {
    this.streams.get(task.vm)?.delete(task);
  }

  /** It is deleted: nobody wants it back. */
  deleted(vm: Vm): void {
    this.settle(vm, this.world.kernel.nowMs);
  }

  finish(): void {
    for (const vm of this.world.vms) if (vm.exists) this.settle(vm, null);
  }

  private settle(vm: Vm, untilMs: number | null): void {
    if (vm.rpoMs === null) return;
    const miss = this.missOf(vm, vm.rpoMs, this.world.kernel.nowMs);
    if (miss !== null) this.tell(vm, vm.rpoMs, miss, untilMs);
  }

  private missOf(vm: Vm, rpoMs: number, nowMs: number): Miss | null {
    const known = this.newest.get(vm);
    if (known !== undefined && known.miss !== null) return known.miss;
    const { atMs: fromMs, event } = this.pointOf(vm);
    if (nowMs - fromMs <= rpoMs) return null;
    const miss = { sinceMs: Math.max(0, fromMs + rpoMs), event };
    if (!this.isStreaming(vm)) return miss;
    const overdue = this.overdueOf(vm);
    return overdue !== null && overdue.sinceMs > miss.sinceMs ? { sinceMs: overdue.sinceMs, event: overdue.event } : overdue && miss;
  }

  /** The newest point; without any, its creation or the start. */
  private pointOf(vm: Vm): { atMs: number; event: number } {
    return this.newest.get(vm) ?? { atMs: vm.createdAtMs ?? 0, event: vm.createdEvent || this.world.startEvent };
  }

  private carry(vm: Vm, miss: Miss | null): void {
    const { atMs, event } = this.pointOf(vm);
    this.newest.set(vm, { atMs, event, miss });
  }

  private isStreaming(vm: Vm): boolean {
    return (this.streams.get(vm)?.size ?? 0) > 0;
  }

  private streamsOf(vm: Vm, task: Task): Map<CdpStream, Overdue | null> {
    const ofVm = this.streams.get(vm) ?? new Map<Task, Map<CdpStream, Overdue | null>>();
    this.streams.set(vm, ofVm);
    const ofTask = ofVm.get(task) ?? new Map<CdpStream, Overdue | null>();
    ofVm.set(task, ofTask);
    return ofTask;
  }

  /** Since when no continuous backup of the VM is in time: each has a disk that is late. Null: one is in time, or there is none. */
  private overdueOf(vm: Vm): Overdue | null {
    let latest: Overdue | null = null;
    for (const streams of this.streams.get(vm)?.values() ?? []) {
      const late = [...streams.values()].filter((over) => over !== null);
      if (late.length === 0) return null;
      const sinceMs = Math.min(...late.map((over) => over.sinceMs));
      const first = late.find((over) => over.sinceMs === sinceMs) as Overdue;
      const worstLagMs = Math.max(...late.map((over) => over.worstLagMs));
      if (latest === null || sinceMs > latest.sinceMs) latest = { sinceMs, event: first.event, worstLagMs };
    }
    return latest;
  }

  /** Age of the newest point, or how late its streams have been at worst if that is less. */
  private ageAt(vm: Vm, nowMs: number): number {
    const ageMs = nowMs - this.pointOf(vm).atMs;
    return Math.ceil(Math.min(ageMs, this.overdueOf(vm)?.worstLagMs ?? ageMs));
  }

  private tell(vm: Vm, rpoMs: number, miss: Miss, untilMs: number | null): void {
    this.observe(vm, { rpoMs, ageMs: this.ageAt(vm, this.world.kernel.nowMs) }, miss, untilMs);
  }

  private observe(vm: Vm, figures: { rpoMs: number; ageMs: number }, { sinceMs, event }: Miss, untilMs: number | null): void {
    this.world.findings.observe({ atMs: sinceMs, untilMs, kind: 'point-too-old', fields: { vm: vm.name, ...figures }, causes: [event] });
  }
}

/** The first whole millisecond at which a lag has come to what is allowed, or gone below it. */
function crossingMs({ fromMs, fromLagMs, toMs, toLagMs }: LagStretch, rpoMs: number): number {
  const fraction = fromLagMs === toLagMs ? 1 : Math.min(1, Math.max(0, (rpoMs - fromLagMs) / (toLagMs - fromLagMs)));
  return Math.ceil(fromMs + fraction * (toMs - fromMs));
}
