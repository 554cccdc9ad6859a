import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Demand, waterFill } from './waterfill.ts';

function ratesOf(...given: Parameters<typeof waterFill>): number[] {
  return waterFill(...given).map(({ rate }) => rate);
}

function demand(costs: Record<string, number>, weight = 1, cap = Number.POSITIVE_INFINITY): Demand {
  return { weight, cap, costs: new Map(Object.entries(costs)) };
}

describe('weighted max-min sharing', () => {
  it('solves two links in a row with one long and two short flows', () => {
    const capacities = new Map(Object.entries({ near: 10, far: 4 }));
    expect(ratesOf(capacities, [demand({ near: 1, far: 1 }), demand({ near: 1 }), demand({ far: 1 })])).toEqual([2, 8, 2]);
  });

  it('divides by weight and hands on what a cap leaves', () => {
    const capacities = new Map(Object.entries({ link: 12 }));
    expect(ratesOf(capacities, [demand({ link: 1 }, 1), demand({ link: 1 }, 3)])).toEqual([3, 9]);
    expect(ratesOf(capacities, [demand({ link: 1 }, 1), demand({ link: 1 }, 3, 4)])).toEqual([8, 4]);
  });

  it('names what stopped a flow', () => {
    const capacities = new Map(Object.entries({ near: 10, far: 4 }));
    const limits = waterFill(capacities, [demand({ near: 1, far: 1 }), demand({ near: 1 }), demand({ near: 1 }, 1, 1)]).map(({ limit }) => limit);
    expect(limits).toEqual(['far', 'near', null]);
  });

  it('equalises rates, not device time, where the costs of a byte differ', () => {
    const capacities = new Map(Object.entries({ device: 1 }));
    const [cheap, dear] = ratesOf(capacities, [demand({ device: 0.1 }), demand({ device: 0.4 })]);
    expect([cheap, dear]).toEqual([2, 2]);
  });

  it('leaves every flow at its cap or with a saturated resource on which no other rises higher', () => {
    const flow = fc.record({
      weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
      cap: fc.double({ min: 0.1, max: 50, noNaN: true }),
      costs: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.double({ min: 0.01, max: 5, noNaN: true })),
    });
    fc.assert(
      fc.property(
        fc.array(flow, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 4, maxLength: 4 }),
        (flows, sizes) => {
          const capacities = new Map(sizes.map((size, index) => ['abcd'.charAt(index), size]));
          const demands = flows.map(({ weight, cap, costs }) => demand(costs, weight, cap));
          const rates = ratesOf(capacities, demands);
          const level = (index: number): number => (rates[index] ?? 0) / (demands[index]?.weight ?? 1);
          const isSaturated = (resource: string): boolean => {
            const load = demands.reduce((sum, { costs }, index) => sum + (costs.get(resource) ?? 0) * (rates[index] ?? 0), 0);
            const capacity = capacities.get(resource) ?? 0;
            expect(load).toBeLessThanOrEqual(capacity * (1 + 1e-9));
            return load >= capacity * (1 - 1e-9);
          };
          const saturated = ['a', 'b', 'c', 'd'].filter(isSaturated);
          demands.forEach((one, index) => {
            const atCap = (rates[index] ?? 0) >= one.cap * (1 - 1e-9);
            const bottleneck = saturated.some(
              (resource) =>
                one.costs.has(resource) && demands.every((other, at) => !other.costs.has(resource) || level(at) <= level(index) * (1 + 1e-9)),
            );
            expect(atCap || bottleneck).toBe(true);
          });
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
