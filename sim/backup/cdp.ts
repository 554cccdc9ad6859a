/**
 * Continuous data protection (MODEL 4): after the initial full every write of the guest is sent. While the path keeps up, the stream is as fast as the guest
 * writes; where it does not, a backlog builds up, at most the unique bytes since the stream was last in step, and goes out as fast as the path allows. The
 * lag, which is what the RPO comes to, is the age of the oldest byte that has not been sent.
 */
import { type GrowthLaw, uniqueBytes } from '../estate/growth-law.ts';
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import { type Transfer, transferOf } from './methods/method.ts';
import type { Task, TaskDisk, WriteMark } from './task.ts';
import { WriteHistory } from './write-history.ts';

/** A stream is behind when its oldest unsent byte is older than this: what a change of pace leaves behind is no backlog yet. */
const LEAST_LAG_MS = 1000;
/** A pace that has moved by less is followed by the same stream. */
const LEAST_CHANGE = 1e-6;
/** While a backlog grows, V grows by no more than this fraction between two looks. */
const STEP_OF_WRITES = 0.02;
const SHORTEST_STEP_MS = 1000;

/** A disk whose initial full is still being read, or waits for that: what its guest writes meanwhile is the stream's first backlog. */
interface FirstFull {
  part: TaskDisk;
  history: WriteHistory;
  /** Bytes per millisecond at the last note. */
  pace: number;
}

/** One disk's stream of writes. */
export class CdpStream {
  readonly part: TaskDisk;
  readonly transfer: Transfer;
  /** -1 while the guest writes nothing. */
  flow = -1;
  cap = 0;
  /** Bytes per millisecond since the last look. */
  rate = 0;
  pace = -1;
  backlogBytes: number;
  /** Of the moment when it was last in step. */
  law: GrowthLaw;
  writtenInStep: number;
  timer = -1;
  dueMs = 0;
  lagEvent = 0;
  /** It sends what it has as fast as it can, until nothing is left. */
  lags = true;
  askedMs = 0;
  private lookedMs: number;
  private written: number;
  /** What the guest has written since it was last in step. */
  private readonly history: WriteHistory;

  /** The full is of the moment at which it began: what was written since is the first backlog. */
  constructor({ part, history }: FirstFull, mark: WriteMark, nowMs: number) {
    const { disk } = part;
    this.part = part;
    this.transfer = transferOf(part, 'stream');
    this.law = mark.law;
    this.writtenInStep = mark.writtenBytes;
    this.written = disk.writtenAt(nowMs);
    this.lookedMs = nowMs;
    this.backlogBytes = uniqueBytes(this.law, this.written - this.writtenInStep);
    this.history = history;
    this.history.note(nowMs, this.written);
    this.noteLag(this.lagMs(nowMs));
  }

  /** Settles what was written and sent since the last look. */
  account(nowMs: number): void {
    if (nowMs === this.lookedMs) return;
    const { disk } = this.part;
    const written = disk.writtenAt(nowMs);
    const most = uniqueBytes(this.law, written - this.writtenInStep);
    const left = this.backlogBytes + (written - this.written) - this.rate * (nowMs - this.lookedMs);
    this.backlogBytes = Math.max(0, Math.min(left, most));
    this.lookedMs = nowMs;
    this.written = written;
    if (this.backlogBytes < 1) {
      this.catchUp(nowMs);
      return;
    }
    this.history.note(nowMs, written);
    const lagMs = this.lagMs(nowMs);
    this.noteLag(lagMs);
    if (lagMs > LEAST_LAG_MS) this.lags = true;
  }

  /** Age of the oldest byte that has not been sent. */
  lagMs(nowMs: number): number {
    if (this.backlogBytes === 0) return 0;
    return nowMs - this.history.momentOf(this.written - this.backlogBytes, nowMs);
  }

  private noteLag(ms: number): void {
    const { vm } = this.part.task;
    vm.worstLagMs = Math.max(vm.worstLagMs ?? 0, ms);
  }

  private catchUp(nowMs: number): void {
    this.backlogBytes = 0;
    this.lags = false;
    this.law = this.part.disk.law;
    this.writtenInStep = this.written;
    this.history.restart(nowMs, this.written);
  }
}

export class Cdp {
  private readonly world: World;
  private readonly looked: number;
  private readonly active: CdpStream[] = [];
  private fulls: FirstFull[] = [];

  constructor(world: World) {
    this.world = world;
    this.looked = world.kernel.handle((number) => {
      const stream = (world.parts[number] as TaskDisk).stream;
      if (stream === null) return;
      stream.timer = -1;
      this.look(stream);
    });
  }

  /** The initial full of a task is of this moment, whenever its disks come to be read. */
  beginFull(task: Task): void {
    for (const part of task.disks) {
      if (part.mark === null) continue;
      const { atMs, writtenBytes } = part.mark;
      this.fulls.push({ part, history: new WriteHistory({ atMs, written: writtenBytes }), pace: part.disk.writePace() });
    }
  }

  /** The initial full of a task is there. */
  begin(task: Task): void {
    const { kernel } = this.world;
    task.stage = 'streaming';
    for (const full of this.takeFulls(task)) {
      const { part } = full;
      part.state = 'streaming';
      const stream = new CdpStream(full, part.mark as WriteMark, kernel.nowMs);
      part.stream = stream;
      this.active.push(stream);
      this.look(stream);
    }
  }

  /** The task is stopped, wherever it stands. */
  end(task: Task): void {
    const { kernel, network, recovery } = this.world;
    this.takeFulls(task);
    if (task.stage !== 'streaming') return;
    recovery.streamEnds(task.vm, task.lastEvent);
    for (const part of task.disks) {
      const { stream } = part;
      if (stream === null) continue;
      stream.account(kernel.nowMs);
      if (stream.timer >= 0) kernel.cancel(stream.timer);
      if (stream.flow >= 0) network.removeFlow(stream.flow);
      this.active.splice(this.active.indexOf(stream), 1);
      part.state = 'stopped';
      part.stream = null;
    }
  }

  /**
   * After the instant's rates are known: where one has moved, there is to be looked again, within a second of the last time. A stream that has nothing to
   * send gives way at once.
   */
  settle(): void {
    const { kernel, network } = this.world;
    for (const full of this.fulls) noteWrites(full, kernel.nowMs);
    for (const stream of this.active) {
      const rate = stream.flow < 0 ? 0 : network.rateOf(stream.flow);
      const pace = stream.part.disk.writePace();
      if (rate === stream.rate && Math.abs(pace - stream.pace) <= LEAST_CHANGE * pace) continue;
      stream.account(kernel.nowMs);
      stream.rate = rate;
      const idle = pace === 0 && !stream.lags;
      this.lookAt(stream, idle ? kernel.nowMs + 1 : Math.max(kernel.nowMs + 1, stream.askedMs + SHORTEST_STEP_MS));
    }
  }

  private takeFulls(task: Task): FirstFull[] {
    const taken = this.fulls.filter(({ part }) => part.task === task);
    if (taken.length > 0) this.fulls = this.fulls.filter(({ part }) => part.task !== task);
    return taken;
  }

  /** The scenario is over. */
  settleAll(): void {
    for (const stream of this.active) stream.account(this.world.kernel.nowMs);
  }

  /** An earlier look that is due already stays. */
  private lookAt(stream: CdpStream, atMs: number): void {
    const { kernel } = this.world;
    if (stream.timer >= 0 && stream.dueMs <= atMs) return;
    stream.dueMs = atMs;
    if (stream.timer >= 0) kernel.reschedule(stream.timer, atMs);
    else stream.timer = kernel.schedule(atMs, EventClass.stage, this.looked, stream.part.number);
  }

  private look(stream: CdpStream): void {
    const { kernel } = this.world;
    const now = kernel.nowMs;
    stream.account(now);
    stream.askedMs = now;
    stream.pace = stream.part.disk.writePace();
    const own = stream.transfer.cap;
    this.ask(stream, stream.lags || stream.pace > own ? own : stream.pace);
    this.noteLag(stream);
    if (!stream.lags) return;
    const gain = stream.rate - stream.pace;
    if (gain > 0) this.lookAt(stream, now + Math.max(1, Math.ceil(stream.backlogBytes / gain)));
    else if (stream.pace > 0) {
      const written = stream.part.disk.writtenAt(now) - stream.writtenInStep;
      this.lookAt(stream, now + Math.max(SHORTEST_STEP_MS, Math.ceil((STEP_OF_WRITES * written) / stream.pace)));
    }
  }

  /** What the stream asks of its path, bytes per millisecond. */
  private ask(stream: CdpStream, cap: number): void {
    if (cap === stream.cap) return;
    const { network } = this.world;
    const { uses } = stream.transfer;
    stream.cap = cap;
    if (cap === 0) {
      network.removeFlow(stream.flow);
      stream.flow = -1;
      stream.rate = 0;
    } else if (stream.flow >= 0) {
      network.changeDemand(
        stream.flow,
        1,
        cap,
        uses.map((use) => use.perByte),
      );
    } else stream.flow = network.addFlow({ weight: 1, cap, bytes: Number.POSITIVE_INFINITY, uses, elastic: true, owner: stream.part.number });
  }

  private noteLag(stream: CdpStream): void {
    const { kernel, log } = this.world;
    const { task } = stream.part;
    const fields = { run: task.run.id, vm: task.vm.name };
    if (stream.lags && stream.lagEvent === 0) stream.lagEvent = log.record(kernel.nowMs, 'cdp-behind', fields, causesOf(task.lastEvent));
    else if (!stream.lags && stream.lagEvent > 0) {
      log.record(kernel.nowMs, 'cdp-in-step', fields, [stream.lagEvent]);
      stream.lagEvent = 0;
    }
  }
}

function noteWrites(full: FirstFull, nowMs: number): void {
  const { disk } = full.part;
  const pace = disk.writePace();
  if (pace === full.pace) return;
  full.pace = pace;
  full.history.note(nowMs, disk.writtenAt(nowMs));
}
