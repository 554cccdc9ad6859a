/**
 * Clock and event loop. It knows nothing of backups.
 *
 * The contract of an instant (one whole millisecond):
 * 1. Pending events run in the order (round, class, sequence). An event scheduled for the current instant joins the next round. An event is pending,
 *    then runs once; it can be moved or cancelled only while pending.
 * 2. When none is left, `settle` is asked; if it did something, step 1 again.
 * 3. When nothing is left and `settle` has nothing to do, the ticks of the instant run, in the order of their subjects; then step 1 again.
 *    At the end of time ticks do not run, unless that is the start as well.
 * 4. When no tick is left either, `settleLast` is asked; if it did something, step 1 again.
 * 5. `solve` closes the instant. Whatever it schedules lies later.
 */
import { EventQueue } from './queue.ts';

/** Ranks events of one instant and round. */
export const EventClass = { completion: 0, crossing: 1, fault: 2, stage: 3, tick: 4 } as const;
export type EventClassValue = (typeof EventClass)[keyof typeof EventClass];

/** Ticks stand behind every round of their instant. */
const TICK_ROUND = 0x7fffffff;

export interface KernelLimits {
  eventsPerInstant: number;
  eventsInAll: number;
}

export interface KernelHooks {
  /** Time is about to move from one instant to a later one; nothing changes in between. */
  advance(fromMs: number, toMs: number): void;
  /** All events of the instant have run; returns whether it changed anything. */
  settle(): boolean;
  /** Nothing is left of the instant, its ticks included; returns whether it changed anything. */
  settleLast(): boolean;
  /** The instant is over. */
  solve(): void;
}

/** The run does not come to an end in sensible bounds. */
export class EventLimitError extends Error {
  override name = 'EventLimitError';
}

export class Kernel {
  nowMs = 0;
  eventCount = 0;
  private readonly queue = new EventQueue();
  private readonly handlers: ((subject: number) => void)[] = [];
  private readonly limits: KernelLimits;
  private round = 0;
  private countInInstant = 0;

  constructor({ eventsPerInstant, eventsInAll }: KernelLimits) {
    // An object of the kernel's own: what its loop reads has one build, however the caller made his.
    this.limits = { eventsPerInstant, eventsInAll };
  }

  /** Registers what happens when an event of a kind is due; returns the kind. */
  handle(handler: (subject: number) => void): number {
    this.handlers.push(handler);
    return this.handlers.length - 1;
  }

  /** Schedules an event; returns the handle by which it can be moved or cancelled while pending. */
  schedule(atMs: number, eventClass: EventClassValue, kind: number, subject: number): number {
    return this.queue.add(this.checked(atMs), this.roundFor(atMs), eventClass, kind, subject);
  }

  /** Reserves a rank by creation for something whose event is scheduled later, with `scheduleRanked`. */
  takeSequence(): number {
    return this.queue.takeSequence();
  }

  scheduleRanked(atMs: number, eventClass: EventClassValue, sequence: number, kind: number, subject: number): number {
    return this.queue.add(this.checked(atMs), this.roundFor(atMs), eventClass, kind, subject, sequence);
  }

  /** Schedules a tick: it runs when everything else of its instant is over. */
  scheduleTick(atMs: number, kind: number, subject: number): number {
    return this.queue.add(this.checked(atMs), TICK_ROUND, EventClass.tick, kind, subject);
  }

  reschedule(handle: number, atMs: number): void {
    this.queue.move(handle, this.checked(atMs), this.roundFor(atMs));
  }

  cancel(handle: number): void {
    this.queue.cancel(handle);
  }

  /** Runs to `endMs` inclusive (see the contract for its ticks). */
  run(endMs: number, hooks: KernelHooks): void {
    // The start is an instant even when nothing is due: rates must be solved once before time can move.
    this.instant(endMs, hooks);
    while (this.queue.size > 0) {
      const atMs = this.queue.firstTime();
      if (atMs > endMs || (atMs === endMs && this.isTick())) break;
      if (atMs > this.nowMs) {
        hooks.advance(this.nowMs, atMs);
        this.nowMs = atMs;
        this.round = 0;
        this.countInInstant = 0;
      }
      this.instant(endMs, hooks);
    }
    if (this.nowMs < endMs) {
      hooks.advance(this.nowMs, endMs);
      this.nowMs = endMs;
      hooks.settle();
      hooks.settleLast();
      hooks.solve();
    }
  }

  private instant(endMs: number, hooks: KernelHooks): void {
    const ticksAllowed = this.nowMs < endMs || this.nowMs === 0;
    do {
      do {
        do this.runRounds();
        while (hooks.settle());
      } while (ticksAllowed && this.runTicks());
    } while (hooks.settleLast());
    hooks.solve();
  }

  private runRounds(): void {
    while (this.isDueNow() && !this.isTick()) {
      const slot = this.queue.pop();
      this.round = this.queue.roundOf(slot);
      this.dispatch(this.queue.kindOf(slot), this.queue.subjectOf(slot));
    }
  }

  /** All ticks of the instant at once: what they start is then ranked together. */
  private runTicks(): boolean {
    if (!this.isDueNow()) return false;
    const due: { kind: number; subject: number }[] = [];
    while (this.isDueNow()) {
      const slot = this.queue.pop();
      due.push({ kind: this.queue.kindOf(slot), subject: this.queue.subjectOf(slot) });
    }
    due.sort((a, b) => a.subject - b.subject);
    for (const tick of due) this.dispatch(tick.kind, tick.subject);
    return true;
  }

  private dispatch(kind: number, subject: number): void {
    this.eventCount++;
    this.countInInstant++;
    if (this.countInInstant > this.limits.eventsPerInstant)
      throw new EventLimitError(`more than ${this.limits.eventsPerInstant} events at ${this.nowMs} ms`);
    if (this.eventCount > this.limits.eventsInAll) throw new EventLimitError(`more than ${this.limits.eventsInAll} events by ${this.nowMs} ms`);
    (this.handlers[kind] as (subject: number) => void)(subject);
  }

  private isDueNow(): boolean {
    return this.queue.size > 0 && this.queue.firstTime() === this.nowMs;
  }

  private isTick(): boolean {
    return this.queue.firstRound() === TICK_ROUND;
  }

  private roundFor(atMs: number): number {
    return atMs === this.nowMs ? this.round + 1 : 0;
  }

  private checked(atMs: number): number {
    if (!Number.isSafeInteger(atMs) || atMs < this.nowMs) throw new Error(`an event cannot be scheduled for ${atMs} ms at ${this.nowMs} ms`);
    return atMs;
  }
}
