/**
 * Virtual time of the guests of one datastore that share an activity profile (MODEL 2): it advances by multiplier x served fraction per millisecond, so
 * that what a guest has written is its mean rate times the advance. However many guests share a clock, a change of pace costs one update.
 */
export class GuestClock {
  private value = 0;
  private pace = 0;
  private sinceMs = 0;
  /** The profile's multiplier at present. */
  multiplier = 0;

  at(nowMs: number): number {
    return this.value + this.pace * (nowMs - this.sinceMs);
  }

  /** Virtual milliseconds per millisecond at present. */
  get currentPace(): number {
    return this.pace;
  }

  setPace(nowMs: number, pace: number): void {
    if (pace === this.pace) return;
    this.value = this.at(nowMs);
    this.sinceMs = nowMs;
    this.pace = pace;
  }
}
