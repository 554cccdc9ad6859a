export interface Demand {
  weight: number;
  /** Highest rate in bytes per second; Infinity without a cap. */
  cap: number;
  /** Consumption of each resource per byte of the flow. */
  costs: Map<string, number>;
}

export interface Share {
  /** Bytes per second. */
  rate: number;
  /** The resource that stopped the flow, null where its cap did. */
  limit: string | null;
}

/**
 * Weighted max-min fair shares. All rates rise together in proportion to their weights;
 * a flow stops at its cap or when one of its resources is used up.
 */
export function waterFill(capacities: Map<string, number>, demands: Demand[]): Share[] {
  const limits: (string | null)[] = demands.map(() => null);
  const rates = demands.map(() => 0);
  const rising = new Set(demands.keys());
  const spare = new Map(capacities);
  while (rising.size > 0) {
    const slopes = new Map<string, number>();
    let rise = Number.POSITIVE_INFINITY;
    for (const index of rising) {
      const demand = at(demands, index);
      rise = Math.min(rise, (demand.cap - at(rates, index)) / demand.weight);
      for (const [resource, cost] of demand.costs) slopes.set(resource, (slopes.get(resource) ?? 0) + demand.weight * cost);
    }
    for (const [resource, slope] of slopes) if (slope > 0) rise = Math.min(rise, (spare.get(resource) ?? Number.POSITIVE_INFINITY) / slope);
    if (!Number.isFinite(rise)) throw new Error('a flow meets no limit at all');
    const exhausted = new Set<string>();
    for (const [resource, slope] of slopes) {
      const capacity = capacities.get(resource) ?? Number.POSITIVE_INFINITY;
      if (capacity === Number.POSITIVE_INFINITY) continue;
      const left = (spare.get(resource) ?? 0) - rise * slope;
      spare.set(resource, Math.max(0, left));
      if (left <= 1e-12 * capacity) exhausted.add(resource);
    }
    for (const index of rising) {
      const demand = at(demands, index);
      const rate = at(rates, index) + rise * demand.weight;
      const capped = rate >= demand.cap * (1 - 1e-12);
      rates[index] = capped ? demand.cap : rate;
      const limit = [...demand.costs].find(([resource, cost]) => cost > 0 && exhausted.has(resource));
      if (!capped) limits[index] = limit?.[0] ?? null;
      if (capped || limit) rising.delete(index);
    }
  }
  return rates.map((rate, index) => ({ rate, limit: limits[index] ?? null }));
}

function at<T>(list: T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}
