/**
 * One disk's stream of writes after its initial full (MODEL 4, `cdp`): what the guest has written, what of it has been sent, and how old the oldest byte is
 * that has not. All of it is piecewise linear, with bends where the stream is looked at and where the guest wrote at another pace.
 */
import { type GrowthLaw, uniqueBytes } from '../estate/growth-law.ts';
import type { Recovery } from '../repository/recovery.ts';
import { type Transfer, transferOf } from './methods/method.ts';
import type { TaskDisk, WriteMark } from './task.ts';
import { WriteHistory } from './write-history.ts';

/** With less than that to send it is in step, bytes. */
const LEAST_BACKLOG = 1;

/** A disk whose initial full is still being read, or waits for that: what its guest writes meanwhile is the stream's first backlog. */
export class FirstFull {
  readonly part: TaskDisk;
  readonly history: WriteHistory;
  /** Bytes per millisecond at the last note. */
  private pace: number;

  constructor(part: TaskDisk, { atMs, writtenBytes }: WriteMark) {
    this.part = part;
    this.history = new WriteHistory({ atMs, written: writtenBytes });
    this.pace = part.disk.writePace();
  }

  noteWrites(nowMs: number): void {
    const { disk } = this.part;
    const pace = disk.writePace();
    if (pace === this.pace) return;
    this.pace = pace;
    this.history.note(nowMs, disk.writtenAt(nowMs));
  }
}

export class CdpStream {
  readonly part: TaskDisk;
  readonly transfer: Transfer;
  /** -1 while the guest writes nothing. */
  flow = -1;
  cap = 0;
  /** Bytes per millisecond since the last look: what is sent, and what the guest writes. */
  rate = 0;
  pace: number;
  backlogBytes: number;
  timer = -1;
  dueMs = 0;
  lagEvent = 0;
  /** It has a backlog, which it sends as fast as it can. */
  lags: boolean;
  /** Of the moment when it was last in step. */
  private law: GrowthLaw;
  private writtenInStep: number;
  private lookedMs: number;
  private written: number;
  /** What the guest has written since it was last in step. */
  private readonly history: WriteHistory;
  private readonly recovery: Recovery;
  private bendMs: number;
  private bendLagMs: number;

  /** The full is of the moment at which it began: what was written since is the first backlog. */
  constructor({ part, history }: FirstFull, mark: WriteMark, recovery: Recovery, nowMs: number) {
    const { disk } = part;
    this.part = part;
    this.transfer = transferOf(part, 'stream');
    this.law = mark.law;
    this.writtenInStep = mark.writtenBytes;
    this.written = disk.writtenAt(nowMs);
    this.lookedMs = nowMs;
    this.backlogBytes = uniqueBytes(this.law, this.written - this.writtenInStep);
    this.lags = this.backlogBytes >= LEAST_BACKLOG;
    if (!this.lags) this.backlogBytes = 0;
    this.pace = disk.writePace();
    this.history = history;
    this.history.note(nowMs, this.written);
    this.recovery = recovery;
    this.bendMs = nowMs;
    this.bendLagMs = this.lagMs(nowMs);
    this.bendAt(nowMs, this.bendLagMs);
  }

  /** What the guest has written since the stream was last in step, as of the last look. */
  get writtenSinceInStep(): number {
    return this.written - this.writtenInStep;
  }

  /** Settles what was written and sent since the last look. */
  account(nowMs: number): void {
    const fromMs = this.lookedMs;
    if (nowMs === fromMs) return;
    const sentBefore = this.written - this.backlogBytes;
    const wasInStep = this.backlogBytes < LEAST_BACKLOG;
    const written = this.part.disk.writtenAt(nowMs);
    const backlog = this.backlogAt(nowMs, written);
    const isInStep = backlog < LEAST_BACKLOG;
    this.backlogBytes = isInStep ? 0 : backlog;
    this.lookedMs = nowMs;
    this.written = written;
    if (!wasInStep || !isInStep) this.followLag(fromMs, sentBefore, nowMs);
    if (isInStep) this.catchUp(nowMs);
  }

  /** Age of the oldest byte that has not been sent, as of the last look. */
  lagMs(nowMs: number): number {
    if (this.backlogBytes === 0) return 0;
    return nowMs - this.history.momentOf(this.written - this.backlogBytes, nowMs);
  }

  /** The same at an instant since when nothing else has happened, as a look would find it; changes nothing. */
  lagAt(nowMs: number): number {
    if (nowMs === this.lookedMs) return this.lagMs(nowMs);
    const written = this.part.disk.writtenAt(nowMs);
    const backlog = this.backlogAt(nowMs, written);
    return backlog < LEAST_BACKLOG ? 0 : nowMs - this.history.momentBefore({ atMs: nowMs, written }, written - backlog);
  }

  private backlogAt(nowMs: number, written: number): number {
    const most = uniqueBytes(this.law, written - this.writtenInStep);
    const left = this.backlogBytes + (written - this.written) - this.rate * (nowMs - this.lookedMs);
    return Math.max(0, Math.min(left, most));
  }

  /** The lag since the last look, from one change of the guest's pace to the next. */
  private followLag(fromMs: number, sentBefore: number, nowMs: number): void {
    this.history.note(nowMs, this.written);
    const sent = this.written - this.backlogBytes;
    for (const { atMs, written } of this.history.between(sentBefore, sent)) {
      const passedMs = fromMs + ((written - sentBefore) / (sent - sentBefore)) * (nowMs - fromMs);
      // Not before it was written, where the clock of the looks is too coarse.
      this.bendAt(passedMs, Math.max(0, passedMs - atMs));
    }
    this.bendAt(nowMs, this.lagMs(nowMs));
  }

  private bendAt(atMs: number, lagMs: number): void {
    const { vm } = this.part.task;
    vm.worstLagMs = Math.max(vm.worstLagMs ?? 0, lagMs);
    this.recovery.lagChanged(this, { fromMs: this.bendMs, fromLagMs: this.bendLagMs, toMs: atMs, toLagMs: lagMs });
    this.bendMs = atMs;
    this.bendLagMs = lagMs;
  }

  private catchUp(nowMs: number): void {
    this.lags = false;
    this.law = this.part.disk.law;
    this.writtenInStep = this.written;
    this.history.restart(nowMs, this.written);
    this.bendAt(nowMs, 0);
  }
}
