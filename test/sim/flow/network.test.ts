import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT_CAP, FlowNetwork, type ResourceUse } from '../../../sim/flow/network.ts';
import { EventClass, Kernel } from '../../../sim/kernel/kernel.ts';

interface FlowGiven {
  weight: number;
  cap: number;
  bytes?: number;
  uses: ResourceUse[];
}

class Bench {
  readonly kernel = new Kernel({ eventsPerInstant: 1e6, eventsInAll: 1e7 });
  readonly finished = new Map<number, number>();
  readonly bottlenecks = new Map<number, Map<number, number>>();
  readonly network: FlowNetwork;

  constructor(capacities: number[]) {
    this.network = new FlowNetwork(this.kernel, {
      completed: (owner, flow) => {
        this.finished.set(owner, this.kernel.nowMs);
        this.bottlenecks.set(owner, new Map(this.network.bottlenecksOf(flow).map(({ resource, ms }) => [resource, ms])));
      },
      resourceSolved: () => {},
    });
    for (const capacity of capacities) this.network.addResource(capacity);
  }

  add(flow: FlowGiven, owner = 0): number {
    return this.network.addFlow({ bytes: Number.POSITIVE_INFINITY, elastic: true, owner, ...flow });
  }

  run(endMs: number): void {
    this.kernel.run(endMs, { advance: () => {}, settle: () => false, settleLast: () => false, solve: () => this.network.solve() });
  }

  at(ms: number, action: () => void): void {
    this.kernel.schedule(ms, EventClass.stage, this.kernel.handle(action), 0);
  }
}

function ratesOf(capacities: number[], flows: FlowGiven[]): number[] {
  const bench = new Bench(capacities);
  const ids = flows.map((flow) => bench.add(flow));
  bench.network.solve();
  return ids.map((id) => bench.network.rateOf(id));
}

const one = (resource: number, perByte = 1): ResourceUse[] => [{ resource, perByte }];

describe('weighted max-min sharing', () => {
  it('gives hand-solved networks their rates', () => {
    // Two flows share A (10), one of them also crosses B (3): it gets 3 there, the other takes the rest.
    const both = [...one(0), ...one(1)];
    const free = Number.POSITIVE_INFINITY;
    expect(
      ratesOf(
        [10, 3],
        [
          { weight: 1, cap: free, uses: both },
          { weight: 1, cap: free, uses: one(0) },
        ],
      ),
    ).toEqual([3, 7]);
    // Weights 1:3 on 8, the heavy one capped at 4.
    expect(
      ratesOf(
        [8],
        [
          { weight: 1, cap: free, uses: one(0) },
          { weight: 3, cap: 4, uses: one(0) },
        ],
      ),
    ).toEqual([4, 4]);
    // A consumption of 2 units per byte: equal rates, two thirds of the resource for the costly one.
    expect(
      ratesOf(
        [9],
        [
          { weight: 1, cap: free, uses: one(0, 2) },
          { weight: 1, cap: free, uses: one(0, 1) },
        ],
      ),
    ).toEqual([3, 3]);
    // The classic line: long flow over both links, one short flow on each.
    const line = [both, one(0), one(1)].map((uses) => ({ weight: 1, cap: free, uses }));
    expect(ratesOf([10, 16], line)).toEqual([5, 5, 11]);
  });

  const network = fc.integer({ min: 1, max: 8 }).chain((resources) =>
    fc.record({
      capacities: fc.array(fc.double({ min: 0.5, max: 100, noNaN: true }), { minLength: resources, maxLength: resources }),
      flows: fc.array(
        fc.record({
          weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
          cap: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double({ min: 0.01, max: 50, noNaN: true })),
          uses: fc
            .uniqueArray(fc.integer({ min: 0, max: resources - 1 }), { minLength: 1, maxLength: resources })
            .chain((picked) =>
              fc.tuple(...picked.map((resource) => fc.double({ min: 0.1, max: 4, noNaN: true }).map((perByte) => ({ resource, perByte })))),
            ),
        }),
        { minLength: 1, maxLength: 14 },
      ),
    }),
  );
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

  it('is feasible, and holds every flow at its cap or at a saturated resource where its normalised rate is the highest', () => {
    fc.assert(
      fc.property(network, ({ capacities, flows }) => {
        const rates = ratesOf(capacities, flows);
        const load = capacities.map(() => 0);
        const highest = capacities.map(() => 0);
        flows.forEach((flow, i) => {
          for (const use of flow.uses) {
            load[use.resource] = (load[use.resource] as number) + (rates[i] as number) * use.perByte;
            highest[use.resource] = Math.max(highest[use.resource] as number, (rates[i] as number) / flow.weight);
          }
        });
        capacities.forEach((capacity, r) => expect((load[r] as number) <= capacity * (1 + 1e-9)).toBe(true));
        flows.forEach((flow, i) => {
          const rate = rates[i] as number;
          expect(rate > 0 && rate <= flow.cap).toBe(true);
          const held = flow.uses.some(
            (use) =>
              close(load[use.resource] as number, capacities[use.resource] as number) && close(rate / flow.weight, highest[use.resource] as number),
          );
          expect(rate === flow.cap || held).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the flows', () => {
    fc.assert(
      fc.property(network, fc.infiniteStream(fc.nat()), ({ capacities, flows }, randoms) => {
        const order = flows.map((_, i) => i);
        for (let i = order.length - 1; i > 0; i--) {
          const j = (randoms.next().value as number) % (i + 1);
          [order[i], order[j]] = [order[j] as number, order[i] as number];
        }
        const straight = ratesOf(capacities, flows);
        const shuffled = ratesOf(
          capacities,
          order.map((i) => flows[i] as FlowGiven),
        );
        order.forEach((i, place) => expect(close(shuffled[place] as number, straight[i] as number)).toBe(true));
      }),
      { numRuns: 300 },
    );
  });

  it('scales by 8 to the bit, and an unrelated component changes no bit', () => {
    fc.assert(
      fc.property(network, network, ({ capacities, flows }, other) => {
        const straight = ratesOf(capacities, flows);
        const scaled = ratesOf(
          capacities.map((capacity) => capacity * 8),
          flows.map((flow) => ({ ...flow, cap: flow.cap * 8 })),
        );
        expect(scaled).toEqual(straight.map((rate) => rate * 8));
        const moved = other.flows.map((flow) => ({
          ...flow,
          uses: flow.uses.map((use) => ({ ...use, resource: use.resource + capacities.length })),
        }));
        expect(ratesOf([...capacities, ...other.capacities], [...flows, ...moved]).slice(0, flows.length)).toEqual(straight);
      }),
      { numRuns: 200 },
    );
  });

  it('treats a flow of weight w as w flows of weight 1', () => {
    const free = Number.POSITIVE_INFINITY;
    const unit = { weight: 1, cap: free, uses: one(0) };
    const [heavy] = ratesOf([30], [{ ...unit, weight: 4 }, unit]);
    expect(heavy).toBe(4 * (ratesOf([30], [unit, unit, unit, unit, unit])[0] as number));
  });
});

describe('FlowNetwork', () => {
  it('ends a flow at bytes / rate, rounded up to the millisecond', () => {
    const bench = new Bench([7]);
    bench.add({ weight: 1, cap: Number.POSITIVE_INFINITY, bytes: 100, uses: one(0) }, 1);
    bench.run(1000);
    expect(bench.finished.get(1)).toBe(Math.ceil(100 / 7));
  });

  it('gives n equal flows on one resource n times the time of one', () => {
    const bench = new Bench([10]);
    for (let i = 1; i <= 8; i++) bench.add({ weight: 1, cap: Number.POSITIVE_INFINITY, bytes: 1000, uses: one(0) }, i);
    bench.run(10_000);
    for (let i = 1; i <= 8; i++) expect(bench.finished.get(i)).toBe(800);
  });

  it('hands what a finished flow leaves to the others', () => {
    const bench = new Bench([10]);
    const free = Number.POSITIVE_INFINITY;
    bench.add({ weight: 1, cap: free, bytes: 100, uses: one(0) }, 1);
    bench.add({ weight: 1, cap: free, bytes: 500, uses: one(0) }, 2);
    bench.run(10_000);
    expect(bench.finished.get(1)).toBe(20);
    expect(bench.finished.get(2)).toBe(60);
  });

  it('completes a flow of no bytes in the same instant, and one of some in no less than a millisecond', () => {
    const bench = new Bench([1000]);
    bench.at(50, () => {
      bench.add({ weight: 1, cap: Number.POSITIVE_INFINITY, bytes: 0, uses: one(0) }, 1);
      bench.add({ weight: 1, cap: Number.POSITIVE_INFINITY, bytes: 1, uses: one(0) }, 2);
    });
    bench.run(100);
    expect([...bench.finished]).toEqual([
      [1, 50],
      [2, 51],
    ]);
  });

  it('accounts for each millisecond of a flow under what held it back', () => {
    const bench = new Bench([10]);
    const free = Number.POSITIVE_INFINITY;
    bench.add({ weight: 1, cap: 6, bytes: 600, uses: one(0) }, 1);
    bench.at(50, () => bench.add({ weight: 1, cap: free, bytes: 100, uses: one(0) }, 2));
    bench.run(1000);
    // Alone it runs at its cap of 6 for 50 ms; then both share 10 for 20 ms; then it finishes 200 bytes at 6.
    expect(bench.finished.get(2)).toBe(70);
    expect(bench.finished.get(1)).toBe(70 + Math.ceil(200 / 6));
    expect(Object.fromEntries(bench.bottlenecks.get(1) ?? [])).toEqual({ [AT_CAP]: 50 + Math.ceil(200 / 6), 0: 20 });
  });

  it('refuses what would never end or never start', () => {
    const bench = new Bench([1]);
    expect(() => bench.network.addResource(0)).toThrow('above 0');
    expect(() => bench.add({ weight: 0, cap: 1, uses: one(0) })).toThrow('above 0');
    expect(() => bench.add({ weight: 1, cap: 1, uses: [] })).toThrow('at least one resource');
  });
});

describe('flows that come and go', () => {
  /** Event by event, with all flows in one pot and a plain water-filling: slow, and with none of the network's shortcuts. */
  function slowFinishes(capacities: number[], arrivals: (FlowGiven & { at: number; bytes: number })[]): number[] {
    const left = arrivals.map((flow) => flow.bytes);
    const finishes = arrivals.map(() => Number.NaN);
    let now = 0;
    for (;;) {
      const active = arrivals.map((_, i) => i).filter((i) => (arrivals[i] as { at: number }).at <= now && Number.isNaN(finishes[i] as number));
      const coming = arrivals.filter((flow) => flow.at > now).map((flow) => flow.at);
      const rates = fill(
        capacities,
        active.map((i) => arrivals[i] as FlowGiven),
      );
      const ends = active.map((i, k) => now + Math.max(1, Math.ceil((left[i] as number) / (rates[k] as number) - 1e-6)));
      const next = Math.min(...ends, ...coming);
      if (next === Number.POSITIVE_INFINITY) return finishes;
      active.forEach((i, k) => {
        if (ends[k] === next) finishes[i] = next;
        left[i] = (left[i] as number) - (rates[k] as number) * (next - now);
      });
      now = next;
    }
  }

  function fill(capacities: number[], flows: FlowGiven[]): number[] {
    const rates = flows.map(() => 0);
    const open = new Set(flows.keys());
    while (open.size > 0) {
      const room = capacities.map((capacity, r) =>
        flows.reduce((sum, flow, i) => sum - (open.has(i) ? 0 : (rates[i] as number) * consumption(flow, r)), capacity),
      );
      const level = (flow: FlowGiven): number =>
        Math.min(
          flow.cap / flow.weight,
          ...flow.uses.map(
            ({ resource }) =>
              (room[resource] as number) /
              [...open].reduce((sum, i) => sum + (flows[i] as FlowGiven).weight * consumption(flows[i] as FlowGiven, resource), 0),
          ),
        );
      const lowest = Math.min(...[...open].map((i) => level(flows[i] as FlowGiven)));
      for (const i of [...open]) {
        const flow = flows[i] as FlowGiven;
        if (level(flow) > lowest * (1 + 1e-12)) continue;
        rates[i] = flow.weight * lowest;
        open.delete(i);
      }
    }
    return rates;
  }

  function consumption(flow: FlowGiven, resource: number): number {
    return flow.uses.find((use) => use.resource === resource)?.perByte ?? 0;
  }

  it('end when a plain event-by-event computation says', () => {
    const arrival = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      bytes: fc.integer({ min: 1, max: 4000 }),
      weight: fc.constantFrom(1, 1, 2.5),
      cap: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double({ min: 0.5, max: 20, noNaN: true })),
      uses: fc
        .uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 })
        .map((picked) => picked.map((resource) => ({ resource, perByte: 1 + resource / 7 }))),
    });
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 5, max: 60, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.array(arrival, { minLength: 1, maxLength: 14 }),
        (capacities, arrivals) => {
          const bench = new Bench(capacities);
          arrivals.forEach((flow, i) => bench.at(flow.at, () => bench.add(flow, i)));
          bench.run(1_000_000);
          const expected = slowFinishes(capacities, arrivals);
          // A completion that falls almost on a millisecond may be rounded either way, and what follows with it.
          arrivals.forEach((_, i) =>
            expect(Math.abs((bench.finished.get(i) as number) - (expected[i] as number))).toBeLessThanOrEqual(2 + arrivals.length / 4),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
