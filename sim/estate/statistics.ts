/** Figures weighted by time: how long a quantity had which value. */
import type { Percentiles, Utilisation } from '../result.ts';

/** Values are kept to three significant digits: a run has far more distinct values than anybody needs. */
const LEAST_DIGITS = 100;
const MOST_DIGITS = 1000;

/** A value in three significant digits, as digits / scale; `code` is a small whole number that stands for it. Exact arithmetic only. */
const quantum = { value: 0, code: 0 };

function quantise(value: number): void {
  quantum.value = 0;
  quantum.code = 0;
  if (value <= 0) return;
  let scale = 1;
  let decade = 0;
  for (; value * scale < LEAST_DIGITS; decade++) scale *= 10;
  for (; value * scale >= MOST_DIGITS; decade--) scale /= 10;
  const digits = Math.round(value * scale);
  quantum.value = digits / scale;
  quantum.code = decade * (MOST_DIGITS + 1) + digits;
}

/** Milliseconds by value. Positions are stable: a value keeps its place from the first time it is seen. */
export class Distribution {
  readonly values: number[] = [];
  readonly weights: number[] = [];
  max = 0;
  /** By the code of the value. */
  private readonly positions = new Map<number, number>();
  /** What was added while somebody follows it: positions and milliseconds. Overwritten when nobody does. */
  private readonly addedPositions: number[] = [];
  private readonly addedMs: number[] = [];
  private added = 0;
  private followers = 0;

  add(value: number, ms: number): void {
    if (ms <= 0) return;
    if (value > this.max) this.max = value;
    quantise(value);
    let position = this.positions.get(quantum.code);
    if (position === undefined) {
      position = this.values.length;
      this.positions.set(quantum.code, position);
      this.values.push(quantum.value);
      this.weights.push(0);
    }
    this.weights[position] = (this.weights[position] as number) + ms;
    if (this.followers === 0) return;
    this.addedPositions[this.added] = position;
    this.addedMs[this.added++] = ms;
  }

  /** What is added from now on is remembered until `unfollow`; returns the mark to hand in there. */
  follow(): number {
    this.followers++;
    return this.added;
  }

  /** Adds what has come since `mark` to a table of milliseconds by position. */
  unfollow(mark: number, ms: number[]): void {
    for (let i = mark; i < this.added; i++) {
      const position = this.addedPositions[i] as number;
      while (ms.length <= position) ms.push(0);
      ms[position] = (ms[position] as number) + (this.addedMs[i] as number);
    }
    if (--this.followers === 0) this.added = 0;
  }

  /** The smallest values that were not exceeded during each of the given fractions of the time. */
  quantiles(fractions: readonly number[]): number[] {
    const order: number[] = [];
    for (let position = 0; position < this.values.length; position++) order.push(position);
    order.sort((a, b) => (this.values[a] as number) - (this.values[b] as number));
    let total = 0;
    for (const position of order) total += this.weights[position] as number;
    return fractions.map((fraction) => {
      let sum = 0;
      for (const position of order) {
        sum += this.weights[position] as number;
        if (sum >= fraction * total) return Math.min(this.values[position] as number, this.max);
      }
      return 0;
    });
  }

  percentiles(): Percentiles {
    const [p50, p95, p99] = this.quantiles([0.5, 0.95, 0.99]) as [number, number, number];
    return { p50: rounded(p50), p95: rounded(p95), p99: rounded(p99), max: rounded(this.max) };
  }
}

/** Follows one quantity through time. */
export class Meter {
  readonly distribution = new Distribution();
  value = 0;
  private sinceMs = 0;
  private integral = 0;

  set(nowMs: number, value: number): void {
    if (value === this.value) return;
    this.settle(nowMs);
    this.value = value;
  }

  settle(nowMs: number): void {
    const ms = nowMs - this.sinceMs;
    this.distribution.add(this.value, ms);
    this.integral += this.value * ms;
    this.sinceMs = nowMs;
  }

  mean(durationMs: number): number {
    return this.integral / durationMs;
  }

  utilisation(durationMs: number): Utilisation {
    const [p95] = this.distribution.quantiles([0.95]) as [number];
    return { mean: rounded(this.mean(durationMs)), p95: rounded(p95), max: rounded(this.distribution.max) };
  }
}

/** Follows a condition: how long it holds in all, and since when at present. */
export class ConditionMeter {
  sinceMs: number | null = null;
  private totalMs = 0;

  set(nowMs: number, holds: boolean): void {
    if (holds === (this.sinceMs !== null)) return;
    if (this.sinceMs !== null) {
      this.totalMs += nowMs - this.sinceMs;
      this.sinceMs = null;
    } else this.sinceMs = nowMs;
  }

  totalAt(nowMs: number): number {
    return this.totalMs + (this.sinceMs === null ? 0 : nowMs - this.sinceMs);
  }
}

/** The speed of a VM that does not exist: it has no latency. */
export const ABSENT = 0;

/**
 * A VM's latency is its datastore's, divided by the speed that its chain of snapshots leaves (m of MODEL 3). Instead of following each VM through every
 * change, the time that the datastore spent at each value is noted when the VM's depth changes.
 */
export class LatencyHistogram {
  /** Datastore milliseconds by position that were spent at each speed other than 1. */
  private readonly slowed: { speed: number; ms: number[] }[] = [];
  private mark = 0;
  private speed = 1;

  /** The VM's relative speed of random reads is `speed` from now on, or `ABSENT`; `datastore` is settled to now. */
  changeSpeed(datastore: Distribution, speed: number): void {
    if (speed === this.speed) return;
    this.close(datastore);
    this.speed = speed;
    if (speed !== 1) this.mark = datastore.follow();
  }

  /** Closes the account; call once. */
  percentiles(datastore: Distribution): Percentiles {
    this.close(datastore);
    const slowed = this.slowed.filter(({ ms }) => ms.length > 0);
    if (slowed.length === 0) return datastore.percentiles();
    const all = new Distribution();
    datastore.weights.forEach((weight, position) => {
      const value = datastore.values[position] as number;
      let left = weight;
      for (const { speed, ms } of slowed) {
        const spent = ms[position] ?? 0;
        left -= spent;
        if (speed === ABSENT) continue;
        quantise(value / speed);
        all.add(quantum.value, spent);
      }
      all.add(value, left);
    });
    return all.percentiles();
  }

  private close(datastore: Distribution): void {
    const { speed } = this;
    if (speed === 1) return;
    let entry = this.slowed.find((one) => one.speed === speed);
    if (entry === undefined) {
      entry = { speed, ms: [] };
      this.slowed.push(entry);
    }
    datastore.unfollow(this.mark, entry.ms);
    this.speed = 1;
  }
}

/** Four decimals: finer is noise of the model, and it keeps results readable. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
