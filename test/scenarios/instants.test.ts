import { describe, expect, it } from 'vitest';
import { loadScenario, parseInstant, UnitError } from '../../scenarios/index.ts';

const HOUR = 3_600_000;

/** Clocks go forward on 29 March at 02:00. */
const { plan } = loadScenario({
  path: 'spring.yaml',
  text: 'overrun: 1\nstart: 2026-03-28T12:00\ntimezone: Europe/Berlin\nduration: 2d\n',
  readFile: () => '',
});

describe('an instant that a flag names', () => {
  it.each([
    ['2026-03-28T12:00', 0],
    ['2026-03-28 13:30:15', 1.5 * HOUR + 15_000],
    ['2026-03-29', 12 * HOUR],
    ['2026-03-29T12:00', 23 * HOUR],
    // Skipped: the first instant after the gap.
    ['2026-03-29T02:30', 14 * HOUR],
    ['2026-03-30T13:00', 48 * HOUR],
    ['1d7h', 31 * HOUR],
    ['0s', 0],
    ['2d', 48 * HOUR],
  ])('%s is so long after the start', (text, atMs) => {
    expect(parseInstant(plan, text)).toBe(atMs);
  });

  it.each([
    ['2026-03-28T11:59', 'lies before the start'],
    ['2026-03-30T13:01', 'lies after the end'],
    ['49h', 'lies after the end'],
    ['tomorrow', 'is no instant'],
    ['', 'is no instant'],
    ['7', 'is no instant'],
    ['2026-02-30', 'there is no 2026-02-30'],
    ['2026-03-29T12:00Z', 'has an offset'],
  ])('%s is refused, with what could be said instead', (text, message) => {
    expect(() => parseInstant(plan, text)).toThrow(message);
    try {
      parseInstant(plan, text);
    } catch (error) {
      expect((error as UnitError).expected).toBe(
        'a local time from `2026-03-28T12:00:00` to `2026-03-30T13:00:00`, or a duration since the start such as `2d7h`',
      );
    }
  });
});
