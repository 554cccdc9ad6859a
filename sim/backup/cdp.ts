/**
 * Continuous data protection (MODEL 4): after the initial full every write of the guest is sent. While the path keeps up, the stream is as fast as the guest
 * writes; where it does not, a backlog builds up, at most the unique bytes since the stream was last in step, and goes out as fast as the path allows. The
 * lag, which is what the RPO comes to, is the age of the oldest byte that has not been sent.
 */
import { EventClass } from '../kernel/kernel.ts';
import { causesOf } from '../kernel/log.ts';
import type { World } from '../world.ts';
import { CdpStream, FirstFull } from './cdp-stream.ts';
import type { Task, TaskDisk, WriteMark } from './task.ts';

/** A pace that has moved by a smaller fraction is followed by the same stream. */
const LEAST_CHANGE = 1e-9;
/** While a backlog grows, V grows by no more than this fraction between two looks. */
const STEP_OF_WRITES = 0.02;
const SHORTEST_STEP_MS = 1000;
/** A stream whose oldest unsent byte is older than this is told of as behind. */
const TOLD_LAG_MS = 1000;

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
      if (part.mark !== null) this.fulls.push(new FirstFull(part, part.mark));
    }
  }

  /** The initial full of a task is there. */
  begin(task: Task): void {
    const { kernel, recovery } = this.world;
    task.stage = 'streaming';
    for (const full of this.takeFulls(task)) {
      const { part } = full;
      part.state = 'streaming';
      const stream = new CdpStream(full, part.mark as WriteMark, recovery, kernel.nowMs);
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
    for (const { stream } of task.disks) stream?.account(kernel.nowMs);
    recovery.streamEnds(task, task.lastEvent);
    for (const part of task.disks) {
      const { stream } = part;
      if (stream === null) continue;
      if (stream.timer >= 0) kernel.cancel(stream.timer);
      if (stream.flow >= 0) network.removeFlow(stream.flow);
      this.active.splice(this.active.indexOf(stream), 1);
      part.state = 'stopped';
      part.stream = null;
    }
  }

  /** After rates have been shared out: returns whether a stream asks for something else now, so that they are to be shared out again. */
  settle(): boolean {
    const { kernel, network } = this.world;
    for (const full of this.fulls) full.noteWrites(kernel.nowMs);
    let asks = false;
    for (const stream of this.active) {
      const rate = stream.flow < 0 ? 0 : network.rateOf(stream.flow);
      const pace = stream.part.disk.writePace();
      if (rate === stream.rate && pace === stream.pace) continue;
      stream.account(kernel.nowMs);
      stream.rate = rate;
      stream.pace = pace;
      if (this.follow(stream)) asks = true;
    }
    return asks;
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

  /** An earlier look that is due already stays; after the end of the scenario there is nothing to be seen. */
  private lookAt(stream: CdpStream, atMs: number): void {
    const { kernel } = this.world;
    if (atMs >= this.world.endMs) return;
    if (stream.timer >= 0 && stream.dueMs <= atMs) return;
    stream.dueMs = atMs;
    if (stream.timer >= 0) kernel.reschedule(stream.timer, atMs);
    else stream.timer = kernel.schedule(atMs, EventClass.stage, this.looked, stream.part.number);
  }

  private look(stream: CdpStream): void {
    stream.account(this.world.kernel.nowMs);
    this.follow(stream);
  }

  /**
   * In step a stream asks for exactly what its guest writes; as soon as it gets less than that it has a backlog, and asks for all it can get until the backlog
   * is sent. Its account is settled. Returns whether it asks for something else than before.
   */
  private follow(stream: CdpStream): boolean {
    const { transfer, pace, rate, cap } = stream;
    const wanted = Math.min(transfer.cap, pace);
    const asked = Math.abs(cap - wanted) <= LEAST_CHANGE * wanted;
    stream.lags ||= stream.backlogBytes > 0 || (asked && pace - rate > 2 * LEAST_CHANGE * pace);
    const changed = stream.lags ? this.ask(stream, transfer.cap) : !asked && this.ask(stream, wanted);
    this.noteLag(stream);
    if (stream.lags) this.lookAgain(stream);
    return changed;
  }

  /** When the backlog is sent, or while it grows when what has been written counts anew, and when it is time to tell of it. */
  private lookAgain(stream: CdpStream): void {
    const { nowMs } = this.world.kernel;
    const { rate, pace, backlogBytes } = stream;
    const gain = rate - pace;
    if (gain > LEAST_CHANGE * pace) this.lookAt(stream, nowMs + Math.max(1, Math.ceil(backlogBytes / gain)));
    else if (pace > 0) this.lookAt(stream, nowMs + Math.max(SHORTEST_STEP_MS, Math.ceil((STEP_OF_WRITES * stream.writtenSinceInStep) / pace)));
    if (stream.lagEvent === 0) this.lookAt(stream, nowMs + Math.max(1, Math.ceil(TOLD_LAG_MS - stream.lagMs(nowMs))));
  }

  /** What the stream asks of its path, bytes per millisecond. Returns whether that is something else than before. */
  private ask(stream: CdpStream, cap: number): boolean {
    if (cap === stream.cap) return false;
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
    return true;
  }

  private noteLag(stream: CdpStream): void {
    const { kernel, log, recovery } = this.world;
    const { task } = stream.part;
    const fields = { run: task.run.id, vm: task.vm.name };
    const isBehind = stream.lags && stream.lagMs(kernel.nowMs) >= TOLD_LAG_MS;
    if (isBehind && stream.lagEvent === 0) {
      stream.lagEvent = log.record(kernel.nowMs, 'cdp-behind', fields, causesOf(task.lastEvent));
      recovery.touch(task.vm, 'stream-behind', stream.lagEvent);
    } else if (!stream.lags && stream.lagEvent > 0) {
      recovery.touch(task.vm, 'stream-in-step', log.record(kernel.nowMs, 'cdp-in-step', fields, [stream.lagEvent]));
      stream.lagEvent = 0;
    }
  }
}
