import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growthLaw, uniqueBytes, uniqueSlope, writtenFor, writtenPerDay } from '../../sim/estate/growth-law.ts';
import type { WritePlan } from '../../sim/index.ts';
import { GiB, NO_WRITES } from './plans.ts';

const close = (a: number, b: number, tolerance = 1e-12): void => {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(a), Math.abs(b), 1));
};

const anyWrites = fc
  .record({
    law: fc.constantFrom('append' as const, 'working-set' as const, 'power' as const),
    changed: fc.double({ min: 1e6, max: 1e12, noNaN: true }),
    factor: fc.double({ min: 1, max: 50, noNaN: true }),
    exponent: fc.double({ min: 0.3, max: 1, noNaN: true }),
    given: fc.boolean(),
  })
  .map(
    ({ law, changed, factor, exponent, given }): WritePlan => ({
      law,
      changedBytesPerDay: changed,
      rateBytesPerSecond: given ? (changed * factor) / 86_400 : null,
      workingSetBytes: law === 'working-set' ? changed * (factor + 0.1) : null,
      exponent,
      growth: { kind: 'none' },
    }),
  );

describe('growth laws', () => {
  it('have their closed forms', () => {
    const power = growthLaw({ ...NO_WRITES, law: 'power', changedBytesPerDay: 5 * GiB }, 1);
    close(power.writtenBytes, (5 * GiB) / 0.18);
    close(uniqueBytes(power, power.writtenBytes), 5 * GiB);
    close(uniqueBytes(power, power.writtenBytes / 3), 5 * GiB * 3 ** -0.72);
    const set = growthLaw({ ...NO_WRITES, law: 'working-set', workingSetBytes: 8 * GiB, rateBytesPerSecond: 2 * 1024 * 1024 }, 1);
    close(uniqueBytes(set, 8 * GiB), 8 * GiB * (1 - Math.exp(-1)));
    // Next to nothing written into a set of 16 TiB is all unique, to the last digit.
    const wide = growthLaw({ ...NO_WRITES, law: 'working-set', workingSetBytes: 16_384 * GiB, rateBytesPerSecond: 1 }, 1);
    close(uniqueBytes(wide, 0.009), 0.009, 1e-15);
    close(writtenFor(wide, 0.009), 0.009, 1e-15);
    expect(uniqueBytes(growthLaw({ ...NO_WRITES, changedBytesPerDay: 7 }, 1), 123)).toBe(123);
  });

  it('never give more than was written, and never less for more', () => {
    fc.assert(
      fc.property(anyWrites, fc.double({ min: 0, max: 1e14, noNaN: true }), fc.double({ min: 1, max: 4, noNaN: true }), (writes, written, more) => {
        const law = growthLaw(writes, 1);
        const unique = uniqueBytes(law, written);
        expect(unique).toBeGreaterThanOrEqual(0);
        // Numbers below 1e-308 have fewer digits, so that quotients of them have, too.
        expect(unique).toBeLessThanOrEqual(written * (1 + 1e-9) + 1e-300);
        expect(uniqueBytes(law, written * more)).toBeGreaterThanOrEqual(unique * (1 - 1e-9) - 1e-300);
      }),
    );
  });

  it('stay below their tangents: the next crossing is never earlier than the tangent says', () => {
    fc.assert(
      fc.property(
        anyWrites,
        fc.double({ min: 0, max: 1e13, noNaN: true }),
        fc.double({ min: 0, max: 1e13, noNaN: true }),
        (writes, written, further) => {
          const law = growthLaw(writes, 1);
          const unique = uniqueBytes(law, written);
          const bound = unique + uniqueSlope(law, written, unique) * further;
          expect(uniqueBytes(law, written + further) <= bound * (1 + 1e-9) + 1).toBe(true);
        },
      ),
    );
  });

  it('can be inverted', () => {
    fc.assert(
      fc.property(anyWrites, fc.double({ min: 1e-3, max: 20, noNaN: true }), (writes, days) => {
        const law = growthLaw(writes, 1);
        const unique = uniqueBytes(law, law.writtenBytes * days);
        // Where a working set is nearly exhausted its inverse is ill-conditioned.
        fc.pre(law.law !== 'working-set' || unique < 0.999 * law.workingSetBytes);
        close(uniqueBytes(law, writtenFor(law, unique)), unique, 1e-9);
      }),
    );
    const set = growthLaw({ ...NO_WRITES, law: 'working-set', workingSetBytes: 10, changedBytesPerDay: 5 }, 1);
    expect(writtenFor(set, 10)).toBe(Number.POSITIVE_INFINITY);
  });

  it('give the day its changed bytes when only they are known', () => {
    fc.assert(
      fc.property(anyWrites, (writes) => {
        fc.pre(writes.rateBytesPerSecond === null);
        const law = growthLaw(writes, 1);
        close(uniqueBytes(law, writtenPerDay(writes)), writes.changedBytesPerDay, 1e-9);
      }),
    );
  });
});
