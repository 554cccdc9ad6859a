import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseRate,
  parseRateOrRelative,
  parseRelative,
  parseSize,
  UnitError,
} from '../../scenarios/format/units.ts';

describe('sizes', () => {
  it('binary units are powers of 1024 and decimal units powers of 1000', () => {
    expect(['1KiB', '1MiB', '1GiB', '1TiB', '1PiB'].map(parseSize)).toEqual([2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40, 2 ** 50]);
    expect(['1kB', '1MB', '1GB', '1TB', '1PB'].map(parseSize)).toEqual([1e3, 1e6, 1e9, 1e12, 1e15]);
    expect(parseSize('1.5 GiB')).toBe(1_610_612_736);
  });

  it('what is formatted parses to the same number of bytes', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 }), (bytes) => parseSize(formatSize(bytes)) === bytes));
  });

  it('is formatted in the unit that people would choose', () => {
    expect([100 * 2 ** 30, 2 ** 20, 5e8, 1.5 * 2 ** 40, 61234 * 2 ** 20, 1, 0].map(formatSize)).toEqual([
      '100GiB',
      '1MiB',
      '500MB',
      '1.5TiB',
      '61234MiB',
      '0.001kB',
      '0KiB',
    ]);
  });

  it.each(['', '10', '10G', 'GiB', '1e3GiB', '10 GiB/s', '-1GiB', '1,5GiB', 'NaNGiB', '0x10GiB', '9PiB'])('%j is no size', (text) => {
    expect(() => parseSize(text)).toThrow(UnitError);
  });
});

describe('rates', () => {
  it('are bytes per second, whatever the period', () => {
    expect(['60MB/min', '3600MB/h', '86400MB/day', '1MB/s', '8Mbit/s'].map(parseRate)).toEqual([1e6, 1e6, 1e6, 1e6, 1e6]);
    expect(['8kbit/s', '8Gbit/s'].map(parseRate)).toEqual([1e3, 1e9]);
  });

  it('a size per day stays exact over a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (gib) => {
        const rate = parseRateOrRelative(`${gib}GiB/day`);
        return rate.kind === 'absolute' && rate.bytesPerDay === gib * 2 ** 30;
      }),
    );
  });

  it('shares carry their fraction and the days it is over', () => {
    expect(parseRelative('2%/week')).toEqual({ kind: 'relative', fraction: 0.02, perDays: 7 });
    expect(parseRateOrRelative('0.5 %/day')).toEqual({ kind: 'relative', fraction: 0.005, perDays: 1 });
  });

  it.each(['1GiB', '1GiB/year', '5%/day', '1bit/s', '1Gbit/day', '/s', '1/s', '-1GiB/s'])('%j is no absolute rate', (text) => {
    expect(() => parseRate(text)).toThrow(UnitError);
  });
});

describe('durations', () => {
  it('are sums of parts from the largest unit to the smallest', () => {
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('1w2d3h4m5s6ms')).toBe(604_800_000 + 2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5000 + 6);
    expect(parseDuration('0.5h')).toBe(1_800_000);
  });

  it('what is formatted parses to the same number of milliseconds', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e13 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });

  it.each(['', '5', 'h', '1h1h', '30m1h', '1y', '-1h', '1hm', '1..5h'])('%j is no duration', (text) => {
    expect(() => parseDuration(text)).toThrow(UnitError);
  });
});
