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

/** A pace that has moved by less is followed by the same stream. */
const LEAST_CHANGE = 1e-6;
/** While a backlog grows, V grows by no more than this fraction between two looks. */
const STEP_OF_WRITES = 0.02;
const SHORTEST_STEP_MS = 1000;

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
    const { kernel, conditions } = this.world;
    task.stage = 'streaming';
    for (const full of this.takeFulls(task)) {
      const { part } = full;
      part.state = 'streaming';
      const stream = new CdpStream(full, part.mark as WriteMark, conditions.rpos, kernel.nowMs);
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
    recovery.streamEnds(task, task.lastEvent);
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
    for (const full of this.fulls) full.noteWrites(kernel.nowMs);
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
    const { kernel } = this.world;
    const now = kernel.nowMs;
    stream.account(now);
    stream.askedMs = now;
    stream.pace = stream.part.disk.writePace();
    const own = stream.transfer.cap;
    // What the last changes of pace have left behind goes out within the next second.
    const wanted = stream.pace + stream.backlogBytes / SHORTEST_STEP_MS;
    this.ask(stream, stream.lags ? own : Math.min(own, wanted));
    this.noteLag(stream);
    if (!stream.lags) {
      if (stream.backlogBytes > 0) this.lookAt(stream, now + SHORTEST_STEP_MS);
      return;
    }
    const gain = stream.rate - stream.pace;
    if (gain > LEAST_CHANGE * stream.pace) this.lookAt(stream, now + Math.max(1, Math.ceil(stream.backlogBytes / gain)));
    else if (stream.pace > 0) {
      this.lookAt(stream, now + Math.max(SHORTEST_STEP_MS, Math.ceil((STEP_OF_WRITES * stream.writtenSinceInStep) / stream.pace)));
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
