import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../../sim/kernel/log.ts';
import { exp, expm1, log, log1p, pow } from '../../../sim/kernel/math.ts';
import { Sha256, sha256Hex } from '../../../sim/kernel/sha256.ts';
import { openStream } from '../../../sim/kernel/streams.ts';

const platformHash = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

describe('sha256', () => {
  it('equals the platform for any text, also with lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(sha256Hex(text)).toBe(platformHash(text));
      }),
    );
    expect(sha256Hex('\ud800x')).toBe(platformHash('\ud800x'));
  });

  it('does not care how the bytes were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 10 }), (parts) => {
        const hash = new Sha256();
        for (const part of parts) hash.update(part);
        expect(hash.hex()).toBe(platformHash(Buffer.concat(parts)));
      }),
    );
  });
});

describe('exp, log, pow and their kin', () => {
  const closeTo = (actual: number, expected: number, tolerance: number): void => {
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
  };

  it('agree with the platform to the last digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), fc.double({ min: -700, max: 700, noNaN: true }), (x, y) => {
        closeTo(log(x), Math.log(x), 4e-16);
        closeTo(exp(y), Math.exp(y), 4e-16);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.double({ min: 0.05, max: 20, noNaN: true }), (x, y) => {
        closeTo(pow(x, y), x ** y, 1e-13);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 700, noNaN: true }), (x) => {
        closeTo(expm1(x), Math.expm1(x), 1e-15);
        closeTo(expm1(-x), Math.expm1(-x), 1e-15);
        closeTo(log1p(x), Math.log1p(x), 1e-15);
        closeTo(log1p(Math.max(-x, x / 701 - 1)), Math.log1p(Math.max(-x, x / 701 - 1)), 1e-15);
      }),
      { numRuns: 2000 },
    );
  });

  it('are exact where laws rely on it', () => {
    expect(exp(0)).toBe(1);
    expect(log(1)).toBe(0);
    expect(log(2 ** -1070)).toBe(Math.log(2 ** -1070));
    expect(pow(123.456, 1)).toBe(123.456);
    expect(pow(0, 0.72)).toBe(0);
    expect(pow(1, 0.72)).toBe(1);
    expect(exp(-1000)).toBe(0);
    expect([expm1(0), expm1(1e-18), expm1(-1e-18), expm1(-1000)]).toEqual([0, 1e-18, -1e-18, -1]);
    expect([log1p(0), log1p(1e-18), log1p(-1e-18)]).toEqual([0, 1e-18, -1e-18]);
  });

  it('refuse what has no result', () => {
    expect(() => log(0)).toThrow(RangeError);
    expect(() => log(-1)).toThrow(RangeError);
    expect(() => exp(Number.NaN)).toThrow(RangeError);
  });
});

describe('openStream', () => {
  it('gives each key its own draws, again and again the same', () => {
    const draw = (key: string): number[] => {
      const stream = openStream(key);
      return [stream(), stream(), stream()];
    };
    expect(draw('night-1/vm/web-01/used')).toEqual(draw('night-1/vm/web-01/used'));
    expect(draw('night-1/vm/web-01/used')).not.toEqual(draw('night-1/vm/web-02/used'));
    for (const value of draw('x')) expect(value >= 0 && value < 1).toBe(true);
  });
});

describe('EventLog', () => {
  it('writes canonical lines in the order of the fields and fingerprints them', () => {
    const lines: string[] = [];
    const eventLog = new EventLog((line) => lines.push(line));
    const first = eventLog.record(0, 'started', { name: 'a "quoted"\nname', bytes: 3 }, []);
    eventLog.record(7, 'ended', { ok: null }, [first]);
    expect(lines).toEqual([
      '{"id":"e1","atMs":0,"kind":"started","name":"a \\"quoted\\"\\nname","bytes":3,"causes":[]}',
      '{"id":"e2","atMs":7,"kind":"ended","ok":null,"causes":["e1"]}',
    ]);
    expect(eventLog.fingerprint()).toBe(platformHash(lines.map((line) => `${line}\n`).join('')));
  });

  it('writes what JSON would write, for any texts and whole numbers', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', 'x\udc00', '"', '\\'),
      fc.string({ maxLength: 3000, minLength: 1000 }),
    );
    const whole = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer({ min: 0, max: 10 }).map((power) => 10 ** power),
      fc.constant(1e9 - 1),
    );
    const value = fc.oneof(text, whole, fc.constant(null));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), fc.maxSafeNat(), (values, atMs) => {
        const fields = Object.fromEntries(values.map((each, index) => [`field${index}`, each]));
        const lines: string[] = [];
        const eventLog = new EventLog((line) => lines.push(line));
        eventLog.record(atMs, 'kind', fields, []);
        expect(lines[0]).toBe(JSON.stringify({ id: 'e1', atMs, kind: 'kind', ...fields, causes: [] }));
        expect(eventLog.fingerprint()).toBe(platformHash(`${lines[0]}\n`));
      }),
    );
  });

  it('refuses fractions and causes that do not precede', () => {
    const eventLog = new EventLog();
    expect(() => eventLog.record(0, 'x', { bytes: 0.5 }, [])).toThrow('not a whole number');
    expect(() => eventLog.record(0, 'x', {}, [5])).toThrow('does not precede');
  });
});
