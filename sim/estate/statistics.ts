/** Figures weighted by time: how long a quantity had which value. */
import type { Percentiles, Utilisation } from '../result.ts';

/** Values are kept to this many significant digits; a run has far more distinct values than anybody needs. */
const SIGNIFICANT = 1000;

/** Rounds to three significant digits, by exact arithmetic only. */
function quantised(value: number): number {
  if (value <= 0) return 0;
  let scale = 1;
  while (value * scale < SIGNIFICANT / 10) scale *= 10;
  while (value * scale >= SIGNIFICANT) scale /= 10;
  return Math.round(value * scale) / scale;
}

/** Milliseconds by value. Positions are stable: a value keeps its place from the first time it is seen. */
export class Distribution {
  readonly values: number[] = [];
  readonly weights: number[] = [];
  max = 0;
  private readonly positions = new Map<number, number>();

  add(value: number, ms: number): void {
    if (ms <= 0) return;
    if (value > this.max) this.max = value;
    const key = quantised(value);
    let position = this.positions.get(key);
    if (position === undefined) {
      position = this.values.length;
      this.positions.set(key, position);
      this.values.push(key);
      this.weights.push(0);
    }
    this.weights[position] = (this.weights[position] as number) + ms;
  }

  /** The smallest values that were not exceeded during each of the given fractions of the time. */
  quantiles(fractions: readonly number[]): number[] {
    const order = this.values.map((_, position) => position).sort((a, b) => (this.values[a] as number) - (this.values[b] as number));
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
  private readonly deep = new Distribution();
  /** Datastore milliseconds by position that were spent at some depth above 0. */
  private readonly spentDeep: number[] = [];
  private mark: number[] | null = null;
  private markSpeed = 1;

  /** The VM's relative speed of random reads is `speed` from now on, or `ABSENT`; `datastore` is settled to now. */
  changeSpeed(datastore: Distribution, speed: number): void {
    if (speed === this.markSpeed) return;
    this.close(datastore);
    this.markSpeed = speed;
    this.mark = speed === 1 ? null : datastore.weights.slice();
  }

  percentiles(datastore: Distribution): Percentiles {
    this.close(datastore);
    const all = new Distribution();
    datastore.weights.forEach((ms, position) => {
      all.add(datastore.values[position] as number, ms - (this.spentDeep[position] ?? 0));
    });
    if (this.spentDeep.length === 0) all.max = datastore.max;
    this.deep.weights.forEach((ms, position) => {
      all.add(this.deep.values[position] as number, ms);
    });
    return all.percentiles();
  }

  private close(datastore: Distribution): void {
    if (this.mark === null) return;
    for (let position = 0; position < datastore.weights.length; position++) {
      const ms = (datastore.weights[position] as number) - (this.mark[position] ?? 0);
      if (ms === 0) continue;
      this.spentDeep[position] = (this.spentDeep[position] ?? 0) + ms;
      if (this.markSpeed !== ABSENT) this.deep.add((datastore.values[position] as number) / this.markSpeed, ms);
    }
    this.mark = null;
  }
}

/** Four decimals: finer is noise of the model, and it keeps results readable. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
