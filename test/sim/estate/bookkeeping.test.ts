import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockSums } from '../../../sim/estate/block-sums.ts';
import { OrderedByPlace } from '../../../sim/estate/ordered-by-place.ts';
import { Distribution, LatencyHistogram } from '../../../sim/estate/statistics.ts';
import { WorkList } from '../../../sim/estate/work-list.ts';

describe('WorkList', () => {
  it('gives each thing once, in the order of numbers, also what comes in the middle of a pass', () => {
    const items = Array.from({ length: 10 }, (_, index) => ({ index }));
    const list = new WorkList<{ index: number }>();
    for (const index of [7, 2, 9, 2, 4]) list.add(items[index] as { index: number });
    const met: number[] = [];
    for (let item = list.takeAfter(-1); item !== undefined; item = list.takeAfter(item.index)) {
      met.push(item.index);
      // One is still to come in this pass, the other waits for the next.
      if (item.index === 4) for (const index of [8, 1]) list.add(items[index] as { index: number });
    }
    expect(met).toEqual([2, 4, 7, 8, 9]);
    expect(list.takeAfter(-1)?.index).toBe(1);
    expect(list.takeAfter(-1)).toBeUndefined();
  });
});

describe('OrderedByPlace', () => {
  it('holds what was put in and not taken out, ascending', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (changes) => {
        const things = Array.from({ length: 21 }, (_, place) => ({ place }));
        const ordered = new OrderedByPlace<{ place: number }>();
        const expected = new Set<number>();
        for (const [place, member] of changes) {
          ordered.set(things[place] as { place: number }, member);
          if (member) expected.add(place);
          else expected.delete(place);
        }
        expect(ordered.inOrder().map(({ place }) => place)).toEqual([...expected].sort((a, b) => a - b));
      }),
    );
  });
});

describe('BlockSums', () => {
  it('sums what was set last at each place', () => {
    fc.assert(
      // Whole numbers: every order of adding them gives the same sum.
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.tuple(fc.nat(), fc.integer())), (size, changes) => {
        const sums = new BlockSums();
        const expected = Array.from({ length: size }, () => 0);
        for (let place = 0; place < size; place++) expect(sums.addPlace()).toBe(place);
        for (const [any, value] of changes) {
          sums.set(any % size, value);
          expected[any % size] = value;
        }
        expect(sums.total()).toBe(expected.reduce((sum, value) => sum + value, 0));
      }),
    );
  });
});

describe('LatencyHistogram', () => {
  it('divides the latency by the speed that held while the datastore had it', () => {
    const step = fc.record({
      latency: fc.constantFrom(1, 2, 5, 40),
      ms: fc.integer({ min: 0, max: 1000 }),
      speed: fc.constantFrom(1, 1, 0.5, 0.25, 0),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const datastore = new Distribution();
        const histogram = new LatencyHistogram();
        const other = new LatencyHistogram();
        other.changeSpeed(datastore, 0.5);
        const direct = new Distribution();
        for (const { latency, ms, speed } of steps) {
          histogram.changeSpeed(datastore, speed);
          datastore.add(latency, ms);
          // Speed 0: the VM does not exist.
          if (speed > 0) direct.add(latency / speed, ms);
        }
        expect(histogram.percentiles(datastore)).toEqual(direct.percentiles());
        // Another disk's account on the same datastore is not disturbed.
        const doubled = new Distribution();
        for (const { latency, ms } of steps) doubled.add(latency * 2, ms);
        expect(other.percentiles(datastore)).toEqual(doubled.percentiles());
      }),
    );
  });
});
